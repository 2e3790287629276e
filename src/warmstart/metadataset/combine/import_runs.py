"""Adding foreign histories to a meta-dataset on disk: each run once, whenever it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from warmstart.errors import HistoryError
from warmstart.metadataset.combine.attach_datasets import attach
from warmstart.metadataset.combine.fill_defaults import fill_gaps
from warmstart.metadataset.combine.from_runs import (
    assemble,
    directions_of,
    gather,
    refuse_other_direction,
    refuse_untyped,
    run_names,
)
from warmstart.metadataset.core.evaluations import RunEvaluations
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.samplers import bias_note, samplers_of
from warmstart.metadataset.storage.reading import MANIFEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from warmstart.protocols import HistorySource

    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did."""

    n_added: int
    """Evaluations that were not there."""

    n_updated: int
    """Evaluations that were running when last read, and have ended."""

    n_known: int
    """Evaluations that were there already."""

    statuses: Mapping[str, int]
    """How the added and updated ones ended."""

    tasks: tuple[str, ...]
    """Tasks of the runs that were read."""

    notes: tuple[str, ...]
    """What was left out, filled in or assumed."""


def read_histories(
    histories: Iterable[HistorySource],
    *,
    datasets: Mapping[str, Any] | None = None,
    metafeatures: pd.DataFrame | None = None,
    families: Mapping[str, str] | None = None,
    defaults: Mapping[str, Any] | None = None,
    task_type: str | None = None,
) -> MetaDataset:
    """Foreign histories as a meta-dataset; see :meth:`warmstart.MetaDataset.from_histories`."""
    runs, notes = gather(histories)
    md, more = _completed(
        _joined(None, runs),
        runs,
        datasets=datasets,
        metafeatures=metafeatures,
        families=families,
        defaults=defaults,
        task_type=task_type,
    )
    return _noted(md, [*notes, *more])


def import_histories(
    histories: Iterable[HistorySource],
    out: str | Path,
    *,
    datasets: Mapping[str, Any] | None = None,
    metafeatures: pd.DataFrame | None = None,
    families: Mapping[str, str] | None = None,
    defaults: Mapping[str, Any] | None = None,
    task_type: str | None = None,
) -> ImportReport:
    """Add runs to the meta-dataset at `out`, or begin one there.

    A run is known by its source and the source's own name of it: reading a source again
    adds only what is new, and what was running when it was last read is brought up to date.

    Parameters
    ----------
    histories : iterable of HistorySource
        What the readers of :mod:`warmstart.histories` give.
    out : path
        Folder of a meta-dataset; written anew and renamed, so that a crash leaves the old.
    datasets, metafeatures, families, defaults, task_type :
        As in :meth:`warmstart.MetaDataset.from_histories`.

    Raises
    ------
    HistoryError
        If a run was imported before as another task's, a metric changes its direction, or
        some tasks have a type and others none.
    """
    path = Path(out)
    runs, notes = gather(histories)
    base = MetaDataset.open(path) if (path / MANIFEST).is_file() else None
    if base is not None and (path / "units.sqlite").exists():
        raise HistoryError(f"{path} is the folder of a build; import into another one")
    n_known = n_updated = 0
    if base is not None:
        _check_directions(base, runs)
        known, ended = _compare(base, runs)
        n_known, n_updated = int((known & ~ended).sum()), int(ended.sum())
        if ended.any():
            base = _without(base, runs.filter(pa.array(ended)))
        new = runs.filter(pa.array(~known | ended))
    else:
        new = runs
    tasks = tuple(pc.unique(runs["task"].cast(pa.string())).to_pylist())
    said = bool(datasets or families or task_type) or metafeatures is not None
    if base is not None and not len(new) and not said:
        return ImportReport(
            n_added=0,
            n_updated=0,
            n_known=n_known,
            statuses={},
            tasks=tasks,
            notes=tuple(notes),
        )
    md, more = _completed(
        _joined(base, new),
        runs,
        datasets=datasets,
        metafeatures=metafeatures,
        families=families,
        defaults=defaults,
        task_type=task_type,
    )
    notes += more
    _noted(md, notes).save(path)
    return ImportReport(
        n_added=len(new) - n_updated,
        n_updated=n_updated,
        n_known=n_known,
        statuses=dict(Counter(new["status"].to_pylist())),
        tasks=tasks,
        notes=tuple(notes),
    )


