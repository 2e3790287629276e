"""How much each hyperparameter of a learner matters, across tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from warmstart.errors import ArgumentError
from warmstart.evaluate.guide.learner_scores import Estimate, LearnerScores, over_families
from warmstart.metadataset.core.score_table import Floats
from warmstart.spaces.encoding import ConfigurationEncoder

MIN_CONFIGS = 10
"""Of fewer nobody can tell which hyperparameter made the difference."""

_N_TREES = 64
_N_EXCHANGES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """Share of the spread of a learner's scores that one hyperparameter takes part in."""

    hyperparameter: str
    share: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Importances:
    """All hyperparameters of a learner, the most important first."""

    shares: tuple[Importance, ...]

    explained: Estimate
    """R² of the forest on configurations left out of its trees, as a share of the spread
    within a task: what the hyperparameters tell at all. Below 0 they tell nothing."""


def importances(scores: LearnerScores, *, random_state: int = 0) -> Importances:
    r"""Total-effect importance of each hyperparameter, averaged over families.

    A random forest predicts the regrets of all tasks at once from the hyperparameters; its
    trees share their splits, their leaves hold a value a task. With :math:`f_i` what it says
    of task i, and :math:`x'` the configuration x with hyperparameter j taken from another,

    .. math:: S_{ij} = \frac{E\,[f_i(x) - f_i(x')]^2}{2 \operatorname{Var} f_i(x)},

    the share of the spread that vanishes only where j is known too: its own effect and its
    interactions. Shares add up to 1 or more.

    Parameters
    ----------
    scores : LearnerScores
    random_state : int

    Raises
    ------
    ArgumentError
        If there are fewer than ten configurations, or no task tells them apart.

    References
    ----------
    .. [1] van Rijn, Hutter. "Hyperparameter Importance Across Datasets." KDD 2018.
    .. [2] Jansen. "Analysis of Variance Designs for Model Output." Computer Physics
       Communications 117, 1999.
    """
    from sklearn.ensemble import RandomForestRegressor

    if scores.n_configs < MIN_CONFIGS:
        raise ArgumentError(
            f"importance needs at least {MIN_CONFIGS} configurations of {scores.learner}, "
            f"got {scores.n_configs}"
        )
    spread = scores.regret.std(axis=1)
    rows = np.flatnonzero(spread > 0)
    if not len(rows):
        raise ArgumentError(f"all configurations of {scores.learner} did alike on every task")
    y = (scores.regret[rows] / spread[rows, None]).T
    names = scores.hyperparameters()
    blocks = _encoded(scores.configurations, names)
    x = np.hstack(blocks)
    forest = RandomForestRegressor(
        n_estimators=_N_TREES, min_samples_leaf=2, oob_score=True, random_state=random_state
    )
    single = len(rows) == 1
    forest.fit(x, y[:, 0] if single else y)
    left_out = forest.oob_prediction_.reshape(y.shape)
    explained = 1.0 - ((y - left_out) ** 2).mean(axis=0) / y.var(axis=0)
    shares = _total_effects(forest, blocks, random_state)
    members = scores.family_means[:, rows]
    members = members[members.sum(axis=1) > 0]
    members = members / members.sum(axis=1, keepdims=True)
    importances = [
        Importance(hyperparameter=name, share=over_families(_family_means(members, share)))
        for name, share in zip(names, shares, strict=True)
    ]
    importances.sort(key=lambda one: -np.nan_to_num(one.share.mean))
    return Importances(
        shares=tuple(importances), explained=over_families(_family_means(members, explained))
    )


def _encoded(configurations: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[Floats]:
    """The columns of each hyperparameter; one that is not active has its own indicator."""
    blocks = []
    for name in names:
        values = [{name: v[name]} if name in v else {} for v in configurations]
        encoder = ConfigurationEncoder.fit(values, activity=True)
        blocks.append(np.nan_to_num(encoder.transform(values), nan=-1.0))
    return blocks


def _total_effects(forest: Any, blocks: Sequence[Floats], random_state: int) -> Floats:
    """Shape (n_hyperparameters, n_tasks); NaN where the forest tells nothing apart."""
    rng = np.random.default_rng(random_state)
    n = len(blocks[0])
    at = np.tile(np.arange(n), _N_EXCHANGES)
    other = np.concatenate([rng.permutation(n) for _ in range(_N_EXCHANGES)])
    predicted = forest.predict(np.hstack(blocks)).reshape(n, -1)
    variance = predicted.var(axis=0)
    effects = []
    for j in range(len(blocks)):
        exchanged = np.hstack([b[other] if k == j else b[at] for k, b in enumerate(blocks)])
        there = forest.predict(exchanged).reshape(len(at), -1)
        effects.append(((predicted[at] - there) ** 2).mean(axis=0) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares: Floats = np.where(variance > 0, np.array(effects) / variance, np.nan)
    return shares


def _family_means(members: Floats, values: Floats) -> Floats:
    """Means over the tasks of each family of which something is known."""
    known = np.isfinite(values)
    weights = members * known
    total = weights.sum(axis=1)
    summed = weights @ np.where(known, values, 0.0)
    means: Floats = np.divide(summed, total, out=np.full_like(total, np.nan), where=total > 0)
    return means
