"""Regrets once results are told: of joint draws of scores, calibrated on known tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.models.log_loss import log_loss_response
from warmstart.models.pmf.posterior import REACH
from warmstart.models.regrets.expected_regret import LEAST_KNOWN, hedged

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.models.gaussian.posterior import MixturePosterior
    from warmstart.models.pmf.pmf import PMF

Array = np.ndarray[Any, np.dtype[np.float64]]
Improve = Callable[["MixturePosterior", npt.NDArray[np.bool_], float], int]
"""From a belief, what may be tried and the lowest response to the place to try next."""

_TOLD = (1, 2, 4, 9)
"""Results told after which the regret of the next configuration is calibrated."""

_MANY = 24
"""Results after which draws are believed as they are."""

_USUAL = np.log([0.55, 0.6, 0.65, 0.75, 0.6])
"""Logarithms of what happens over what draws say after so many results, and last of how often
the best is named: before any task is left out."""

_USUAL_WORTH = 15.0
"""Tasks left out that the usual is worth."""

_N_LEFT_OUT, _N_DRAWS, _N_COLUMNS = 48, 100, 250
"""Known tasks left out, draws for each, and configurations looked at, at most."""


def regrets_by_draws(
    responses: Array, ideal: float, offset: float, caps: Array
) -> tuple[Array, Array, Array]:
    """Scores of every draw, those of its best, and which are the best, each by its share.

    Parameters
    ----------
    responses : ndarray, shape (n_samples, n_configs)
        Joint draws of log losses.
    ideal : float
        Score no configuration can beat.
    offset : float
        Added to a loss before the logarithm.
    caps : ndarray, shape (n_samples,)
        Largest loss there is in each: log-normal losses have tails that no task has.

    Returns
    -------
    scores : ndarray, shape (n_samples, n_configs)
    best : ndarray, shape (n_samples, 1)
    shares : ndarray, shape (n_samples, n_configs)
    """
    scores = ideal - np.clip(np.exp(responses) - offset, 0.0, caps[:, None])
    best = scores.max(axis=1, keepdims=True)
    is_best = scores == best
    return scores, best, is_best / is_best.sum(axis=1, keepdims=True)


def worst_losses(table: ScoreTable, ideal: float) -> Array:
    """How far the worst score of each task is from the ideal one, shape (n_tasks,)."""
    return np.asarray(ideal - np.nanmin(table.scores, axis=1))


def calibrated(
    regrets: Array, p_best: Array, n_told: int, untold: npt.NDArray[np.bool_], logs: Any
) -> tuple[Array, Array]:
    """Regrets and chances to be the best as they turn out on known tasks.

    Parameters
    ----------
    regrets, p_best : ndarray, shape (n_configs,)
        As draws say.
    n_told : int
        Results told.
    untold : ndarray of bool, shape (n_configs,)
        What is not known yet: of what is known nothing has to be calibrated.
    logs : ndarray, shape (5,), optional
        See :func:`measure_told`.
    """
    logs = _USUAL if logs is None else logs
    at = np.log1p([*_TOLD, _MANY])
    log_factor = float(np.interp(np.log1p(n_told), at, [*logs[:-1], 0.0]))
    unknown = untold.mean()
    return (
        regrets * np.exp(unknown * log_factor),
        hedged(p_best, float(np.exp(unknown * logs[-1])), untold),
    )


def measure_told(
    model: PMF, table: ScoreTable, improve: Improve, *, random_state: int = 0
) -> Array | None:
    """How far what draws say after results is off on known tasks, each left out.

    The best of many draws is too good where a task's scale is not known yet, and what
    is tried next is not the average configuration. Known tasks are searched as a new one
    would be, with what meta-features and other tasks tell of them.

    Parameters
    ----------
    model : PMF
        Of the scores of `table`, over all its configurations.
    table : ScoreTable
    improve : callable
    random_state : int

    Returns
    -------
    ndarray, shape (5,), or None
        Logarithms of the factors of the next configuration's regret after 1, 2, 4 and 9
        results, and of that for how often the best is named. None of fewer than ten tasks.
    """
    families = np.unique(table.families, return_inverse=True)[1]
    whole = np.flatnonzero(np.isfinite(table.scores).mean(axis=1) >= LEAST_KNOWN)
    if int(families.max()) + 1 < 10 or len(whole) < 10 or table.n_configs <= max(_TOLD) + 1:
        return None
    rng = np.random.default_rng(random_state)
    rows = np.sort(rng.permutation(whole)[:_N_LEFT_OUT])
    columns = np.arange(0, table.n_configs, -(-table.n_configs // _N_COLUMNS))
    worst = worst_losses(table, model.ideal)
    sums = np.zeros((2, len(_TOLD) + 1))
    for row, mixture in zip(
        rows, _left_out(model, table, rows, families, columns), strict=True
    ):
        others = worst[families != families[row]]
        sums += _searched(model, mixture, table.scores[row, columns], others, improve, rng)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.clip(np.nan_to_num(sums[0] / sums[1], nan=1.0), 0.1, 10.0)
    n = len(rows)
    result: Array = (_USUAL_WORTH * _USUAL + n * np.log(ratio)) / (_USUAL_WORTH + n)
    return result


def _searched(
    model: PMF,
    mixture: MixturePosterior,
    truth: Array,
    worst: Array,
    improve: Improve,
    rng: np.random.Generator,
) -> Array:
    """What happened and what was said in one search, shape (2, n_stages + 1)."""
    known = np.flatnonzero(np.isfinite(truth))
    responses = log_loss_response(truth, model.ideal, model.loss_offset)
    open_ = np.isfinite(truth)
    is_best = truth[known] == truth[known].max()
    pick = int(np.where(open_, mixture.mean(), np.inf).argmin())
    sums = np.zeros((2, len(_TOLD) + 1))
    for n_told in range(1, max(_TOLD) + 1):
        mixture.tell(pick, float(responses[pick]), reach=REACH)
        open_[pick] = False
        if not open_.any():
            break
        pick = improve(mixture, open_, min(mixture.values))
        if n_told in _TOLD:
            caps = np.maximum(
                rng.choice(worst, _N_DRAWS), model.ideal - truth[mixture.observed].min()
            )
            draws = mixture.sample(_N_DRAWS, rng, known).astype(np.float64)
            scores, best, shares = regrets_by_draws(draws, model.ideal, model.loss_offset, caps)
            place = int(np.searchsorted(known, pick))
            stage = _TOLD.index(n_told)
            sums[0, stage] += truth[known].max() - truth[pick]
            sums[1, stage] += float((best[:, 0] - scores[:, place]).mean())
            sums[0, -1] += is_best[place] / is_best.sum()
            sums[1, -1] += float(shares[:, place].mean())
    return sums


def _left_out(
    model: PMF, table: ScoreTable, rows: Any, families: Any, columns: npt.NDArray[np.intp]
) -> list[MixturePosterior]:
    """Beliefs about known tasks from what other families tell of them."""
    prior = model.fitted_prior
    response = log_loss_response(table.scores[rows], model.ideal, model.loss_offset)
    deviation = np.maximum(np.nanstd(response, axis=1), 1e-3)
    z = (response - np.nanmean(response, axis=1)[:, None]) / deviation[:, None]
    n = table.n_tasks
    means = ((n * prior.mean - prior.trust * np.nan_to_num(z)) / (n - 1))[:, columns]
    levels = np.zeros(len(rows))
    if prior.described is not None:
        described = table.described()[0][: len(prior.projected)]
        places = {row: place for place, row in enumerate(described)}
        said = prior.described.left_out(np.eye(len(described)), families[described])
        for k, row in enumerate(rows):
            if row in places:
                weights = said[places[row]]
                means[k] += weights @ prior.projected[:, columns]
                levels[k] = weights @ prior.described_levels
    one_each = prior.loadings.shape[1] >= n
    return [
        prior.around(
            mean, float(level), columns, model.spreads, without=int(row) if one_each else None
        )
        for row, mean, level in zip(rows, means, levels, strict=True)
    ]
