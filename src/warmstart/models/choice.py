"""The model batches are chosen by: PMF of regret where the default is one of error."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from warmstart.models.pmf import PMF

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from warmstart.metadataset.table import ScoreTable

_OFFSET = 0.03
"""Share of a task's range below which differences in regret fade."""


def fit_choice(
    table: ScoreTable,
    *,
    random_state: int = 0,
    pmf: PMF | None = None,
    columns: npt.NDArray[np.intp] | None = None,
) -> PMF:
    """Fit PMF to normalised regrets.

    On the scale of error a hard task spends its spread on bad configurations; regret puts
    every task's best at zero, and its logarithm tells the good ones apart. A new task's
    regrets cannot be told, since its best is unknown, so this model serves the first batch
    only; scores are predicted, and results learnt from, on the scale of error.

    Parameters
    ----------
    table : ScoreTable
    random_state : int
    pmf : PMF, optional
        Whose settings to take, all but its offset and spreads.
    columns : ndarray of int, optional
        As in :meth:`PMF.fit`.

    Returns
    -------
    PMF
        Its losses are normalised regrets.
    """
    # Wide draws would have a batch chase what is best on hardly any task.
    model = replace(pmf or PMF(), offset=_OFFSET, spreads=(1.0,), prior_=None)
    return model.fit(
        replace(table, scores=-table.regret(), metric=None),
        columns=columns,
        random_state=random_state,
    )
