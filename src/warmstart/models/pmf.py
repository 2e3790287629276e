"""Probabilistic matrix factorization, marginalised and conditioned on meta-features."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import NotFittedError
from warmstart.models.completion import soft_impute
from warmstart.models.posterior import MixturePosterior
from warmstart.models.prior_mean import PriorMean, out_of_fold, shrinkage

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.table import ScoreTable

Array = np.ndarray[Any, np.dtype[np.float64]]

_OFFSET = 0.01
"""Added to a loss before the logarithm: below one percent of error differences fade."""


@dataclass(frozen=True, slots=True)
class _Prior:
    """What training leaves behind; all a new task needs."""

    ideal: float
    """Score no configuration can beat."""

    mean: Array
    """Mean standardised log loss of each configuration, shape (n_configs,)."""

    loadings: Array
    """Shape (n_configs, n_tasks)."""

    noise: Array
    """Shape (n_configs,)."""

    scales: Array
    levels: Array
    level_stds: Array
    """s, α and τ of the mixture components, shape (n_components,)."""

    described: PriorMean | None
    projected: Array
    """Shrunk, projected responses of the described tasks, shape (n_described, n_configs)."""

    described_levels: Array
    """Levels of the described tasks about their mean, shrunk, shape (n_described,)."""


@dataclass(slots=True, kw_only=True)
class PMF:
    r"""The default model: a Gaussian over configurations learnt across tasks.

    PMF writes the response of task t as mean + loadings × latent of t + noise, latent
    ~ N(0, I). With the latents integrated out each task is one draw from a Gaussian over
    configurations, so its mean and covariance are learnt, meta-features move the mean,
    and results on a new task condition it exactly. A mixture over task scales stands for
    not knowing how much a task spreads its configurations.

    Parameters
    ----------
    n_components : int
        Quantiles of the training scales in the mixture.
    n_projected : int
        Principal components of the responses that meta-features predict.
    use_metafeatures : bool
        Whether meta-features move the prior mean.
    shrink : bool
        Whether each predicted component is shrunk by its out-of-fold skill.

    References
    ----------
    .. [1] Fusi, Sheth, Elibol. "Probabilistic Matrix Factorization for Automated Machine
       Learning." NeurIPS 2018.
    .. [2] Salakhutdinov, Mnih. "Probabilistic Matrix Factorization." NeurIPS 2007.
    """

    n_components: int = 6
    n_projected: int = 30
    use_metafeatures: bool = True
    predict_level: bool = True
    shrink: bool = True
    prior_: _Prior | None = field(default=None, repr=False)

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Learn mean, covariance and mixture from the tasks of `table`."""
        ideal = ideal_score(table)
        response = log_loss_response(table.scores, ideal)
        completed, levels, scales = standardise(response)
        n_tasks = len(completed)
        mean = completed.mean(axis=0)
        centred = completed - mean

        described: PriorMean | None = None
        projected = np.zeros((0, completed.shape[1]))
        described_levels = np.zeros(0)
        residual, level_residual = centred.copy(), levels.copy()
        rows, _ = table.described()
        if self.use_metafeatures and table.metafeatures is not None and len(rows) >= 10:
            phi = table.metafeatures.loc[table.task_ids[rows]]
            axes, coordinates = _principal(centred, self.n_projected)
            spread = coordinates.std(axis=0).max()
            level_mean = levels[rows].mean()
            # The level rides along as one more target, scaled like the strongest axis.
            level_unit = max(levels[rows].std(), 1e-9) / max(spread, 1e-9)
            targets = np.column_stack(
                [coordinates[rows], (levels[rows] - level_mean) / level_unit]
            )
            oof = out_of_fold(phi, targets, table.families[rows], random_state=random_state)
            trust = shrinkage(oof, targets) if self.shrink else np.ones(targets.shape[1])
            if not self.predict_level:
                trust[-1] = 0.0
            residual[rows] = centred[rows] - (oof[:, :-1] * trust[:-1]) @ axes
            level_residual = levels - level_mean
            level_residual[rows] -= oof[:, -1] * trust[-1] * level_unit
            level_residual += level_mean
            # Prediction weighs targets about their mean; the mean itself is kept whole.
            centre = targets.mean(axis=0)
            described = PriorMean.fit(phi, targets - centre, random_state=random_state)
            projected = ((targets - centre)[:, :-1] * trust[:-1]) @ axes
            described_levels = (targets - centre)[:, -1] * trust[-1] * level_unit
        variances = (residual**2).mean(axis=0)
        loadings = np.sqrt(0.98 / n_tasks) * residual.T
        component_scales, alphas, taus = _components(scales, level_residual, self.n_components)
        self.prior_ = _Prior(
            ideal,
            mean,
            loadings,
            0.02 * variances + 1e-9,
            component_scales,
            alphas,
            taus,
            described,
            projected,
            described_levels,
        )
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> PMFPosterior:
        """Belief about a new task, before any result on it."""
        if self.prior_ is None:
            raise NotFittedError("PMF is not fitted; call fit(table) first")
        prior = self.prior_
        mean, level = prior.mean, 0.0
        weights = None
        if metafeatures is not None and prior.described is not None:
            weights = prior.described.weights(metafeatures.to_frame().T)[0]
            mean = mean + weights @ prior.projected
            level = float(weights @ prior.described_levels)
        n = len(prior.scales)
        mixture = MixturePosterior(
            np.full(n, 1 / n),
            (prior.levels + level)[:, None] + prior.scales[:, None] * mean,
            prior.scales,
            prior.level_stds,
            prior.loadings,
            prior.noise,
        )
        return PMFPosterior(mixture, prior.ideal, weights)


