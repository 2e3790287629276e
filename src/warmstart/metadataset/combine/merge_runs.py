"""Which runs of several meta-datasets are kept: each once, contradictions refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.combine.merge_tasks import (
    Conflicts,
)
from warmstart.metadataset.core.columns import codes, floats
from warmstart.metadataset.core.score_matrix import OK, STATUSES
from warmstart.metadataset.core.score_table import Floats
from warmstart.metadataset.storage.runs.run_keys import Keys, cell_keys, run_keys, without_id

if TYPE_CHECKING:
    from warmstart.metadataset.core.core import Views


_RUNNING = STATUSES.index("running")


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
        tried = np.flatnonzero(self.counts)
        order = tried[np.argsort(self.keys[tried], kind="stable")]
        if not len(order):
            return np.full(len(other.keys), -1)
        places = np.searchsorted(self.keys[order], other.keys).clip(max=len(order) - 1)
        found = order[places]
        return np.where(self.keys[found] == other.keys, found, -1)


def _runs(md: Views) -> _Runs:
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


def kept_rows(
    parts: Sequence[Views], conflicts: Conflicts, notes: list[str]
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
    parts: Sequence[Views], known: _Runs, ends: Sequence[int], notes: list[str]
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


def _named_run(md: Views, row: int, names: Sequence[str] = _RUN) -> str:
    for rows in md._evaluations.rows():
        if row < len(rows):
            return ", ".join(f"{name} {rows[name][row].as_py()!r}" for name in names)
        row -= len(rows)
    raise AssertionError("a row beyond the last")
