"""Where a curve ends, told by the previous curves that it looks like."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.errors import HistoryError, NotFittedError
from warmstart.models.curves.curves import Curves, Floats

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(slots=True, kw_only=True)
class PreviousCurves:
    r"""The current curve as an affine function of each previous one.

    For each previous curve x that goes on to the target budget, :math:`y \approx a x + b` in
    closed form, by least squares with weights :math:`10^{t/n}` that favour what is recent
    and a pull of a to 1 that fades with the number n of points seen:

    .. math:: a = \frac{S_{xy} + \lambda}{S_{xx} + \lambda}, \quad b = \bar y - a \bar x,
              \quad \lambda = \lambda_0 e^{-n / 2}

    The hundred curves that fit best each predict :math:`a x_T + b`; their mean and spread,
    with the error of the fit, are the prediction.

    Parameters
    ----------
    n_kept : int
        Curves that predict.
    pull : float
        :math:`\lambda_0`, in units of squared scores.
    lowest, highest : float
        What a score can be; predictions outside are clipped.

    References
    ----------
    .. [1] Chandrashekaran, Lane. "Speeding Up Hyper-parameter Optimization by Extrapolation
       of Learning Curves Using Previous Builds." ECML PKDD 2017.

    Examples
    --------
    >>> past = Curves(budgets=np.array([1.0, 2.0, 4.0, 8.0]),
    ...               values=np.array([[0.5, 0.6, 0.7, 0.75], [0.4, 0.6, 0.8, 0.9]]))
    >>> model = PreviousCurves(n_kept=1).fit(past)
    >>> mean, std = model.predict([1, 2, 4], [0.55, 0.65, 0.75], 8)
    >>> round(mean, 2)
    0.8
    """

    n_kept: int = 100
    pull: float = 1.0
    lowest: float = -math.inf
    highest: float = math.inf
    curves_: Curves | None = field(default=None, repr=False, compare=False)

    def fit(self, curves: Curves) -> Self:
        """Remember previous curves.

        Raises
        ------
        HistoryError
            If there are none.
        """
        if not len(curves):
            raise HistoryError("there is no previous curve to learn from")
        self.curves_ = curves
        return self

    def predict(
        self,
        budgets: Sequence[float],
        scores: Sequence[float],
        target: float,
        *,
        prior: tuple[float, float] | None = None,
    ) -> tuple[float, float]:
        """Mean and standard deviation of the score at a budget not reached yet.

        Parameters
        ----------
        budgets, scores : sequence of float, shape (n_points,)
            What the current curve has shown, higher is better.
        target : float
            Budget to predict at.
        prior : tuple of float, optional
            Mean and standard deviation of the end, as a model of the configuration has it:
            the two are taken for independent, see :func:`with_prior`.

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
        x, ends = self.curves_.at(at), self.curves_.at([target])[:, 0]
        usable = np.isfinite(x).all(axis=1) & np.isfinite(ends)
        if not usable.any():
            return with_prior(float(y[-1]), math.inf, prior)
        means, errors = self._affine(x[usable], y, ends[usable])
        kept = np.argsort(errors, kind="stable")[: self.n_kept]
        std = math.sqrt(means[kept].var() + errors[kept].mean())
        return with_prior(float(means[kept].mean()), std, prior)

    def _affine(self, x: Floats, y: Floats, ends: Floats) -> tuple[Floats, Floats]:
        """Prediction of each previous curve, and mean squared error of its fit."""
        n = len(y)
        weights = 10.0 ** (np.arange(1, n + 1) / n)
        weights /= weights.sum()
        x_mean, y_mean = x @ weights, float(y @ weights)
        dx, dy = x - x_mean[:, None], y - y_mean
        pull = self.pull * math.exp(-n / 2)
        slope = ((dx * dy) @ weights + pull) / ((dx**2) @ weights + pull)
        intercept = y_mean - slope * x_mean
        residual = y - slope[:, None] * x - intercept[:, None]
        errors: Floats = (residual**2) @ weights + pull * (slope - 1) ** 2
        return np.clip(slope * ends + intercept, self.lowest, self.highest), errors