class PMFPosterior:
    """Belief about one task, in scores outside and log losses inside."""

    def __init__(
        self, mixture: MixturePosterior, ideal: float, task_weights: Array | None
    ) -> None:
        self.mixture = mixture
        self.ideal = ideal
        self.task_weights = task_weights

    def tell(self, index: int, score: float) -> None:
        """Learn that configuration `index` scored `score`."""
        self.mixture.tell(index, float(log_loss_response(np.asarray(score), self.ideal)))


def log_loss_response(scores: Array, ideal: float) -> Array:
    """u = log(e + 0.01) of the loss e = ideal - score, never below zero loss."""
    result: Array = np.log(np.maximum(ideal - scores, 0.0) + _OFFSET)
    return result


def score_of(response: Array, ideal: float) -> Array:
    """Invert :func:`log_loss_response`."""
    result: Array = ideal - (np.exp(response) - _OFFSET)
    return result


def ideal_score(table: ScoreTable) -> float:
    """The score no configuration can beat: 0 for losses, 1 for rates, else the best seen."""
    best = float(np.nanmax(table.scores))
    if best <= 0:
        return 0.0
    return 1.0 if best <= 1 else best


def standardise(response: Array) -> tuple[Array, Array, Array]:
    """Standardise each task over its known configurations and fill what is missing.

    Returns
    -------
    completed : ndarray, shape (n_tasks, n_configs)
    levels, scales : ndarray, shape (n_tasks,)
        Mean and standard deviation of each task's response.
    """
    levels = np.nanmean(response, axis=1)
    scales = np.maximum(np.nanstd(response, axis=1), 1e-3)
    completed = soft_impute((response - levels[:, None]) / scales[:, None])
    return completed, levels, scales


def _principal(centred: Array, n_components: int) -> tuple[Array, Array]:
    """Leading axes, shape (k, n_configs), and coordinates on them, shape (n_tasks, k)."""
    _, _, vt = np.linalg.svd(centred, full_matrices=False)
    axes = vt[: min(n_components, len(vt))]
    return axes, centred @ axes.T


def _components(scales: Array, levels: Array, n: int) -> tuple[Array, Array, Array]:
    logs = np.log(scales)
    component = np.quantile(logs, (np.arange(n) + 0.5) / n)
    width = 0.5 * max(float(logs.std()), 1e-3)
    weights = np.exp(-0.5 * ((logs - component[:, None]) / width) ** 2)
    weights /= weights.sum(axis=1, keepdims=True)
    alphas = weights @ levels
    variances = weights @ levels**2 - alphas**2
    return np.exp(component), alphas, np.sqrt(np.maximum(variances, 1e-6))
