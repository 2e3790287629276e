"""Expected improvement on surrogates that predict each configuration by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from warmstart.metadataset.core.score_table import Floats
from warmstart.recommend.acquisition.functions import expected_improvement

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable


class SurrogateBelief(Protocol):
    """What a surrogate model predicts of one task."""

    design: Sequence[int]
    """Every configuration, in the order to try them before the surrogate is asked."""

    n_initial: int
    """Results before the surrogate is asked."""

    def tell(self, index: int, score: float) -> None:
        """Learn a finite score."""
        ...

    def predict(self) -> tuple[Floats, Floats, float]:
        """Means, standard deviations (n_configs,) and the incumbent; lower is better."""
        ...


class SurrogateModel(Protocol):
    """Learns from tasks and starts a belief about a new one."""

    random_answers: bool

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Any:
        """Learn from the tasks of `table`."""
        ...

    def start(self, metafeatures: pd.Series[Any] | None = None) -> SurrogateBelief:
        """Belief about a new task."""
        ...


@dataclass(slots=True, kw_only=True)
class SurrogateGuided:
    """The model's first design, then the configuration of highest expected improvement."""

    model: SurrogateModel

    @property
    def random_answers(self) -> bool:
        """Whether the model's first design is drawn at random."""
        return self.model.random_answers

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Fit the model."""
        self.model.fit(table, random_state=random_state)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> SurrogateState:
        """Begin a new task."""
        return SurrogateState(self.model.start(metafeatures))


class SurrogateState:
    """One new task: names configurations, learns scores."""

    def __init__(self, belief: SurrogateBelief) -> None:
        self._belief = belief
        self._out = np.zeros(len(belief.design), dtype=bool)
        self._n_seen = 0

    def next(self) -> int:
        """The next of the design, or the highest expected improvement once it is done."""
        left = self.batch(1)
        if not left:
            raise IndexError("every configuration has been told")
        return left[0]

    def batch(self, n: int) -> list[int]:
        """The design goes on while too little was seen; then by expected improvement."""
        if self._n_seen < self._belief.n_initial:
            order = np.asarray(self._belief.design)
        else:
            means, stds, incumbent = self._belief.predict()
            gain = expected_improvement(means[None], stds[None], np.ones(1), incumbent)
            # Where no gain is left in double precision the lowest mean decides.
            order = np.lexsort((means, -gain))
        return [int(j) for j in order[~self._out[order]][:n]]

    def tell(self, index: int, score: float) -> None:
        """Learn a score; NaN rules the configuration out."""
        self._out[index] = True
        if np.isfinite(score):
            self._n_seen += 1
            self._belief.tell(index, score)
