"""What one element of OpenML's answers holds, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Definition(NamedTuple):
    """A hyperparameter as a flow declares it; `input_id` tells apart equal names."""

    input_id: int
    flow_id: int
    full_name: str
    name: str
    data_type: str
    default: str


class EvaluationRow(NamedTuple):
    """One score of one run, by one evaluation engine."""

    run_id: int
    task_id: int
    setup_id: int
    flow_id: int
    flow_name: str
    data_id: int | None
    data_name: str
    engine_id: int
    measure: str
    upload_time: str
    uploader: int | None
    value: float | None
    """NaN where what is stored is no finite number, such as ``"NaN"``, ``"1e400"``,
    ``"null"``; None where nothing is."""

    array_data: str | None
    parameters: dict[int, str] | None
    """Stored text by input id; None where the listing does not say, which is not the same as
    an empty list of them."""


Key = tuple[int, int]
"""Run and evaluation engine."""


@dataclass(slots=True)
class Page:
    """Rows of one answer, and the hyperparameters they name."""

    rows: list[EvaluationRow] = field(default_factory=list)
    definitions: dict[int, Definition] = field(default_factory=dict)


class SetupRow(NamedTuple):
    """Hyperparameters of a run, by input id."""

    setup_id: int
    flow_id: int
    parameters: dict[int, str] | None
    """None where one of them is without a value."""


class RunRow(NamedTuple):
    """A run; `error` says why it has no scores."""

    run_id: int
    task_id: int
    setup_id: int
    flow_id: int
    uploader: int | None
    upload_time: str
    error: str


class TaskRow(NamedTuple):
    """A task as a listing has it: inputs by name, a few qualities of its dataset."""

    task_id: int
    type_id: int
    data_id: int
    name: str
    status: str
    inputs: dict[str, str]


class DatasetRow(NamedTuple):
    """What is known of a dataset without its rows."""

    data_id: int
    name: str
    version: str
    licence: str
    target: str
    md5: str


class StudyRow(NamedTuple):
    """A suite: its number, and the tasks in it."""

    study_id: int
    name: str
    task_ids: tuple[int, ...]


@dataclass(slots=True, kw_only=True)
class Listing:
    """Every evaluation of a unit, by run and evaluation engine."""

    rows: dict[Key, EvaluationRow] = field(default_factory=dict)
    definitions: dict[int, Definition] = field(default_factory=dict)
    """The hyperparameters that the rows name, by input id."""

    n_raw: int = 0
    """Rows that the server gave in its longest pass."""

    n_passes: int = 1
    """How often all pages were read; more than once where their order was not stable."""

    path: str = ""
    """What was asked for, without limit and offset."""
