"""Which candidates to name: the model's belief, or a simpler rule, within a budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.errors import KnowledgeError
from warmstart.recommend.acquisition.batch import N_SAMPLES, best_of_n
from warmstart.recommend.base.score_units import LEVELS

if TYPE_CHECKING:
    from warmstart.models.protocols import PerformanceModel
    from warmstart.models.regrets.expected_regret import Expected
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.pareto.front import Front

Array = np.ndarray[Any, np.dtype[np.float64]]

ANYTIME = "anytime"
"""The strategy whose order gains most for each second."""

_LARGEST_SHARE = 1 / 3
"""Of an answer's seconds, for one that is not expected to be the best."""

_MOST_ROUNDS = 8

_CAREFUL = 0.8
"""Share of fits that take no longer than what is held against a budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenColumns:
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
    sizes: pd.Series[Any] | None,
    front: Front | None = None,
) -> ChosenColumns:
    """Pick at most `n` of the candidates.

    Parameters
    ----------
    candidates : ndarray of int
        Columns of the score table that may be chosen.
    method : PerformanceModel, optional
        Picks by its own batch; without one the base's PMF does, by posterior samples.
    strategy : str
        What to call it; "anytime" orders by gain per second.
    speed : float
        Seconds here for one of the base's machine.
    front : Front, optional
        Objectives beside the score and limits.
    sizes : Series, optional
        What seconds are predicted from: `metafeatures`, or what else is known of the size.

    Raises
    ------
    KnowledgeError
        If not even the cheapest candidate fits the budget, or no cost is known.
    """
    costs = np.full(len(candidates), np.nan)
    if fitted.costs is not None:
        costs = fitted.costs.predict(sizes, speed)[candidates]
    _check_budget(costs, time_budget_s)
    counted = costs_counted(fitted, sizes, candidates, time_budget_s, speed)
    anytime = strategy == ANYTIME
    if anytime and not np.isfinite(costs).all():
        raise KnowledgeError("strategy='anytime' needs measured costs; the base has none")
    regret = fitted.chooser.start(metafeatures, candidates)
    outlook = fitted.outlook(metafeatures, candidates, calibrated=True)
    if method is None:
        rng = np.random.default_rng(random_state)
        draws = outlook.draws(regret, N_SAMPLES, rng)
        if front is not None:
            draws = front.within(draws, rng)

        def pick(left: npt.NDArray[np.intp]) -> list[int]:
            named = best_of_n(
                draws[:, left],
                n,
                costs=counted[left],
                budget_s=time_budget_s,
                per_second=anytime,
            )
            return [int(left[k]) for k in named]
    else:
        order = _by_own_batch(fitted, metafeatures, candidates, method, random_state)

        def pick(left: npt.NDArray[np.intp]) -> list[int]:
            allowed = set(left.tolist())
            kept = [k for k in order if k in allowed]
            return _affordable(kept, counted, time_budget_s)[:n]

    if front is not None and front.objectives:
        picks = front.pick(draws, n, random_state)
    else:
        picks = pick_without_hogs(pick, costs)
    notes = []
    if len(picks) < n:
        within = f" within {time_budget_s:g} s" if time_budget_s is not None else ""
        notes.append(f"{n} were asked for; {len(picks)} of {len(candidates)} fit{within}.")
    if not fitted.units.knows_scale(metafeatures):
        notes.append("Predicted errors are in units of the target's standard deviation.")
    # The portfolio speaks where meta-features mislead; predictions then ignore them too.
    described = None if strategy == "portfolio" else metafeatures
    posterior = fitted.models.pmf_with_level.predictive(described, candidates[picks])
    if not fitted.units.predicts_scores:
        notes.append(
            "One study in units of its own is known: nothing can be said of scores to expect."
        )
    rng = np.random.default_rng([random_state, 1])
    quantiles = fitted.units.as_reported(posterior.score_quantiles(LEVELS), metafeatures)
    return ChosenColumns(
        columns=[int(candidates[k]) for k in picks],
        quantiles=fitted.units.no_narrower(quantiles, metafeatures),
        expected=outlook.expected(regret, picks, rng),
        costs=costs[picks],
        strategy=strategy,
        notes=tuple(notes),
    )


def costs_counted(
    fitted: Fitted,
    metafeatures: pd.Series[Any] | None,
    candidates: npt.NDArray[np.intp],
    budget_s: float | None,
    speed: float,
) -> Array:
    """Seconds held against a budget: what four fits in five stay below.

    Medians would overrun every other budget; they count where nothing would fit otherwise.
    """
    if fitted.costs is None:
        return np.full(len(candidates), np.nan)
    expected = fitted.costs.predict(metafeatures, speed)[candidates]
    if budget_s is None:
        return expected
    careful = fitted.costs.predict(metafeatures, speed, quantile=_CAREFUL)[candidates]
    return careful if careful.min() <= budget_s else expected


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
    from warmstart.recommend.base.begin import begun, fit_to
    from warmstart.recommend.history.identity import Point

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


def pick_without_hogs(
    pick: Callable[[npt.NDArray[np.intp]], list[int]], costs: Array
) -> list[int]:
    """Pick so that none takes over a third of all seconds, but for the one named first.

    The first may cost what it costs, what only complements it may not. Of fewer than five,
    more than a third is no sign of waste: the limit is twice an equal share of one more.

    Parameters
    ----------
    pick : callable
        From places that may be named to those that are, best first.
    costs : ndarray, shape (n_candidates,)
        Seconds; without any nothing is held against anyone.

    Examples
    --------
    >>> costs = np.array([1.0, 1.0, 9.0, 1.0, 1.0, 1.0])
    >>> pick_without_hogs(lambda left: left[:5].tolist(), costs)
    [0, 1, 3, 4, 5]
    """
    left = np.arange(len(costs))
    picks = pick(left)
    for _ in range(_MOST_ROUNDS):
        seconds = costs[picks]
        if not len(picks) or not np.isfinite(seconds).all():
            break
        limit = seconds.sum() * max(_LARGEST_SHARE, 2.0 / (len(picks) + 1))
        if not (seconds[1:] > limit).any():
            break
        cheaper = left[~(costs[left] > limit) | (left == picks[0])]
        again = pick(cheaper)
        if len(again) < len(picks):  # better dear than missing
            break
        left, picks = cheaper, again
    return picks
