"""A model's belief about any pool of configurations, those it never saw included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.models.fold_in import FoldIn
from warmstart.models.pmf import PMFPosterior
from warmstart.models.posterior import MixturePosterior

if TYPE_CHECKING:
    from warmstart.recommend.fitted import Fitted


def believe(
    fitted: Fitted, metafeatures: pd.Series[Any] | None, pool: Sequence[Mapping[str, Any]]
) -> PMFPosterior:
    """Prior belief about a new task's scores on a pool of configurations.

    Parameters
    ----------
    fitted : Fitted
    metafeatures : Series, optional
    pool : sequence of mapping
        Plain values; those of the base are matched, others folded in by their features.

    Returns
    -------
    PMFPosterior
        Over the pool, in its order.
    """
    column = {_key(values): k for k, values in enumerate(fitted.configurations)}
    columns = [column.get(_key(values)) for values in pool]
    if all(k is not None for k in columns):
        return fitted.pmf.start(metafeatures, np.asarray(columns, dtype=np.intp))
    known = fitted.pmf.start(metafeatures)
    mixture = known.mixture
    weights = np.zeros((len(pool), mixture.n_configs))
    unexplained = np.zeros(len(pool))
    new = [row for row, k in enumerate(columns) if k is None]
    fold_in = fitted.fold_in or FoldIn.fit([{}] * mixture.n_configs)
    weights[new], unexplained[new] = fold_in.weights([pool[row] for row in new])
    for row, k in enumerate(columns):
        if k is not None:
            weights[row, k] = 1.0
    prior_means, loadings, noise = mixture.prior
    own = (loadings**2).sum(axis=1) + noise
    # Means are predicted about their average, where a point far from all known ones lands.
    centre = prior_means.mean(axis=1, keepdims=True)
    folded = MixturePosterior(
        mixture.weights,
        centre + (prior_means - centre) @ weights.T,
        mixture.scales,
        mixture.level_stds,
        weights @ loadings,
        # What features leave unsaid is the configuration's own.
        (weights**2) @ noise + unexplained * own.mean(),
    )
    return PMFPosterior(folded, known.ideal)


def _key(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(name), repr(value)) for name, value in values.items()))
