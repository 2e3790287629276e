"""Reading more rows than memory holds: each task is done with once its last row was read.

Parquet files tell for every row group which task ids it spans. In a file sorted by task,
hardly more than one row group is held at a time. Where the rows of a task are scattered
over all the files, the files are read several times, for some of the tasks each time.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

Compact = tuple[NDArray[Any], ...]
"""Columns of some rows as arrays; the second one is the position of each row's task."""

LARGE = 2_000_000
"""From so many rows on, all rows are not held at once."""

HELD_ROWS = 1_500_000
"""Rows held at once, about 31 bytes each; a task of more is held whole."""

_FLUSHES = 4
"""Finished tasks are handed on when so large a part of the rows held is new."""

_DICTIONARIES = ["task_id", "configuration_id", "metric", "status", "source_run_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowGroup:
    """One row group of one file."""

    file: Path
    number: int
    n_rows: int
    first: int
    """Position of its first task among the names in ascending order."""

    last: int


def row_groups(files: Sequence[Path], task_names: Sequence[str], metric: str) -> list[RowGroup]:
    """Row groups that may hold rows of a metric, by first task; only footers are read."""
    ordered = np.array(sorted(task_names), dtype=object)
    groups = []
    for file in files:
        metadata = pq.read_metadata(file)
        column = metadata.schema.names.index("task_id")
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            statistics = group.column(column).statistics
            first, last = 0, len(ordered) - 1
            # Without bounds, a group may hold any task.
            if statistics is not None and statistics.has_min_max:
                first = int(np.searchsorted(ordered, statistics.min))
                last = int(np.searchsorted(ordered, statistics.max, side="right")) - 1
            if group.num_rows and _may_hold(group, metadata.schema.names, metric):
                groups.append(
                    RowGroup(
                        file=file, number=number, n_rows=group.num_rows, first=first, last=last
                    )
                )
    return sorted(groups, key=lambda group: group.first)


def _may_hold(group: pq.RowGroupMetaData, names: list[str], metric: str) -> bool:
    statistics = group.column(names.index("metric")).statistics
    if statistics is None or not statistics.has_min_max:
        return True
    return bool(statistics.min <= metric <= statistics.max)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPlan:
    """In which order to read row groups, for which tasks at a time."""

    groups: Sequence[RowGroup]
    task_names: Sequence[str]
    columns: Sequence[str]
    held_rows: int = HELD_ROWS

    keep: Callable[[Path, int], NDArray[np.bool_] | None] | None = None
    """Which rows of a row group of a file count; None for all of them."""

    def ranges(self) -> list[tuple[int, int]]:
        """First and one past the last task of each pass, in ascending order of names.

        As few passes as keep the rows held at a time below `held_rows`, taking the rows of
        a group to be spread evenly over the tasks it spans.
        """
        n_tasks = len(self.task_names)
        n_passes = 1
        while n_passes < n_tasks:
            bounds = [n_tasks * i // n_passes for i in range(n_passes + 1)]
            passes = list(itertools.pairwise(bounds))
            if max(self._held(*tasks) for tasks in passes) <= self.held_rows:
                return passes
            n_passes += 1
        return [(i, i + 1) for i in range(n_tasks)]

    def _held(self, begin: int, end: int) -> float:
        """Rows held at most in one pass, beside the row group just read."""
        most = 0.0
        held: list[tuple[float, int, int]] = []
        groups = self._overlapping(begin, end)
        for place, group in enumerate(groups):
            following = groups[place + 1].first if place + 1 < len(groups) else end
            most = max(most, sum(_share(*part, following) for part in held))
            first, last = max(group.first, begin), min(group.last, end - 1)
            rows = group.n_rows * (last - first + 1) / (group.last - group.first + 1)
            # Tasks before the following group's first are done with.
            held = [part for part in [*held, (rows, first, last)] if part[2] >= following]
        return most

    def _overlapping(self, begin: int, end: int) -> list[RowGroup]:
        return [g for g in self.groups if g.first < end and g.last >= begin]

    def parts(
        self, compact: Callable[[pa.Table], Compact]
    ) -> Iterator[tuple[Compact, NDArray[np.intp]]]:
        """Read the rows; those of some tasks at a time, all of each.

        Yields
        ------
        part : tuple of arrays
            What `compact` made of the rows.
        finished : array of positions in `task_names`
            Tasks the rows are of; no other part has rows of theirs.
        """
        order = np.argsort(np.array(self.task_names, dtype=object), kind="stable")
        rank = np.empty(len(order), np.intp)
        rank[order] = np.arange(len(order))
        for begin, end in self.ranges():
            groups = self._overlapping(begin, end)
            held, start, n_new = Held(), begin, 0
            for place, group in enumerate(groups):
                part = compact(self._read(group))
                if group.first < begin or group.last >= end:
                    ranks = rank[part[1]]
                    part = _where(part, (ranks >= begin) & (ranks < end))
                held.add(part)
                n_new += len(part[1])
                is_last = place + 1 == len(groups)
                done = end if is_last else min(max(groups[place + 1].first, start), end)
                # Taking out a few rows costs as much as taking out many.
                if done == start or (n_new < self.held_rows // _FLUSHES and not is_last):
                    continue
                yield held.take(rank < done), order[start:done]
                start, n_new = done, 0

    def _read(self, group: RowGroup) -> pa.Table:
        with pq.ParquetFile(group.file, read_dictionary=_DICTIONARIES) as parquet:
            rows = parquet.read_row_group(group.number, list(self.columns), use_threads=False)
        kept = None if self.keep is None else self.keep(group.file, group.number)
        return rows if kept is None else rows.filter(pa.array(kept))


def _share(rows: float, first: int, last: int, from_task: int) -> float:
    """How many of some rows, spread evenly over tasks, are of a task or one after it."""
    return rows * (last - max(from_task, first) + 1) / (last - first + 1)


def _where(part: Compact, rows: NDArray[np.bool_]) -> Compact:
    return tuple(values[rows] for values in part)


class Held:
    """Rows that wait for the last one of their task, in arrays that grow in place.

    Thousands of small arrays would leave memory in pieces that nothing else fits in.
    """

    def __init__(self) -> None:
        self._columns: Compact = ()
        self._n = 0

    def add(self, part: Compact) -> None:
        n = self._n + len(part[0])
        if not self._columns:
            self._columns = tuple(np.empty(n, values.dtype) for values in part)
        for column, values in zip(self._columns, part, strict=True):
            if n > len(column):
                column.resize(n + n // 8, refcheck=False)
            column[self._n : n] = values
        self._n = n

    def take(self, finished: NDArray[np.bool_]) -> Compact:
        """Take out the rows of tasks that are finished; one flag a task."""
        rows = tuple(column[: self._n] for column in self._columns)
        self._columns, self._n = (), 0
        complete = finished[rows[1]]
        if complete.all():
            return rows
        self.add(_where(rows, ~complete))
        return _where(rows, complete)


def joined(parts: Iterable[Compact]) -> Compact:
    """The rows of all parts, one column after the other so that little is held twice."""
    found = list(parts)
    if len(found) == 1:
        return found[0]
    columns = [list(column) for column in zip(*found, strict=True)]
    del found
    whole = []
    for column in columns:
        whole.append(np.concatenate(column))
        column.clear()
    return tuple(whole)
