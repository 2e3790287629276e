"""Adding foreign histories to a meta-dataset on disk: each run once, whenever it is read."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from warmstart.errors import HistoryError
from warmstart.metadataset.combine.from_runs import (
    directions_of,
    gather,
    refuse_other_direction,
)
from warmstart.metadataset.combine.read_histories import (
    TaskFacts,
    described,
    fresh_of,
    joined,
    noted,
)
from warmstart.metadataset.combine.same_runs import Changed, compare, run_names
from warmstart.metadataset.core.evaluations import RunEvaluations
from warmstart.metadataset.curves.attach import gather_curves, same_curves, with_curves
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.storage.folders.locking import Appeared, locked
from warmstart.metadataset.storage.folders.owners import is_build
from warmstart.metadataset.storage.folders.settling import MANIFEST
from warmstart.metadataset.storage.writing import refuse_place, write_inside

if TYPE_CHECKING:
    from warmstart.histories.runs.protocol import HistorySource


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did."""

    n_added: int
    """Evaluations that were not there."""

    n_updated: int
    """Evaluations that were there and say something else now: they were running when last
    read, went on, or were corrected."""

    n_known: int
    """Evaluations that were there already."""

    statuses: Mapping[str, int]
    """How the added and updated ones ended."""

    tasks: tuple[str, ...]
    """Tasks of the runs that were read."""

    notes: tuple[str, ...]
    """What was left out, filled in or assumed."""


def import_histories(
    histories: Iterable[HistorySource],
    out: str | Path,
    *,
    datasets: Mapping[str, Any] | None = None,
    metafeatures: pd.DataFrame | None = None,
    families: Mapping[str, str] | None = None,
    defaults: Mapping[str, Any] | None = None,
    task_type: str | None = None,
    changed: Changed = "refuse",
) -> ImportReport:
    """Add runs to the meta-dataset at `out`, or begin one there.

    A run is known by its source, the source's own name of it and its content: reading a
    source again adds only what is new, and what was running when it was last read, or went
    on to a larger budget, is brought up to date. One import writes at a time, others wait.

    Parameters
    ----------
    histories : iterable of HistorySource
        What the readers of :mod:`warmstart.histories` give.
    out : path
        Folder of a meta-dataset; written anew inside, so that a crash leaves the old.
    datasets, metafeatures, families, defaults, task_type :
        As in :meth:`warmstart.MetaDataset.from_histories`.
    changed : {"refuse", "update"}
        What to do with a run that is known by its id and says something else: other values
        or another result. Another history that numbers its runs alike is told apart by a
        ``run_prefix`` of its reader instead.

    Raises
    ------
    HistoryError
        If a run was imported before as another task's or with another content, a metric
        changes its direction, or some tasks have a type and others none; if another process
        is writing there all the time.
    """
    path = Path(out)
    if is_build(path):
        raise HistoryError(f"{path} is the folder of a build; import into another one")
    refuse_place(path)
    sources = list(histories)
    runs, notes = gather(sources, changed)
    curves = gather_curves(sources)
    facts = TaskFacts(
        datasets=datasets,
        metafeatures=metafeatures,
        families=families,
        defaults=defaults,
        task_type=task_type,
    )
    # Nobody may add between what is read here and what is written. A folder that is not there
    # has no lock, so one that another writer makes meanwhile is not read without it either.
    if not path.exists():
        with contextlib.suppress(Appeared), locked(path) as folder:
            return _imported(folder, runs, curves, notes, changed, facts, is_new=True)
    with locked(path) as folder:
        return _imported(folder, runs, curves, notes, changed, facts)


def _imported(
    path: Path,
    runs: pa.Table,
    curves: pa.Table,
    notes: list[str],
    changed: Changed,
    facts: TaskFacts,
    *,
    is_new: bool = False,
) -> ImportReport:
    """Import into a folder whose lock is held, or that is not there."""
    known = not is_new and (path / MANIFEST).is_file()
    base = MetaDataset.open(path) if known else None
    n_known = n_updated = 0
    new = runs
    if base is not None:
        _check_directions(base, runs)
        found = compare(base, runs, changed)
        n_known, n_updated = int((found.known & ~found.updated).sum()), int(found.updated.sum())
        if n_updated:
            base = _without(base, runs.filter(pa.array(found.updated)))
        new = runs.filter(pa.array(~found.known | found.updated))
    tasks = tuple(pc.unique(runs["task"].cast(pa.string())).to_pylist())
    nothing_new = not len(new) and not facts.say_more
    if base is not None and nothing_new and same_curves(base, curves):
        return ImportReport(
            n_added=0,
            n_updated=0,
            n_known=n_known,
            statuses={},
            tasks=tasks,
            notes=tuple(notes),
        )
    whole = fresh_of(MetaDataset, new) if base is None else joined(base, new)
    md, more = described(whole, runs, facts)
    notes = [*notes, *more]
    write_inside(with_curves(noted(md, notes), curves), path, only_new=base is None)
    return ImportReport(
        n_added=len(new) - n_updated,
        n_updated=n_updated,
        n_known=n_known,
        statuses=dict(Counter(new["status"].to_pylist())),
        tasks=tasks,
        notes=tuple(notes),
    )


def _check_directions(base: MetaDataset, runs: pa.Table) -> None:
    before = base.info.get("directions") or {}
    for metric, direction in directions_of(runs).items():
        refuse_other_direction(metric, before.get(metric, direction), direction)


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
