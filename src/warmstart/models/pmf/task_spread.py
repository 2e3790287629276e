"""How far a new task may be from few known ones: proper priors, heavy tails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

Array = np.ndarray[Any, np.dtype[np.float64]]

_AGREEMENT = 0.4
"""Correlation of two tasks over configurations before any two are seen; .3 to .6 in tables
of scikit-learn pipelines, whatever the metric."""

_AGREEMENT_WORTH = 2.0
"""Pairs with a new task that the prior of the agreement is worth."""

_COVARIANCE_WORTH = 1.0
"""Tasks that the prior of the covariance, no configuration like another, is worth."""

_LOG_SCALE_STD = 0.6
"""Median of what is thought of the standard deviation of the logarithm of tasks' scales."""

_LEVEL_SLOPE, _LEVEL_STD = -0.7, 0.85
"""How the level falls with the logarithm of the scale, and the median of its standard
deviation about that, in roots of a usual scale."""

_USUAL_SCALE = 0.32
"""Scale at which the level spreads by as many scales where scores have no bound: there a
loss is one from a guessed best, its logarithm nearly a straight line, and units are any."""

UNSURE = 0.7
"""Standard deviation of the logarithm of either, before any two tasks are seen."""

_SLOPE_WORTH = 2.0
"""Tasks that the prior of the slope is worth."""

_ENOUGH = 10.0
"""Tasks at which quantiles of what was seen count as much as those of the prior's form."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the mean of few tasks says of a new one."""

    trust: float
    """Share of the mean deviation of each configuration to expect of a new task."""

    seen: float
    """Factor of the tasks' second moment about their mean in the covariance of a new one."""

    unseen: float
    """Variance of each configuration that the prior adds, in units of a task's scale
    squared."""

    @classmethod
    def of(cls, mean: Array, power: float, n_tasks: int, n_families: int) -> Agreement:
        r"""Estimate from responses standardised task by task.

        With correlation :math:`\rho` between tasks the mean of n is trusted by
        :math:`n\rho / (1 + (n-1)\rho)`; its error adds :math:`1 / (n + (1-\rho)/\rho)` to
        the covariance of a task about the true mean.

        Parameters
        ----------
        mean : ndarray, shape (n_configs,)
            Over the tasks.
        power : float
            Mean square of the responses.
        n_tasks, n_families : int
            Tasks of one family say as much as one.
        """
        n, rho, evidence = n_families, _AGREEMENT, 0.0
        if n_tasks > 1:
            common = float((mean**2).mean()) / max(power, 1e-12)
            seen = (n_tasks * common - 1) / (n_tasks - 1)
            evidence = n - 1.0
            rho = (_AGREEMENT_WORTH * rho + evidence * seen) / (_AGREEMENT_WORTH + evidence)
        rho = float(np.clip(rho, 0.02, 0.98))
        inflation = 1 + 1 / (n + (1 - rho) / rho)
        worth = inflation / (_COVARIANCE_WORTH + evidence)
        return cls(
            trust=n * rho / (1 + (n - 1) * rho),
            # Of n tasks about their own mean the second moment is that of n - 1.
            seen=worth * (evidence + 1 if evidence else 0.0),
            unseen=worth * _COVARIANCE_WORTH * (1 - rho),
        )


