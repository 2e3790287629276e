"""One kernel for many tasks: lengthscales that all of them together make most likely."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize

from warmstart.models.gaussian.factor import Factor

Array = np.ndarray[Any, np.dtype[np.float64]]

_LOG_LENGTH = (math.log(0.5), 1.0)
"""Mean and standard deviation of the logarithm of a lengthscale before any result; a
hyperparameter's known range has length one. Grows with the root of their number."""

_LOG_NOISE = (math.log(0.02), 1.0)
_BOUNDS = (math.log(0.03), math.log(30.0)), (math.log(1e-4), math.log(1.0))


@dataclass(frozen=True, slots=True)
class SharedKernel:
    r"""Matérn 5/2 kernel with one lengthscale a feature, for standardised responses.

    .. math:: k(x, x') = (1 + a + a^2/3) e^{-a}, \quad
              a^2 = 5 \sum_j (x_j - x'_j)^2 / \ell_j^2

    Each task is a process of its own with this kernel; they share nothing else. The
    lengthscales and the noise maximise the sum of the tasks' log evidences, each with its
    own signal variance profiled out, and weak log-normal priors.

    References
    ----------
    .. [1] Rasmussen, Williams. "Gaussian Processes for Machine Learning." 2006, chapter 5.
    .. [2] Wistuba, Schilling, Schmidt-Thieme. "Scalable Gaussian process-based transfer
       surrogates for hyperparameter optimization." Machine Learning 107, 2018 (a process
       a task).
    """

    lengthscales: Array
    """Shape (n_features,), in units of each feature."""

    noise: float
    """Variance of an observation's own error, in units of the signal's variance."""

    @classmethod
    def usual(cls, n_features: int) -> SharedKernel:
        """What is taken for likely before any task is seen."""
        return cls(
            np.full(n_features, math.exp(_usual_length(n_features))), math.exp(_LOG_NOISE[0])
        )

    @classmethod
    def fit(cls, tasks: Sequence[tuple[Array, Array]], *, max_steps: int = 40) -> SharedKernel:
        """Learn lengthscales and noise.

        Parameters
        ----------
        tasks : sequence of (features, responses)
            Of shapes (n, n_features) and (n,); responses standardised. Tasks with the same
            features may come as one, of shape (n, n_tasks), for the price of one.
        """
        n_features = tasks[0][0].shape[1]
        start = np.r_[np.full(n_features, _usual_length(n_features)), _LOG_NOISE[0]]
        centre = start.copy()

        def cost(parameters: Array) -> tuple[float, Array]:
            value = 0.5 * float(((parameters - centre) ** 2).sum())
            slope = parameters - centre
            for features, responses in tasks:
                one, its_slope = negative_evidence(features, responses, parameters)
                value += one
                slope = slope + its_slope
            return value, slope

        bounds = [_BOUNDS[0]] * n_features + [_BOUNDS[1]]
        best = minimize(
            cost,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": max_steps},
        ).x
        return cls(np.exp(best[:-1]), float(np.exp(best[-1])))

    def between(self, a: Array, b: Array) -> Array:
        """Kernel of each row of `a` with each of `b`, shape (n_a, n_b).

        Parameters
        ----------
        a : ndarray, shape (n_a, n_features)
        b : ndarray, shape (n_b, n_features)
        """
        kernel: Array = _matern(_squares(a / self.lengthscales, b / self.lengthscales))
        return kernel

    def predict(self, features: Array, responses: Array, at: Array) -> tuple[Array, Array]:
        """Mean and variance of one task's process without its noise.

        Parameters
        ----------
        features, responses : ndarray, shapes (n, n_features) and (n,)
            What is known of the task; responses standardised.
        at : ndarray, shape (n_at, n_features)

        Returns
        -------
        mean, variance : ndarray, shape (n_at,)
        """
        covariance = self.between(features, features)
        covariance[np.diag_indices_from(covariance)] += self.noise
        root = cholesky(covariance, lower=True)
        across = self.between(features, at)
        ones = cho_solve((root, True), np.ones(len(responses)))
        # The level far from every result is the one that results make most likely, not
        # their mean: where a search went most often says nothing of the rest.
        level = float(ones @ responses / ones.sum())
        weights = cho_solve((root, True), responses - level)
        n = len(responses)
        signal = ((responses - level) @ weights + PRIOR_COUNT) / (n + PRIOR_COUNT)
        explained = (solve_triangular(root, across, lower=True) ** 2).sum(axis=0)
        mean: Array = level + across.T @ weights
        variance: Array = signal * np.maximum(1.0 - explained, 0.0)
        return mean, variance


