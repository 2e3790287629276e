"""Plots of a base; matplotlib is imported when one is drawn."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from warmstart._extras import require
from warmstart.errors import ArgumentError
from warmstart.evaluate.guide.learner_scores import LearnerScores, scores_by_learner
from warmstart.models.rankings.portfolio import greedy_portfolio
from warmstart.report.base.latent_map import COLOURS, LatentMap
from warmstart.report.base.learner_plots import draw_importance, draw_ranges

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from warmstart.metadataset.core.score_table import Floats, ScoreTable
    from warmstart.metadataset.metadataset import MetaDataset

BasePlot = Literal["winners", "configurations", "tasks", "complement", "importance", "ranges"]
_N_STEPS = 8


def plot_base(
    md: MetaDataset,
    kind: BasePlot = "winners",
    *,
    by: str | None = None,
    metric: str | None = None,
    task_type: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """What :meth:`warmstart.MetaDataset.plot` does."""
    if kind not in get_args(BasePlot):
        raise ArgumentError(f"kind must be one of {get_args(BasePlot)}, got {kind!r}")
    task_type, metric = _asked(md, task_type, metric)
    if kind in ("importance", "ranges"):
        one = _learner(md, by, metric, task_type)
        ax = _new_axes(1.4 + 0.3 * len(one.hyperparameters())) if ax is None else ax
        (draw_importance if kind == "importance" else draw_ranges)(one, ax)
        ax.set_title(f"{one.learner}: {task_type}, {metric}", loc="left")
        return ax
    table = md.table(metric, task_type=task_type)
    tried = np.flatnonzero(np.isfinite(table.scores).any(axis=0))
    table = md.table(metric, configurations=table.configuration_ids[tried], task_type=task_type)
    ax = _new_axes(4.2) if ax is None else ax
    if kind == "winners":
        _winners(md, table, ax)
    elif kind == "complement":
        _complement(table, ax)
    elif kind == "configurations":
        _configurations(md, table, by or "learner", ax)
    else:
        _tasks(table, by or "LogNumberOfInstances", ax)
    ax.set_title(f"{task_type}, {metric}", loc="left")
    return ax


def _asked(md: MetaDataset, task_type: str | None, metric: str | None) -> tuple[str, str]:
    """The type of most tasks and the metric most of them have, where nothing is named."""
    kinds = md.tasks["task_type"]
    if task_type is None:
        task_type = str(kinds.value_counts().index[0])
    rows = kinds.isin(("binary", "multiclass")) if task_type == "classification" else None
    rows = kinds == task_type if rows is None else rows
    if not rows.any():
        raise ArgumentError(f"no task is {task_type!r}; there are {sorted(set(kinds))}")
    if metric is None:
        usual = md.tasks.get("metric_default", pd.Series(index=md.tasks.index, dtype=object))
        named = [str(one) for one in usual[rows].value_counts().index if one in md.metrics]
        metric = named[0] if named else md.metrics[0]
    return task_type, metric


def _learner(md: MetaDataset, by: str | None, metric: str, task_type: str) -> LearnerScores:
    found = {one.learner: one for one in scores_by_learner(md, metric, task_type)}
    name = by or next(iter(found), "")
    if name not in found:
        raise ArgumentError(f"by must be one of {', '.join(sorted(found))}; got {by!r}")
    return found[name]


def _winners(md: MetaDataset, table: ScoreTable, ax: Axes) -> None:
    learners = _learners(md, table)
    best = pd.Series(learners[np.nan_to_num(table.regret(), nan=1.0).argmin(axis=1)])
    counts = best.value_counts().iloc[::-1]
    ax.barh(counts.index.astype(str), counts.to_numpy(), color=COLOURS[0])
    ax.set_xlabel(f"datasets of {table.n_tasks} on which it was best")


def _learners(md: MetaDataset, table: ScoreTable) -> Any:
    ids = table.configuration_ids
    named = md.learners.loc[ids].astype(str)
    named = named.where(named != "", md.spaces.loc[ids].astype(str))
    return named.where(named != "", "unnamed").to_numpy(object)


def _configurations(md: MetaDataset, table: ScoreTable, by: str, ax: Axes) -> None:
    places = LatentMap.of(table)
    if by == "learner":
        labels = pd.Series(_learners(md, table))
        places.draw_labels(places.configurations, labels, ax)
        return
    values = _hyperparameter(md, table, by)
    if pd.api.types.is_numeric_dtype(values) and values.nunique() > 7:
        places.draw_numbers(places.configurations, values, ax, label=by)
    else:
        labels = values.astype(object).where(values.notna(), "none offered")
        places.draw_labels(places.configurations, labels, ax)


def _hyperparameter(md: MetaDataset, table: ScoreTable, by: str) -> pd.Series[Any]:
    """A column of that name, or what learners call their own of it."""
    frame = md.configurations.loc[table.configuration_ids]
    names = [n for n in frame if n == by or str(n).endswith(f":{by}")]
    if not names:
        known = sorted({str(n).rpartition(":")[2] for n in frame} - {"space"})
        raise ArgumentError(f"by must be one of {', '.join(known)}; got {by!r}")
    return frame[names].bfill(axis=1).iloc[:, 0].infer_objects().reset_index(drop=True)


def _tasks(table: ScoreTable, by: str, ax: Axes) -> None:
    if table.metafeatures is None or by not in table.metafeatures:
        known = [] if table.metafeatures is None else list(table.metafeatures)
        raise ArgumentError(f"by must be a meta-feature, of {len(known)} known; got {by!r}")
    places = LatentMap.of(table)
    numbers = table.metafeatures[by].reindex(table.task_ids).reset_index(drop=True)
    places.draw_numbers(places.tasks, numbers, ax, label=by)


def _complement(table: ScoreTable, ax: Axes) -> None:
    regret = np.nan_to_num(table.regret(), nan=1.0)
    n = min(_N_STEPS, table.n_configs)
    alone = np.argsort(regret.mean(axis=0), kind="stable")[:n].tolist()
    together = list(islice(greedy_portfolio(regret), n))
    for name, columns, style, colour in (
        ("best on average, one by one", alone, "s--", COLOURS[1]),
        ("chosen to complement each other", together, "o-", COLOURS[0]),
    ):
        best: Floats = 100 * np.minimum.accumulate(regret[:, columns], axis=1)
        error = best.std(axis=0, ddof=1) / np.sqrt(len(best))
        steps = np.arange(1, n + 1)
        ax.errorbar(
            steps, best.mean(axis=0), error, fmt=style, color=colour, capsize=3, label=name
        )
    ax.set(xlabel="configurations tried", ylabel="regret of the best × 100", ylim=(0, None))
    ax.legend(frameon=False, fontsize="small")


def _new_axes(height: float) -> Axes:
    pyplot = require("matplotlib.pyplot", extra="plots")
    _, ax = pyplot.subplots(figsize=(7.0, height), layout="constrained")
    drawn: Axes = ax
    return drawn
