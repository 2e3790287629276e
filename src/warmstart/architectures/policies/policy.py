"""A policy that draws architectures choice by choice: REINFORCE and PPO move it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.architectures.policies.distribution import ChoiceDistribution, FactorisedChoices
from warmstart.architectures.policies.recurrent import RecurrentChoices
from warmstart.architectures.prior import ArchitecturePrior
from warmstart.architectures.task_state import BatchState
from warmstart.errors import ArgumentError, NotFittedError

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable

Array = npt.NDArray[np.float64]
Kind = Literal["factorised", "recurrent"]

_TRIES = 200
"""Samples drawn in search of an architecture that was not tried."""


@dataclass(slots=True)
class ChoicePolicy(ABC):
    """What methods share that sample architectures place by place.

    Cold, all choices begin alike; warm, with the log-odds of
    :class:`~warmstart.architectures.prior.ArchitecturePrior`.

    Parameters
    ----------
    learning_rate : float
        Of the policy's parameters.
    warm : bool
    top_share : float
        See :class:`~warmstart.architectures.prior.ArchitecturePrior`.
    policy : {"factorised", "recurrent"}
        Whether each place is drawn by itself, or knowing the choices before it
        (:class:`~warmstart.architectures.policies.recurrent.RecurrentChoices`; needs torch).
    """

    reads_configurations: ClassVar[bool] = True
    random_answers: ClassVar[bool] = True
    learning_rate: float = 0.3
    warm: bool = True
    top_share: float = 0.01
    policy: Kind = "factorised"
    prior_: ArchitecturePrior | None = field(default=None, repr=False, compare=False)
    rng_: np.random.Generator = field(
        default_factory=np.random.default_rng, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if not self.learning_rate > 0:
            raise ArgumentError(f"learning_rate must be positive, got {self.learning_rate}")
        if self.policy not in get_args(Kind):
            raise ArgumentError(f"policy must be one of {get_args(Kind)}, got {self.policy!r}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Learn the prior; a cold policy takes only the choices from it."""
        self.prior_ = ArchitecturePrior(top_share=self.top_share).fit(table)
        self.rng_ = np.random.default_rng(random_state)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> PolicyState:  # noqa: ARG002
        """Begin a dataset with a policy of its own."""
        if self.prior_ is None or self.prior_.choices_ is None:
            raise NotFittedError("fit the policy to a table first")
        choices = self.prior_.choices_
        cold = [np.zeros(len(options)) for options in choices.options]
        logits = self.prior_.logits() if self.warm else cold
        seed = int(self.rng_.integers(2**31))
        distribution: ChoiceDistribution
        if self.policy == "recurrent":
            distribution = RecurrentChoices(logits, seed=seed)
        else:
            distribution = FactorisedChoices(logits)
        return self._state(distribution, choices.codes, seed)

    @abstractmethod
    def _state(
        self, distribution: ChoiceDistribution, codes: npt.NDArray[np.intp], seed: int
    ) -> PolicyState:
        """The policy of one dataset, before any score."""


class PolicyState(BatchState):
    """The policy of one dataset.

    Parameters
    ----------
    distribution : ChoiceDistribution
    codes : ndarray of int, shape (n_architectures, n_places)
        Which choice each architecture made.
    seed : int
    """

    def __init__(
        self, distribution: ChoiceDistribution, codes: npt.NDArray[np.intp], seed: int
    ) -> None:
        self.distribution, self._codes, self._seed = distribution, codes, seed
        self._index: dict[bytes, list[int]] = {}
        for place, row in enumerate(codes):
            self._index.setdefault(row.tobytes(), []).append(place)
        self._observed: set[int] = set()

    def batch(self, n: int) -> list[int]:
        """Several samples of the policy as it is now."""
        rng = np.random.default_rng((self._seed, len(self._observed)))
        named: list[int] = []
        gone = set(self._observed)
        while len(named) < n and len(gone) < len(self._codes):
            found = self._draw(gone, rng)
            named.append(found)
            gone.add(found)
        return named

    def tell(self, index: int, score: float) -> None:
        """Move towards what was better than expected; what failed moves nothing.

        Parameters
        ----------
        index : int
            Place of the architecture.
        score : float
            Higher is better; NaN where there is none.
        """
        self._observed.add(int(index))
        if np.isfinite(score):
            self._learn(int(index), float(score))

    @abstractmethod
    def _learn(self, index: int, score: float) -> None:
        """Move the policy by one more score."""

    def _draw(self, gone: set[int], rng: np.random.Generator) -> int:
        """One that was not tried: by sampling, or the likeliest where all samples were."""
        for row in self.distribution.sample(_TRIES, rng).astype(self._codes.dtype):
            for place in self._index.get(row.tobytes(), ()):
                if place not in gone:
                    return place
        likely = self.distribution.log_chances(self._codes)
        likely[list(gone)] = -np.inf
        return int(likely.argmax())
