"""Where a curve ends, told by curves of similar configurations, this study's before all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from warmstart.errors import HistoryError, NotFittedError
from warmstart.models.curves.previous_curves import with_prior

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.models.curves.curves import Curves, Floats

WIDTHS = {"learning_rate": 0.15, "learning_rate_init": 0.15, "n_estimators": math.inf}
"""How far apart configurations count as different, in the unit cube, and of other axes: the
speed of a curve is that of the learning rate, and a curve shows all numbers of rounds."""

USUAL_WIDTH = 0.6


@dataclass(slots=True, kw_only=True)
class SimilarCurves:
    r"""What previous curves still gained, those of similar shape and configuration first.

    As :class:`~warmstart.models.curves.previous_curves.PreviousCurves` each previous curve x
    is laid on the current one with slope a; it then goes on from the last point seen:

    .. math:: \hat y_T = y_t + a\,(x_T - x_t), \quad
              w \propto \exp\Bigl(-\tfrac{e}{4\,e_0} - \tfrac12
              \sum_j \frac{(h_j - h'_j)^2}{\ell_j^2} + w_0\Bigr)

    with e the error of the fit, :math:`e_0` its 2 % quantile, h the configurations in their
    learner's cube and :math:`w_0` for curves of the same study. Mean and spread of the
    heaviest are the prediction.

    Parameters
    ----------
    end : {"last", "best"}
        Whether a trial is worth its score at the last budget, or its best until then, as
        where the number of rounds is chosen by the score.
    n_kept : int
        Curves that predict.
    pull : float
        Of slopes to 1, as a share of how far curves move within what was seen.
    own : float
        :math:`w_0`.

    References
    ----------
    .. [1] Chandrashekaran, Lane. "Speeding Up Hyper-parameter Optimization by Extrapolation
       of Learning Curves Using Previous Builds." ECML PKDD 2017.
    .. [2] Nadaraya. "On Estimating Regression." Theory of Probability 9, 1964.

    Examples
    --------
    >>> from warmstart.models.curves.curves import Curves
    >>> past = Curves(budgets=np.array([1.0, 2.0, 4.0, 8.0]),
    ...               values=np.array([[0.5, 0.6, 0.65, 0.6], [0.4, 0.6, 0.8, 0.9]]))
    >>> model = SimilarCurves(n_kept=1).fit(past)
    >>> mean, std = model.predict([1, 2], [0.6, 0.7], 8)
    >>> round(mean, 2)
    0.75
    """

    end: Literal["last", "best"] = "best"
    n_kept: int = 30
    pull: float = 0.03
    own: float = 4.0
    curves_: Curves | None = field(default=None, repr=False, compare=False)
    ended_: Curves | None = field(default=None, repr=False, compare=False)
    values_: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    """Of previous curves what was interpolated, by budget."""

    def fit(self, curves: Curves) -> Self:
        """Remember previous curves.

        Raises
        ------
        HistoryError
            If there are none.
        """
        if not len(curves):
            raise HistoryError("there is no previous curve to learn from")
        self.curves_, self._kept = curves, {}
        return self

    def of(self, values: Mapping[str, Any] | None, ended: Curves | None = None) -> Self:
        """The same model for one trial.

        Parameters
        ----------
        values : mapping, optional
            Its configuration, by the names of the curves' cube; others are left out, those
            that are missing are the estimator's defaults. Where it has none of them curves
            count by their shape alone.
        ended : Curves, optional
            Of the study's own trials, on any budgets.
        """
        return replace(self, values_=values, ended_=ended)

    def predict(
        self,
        budgets: Sequence[float],
        scores: Sequence[float],
        target: float,
        *,
        prior: tuple[float, float] | None = None,
    ) -> tuple[float, float]:
        """Mean and standard deviation of a trial's end.

        Parameters
        ----------
        budgets, scores : sequence of float, shape (n_points,)
            What the current curve has shown, higher is better.
        target : float
            The last budget.
        prior : tuple of float, optional
            Mean and standard deviation of the end, see
            :func:`~warmstart.models.curves.previous_curves.with_prior`.

        Returns
        -------
        mean, std : float
            Infinite where no previous curve goes so far; then only the last score is known.
        """
        y, at = np.asarray(scores, "float64"), np.asarray(budgets, "float64")
        if self.curves_ is None:
            raise NotFittedError("fit the curve model to previous curves first")
        if y.shape != at.shape or not len(y) or not np.isfinite(y).all():
            raise HistoryError(f"a curve is finite scores at budgets, got {scores!r}")
        seen, ends, apart = self._previous(at, target)
        bonus = np.zeros(len(ends))
        if self.ended_ is not None and len(self.ended_):
            mine = self.ended_
            seen = np.vstack([seen, mine.at(at)])
            ends = np.append(ends, self._ends(mine, at[-1], target))
            apart = np.append(apart, self._apart(mine))
            bonus = np.append(bonus, np.full(len(mine), self.own))
        usable = np.isfinite(seen[:, -1]) & np.isfinite(ends)
        known = float(y.max() if self.end == "best" else y[-1])
        if not usable.any():
            return with_prior(known, math.inf, prior)
        slopes, errors = self._laid_on(seen[usable], y)
        means = y[-1] + slopes * (ends[usable] - seen[usable, -1])
        if self.end == "best":
            means = np.maximum(means, known)
        scale = max(float(np.quantile(errors, 0.02)), 1e-12)
        log_weights = bonus[usable] - 0.5 * apart[usable] - 0.25 * errors / scale
        kept = np.argsort(-log_weights, kind="stable")[: self.n_kept]
        weights = np.exp(log_weights[kept] - log_weights[kept[0]])
        weights /= weights.sum()
        mean = float(weights @ means[kept])
        std = math.sqrt(float(weights @ (means[kept] - mean) ** 2))
        return with_prior(mean, max(std, 1e-12), prior)

    def _previous(self, at: Floats, target: float) -> tuple[Floats, Floats, Floats]:
        """Of previous curves: scores at what was seen, ends, and how far apart they are."""
        curves, kept = self.curves_, self._kept
        assert curves is not None
        for budget in at.tolist():
            if budget not in kept:
                kept[budget] = curves.at([budget])[:, 0]
        ends = at[-1], target, self.end
        if ends not in kept:
            kept[ends] = self._ends(curves, float(at[-1]), target)
        return (
            np.stack([kept[budget] for budget in at.tolist()], axis=1),
            kept[ends],
            self._apart(curves),
        )

    def _ends(self, curves: Curves, after: float, target: float) -> Floats:
        """Score at the target, or the best after a budget, shape (n_curves,)."""
        last: Floats = curves.at([target])[:, 0]
        if self.end == "last":
            return last
        between = curves.values[:, (curves.budgets > after) & (curves.budgets < target)]
        best: Floats = np.fmax.reduce(np.column_stack([between, last]), axis=1)
        return np.where(np.isfinite(last), best, np.nan)

    def _apart(self, curves: Curves) -> Floats:
        """Squared distances of configurations; of those not known as of most others."""
        box = curves.box
        own = {} if box is None or self.values_ is None else box.own(self.values_)
        if box is None or not len(curves.points) or not set(own) & set(box.names):
            return np.zeros(len(curves))
        widths = np.array([WIDTHS.get(name, USUAL_WIDTH) for name in box.names])
        found: Floats = (((curves.points - box.place(own)) / widths) ** 2).sum(axis=1)
        known = np.isfinite(found)
        return np.where(known, found, np.median(found[known]) if known.any() else 0.0)

    def _laid_on(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Slope of each previous curve, and mean squared error of its fit."""
        n = len(y)
        # A curve that begins later is laid on what it has.
        weights = 10.0 ** (np.arange(1, n + 1) / n) * np.isfinite(x)
        weights /= weights.sum(axis=1, keepdims=True)
        filled = np.where(np.isfinite(x), x, 0.0)
        dx = filled - (weights * filled).sum(axis=1, keepdims=True)
        dy = y - (weights * y).sum(axis=1, keepdims=True)
        moved = (weights * dx**2).sum(axis=1)
        pull = self.pull * float(np.median(moved)) + 1e-12
        slopes = ((weights * dx * dy).sum(axis=1) + pull) / (moved + pull)
        slopes = np.clip(slopes, 0.1, 10.0)
        errors = (weights * (dy - slopes[:, None] * dx) ** 2).sum(axis=1)
        return slopes, errors + pull * (slopes - 1) ** 2
