"""REINFORCE over choices, the policy's logits from the prior or from nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from warmstart.architectures.policies.distribution import ChoiceDistribution
from warmstart.architectures.policies.policy import ChoicePolicy, PolicyState
from warmstart.errors import ArgumentError


@dataclass(slots=True)
class Reinforce(ChoicePolicy):
    r"""A policy that is moved towards what scored better than a moving average.

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
    policy : {"factorised", "recurrent"}
    top_share : float
        See :class:`~warmstart.architectures.prior.ArchitecturePrior`.

    References
    ----------
    .. [1] Williams. "Simple Statistical Gradient-Following Algorithms for Connectionist
       Reinforcement Learning." Machine Learning 8, 1992.
    .. [2] Zoph, Le. "Neural Architecture Search with Reinforcement Learning." ICLR 2017.

    Examples
    --------
    >>> import pandas as pd
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

    decay: float = 0.9

    def __post_init__(self) -> None:
        ChoicePolicy.__post_init__(self)
        if not 0 <= self.decay < 1:
            raise ArgumentError(f"decay must be from 0 to below 1, got {self.decay}")

    def _state(
        self, distribution: ChoiceDistribution, codes: npt.NDArray[np.intp], seed: int
    ) -> PolicyState:
        return _Reinforced(distribution, codes, seed, rate=self.learning_rate, decay=self.decay)


class _Reinforced(PolicyState):
    def __init__(
        self,
        distribution: ChoiceDistribution,
        codes: npt.NDArray[np.intp],
        seed: int,
        *,
        rate: float,
        decay: float,
    ) -> None:
        super().__init__(distribution, codes, seed)
        self._rate, self._decay = rate, decay
        self._rewards: list[float] = []
        self._baseline = 0.0

    def _learn(self, index: int, score: float) -> None:
        self._rewards.append(score)
        if len(self._rewards) == 1:
            self._baseline = score
            return
        spread = float(np.std(self._rewards)) or 1.0
        gain = (score - self._baseline) / spread
        self.distribution.ascend(self._codes[[index]], np.array([gain]), rate=self._rate)
        self._baseline = self._decay * self._baseline + (1 - self._decay) * score
