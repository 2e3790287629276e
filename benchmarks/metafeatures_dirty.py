"""Are all meta-features finite on dirty tables, and is every error one of ours?

    python benchmarks/metafeatures_dirty.py --tables 1000 [--damaged 100] [--corpus FOLDER]

Tables are generated from a seed: every column is of a drawn kind (numbers of any magnitude,
infinities, numbers as words, mixed cells, dates of three kinds, texts, lists, duplicates of
another column, nothing at all), with a drawn share of missing cells; targets have classes of
one member, all rows one class, missing labels, numbers of any magnitude. Names of columns may
be doubled, empty, of any type. Then come the sixty of ``varied_tables.py``, as many
damaged files as ``--damaged`` says of each kind that ``python -m tests.fuzz`` reads a dataset
from, and the real tables of ``--corpus`` (``python data/corpus/fetch.py --out FOLDER``). All
groups are computed. A table that cannot be learned from may be refused by one of our errors;
what is wrong is another error, a warning, a NaN or an infinity, a value outside its documented
range, a status that is none.
"""

from __future__ import annotations

import argparse
import datetime
import random
import shlex
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from varied_tables import every_case
from warmstart.errors import WarmstartError
from warmstart.metafeatures.catalogue import catalogue
from warmstart.metafeatures.extract import Extracted, extract_with_status

Random = np.random.Generator
Maker = Callable[[int, Random], Any]


def _objects(values: Any) -> np.ndarray[Any, Any]:
    found = np.empty(len(values), dtype=object)
    found[:] = list(values)
    return found


def _one_of(*cells: Any) -> Maker:
    return lambda n, rng: _objects([cells[i] for i in rng.integers(len(cells), size=n)])


_WORDS = ("alpha", "beta", "", " ", "NA", "é", "a" * 300, "0", "-", "?", "nan", "\n", "日本")
COLUMNS: dict[str, Maker] = {
    "normal": lambda n, rng: rng.normal(size=n),
    "huge": lambda n, rng: rng.normal(size=n) * 1e300,
    "tiny": lambda n, rng: rng.normal(size=n) * 1e-300,
    "heavy": lambda n, rng: rng.standard_cauchy(n) ** 3,
    "whole": lambda n, rng: rng.integers(-3, 4, size=n),
    "big whole": lambda n, rng: rng.integers(-(2**62), 2**62, size=n),
    "offset": lambda n, rng: 1e15 + rng.integers(3, size=n).astype(float),
    "infinite": _one_of(1.0, -np.inf, np.inf, 0.0),
    "negative zero": _one_of(0.0, -0.0),
    "constant": lambda n, rng: np.full(n, float(rng.normal())),
    "almost constant": lambda n, _: np.r_[1e9, np.full(n - 1, 1e9 - 1e-6)],
    "empty": lambda n, _: np.full(n, np.nan),
    "nothing": lambda n, _: _objects([None] * n),
    "key": lambda n, _: np.arange(n),
    "boolean": lambda n, rng: rng.random(n) < 0.5,
    "words": _one_of(*_WORDS),
    "numbers as words": lambda n, rng: _objects([f"{v:.3g}" for v in rng.normal(size=n)]),
    "German numbers": lambda n, rng: _objects(
        [f"1.{v:03d},5" for v in rng.integers(999, size=n)]
    ),
    "percent": lambda n, rng: _objects([f"{v} %" for v in rng.integers(100, size=n)]),
    "mixed": _one_of(1, "a", None, 2.5, True, np.nan, "2"),
    "dates": lambda n, rng: pd.Timestamp("2020-01-01")
    + pd.to_timedelta(rng.integers(9_999, size=n), "h"),
    "dates as words": lambda n, rng: _objects(
        [f"20{y:02d}-0{y % 9 + 1}-11" for y in rng.integers(99, size=n)]
    ),
    "days": lambda n, rng: _objects(
        [datetime.date(1900 + int(y), 1, 1) for y in rng.integers(200, size=n)]
    ),
    "texts": lambda n, rng: _objects([" ".join(rng.choice(_WORDS, 9)) for _ in range(n)]),
    "lists": lambda n, rng: _objects([[int(v)] * int(v) for v in rng.integers(3, size=n)]),
    "complexities": _one_of((1, 2), {"a": 1}, "x"),
    "categories": lambda n, rng: pd.Categorical.from_codes(
        rng.integers(-1, 3, size=n), ["a", "b", "c"]
    ),
    "many levels": lambda n, rng: _objects([f"id {v}" for v in rng.integers(n, size=n)]),
    "nullable": lambda n, rng: pd.array(rng.integers(3, size=n), dtype="Int64"),
    "durations": lambda n, rng: pd.to_timedelta(rng.integers(99, size=n), "s"),
}  # fmt: skip

