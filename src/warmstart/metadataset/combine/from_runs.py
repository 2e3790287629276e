"""Foreign histories as one meta-dataset: runs become evaluations, values configurations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from warmstart.errors import HistoryError
from warmstart.histories.runs.schema import RUNS
from warmstart.metadataset.combine.same_runs import Changed, once
from warmstart.metadataset.core.columns import complete, encoded
from warmstart.metadataset.core.configurations import Configurations, some
from warmstart.metadataset.core.evaluations import RunEvaluations
from warmstart.metadataset.core.schema import EVALUATIONS
from warmstart.metrics import METRICS

if TYPE_CHECKING:
    from warmstart.histories.runs.protocol import HistorySource
    from warmstart.metadataset.core.core import Views

_CODED = ("task", "space", "learner", "metric", "direction", "status", "sampler", "source")
"""Columns of few different words."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunParts:
    """The parts of a meta-dataset that foreign runs make."""

    task_ids: pd.Index
    tasks: pd.DataFrame
    configurations: Configurations
    evaluations: RunEvaluations
    info: dict[str, Any]


def gather(
    histories: Iterable[HistorySource], changed: Changed = "refuse"
) -> tuple[pa.Table, list[str]]:
    """All runs in one table of :data:`RUNS`, each once, and what the readers remarked.

    Raises
    ------
    HistoryError
        If there are no runs, or one belongs to two tasks or is recorded in two ways.
    """
    if changed not in get_args(Changed):
        raise HistoryError(f"changed must be one of {get_args(Changed)}, got {changed!r}")
    tables, remarks, places = [], [], []
    for history in histories:
        places.append(history.location)
        for batch in history.batches():
            table = pa.Table.from_batches([batch], RUNS)
            for name in _CODED:
                place = RUNS.get_field_index(name)
                table = table.set_column(place, name, table[name].dictionary_encode())
            tables.append(table)
        remarks += [f"{history.location}: {line}" for line in history.remarks]
    if not tables:
        raise HistoryError(
            "there is no run to import"
            + (f" in {', '.join(places)}" if places else "")
            + "".join(f"; {line}" for line in remarks)
        )
    runs = pa.concat_tables(tables).unify_dictionaries()
    return once(runs, remarks, changed, ", ".join(places)), remarks


def assemble(runs: pa.Table) -> RunParts:
    """Put runs into the terms of a meta-dataset.

    Parameters
    ----------
    runs : Table of :data:`RUNS`

    Raises
    ------
    HistoryError
        If a metric is minimized in one history and maximized in another.
    """
    tasks, task_names = _factorized(runs["task"])
    spaces, learners = (runs[n].cast(pa.string()) for n in ("space", "learner"))
    joined = pc.binary_join_element_wise(spaces, learners, runs["values"], "\x1f")
    configs, distinct = _factorized(joined)
    ids, texts, homes, trained = _identified(distinct)
    configuration_ids, place = np.unique(ids, return_inverse=True)
    first = np.unique(place, return_index=True)[1]
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    names = [str(name) for name in configuration_ids[order]]
    columns = {
        "task_id": encoded(tasks, task_names),
        "configuration_id": encoded(rank[place][configs], names),
        **{
            name: runs[name].combine_chunks().cast(EVALUATIONS.field(name).type)
            for name in EVALUATIONS.names
            if name in RUNS.names and name not in _CODED
        },
        **{
            name: encoded(*_factorized(runs[name]))
            for name in ("metric", "status", "sampler", "source")
        },
    }
    table = complete(columns, len(runs))
    metrics = tuple(_factorized(runs["metric"])[1])
    first = first[order]
    rows = pd.DataFrame(index=pd.Index(task_names, name="task_id"))
    of_task = pd.Series(_factorized(runs["metric"])[0]).groupby(tasks).first()
    rows["metric_default"] = [metrics[k] for k in of_task]
    rows["task_type"] = [_implied_kind(name) for name in rows["metric_default"]]
    sources = pd.Series(runs["source"].cast(pa.string()).to_numpy()).groupby(tasks).first()
    rows["source"] = sources.to_numpy()
    return RunParts(
        task_ids=rows.index,
        tasks=rows,
        configurations=Configurations(
            pd.Index(names, name="configuration_id"),
            texts=[texts[k] for k in first],
            spaces=[homes[k] for k in first],
            learners=[trained[k] for k in first],
        ),
        evaluations=RunEvaluations(lambda _: [table], metrics, task_names, names),
        info={"sources": sorted(set(sources)), "directions": directions_of(runs)},
    )


def directions_of(runs: pa.Table) -> dict[str, str]:
    """Direction each metric was recorded in.

    Raises
    ------
    HistoryError
        If a metric is minimized in one history and maximized in another.
    """
    pairs = runs.select(["metric", "direction"]).group_by(["metric", "direction"])
    found: dict[str, str] = {}
    for row in pairs.aggregate([]).to_pylist():
        metric, direction = row["metric"], row["direction"]
        refuse_other_direction(metric, found.setdefault(metric, direction), direction)
    return found


def refuse_other_direction(metric: str, before: str, now: str) -> None:
    """Raise if a metric is told to be better high here and better low there."""
    # A known metric has one name whichever sign was recorded: neg_log_loss is log_loss.
    if before != now and metric not in METRICS:
        raise HistoryError(
            f"{metric} is {before}d in one history and {now}d in another; "
            "name one of them otherwise"
        )


def refuse_untyped(md: Views) -> None:
    """Raise if some tasks have a type and others none: no model would learn from those.

    Raises
    ------
    HistoryError
        Naming the tasks without a type.
    """
    untyped = (md.tasks["task_type"] == "").to_numpy()
    if untyped.any() and not untyped.all():
        raise HistoryError(
            f"nothing says whether these tasks are classification or regression: "
            f"{some(md.tasks.index[untyped])}, and the others' type is known; say "
            "task_type=, or attach their datasets"
        )


def _identified(distinct: list[str]) -> tuple[Any, list[str], list[str], list[str]]:
    """Id, values, space and learner of each distinct configuration."""
    ids, texts, spaces, learners = [], [], [], []
    for joined in distinct:
        space, learner, text = joined.split("\x1f", 2)
        # As configuration_id() makes it, without reading the JSON again.
        whole = f"[{json.dumps(space)},{text}]"
        ids.append(hashlib.sha256(whole.encode()).hexdigest()[:16])
        texts.append(text)
        spaces.append(space)
        learners.append(learner)
    return np.array(ids), texts, spaces, learners


def _implied_kind(metric: str) -> str:
    known = METRICS.get(metric)
    if known is None:
        return ""
    return "regression" if "regression" in known.task_types else "classification"


def _factorized(column: pa.ChunkedArray) -> tuple[Any, list[str]]:
    codes, found = pd.factorize(column.cast(pa.string()).to_numpy())
    return codes, [str(value) for value in found]
