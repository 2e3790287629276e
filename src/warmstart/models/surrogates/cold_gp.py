"""Cold GP: Bayesian optimisation that knows of no other task."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from warmstart.errors import NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.gaussian.feature_gp import (
    FeatureGP,
    configuration_features,
    median_distance,
)
from warmstart.models.log_loss import ideal_score
from warmstart.models.surrogates.process_belief import ProcessBelief

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(slots=True, kw_only=True)
class ColdGP:
    """A Gaussian process on configuration features, begun with a few random tries.

    Parameters
    ----------
    n_initial : int
        Random configurations before the process is asked; of fewer it learns a lengthscale
        that leads it astray.

    References
    ----------
    .. [1] Snoek, Larochelle, Adams. "Practical Bayesian Optimization of Machine Learning
       Algorithms." NeurIPS 2012.
    """

    gives_belief: ClassVar[bool] = True
    reads_configurations: ClassVar[bool] = True
    n_initial: int = 6
    random_answers: bool = True
    features_: Floats | None = field(default=None, repr=False, compare=False)
    span_: float = field(default=1.0, repr=False, compare=False)
    ideal_: float = field(default=0.0, repr=False, compare=False)
    rng_: np.random.Generator = field(
        default_factory=np.random.default_rng, repr=False, compare=False
    )

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Remember the configurations' hyperparameters; scores only say which is ideal.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        random_state : int
        """
        self.features_ = configuration_features(table)
        self.span_ = median_distance(self.features_)
        self.ideal_ = ideal_score(table)
        self.rng_ = np.random.default_rng(random_state)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> ColdGPBelief:  # noqa: ARG002
        """Belief about a new task, with its own random tries."""
        if self.features_ is None:
            raise NotFittedError("fit the cold GP to a table first")
        order = self.rng_.permutation(len(self.features_))
        process = FeatureGP(self.features_, self.span_)
        return ColdGPBelief(process, self.ideal_, [int(j) for j in order], self.n_initial)


class ColdGPBelief(ProcessBelief):
    """A process over the log losses of one task."""

    def predict(self) -> tuple[Floats, Floats, float]:
        """Means, standard deviations and the lowest response seen, standardised."""
        means, stds = self.process.predict()
        return means, stds, self.lowest()
