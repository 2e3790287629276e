"""Architectures of a table as rows of numbers, for policies that are linear in them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from warmstart.architectures.encoding import choices_of
from warmstart.architectures.task_state import BatchState

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable

Array = npt.NDArray[np.float64]

_FEWEST_TASKS = 40
"""Known tasks from which factors of their scores describe architectures, too."""

_N_FACTORS = 10


@dataclass(frozen=True, slots=True, eq=False)
class PolicyPool:
    """What is known of a table's architectures.

    Examples
    --------
    >>> import pandas as pd
    >>> from warmstart.metadataset.core.score_table import ScoreTable
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.1]]), task_ids=pd.RangeIndex(1),
    ...     configuration_ids=pd.Index(["a", "b"]), families=np.arange(1),
    ...     configurations=pd.DataFrame({"act": ["relu", "tanh"]}))
    >>> PolicyPool.of(table).advantages.tolist()
    [[1.0, -1.0]]
    """

    features: Array
    """Choices one-hot, and factors of the known scores where tasks are many: each column of
    mean 0 and variance 1 over the root of their number, shape (n_architectures, n_features)."""

    advantages: Array
    """Scores less their task's mean, in its standard deviations; NaN where not evaluated,
    shape (n_tasks, n_architectures)."""

    usual: Array
    """Mean score of each over the known tasks, shape (n_architectures,)."""

    spread: float
    """Standard deviation of scores about what is usual of task and architecture."""

    @classmethod
    def of(cls, table: ScoreTable) -> PolicyPool:
        """Read a table of scores, (n_tasks, n_architectures)."""
        scores = np.asarray(table.scores, dtype=np.float64)
        known = np.isfinite(scores)
        filled = np.where(known, scores, 0.0)
        n_known = np.maximum(known.sum(axis=1), 1)
        levels = filled.sum(axis=1) / n_known
        about = np.where(known, scores - levels[:, None], 0.0)
        widths = np.sqrt((about**2).sum(axis=1) / n_known)
        advantages = about / np.where(widths > 0, widths, 1.0)[:, None]
        usual = about.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        rest = np.where(known, about - usual, 0.0)
        spread = float(np.sqrt((rest**2).sum() / max(known.sum(), 1)))
        blocks = [choices_of(table).one_hot()]
        if len(scores) >= _FEWEST_TASKS:
            _, values, factors = np.linalg.svd(advantages, full_matrices=False)
            blocks.append((factors * values[:, None])[:_N_FACTORS].T)
        return cls(
            _standardised(np.hstack([_standardised(block) for block in blocks])),
            np.where(known, advantages, np.nan),
            usual + float(levels.mean()),
            spread or 1.0,
        )


def _standardised(block: Array) -> Array:
    """Columns that vary, of mean 0; rows of mean square 1 together."""
    varied = block[:, np.ptp(block, axis=0) > 0]
    if not varied.shape[1]:
        return np.zeros((len(block), 1))
    spread = varied.std(axis=0) * np.sqrt(varied.shape[1])
    scaled: Array = (varied - varied.mean(axis=0)) / spread
    return scaled


class PoolState(BatchState, ABC):
    """Names what a policy over the pool makes most likely, of what was not told.

    Parameters
    ----------
    pool : PolicyPool
    """

    def __init__(self, pool: PolicyPool) -> None:
        self._pool = pool
        self._gone = np.zeros(len(pool.features), dtype=bool)
        self._places: list[int] = []
        self._scores: list[float] = []

    @abstractmethod
    def logits(self) -> Array:
        """Of every architecture, shape (n_architectures,)."""

    def batch(self, n: int) -> list[int]:
        """The most likely ones."""
        logits = np.where(self._gone, -np.inf, self.logits())
        order = np.argsort(-logits, kind="stable")[:n]
        return [int(k) for k in order if not self._gone[k]]

    def tell(self, index: int, score: float) -> None:
        """Learn a score; NaN says that it cannot be had.

        Parameters
        ----------
        index : int
            Place of the architecture.
        score : float
            Higher is better; NaN where there is none.
        """
        self._gone[index] = True
        if np.isfinite(score):
            self._places.append(int(index))
            self._scores.append(float(score))
