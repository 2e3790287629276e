"""Random search, with one or several tries a step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError, NotFittedError
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.models.rankings.ranked import RankedState

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(slots=True)
class RandomSearch:
    """Configurations in random order, each task another.

    Parameters
    ----------
    tries_per_step : int
        Configurations tried for each one of another method: 4 is "random x4", which a
        method must beat to be worth four parallel workers.

    References
    ----------
    .. [1] Bergstra, Bengio. "Random Search for Hyper-Parameter Optimization." JMLR 13,
       2012.

    Examples
    --------
    >>> table = ScoreTable(
    ...     scores=np.zeros((1, 3)), task_ids=pd.RangeIndex(1),
    ...     configuration_ids=pd.Index(list("abc")), families=np.arange(1))
    >>> sorted(RandomSearch().fit(table, random_state=3).start().batch(3))
    [0, 1, 2]
    """

    reads_configurations: ClassVar[bool] = True
    tries_per_step: int = 1
    random_answers: ClassVar[bool] = True
    n_configs_: int | None = field(default=None, repr=False, compare=False)
    rng_: np.random.Generator = field(
        default_factory=np.random.default_rng, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if self.tries_per_step < 1:
            raise ArgumentError(f"tries_per_step must be at least 1, got {self.tries_per_step}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Remember how many configurations there are, and the seed.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        random_state : int
        """
        self.n_configs_ = table.n_configs
        self.rng_ = np.random.default_rng(random_state)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> RankedState:  # noqa: ARG002
        """Begin a task with its own random order."""
        if self.n_configs_ is None:
            raise NotFittedError("fit the random search to a table first")
        return RankedState(self.rng_.permutation(self.n_configs_))
