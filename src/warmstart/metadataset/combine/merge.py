"""One meta-dataset of several: tasks and configurations by id, evaluations by run.

Merging the same source twice changes nothing: a run is known by its source and the
source's id of it, or by all it says where it has none, see
:mod:`warmstart.metadataset.storage.runs.run_keys`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.combine.merge_tasks import (
    Conflicts,
    united_families,
    united_info,
    united_metafeatures,
    united_tasks,
)
from warmstart.metadataset.core.configurations import Configurations
from warmstart.metadataset.core.evaluations import RunEvaluations, codes, floats
from warmstart.metadataset.core.matrix import OK, STATUSES
from warmstart.metadataset.core.score_table import Floats
from warmstart.metadataset.storage.runs.run_keys import Keys, cell_keys, run_keys, without_id

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset

_RUNNING = STATUSES.index("running")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Merged:
    """The parts of a merged meta-dataset."""

    task_ids: pd.Index
    tasks: pd.DataFrame
    families: dict[Any, Any]
    metafeatures: pd.DataFrame | None
    configurations: Configurations
    evaluations: RunEvaluations
    info: dict[str, Any]


def merge(parts: Sequence[MetaDataset], conflicts: Conflicts) -> Merged:
    """Unite meta-datasets; see ``MetaDataset.merge``."""
    if conflicts not in get_args(Conflicts):
        raise MetaDatasetError(
            f"conflicts must be one of {get_args(Conflicts)}, got {conflicts!r}"
        )
    notes: list[str] = []
    task_ids = _united_labels([md.tasks.index for md in parts], "task", notes)
    tasks = [_relabelled(md.tasks, task_ids) for md in parts]
    described = [_relabelled(md.metafeatures, task_ids) for md in parts]
    versions = [str(md.info.get("extractor_version", "")) for md in parts]
    configurations = _united_configurations(parts, conflicts, notes)
    masks = _kept_rows(parts, conflicts, notes)
    return Merged(
        task_ids=task_ids,
        tasks=united_tasks(tasks, task_ids, conflicts, notes),
        families=united_families(tasks),
        metafeatures=united_metafeatures(described, versions, conflicts, notes),
        configurations=configurations,
        evaluations=RunEvaluations(
            _reader(parts, masks),
            tuple(dict.fromkeys(name for md in parts for name in md.metrics)),
            [str(label) for label in task_ids],
            [str(label) for label in configurations.ids],
        ),
        info=united_info([md.info for md in parts], notes),
    )


def _united_labels(indexes: Sequence[pd.Index], what: str, notes: list[str]) -> pd.Index:
    """Ids in the order in which they are first met; integers stay so where all are."""
    integers = [pd.api.types.is_integer_dtype(index.dtype) for index in indexes]
    if any(integers) and not all(integers):
        notes.append(f"{what} ids are integers here and text there; all are text now")
        indexes = [index.astype(str) for index in indexes]
    names = {index.name for index in indexes}
    labels = dict.fromkeys(label for index in indexes for label in index)
    kinds = {index.dtype for index in indexes}
    index: pd.Index = pd.Index(list(labels), dtype=kinds.pop() if len(kinds) == 1 else None)
    return index.set_names(names.pop()) if len(names) == 1 else index


def _relabelled(frame: pd.DataFrame, labels: pd.Index) -> pd.DataFrame:
    """The frame with ids of the type the merged meta-dataset has."""
    integers = [pd.api.types.is_integer_dtype(i.dtype) for i in (labels, frame.index)]
    if integers != [False, True]:
        return frame
    relabelled = frame.set_axis(frame.index.astype(str), axis=0)
    if "family" in frame:
        relabelled["family"] = frame["family"].astype(str).to_numpy()
    return relabelled


def _united_configurations(
    parts: Sequence[MetaDataset], conflicts: Conflicts, notes: list[str]
) -> Configurations:
    """Every configuration once; one of unknown values gives way to one of known ones."""
    ids = _united_labels([md.configuration_ids for md in parts], "configuration", notes)
    as_text = not pd.api.types.is_integer_dtype(ids.dtype)
    texts: dict[Any, str] = {}
    named: dict[str, dict[Any, str]] = {"space": {}, "learner": {}}
    for md in parts:
        known = md._configurations
        labels = [str(label) for label in known.ids] if as_text else list(known.ids)
        for label, text in zip(labels, known.to_texts(), strict=True):
            before = texts.setdefault(label, text)
            if text in ("{}", before):
                continue
            if before != "{}" and conflicts == "refuse":
                raise MetaDatasetError(
                    f"configuration {label!r} is {before} in one meta-dataset and {text} in "
                    "another; give them different ids, or say conflicts='first' or 'last'"
                )
            if before == "{}" or conflicts == "last":
                texts[label] = text
        for kind, values in (("space", md.spaces), ("learner", md.learners)):
            for label, value in zip(labels, values, strict=True):
                if value:
                    named[kind].setdefault(label, value)
    return Configurations(
        ids,
        texts=[texts[label] for label in ids],
        spaces=[named["space"].get(label, "") for label in ids],
        learners=[named["learner"].get(label, "") for label in ids],
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Runs:
    """Rows of one meta-dataset or of several, one after the other."""

    keys: Keys
    scores: Floats
    status: NDArray[np.uint8]
    counts: NDArray[np.bool_]
    """Whether a row is in the union."""

    bare: NDArray[np.bool_]
    """Whether its source gave it no id."""

    def before(self, other: _Runs) -> NDArray[np.intp]:
        """Place here of each run of `other`; -1 where it is not here."""
        here = np.flatnonzero(self.counts)
        order = here[np.argsort(self.keys[here], kind="stable")]
        if not len(order):
            return np.full(len(other.keys), -1)
        places = np.searchsorted(self.keys[order], other.keys).clip(max=len(order) - 1)
        found = order[places]
        return np.where(self.keys[found] == other.keys, found, -1)


def _runs(md: MetaDataset) -> _Runs:
    ours = pa.array([str(label) for label in md.tasks.index], pa.string())
    scores, status, counts, bare = [], [], [], []

    def read() -> Iterator[pa.Table]:
        for rows in md._evaluations.rows():
            scores.append(floats(rows, "score"))
            status.append(codes(rows, "status", list(STATUSES)).astype(np.uint8))
            counts.append(pc.is_in(rows["task_id"].cast(pa.string()), ours).to_numpy())
            bare.append(without_id(rows))
            yield rows

    keys = run_keys(read())
    return _Runs(*(np.concatenate(part) for part in (keys, scores, status, counts, bare)))


def _kept_rows(
    parts: Sequence[MetaDataset], conflicts: Conflicts, notes: list[str]
) -> list[NDArray[np.bool_]]:
    """Which rows of each meta-dataset are in the union, in the order they are read in."""
    known, ends = _runs(parts[0]), [0]
    for number, md in enumerate(parts[1:], start=1):
        ends.append(len(known.keys))
        new = _runs(md)
        places = known.before(new)
        again = new.counts & (places >= 0)
        # A run that is not here, at place -1, finds what is appended.
        status, scores = np.append(known.status, 0)[places], np.append(known.scores, 0)[places]
        was_running = again & (status == _RUNNING) & (new.status != _RUNNING)
        same = np.isclose(scores, new.scores, rtol=1e-6, atol=0, equal_nan=True)
        same &= status == new.status
        clash = again & ~same & ~was_running & (new.status != _RUNNING)
        if clash.any():
            if conflicts == "refuse":
                row = int(np.flatnonzero(clash)[0])
                raise MetaDatasetError(
                    f"{int(clash.sum())} runs ended differently in meta-dataset {number} than "
                    f"in one before it, such as {_named_run(md, row)}: {new.scores[row]:g}, "
                    f"before {known.scores[places[row]]:g}; say conflicts='first' or 'last'"
                )
            notes.append(
                f"{int(clash.sum())} runs ended differently in a later meta-dataset; the "
                f"{conflicts} result counts"
            )
        replaced = was_running | clash if conflicts == "last" else was_running
        known.counts[places[replaced]] = False
        new.counts[again & ~replaced] = False
        known = _Runs(
            *(
                np.concatenate([getattr(known, name), getattr(new, name)])
                for name in ("keys", "scores", "status", "counts", "bare")
            )
        )
    if known.bare.any():
        _note_means(parts, known, ends, notes)
    return np.split(known.counts, ends[1:])


def _note_means(
    parts: Sequence[MetaDataset], known: _Runs, ends: Sequence[int], notes: list[str]
) -> None:
    """Say which scores become means of evaluations that may be one: some have no run id."""
    cells = np.concatenate([cell_keys(t) for md in parts for t in md._evaluations.rows()])
    used = np.flatnonzero(known.counts & (known.status == OK))
    order = used[np.argsort(cells[used], kind="stable")]
    if not len(order):
        return
    part = np.searchsorted(ends[1:], order, side="right")
    firsts = np.flatnonzero(np.r_[True, cells[order][1:] != cells[order][:-1]])
    low, high = (f.reduceat(known.scores[order], firsts) for f in (np.minimum, np.maximum))
    averaged = (
        (np.minimum.reduceat(part, firsts) < np.maximum.reduceat(part, firsts))
        & np.logical_or.reduceat(known.bare[order], firsts)
        & ~np.isclose(low, high, rtol=1e-6, atol=0)
    )
    if not averaged.any():
        return
    group = int(np.flatnonzero(averaged)[0])
    row = int(order[firsts[group]])
    number = int(np.searchsorted(ends[1:], row, side="right"))
    what = _named_run(
        parts[number], row - ends[number], ("task_id", "configuration_id", "metric")
    )
    n = int(averaged.sum())
    means = "1 score is a mean" if n == 1 else f"{n:,} scores are means"
    notes.append(
        f"{means} over several meta-datasets, of evaluations without run ids that may be "
        f"repeats or contradict each other, such as {what}: from {low[group]:g} to "
        f"{high[group]:g}"
    )


_RUN = ("source", "source_run_id", "task_id", "configuration_id", "metric")


def _named_run(md: MetaDataset, row: int, names: Sequence[str] = _RUN) -> str:
    for rows in md._evaluations.rows():
        if row < len(rows):
            return ", ".join(f"{name} {rows[name][row].as_py()!r}" for name in names)
        row -= len(rows)
    raise AssertionError("a row beyond the last")


def _reader(
    parts: Sequence[MetaDataset], masks: Sequence[NDArray[np.bool_]]
) -> Callable[[Sequence[str] | None], Iterator[pa.Table]]:
    """Read the rows of the union, a table of a meta-dataset at a time."""

    def load(columns: Sequence[str] | None) -> Iterator[pa.Table]:
        for md, mask in zip(parts, masks, strict=True):
            start = 0
            for rows in md._evaluations.rows(columns):
                kept = mask[start : start + len(rows)]
                start += len(rows)
                yield rows if kept.all() else rows.filter(pa.array(kept))

    return load
