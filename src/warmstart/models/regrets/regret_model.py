"""The model batches are chosen by: PMF of regret where the default is one of error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from warmstart.models.pmf.pmf import PMF, fit_together

if TYPE_CHECKING:
    import numpy.typing as npt

    from warmstart.metadataset.core.score_table import ScoreTable

_OFFSET = 0.03
"""Share of a task's range below which differences in regret fade."""


def fit_with_choice(
    pmf: PMF,
    table: ScoreTable,
    *,
    random_state: int = 0,
    columns: npt.NDArray[np.intp] | None = None,
) -> PMF:
    """Fit a PMF of error, and beside it one of normalised regrets.

    On the scale of error a hard task spends its spread on bad configurations; regret puts
    every task's best at zero, and its logarithm tells the good ones apart. A new task's
    regrets cannot be told, since its best is unknown, so this model serves the first batch
    only; scores are predicted, and results learnt from, on the scale of error.

    Parameters
    ----------
    pmf : PMF
        Is fitted to the scores of `table`.
    table : ScoreTable
    random_state : int
    columns : ndarray of int, optional
        As in :meth:`PMF.fit`.

    Returns
    -------
    PMF
        The other, with the settings of `pmf` but for its offset and spreads; its losses are
        normalised regrets.
    """
    # Wide draws would have a batch chase what is best on hardly any task.
    # What tasks agree on makes for a better start, but not for a better search.
    chooser = replace(
        pmf,
        offset=_OFFSET,
        spreads=(1.0,),
        agree=True,
        prior_=None,
        optimism_=None,
        told_optimism_=None,
    )

    def scales() -> Iterator[tuple[PMF, ScoreTable]]:
        yield pmf, table
        regret = table.regret()
        np.negative(regret, out=regret)
        yield chooser, replace(table, scores=regret, metric=None)

    fit_together(scales(), columns=columns, random_state=random_state)
    return chooser