def with_prior(
    mean: float, std: float, prior: tuple[float, float] | None
) -> tuple[float, float]:
    r"""What a curve says of its end and what is believed of it beforehand, together.

    The product of both Gaussians, as of two independent messages:

    .. math:: \frac{1}{\sigma^2} = \frac{1}{\sigma_c^2} + \frac{1}{\sigma_p^2}, \quad
              \frac{\mu}{\sigma^2} = \frac{\mu_c}{\sigma_c^2} + \frac{\mu_p}{\sigma_p^2}

    Examples
    --------
    >>> with_prior(0.8, 0.1, (0.6, 0.1))[0].__round__(3)
    0.7
    """
    if prior is None or not math.isfinite(prior[1]):
        return mean, std
    if std == 0.0 or math.isinf(std):
        return (mean, std) if std == 0.0 else (float(prior[0]), float(prior[1]))
    curve, belief = std**-2, max(prior[1], 1e-12) ** -2
    return (curve * mean + belief * prior[0]) / (curve + belief), (curve + belief) ** -0.5


@dataclass(slots=True, kw_only=True)
class PowerLaw:
    r"""The current curve by itself: :math:`y = a - b\,n^{-c}`, least squares over a grid of c.

    References
    ----------
    .. [1] Viering, Loog. "The Shape of Learning Curves: A Review." TPAMI 2022 (pow3).
    """

    lowest: float = -math.inf
    highest: float = math.inf

    def fit(self, curves: Curves) -> Self:  # noqa: ARG002 - it learns from no other curve
        """Nothing is learned from previous curves."""
        return self

    def predict(
        self,
        budgets: Sequence[float],
        scores: Sequence[float],
        target: float,
        *,
        prior: tuple[float, float] | None = None,
    ) -> tuple[float, float]:
        """Mean and the residual standard deviation of the fit.

        Parameters
        ----------
        budgets : sequence of float
            Rising, of what was seen so far.
        scores : sequence of float
            At these budgets; higher is better.
        target : float
            Budget to predict at.
        prior : tuple of float, optional
            Mean and standard deviation of the end.
        """
        y, n = np.asarray(scores, "float64"), np.asarray(budgets, "float64")
        best: tuple[float, float] = (math.inf, float(y[-1]))
        for power in np.linspace(0.05, 2.0, 40):
            columns = np.column_stack([np.ones(len(n)), -(n**-power)])
            found, *_ = np.linalg.lstsq(columns, y, rcond=None)
            if found[1] < 0:  # a curve of scores rises
                found = np.array([y.mean(), 0.0])
            error = float(((columns @ found - y) ** 2).mean())
            if error < best[0]:
                best = error, float(found[0] - found[1] * target**-power)
        mean = float(np.clip(best[1], self.lowest, self.highest))
        return with_prior(mean, math.sqrt(best[0]), prior)


@dataclass(slots=True)
class LastValue:
    """The end is what the curve shows now."""

    def fit(self, curves: Curves) -> Self:  # noqa: ARG002 - it learns from no other curve
        """Nothing is learned from previous curves."""
        return self

    def predict(
        self,
        budgets: Sequence[float],  # noqa: ARG002 - whatever they are
        scores: Sequence[float],
        target: float,  # noqa: ARG002
        *,
        prior: tuple[float, float] | None = None,
    ) -> tuple[float, float]:
        """The last score, and the deviation of the steps so far.

        Parameters
        ----------
        budgets : sequence of float
            Rising, of what was seen so far.
        scores : sequence of float
            At these budgets; higher is better.
        target : float
            Budget to predict at.
        prior : tuple of float, optional
            Mean and standard deviation of the end.
        """
        y: Any = np.asarray(scores, "float64")
        std = float(np.diff(y).std()) if len(y) > 2 else math.inf
        return with_prior(float(y[-1]), std, prior)
