"""Runs in a CSV or Parquet table, read by a mapping of its columns."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from warmstart.datasets.readers.quotes import note_merged_lines
from warmstart.errors import HistoryError
from warmstart.histories.options import NOISE, Meaning
from warmstart.histories.schema import RUNS, Remarks, RunHistory
from warmstart.histories.table_columns import Mapped, read_mapping
from warmstart.histories.values import plain_value, typed_word

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.histories.options import Options

_DECIMAL = r"^[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+[eE]|[0-9]+\.[0-9]*[eE])"
_FRACTION = r"^[-+]?[0-9]*\.0*[1-9]|[eE]"
_MILLISECONDS = 1e11
"""Numbers of seconds above this are milliseconds: as seconds they lie 3,000 years ahead."""


def read(
    path: str | Path,
    *,
    mapping: str | Path | Mapping[str, Any] | Mapped,
    **options: Unpack[Options],
) -> RunHistory:
    """Read a table of one row a run.

    A row without a score is a failed run unless its status says otherwise. Without a column
    of run ids a row is named by the hash of its content, so that a file may grow and be read
    again.

    Parameters
    ----------
    path : path
        ``.csv`` (also ``.csv.gz``) or ``.parquet``.
    mapping : path or mapping
        What the columns mean, see :func:`warmstart.histories.table_columns.read_mapping`.
    **options :
        As in :class:`~warmstart.histories.options.Meaning`; metrics and their directions are
        those of the mapping, and so is the task where it names a column of it.

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
    path, mapped = Path(path), read_mapping(mapping)
    options["metric"] = [m.metric for m in mapped.measures]
    options["direction"] = [m.direction for m in mapped.measures]
    if mapped.task:
        if options.get("task") is not None:
            raise HistoryError(
                f"task={options['task']!r} was said, and the mapping names a column of tasks, "
                f"{mapped.task!r}; leave one out"
            )
        options["task_tag"] = mapped.task
    meaning = Meaning(**options)
    return read_as("table", path, mapped, meaning)


def read_as(source: str, path: Path, mapped: Mapped, meaning: Meaning) -> RunHistory:
    """Read a table whose rows are called runs of `source`; errors as of :func:`read`."""
    if isinstance(meaning.task, Mapping):
        raise HistoryError(
            "a table names tasks in a column: mapping {'task': column}, or one task="
        )
    names = column_names(path)
    task_column = meaning.task_tag or ""
    if task_column and task_column not in names:
        raise HistoryError(f"{path} has no column {task_column!r}; it has {', '.join(names)}")
    mapped.check(names, str(path))

    def batches(remarks: Remarks) -> Iterator[pa.RecordBatch]:
        parameters = _parameters(path, names, mapped, meaning, remarks)
        occurrences: Counter[str] = Counter()
        n_rows = 0
        for block in _blocks(path):
            n_rows += block.num_rows
            yield from _packed(source, block, mapped, meaning, parameters, occurrences, remarks)
        if not _is_parquet(path) and (note := note_merged_lines(path, n_rows)):
            remarks.say(note)

    return RunHistory(source, str(path), batches)


def _is_parquet(path: Path) -> bool:
    return path.suffix in (".parquet", ".pq")


def column_names(path: Path) -> list[str]:
    """Columns of a CSV or Parquet file.

    Raises
    ------
    HistoryError
        If the file is not there or no table.
    """
    if not path.is_file():
        raise HistoryError(f"there is no table {path}")
    try:
        if _is_parquet(path):
            return list(pq.read_schema(path).names)
        with _open_csv(path, {}) as reader:
            return list(reader.schema.names)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise HistoryError(f"{path} cannot be read as a table: {_why(path, error)}") from error


def _why(path: Path, error: Exception) -> str:
    """What is wrong with a table; a quote that is not closed, where it shows."""
    return ("" if _is_parquet(path) else note_merged_lines(path, 0)) or str(error)


def _open_csv(path: Path, types: Mapping[str, pa.DataType]) -> Any:
    # Words are typed column by column below: a block cannot know what follows it.
    options = pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=True)
    return pyarrow.csv.open_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(use_threads=False),
        # A cell with line breaks may lie across two blocks.
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=options,
    )


def _blocks(path: Path) -> Iterator[pa.RecordBatch]:
    try:
        if _is_parquet(path):
            with pq.ParquetFile(path) as file:
                yield from file.iter_batches(10_000, use_threads=False)
            return
        with _open_csv(path, dict.fromkeys(column_names(path), pa.string())) as reader:
            yield from reader
    except pa.ArrowInvalid as error:
        raise HistoryError(f"{path} cannot be read to its end: {_why(path, error)}") from error


@dataclass(frozen=True, slots=True)
class _Parameter:
    column: str
    name: str
    words: bool
    """Whether its cells are text that stands for values."""

    number: type | None
    """What its numbers are where they would be of two types."""


