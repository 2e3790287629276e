"""The rule of previous curves as every pruner and scheduler uses it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from warmstart.errors import HistoryError
from warmstart.models.curves.curves import Curves
from warmstart.models.curves.previous_curves import PreviousCurves
from warmstart.models.curves.similar_curves import SimilarCurves
from warmstart.models.curves.stopping import GAIN, Judgement, StoppingRule, usual_gain

Curve = Mapping[float, float]
"""From budgets above zero to scores, higher is better."""

Value = Literal["last", "best"]
"""What a trial is worth: its score at the last budget, or its best until then."""

FEWEST_ENDS = 3
"""Finished trials from which on the study says itself how far its trials end apart."""


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
    value : {"last", "best"}
        What a trial is worth. Of the best, curves of the study's own trials and of similar
        configurations count most, see
        :class:`~warmstart.models.curves.similar_curves.SimilarCurves`.
    stop_leaders : bool
        Whether, of the best, a trial that leads is stopped too where it will hardly rise.

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
        value: Value = "last",
        stop_leaders: bool = False,
    ) -> None:
        if not len(curves):
            raise HistoryError("at least one previous curve is needed")
        if value not in ("last", "best"):
            raise HistoryError(f'value is "last" or "best", got {value!r}')
        if stop_leaders and value == "last":
            raise HistoryError('a leader is only worth its best so far where value="best"')
        if p_stop is not None and least_gain is not None:
            raise HistoryError(
                f"p_stop={p_stop} and least_gain={least_gain} were given; stop by one of them"
            )
        self.curves = curves
        self.target = float(curves.budgets[-1] if target is None else target)
        self.value: Value = value
        self._stop_leaders = stop_leaders
        reaching = np.isfinite(curves.at([self.target])[:, 0])
        if not reaching.any():
            raise HistoryError(
                f"no previous curve goes on to the target of {self.target:g}; the longest end "
                f"at {curves.budgets[-1]:g}"
            )
        self._similar: SimilarCurves | None = None
        if value == "best":
            # Those that end before can say nothing of the end, and cost time.
            self._similar = SimilarCurves().fit(curves.take(np.flatnonzero(reaching)))
        self._usual = p_stop is None and least_gain is None
        if self._usual:
            least_gain = (
                usual_gain(curves, self.target)
                if self._similar is None
                else usual_gain(curves.best_until(self.target), self.target)
            )
        self._p_stop, self._least_gain, self._n_least = p_stop, least_gain, n_least
        self.rule()

    def rule(
        self,
        ended: Sequence[Curve] = (),
        values: Mapping[str, Any] | None = None,
        ended_values: Sequence[Mapping[str, Any]] = (),
        reached: Sequence[float] = (),
    ) -> StoppingRule:
        """The rule that knows these ended trials too.

        Parameters
        ----------
        ended : sequence of mapping
            Their curves.
        values : mapping, optional
            Configuration of the trial to be judged.
        ended_values : sequence of mapping
            Of those that ended, as many as there are curves.
        reached : sequence of float
            What each finished trial is worth, stopped ones too. Where they lie closer than
            trials of other tasks do, less of a gain is worth going on for.
        """
        model: Any
        least_gain = self._least_gain
        if self._usual and self._similar is not None and len(reached) >= FEWEST_ENDS:
            spread = float(np.std(np.asarray(reached, dtype="float64")))
            least_gain = max(min(least_gain or math.inf, GAIN * spread), 1e-12)
        if self._similar is None:
            model = PreviousCurves().fit(self._with(ended))
        else:
            model = self._similar.of(values, self._own(ended, ended_values))
        return StoppingRule(
            model=model,
            target=self.target,
            p_stop=0.05 if self._p_stop is None else self._p_stop,
            least_gain=least_gain,
            n_least=self._n_least,
            by_best=self.value == "best",
            stop_leaders=self._stop_leaders,
        )

    def judge(
        self,
        curve: Curve,
        best: float,
        *,
        ended: Sequence[Curve] = (),
        prior: tuple[float, float] | None = None,
        values: Mapping[str, Any] | None = None,
        ended_values: Sequence[Mapping[str, Any]] = (),
        reached: Sequence[float] = (),
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
        values, ended_values, reached :
            As of :meth:`rule`.
        """
        budgets = sorted(curve)
        scores = [curve[budget] for budget in budgets]
        rule = self.rule(ended, values, ended_values, reached)
        return rule.judge(budgets, scores, best, prior=prior)

    def worth(self, curve: Curve) -> float:
        """What a trial with such a curve is worth."""
        return curve[max(curve)] if self.value == "last" else max(curve.values())

    def _own(
        self, ended: Sequence[Curve], values: Sequence[Mapping[str, Any]]
    ) -> Curves | None:
        """Curves of ended trials on the budgets they were told at."""
        if not ended:
            return None
        grid = np.array(sorted({budget for curve in ended for budget in curve}))
        if grid[-1] < self.target:
            grid = np.append(grid, self.target)
        rows = []
        for curve in ended:
            last = max(curve)
            # Who ended before had reached its best.
            later = {budget: curve[last] for budget in grid.tolist() if budget > last}
            whole = {**later, **curve}
            rows.append([whole.get(budget, math.nan) for budget in grid.tolist()])
        box = self.curves.box
        points = np.zeros((0, 0))
        if box is not None and len(values) == len(ended) and all(values):
            points = np.array([box.place(box.own(one)) for one in values])
        return Curves(budgets=grid, values=np.array(rows), points=points, box=box).filled()

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
