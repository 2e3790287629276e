"""Proximal policy optimisation over choices, from the prior or from nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from warmstart.architectures.policies.distribution import ChoiceDistribution
from warmstart.architectures.policies.policy import ChoicePolicy, PolicyState
from warmstart.errors import ArgumentError

Array = npt.NDArray[np.float64]


@dataclass(slots=True)
class PPO(ChoicePolicy):
    r"""Several clipped steps on each batch of scores, and a bonus for staying undecided.

    .. math:: \max_\theta \; \mathrm{E}\left[\min(\rho A, \mathrm{clip}(\rho, 1 - \epsilon,
              1 + \epsilon) A)\right] + \beta H(\pi_\theta), \quad
              \rho = \pi_\theta(a) / \pi_{old}(a)

    with the advantage A of a score over all so far, in their standard deviations.

    Parameters
    ----------
    learning_rate : float
        Of the logits, a step.
    warm : bool
    policy : {"factorised", "recurrent"}
    top_share : float
        See :class:`~warmstart.architectures.prior.ArchitecturePrior`.
    batch_size : int
        Scores that a step is made on; until there are so many nothing moves.
    n_epochs : int
        Steps on each batch.
    clip : float
        :math:`\epsilon`.
    entropy : float
        :math:`\beta`.

    References
    ----------
    .. [1] Schulman, Wolski, Dhariwal, Radford, Klimov. "Proximal Policy Optimization
       Algorithms." arXiv:1707.06347, 2017.
    .. [2] Zoph, Vasudevan, Shlens, Le. "Learning Transferable Architectures for Scalable
       Image Recognition." CVPR 2018 (which searches by it).

    Examples
    --------
    >>> import pandas as pd
    >>> from warmstart.metadataset.core.score_table import ScoreTable
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1, 0.2]]), task_ids=pd.RangeIndex(1),
    ...     configuration_ids=pd.Index(list("abcd")), families=np.arange(1),
    ...     configurations=pd.DataFrame(
    ...         {"edge": ["conv", "conv", "skip", "skip"], "act": ["relu", "tanh"] * 2}))
    >>> sorted(PPO(top_share=0.5).fit(table).start().batch(4))
    [0, 1, 2, 3]
    """

    batch_size: int = 5
    n_epochs: int = 4
    clip: float = 0.2
    entropy: float = 0.01

    def __post_init__(self) -> None:
        ChoicePolicy.__post_init__(self)
        for name in ("batch_size", "n_epochs"):
            if getattr(self, name) < 1:
                raise ArgumentError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not self.clip > 0:
            raise ArgumentError(f"clip must be positive, got {self.clip}")
        if self.entropy < 0:
            raise ArgumentError(f"entropy must not be negative, got {self.entropy}")

    def _state(
        self, distribution: ChoiceDistribution, codes: npt.NDArray[np.intp], seed: int
    ) -> PolicyState:
        return _Proximal(distribution, codes, seed, self)


class _Proximal(PolicyState):
    """Scores wait until there is a batch of them."""

    def __init__(
        self,
        distribution: ChoiceDistribution,
        codes: npt.NDArray[np.intp],
        seed: int,
        model: PPO,
    ) -> None:
        super().__init__(distribution, codes, seed)
        self._model = model
        self._waiting: list[tuple[int, float]] = []
        self._scores: list[float] = []

    def _learn(self, index: int, score: float) -> None:
        self._waiting.append((index, score))
        self._scores.append(score)
        if len(self._waiting) < self._model.batch_size:
            return
        model, policy = self._model, self.distribution
        rows = self._codes[[index for index, _ in self._waiting]]
        spread = float(np.std(self._scores)) or 1.0
        scores = np.array([score for _, score in self._waiting])
        advantages = (scores - np.mean(self._scores)) / spread
        old = policy.log_chances(rows)
        for _ in range(model.n_epochs):
            weights = clipped_weights(policy.log_chances(rows) - old, advantages, model.clip)
            policy.ascend(rows, weights, rate=model.learning_rate, entropy=model.entropy)
        self._waiting = []


def clipped_weights(log_ratios: Array, advantages: Array, clip: float) -> Array:
    r"""Weights w for which :math:`\sum_i w_i \nabla \log \pi(a_i)` is the objective's gradient.

    Parameters
    ----------
    log_ratios : ndarray, shape (n,)
        :math:`\log \rho`, of the policy now over that which drew the batch.
    advantages : ndarray, shape (n,)
    clip : float
        :math:`\epsilon`.

    Returns
    -------
    ndarray, shape (n,)

    Examples
    --------
    >>> clipped_weights(np.log([1.0, 1.5, 1.5]), np.array([2.0, 1.0, -1.0]), 0.2).round(3)
    array([ 0.667,  0.   , -0.5  ])
    """
    ratios = np.exp(log_ratios)
    # Beyond the clip the objective is flat on the side that was already rewarded.
    moves = np.where(advantages > 0, ratios < 1 + clip, ratios > 1 - clip)
    weights: Array = ratios * advantages * moves / len(ratios)
    return weights
