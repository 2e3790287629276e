"""When a trial is not worth going on with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warmstart.errors import HistoryError

if TYPE_CHECKING:
    from warmstart.models.protocols import CurveModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether to stop a trial, and why; enough to judge it again later."""

    stop: bool
    probability: float
    """That the trial ends above the best."""

    expected: float
    """Score expected at the last budget; higher is better."""

    std: float
    best: float
    budget: float
    """At which it was judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingRule:
    r"""Stop where the chance to end above the best is small.

    .. math:: P(y_T > y^*) = \Phi\bigl((\mu - y^*) / \sigma\bigr) < p

    Parameters
    ----------
    model : CurveModel
        Predicts the end of a curve, fitted to previous ones.
    target : float
        The last budget.
    p_stop : float
        The chance below which a trial is stopped.
    n_least : int
        Points of a curve before it is judged.

    References
    ----------
    .. [1] Domhan, Springenberg, Hutter. "Speeding Up Automatic Hyperparameter Optimization of
       Deep Neural Networks by Extrapolation of Learning Curves." IJCAI 2015 (this rule).
    """

    model: CurveModel
    target: float
    p_stop: float = 0.05
    n_least: int = 3

    def __post_init__(self) -> None:
        if not 0 < self.p_stop < 1:
            raise HistoryError(f"p_stop is a chance between 0 and 1, got {self.p_stop}")
        if self.n_least < 1:
            raise HistoryError(f"n_least counts points of a curve, got {self.n_least}")

    def judge(
        self, budgets: Sequence[float], scores: Sequence[float], best: float
    ) -> Judgement:
        """Judge a curve so far against the best end of any trial.

        Parameters
        ----------
        budgets, scores : sequence of float, shape (n_points,)
            Higher is better.
        best : float
            Best score at the last budget; minus infinity while there is none.
        """
        if len(scores) < self.n_least or budgets[-1] >= self.target or math.isinf(best):
            return self._judgement(False, 1.0, scores[-1], math.inf, best, budgets[-1])
        mean, std = self.model.predict(budgets, scores, self.target)
        if math.isinf(std):
            return self._judgement(False, 1.0, mean, std, best, budgets[-1])
        gap = (mean - best) / max(std, 1e-12)
        chance = 0.5 * math.erfc(-gap / math.sqrt(2))
        return self._judgement(chance < self.p_stop, chance, mean, std, best, budgets[-1])

    @staticmethod
    def _judgement(
        stop: bool, chance: float, expected: float, std: float, best: float, budget: float
    ) -> Judgement:
        return Judgement(
            stop=stop,
            probability=chance,
            expected=float(expected),
            std=std,
            best=best,
            budget=float(budget),
        )
