"""Any model that believes in Gaussians, with the acquisition rules of the default one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from warmstart.models.pmf.posterior import PMFPosterior
from warmstart.recommend.acquisition.policies import GuidedState

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable


class GaussianModel(Protocol):
    """Learns from tasks and starts a joint Gaussian belief, or a mixture of them."""

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Any:
        """Learn from the tasks of `table`."""
        ...

    def start(self, metafeatures: pd.Series[Any] | None = None) -> PMFPosterior:
        """Belief about a new task."""
        ...


@dataclass(slots=True, kw_only=True)
class Guided:
    """A first pick by regret over posterior draws, then expected improvement."""

    model: GaussianModel
    random_state: int = 0

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Fit the model."""
        self.random_state = random_state
        self.model.fit(table, random_state=random_state)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> GuidedState:
        """Begin a new task."""
        return GuidedState(self.model.start(metafeatures), self.random_state)
