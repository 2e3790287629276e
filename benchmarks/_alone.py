"""PMF without the engine around it, for benchmarks that change a part of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from warmstart.models.pmf.pmf import PMF
from warmstart.models.regrets.regret_model import fit_with_choice
from warmstart.recommend.acquisition.next_point import ByAcquisition

if TYPE_CHECKING:
    import pandas as pd
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.protocols import TaskState


@dataclass(kw_only=True)
class Alone:
    """A first batch by draws of regret, then expected improvement, over the table's columns."""

    model: PMF = field(default_factory=PMF)
    chooser_: PMF | None = field(default=None, repr=False)
    random_state: int = 0

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        self.random_state = random_state
        self.chooser_ = fit_with_choice(self.model, table, random_state=random_state)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> TaskState:
        assert self.chooser_ is not None
        return ByAcquisition(
            self.model.start(metafeatures),
            first=self.chooser_.start(metafeatures),
            random_state=self.random_state,
        )
