"""Cold forest: model-based search with a random forest that knows of no other task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError, NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.belief import IndependentBelief
from warmstart.models.gaussian.feature_gp import configuration_features
from warmstart.models.log_loss import ideal_score

if TYPE_CHECKING:
    from typing_extensions import Self

_LEAST_STD = 1e-6
"""In units of the log loss: all trees may agree exactly."""


@dataclass(slots=True, kw_only=True)
class ColdForest:
    r"""Regression trees on configuration features, begun with a few random tries.

    Each tree is grown on a bootstrap sample of the task's own log losses. With
    :math:`m_b, v_b` the mean and variance of the leaf of tree b a configuration falls into,
    it is believed to have

    .. math:: \mu = \operatorname{mean}_b m_b, \quad
              \sigma^2 = \operatorname{mean}_b v_b + \operatorname{var}_b m_b

    and the highest expected improvement is next, as in SMAC.

    Parameters
    ----------
    n_initial : int
        Random configurations before the forest is asked; of fewer it learns little but to
        stay near the best of them.
    n_trees : int
    max_features : float
        Share of the features a split chooses from.

    References
    ----------
    .. [1] Hutter, Hoos, Leyton-Brown. "Sequential Model-Based Optimization for General
       Algorithm Configuration." LION 2011.
    .. [2] Hutter, Xu, Hoos, Leyton-Brown. "Algorithm Runtime Prediction: Methods &
       Evaluation." Artificial Intelligence 206, 2014 (section 4.3: variances of forests).
    """

    gives_belief: ClassVar[bool] = True
    reads_configurations: ClassVar[bool] = True
    n_initial: int = 10
    n_trees: int = 10
    max_features: float = 5 / 6
    random_answers: bool = True
    features_: Floats | None = field(default=None, repr=False, compare=False)
    ideal_: float = field(default=0.0, repr=False, compare=False)
    rng_: np.random.Generator = field(
        default_factory=np.random.default_rng, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        for name in ("n_initial", "n_trees"):
            if getattr(self, name) < 1:
                raise ArgumentError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0 < self.max_features <= 1:
            raise ArgumentError(f"max_features is a share above 0, got {self.max_features}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Remember the configurations' hyperparameters; scores only say which is ideal.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        random_state : int
        """
        self.features_ = configuration_features(table)
        self.ideal_ = ideal_score(table)
        self.rng_ = np.random.default_rng(random_state)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> ColdForestBelief:  # noqa: ARG002
        """Belief about a new task, with its own random tries and trees."""
        if self.features_ is None:
            raise NotFittedError("fit the cold forest to a table first")
        order = self.rng_.permutation(len(self.features_))
        seed = int(self.rng_.integers(2**31))
        return ColdForestBelief(self, [int(j) for j in order], seed)


class ColdForestBelief(IndependentBelief):
    """Trees over the log losses of one task."""

    def __init__(self, model: ColdForest, design: Sequence[int], seed: int) -> None:
        assert model.features_ is not None  # it was started
        self.design, self.n_initial = design, model.n_initial
        self._model, self.seed, self.ideal = model, seed, model.ideal_
        self._features = np.ascontiguousarray(model.features_, dtype=np.float32)
        self._observed: list[int] = []
        self._values: list[float] = []

    @property
    def observed(self) -> Sequence[int]:
        """Configurations told."""
        return self._observed

    def tell(self, index: int, score: float) -> None:
        """Learn a finite score.

        Parameters
        ----------
        index : int
            Place of the configuration.
        score : float
            Higher is better; NaN where there is none.
        """
        self._observed.append(int(index))
        self._values.append(self.response(score))

    def predict(self) -> tuple[Floats, Floats, float]:
        """Means, standard deviations and the lowest response seen, log losses."""
        from sklearn import config_context
        from sklearn.tree import DecisionTreeRegressor

        x, y = self._features[self._observed], np.array(self._values)
        # The same until something is told.
        rng = np.random.default_rng((self.seed, len(y)))
        means = np.empty((self._model.n_trees, len(self._features)))
        variances = np.empty_like(means)
        with config_context(skip_parameter_validation=True):
            for b in range(self._model.n_trees):
                drawn = rng.integers(len(y), size=len(y))
                tree = DecisionTreeRegressor(
                    min_samples_split=3,
                    max_features=self._model.max_features,
                    random_state=int(rng.integers(2**31)),
                ).fit(x[drawn], y[drawn], check_input=False)
                nodes = tree.tree_
                leaf = nodes.apply(self._features)
                means[b] = nodes.value[leaf, 0, 0]
                # Rounding leaves a pure leaf a little below zero.
                variances[b] = np.maximum(nodes.impurity[leaf], 0.0)
        stds: Floats = np.sqrt(variances.mean(axis=0) + means.var(axis=0))
        return means.mean(axis=0), np.maximum(stds, _LEAST_STD), min(self._values)
