"""The rule of previous curves as every pruner and scheduler uses it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from warmstart.errors import HistoryError
from warmstart.models.curves.curves import Curves
from warmstart.models.curves.previous_curves import PreviousCurves
from warmstart.models.curves.stopping import Judgement, StoppingRule, usual_gain

Curve = Mapping[float, float]
"""From budgets above zero to scores, higher is better."""


class PreviousCurvesRule:
    """Judges a trial by previous curves, those of this study's ended trials among them.

    Parameters
    ----------
    curves : Curves
        Of other tasks or earlier studies.
    target : float, optional
        The last budget; the largest of `curves` by default.
    p_stop : float, optional
        Stop by the chance to end above the best.
    least_gain : float, optional
        Stop by the expected improvement over the best, in units of the score; a fiftieth
        of how far trials of one task end apart where neither is given.
    n_least : int
        Points of a curve before it is judged.

    Raises
    ------
    HistoryError
        If there is no curve, none goes on to the target, or both limits are given.
    """

    def __init__(
        self,
        curves: Curves,
        *,
        target: float | None = None,
        p_stop: float | None = None,
        least_gain: float | None = None,
        n_least: int = 2,
    ) -> None:
        if not len(curves):
            raise HistoryError("at least one previous curve is needed")
        if p_stop is not None and least_gain is not None:
            raise HistoryError(
                f"p_stop={p_stop} and least_gain={least_gain} were given; stop by one of them"
            )
        self.curves = curves
        self.target = float(curves.budgets[-1] if target is None else target)
        if p_stop is None and least_gain is None:
            least_gain = usual_gain(curves, self.target)
        self._p_stop, self._least_gain, self._n_least = p_stop, least_gain, n_least
        self.rule()

    def rule(self, ended: Sequence[Curve] = ()) -> StoppingRule:
        """The rule that knows these ended trials too."""
        return StoppingRule(
            model=PreviousCurves().fit(self._with(ended)),
            target=self.target,
            p_stop=0.05 if self._p_stop is None else self._p_stop,
            least_gain=self._least_gain,
            n_least=self._n_least,
        )

    def judge(
        self,
        curve: Curve,
        best: float,
        *,
        ended: Sequence[Curve] = (),
        prior: tuple[float, float] | None = None,
    ) -> Judgement:
        """Judge a curve so far against the best end of any trial.

        Parameters
        ----------
        curve : mapping of float to float
            At least one point.
        best : float
            Minus infinity while there is none.
        ended : sequence of mapping
            Curves of the study's ended trials.
        prior : tuple of float, optional
            Mean and standard deviation of the end beforehand.
        """
        budgets = sorted(curve)
        scores = [curve[budget] for budget in budgets]
        return self.rule(ended).judge(budgets, scores, best, prior=prior)

    def _with(self, ended: Sequence[Curve]) -> Curves:
        grid, rows = np.log(self.curves.budgets), []
        for curve in ended:
            if len(curve) >= 2:
                at = np.array(sorted(curve))
                values = np.array([curve[budget] for budget in at])
                rows.append(np.interp(grid, np.log(at), values, left=math.nan, right=math.nan))
        if not rows:
            return self.curves
        values = np.vstack([self.curves.values, *rows])
        return Curves(budgets=self.curves.budgets, values=values)
