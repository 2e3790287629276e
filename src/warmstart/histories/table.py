"""Runs in a CSV or Parquet table, read by a mapping of its columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv

from warmstart.datasets.readers.csv.quotes import note_merged_lines
from warmstart.errors import HistoryError
from warmstart.histories.parsing.table_files import (
    blocks,
    column_names,
    is_parquet,
    separator_of,
)
from warmstart.histories.parsing.table_rows import columns_called, parameters_in, runs_of
from warmstart.histories.parsing.written_cells import plain_blocks
from warmstart.histories.runs.options import Meaning
from warmstart.histories.runs.remarks import Remarks
from warmstart.histories.runs.schema import RunHistory
from warmstart.histories.table_columns import ColumnRoles, read_mapping

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.histories.runs.options import ReadOptions


def read(
    path: str | Path,
    *,
    mapping: str | Path | Mapping[str, Any] | ColumnRoles,
    **options: Unpack[ReadOptions],
) -> RunHistory:
    """Read a table of one row a run.

    Numbers are read as people write them: "0,93" is less than one, "1 250" more than a
    thousand; `remarks` tell of each column in which any was. A CSV file whose header has
    semicolons, tabs or bars and no comma is separated by them.

    A row without a score is a failed run unless its status says otherwise. Without a column
    of run ids a row is named by the hash of its content, so that a file may grow and be read
    again.

    Parameters
    ----------
    path : path
        ``.csv`` or ``.tsv`` (also ``.csv.gz`` and the like) or ``.parquet``.
    mapping : path or mapping
        What the columns mean, see :func:`warmstart.histories.table_columns.read_mapping`.
    **options :
        As in :class:`~warmstart.histories.runs.options.Meaning`; metrics and their directions
        are those of the mapping, and so is the task where it names a column of it.

    Raises
    ------
    HistoryError
        If the file or a column is not there, or a cell cannot be understood.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "runs.csv"
    >>> _ = file.write_text("data,depth,lr,acc\\na,3,1,0.9\\nb,None,0.1,\\n")
    >>> columns = {"task": "data", "metric": {"acc": "maximize"}, "params": ["depth", "lr"]}
    >>> read(file, mapping=columns).to_frame()[["task", "values", "status"]].values.tolist()
    [['a', '{"depth":3,"lr":1.0}', 'ok'], ['b', '{"depth":null,"lr":0.1}', 'failed']]
    """
    path, roles = Path(path), read_mapping(mapping)
    options["metric"] = [m.metric for m in roles.measures]
    options["direction"] = [m.direction for m in roles.measures]
    if roles.task:
        if options.get("task") is not None:
            raise HistoryError(
                f"task={options['task']!r} was said, and the mapping names a column of tasks, "
                f"{roles.task!r}; leave one out"
            )
        options["task_tag"] = roles.task
    meaning = Meaning(**options)
    return read_as("table", path, roles, meaning)


def read_as(source: str, path: Path, roles: ColumnRoles, meaning: Meaning) -> RunHistory:
    """Read a table whose rows are called runs of `source`; errors as of :func:`read`."""
    if isinstance(meaning.task, Mapping):
        raise HistoryError(
            "a table names tasks in a column: mapping {'task': column}, or one task="
        )
    names = column_names(path)
    task_column = meaning.task_tag or ""
    if task_column and task_column not in names:
        raise HistoryError(f"{path} has no column {task_column!r}; it has {', '.join(names)}")
    roles.check(names, str(path))

    def batches(remarks: Remarks) -> Iterator[pa.RecordBatch]:
        called = columns_called(names, roles, meaning, remarks)
        # Words of a Parquet file were typed by whoever wrote it; numbers are numbers.
        either = [] if is_parquet(path) else called
        plain = plain_blocks(lambda: blocks(path), roles.number_columns, either, remarks)
        parameters = parameters_in(called, plain, is_parquet(path), remarks)
        occurrences: Counter[str] = Counter()
        n_rows = 0
        for block in plain():
            first, n_rows = n_rows + 1, n_rows + block.num_rows
            remarks.place = f"rows {first} to {n_rows}"
            yield from runs_of(
                source, block, first, roles, meaning, parameters, occurrences, remarks
            )
        if not is_parquet(path):
            separator = separator_of(path)
            if note := note_merged_lines(path, n_rows, separator=separator):
                remarks.say(note)

    return RunHistory(source, str(path), batches, meaning.run_prefix)
