"""The scale models think on: the logarithm of what a score falls short of the best one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.metrics import METRICS

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable

Array = np.ndarray[Any, np.dtype[np.float64]]

OFFSET = 0.01
"""Added to a loss before the logarithm: below one percent of error differences fade."""


def log_loss_response(
    scores: Array, ideal: float, offset: float = OFFSET, kind: Any = np.float64
) -> Array:
    """u = log(e + offset) of the loss e = ideal - score, never below zero loss.

    In single precision where that is the `kind` asked for.
    """
    losses = np.empty(np.shape(scores), dtype=kind)
    np.subtract(ideal, scores, out=losses, casting="same_kind")
    np.maximum(losses, 0.0, out=losses)
    losses += offset
    result: Array = np.log(losses, out=losses)
    return result


def score_of(response: Array, ideal: float, offset: float = OFFSET) -> Array:
    """Invert :func:`log_loss_response`; no score is above the ideal one."""
    result: Array = ideal - np.maximum(np.exp(response) - offset, 0.0)
    return result


def ideal_score(table: ScoreTable) -> float:
    """The score no configuration can beat: 0 for losses, 1 for rates, else the best seen."""
    if table.metric is not None and table.metric in METRICS:
        return METRICS[table.metric].best
    best = float(np.nanmax(table.scores))
    if best <= 0:
        return 0.0
    return 1.0 if best <= 1 else best
