"""Spaces of different studies as one: what a study never varied gets the value it had."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from warmstart.domain import configuration_id
from warmstart.metadataset.combine.learner_defaults import learner_defaults
from warmstart.metadataset.core.columns import codes, encoded
from warmstart.metadataset.core.configurations import Configurations, canonical, some
from warmstart.metadataset.core.evaluations import RunEvaluations
from warmstart.metadataset.core.score_matrix import OK, STATUSES

if TYPE_CHECKING:
    from warmstart.metadataset.core.core import M, Views

_Home = tuple[str, str]
"""Space and learner of a configuration."""


@dataclass(frozen=True, slots=True)
class _Studies:
    """Which configurations the runs of each task were of."""

    pairs: list[tuple[int, int]]
    """Distinct (task, configuration), ascending."""

    finished: set[tuple[int, int]]
    """Those with a score: a run that failed early may not have chosen everything yet."""

    values: list[dict[str, Any]]
    homes: list[_Home]


def fill_defaults(
    md: M,
    *,
    spaces: Collection[str],
    defaults: Mapping[str, Any] | None = None,
) -> tuple[M, list[str]]:
    """Give every task of a space the hyperparameters that others of it have.

    A hyperparameter that is always active where it occurs, and that one task's runs never
    recorded, was left at its default there: it is filled with that of `defaults`, or of the
    learner where that is a known one. One that is active in some runs only depends on
    another, and stays inactive.

    Returns
    -------
    filled : meta-dataset
    notes : list of str
        What was filled with what, and what could not be.
    """
    studies = _studies(md)
    regression = _regressions(md)
    fills: dict[tuple[int, _Home], dict[str, Any]] = {}
    remarked: dict[str, list[int]] = {}
    for home in dict.fromkeys(home for home in studies.homes if home[0] in spaces):
        given = _recorded(studies, home)
        names = sorted(set().union(*(ever for ever, _ in given.values())))
        for name in names:
            having = [task for task, (ever, _) in given.items() if name in ever]
            lacking = [task for task in given if task not in having]
            if not lacking:
                continue
            if any(name not in given[task][1] for task in having):
                continue
            for task in lacking:
                known = {**learner_defaults(home[1], regression=task in regression)}
                known |= defaults or {}
                if name in known:
                    fills.setdefault((task, home), {})[name] = known[name]
                    text = f"{name} was filled with its default {known[name]!r}"
                else:
                    text = (
                        f"{name} is taken as not active, because no default is known "
                        f"(or say fixed={{{name!r}: value}})"
                    )
                remarked.setdefault(text, []).append(task)
    labels = md.tasks.index
    notes = [
        f"{text}: not recorded for {'task' if len(tasks) == 1 else f'{len(tasks)} tasks'} "
        f"{some(labels[task] for task in tasks)}"
        for text, tasks in remarked.items()
    ]
    return (_filled(md, studies, fills) if fills else md), notes


def _studies(md: Views) -> _Studies:
    known = md._configurations
    texts = known.to_texts()
    names = [str(label) for label in md.tasks.index]
    ids = [str(label) for label in known.ids]
    pairs: set[tuple[int, int]] = set()
    finished: set[tuple[int, int]] = set()
    for rows in md._evaluations.rows(["task_id", "configuration_id", "status"]):
        cells = np.column_stack(
            [codes(rows, "task_id", names), codes(rows, "configuration_id", ids)]
        )
        ok = codes(rows, "status", list(STATUSES)) == OK
        pairs.update(map(tuple, cells.tolist()))
        finished.update(map(tuple, cells[ok].tolist()))
    return _Studies(
        sorted(pairs),
        finished,
        [json.loads(text) for text in texts],
        list(zip(md.spaces, md.learners, strict=True)),
    )


def _regressions(md: Views) -> set[int]:
    return set(np.flatnonzero((md.tasks["task_type"] == "regression").to_numpy()).tolist())


def _recorded(studies: _Studies, home: _Home) -> dict[int, tuple[set[str], set[str]]]:
    """Of each task: hyperparameters any of its runs recorded, and those all did."""
    given: dict[int, tuple[set[str], set[str]]] = {}
    for task, config in studies.pairs:
        if studies.homes[config] != home or (task, config) not in studies.finished:
            continue
        names = studies.values[config].keys()
        if task not in given:
            given[task] = set(names), set(names)
        else:
            given[task][0].update(names)
            given[task][1].intersection_update(names)
    return given


def _filled(
    md: M, studies: _Studies, fills: Mapping[tuple[int, _Home], Mapping[str, Any]]
) -> M:
    """Move the runs of some tasks to configurations that say more."""
    old = [str(label) for label in md._configurations.ids]
    texts = dict(zip(old, md._configurations.to_texts(), strict=True))
    homes = dict(zip(old, studies.homes, strict=True))
    moved: dict[tuple[int, int], str] = {}
    for task, config in studies.pairs:
        home = studies.homes[config]
        if (task, home) not in fills:
            continue
        values = {**studies.values[config], **fills[task, home]}
        name = configuration_id(home[0], values)
        moved[task, config] = name
        texts.setdefault(name, canonical(values))
        homes.setdefault(name, home)
    used = {moved.get((task, config), old[config]) for task, config in studies.pairs}
    names = [name for name in texts if name in used]
    place = {name: k for k, name in enumerate(names)}
    # From (task, old configuration) to the new one's place.
    width = len(old)
    keys = np.array([task * width + config for task, config in studies.pairs])
    targets = np.array(
        [place[moved.get((task, config), old[config])] for task, config in studies.pairs],
        np.int32,
    )
    task_names = [str(label) for label in md.tasks.index]
    before = md._evaluations

    def load(columns: Sequence[str] | None) -> Iterator[pa.Table]:
        wanted = None if columns is None else {*columns, "task_id", "configuration_id"}
        for rows in before.rows(None if wanted is None else sorted(wanted)):
            cells = codes(rows, "task_id", task_names).astype(np.int64) * width
            cells += codes(rows, "configuration_id", old)
            new = encoded(targets[np.searchsorted(keys, cells)], names)
            where = rows.schema.get_field_index("configuration_id")
            yield rows.set_column(where, "configuration_id", new)

    def measured(name: str, tasks: Iterable[str], ids: Iterable[str]) -> pa.Table:
        assert md._measured is not None
        rows = md._measured(name, tasks, old)
        cells = codes(rows, "task_id", task_names).astype(np.int64) * width
        cells += codes(rows, "configuration_id", old)
        at = np.searchsorted(keys, cells).clip(max=len(keys) - 1)
        # What was measured of runs that are not here stays under its old name.
        here = keys[at] == cells
        before = np.array(rows["configuration_id"].to_pylist(), dtype=object)
        new = np.where(here, np.array(names, dtype=object)[targets[at]], before)
        where = rows.schema.get_field_index("configuration_id")
        column = pa.array(new, pa.string())
        rows = rows.set_column(where, rows.schema.field(where), column)
        return rows.filter(pc.is_in(column, pa.array(list(ids), pa.string())))

    return replace(
        md,
        _measured=None if md._measured is None else measured,
        _configurations=Configurations(
            pd.Index(names, name=md.configuration_ids.name),
            texts=[texts[name] for name in names],
            spaces=[homes[name][0] for name in names],
            learners=[homes[name][1] for name in names],
        ),
        _evaluations=RunEvaluations(load, before.metrics, task_names, names),
    )
