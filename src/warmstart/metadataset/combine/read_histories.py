"""Foreign histories as a meta-dataset: joined to a base, described, defaults filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from warmstart.metadataset.combine.attach_datasets import attach
from warmstart.metadataset.combine.fill_defaults import fill_defaults
from warmstart.metadataset.combine.from_runs import (
    assemble,
    gather,
    refuse_untyped,
)
from warmstart.metadataset.combine.merge import merge
from warmstart.metadataset.combine.same_runs import Changed
from warmstart.metadataset.core.core import M
from warmstart.metadataset.curves.attach import gather_curves, with_curves
from warmstart.metadataset.samplers import bias_note, samplers_of

if TYPE_CHECKING:
    from warmstart.histories.runs.protocol import HistorySource


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """What a user says of the tasks of foreign histories, which record runs alone."""

    datasets: Mapping[str, Any] | None = None
    """Task to its dataset, which is described and not kept."""

    metafeatures: pd.DataFrame | None = None
    """Of tasks whose dataset is not at hand, indexed by task."""

    families: Mapping[str, str] | None = None
    """Task to the original that its dataset is derived from."""

    defaults: Mapping[str, Any] | None = None
    """Hyperparameters' values where a study did not vary them."""

    task_type: str | None = None
    """Of all tasks, where neither a dataset nor a known metric says it."""

    @property
    def say_more(self) -> bool:
        """Whether there is something to keep even where no run is new."""
        said = bool(self.datasets or self.families or self.task_type)
        return said or self.metafeatures is not None


def read_histories(
    make: type[M],
    histories: Iterable[HistorySource],
    facts: TaskFacts,
    changed: Changed = "refuse",
) -> M:
    """Foreign histories as a meta-dataset; see :meth:`warmstart.MetaDataset.from_histories`."""
    sources = list(histories)
    runs, notes = gather(sources, changed)
    md, more = described(fresh_of(make, runs), runs, facts)
    return with_curves(noted(md, [*notes, *more]), gather_curves(sources))


def described(md: M, runs: pa.Table, facts: TaskFacts) -> tuple[M, list[str]]:
    """Describe the tasks, fill in defaults in the spaces of `runs`, and say what was done."""
    tasks, spaces = (
        pc.unique(runs[name].cast(pa.string())).to_pylist() for name in ("task", "space")
    )
    kind = facts.task_type
    md, remarks = attach(
        md,
        datasets=facts.datasets,
        metafeatures=facts.metafeatures,
        families=facts.families,
        task_types=None if kind is None else dict.fromkeys(tasks, kind),
    )
    refuse_untyped(md)
    md, filled = fill_defaults(md, spaces=spaces, defaults=facts.defaults)
    bias = bias_note(samplers_of(md._evaluations))
    return md, [*remarks, *filled, *([bias] if bias else [])]


def noted(md: M, notes: Sequence[str]) -> M:
    """The same, its information saying what was left out, filled in or assumed."""
    before = md.info.get("import_notes") or []
    return replace(md, info={**md.info, "import_notes": list(dict.fromkeys([*before, *notes]))})


def fresh_of(make: type[M], runs: pa.Table) -> M:
    """Runs alone as a meta-dataset."""
    parts = assemble(runs)
    return make.from_parts(
        parts.task_ids,
        parts.evaluations,
        parts.configurations,
        tasks=parts.tasks,
        info=parts.info,
    )


def joined(base: M, runs: pa.Table) -> M:
    """A base and new runs as one meta-dataset."""
    if not len(runs):
        return base
    fresh = fresh_of(type(base), runs)
    tasks = fresh.tasks.copy()
    known = base.tasks.set_axis(base.tasks.index.astype(str), axis=0)
    for task in tasks.index.intersection(known.index):
        # What runs imply of a task is less than what the base may know of it.
        tasks.loc[task, "task_type"] = known.loc[task, "task_type"]
    merged = merge([base, replace(fresh, tasks=tasks)], "refuse")
    own = {
        "sources": list(dict.fromkeys([*base.info.get("sources", []), *fresh.info["sources"]])),
        "directions": {**(base.info.get("directions") or {}), **fresh.info["directions"]},
    }
    return replace(merged, info={**base.info, **own})
