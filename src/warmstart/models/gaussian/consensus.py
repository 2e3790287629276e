"""What tasks that share no configuration agree on: a process of all beside one of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warmstart.models.gaussian.shared_gp import SharedKernel

Array = np.ndarray[Any, np.dtype[np.float64]]

_MOST_TASKS, _MOST_RESULTS = 100, 1000
"""Tasks, and results of all of them together; the cost grows with the cube of these."""

_SHARES = (0.0, 0.25, 0.5, 0.75, 0.9)
"""Of a task's variance that may be common to all."""

_LEVEL = 1.0
"""Variance of tasks' levels: where a task looked was perhaps good, or bad, throughout."""


_LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Consensus:
    r"""The mean process of several tasks.

    .. math:: z_t(x) = a_t + f(x) + g_t(x) + \varepsilon, \quad
              f \sim GP(0, \rho k), \; g_t \sim GP(0, (1 - \rho) k)

    An average of what each task's own process predicts counts one that never looked near x
    as much as one that did; here each tells as much of f as it knows. The share :math:`\rho`
    is the one of a few that makes the results most likely, 0 among them.

    References
    ----------
    .. [1] Swersky, Snoek, Adams. "Multi-Task Bayesian Optimization." NeurIPS 2013.
    .. [2] Hensman, Lawrence, Rattray. "Hierarchical Bayesian modelling of gene expression time
       series across irregularly sampled replicates and clusters." BMC Bioinformatics 14,
       2013 (a process a replicate about one that they share).
    """

    kernel: SharedKernel
    share: float
    points: Array
    """Where results are known, shape (n, n_features)."""

    root: Array
    """Cholesky factor of the results' covariance."""

    weights: Array
    """Inverse of that covariance times the results, shape (n,)."""

    @classmethod
    def fit(
        cls,
        kernel: SharedKernel,
        tasks: Sequence[tuple[Array, Array]],
        rng: np.random.Generator,
    ) -> Consensus:
        """Learn from at most 1,000 results of 100 tasks, of each as many.

        Parameters
        ----------
        kernel : SharedKernel
        tasks : sequence of (features, responses)
            Of shapes (n, n_features) and (n,); responses standardised.
        """
        if len(tasks) > _MOST_TASKS:
            tasks = [tasks[k] for k in np.sort(rng.permutation(len(tasks))[:_MOST_TASKS])]
        n_each = _MOST_RESULTS // len(tasks)
        some = [rng.permutation(len(z))[:n_each] for _, z in tasks]
        points = np.vstack([x[kept] for (x, _), kept in zip(tasks, some, strict=True)])
        z = np.concatenate([z[kept] for (_, z), kept in zip(tasks, some, strict=True)])
        of = np.repeat(np.arange(len(tasks)), [len(kept) for kept in some])
        same, alike = of[:, None] == of[None, :], kernel.between(points, points)
        candidates = []
        for share in _SHARES if len(tasks) > 1 else _SHARES[:1]:
            covariance = alike * np.where(same, 1.0, share) + _LEVEL * same
            covariance[np.diag_indices_from(covariance)] += kernel.noise
            root = cholesky(covariance, lower=True)
            weights = cho_solve((root, True), z)
            # The evidence with the signal's own variance where that is most likely.
            power = max(float(z @ weights), _LEAST)
            evidence = -0.5 * len(z) * np.log(power) - np.log(np.diag(root)).sum()
            candidates.append((evidence, cls(kernel, share, points, root, weights)))
        return max(candidates, key=lambda one: float(one[0]))[1]

    def predict(self, at: Array) -> tuple[Array, Array]:
        """Mean and variance of f, shape (n_at,); all zero where tasks agree on nothing."""
        across = self.share * self.kernel.between(self.points, at)
        explained = (solve_triangular(self.root, across, lower=True) ** 2).sum(axis=0)
        mean: Array = across.T @ self.weights
        return mean, np.maximum(self.share - explained, 0.0)
