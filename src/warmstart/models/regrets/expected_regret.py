"""What a batch is expected to leave: calibrated on known tasks, each left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.models.log_loss import log_loss_response
from warmstart.models.regrets.regret_draws import KnownRegrets, RegretsAmong

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.models.pmf.pmf import PMF

Array = np.ndarray[Any, np.dtype[np.float64]]

_OWN, _DEGREES = 0.3, 3
"""Noise of each configuration on a task of its own, in units of a draw's deviation, and its
degrees of freedom: which of many good ones is the best known is in part luck."""

_SIZES = (1, 3, 5, 10, 25)
"""Batches whose regret is calibrated; others lie between."""

_USUAL = np.log([0.9, 1.0, 1.05, 1.1, 1.25, 0.5])
"""Logarithms of what happens over what is expected, of each size, and last of how often the
best is named: before any task is left out."""

_USUAL_WORTH = 15.0
"""Tasks left out that the usual is worth."""

_FURTHER = np.log([1.15] * 5 + [1.0])
"""A new task is further from the known ones than one of them is that is left out: scales,
covariance and shrinkage were learnt from it too. From families that decide nothing else."""

_N_LEFT_OUT, _N_DRAWS, _N_COLUMNS = 96, 100, 400
"""Known tasks left out, draws for each, and configurations looked at, at most."""

LEAST_KNOWN = 0.9
"""Share of the configurations that a task left out must know."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of configurations in the order they are to be tried."""

    regrets: Array
    """Of each by itself, in units of the score, shape (n,)."""

    of_best: Array
    """Of the best of the first 1, 2, …, n; never rising."""

    p_best: Array
    """Probability of each to be the best of all that could be chosen."""


def expect(
    order: Array,
    picks: Sequence[int],
    among: RegretsAmong,
    weights: Array,
    optimism: Array | None,
    rng: np.random.Generator,
) -> Expected:
    """Expected regrets of `picks`.

    Parameters
    ----------
    order : ndarray, shape (n_samples, n_configs)
        Draws of responses that the picks were not chosen on, lower is better.
    picks : sequence of int
        Columns, in the order they are to be tried.
    among, weights
        As :meth:`RegretsAmong.draw` takes them.
    optimism : ndarray, shape (6,), optional
        See :func:`measure_optimism`.
    """
    logs = _USUAL if optimism is None else optimism
    regrets, p_best = _plain(order, picks, among, weights, rng)
    sizes = np.log(np.arange(1, len(picks) + 1))
    factors = np.exp(np.interp(sizes, np.log(_SIZES), logs[:-1]))
    best = np.minimum.accumulate(regrets, axis=1).mean(axis=0)
    return Expected(
        regrets=regrets.mean(axis=0) * factors[0],
        of_best=np.minimum.accumulate(best * factors),
        p_best=hedged(p_best, float(np.exp(logs[-1])))[list(picks)],
    )


