"""What a fitted PMF knows of a task before any result on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.models.gaussian.factor import Factor
from warmstart.models.gaussian.posterior import MixturePosterior
from warmstart.models.pmf.described.prior_mean import PriorMean

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What training leaves behind; all a new task needs."""

    ideal: float
    """Score no configuration can beat."""

    unit: float
    """Loss that the offset is a share of."""

    mean: Array
    """Standardised log loss to expect of each configuration, shape (n_configs,)."""

    trust: float
    """Share of the tasks' mean that it is."""

    loadings: Array
    """Shape (n_configs, n_latent): one latent a task, and those of what filling in left."""

    noise: Array
    """Shape (n_configs,)."""

    scales: Array
    levels: Array
    level_stds: Array
    """s, α and τ of the mixture components, shape (n_components,)."""

    tails: Array
    """Factors of τ, equally likely, shape (3,)."""

    described: PriorMean | None
    projected: Array
    """Shrunk, projected responses of the described tasks, shape (n_described, n_configs)."""

    described_levels: Array
    """Levels of the described tasks about their mean, shrunk, shape (n_described,)."""

    untold_loadings: Array
    """What meta-features tell of tasks, as loadings, shape (n_configs, n_projected): a task
    without any may differ from the average by as much more."""

    untold_level: Array
    """Standard deviation of the levels that meta-features tell, shape ()."""

    def mixture(
        self,
        metafeatures: pd.Series[Any] | None,
        columns: npt.NDArray[np.intp] | None,
        spreads: Sequence[float],
    ) -> MixturePosterior:
        """Responses of a new task, before any result on it.

        Parameters
        ----------
        metafeatures : Series, optional
            Of the task, shape (n_features,) by name.
        columns : ndarray of int, shape (n_chosen,), optional
            Restrict to these configurations, in this order.
        spreads : sequence of float
            Deviations about the mean, in units of the tasks' own scale.

        Returns
        -------
        MixturePosterior
            One component for each scale with each spread.
        """
        chosen = slice(None) if columns is None else columns
        mean, level = self.mean[chosen], 0.0
        loadings, level_stds = self.loadings[chosen], self.level_stds
        if self.described is not None and metafeatures is not None:
            weights = self.described.weights(metafeatures.to_frame().T)[0]
            known = self.projected[:, chosen]
            mean = mean + weights.astype(known.dtype) @ known
            level = float(weights @ self.described_levels)
        elif self.described is not None:
            untold = self.untold_loadings[chosen].astype(loadings.dtype)
            loadings = np.hstack([loadings, untold])
            level_stds = np.hypot(level_stds, self.untold_level)
        return self._mixture(
            mean, level, Factor(loadings, self.noise[chosen]), level_stds, spreads
        )

    def around(
        self,
        mean: Array,
        level: float,
        columns: npt.NDArray[np.intp],
        spreads: Sequence[float],
        *,
        without: int | None,
    ) -> MixturePosterior:
        """Responses of a task of which something else is expected: a known one, left out.

        Parameters
        ----------
        mean : ndarray, shape (n_chosen,)
            Standardised responses to expect of it.
        level : float
            What is expected of its level beside the usual.
        columns : ndarray of int, shape (n_chosen,)
        spreads : sequence of float
            As in :meth:`mixture`.
        without : int, optional
            A latent that is left out: that of the task itself, where each has one.
        """
        loadings = self.loadings[columns].copy()
        if without is not None:
            loadings[:, without] = 0.0
        factor = Factor(loadings, self.noise[columns])
        return self._mixture(mean, level, factor, self.level_stds, spreads)

    def _mixture(
        self,
        mean: Array,
        level: float,
        factor: Factor,
        level_stds: Array,
        spreads: Sequence[float],
    ) -> MixturePosterior:
        means = (self.levels + level)[:, None] + self.scales[:, None] * mean
        n_spreads = len(spreads)
        n = len(self.scales) * n_spreads
        # Every tail with every scale and with every spread, but not every triple.
        scale, spread = np.divmod(np.arange(n), n_spreads)
        tails = self.tails[(scale + spread) % len(self.tails)]
        return MixturePosterior(
            np.full(n, 1 / n),
            np.repeat(means, n_spreads, axis=0),
            np.outer(self.scales, spreads).ravel(),
            np.repeat(level_stds, n_spreads) * tails,
            [factor] * n,
        )
