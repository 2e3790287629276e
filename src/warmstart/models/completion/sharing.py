"""How far tasks share their configurations, and so how what they did not try is filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable

Array = np.ndarray[Any, np.dtype[np.float64]]
Columns = npt.NDArray[np.intp]

Completion = Literal["auto", "svd", "prior", "gp"]
COMPLETIONS: tuple[str, ...] = get_args(Completion)
"""By what the configurations not tried are filled in; see
:func:`warmstart.models.completion.complete.complete`."""

WIDE = 2000
"""Columns from which on tables are worked with in single precision: half the time and room."""

MAX_CANDIDATES = 1000
"""Configurations kept of a longer history, see :func:`common_candidates`."""

MAX_CONFIGS = 400
"""Above, the covariance of all configurations costs more than it is worth."""


def choose_completion(table: ScoreTable) -> Completion:
    """How the default model completes `table`.

    "gp" where tasks share few configurations, "prior" where less than a quarter is known;
    both need the configurations' hyperparameters. Otherwise "svd".
    """
    unaligned = is_unaligned(table.scores)
    if not (unaligned or is_sparse(table)):
        return "svd"
    from warmstart.models.gaussian.transfer_gp import encode

    if encode(table) is None:
        return "svd"
    return "gp" if unaligned else "prior"


def is_unaligned(scores: Array) -> bool:
    """Whether most evaluations are of configurations that no other task tried.

    Examples
    --------
    >>> nan = np.nan
    >>> is_unaligned(np.array([[0.1, 0.2, nan, nan], [nan, nan, 0.3, 0.4]]))
    True
    >>> is_unaligned(np.array([[0.1, 0.2, nan], [nan, 0.2, 0.3], [0.1, nan, 0.4]]))
    False
    """
    known = np.isfinite(scores)
    if len(scores) < 2 or known.all():
        return False
    n_tasks = known.sum(axis=0)
    return bool(n_tasks[n_tasks > 1].sum() < 0.5 * n_tasks.sum())


def common_candidates(scores: Array, n_at_most: int = MAX_CANDIDATES) -> Columns:
    """The configurations to compare tasks on: all, or each task's best and others in turn.

    Parameters
    ----------
    scores : ndarray, shape (n_tasks, n_configs)
        Higher is better; NaN where not evaluated.

    Returns
    -------
    ndarray of int
        Ascending columns, at most `n_at_most`.
    """
    n_configs = scores.shape[1]
    if n_configs <= n_at_most:
        return np.arange(n_configs)
    # The best rank each configuration reached on any task; the other half is spread evenly
    # over what is left, so that a task's level is not that of good configurations alone.
    ranks = pd.DataFrame(scores).rank(axis=1, ascending=False, method="first").min(axis=0)
    order = np.argsort(ranks.to_numpy(), kind="stable")
    best, rest = order[: n_at_most // 2], np.sort(order[n_at_most // 2 :])
    spread = np.linspace(0, len(rest) - 1, n_at_most - len(best)).astype(np.intp)
    return np.sort(np.r_[best, rest[spread]])


def is_sparse(table: ScoreTable) -> bool:
    """Whether less than a quarter of a table of moderate width is known."""
    if table.n_configs > MAX_CONFIGS:
        return False
    return bool(np.isfinite(table.scores).mean() < 0.25)
