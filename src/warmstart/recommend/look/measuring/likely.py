"""What a measured value is likely to be worth, given all others that were measured."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


class Likely:
    r"""The distribution of what is measured with known errors, without assuming its shape.

    The best of many measured is the luckiest as well. How far it falls back depends on how
    many are nearly as good: of configurations a few are bad and many equally good, which is
    no normal distribution. So the prior is that on the measured values themselves which
    makes them most likely,

    .. math:: \max_\pi \sum_i \log \sum_j \pi_j N(y_i; y_j, \sigma_i^2),

    by expectation maximisation from equal shares. Few steps leave it smooth.

    Parameters
    ----------
    n_values : int

    References
    ----------
    .. [1] Kiefer, Wolfowitz. "Consistency of the Maximum Likelihood Estimator in the
       Presence of Infinitely Many Incidental Parameters." Ann. Math. Stat. 27, 1956.
    .. [2] Koenker, Mizera. "Convex Optimization, Shape Constraints, Compound Decisions, and
       Empirical Bayes Rules." JASA 109, 2014.

    Examples
    --------
    >>> values, errors = np.array([0.70, 0.90, 0.90, 0.91, 0.92]), np.full(5, 0.02)
    >>> likely = Likely(5)
    >>> for _ in range(10):
    ...     means, stds = likely.step(values, errors)
    >>> means.round(2).tolist()
    [0.7, 0.91, 0.91, 0.91, 0.91]
    """

    def __init__(self, n_values: int) -> None:
        self._shares = np.full(n_values, 1.0 / n_values)

    def step(self, values: Array, errors: Array) -> tuple[Array, Array]:
        """One step of the maximisation: the mean and deviation of each value's worth.

        Parameters
        ----------
        values : ndarray, shape (n_values,)
            As measured; they may move a little between steps.
        errors : ndarray, shape (n_values,)
            Standard error of each.

        Returns
        -------
        means, stds : ndarray, shape (n_values,)
        """
        squares = ((values[:, None] - values) / errors[:, None]) ** 2
        chance = self._shares * np.exp(-0.5 * squares)
        chance /= np.maximum(chance.sum(axis=1, keepdims=True), np.finfo(float).tiny)
        self._shares = chance.mean(axis=0)
        means = chance @ values
        away = (means[:, None] - values) ** 2
        return means, np.sqrt((chance * away).sum(axis=1))
