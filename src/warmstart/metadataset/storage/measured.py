"""What is recorded of runs beside their scores: resources, folds, curves; optional tables.

Numbers keep only the digits that are not noise, from the moment they are recorded, so that
whatever is computed from them later is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warmstart.metadataset.core.schema import MEASURED
from warmstart.metadataset.damage import undamaged
from warmstart.metadataset.storage.files import sorted_table, write_parquet
from warmstart.metrics import METRICS

_ORDER = {
    "runs": ("task_id", "configuration_id", "rows"),
    "folds": ("task_id", "configuration_id", "rows", "fold"),
    "curves": (
        *("task_id", "metric", "kind", "configuration_id", "rows"),
        *("source", "source_run_id", "budget"),
    ),
}
_COARSE = 8
"""Significant bits of seconds and megabytes; scores of folds have 16, of curves 12."""

CURVE_METRICS = ("balanced_accuracy", "log_loss", "r2")
"""What a thinned curve tells: a task type's default, and one that moves with every round."""

CURVE_BUDGETS = (1, 4, 16, 64, 256)
"""Where a thinned curve has points, beside its last."""

_BITS = {"curves": {"score": 12, "budget": 24}, "folds": dict.fromkeys(METRICS, 16)}


def rounded_to_bits(values: npt.NDArray[Any], bits: int) -> npt.NDArray[Any]:
    """The nearest numbers with so many significant bits; the rest are zeros.

    Examples
    --------
    >>> rounded_to_bits(np.array([0.1, 100.1, np.nan]), 10).round(4).tolist()
    [0.1, 100.125, nan]
    """
    mantissa, exponent = np.frexp(values)
    return np.asarray(np.ldexp(np.rint(mantissa * 2**bits) / 2**bits, exponent))


def measured_table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of one table by its schema, without their noise digits."""
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=MEASURED[name])
    for index, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            bits = _BITS.get(name, {}).get(field.name, _COARSE)
            values = table[field.name].to_numpy().astype(np.float64)
            column = pa.array(rounded_to_bits(values, bits), field.type, from_pandas=True)
            table = table.set_column(index, field, column)
    return table


def sorted_measured(table: pa.Table, name: str) -> pa.Table:
    """Rows in the order they are written in."""
    return sorted_table(table, _ORDER[name])


def write_measured(table: pa.Table, name: str, path: Path) -> None:
    """Write one of the optional tables, sorted."""
    write_parquet(table, path, sort_by=_ORDER[name])


def read_measured(files: Iterable[Path], name: str) -> pa.Table:
    """All rows of files of one of the optional tables; columns that one lacks are null."""
    tables = [pq.read_table(file) for file in files]
    table = pa.concat_tables(
        [MEASURED[name].empty_table(), *tables], promote_options="permissive"
    )
    return table.select(MEASURED[name].names).cast(MEASURED[name])


def thinned_curves(curves: pa.Table) -> pa.Table:
    """Curves with the points that are used later: a fifth of them, where all would be too many.

    Kept are `CURVE_METRICS` at `CURVE_BUDGETS` and at the last budget of each curve.
    """
    curves = curves.filter(pc.is_in(curves["metric"], pa.array(CURVE_METRICS)))
    budgets = curves["budget"].to_pandas()
    names = _ORDER["curves"][:-1]
    of_curve = curves.select(names).to_pandas()
    last = budgets.groupby([of_curve[name] for name in names], dropna=False).transform("max")
    return curves.filter(pa.array(budgets.isin(CURVE_BUDGETS) | (budgets == last)))


@dataclass(frozen=True, slots=True)
class Measured:
    """The optional tables of a meta-dataset, read from its folder when asked for."""

    folder: Path

    def table(self, name: str, task_names: Iterable[str], ids: Iterable[str]) -> pa.Table:
        """One table's rows of these tasks and configurations."""
        with undamaged(self.folder / name):
            files = sorted((self.folder / name).glob("*.parquet"))
            rows = read_measured([file for file in files if _holds(file, name)], name)
        return _of(rows, task_names, ids)


@dataclass(frozen=True, slots=True)
class UnitedMeasured:
    """The optional tables of several meta-datasets; of a run that two have, the first's."""

    parts: Sequence[Callable[[str], pa.Table]]
    """From the name of a table to all its rows."""

    def table(self, name: str, task_names: Iterable[str], ids: Iterable[str]) -> pa.Table:
        """One table's rows of these tasks and configurations."""
        rows = pa.concat_tables(
            [MEASURED[name].empty_table(), *(one(name) for one in self.parts)]
        )
        again = rows.select(_ORDER[name]).to_pandas().duplicated()
        return _of(rows.filter(pa.array(~again)), task_names, ids)


def _holds(file: Path, name: str) -> bool:
    """Whether a file is of this table: a build from OpenML keeps what it read in ``runs``."""
    needed = {field.name for field in MEASURED[name] if not field.nullable}
    return needed <= set(pq.read_schema(file).names)


def _of(rows: pa.Table, task_names: Iterable[str], ids: Iterable[str]) -> pa.Table:
    for column, kept in (("task_id", task_names), ("configuration_id", ids)):
        rows = rows.filter(pc.is_in(rows[column], pa.array(list(kept), pa.string())))
    return rows