@dataclass(frozen=True, slots=True)
class Components:
    """Scale, level and the level's uncertainty of each component of the mixture."""

    scales: Array
    levels: Array
    level_stds: Array
    tails: Array
    """Factors of the level's uncertainty, equally likely, shape (3,): heavy tails of few."""

    @classmethod
    def of(
        cls,
        scales: Array,
        levels: Array,
        n: int,
        n_families: int,
        *,
        bounded: bool = True,
    ) -> Components:
        r"""Quantiles of the scale, each with the level that goes with it.

        Logarithms of scales, and levels given them, are normal about a mean that is
        estimated, with a standard deviation that is unknown and has a log-normal prior: a new
        task's are mixtures of normals over it. The more tasks, the more their own quantiles and
        local means count instead.

        Parameters
        ----------
        scales, levels : ndarray, shape (n_tasks,)
            Of each known task; levels less what meta-features tell of them.
        n : int
            Components.
        n_families : int
            Tasks of one family say as much as one.
        bounded : bool
            Whether it is known how good a score can be.

        References
        ----------
        .. [1] Gelman. "Prior Distributions for Variance Parameters in Hierarchical Models."
           Bayesian Analysis 1, 2006 (where groups are few, the deviation's prior decides).
        """
        logs = np.log(scales)
        evidence = n_families - 1.0
        centre, middle = float(logs.mean()), float(levels.mean())
        about, beside = logs - centre, levels - middle
        unsure = np.sqrt(1 + 1 / n_families)
        at = (np.arange(n) + 0.5) / n
        width = Width.of(_LOG_SCALE_STD, float((about**2).mean()), evidence)
        quantiles = centre + unsure * width.predictive(at)
        expected, usual = _LEVEL_SLOPE, _LEVEL_STD * np.exp(centre / 2)
        if not bounded:
            expected, usual = 0.0, _LEVEL_STD * np.exp(centre) / np.sqrt(_USUAL_SCALE)
        worth = _SLOPE_WORTH * _LOG_SCALE_STD**2
        slope = (worth * expected + float(about @ beside)) / (worth + float(about @ about))
        left = float(((beside - slope * about) ** 2).mean())
        thirds = unsure * Width.of(usual, left, evidence).quantiles(_THIRDS)

        seen = evidence / (_ENOUGH + evidence)
        component = (1 - seen) * quantiles + seen * np.quantile(logs, at)
        weights = _near(logs, component)
        local = weights @ levels
        n_local = 1 / (weights**2).sum(axis=1)
        # About their own mean, and of one task more: both matter where few are near.
        few = (n_local + 1) / np.maximum(n_local - 1, 1)
        variances = seen * few * (weights @ levels**2 - local**2)
        variances += (1 - seen) * thirds[1] ** 2
        return cls(
            scales=np.exp(component),
            levels=seen * local + (1 - seen) * (middle + slope * (component - centre)),
            level_stds=np.sqrt(np.maximum(variances, 1e-6)),
            tails=thirds / thirds[1],
        )


_THIRDS = np.array([1 / 6, 1 / 2, 5 / 6])


@dataclass(frozen=True, slots=True)
class Width:
    """What is thought of the standard deviation of a normal, on a grid."""

    stds: Array
    weights: Array

    @classmethod
    def of(cls, median: float, seen: float, evidence: float) -> Width:
        """Log-normal prior about `median`, and a variance `seen` with degrees of freedom."""
        stds = median * np.exp(UNSURE * np.linspace(-3.5, 3.5, 141))
        squares = (evidence + 1) * seen if evidence else 0.0
        log_density = -0.5 * (np.log(stds / median) / UNSURE) ** 2
        log_density -= evidence * np.log(stds) + 0.5 * squares / stds**2
        weights = np.exp(log_density - log_density.max())
        return cls(stds, weights / weights.sum())

    def quantiles(self, at: Array) -> Array:
        """Of the standard deviation itself."""
        result: Array = np.interp(at, np.cumsum(self.weights) - 0.5 * self.weights, self.stds)
        return result

    def predictive(self, at: Array) -> Array:
        """Quantiles of a draw about zero, by bisection."""
        low = np.minimum(ndtri(at), 0.0) * self.stds[-1]
        high = np.maximum(ndtri(at), 0.0) * self.stds[-1]
        for _ in range(60):
            middle = (low + high) / 2
            below = ndtr(middle[:, None] / self.stds) @ self.weights < at
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        result: Array = (low + high) / 2
        return result


def _near(logs: Array, component: Array) -> Array:
    """Weights of the tasks near each component, shape (n_components, n_tasks)."""
    width = 0.5 * max(float(logs.std()), 1e-3)
    gaps = ((logs - component[:, None]) / width) ** 2
    weights = np.exp(-0.5 * (gaps - gaps.min(axis=1, keepdims=True)))
    result: Array = weights / weights.sum(axis=1, keepdims=True)
    return result
