"""Runs in a CSV or Parquet table, read by a mapping of its columns."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from warmstart.datasets.readers.quotes import note_merged_lines
from warmstart.errors import HistoryError
from warmstart.histories.options import NOISE, Meaning
from warmstart.histories.reading import first_line, readable
from warmstart.histories.schema import RUNS, Remarks, RunHistory
from warmstart.histories.table_columns import Mapped, read_mapping
from warmstart.histories.times import utc_of
from warmstart.histories.values import plain_value, typed_word, whole

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.histories.options import Options

_DECIMAL = r"^[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+[eE]|[0-9]+\.[0-9]*[eE])"
_FRACTION = r"^[-+]?[0-9]*\.0*[1-9]|[eE]"
_PARQUET = (".parquet", ".pq")
_TEXT = (".csv", ".tsv")
_PACKED = (".gz", ".bz2", ".zst", ".lz4")


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
        ``.csv`` or ``.tsv`` (also ``.csv.gz`` and the like) or ``.parquet``.
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
            first, n_rows = n_rows + 1, n_rows + block.num_rows
            remarks.place = f"rows {first} to {n_rows}"
            yield from _packed(
                source, block, first, mapped, meaning, parameters, occurrences, remarks
            )
        if not is_parquet(path) and (note := note_merged_lines(path, n_rows)):
            remarks.say(note)

    return RunHistory(source, str(path), batches, meaning.run_prefix)


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet by its name."""
    return path.suffix.lower() in _PARQUET


def is_table(path: Path) -> bool:
    """Whether a file is one that can be read by its name, packed or not."""
    return is_parquet(path) or _inner(path) in _TEXT


def _inner(path: Path) -> str:
    """What a file is without the packing."""
    name = Path(path.stem) if path.suffix.lower() in _PACKED else path
    return name.suffix.lower()


def column_names(path: Path) -> list[str]:
    """Columns of a CSV or Parquet file.

    Raises
    ------
    HistoryError
        If the file is not there or no table.
    """
    with readable(path):
        if not path.is_file():
            raise HistoryError(f"there is no table {path}")
        if not is_table(path):
            raise HistoryError(
                f"{path} is none of {', '.join((*_TEXT, *_PARQUET))} by its name; rename it, "
                "or convert it to one of them"
            )
    try:
        if is_parquet(path):
            return list(pq.read_schema(path).names)
        with _open_csv(path, {}) as reader:
            return list(reader.schema.names)
    except _DAMAGED as error:
        raise HistoryError(f"{path} cannot be read as a table: {_why(path, error)}") from error


_DAMAGED = (pa.ArrowException, OSError, ValueError)


def _why(path: Path, error: Exception) -> str:
    """What is wrong with a table; a quote that is not closed, where it shows."""
    if not is_parquet(path):
        with contextlib.suppress(Exception):  # damaged in other ways as well
            if note := note_merged_lines(path, 0):
                return note
    return first_line(error)


def _open_csv(path: Path, types: Mapping[str, pa.DataType]) -> Any:
    # Words are typed column by column below: a block cannot know what follows it.
    options = pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=True)
    return pyarrow.csv.open_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(use_threads=False),
        # A cell with line breaks may lie across two blocks.
        parse_options=pyarrow.csv.ParseOptions(
            newlines_in_values=True, delimiter="\t" if _inner(path) == ".tsv" else ","
        ),
        convert_options=options,
    )


def _blocks(path: Path) -> Iterator[pa.RecordBatch]:
    found = _read_blocks(path)
    while True:
        # Only reading is explained; what is done with a block is not the file's.
        block = _next_block(path, found)
        if block is None:
            return
        yield block


def _read_blocks(path: Path) -> Iterator[pa.RecordBatch]:
    if is_parquet(path):
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(10_000, use_threads=False)
        return
    with _open_csv(path, dict.fromkeys(column_names(path), pa.string())) as reader:
        yield from reader


def _next_block(path: Path, found: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
    try:
        return next(found, None)
    except HistoryError:
        raise
    except _DAMAGED as error:
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
            elif pa.types.is_string(cells.type) and not is_parquet(path):
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
        found.append(_Parameter(column, name, not is_parquet(path), number))
    return found


def _any(cells: pa.Array, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(cells, pattern)).as_py())