def _parameters(
    path: Path, names: list[str], mapped: Mapped, meaning: Meaning, remarks: Remarks
) -> list[_Parameter]:
    """Hyperparameters by name, each with the type its whole column has."""
    called = {
        column: meaning.rename.get(name, name)
        for column, name in mapped.parameters(names).items()
        if column not in meaning.ignore and name not in meaning.ignore
    }
    for column, name in list(called.items()):
        if name in NOISE:
            del called[column]
            remarks.say(f"{name} is no part of a configuration and was left out")
    seen = {column: [False, False, False] for column in called}
    for block in _blocks(path):
        for column, flags in seen.items():
            cells = block.column(column)
            flags[0] |= cells.null_count > 0
            if pa.types.is_floating(cells.type):
                finite = cells.to_numpy(zero_copy_only=False)
                finite = finite[np.isfinite(finite)]
                flags[0] |= len(finite) < len(cells)
                flags[1] = True
                flags[2] |= bool((finite != np.floor(finite)).any())
            elif pa.types.is_string(cells.type) and not _is_parquet(path):
                flags[1] |= _any(cells, _DECIMAL)
                flags[2] |= _any(cells, _FRACTION)
    found = []
    for column, name in sorted(called.items(), key=lambda item: item[1]):
        missing, decimal, fraction = seen[column]
        number: type | None = float if decimal else None
        if decimal and missing and not fraction:
            number = int
            remarks.say(
                f"{name} is read as whole numbers: all are, and some are missing, which is "
                "how whole numbers come to be written with a point"
            )
        found.append(_Parameter(column, name, not _is_parquet(path), number))
    return found


def _any(cells: pa.Array, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(cells, pattern)).as_py())


def _packed(
    source: str,
    block: pa.RecordBatch,
    mapped: Mapped,
    meaning: Meaning,
    parameters: list[_Parameter],
    occurrences: Counter[str],
    remarks: Remarks,
) -> Iterator[pa.RecordBatch]:
    n = block.num_rows
    texts = _values(block, parameters, meaning)
    tasks = _tasks(block, meaning)
    learners = _words(block, mapped.learner, meaning.learner)
    status = _status(block, mapped)
    costs = _numbers(block, mapped.cost)
    if (costs < 0).any():
        remarks.add("cost less than nothing, which is taken as unknown", int((costs < 0).sum()))
        costs[costs < 0] = np.nan
    seeds = _numbers(block, mapped.seed)
    shared: dict[str, Any] = {
        "task": tasks,
        "values": texts,
        "space": pa.array([meaning.space_of(name) for name in learners.to_pylist()]),
        "learner": learners,
        "cost_s": pa.array(costs, from_pandas=True),
        "timestamp": _times(block, mapped.timestamp, remarks),
        "seed": pa.array([None if s != s else int(s) for s in seeds], pa.int64()),
        "budget": pa.array(_numbers(block, mapped.budget), from_pandas=True),
        "sampler": _words(block, mapped.sampler, meaning.sampler or "unknown"),
        "source": pa.array([source] * n),
        "source_run_id": _run_ids(block, mapped, tasks, texts, occurrences),
    }
    for measure in mapped.measures:
        numbers = _numbers(block, measure.column)
        ended = status.copy()
        lost = (ended == "ok") & ~np.isfinite(numbers)
        ended[lost] = "failed"
        remarks.add(f"without a finite {measure.column}: told as failed", int(lost.sum()))
        numbers[ended != "ok"] = np.nan
        scores = numbers if measure.direction == "maximize" else 0.0 - numbers
        columns = {
            **shared,
            "metric": pa.array([measure.metric] * n),
            "direction": pa.array([measure.direction] * n),
            "score": pa.array(scores, from_pandas=True),
            "status": pa.array(ended.tolist(), pa.string()),
        }
        yield pa.record_batch([columns[name] for name in RUNS.names], schema=RUNS)


def _values(block: pa.RecordBatch, parameters: list[_Parameter], meaning: Meaning) -> pa.Array:
    """Canonical JSON of each row's hyperparameters, joined column by column."""
    pieces: dict[str, pa.Array] = {}
    for parameter in parameters:
        piece = _piece(block.column(parameter.column), parameter)
        if parameter.name in pieces:
            raise HistoryError(f"two columns are called {parameter.name!r}; rename one")
        if parameter.name in meaning.fixed:
            piece = pc.fill_null(piece, _pair(parameter.name, meaning.fixed[parameter.name]))
        pieces[parameter.name] = piece
    for name, value in meaning.fixed.items():
        if name not in pieces:
            pieces[name] = pa.array([_pair(name, value)] * block.num_rows)
    joined = pc.binary_join_element_wise(
        *(pieces[name] for name in sorted(pieces)), ",", null_handling="skip"
    )
    return pc.binary_join_element_wise("{", joined, "}", "")


