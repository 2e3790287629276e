"""REINFORCE over one choice a place, its logits from the prior or from nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.architectures.prior import ArchitecturePrior
from warmstart.errors import ArgumentError, NotFittedError

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable

Array = npt.NDArray[np.float64]

_TRIES = 200
"""Samples drawn in search of an architecture that was not tried."""


@dataclass(slots=True)
class Reinforce:
    r"""A factorised policy that is moved towards what scored better than a moving average.

    .. math:: \theta \leftarrow \theta + \eta \frac{r - b}{s} \nabla_\theta \log \pi_\theta(a),
              \quad b \leftarrow \gamma b + (1 - \gamma) r

    with the spread s of the rewards seen. Cold, all choices begin alike; warm, with the
    log-odds of :class:`~warmstart.architectures.prior.ArchitecturePrior`.

    Parameters
    ----------
    learning_rate : float
        :math:`\eta`.
    decay : float
        :math:`\gamma`.
    warm : bool
    top_share : float
        See :class:`~warmstart.architectures.prior.ArchitecturePrior`.

    References
    ----------
    .. [1] Williams. "Simple Statistical Gradient-Following Algorithms for Connectionist
       Reinforcement Learning." Machine Learning 8, 1992.
    .. [2] Zoph, Le. "Neural Architecture Search with Reinforcement Learning." ICLR 2017.

    Examples
    --------
    >>> from warmstart.metadataset.core.score_table import ScoreTable
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1, 0.2]]), task_ids=pd.RangeIndex(1),
    ...     configuration_ids=pd.Index(list("abcd")), families=np.arange(1),
    ...     configurations=pd.DataFrame(
    ...         {"edge": ["conv", "conv", "skip", "skip"], "act": ["relu", "tanh"] * 2}))
    >>> state = Reinforce(top_share=0.5).fit(table).start()
    >>> sorted(state.batch(4))
    [0, 1, 2, 3]
    """

    reads_configurations: ClassVar[bool] = True
    random_answers: ClassVar[bool] = True
    learning_rate: float = 0.3
    decay: float = 0.9
    warm: bool = True
    top_share: float = 0.01
    prior_: ArchitecturePrior | None = field(default=None, repr=False, compare=False)
    rng_: np.random.Generator = field(
        default_factory=np.random.default_rng, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if not self.learning_rate > 0:
            raise ArgumentError(f"learning_rate must be positive, got {self.learning_rate}")
        if not 0 <= self.decay < 1:
            raise ArgumentError(f"decay must be from 0 to below 1, got {self.decay}")

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
        return PolicyState(self, logits, choices.codes, int(self.rng_.integers(2**31)))


class PolicyState:
    """The policy of one dataset."""

    def __init__(
        self, model: Reinforce, logits: list[Array], codes: npt.NDArray[np.intp], seed: int
    ) -> None:
        self.logits = logits
        self._rate, self._decay, self._seed = model.learning_rate, model.decay, seed
        self._codes = codes
        self._index: dict[bytes, list[int]] = {}
        for place, row in enumerate(codes):
            self._index.setdefault(row.tobytes(), []).append(place)
        self._observed: set[int] = set()
        self._rewards: list[float] = []
        self._baseline = 0.0

    def probabilities(self) -> list[Array]:
        """Of each place's choices, one array a place."""
        return [_softmax(one) for one in self.logits]

    def next(self) -> int:
        """A sample of the policy that was not tried."""
        named = self.batch(1)
        if not named:
            raise IndexError("every architecture has been told")
        return named[0]

    def batch(self, n: int) -> list[int]:
        """Several samples of the policy as it is now."""
        rng = np.random.default_rng((self._seed, len(self._observed)))
        shares = self.probabilities()
        named: list[int] = []
        gone = set(self._observed)
        while len(named) < n and len(gone) < len(self._codes):
            found = self._draw(shares, gone, rng)
            named.append(found)
            gone.add(found)
        return named

    def tell(self, index: int, score: float) -> None:
        """Move towards what was better than expected; what failed moves nothing."""
        self._observed.add(int(index))
        if not np.isfinite(score):
            return
        self._rewards.append(float(score))
        if len(self._rewards) == 1:
            self._baseline = float(score)
            return
        spread = float(np.std(self._rewards)) or 1.0
        gain = (float(score) - self._baseline) / spread
        for p, logits in enumerate(self.logits):
            share = _softmax(logits)
            step = -share
            step[self._codes[index, p]] += 1.0
            self.logits[p] = logits + self._rate * gain * step
        self._baseline = self._decay * self._baseline + (1 - self._decay) * float(score)

    def _draw(self, shares: list[Array], gone: set[int], rng: np.random.Generator) -> int:
        """One that was not tried: by sampling, or the likeliest where all samples were."""
        draws = np.stack([rng.choice(len(s), size=_TRIES, p=s) for s in shares], axis=1)
        for row in draws.astype(self._codes.dtype):
            for place in self._index.get(row.tobytes(), ()):
                if place not in gone:
                    return place
        likely = np.zeros(len(self._codes))
        for p, share in enumerate(shares):
            likely += np.log(np.maximum(share, 1e-300))[self._codes[:, p]]
        likely[list(gone)] = -np.inf
        return int(likely.argmax())


def _softmax(logits: Array) -> Array:
    raised = np.exp(logits - logits.max())
    share: Array = raised / raised.sum()
    return share