def _packed(
    source: str,
    block: pa.RecordBatch,
    first: int,
    mapped: Mapped,
    meaning: Meaning,
    parameters: list[_Parameter],
    occurrences: Counter[str],
    remarks: Remarks,
) -> Iterator[pa.RecordBatch]:
    n = block.num_rows
    texts = _values(block, parameters, meaning)
    tasks = _tasks(block, meaning, first)
    learners = _words(block, mapped.learner, meaning.learner)
    status = _status(block, mapped)
    costs = _numbers(block, mapped.cost)
    for what, wrong in (("less than nothing", costs < 0), ("without end", np.isposinf(costs))):
        remarks.add(f"cost {what}, which is taken as unknown", int(wrong.sum()))
        costs[wrong] = np.nan
    shared: dict[str, Any] = {
        "task": tasks,
        "values": texts,
        "space": pa.array([meaning.space_of(name) for name in learners.to_pylist()]),
        "learner": learners,
        "cost_s": pa.array(costs, from_pandas=True),
        "timestamp": _times(block, mapped.timestamp, remarks),
        "seed": _seeds(block, mapped.seed, remarks),
        "budget": _budgets(block, mapped.budget),
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
    # Each with its comma, for a join leaves rows out in which nothing is active.
    parts = [
        pc.fill_null(pc.binary_join_element_wise(",", pieces[name], ""), "")
        for name in sorted(pieces)
    ]
    joined = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "")
    return pc.binary_join_element_wise("{", pc.utf8_ltrim(joined, ","), "}", "")


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


def _tasks(block: pa.RecordBatch, meaning: Meaning, first: int) -> pa.Array:
    if meaning.task_tag is None:
        return pa.array([meaning.task] * block.num_rows)
    cells = block.column(meaning.task_tag)
    if cells.null_count:
        row = first + int(np.argmax(cells.is_null().to_numpy(zero_copy_only=False)))
        raise HistoryError(f"row {row} names no task: column {meaning.task_tag!r} is empty")
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


def _seeds(block: pa.RecordBatch, column: str, remarks: Remarks) -> pa.Array:
    """Whole numbers to the last digit; a float would round those beyond 2^53."""
    if not column:
        return pa.nulls(block.num_rows, pa.int64())
    found = []
    for cell in block.column(column).to_pylist():
        value = typed_word(cell.strip()) if isinstance(cell, str) else cell
        seed = whole(value)
        if seed is None and value is not None and value == value:
            remarks.add("whose seed is no whole number of 64 bits, which is left out")
        found.append(seed)
    return pa.array(found, pa.int64())


def _budgets(block: pa.RecordBatch, column: str) -> pa.Array:
    """What runs were given; without end is all there is."""
    budgets = _numbers(block, column)
    budgets[np.isinf(budgets)] = np.nan
    return pa.array(budgets, from_pandas=True)


def _times(block: pa.RecordBatch, column: str, remarks: Remarks) -> pa.Array:
    """UTC, ISO 8601; numbers are seconds since 1970, or parts of them."""
    if not column:
        return pa.array([""] * block.num_rows)
    times = []
    for cell in block.column(column).to_pylist():
        value = typed_word(cell.strip()) if isinstance(cell, str) else cell
        times.append(utc_of(value))
        if not times[-1] and cell is not None and cell == cell:
            remarks.add("with a time that is not ISO 8601, which is taken as unknown")
        elif isinstance(value, str):
            remarks.say("times that name no zone are taken to be UTC")
    return pa.array(times, pa.string())


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
    cells = [pc.fill_null(_as_text(column), "") for column in chain([tasks, texts], block)]
    ids = []
    for text in pc.binary_join_element_wise(*cells, "\x1f").to_pylist():
        row = hashlib.sha256(text.encode()).hexdigest()[:16]
        occurrences[row] += 1
        ids.append(row if occurrences[row] == 1 else f"{row}-{occurrences[row]}")
    return pa.array(ids, pa.string())


def _as_text(column: pa.Array) -> pa.Array:
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        return pa.array([None if v is None else repr(v) for v in column.to_pylist()])
    return column.cast(pa.string())