def _completed(
    md: MetaDataset,
    runs: pa.Table,
    *,
    datasets: Mapping[str, Any] | None,
    metafeatures: pd.DataFrame | None,
    families: Mapping[str, str] | None,
    defaults: Mapping[str, Any] | None,
    task_type: str | None,
) -> tuple[MetaDataset, list[str]]:
    """Describe the tasks, fill the gaps of the spaces of `runs`, and say what was done."""
    tasks, spaces = (
        pc.unique(runs[name].cast(pa.string())).to_pylist() for name in ("task", "space")
    )
    md, described = attach(
        md,
        datasets=datasets,
        metafeatures=metafeatures,
        families=families,
        task_types=None if task_type is None else dict.fromkeys(tasks, task_type),
    )
    refuse_untyped(md)
    md, filled = fill_gaps(md, spaces=spaces, defaults=defaults)
    bias = bias_note(samplers_of(md._evaluations))
    return md, [*described, *filled, *([bias] if bias else [])]


def _noted(md: MetaDataset, notes: Sequence[str]) -> MetaDataset:
    before = md.info.get("import_notes") or []
    return replace(md, info={**md.info, "import_notes": list(dict.fromkeys([*before, *notes]))})


def _check_directions(base: MetaDataset, runs: pa.Table) -> None:
    before = base.info.get("directions") or {}
    for metric, direction in directions_of(runs).items():
        refuse_other_direction(metric, before.get(metric, direction), direction)


def _compare(base: MetaDataset, runs: pa.Table) -> tuple[Mask, Mask]:
    """Which runs the base knows, and which of those have ended since.

    Raises
    ------
    HistoryError
        If the base knows a run as another task's.
    """
    names = pd.Index(run_names(runs).to_numpy(zero_copy_only=False))
    tasks = runs["task"].cast(pa.string()).to_numpy()
    status = runs["status"].cast(pa.string()).to_numpy()
    known = np.zeros(len(names), bool)
    ended = np.zeros(len(names), bool)
    for rows in _rows_of(base, runs):
        places = names.get_indexer(pd.Index(run_names(rows).to_numpy(zero_copy_only=False)))
        found = np.flatnonzero(places >= 0)
        places = places[found]
        before = rows["task_id"].cast(pa.string()).to_numpy()[found]
        other = np.flatnonzero(before != tasks[places])
        if len(other):
            one = other[0]
            raise HistoryError(
                f"run {rows['source_run_id'][int(found[one])].as_py()!r} was imported before "
                f"as one of task {before[one]!r}, and is one of {tasks[places[one]]!r} now"
            )
        known[places] = True
        running = rows["status"].cast(pa.string()).to_numpy()[found] == "running"
        ended[places[running]] = status[places[running]] != "running"
    return known, ended


def _rows_of(base: MetaDataset, runs: pa.Table) -> Iterator[pa.Table]:
    """Rows of the base that come from the sources of `runs`."""
    sources = pc.unique(runs["source"].cast(pa.string()))
    for rows in base._evaluations.rows():
        ours = rows.filter(pc.is_in(rows["source"].cast(pa.string()), sources))
        if len(ours):
            yield ours


def _without(base: MetaDataset, runs: pa.Table) -> MetaDataset:
    """The base without the runs that are read anew."""
    gone = run_names(runs)
    before = base._evaluations

    def load(_: Sequence[str] | None) -> Iterator[pa.Table]:
        for rows in before.rows():
            yield rows.filter(pc.invert(pc.is_in(run_names(rows), gone)))

    return replace(
        base,
        _evaluations=RunEvaluations(
            load,
            before.metrics,
            [str(label) for label in base.tasks.index],
            [str(label) for label in base.configuration_ids],
        ),
    )


def _joined(base: MetaDataset | None, runs: pa.Table) -> MetaDataset:
    """The base and new runs as one meta-dataset."""
    if not len(runs):
        assert base is not None
        return base
    parts = assemble(runs)
    fresh = MetaDataset.from_parts(
        parts.task_ids,
        parts.evaluations,
        parts.configurations,
        tasks=parts.tasks,
        info=parts.info,
    )
    if base is None:
        return fresh
    tasks = fresh.tasks.copy()
    here = base.tasks.set_axis(base.tasks.index.astype(str), axis=0)
    for task in tasks.index.intersection(here.index):
        # What runs imply of a task is less than what the base may know of it.
        tasks.loc[task, "task_type"] = here.loc[task, "task_type"]
    merged = base.merge(replace(fresh, tasks=tasks))
    own = {
        "sources": list(dict.fromkeys([*base.info.get("sources", []), *fresh.info["sources"]])),
        "directions": {**(base.info.get("directions") or {}), **fresh.info["directions"]},
    }
    return replace(merged, info={**base.info, **own})
