"""Reading each run once from a folder that overlapping batches were added to."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from warmstart.metadataset.run_keys import run_keys

_IDENTITY = (
    "task_id",
    "configuration_id",
    "metric",
    "score",
    "cost_s",
    "status",
    "budget",
    "seed",
    "sampler",
    "timestamp",
    "source_run_id",
)


def source_of(file: Path) -> str:
    """The source of the evaluations in a file, which its folder is named after."""
    return file.parent.name.removeprefix("source=")


@dataclass(frozen=True, eq=False)
class DistinctRuns:
    """Which rows of files of evaluations count: of a run in several files, the first's.

    A run that was still running gives way to its end. Rows of one file are left as they
    are.
    """

    files: Sequence[Path]
    """In the order in which they were written."""

    def keep(self, file: Path, group: int) -> NDArray[np.bool_] | None:
        """Which rows of a row group count; None for all."""
        if not self._overlapping:
            return None
        return self._kept[file, group]

    @cached_property
    def _overlapping(self) -> bool:
        """Whether a run can be in two files: not if their ids are in separate ranges."""
        if len(self.files) == len({source_of(file) for file in self.files}):
            return False
        ranges: dict[str, list[tuple[str, str]]] = {}
        for file in self.files:
            bounds = _id_bounds(file)
            if bounds is None:
                return True
            ranges.setdefault(source_of(file), []).append(bounds)
        return any(
            before[1] >= after[0]
            for found in ranges.values()
            for before, after in itertools.pairwise(sorted(found))
        )

    @cached_property
    def _kept(self) -> dict[tuple[Path, int], NDArray[np.bool_]]:
        places: list[tuple[Path, int]] = []
        keys, ranks = [], []
        for number, file in enumerate(self.files):
            running: list[NDArray[np.bool_]] = []
            found = run_keys(_groups(file, running))
            places += [(file, group) for group in range(len(found))]
            keys += found
            # Runs that ended come before runs that had not, whatever the file.
            ranks += [part * len(self.files) + number for part in running]
        together, rank = np.concatenate(keys), np.concatenate(ranks).astype(np.int32)
        order = np.argsort(together, kind="stable")
        ordered = together[order]
        firsts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        least = np.minimum.reduceat(rank[order], firsts)
        kept = np.empty(len(together), bool)
        kept[order] = rank[order] == np.repeat(least, np.diff(np.r_[firsts, len(order)]))
        ends = np.cumsum([len(part) for part in keys])
        return dict(zip(places, np.split(kept, ends[:-1]), strict=True))


def _groups(file: Path, running: list[NDArray[np.bool_]]) -> Iterator[pa.Table]:
    """Row groups with all that tells runs apart; `running` collects which had not ended."""
    with pq.ParquetFile(file, read_dictionary=["task_id", "configuration_id"]) as parquet:
        for group in range(parquet.num_row_groups):
            rows = parquet.read_row_group(group, list(_IDENTITY), use_threads=False)
            running.append(
                np.asarray(rows["status"].to_numpy(zero_copy_only=False) == "running")
            )
            source = pa.array([source_of(file)]).dictionary_encode()
            yield rows.append_column("source", source.take(pa.array(np.zeros(len(rows), int))))


def _id_bounds(file: Path) -> tuple[str, str] | None:
    """First and last run id of a file; None where a run has none, or it cannot be told."""
    metadata = pq.read_metadata(file)
    column = metadata.schema.names.index("source_run_id")
    bounds: list[str] = []
    for number in range(metadata.num_row_groups):
        statistics = metadata.row_group(number).column(column).statistics
        if statistics is None or not statistics.has_min_max or not statistics.min:
            return None
        bounds += [statistics.min, statistics.max]
    return (min(bounds), max(bounds)) if bounds else None
