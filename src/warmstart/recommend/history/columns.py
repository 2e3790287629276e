"""Some columns of a history, and what to say of how its tasks share them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from warmstart.models.completion.sharing import is_unaligned

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.models.completion.sharing import Completion

Columns = npt.NDArray[np.intp]


def notes_on(history: ScoreTable, how: Completion) -> tuple[str, ...]:
    """Warnings of an aligned history that is sparse, or teaches little.

    Parameters
    ----------
    history : ScoreTable
        Scores of known tasks, (n_tasks, n_configs).
    how : str
        How it is completed.
    """
    if how == "prior":
        known = np.isfinite(history.scores).mean()
        return (
            f"Only {known:.0%} of the {history.n_tasks} tasks × {history.n_configs} "
            "configurations are evaluated: what tasks have in common is learnt with the help "
            "of what configurations are made of.",
        )
    if is_unaligned(history.scores):
        return (
            f"The {history.n_tasks} tasks share few configurations and no hyperparameters "
            "are known of them, so little can be learnt from one task for another.",
        )
    return ()


def take_columns(table: ScoreTable, columns: Columns) -> ScoreTable:
    """Restrict to the configurations at the given positions, in that order.

    Parameters
    ----------
    table : ScoreTable
        Scores of known tasks, (n_tasks, n_configs).
    columns : ndarray of int, shape (n_chosen,)
        Positions, in the order wanted.
    """
    described = table.configurations
    return replace(
        table,
        scores=table.scores[:, columns],
        configuration_ids=table.configuration_ids[columns],
        costs=None if table.costs is None else table.costs[:, columns],
        configurations=None if described is None else described.iloc[columns],
        n_candidates=None,
    )


def widely_known(scores: npt.NDArray[np.floating], share: float = 0.5) -> Columns:
    """Configurations that at least a share of the tasks are known with; all, if none is.

    Of many that a few tasks know, the one that is best there is so by luck as well.

    Parameters
    ----------
    scores : ndarray, shape (n_tasks, n_configs)
        NaN where not evaluated.
    share : float
        0 to 1.

    Examples
    --------
    >>> nan = np.nan
    >>> widely_known(np.array([[0.1, nan], [0.3, 0.9], [0.2, nan]]))
    array([0])
    """
    known = np.isfinite(scores).mean(axis=0)
    return np.flatnonzero(known >= share) if (known >= share).any() else np.arange(len(known))
