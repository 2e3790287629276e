"""What each choice is worth across datasets: which operator, activation or width first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from warmstart.architectures.encoding import choices_of

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable


def choice_effects(table: ScoreTable) -> pd.DataFrame:
    """Mean score with a choice less that without it, over datasets.

    Parameters
    ----------
    table : ScoreTable

    Returns
    -------
    DataFrame, shape (n_choices, 4)
        Indexed by place and choice, the best of each place first: ``effect``, as a share of
        a dataset's range, mean over datasets; ``error``, its standard error; ``best_on``, on
        how many datasets it is the best of its place; ``n_tasks``.

    References
    ----------
    .. [1] Ramachandran, Zoph, Le. "Searching for Activation Functions." arXiv:1710.05941,
       2017 (components compared across networks).

    Examples
    --------
    >>> from warmstart.metadataset.core.score_table import ScoreTable
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.1], [0.8, 0.2]]), task_ids=pd.RangeIndex(2),
    ...     configuration_ids=pd.Index(["a", "b"]), families=np.arange(2),
    ...     configurations=pd.DataFrame({"act": ["swish", "relu"]}))
    >>> choice_effects(table)["effect"].tolist()
    [1.0, -1.0]
    """
    choices, scores = choices_of(table), 1.0 - table.regret()
    rows = []
    for p, (place, options) in enumerate(zip(choices.places, choices.options, strict=True)):
        gains = np.full((len(scores), len(options)), np.nan)
        for k in range(len(options)):
            has = choices.codes[:, p] == k
            for t, row in enumerate(scores):
                inside, outside = row[has & np.isfinite(row)], row[~has & np.isfinite(row)]
                if len(inside) and len(outside):
                    gains[t, k] = inside.mean() - outside.mean()
        if np.isnan(gains).all():
            continue
        known = np.flatnonzero(np.isfinite(gains).any(axis=1))
        winners = np.nanargmax(gains[known], axis=1)
        for k, option in enumerate(options):
            finite = gains[np.isfinite(gains[:, k]), k]
            error = finite.std(ddof=1) / np.sqrt(len(finite)) if len(finite) > 1 else np.nan
            mean = finite.mean() if len(finite) else np.nan
            rows.append((place, option, mean, error, int((winners == k).sum()), len(finite)))
    columns = ["place", "choice", "effect", "error", "best_on", "n_tasks"]
    frame = pd.DataFrame(rows, columns=columns)
    order = frame.sort_values(["place", "effect"], ascending=[True, False], kind="stable")
    return order.set_index(["place", "choice"])
