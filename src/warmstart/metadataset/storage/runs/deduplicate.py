"""Reading each run once from a folder that overlapping batches were added to."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from warmstart.errors import MetaDatasetError

_log = logging.getLogger(__name__)

_NAMED = ("task_id", "configuration_id", "metric", "status", "budget", "source_run_id")
_SAID = ("score", "cost_s", "seed", "sampler", "timestamp")
"""What tells runs apart besides where their source gave them no id."""

_LONGEST = 200

_AT_ONCE = 500_000
"""Rows whose keys are compared at a time, about 50 bytes each; all keys take 8 bytes a row."""


def source_of(file: Path) -> str:
    """The source of the evaluations in a file, which its folder is named after."""
    return unquote(file.parent.name.removeprefix("source="))


def source_folder(source: str) -> str:
    """Name of the folder of a source's evaluations: what cannot be in a name is quoted.

    Examples
    --------
    >>> source_folder("optuna"), source_folder("../../x")
    ('source=optuna', 'source=..%2F..%2Fx')
    """
    return f"source={quoted(source)}"


def quoted(name: str) -> str:
    """Any text as a part of a file name, readable where it can be.

    Raises
    ------
    MetaDatasetError
        If it is too long to be one.
    """
    text = quote(name, safe=" !#$&'()+,;=@[]{}~^`", errors="surrogatepass")
    if len(text) > _LONGEST:
        raise MetaDatasetError(
            f"{name[:40]!r}… is too long to name a file after: {len(text)} letters, at most "
            f"{_LONGEST}"
        )
    return text


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
        if not self.overlapping:
            return None
        return self._kept[file, group]

    @cached_property
    def overlapping(self) -> bool:
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
        from warmstart.metadataset.storage.runs.run_keys import run_keys

        ends = np.cumsum([pq.read_metadata(file).num_rows for file in self.files])
        keys, running = np.empty(ends[-1], np.uint64), np.empty(ends[-1], bool)
        places: dict[tuple[Path, int], slice] = {}
        begin = 0
        for file in self.files:
            flags: list[NDArray[np.bool_]] = []
            for group, found in enumerate(run_keys(_groups(file, flags))):
                here = places[file, group] = slice(begin, begin + len(found))
                keys[here], running[here] = found, flags[group]
                begin += len(found)
        kept = first_of_each(keys, running, ends)
        self._tell_changed(keys, ~kept & ~running, kept)
        return {place: kept[here] for place, here in places.items()}

    def _tell_changed(
        self, keys: NDArray[np.uint64], again: NDArray[np.bool_], kept: NDArray[np.bool_]
    ) -> None:
        """Log how many runs came again with another score, which does not count."""
        rows = np.flatnonzero(again)
        if not len(rows):
            return
        scores = np.concatenate(
            [pq.read_table(file, columns=["score"])["score"].to_numpy() for file in self.files]
        )
        firsts = np.flatnonzero(kept & np.isin(keys, keys[rows]))
        order = firsts[np.argsort(keys[firsts], kind="stable")]
        first = order[np.searchsorted(keys[order], keys[rows])]
        same = np.isclose(scores[first], scores[rows], rtol=1e-6, atol=0, equal_nan=True)
        if n := int((~same).sum()):
            _log.warning(
                "%s: %d runs were added again with another score; the first counts. Merging "
                "meta-datasets refuses such runs, or chooses",
                self.files[0].parents[2],
                n,
            )


def first_of_each(
    keys: NDArray[np.uint64], running: NDArray[np.bool_], ends: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Which rows count: of each key those in the first file, of those that ended if any did.

    Parameters
    ----------
    keys : array, shape (n_rows,)
        Spread evenly over all of their values, as hashes are.
    running : array, shape (n_rows,)
        Whether a row is of a run that had not ended.
    ends : array, shape (n_files,)
        One past each file's last row.

    Examples
    --------
    >>> keys = np.array([7, 8, 8, 7, 8], np.uint64)
    >>> first_of_each(keys, np.array([True, False, False, False, False]), np.array([3, 5]))
    array([False,  True,  True,  True, False])
    """
    n_parts = len(keys) // _AT_ONCE + 1
    share = np.empty(len(keys), np.uint16)
    # Equal keys are in one share; written straight into two bytes, it takes no copy of all.
    np.remainder(keys, np.uint64(n_parts), out=share, casting="unsafe")
    kept = np.empty(len(keys), bool)
    for part in range(n_parts):
        rows = np.flatnonzero(share == part)
        rows = rows[np.argsort(keys[rows], kind="stable")]
        ordered = keys[rows]
        firsts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(rows)])
        # Runs that ended come before runs that had not, whatever the file.
        rank = np.searchsorted(ends, rows, side="right") + len(ends) * running[rows]
        least = np.minimum.reduceat(rank, firsts) if len(rows) else rank
        kept[rows] = rank == np.repeat(least, np.diff(np.r_[firsts, len(rows)]))
    return kept


def _groups(file: Path, running: list[NDArray[np.bool_]]) -> Iterator[pa.Table]:
    """Row groups with all that tells runs apart; `running` collects which had not ended."""
    named = _id_bounds(file) is not None
    columns = [*_NAMED, *(() if named else _SAID)]
    dictionaries = ["task_id", "configuration_id", "metric", "status"]
    with pq.ParquetFile(file, read_dictionary=dictionaries) as parquet:
        for group in range(parquet.num_row_groups):
            rows = parquet.read_row_group(group, columns, use_threads=False)
            running.append(pc.equal(rows["status"], "running").to_numpy())
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
