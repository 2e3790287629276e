"""The scores a model learns from, as they are read from a meta-dataset."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from warmstart.metadataset.core.score_matrix import STATUSES

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.metadataset.metadataset import MetaDataset

TARGET_SCALE = "TargetStd"
"""Meta-feature that errors in units of the target are divided by."""

_TARGET_UNITS = (TARGET_SCALE, "TargetMAD")
"""Meta-features in units of the target: metres or miles make no other task of it."""

IN_TARGET_UNITS = ("rmse", "mae")
_FAILURES = [STATUSES.index(status) for status in ("failed", "timeout", "memout")]
_NAMES = ("space", "learner")


def score_table(md: MetaDataset, metric: str | None, task_type: str | None) -> ScoreTable:
    """The scores a model learns from: failures worst, errors in units of the target's spread.

    Configurations that never scored in this metric are left out. A configuration that
    failed on a task takes the task's worst score, so that failing is never attractive.
    Meta-features in units of the target are left out: tasks are not alike by their units.

    Parameters
    ----------
    md : MetaDataset
    metric : str, optional
        A recorded metric; the only one by default.
    task_type : str, optional
        "classification" or "regression"; None where tasks do not say.
    """
    table = md.table(metric, task_type=task_type)
    scores = table.scores.copy()
    if scale := target_scales(table, metric):
        scores /= np.asarray(scale)[:, None]
    rows = md.tasks.index.get_indexer(table.task_ids)
    # A failure is recorded once, in the task's default metric, whatever metric is asked for.
    status = [md.score_matrix(name).status[rows] for name in dict.fromkeys((metric, None))]
    failed = np.isin(status, _FAILURES).any(axis=0) & np.isnan(scores)
    worst = np.nanmin(scores, axis=1)
    scores = np.where(failed, worst[:, None], scores)
    scored = np.flatnonzero(np.isfinite(table.scores).any(axis=0))
    phi = table.metafeatures
    if phi is not None:
        phi = phi.drop(columns=[name for name in _TARGET_UNITS if name in phi])
    return replace(
        table,
        scores=scores[:, scored],
        configuration_ids=table.configuration_ids[scored],
        costs=None if table.costs is None else table.costs[:, scored],
        metafeatures=None if phi is None or phi.empty else phi,
        configurations=_described(md, table.configuration_ids[scored]),
    )


def _described(md: MetaDataset, ids: pd.Index) -> pd.DataFrame | None:
    """Hyperparameters; learner and space too, where they are values or there are several."""
    frame, values = md.configurations.loc[ids], md.configuration(ids[0])
    alike = [name for name in _NAMES if name in frame and frame[name].nunique() < 2]
    frame = frame[[name for name in frame if name in values or name not in alike]]
    return frame if len(frame.columns) else None


def target_scales(table: ScoreTable, metric: str | None) -> list[float]:
    """Spread of each task's target; empty where the metric has no unit or it is unknown.

    Parameters
    ----------
    table : ScoreTable
        As measured, in each task's units.
    metric : str, optional
        A recorded metric.
    """
    phi = table.metafeatures
    if metric not in IN_TARGET_UNITS or phi is None or TARGET_SCALE not in phi:
        return []
    scales = phi[TARGET_SCALE].reindex(table.task_ids)
    return [] if scales.isna().any() else [max(float(s), 1e-12) for s in scales]