def _plain(
    order: Array,
    picks: Sequence[int],
    among: RegretsAmong,
    weights: Array,
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """Regrets of the picks in every draw, and how often each of all is the best.

    Where several are best, each is so by its share.
    """
    own = rng.standard_t(_DEGREES, order.shape)
    order = order + _OWN * order.std(axis=1, keepdims=True) * own
    drawn, tasks = among.draw(order, weights, rng)
    chosen = drawn[:, list(picks)].astype(np.float64)
    draws, columns = np.nonzero(drawn <= 0)
    shares = 1 / np.bincount(draws, minlength=len(drawn))[draws]
    p_best = np.bincount(columns, shares, minlength=drawn.shape[1]) / len(drawn)
    return chosen * among.ranges[tasks, None], p_best


def hedged(p_best: Array, factor: float, open_: npt.NDArray[np.bool_] | None = None) -> Array:
    """Chances to be the best with less trust in them: the rest is anybody's.

    Parameters
    ----------
    p_best : ndarray, shape (n_configs,)
        They add up to one.
    factor : float
        How often the best is named over how often that is said.
    open_ : ndarray of bool, shape (n_configs,), optional
        Which may be the best for all that is known; all by default.

    Examples
    --------
    >>> hedged(np.array([0.6, 0.4, 0.0]), 0.5).round(2).tolist()
    [0.47, 0.37, 0.17]
    """
    anybody = np.ones(len(p_best)) if open_ is None else open_.astype(np.float64)
    if not anybody.any():
        return p_best
    less = np.maximum(factor * p_best + (1 - factor) * anybody / anybody.sum(), 0.0)
    result: Array = less / less.sum() if less.sum() > 0 else p_best
    return result


def measure_optimism(
    model: PMF, table: ScoreTable, batch: Any, *, random_state: int = 0
) -> Array | None:
    """How much worse batches for known tasks are than expected, each task left out.

    A batch is the best on the draws it was chosen on, tasks differ more than draws do, and
    the best known score of a task is in part luck: expected regrets are too low. What
    meta-features tell of a task, and what tasks have in common, is taken from the others.

    Parameters
    ----------
    model : PMF
        Of the regrets of `table`, over all its configurations.
    batch : callable
        From draws and a number to columns, such as
        :func:`warmstart.recommend.acquisition.batch.best_of_n`.

    Returns
    -------
    ndarray, shape (6,), or None
        Logarithms of the factors for batches of 1, 3, 5, 10 and 25, and of that for how
        often the best is named. None of fewer than ten tasks.
    """
    prior, families = model.prior_, np.unique(table.families, return_inverse=True)[1]
    known = KnownRegrets.of(table)
    n_families = int(families.max()) + 1
    whole = np.flatnonzero(np.isfinite(table.scores).mean(axis=1) >= LEAST_KNOWN)
    if prior is None or n_families < 10 or len(whole) < 10:
        return None
    rng = np.random.default_rng(random_state)
    rows = np.sort(rng.permutation(whole)[:_N_LEFT_OUT])
    step = -(-table.n_configs // _N_COLUMNS)
    columns = np.arange(0, table.n_configs, step)
    among = known.among(columns)
    means, weights = _left_out(model, table, known, rows, families)
    loadings, noise = prior.loadings[columns], np.sqrt(prior.noise[columns])
    sums = np.zeros((2, len(_SIZES) + 1))
    for row, mean, weight in zip(rows, means[:, columns], weights, strict=True):
        latent = rng.standard_normal((2 * _N_DRAWS, loadings.shape[1]))
        if loadings.shape[1] >= table.n_tasks:
            latent[:, row] = 0.0  # what the covariance learnt from the task itself
        draws = latent @ loadings.T
        draws += mean + noise * rng.standard_normal(draws.shape)
        observed, unseen = draws[:_N_DRAWS], draws[_N_DRAWS:]
        seen, _ = among.draw(observed, weight, rng, row_share=known.row_share)
        picks = batch(seen, min(max(_SIZES), len(columns)))
        regrets, p_best = _plain(unseen, picks, among, weight, rng)
        best = np.minimum.accumulate(regrets, axis=1).mean(axis=0)
        truth = np.nan_to_num(among.regrets[row], nan=among.ranges[row])
        happened = np.minimum.accumulate(truth[picks])
        at = np.minimum(_SIZES, len(picks)) - 1
        first = slice(0, 10)
        hit = (truth[picks] <= 0)[first].sum() / max((truth <= 0).sum(), 1)
        said = p_best[picks[first]].sum()
        sums += [np.r_[happened[at], hit], np.r_[best[at], said]]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.clip(np.nan_to_num(sums[0] / sums[1], nan=1.0), 0.1, 10.0)
    n = len(rows)
    result: Array = (_USUAL_WORTH * _USUAL + n * (np.log(ratio) + _FURTHER)) / (
        _USUAL_WORTH + n
    )
    return result


def _left_out(
    model: PMF,
    table: ScoreTable,
    known: KnownRegrets,
    rows: Any,
    families: Any,
) -> tuple[Array, Array]:
    """Expected responses of each task, and weights of the others, from other families."""
    prior = model.prior_
    assert prior is not None
    losses = known.losses[rows]
    least, worst = np.nanmin(losses, axis=1), np.nanmax(losses, axis=1)
    spread = np.where(worst > least, worst - least, 1.0)
    regrets = (losses - least[:, None]) / spread[:, None]
    response = log_loss_response(-regrets, 0.0, model.offset)
    deviation = np.maximum(np.nanstd(response, axis=1), 1e-3)
    z = (response - np.nanmean(response, axis=1)[:, None]) / deviation[:, None]
    n = table.n_tasks
    means = (n * prior.mean - prior.trust * np.nan_to_num(z)) / (n - 1)
    apart = families[rows, None] != families[None, :]
    weights = apart / apart.sum(axis=1, keepdims=True)
    if prior.described is not None:
        # Tasks folded in since the fit are not among those that meta-features speak of.
        described = known.described[: len(prior.projected)]
        places = {row: place for place, row in enumerate(described)}
        said = prior.described.left_out(np.eye(len(described)), families[described])
        for k, row in enumerate(rows):
            if row in places:
                one = said[places[row]]
                means[k] += one @ prior.projected
                weights[k] = known.mixed(weights[k], np.maximum(one, 0.0))
    return means, weights
