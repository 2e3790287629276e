"""Which candidates to name: the model's belief, or a simpler rule, within a budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.errors import KnowledgeError
from warmstart.recommend.acquisition.batch import N_SAMPLES, best_of_n
from warmstart.recommend.base.begin import begun, fit_to
from warmstart.recommend.base.identity import Point

if TYPE_CHECKING:
    from warmstart.models.pmf.expected_regret import Expected
    from warmstart.protocols import PerformanceModel
    from warmstart.recommend.base.fitted import Fitted

Array = np.ndarray[Any, np.dtype[np.float64]]

ANYTIME = "anytime"
"""The strategy whose order gains most for each second."""

LEVELS = (0.05, 0.16, 0.5, 0.84, 0.95)
"""Quantiles of the score that a suggestion tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Chosen columns of the score table, best first, and what is predicted of them."""

    columns: list[int]
    quantiles: Array
    """Of the score, at 5, 16, 50, 84 and 95 %, shape (5, n_chosen)."""

    costs: Array
    """Seconds, shape (n_chosen,); NaN where unknown."""

    expected: Expected
    """Regrets, in units of the metric."""

    strategy: str
    notes: tuple[str, ...]


def choose(
    fitted: Fitted,
    metafeatures: pd.Series[Any] | None,
    candidates: npt.NDArray[np.intp],
    n: int,
    *,
    method: PerformanceModel | None,
    strategy: str,
    time_budget_s: float | None,
    speed: float,
    random_state: int,
) -> Choice:
    """Pick at most `n` of the candidates.

    Parameters
    ----------
    candidates : ndarray of int
        Columns of the score table that may be chosen.
    method : PerformanceModel, optional
        Picks by its own batch; the base's PMF, by posterior samples, without one.
    strategy : str
        What to call it; "anytime" orders by gain per second.
    speed : float
        Seconds here for one second of the base's machine.

    Raises
    ------
    KnowledgeError
        If not even the cheapest candidate fits the budget, or no cost is known.
    """
    costs = np.full(len(candidates), np.nan)
    if fitted.costs is not None:
        costs = fitted.costs.predict(metafeatures, speed)[candidates]
    _check_budget(costs, time_budget_s)
    anytime = strategy == ANYTIME
    if anytime and not np.isfinite(costs).all():
        raise KnowledgeError("strategy='anytime' needs measured costs; the base has none")
    regret = fitted.chooser.start(metafeatures, candidates)
    outlook = fitted.outlook(metafeatures, candidates, told=True)
    if method is None:
        draws = outlook.draws(regret, N_SAMPLES, np.random.default_rng(random_state))
        picks = best_of_n(draws, n, costs=costs, budget_s=time_budget_s, per_second=anytime)
    else:
        picks = _by_own_batch(fitted, metafeatures, candidates, method, random_state)
        picks = _affordable(picks, costs, time_budget_s)[:n]
    notes = []
    if len(picks) < n:
        within = "" if time_budget_s is None else f" within {time_budget_s:g} s"
        notes.append(f"{n} were asked for; {len(picks)} of {len(candidates)} fit{within}.")
    if not fitted.knows_scale(metafeatures):
        notes.append("Predicted errors are in units of the target's standard deviation.")
    # The portfolio speaks where meta-features mislead; predictions then ignore them too.
    described = None if strategy == "portfolio" else metafeatures
    posterior = fitted.pmf.start(described, candidates[picks])
    if not fitted.foretells_scores:
        notes.append(
            "One study in units of its own is known: nothing can be said of scores to expect."
        )
    rng = np.random.default_rng([random_state, 1])
    return Choice(
        columns=[int(candidates[k]) for k in picks],
        quantiles=fitted.as_reported(posterior.score_quantiles(LEVELS), metafeatures),
        expected=outlook.expected(regret, picks, rng),
        costs=costs[picks],
        strategy=strategy,
        notes=tuple(notes),
    )


def _check_budget(costs: Array, time_budget_s: float | None) -> None:
    if time_budget_s is None:
        return
    if not np.isfinite(costs).any():
        raise KnowledgeError("time_budget_s needs measured costs; the base has none")
    if costs.min() > time_budget_s:
        raise KnowledgeError(
            f"nothing fits time_budget_s={time_budget_s:g}: the cheapest configuration is "
            f"expected to take {costs.min():.3g} s"
        )


def _by_own_batch(
    fitted: Fitted,
    metafeatures: pd.Series[Any] | None,
    candidates: npt.NDArray[np.intp],
    method: PerformanceModel,
    random_state: int,
) -> list[int]:
    """Every candidate in the order of a method that ranks by itself."""
    points = [Point(fitted.known.points[k], int(k)) for k in candidates]
    model = fit_to(fitted, method, points, random_state)
    return begun(model, metafeatures, random_state=random_state).batch(len(candidates))


def _affordable(picks: list[int], costs: Array, budget_s: float | None) -> list[int]:
    """Those of an ordered list that fit a budget one after the other."""
    if budget_s is None:
        return picks
    kept = []
    for pick in picks:
        if costs[pick] <= budget_s:
            kept.append(pick)
            budget_s -= float(costs[pick])
    return kept