def _pair(name: str, value: Any) -> str:
    return f"{json.dumps(name)}:{json.dumps(plain_value(value))}"


def _piece(cells: pa.Array, parameter: _Parameter) -> pa.Array:
    """``"name":value`` of each cell, null where the hyperparameter is not active."""
    if pa.types.is_nested(cells.type):
        raise HistoryError(f"column {parameter.column!r} holds {cells.type}, not plain values")
    if pa.types.is_floating(cells.type):
        cells = pc.if_else(pc.is_nan(cells), None, cells)
    coded = cells if pa.types.is_dictionary(cells.type) else cells.dictionary_encode()
    texts = []
    for cell in coded.dictionary.to_pylist():
        value = typed_word(cell) if parameter.words else cell
        if parameter.number and isinstance(value, int | float) and not isinstance(value, bool):
            value = parameter.number(value)
        texts.append(_pair(parameter.name, value))
    return pa.array(texts, pa.string()).take(coded.indices)


def _tasks(block: pa.RecordBatch, meaning: Meaning) -> pa.Array:
    if meaning.task_tag is None:
        return pa.array([meaning.task] * block.num_rows)
    cells = block.column(meaning.task_tag)
    if cells.null_count:
        raise HistoryError(
            f"row {int(np.argmax(cells.is_null().to_numpy(zero_copy_only=False)))} of a block "
            f"names no task: column {meaning.task_tag!r} is empty"
        )
    return cells.cast(pa.string())


def _words(block: pa.RecordBatch, column: str, default: str) -> pa.Array:
    if not column:
        return pa.array([default] * block.num_rows)
    return pc.fill_null(block.column(column).cast(pa.string()), default)


def _numbers(block: pa.RecordBatch, column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    if not column:
        return np.full(block.num_rows, np.nan)
    try:
        cells = block.column(column).cast(pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise HistoryError(f"column {column!r} must hold numbers: {error}") from error
    return np.array(cells.to_numpy(zero_copy_only=False), np.float64)


def _status(block: pa.RecordBatch, mapped: Mapped) -> Any:
    if not mapped.status:
        return np.full(block.num_rows, "ok", object)
    found = []
    for cell in block.column(mapped.status).cast(pa.string()).to_pylist():
        word = "" if cell is None else cell.strip().lower().replace(" ", "_")
        if word not in mapped.words:
            raise HistoryError(
                f"status {cell!r} in column {mapped.status!r} is unknown; say what it means: "
                f'{{"status": {{"{mapped.status}": {{"{cell}": "failed"}}}}}}'
            )
        found.append(mapped.words[word])
    return np.array(found, object)


def _times(block: pa.RecordBatch, column: str, remarks: Remarks) -> pa.Array:
    """UTC, ISO 8601; numbers are seconds or milliseconds since 1970."""
    if not column:
        return pa.array([""] * block.num_rows)
    cells = block.column(column)
    if pa.types.is_string(cells.type) and not _any(cells, r"[^-+0-9.eE]"):
        cells = cells.cast(pa.float64())
    if pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type):
        seconds = np.array(cells.to_numpy(zero_copy_only=False), np.float64)
        seconds = np.where(seconds > _MILLISECONDS, seconds / 1e3, seconds)
        times = pd.to_datetime(pd.Series(seconds), unit="s", utc=True)
    else:
        texts = pd.Series(cells.to_pylist(), dtype=object)
        times = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")
        lost = int((times.isna() & texts.notna()).sum())
        remarks.add("with a time that is not ISO 8601, which is taken as unknown", lost)
        remarks.say("times that name no zone are taken to be UTC")
    return pa.array(["" if pd.isna(t) else t.isoformat() for t in times], pa.string())


def _run_ids(
    block: pa.RecordBatch,
    mapped: Mapped,
    tasks: pa.Array,
    texts: pa.Array,
    occurrences: Counter[str],
) -> pa.Array:
    """The named column, or a hash of all cells; equal rows are numbered."""
    if mapped.run_id:
        given = block.column(mapped.run_id)
        if given.null_count:
            raise HistoryError(f"column {mapped.run_id!r} must name every run; some are empty")
        return given.cast(pa.string())
    cells = [
        pc.fill_null(column.cast(pa.string()), "") for column in chain([tasks, texts], block)
    ]
    ids = []
    for text in pc.binary_join_element_wise(*cells, "\x1f").to_pylist():
        row = hashlib.sha256(text.encode()).hexdigest()[:16]
        occurrences[row] += 1
        ids.append(row if occurrences[row] == 1 else f"{row}-{occurrences[row]}")
    return pa.array(ids, pa.string())
