"""From what a look found to the configurations that are named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.domain import plain_value
from warmstart.recommend.acquisition.batch import N_SAMPLES, best_of_n
from warmstart.recommend.answer.choose import ChosenColumns, costs_counted, pick_without_hogs
from warmstart.recommend.base.score_units import LEVELS
from warmstart.recommend.look.perform import Columns, look_at, notes_on, why_not

if TYPE_CHECKING:
    import pandas as pd

    from warmstart.datasets.dataset import Dataset
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.look.belief import LookBelief
    from warmstart.recommend.look.request import Request
    from warmstart.recommend.look.result import Look

_N_DRAWS = 400
"""Draws that expectations are told from."""


def look_and_choose(
    choice: ChosenColumns,
    n: int,
    dataset: Dataset | None,
    fitted: Fitted,
    metafeatures: pd.Series[Any] | None,
    columns: Columns,
    request: Request,
    *,
    time_budget_s: float | None,
    speed: float,
    random_state: int,
) -> tuple[ChosenColumns, Look | None]:
    """Choose anew after a look, where there can be one.

    Parameters
    ----------
    choice : ChosenColumns
        What would be answered at once; kept where nothing could be measured.
    columns : ndarray of int
        Of the base, of what may be suggested.
    time_budget_s : float, optional
        What one fit of each to the full data may take together, as without a look.

    Returns
    -------
    choice : ChosenColumns
        First what is best by all that is known, of those measured; then what complements
        it best, measured or not. Its notes say why there was no look, where there was none.
    look : Look, optional
    """
    if (reason := why_not(dataset, fitted, columns, request)) is not None:
        return replace(choice, notes=(*choice.notes, f"No look at the data: {reason}.")), None
    assert dataset is not None  # or there would be a reason
    look, belief = look_at(
        dataset,
        fitted,
        metafeatures,
        columns,
        request,
        speed=speed,
        random_state=random_state,
    )
    notes = (*choice.notes, *notes_on(look))
    if not look.scored:
        nothing = f"The look measured nothing: {look.ended}."
        return replace(choice, notes=(*notes, nothing)), look
    costs = np.full(len(columns), np.nan)
    if fitted.costs is not None:
        costs = fitted.costs.predict(metafeatures, speed)[columns]
    counted = costs_counted(fitted, metafeatures, columns, time_budget_s, speed)
    picks = _pick(belief, look, fitted, columns, n, counted, time_budget_s, random_state)
    chosen = np.asarray(picks, dtype=np.intp)
    ratio = len(dataset.y) / look.n_rows
    quantiles = belief.score_quantiles(LEVELS, chosen, look.level_std, ratio)
    rng = np.random.default_rng([random_state, 1])
    outlook = fitted.outlook(metafeatures, columns, calibrated=True)
    looked = replace(
        choice,
        columns=[int(column) for column in columns[chosen]],
        quantiles=fitted.units.as_reported(quantiles, metafeatures),
        expected=outlook.expected_by(belief.draws(_N_DRAWS, rng), picks, rng),
        costs=costs[chosen],
        notes=notes,
    )
    return looked, look


def _pick(
    belief: LookBelief,
    look: Look,
    fitted: Fitted,
    columns: Columns,
    n: int,
    costs: np.ndarray[Any, np.dtype[np.float64]],
    budget_s: float | None,
    random_state: int,
) -> list[int]:
    """Places of what is named: the best of those measured, and what complements it."""
    draws = np.exp(belief.draws(N_SAMPLES, np.random.default_rng(random_state)))
    within = np.isfinite(draws[0]) if budget_s is None else costs <= budget_s
    names = {one.configuration_id for one in look.scored}
    measured = [
        place
        for place, column in enumerate(columns)
        if plain_value(fitted.table.configuration_ids[column]) in names and within[place]
    ]
    if not measured:  # nothing that was measured fits the budget
        return best_of_n(draws, n, costs=costs, budget_s=budget_s)
    kept = min(measured, key=lambda place: belief.means[place])
    left_s = None if budget_s is None else budget_s - float(costs[kept])

    def pick(left: Columns) -> list[int]:
        others = left[left != kept]
        if n == 1 or not len(others):
            return [kept]
        # What is worse than the one kept adds nothing to it.
        beside = np.minimum(draws[:, others], draws[:, [kept]])
        more = best_of_n(beside, n - 1, costs=costs[others], budget_s=left_s)
        return [kept, *(int(others[k]) for k in more)]

    return pick_without_hogs(pick, costs)
