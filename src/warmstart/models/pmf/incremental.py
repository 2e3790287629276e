"""One more task for a fitted PMF, without fitting it anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.models.gaussian.transfer_gp import transfer
from warmstart.models.log_loss import log_loss_response
from warmstart.models.pmf.pmf import PMF

if TYPE_CHECKING:
    import pandas as pd

    from warmstart.models.gaussian.shared_gp import SharedKernel

Array = np.ndarray[Any, np.dtype[np.float64]]

_MAX_OBSERVED = 400
"""Results that the belief about a new task is conditioned on; the best half and others."""


def widened(pmf: PMF, weights: Array, unexplained: Array) -> PMF:
    """Let a fitted model know more configurations, placed among those it knows.

    Parameters
    ----------
    weights : ndarray, shape (n_new, n_known)
    unexplained : ndarray, shape (n_new,)
        As :meth:`warmstart.models.completion.fold_in.FoldIn.weights` gives them.
    """
    prior = pmf.fitted_prior
    centre = prior.mean.mean()
    own = (np.einsum("ij,ij->i", prior.loadings, prior.loadings) + prior.noise).mean()
    noise = weights**2 @ prior.noise + unexplained * own
    wider = replace(
        prior,
        mean=np.r_[prior.mean, centre + weights @ (prior.mean - centre)],
        loadings=np.concatenate([prior.loadings, weights @ prior.loadings]),
        noise=np.r_[prior.noise, noise],
        projected=np.concatenate([prior.projected, prior.projected @ weights.T], axis=1),
    )
    return replace(pmf, prior_=wider)


@dataclass(frozen=True, slots=True)
class CompletedTask:
    """What one task's responses are, or are believed to be, on every configuration."""

    expected: Array
    """Log losses, shape (n_configs,)."""

    variance: Array
    """Zero where evaluated."""


def believed(
    pmf: PMF,
    scores: Mapping[int, float],
    *,
    metafeatures: pd.Series[Any] | None = None,
    random_state: int = 0,
) -> CompletedTask:
    """Fill what a task did not try with the model's belief about it, given its results.

    Costs O(n_results n_configs n_latent).

    Parameters
    ----------
    scores : mapping
        Column to the task's score, in units of the table `pmf` was fitted to.
    """
    belief = pmf.start(metafeatures)
    observed = np.array(sorted(scores), np.intp)
    values = np.array([scores[k] for k in observed.tolist()])
    for k in _most_telling(values, np.random.default_rng(random_state)):
        belief.tell(int(observed[k]), float(values[k]))
    expected, variance = belief.mixture.mean(), belief.mixture.std() ** 2
    expected[observed] = log_loss_response(values, pmf.ideal, pmf.loss_offset)
    variance[observed] = 0.0
    return CompletedTask(expected, variance)


def transferred(
    pmf: PMF, kernel: SharedKernel, scores: Mapping[int, float], features: Array
) -> CompletedTask:
    """Fill what a task did not try by a process over hyperparameters, as a fit would.

    Parameters
    ----------
    features : ndarray, shape (n_configs, n_features)
        Of every configuration `pmf` knows, as `kernel` reads them.
    """
    observed = np.array(sorted(scores), np.intp)
    values = np.array([scores[k] for k in observed.tolist()])
    response = log_loss_response(values, pmf.ideal, pmf.loss_offset)
    level, scale = response.mean(), max(float(response.std()), 1e-3)
    row = np.full((1, len(features)), np.nan)
    row[0, observed] = (response - level) / scale
    found = transfer(row, features, kernel=kernel)
    return CompletedTask(level + scale * found.means[0], scale**2 * found.variances[0])


def with_task(
    pmf: PMF,
    task: CompletedTask,
    *,
    n_tasks: int,
    metafeatures: pd.Series[Any] | None = None,
) -> PMF:
    r"""Learn from one more task what configurations have in common.

    The task's deviation r from what was expected of it becomes one more latent of the
    covariance, :math:`C' = (n C + r r^T) / (n + 1)`, which is what fitting to all tasks
    would make of it; the mean moves likewise. What meta-features predict, and how tasks
    differ in level and scale, stays as it was until the next fit.

    Costs O(n_configs).

    Parameters
    ----------
    pmf : PMF
        Fitted; left as it is.
    task : CompletedTask
        See :func:`believed` and :func:`transferred`.
    n_tasks : int
        Tasks `pmf` has learnt from so far.
    metafeatures : Series, optional
        Of the task.
    """
    prior, expected = pmf.fitted_prior, task.expected
    scale = max(float(np.sqrt(expected.var() + task.variance.mean())), 1e-3)
    row = (expected - expected.mean()) / scale
    anticipated = prior.mean
    if metafeatures is not None and prior.described is not None:
        shift = prior.described.weights(metafeatures.to_frame().T)[0]
        anticipated = anticipated + shift @ prior.projected
    residual = row - anticipated
    kept = n_tasks / (n_tasks + 1)
    common = float(np.einsum("ij,ij->", prior.loadings, prior.loadings))
    # As much of the covariance is taken as observed as the fit took of it.
    shared = common / (common + float(prior.noise.sum()))
    latent = np.sqrt(shared * (1 - kept)) * residual[:, None]
    loadings = np.concatenate([np.sqrt(kept) * prior.loadings, latent], axis=1)
    unsaid = (1 - shared) * residual**2 + task.variance / scale**2
    longer = replace(
        prior,
        mean=kept * prior.mean + (1 - kept) * prior.trust * row,
        loadings=loadings.astype(prior.loadings.dtype),
        noise=kept * prior.noise + (1 - kept) * unsaid,
    )
    return replace(pmf, prior_=longer)


def _most_telling(values: Array, rng: np.random.Generator) -> list[int]:
    """Places of all results, or of the best and of others where there are too many."""
    order = np.argsort(-values, kind="stable")
    if len(order) > _MAX_OBSERVED:
        rest = rng.permutation(order[_MAX_OBSERVED // 2 :])
        order = np.r_[order[: _MAX_OBSERVED // 2], rest[: _MAX_OBSERVED - _MAX_OBSERVED // 2]]
    return [int(k) for k in order]
