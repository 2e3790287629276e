"""The best default of a learner, alone and as a short list, held out by family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warmstart.errors import ArgumentError
from warmstart.evaluate.folds import assign_folds
from warmstart.evaluate.guide.learner_scores import Estimate, LearnerScores, over_families
from warmstart.metadataset.core.score_table import Floats
from warmstart.models.rankings.portfolio import greedy_portfolio

SIZES = (1, 3, 5)
_N_FOLDS = 20
_N_RESAMPLES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultList:
    """The first few configurations of a learner to try on any dataset, best first."""

    configuration_ids: tuple[Any, ...]

    regret: Estimate
    """Normalised regret of the best of them, on families the list was not chosen on."""

    loss: Estimate
    """Score lost against the learner's best known, likewise, in units of the metric."""

    stability: float
    """Share of resampled sets of families on which the same configuration comes first."""

    def __len__(self) -> int:
        return len(self.configuration_ids)


def best_defaults(
    scores: LearnerScores, sizes: Sequence[int] = SIZES, *, random_state: int = 0
) -> tuple[DefaultList, ...]:
    r"""The best single default and the best short lists, and what they lose elsewhere.

    .. math:: j_{n+1} = \arg\min_j \sum_f \frac{1}{|f|} \sum_{i \in f}
              \min(r_{i j_1}, \dots, r_{i j_n}, r_{ij})

    over families f of tasks i with normalised regrets r within the learner. A longer list
    begins with the shorter one. What is told of it comes from families it was not chosen on:
    folds of families are left out in turn, and the list is chosen anew on the others.

    Parameters
    ----------
    scores : LearnerScores
    sizes : sequence of int
        Lengths of the lists; those that would leave no configuration out are not made.
    random_state : int
        Of folds and resamples.

    Returns
    -------
    tuple of DefaultList

    Raises
    ------
    ArgumentError
        If there are fewer than two families, or nothing to choose from.

    References
    ----------
    .. [1] Pfisterer, van Rijn, Probst, Müller, Bischl. "Learning Multiple Defaults for
       Machine Learning Algorithms." GECCO 2021 Companion.
    .. [2] Probst, Boulesteix, Bischl. "Tunability: Importance of Hyperparameters of Machine
       Learning Algorithms." JMLR 20, 2019.
    """
    if min(scores.n_families, scores.n_configs) < 2:
        raise ArgumentError(
            f"defaults need two families and two configurations of {scores.learner}, "
            f"got {scores.n_families} and {scores.n_configs}"
        )
    sizes = sorted(k for k in sizes if k < scores.n_configs) or [1]
    chosen = _greedy(scores, np.arange(scores.n_tasks), max(sizes))
    n_folds = min(_N_FOLDS, scores.n_families)
    folds = assign_folds(scores.families, n_folds, random_state=random_state)
    regret = np.empty((len(sizes), scores.n_tasks))
    loss = np.empty_like(regret)
    # Of the few that were not tried on a task the worst that was stands in.
    losses = np.where(
        np.isnan(scores.loss), np.nanmax(scores.loss, axis=1, keepdims=True), scores.loss
    )
    for fold in range(n_folds):
        held = np.flatnonzero(folds == fold)
        elsewhere = _greedy(scores, np.flatnonzero(folds != fold), max(sizes))
        for k, size in enumerate(sizes):
            regret[k, held] = scores.regret[held][:, elsewhere[:size]].min(axis=1)
            loss[k, held] = losses[held][:, elsewhere[:size]].min(axis=1)
    stability = _stability(scores, chosen[0], random_state)
    return tuple(
        DefaultList(
            configuration_ids=tuple(scores.configuration_ids[j] for j in chosen[:size]),
            regret=over_families(scores.family_means @ regret[k]),
            loss=over_families(scores.family_means @ loss[k]),
            stability=stability,
        )
        for k, size in enumerate(sizes)
    )


def _greedy(scores: LearnerScores, rows: NDArray[np.intp], n: int) -> list[int]:
    members = scores.family_means[:, rows]
    weights: Floats = (members / np.maximum(members.sum(axis=1, keepdims=True), 1e-300)).sum(0)
    return list(islice(greedy_portfolio(scores.regret[rows], weights), n))


def _stability(scores: LearnerScores, first: int, random_state: int) -> float:
    """How often families drawn with replacement name the same configuration."""
    rng = np.random.default_rng(random_state)
    n = scores.n_families
    counts = rng.multinomial(n, np.full(n, 1 / n), size=_N_RESAMPLES)
    means = counts @ (scores.family_means @ scores.regret)
    return float(np.mean(means.argmin(axis=1) == first))