_MOST_NOISE = 0.05
"""More would say that a search learns nothing of its own task: what the kernel thinks after
a history that is all noise."""

PRIOR_COUNT = 4.0
"""Results that a signal variance of one is worth."""


@dataclass(frozen=True, slots=True)
class LowRank:
    """The kernel's covariance of any configurations as factors with the same latents.

    Exact among the inducing points; elsewhere what these leave unsaid is a configuration's
    own, so that variances are right everywhere.

    References
    ----------
    .. [1] Snelson, Ghahramani. "Sparse Gaussian Processes using Pseudo-inputs." NeurIPS
       2005 (the covariance of the fully independent training conditional).
    """

    kernel: SharedKernel
    points: Array
    """Inducing points, shape (n_latent, n_features)."""

    root: Array
    """Cholesky factor of their kernel."""

    @classmethod
    def fit(cls, kernel: SharedKernel, features: Array, n_latent: int = 200) -> LowRank:
        """Take at most `n_latent` of the rows of `features`, evenly spread, as inducing.

        Parameters
        ----------
        kernel : SharedKernel
        features : ndarray, shape (n_points, n_features)
        n_latent : int
            Columns kept at most.
        """
        n = len(features)
        some = np.unique(np.linspace(0, n - 1, min(n, n_latent)).astype(np.intp))
        inner = kernel.between(features[some], features[some])
        inner[np.diag_indices(len(some))] += 1e-6
        return cls(kernel, features[some], cholesky(inner, lower=True))

    def factor(self, features: Array) -> Factor:
        """Covariance of unit variance, and the kernel's noise, as a factor."""
        across = self.kernel.between(self.points, features)
        loadings = solve_triangular(self.root, across, lower=True).T
        left = np.maximum(1.0 - (loadings**2).sum(axis=1), 0.0)
        return Factor(loadings, left + min(self.kernel.noise, _MOST_NOISE))


def _usual_length(n_features: int) -> float:
    return _LOG_LENGTH[0] + 0.5 * math.log(max(n_features, 1))


def negative_evidence(
    features: Array, responses: Array, parameters: Array
) -> tuple[float, Array]:
    """Negative log evidence of one task up to a constant, and its gradient.

    Of several tasks with the same features where responses have shape (n, n_tasks).
    """
    n = len(responses)
    responses = responses.reshape(n, -1)
    lengths, noise = np.exp(parameters[:-1]), math.exp(parameters[-1])
    scaled = features / lengths
    a = np.sqrt(5 * _squares(scaled, scaled))
    decay = np.exp(-a)
    covariance = (1 + a + a**2 / 3) * decay
    covariance[np.diag_indices(n)] += noise
    root = cholesky(covariance, lower=True)
    inverse = cho_solve((root, True), np.eye(n))
    alpha = inverse @ responses
    signals = np.maximum((responses * alpha).sum(axis=0), 1e-12) / n
    n_tasks = len(signals)
    value = 0.5 * n * float(np.log(signals).sum())
    value += n_tasks * float(np.log(np.diag(root)).sum())
    # d value = ½ tr(W dC); the signal's own change drops out where it is optimal.
    weight = n_tasks * inverse - (alpha / signals) @ alpha.T
    slope_noise = 0.5 * noise * float(np.trace(weight))
    # dC / d log l_j = 5/3 (1 + a) e^-a (x_j - x'_j)² / l_j².
    weight *= (5 / 3) * (1 + a) * decay
    sums = weight.sum(axis=1)
    slope = (scaled**2).T @ sums - ((weight @ scaled) * scaled).sum(axis=0)
    return value, np.r_[slope, slope_noise]


def _squares(a: Array, b: Array) -> Array:
    gaps = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None, :] - 2 * a @ b.T
    squares: Array = np.maximum(gaps, 0.0)
    return squares


def _matern(squares: Array) -> Array:
    a = np.sqrt(5 * squares)
    kernel: Array = (1 + a + a**2 / 3) * np.exp(-a)
    return kernel
