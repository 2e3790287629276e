"""How a model's belief becomes a choice: the next configuration, or a batch of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.models.pmf.pmf import PMF
from warmstart.models.pmf.posterior import PMFPosterior
from warmstart.models.pmf.regret import fit_with_choice
from warmstart.recommend.acquisition.batch import best_of_n
from warmstart.recommend.acquisition.functions import most_improving

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable

N_SAMPLES = 1000
"""Posterior draws a batch is chosen on; more changes little."""


@dataclass(slots=True, kw_only=True)
class GuidedPMF:
    """PMF with its acquisition rules: a first pick by regret, then expected improvement."""

    model: PMF = field(default_factory=PMF)
    random_state: int = 0
    chooser_: PMF | None = field(default=None, repr=False, compare=False)

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Fit both models; see :func:`warmstart.models.pmf.regret.fit_with_choice`."""
        self.random_state = random_state
        self.chooser_ = fit_with_choice(self.model, table, random_state=random_state)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> GuidedState:
        """Begin a new task."""
        posterior = self.model.start(metafeatures)
        assert self.chooser_ is not None  # fitted together with the model
        return GuidedState(posterior, self.random_state, self.chooser_.start(metafeatures))


class GuidedState:
    """One new task: names configurations, learns scores.

    Parameters
    ----------
    posterior : PMFPosterior
        Belief about scores.
    random_state : int
    regret : PMFPosterior, optional
        Belief about regrets, which the first batch is then chosen by.
    """

    def __init__(
        self,
        posterior: PMFPosterior,
        random_state: int,
        regret: PMFPosterior | None = None,
    ) -> None:
        self.posterior, self._regret = posterior, regret or posterior
        self._rng = np.random.default_rng(random_state)
        self._told = np.zeros(posterior.mixture.n_configs, dtype=bool)
        self._incumbent = np.inf
        self._next: int | None = None

    def next(self) -> int:
        """The configuration of highest expected improvement; of lowest regret at first."""
        if self._told.all():
            raise IndexError(f"all {len(self._told)} configurations have been told")
        if self._next is None:
            self._next = self._choose()
        return self._next

    def _choose(self) -> int:
        if not np.isfinite(self._incumbent):
            return self.batch(1)[0]
        mixture = self.posterior.mixture
        return most_improving(
            mixture.means,
            mixture.variances,
            mixture.weights,
            self._incumbent,
            ~self._told,
        )

    def batch(self, n: int) -> list[int]:
        """`n` configurations to run without feedback, best first."""
        left = np.flatnonzero(~self._told)
        if not len(left):
            return []
        belief = self.posterior if self.posterior.mixture.told else self._regret
        samples = belief.draw_losses(N_SAMPLES, self._rng)
        # Choosing columns copies them all.
        open_ = samples if len(left) == samples.shape[1] else samples[:, left]
        return [int(left[k]) for k in best_of_n(open_, n)]

    def tell(self, index: int, score: float) -> None:
        """Learn a score; NaN rules the configuration out."""
        self._told[index] = True
        self._next = None
        if np.isfinite(score):
            self.posterior.tell(index, score)
            self._incumbent = min(self._incumbent, self.posterior.response(score))
