"""A Gaussian process over configurations' features, fitted to one task's own results."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import cho_solve, cholesky, solve_triangular

from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.spaces.encoding import ConfigurationEncoder

_NOISES = (1e-4, 1e-2)
"""Noise variances tried, in units of the signal's."""

_SPANS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Lengthscales tried, in units of the median distance between configurations."""


def configuration_features(table: ScoreTable) -> Floats:
    """Encoded hyperparameters, shape (n_configs, n_features).

    A table without the hyperparameters of its configurations has them all equally far
    apart.
    """
    if table.configurations is None:
        return np.eye(table.n_configs)
    rows: list[dict[str, Any]] = [
        {str(name): value for name, value in row.items() if not pd.isna(value)}
        for row in table.configurations.to_dict(orient="records")
    ]
    return ConfigurationEncoder.fit(rows).transform(rows)


def matern52(distance: Floats, lengthscale: float) -> Floats:
    r"""Kernel :math:`(1 + a + a^2/3) e^{-a}` with :math:`a = \sqrt 5 d / \ell`.

    Parameters
    ----------
    distance : ndarray
        Of any shape.
    lengthscale : float
    """
    a = math.sqrt(5) * distance / lengthscale
    kernel: Floats = (1 + a + a**2 / 3) * np.exp(-a)
    return kernel


class FeatureGP:
    """Responses of one task over all configurations, lengthscale by highest evidence.

    Parameters
    ----------
    features : ndarray, shape (n_configs, n_features)
    span : float
        Unit of the lengthscale, see :func:`median_distance`.

    References
    ----------
    .. [1] Rasmussen, Williams. "Gaussian Processes for Machine Learning." 2006,
       algorithm 2.1.
    """

    def __init__(self, features: Floats, span: float) -> None:
        self._features, self._span = features, span
        self.observed: list[int] = []
        self.values: list[float] = []
        self._distances: list[Floats] = []

    def tell(self, index: int, value: float) -> None:
        """Learn one response.

        Parameters
        ----------
        index : int
            Place of the configuration.
        value : float
            Its response; lower is better.
        """
        self.observed.append(int(index))
        self.values.append(float(value))
        self._distances.append(
            np.sqrt(((self._features - self._features[index]) ** 2).sum(axis=1))
        )

    @property
    def centre(self) -> float:
        """Mean of the responses seen."""
        return float(np.mean(self.values)) if self.values else 0.0

    @property
    def scale(self) -> float:
        """Standard deviation of the responses seen; 1 while they do not differ."""
        spread = float(np.std(self.values)) if self.values else 0.0
        return spread if spread > 1e-9 else 1.0

    def predict(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation, in units of :attr:`scale` about :attr:`centre`."""
        n_configs = len(self._features)
        if not self.observed:
            return np.zeros(n_configs), np.ones(n_configs)
        distance = np.stack(self._distances)
        y = (np.array(self.values) - self.centre) / self.scale
        lengthscale, noise = self.most_likely(distance[:, self.observed], y)
        across = matern52(distance, lengthscale)
        root = cholesky(across[:, self.observed] + noise * np.eye(len(y)), lower=True)
        means: Floats = across.T @ cho_solve((root, True), y)
        explained = (solve_triangular(root, across, lower=True) ** 2).sum(axis=0)
        stds: Floats = np.sqrt(np.maximum(1.0 - explained, 0.0))
        return means, stds

    def leave_one_out(self) -> tuple[Floats, Floats]:
        r"""Mean and standard deviation of each response seen, from the others.

        .. math:: \mu_{-i} = y_i - [C^{-1} y]_i / [C^{-1}]_{ii}, \quad
                  \sigma_{-i}^2 = 1 / [C^{-1}]_{ii}
        """
        distance = np.stack(self._distances)[:, self.observed]
        y = (np.array(self.values) - self.centre) / self.scale
        lengthscale, noise = self.most_likely(distance, y)
        inverse = np.linalg.inv(matern52(distance, lengthscale) + noise * np.eye(len(y)))
        precision = np.diag(inverse)
        return y - inverse @ y / precision, np.sqrt(1 / precision)

    def most_likely(self, distance: Floats, y: Floats) -> tuple[float, float]:
        best, choice = -np.inf, (self._span, _NOISES[-1])
        for times in _SPANS:
            kernel = matern52(distance, times * self._span)
            for noise in _NOISES:
                evidence = log_evidence(kernel + noise * np.eye(len(y)), y)
                if evidence > best:
                    best, choice = evidence, (times * self._span, noise)
        return choice


def log_evidence(covariance: Floats, y: Floats) -> float:
    """Log density of `y` under a Gaussian with mean zero.

    Parameters
    ----------
    covariance : ndarray, shape (n_results, n_results)
        Noise included.
    y : ndarray, shape (n_results,)
        About zero.
    """
    root = cholesky(covariance, lower=True)
    white = solve_triangular(root, y, lower=True)
    half_log_det = np.log(np.diag(root)).sum()
    return float(-0.5 * white @ white - half_log_det - 0.5 * len(y) * math.log(2 * math.pi))


def median_distance(features: Floats, n_at_most: int = 500) -> float:
    """Median distance between configurations, over evenly spaced ones where they are many.

    Parameters
    ----------
    features : ndarray, shape (n_configs, n_features)
    n_at_most : int
        Of more, as many are taken evenly.
    """
    some = features[:: max(1, len(features) // n_at_most)]
    squares = (some**2).sum(axis=1)
    differences = squares[:, None] + squares[None, :] - 2 * some @ some.T
    apart = np.sqrt(differences[differences > 1e-12])
    return float(np.median(apart)) if apart.size else 1.0
