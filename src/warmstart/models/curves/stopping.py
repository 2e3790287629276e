"""When a trial is not worth going on with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from warmstart.errors import HistoryError

if TYPE_CHECKING:
    from warmstart.models.curves.curves import Curves
    from warmstart.models.protocols import CurveModel

GAIN = 0.02
"""Of the spread of ends, see :func:`usual_gain`."""


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

    gain: float = math.inf
    """Expected improvement of the end over the best, in units of the score."""

    reason: str = ""
    """Why it is stopped, in words; empty where it goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingRule:
    r"""Stop where the chance to end above the best, or what that would bring, is small.

    .. math:: P(y_T > y^*) = \Phi(z) < p \quad\text{or}\quad
              E[(y_T - y^*)_+] = \sigma\,(z\,\Phi(z) + \varphi(z)) < g,
              \qquad z = (\mu - y^*) / \sigma

    With a least gain only the second counts: of trials that end near the best many go on for
    a chance to beat it, and nothing is lost where they do not.

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
    least_gain : float, optional
        In units of the score; instead of `p_stop`.
    by_best, stop_leaders : bool

    References
    ----------
    .. [1] Domhan, Springenberg, Hutter. "Speeding Up Automatic Hyperparameter Optimization of
       Deep Neural Networks by Extrapolation of Learning Curves." IJCAI 2015 (by the chance).
    .. [2] Swersky, Snoek, Adams. "Freeze-Thaw Bayesian Optimization." 2014 (by improvement).
    """

    model: CurveModel
    target: float
    p_stop: float = 0.05
    n_least: int = 2
    least_gain: float | None = None
    by_best: bool = False
    """Whether a trial is worth its best score, not its last; who leads then goes on."""

    stop_leaders: bool = False
    """Whether, by the best, who leads is stopped too where little more is expected of it."""

    def __post_init__(self) -> None:
        if not 0 < self.p_stop < 1:
            raise HistoryError(f"p_stop is a chance between 0 and 1, got {self.p_stop}")
        if self.n_least < 1:
            raise HistoryError(f"n_least counts points of a curve, got {self.n_least}")
        if self.least_gain is not None and not 0 < self.least_gain < math.inf:
            raise HistoryError(f"least_gain is above zero, got {self.least_gain}")

    def judge(
        self,
        budgets: Sequence[float],
        scores: Sequence[float],
        best: float,
        *,
        prior: tuple[float, float] | None = None,
    ) -> Judgement:
        """Judge a curve so far against the best end of any trial.

        Parameters
        ----------
        budgets, scores : sequence of float, shape (n_points,)
            Higher is better.
        best : float
            Best score at the last budget; minus infinity while there is none.
        prior : tuple of float, optional
            Mean and standard deviation of the trial's end, as its configuration lets expect.
        """
        at = float(budgets[-1])
        if self.by_best and max(scores) > best and self.stop_leaders:
            best = max(scores)
        leads = self.by_best and max(scores) > best
        if len(scores) < self.n_least or at >= self.target or math.isinf(best) or leads:
            return _goes_on(float(scores[-1]), math.inf, best, at)
        mean, std = self.model.predict(budgets, scores, self.target, prior=prior)
        if math.isinf(std):
            return _goes_on(float(mean), std, best, at)
        z = (mean - best) / max(std, 1e-12)
        chance = 0.5 * math.erfc(-z / math.sqrt(2))
        density = math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
        gain = max(max(std, 1e-12) * (z * chance + density), 0.0)
        reason = ""
        if self.least_gain is not None and gain < self.least_gain:
            reason = f"expected gain over {best:.6g} is {gain:.2g}, below {self.least_gain:.2g}"
        elif self.least_gain is None and chance < self.p_stop:
            reason = f"chance to end above {best:.6g} is {chance:.2g}, below {self.p_stop:g}"
        return Judgement(
            stop=bool(reason),
            probability=chance,
            expected=float(mean),
            std=float(std),
            best=float(best),
            budget=at,
            gain=gain,
            reason=reason,
        )


def usual_gain(curves: Curves, target: float) -> float:
    """A least gain: a fiftieth of how far trials of one task end apart.

    The median over tasks of the standard deviation of the ends; over all where tasks are not
    known.
    """
    ends, tasks = curves.at([target])[:, 0], curves.tasks
    known = np.isfinite(ends)
    if not known.any():
        raise HistoryError(f"no previous curve goes on to the target of {target:g}")
    spread = float(ends[known].std())
    if len(tasks):
        groups = [ends[known & (tasks == task)] for task in dict.fromkeys(tasks.tolist())]
        within = [group.std() for group in groups if len(group) > 1]
        spread = float(np.median(within)) if within else spread
    return max(spread * GAIN, 1e-9)


def _goes_on(expected: float, std: float, best: float, budget: float) -> Judgement:
    return Judgement(
        stop=False, probability=1.0, expected=expected, std=std, best=best, budget=budget
    )
