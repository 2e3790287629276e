"""Learning curves of foreign histories, put beside the evaluations they are of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from warmstart.histories.runs.curve_points import POINTS
from warmstart.metadataset.core.schema import CURVES
from warmstart.metadataset.storage.measured import sorted_measured

if TYPE_CHECKING:
    from warmstart.histories.runs.protocol import HistorySource
    from warmstart.metadataset.core.core import M, Views

_RUN = ("source", "source_run_id", "metric")


def gather_curves(histories: Iterable[HistorySource]) -> pa.Table:
    """Points of the curves of all histories that record any, a table of :data:`POINTS`.

    A point told twice counts as it was told last.
    """
    tables = [POINTS.empty_table()]
    for history in histories:
        # A source need not know of curves.
        read: Callable[[], pa.Table] | None = getattr(history, "curves", None)
        if read is not None:
            tables.append(read().cast(POINTS))
    points = pa.concat_tables(tables)
    names = points.select([*_RUN, "kind", "budget"]).to_pandas()
    return points.filter(pa.array(~names.duplicated(keep="last").to_numpy()))


def with_curves(md: M, points: pa.Table) -> M:
    """The same with the curves of its runs; a run's curve replaces the one it had.

    Parameters
    ----------
    md : meta-dataset
        Whose evaluations are those of the runs: points of runs that are not here, such as
        those that were left out, are dropped.
    points : Table of :data:`POINTS`
    """
    if not len(points):
        return md
    fresh = _rows_of(md, points)
    before, replaced = md._measured, _named(fresh).unique()

    def table(name: str, tasks: Iterable[str], ids: Iterable[str]) -> pa.Table:
        tasks, ids = list(tasks), list(ids)
        old = None if before is None else before(name, tasks, ids)
        if name != "curves":
            return md.measured_table(name) if old is None else old
        parts = [fresh.filter(_within(fresh, tasks, ids))]
        if old is not None:
            parts.append(old.filter(pa.array(~_named(old).isin(replaced).to_numpy())))
        return pa.concat_tables(parts)

    return replace(md, _measured=table)


def same_curves(md: Views, points: pa.Table) -> bool:
    """Whether the curves of these runs are recorded as they are told."""
    fresh = _rows_of(md, points)
    old = md.measured_table("curves")
    known = old.filter(pa.array(_named(old).isin(_named(fresh).unique()).to_numpy()))
    if len(known) != len(fresh):
        return False
    return bool(sorted_measured(known, "curves").equals(sorted_measured(fresh, "curves")))


def _rows_of(md: Views, points: pa.Table) -> pa.Table:
    """Points under the task and configuration of their run."""
    frame = points.to_pandas()
    found = frame.merge(_runs(md, points), on=list(_RUN), how="inner").assign(rows=0)
    return pa.Table.from_pandas(found, schema=CURVES, preserve_index=False)


def _runs(md: Views, points: pa.Table) -> pd.DataFrame:
    """Task and configuration of each run of the sources that told points."""
    sources = pc.unique(points["source"])
    names = [*_RUN, "task_id", "configuration_id"]

    def frames() -> Iterator[pd.DataFrame]:
        for rows in md._evaluations.rows():
            ours = rows.filter(pc.is_in(rows["source"].cast(pa.string()), sources))
            texts = {name: ours[name].cast(pa.string()) for name in names}
            yield pa.table(texts).to_pandas()

    runs = pd.concat([pd.DataFrame(columns=names, dtype=object), *frames()])
    return runs.drop_duplicates(list(_RUN), keep="last")


def _named(rows: pa.Table) -> pd.Series[Any]:
    """Source, run and metric of each row as one text; empty for what was made here."""
    frame = rows.select(list(_RUN)).to_pandas()
    joined = frame["source"].str.cat([frame["source_run_id"], frame["metric"]], sep="\x1f")
    names: pd.Series[Any] = joined.fillna("")
    return names


def _within(rows: pa.Table, tasks: Iterable[str], ids: Iterable[str]) -> pa.Array:
    return pc.and_(
        pc.is_in(rows["task_id"], pa.array(tasks, pa.string())),
        pc.is_in(rows["configuration_id"], pa.array(ids, pa.string())),
    )
