"""Fitting a recommender's models to the tasks of one kind in one metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.models.completion.sharing import choose_completion, common_candidates
from warmstart.models.pmf.pmf import PMF
from warmstart.recommend.base.fitted import Fitted
from warmstart.recommend.base.models import Models
from warmstart.recommend.base.neighbours import Relatives
from warmstart.recommend.history.columns import notes_on, take_columns, widely_known
from warmstart.recommend.history.training_scores import score_table, target_scales
from warmstart.similarity.quantiles import METAFEATURES

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.models.protocols import PerformanceModel
    from warmstart.recommend.base.measured_relatives import MeasuredRelatives

By = tuple[str, ...]
PLAIN: By = (METAFEATURES,)
"""What tasks are compared by where nothing else is asked for."""

_FEW_FAMILIES = 10
"""Families from which on the spread between tasks is known, and wider than folds differ."""


def fit_base(
    md: MetaDataset,
    *,
    metric: str | None,
    task_type: str | None,
    saved: tuple[PMF, PMF] | None = None,
    pmf: PMF | None = None,
    method: PerformanceModel | None = None,
    alone: bool = False,
    random_state: int = 0,
) -> Fitted:
    """Fit to the tasks of one type; models saved for the same tasks are reused.

    Parameters
    ----------
    md : MetaDataset
    metric : str, optional
        Recorded metric to learn scores of; the only one by default.
    task_type : str, optional
        "classification" or "regression"; None where tasks do not say.
    saved : tuple of PMF, optional
        Models of scores and of regrets, fitted before to the same tasks.
    pmf : PMF, optional
        Whose settings to take.
    method : PerformanceModel, optional
        What decides instead. PMF is then fitted when it is first needed.
    alone : bool
        Whether these are tables of many rows alone: few, so only what most of them know counts.
    random_state : int

    Raises
    ------
    MetaDatasetError
        If no task of the type has a score in the metric.
    KnowledgeError
        If saved models are of another base.
    """
    history = score_table(md, metric, task_type)
    if alone:
        history = take_columns(history, widely_known(history.scores))
    pmf = pmf or PMF()
    how = choose_completion(history) if pmf.completion == "auto" else pmf.completion
    columns = common_candidates(history.scores) if how == "gp" else None
    settings = replace(pmf, completion=how, prior_=None, kernel_=None)
    models = Models(settings, history, columns, random_state, saved=saved)
    table = history if columns is None else take_columns(history, columns)
    if method is None or columns is not None:
        models.check(table.n_configs)
    unaligned = None
    if columns is not None:
        from warmstart.recommend.history.unaligned import Unaligned

        unaligned = Unaligned.of(history, columns, models.pmf)
    ids = table.configuration_ids
    measured = md.table(metric, configurations=ids, task_type=task_type)
    configurations = tuple(md.configuration(c) for c in ids)
    return Fitted(
        table=table,
        measured=measured.scores,
        models=models,
        method=method,
        configurations=configurations,
        learners=tuple(
            str(learner or values.get("learner", ""))
            for learner, values in zip(md.learners.loc[ids], configurations, strict=True)
        ),
        spaces=tuple(md.spaces.loc[ids]),
        names=readable(md.tasks.loc[table.task_ids]),
        in_target_units=bool(target_scales(measured, metric)),
        caps=caps_of(md.tasks),
        fold_std=_fold_std(md, table, target_scales(measured, metric)),
        relatives=find_relatives_of(table, pmf.by),
        unaligned=unaligned,
        notes=notes_on(history, how) if unaligned is None else (unaligned.note(),),
    )


def caps_of(tasks: pd.DataFrame) -> dict[Any, int]:
    """Rows used at most, of tasks that say so."""
    if "max_rows" not in tasks:
        return {}
    return {task: int(cap) for task, cap in tasks["max_rows"].dropna().items()}


def _fold_std(md: MetaDataset, table: ScoreTable, scales: Sequence[float]) -> float:
    """Median deviation of the folds; zero where none is recorded, or many tasks are known."""
    if len(np.unique(table.families)) >= _FEW_FAMILIES:
        return 0.0
    stds = md.score_std(table.metric).reindex(index=table.task_ids).to_numpy(dtype=np.float64)
    if scales:
        stds = stds / np.asarray(scales)[:, None]
    known = stds[np.isfinite(stds)]
    return float(np.median(known)) if len(known) else 0.0


def find_relatives_of(
    table: ScoreTable, by: By = PLAIN
) -> Relatives | MeasuredRelatives | None:
    """The described tasks as points; None where they are too few to compare.

    Parameters
    ----------
    table : ScoreTable
    by : tuple of str
        Measures that tasks are compared by.
    """
    rows, _ = table.described()
    if table.metafeatures is None or len(rows) <= 3:
        return None
    frame = table.metafeatures.loc[table.task_ids[rows]]
    if by != PLAIN:
        from warmstart.recommend.base.measured_relatives import MeasuredRelatives

        return MeasuredRelatives.fit(frame, table.families[rows], rows, by)
    return Relatives.fit(frame, table.families[rows], rows)


def readable(tasks: pd.DataFrame) -> dict[Any, str]:
    """Name of each task, its id where it has none."""
    names = {task: str(task) for task in tasks.index}
    if "name" in tasks:
        names |= {task: str(n) for task, n in tasks["name"].items() if n and not pd.isna(n)}
    return names