TARGETS: dict[str, Maker] = {
    "two classes": _one_of("yes", "no"),
    "many classes": lambda n, rng: rng.integers(max(n // 3, 2), size=n),
    "one member each": lambda n, _: _objects([f"c{i}" for i in range(n)]),
    "one class": lambda n, _: _objects(["same"] * n),
    "one row of another": lambda n, _: np.r_[1, np.zeros(n - 1, dtype=int)],
    "booleans": lambda n, rng: rng.random(n) < 0.3,
    "odd labels": _one_of("", "nan", "é", "1"),
    "numbers": lambda n, rng: rng.normal(size=n),
    "huge numbers": lambda n, rng: rng.normal(size=n) * 1e305,
    "tiny numbers": lambda n, rng: rng.normal(size=n) * 1e-305,
    "infinite numbers": _one_of(1.5, np.inf, 2.5, 3.25, -7.125),
    "constant number": lambda n, _: np.full(n, 3.5),
    "counts": lambda n, rng: rng.poisson(30.0, size=n),
}

NAMES = ("a", "a", "", 0, 1.5, None, "target", ("x", "y"), "é", "y ")


def generated(seed: int) -> tuple[str, pd.DataFrame, Any]:
    """A dirty table, its target, and what it is made of."""
    rng = np.random.default_rng(seed)
    n = int(rng.choice([1, 2, 4, 8, 12, 20, 40, 60, 150]))
    kinds = [str(kind) for kind in rng.choice([*COLUMNS], size=rng.integers(1, 9))]
    columns = []
    for kind in kinds:
        column = pd.Series(COLUMNS[kind](n, rng))
        missing = rng.random(n) < rng.choice([0.0, 0.0, 0.1, 0.6, 1.0])
        columns.append(column.mask(missing) if missing.any() else column)
    if columns and rng.random() < 0.3:
        columns.append(columns[0].copy())
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame(index=range(n))
    frame.columns = (
        [f"x{j}" for j in range(len(columns))] if rng.random() < 0.7
        else pd.Index([NAMES[i] for i in rng.integers(len(NAMES), size=len(columns))], object)
    )  # fmt: skip
    target = str(rng.choice([*TARGETS]))
    y = pd.Series(TARGETS[target](n, rng))
    if rng.random() < 0.2:
        y = y.astype(object).mask(rng.random(n) < 0.2)
    if rng.random() < 0.3:
        frame = pd.concat([frame, frame], ignore_index=True)
        y = pd.concat([y, y], ignore_index=True)
    return f"{target} of {n} rows from {', '.join(kinds) or 'nothing'}", frame, y


def inputs(chosen: argparse.Namespace) -> Iterator[tuple[str, str, Callable[[], Extracted]]]:
    """Source, label and what computes everything of one table."""
    seeds = range(chosen.tables) if chosen.only is None else [chosen.only]
    for seed in seeds:
        label, frame, y = generated(seed)
        yield "generated", f"--only {seed}: {label}", _extract(frame, y)
    if chosen.only is not None:
        return
    for name, make in every_case(60).items():
        case = make()
        options = {k: v for k, v in case.options.items() if k == "task_type"}
        yield "varied", name, _extract(case.X, case.y, **options)
    yield from damaged(chosen.damaged)
    if chosen.corpus:
        listed = pd.read_csv(chosen.corpus / "tasks.csv")
        for row in listed.itertuples():
            yield "corpus", str(row.task_id), _extract(
                chosen.corpus / row.path, None, target=row.target, task_type=row.task_type
            )  # fmt: skip


def damaged(n: int) -> Iterator[tuple[str, str, Callable[[], Extracted]]]:
    """Files of each kind a dataset is read from, damaged as the readers' own tests do."""
    sys.path.append(str(Path(__file__).parents[1]))
    from tests.fuzz.damage import damage_folder, fresh_copy
    from tests.fuzz.samples import SAMPLES

    for sample in (one for one in SAMPLES if one.group == "datasets"):
        with tempfile.TemporaryDirectory() as name:
            whole = Path(name) / "whole"
            whole.mkdir()
            sample.make(whole)
            file = next(whole.iterdir()).name
            for number in range(n):
                folder = fresh_copy(whole, Path(name) / "damaged")
                damage_folder(random.Random(f"0-{sample.name}-{number}"), folder)
                label = f"{sample.name} {number}"
                yield "damaged files", label, _extract(folder / file, None, target="y")


def _extract(X: Any, y: Any, **options: Any) -> Callable[[], Extracted]:
    return lambda: extract_with_status(X, y, groups="all", **options)


def judge(compute: Callable[[], Extracted], limits: pd.DataFrame) -> tuple[str, str]:
    """How it ended, and what is wrong."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            found = compute()
        except WarmstartError as error:
            return "refused", f"{type(error).__name__}: {error}"
        except Exception:  # noqa: BLE001 - any other is what is looked for
            return "not ours", traceback.format_exc(limit=-4)
    if said:
        return "warned", f"{said[0].category.__name__}: {said[0].message} ({said[0].filename})"
    values = found.values
    if not np.isfinite(values).all():
        return "not finite", str(values[~np.isfinite(values)].to_dict())
    own = limits.loc[values.index]
    slack = 1e-9 * (1 + values.abs())
    outside = (values < own["low"] - slack) | (values > own["high"] + slack)
    outside &= found.status != "undefined"
    if outside.any():
        return "out of range", str(values[outside].to_dict())
    if not set(found.status) <= {"exact", "sampled", "undefined"}:
        return "no status", str(set(found.status))
    return "described", ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tables", type=int, default=1_000)
    parser.add_argument("--only", type=int, help="seed of a single generated table")
    parser.add_argument("--damaged", type=int, default=0, help="files of each kind")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--show", type=int, default=12, help="faults to print")
    chosen = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    limits = catalogue().set_index("name")[["low", "high"]]
    counts: dict[str, Counter[str]] = {}
    faults, refusals = [], Counter[str]()
    for source, label, compute in inputs(chosen):
        outcome, told = judge(compute, limits)
        counts.setdefault(source, Counter())[outcome] += 1
        if outcome == "refused":
            refusals[told.partition(",")[0][:70]] += 1
        elif outcome != "described":
            faults.append(f"{source} {label}\n  {outcome}: {told}")
    for source, found in counts.items():
        print(
            f"{source}: {found.total()} tables; "
            + ", ".join(f"{k} {v}" for k, v in found.items())
        )
    print("\nrefused, most often:", "; ".join(f"{k} ({v})" for k, v in refusals.most_common(6)))
    for fault in faults[: chosen.show]:
        print(f"\n{fault}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
