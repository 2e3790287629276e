"""Rows of a table as runs: parameters, values and tasks of a block at a time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from warmstart.errors import HistoryError
from warmstart.histories.parsing import table_cells
from warmstart.histories.runs.options import Meaning
from warmstart.histories.runs.remarks import Remarks
from warmstart.histories.runs.schema import RUNS
from warmstart.histories.runs.values import NOISE, plain_value, typed_word
from warmstart.histories.table_columns import ColumnRoles

_DECIMAL = r"^[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+[eE]|[0-9]+\.[0-9]*[eE])"


_FRACTION = r"^[-+]?[0-9]*\.0*[1-9]|[eE]"


@dataclass(frozen=True, slots=True)
class _Parameter:
    column: str
    name: str
    words: bool
    """Whether its cells are text that stands for values."""

    number: type | None
    """What its numbers are where they would be of two types."""


def columns_called(
    names: list[str], roles: ColumnRoles, meaning: Meaning, remarks: Remarks
) -> dict[str, str]:
    """Columns of hyperparameters, and what those are called."""
    called = {
        column: meaning.rename.get(name, name)
        for column, name in roles.parameters(names).items()
        if column not in meaning.ignore and name not in meaning.ignore
    }
    for column, name in list(called.items()):
        if name in NOISE:
            del called[column]
            remarks.say(f"{name} is no part of a configuration and was left out")
    return called


def parameters_in(
    called: Mapping[str, str],
    plain: Callable[[], Iterator[pa.RecordBatch]],
    is_typed: bool,
    remarks: Remarks,
) -> list[_Parameter]:
    """Hyperparameters by name, each with the type its whole column has."""
    seen = {column: [False, False, False] for column in called}
    for block in plain():
        for column, flags in seen.items():
            cells = block.column(column)
            flags[0] |= cells.null_count > 0
            if pa.types.is_floating(cells.type):
                finite = cells.to_numpy(zero_copy_only=False)
                finite = finite[np.isfinite(finite)]
                flags[0] |= len(finite) < len(cells)
                flags[1] = True
                flags[2] |= bool((finite != np.floor(finite)).any())
            elif pa.types.is_string(cells.type) and not is_typed:
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
        found.append(_Parameter(column, name, not is_typed, number))
    return found


def _any(cells: pa.Array, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(cells, pattern)).as_py())


def runs_of(
    source: str,
    block: pa.RecordBatch,
    first: int,
    roles: ColumnRoles,
    meaning: Meaning,
    parameters: list[_Parameter],
    occurrences: Counter[str],
    remarks: Remarks,
) -> Iterator[pa.RecordBatch]:
    n = block.num_rows
    texts = _values(block, parameters, meaning)
    tasks = _tasks(block, meaning, first)
    learners = table_cells.words(block, roles.learner, meaning.learner)
    status = table_cells.statuses(block, roles)
    costs = table_cells.numbers(block, roles.cost)
    for what, wrong in (("less than nothing", costs < 0), ("without end", np.isposinf(costs))):
        remarks.add(f"cost {what}, which is taken as unknown", int(wrong.sum()))
        costs[wrong] = np.nan
    shared: dict[str, Any] = {
        "task": tasks,
        "values": texts,
        "space": pa.array([meaning.space_of(name) for name in learners.to_pylist()]),
        "learner": learners,
        "cost_s": pa.array(costs, from_pandas=True),
        "timestamp": table_cells.times(block, roles.timestamp, remarks),
        "seed": table_cells.seeds(block, roles.seed, remarks),
        "budget": table_cells.budgets(block, roles.budget),
        "sampler": table_cells.words(block, roles.sampler, meaning.sampler or "unknown"),
        "source": pa.array([source] * n),
        "source_run_id": table_cells.run_ids(block, roles, tasks, texts, occurrences),
    }
    for measure in roles.measures:
        numbers = table_cells.numbers(block, measure.column)
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
