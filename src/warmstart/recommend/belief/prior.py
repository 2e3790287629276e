"""A model's belief about any pool of configurations, those it never saw included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.models.completion.fold_in import FoldIn
from warmstart.models.gaussian.factor import Factor
from warmstart.models.gaussian.posterior import MixturePosterior
from warmstart.models.pmf.pmf import PMF
from warmstart.models.pmf.posterior import PMFPosterior

if TYPE_CHECKING:
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.history.identity import Point

Array = np.ndarray[Any, np.dtype[np.float64]]


IGNORANCE = 0.1
"""Prior weight of knowing nothing but the configurations' own features."""

_TOLD_IGNORANCE = 0.01
"""The same where something is told of what to expect: the larger share is there to protect a
search, and most of it would be said of tasks that are like those known."""

_MANY = 4096
"""Configurations from which on loadings are kept in single precision."""

_MAX_KERNEL = 2000
"""Pools larger than this have independent configurations under ignorance."""


def believe(
    fitted: Fitted,
    metafeatures: pd.Series[Any] | None,
    pool: Sequence[Point],
    *,
    model: PMF | None = None,
) -> PMFPosterior:
    """Prior belief about a new task's scores on a pool of configurations.

    A share of the belief knows nothing of other tasks: where the base misleads, results
    soon move all weight to it, and the search goes on as if it had started cold.

    Parameters
    ----------
    fitted : Fitted
    metafeatures : Series, optional
    pool : sequence of Point
        Those that are not of the base are folded in by their features.
    model : PMF, optional
        What to believe in; ``fitted.pmf`` by default.

    Returns
    -------
    PMFPosterior
        Over the pool, in its order.
    """
    known = (model or fitted.pmf).start(metafeatures)
    mixture = known.mixture
    informed = mixture.factors[0]
    # Means are predicted about their average, where a point far from all known ones lands.
    centre = mixture.prior_means.mean(axis=1, keepdims=True)
    columns = np.array([point.column for point in pool], dtype=np.intp)
    match, new = np.maximum(columns, 0), np.flatnonzero(columns < 0)
    means, noise = mixture.prior_means[:, match], informed.noise[match]
    # In single precision where many, and then so are the draws.
    kind: Any = np.float32 if len(pool) > _MANY else informed.loadings.dtype
    loadings: Array = informed.loadings.astype(kind)[match]
    if len(new):
        weights, unexplained = fitted.folded(pool, new)
        means[:, new] = centre + (mixture.prior_means - centre) @ weights.T
        loadings[new] = weights @ informed.loadings.astype(weights.dtype)
        # What features leave unsaid is the configuration's own.
        unsaid = unexplained * informed.variances().mean()
        noise[new] = np.einsum("ij,ij,j->i", weights, weights, informed.noise) + unsaid
    n = len(mixture.scales)
    level = float(mixture.weights @ centre[:, 0])
    level_std = float(
        np.sqrt(mixture.weights @ (mixture.level_stds**2 + centre[:, 0] ** 2) - level**2)
    )
    return PMFPosterior(
        MixturePosterior(
            np.concatenate([(1 - IGNORANCE) * mixture.weights, np.full(n, IGNORANCE / n)]),
            np.concatenate([means, np.full_like(means, level)]),
            np.concatenate([mixture.scales, mixture.scales]),
            np.concatenate([mixture.level_stds, np.full(n, level_std)]),
            [Factor(loadings, noise)] * n + [_cold_factor(fitted, pool, kind)] * n,
        ),
        known.ideal,
        known.offset,
    )


def told_weights(mixture: MixturePosterior) -> Array:
    """Weights of the components of :func:`believe` for what is told, shape (n_components,).

    As if ignorance had begun with the smaller share; results tell as much of it as they do.
    """
    weights = mixture.weights
    odds = _TOLD_IGNORANCE / (1 - _TOLD_IGNORANCE) * (1 - IGNORANCE) / IGNORANCE
    weights[len(weights) // 2 :] *= odds
    result: Array = weights / weights.sum()
    return result


def _cold_factor(fitted: Fitted, pool: Sequence[Point], kind: Any) -> Factor:
    """Unit covariance that only configurations' own features shape."""
    n, values = len(pool), [point.values for point in pool]
    if fitted.unaligned is not None:
        factor = fitted.unaligned.ignorance.factor(fitted.unaligned.encoder.transform(values))
        return Factor(factor.loadings.astype(kind), factor.noise)
    if n > _MAX_KERNEL or not any(values):
        return Factor(np.zeros((n, 1), kind), np.ones(n))
    kernel = FoldIn.fit(values).kernel
    eigenvalues, vectors = np.linalg.eigh(kernel)
    kept = eigenvalues > 1e-6 * eigenvalues[-1]
    loadings = vectors[:, kept] * np.sqrt(eigenvalues[kept])
    return Factor(loadings.astype(kind), np.full(n, 1e-2))


def believe_regrets(
    fitted: Fitted, metafeatures: pd.Series[Any] | None, points: Sequence[Point]
) -> PMFPosterior:
    """What regrets are believed of before any result: what a first batch is chosen by.

    Parameters
    ----------
    fitted : Fitted
    metafeatures : Series, optional
        Of the new task.
    points : sequence of Point
        Those that are not of the base are folded in by their features.
    """
    columns = np.array([point.column for point in points], dtype=np.intp)
    if (columns >= 0).all():
        return fitted.chooser.start(metafeatures, columns)
    return believe(fitted, metafeatures, points, model=fitted.chooser)
