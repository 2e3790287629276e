"""Which columns of a table mean what: a mapping in a file or a dict, checked before reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_args

from warmstart.domain import Status
from warmstart.errors import HistoryError
from warmstart.histories.parsing.reading import json_object, readable
from warmstart.histories.runs.directions import check_direction, usual_name
from warmstart.histories.runs.schema import Direction

_WORDS: dict[Status, tuple[str, ...]] = {
    "ok": ("ok", "success", "succeeded", "complete", "completed", "finished", "done"),
    "failed": ("failed", "fail", "failure", "error", "errored", "crashed", "killed"),
    "timeout": ("timeout", "timed_out", "timedout"),
    "memout": ("memout", "memoryout", "oom", "out_of_memory"),
    "pruned": ("pruned", "stopped"),
    "running": ("running", "pending"),
}
STATUS_WORDS: Mapping[str, Status] = {
    word: status for status, words in _WORDS.items() for word in words
}
"""What other tools call the way a run ended, in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricColumn:
    """One column of results."""

    column: str
    metric: str
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRoles:
    """The columns of a table by meaning; empty text where there is none."""

    measures: tuple[MetricColumn, ...]
    params: tuple[str, ...] | str
    """Columns of hyperparameters, or the prefix their names share, which is taken off."""

    task: str = ""
    cost: str = ""
    timestamp: str = ""
    status: str = ""
    words: Mapping[str, Status] = field(default_factory=lambda: STATUS_WORDS)
    """What the status column's words mean."""

    run_id: str = ""
    seed: str = ""
    budget: str = ""
    sampler: str = ""
    learner: str = ""

    @property
    def number_columns(self) -> list[str]:
        """Columns that hold nothing but numbers."""
        given = (*(m.column for m in self.measures), self.cost, self.seed, self.budget)
        return list(dict.fromkeys(filter(None, given)))

    def parameters(self, names: list[str]) -> dict[str, str]:
        """Columns of hyperparameters, and what those are called.

        Raises
        ------
        HistoryError
            If a column is not there, or none is.
        """
        if isinstance(self.params, str):
            found = {n: n.removeprefix(self.params) for n in names if n.startswith(self.params)}
            if not found:
                raise HistoryError(
                    f"no column begins with {self.params!r}; there are {', '.join(names)}"
                )
            return found
        return {name: name for name in self.params}

    def check(self, names: list[str], location: str) -> None:
        """Refuse a table that lacks a column of the mapping, or has it twice.

        Raises
        ------
        HistoryError
            Naming the column and those there are.
        """
        wanted = [m.column for m in self.measures]
        wanted += (
            [n for n in names if n.startswith(self.params)]
            if isinstance(self.params, str)
            else self.params
        )
        wanted += [getattr(self, name) for name in _COLUMNS]
        if twice := [name for name in wanted if name and names.count(name) > 1]:
            raise HistoryError(
                f"{location} has {names.count(twice[0])} columns {twice[0]!r}; rename them"
            )
        missing = [name for name in wanted if name and name not in names]
        if missing:
            raise HistoryError(
                f"{location} has no column {missing[0]!r}; it has {', '.join(names)}"
            )


_COLUMNS = (
    "task",
    "cost",
    "timestamp",
    "status",
    "run_id",
    "seed",
    "budget",
    "sampler",
    "learner",
)
_KEYS = ("metric", "params", *_COLUMNS)


def read_mapping(mapping: str | Path | Mapping[str, Any] | ColumnRoles) -> ColumnRoles:
    """Check a mapping given as a dict or in a JSON file.

    Parameters
    ----------
    mapping : path or mapping
        ``metric``: column to direction, or to ``{"name": …, "direction": …}``; ``params``: a
        list of columns or the prefix they share; and columns ``task``, ``cost`` (seconds),
        ``timestamp``, ``status`` (or ``{column: {word: status}}``), ``run_id``, ``seed``,
        ``budget``, ``sampler``, ``learner``.

    Raises
    ------
    HistoryError
        If it cannot be read, names something unknown, or lacks metric or params.

    Examples
    --------
    >>> roles = read_mapping({"metric": {"auc": "maximize"}, "params": "p."})
    >>> roles.measures
    (MetricColumn(column='auc', metric='roc_auc', direction='maximize'),)
    """
    if isinstance(mapping, ColumnRoles):
        return mapping
    if not isinstance(mapping, Mapping):
        path = Path(mapping).expanduser()
        if not path.exists():
            raise HistoryError(f"there is no mapping file {path}")
        with readable(f"mapping {path}"):
            return _checked(json_object(path, "is not JSON"))
    return _checked(mapping)


def _checked(mapping: Mapping[str, Any]) -> ColumnRoles:
    if unknown := [key for key in mapping if key not in _KEYS]:
        raise HistoryError(f"a mapping has no {unknown[0]!r}; it may have {', '.join(_KEYS)}")
    status, words = mapping.get("status", ""), STATUS_WORDS
    if isinstance(status, Mapping):
        if len(status) != 1:
            raise HistoryError(f"status maps one column to its words, got {dict(status)}")
        ((status, own),) = status.items()
        if not isinstance(own, Mapping):
            raise HistoryError(f"status maps words to {get_args(Status)}, got {own!r}")
        if wrong := [w for w in own.values() if w not in get_args(Status)]:
            raise HistoryError(f"status {wrong[0]!r} is none of {get_args(Status)}")
        words = {**STATUS_WORDS, **{str(word).lower(): state for word, state in own.items()}}
    columns = {key: str(mapping[key]) for key in _COLUMNS if key in mapping and key != "status"}
    measures = _measures(mapping.get("metric"))
    usual = [measure.metric for measure in measures]
    if twice := [name for name in usual if usual.count(name) > 1]:
        raise HistoryError(
            f"two columns are measures of {twice[0]}; give one a name of its own: "
            f'{{"{measures[-1].column}": {{"name": …, "direction": …}}}}'
        )
    return ColumnRoles(
        measures=measures,
        params=_params(mapping.get("params")),
        status=str(status),
        words=words,
        **columns,
    )


def _measures(given: Any) -> tuple[MetricColumn, ...]:
    if not isinstance(given, Mapping) or not given:
        raise HistoryError(
            f'a mapping must say {{"metric": {{column: direction}}}}, got {given!r}: whether a '
            "metric is better high or low is never guessed"
        )
    measures = []
    for column, said in given.items():
        entry = said if isinstance(said, Mapping) else {"direction": said}
        if extra := set(entry) - {"name", "direction"}:
            raise HistoryError(f"metric {column!r} has a name and a direction, not {extra}")
        name = str(entry.get("name", column))
        check_direction(name, entry.get("direction"))
        measures.append(
            MetricColumn(
                column=str(column), metric=usual_name(name), direction=entry["direction"]
            )
        )
    return tuple(measures)


def _params(given: Any) -> tuple[str, ...] | str:
    if isinstance(given, str) and given:
        return given
    if isinstance(given, list | tuple) and given:
        return tuple(str(name) for name in given)
    raise HistoryError(f'a mapping must say {{"params": [columns] or "prefix"}}, got {given!r}')


assert {f.name for f in fields(ColumnRoles)} == {"measures", "params", "words", *_COLUMNS}
