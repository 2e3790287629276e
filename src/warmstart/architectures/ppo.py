"""Proximal policy optimisation over one choice a place, from the prior or from nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from warmstart.architectures.policy import FactorisedPolicy, PolicyState, softmax
from warmstart.errors import ArgumentError

Array = npt.NDArray[np.float64]


@dataclass(slots=True)
class PPO(FactorisedPolicy):
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
        FactorisedPolicy.__post_init__(self)
        for name in ("batch_size", "n_epochs"):
            if getattr(self, name) < 1:
                raise ArgumentError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not self.clip > 0:
            raise ArgumentError(f"clip must be positive, got {self.clip}")
        if self.entropy < 0:
            raise ArgumentError(f"entropy must not be negative, got {self.entropy}")

    def _state(
        self, logits: list[Array], codes: npt.NDArray[np.intp], seed: int
    ) -> PolicyState:
        return _Proximal(logits, codes, seed, self)


class _Proximal(PolicyState):
    def __init__(
        self, logits: list[Array], codes: npt.NDArray[np.intp], seed: int, model: PPO
    ) -> None:
        super().__init__(logits, codes, seed)
        self._model = model
        self._waiting: list[tuple[int, float]] = []
        self._scores: list[float] = []

    def _learn(self, index: int, score: float) -> None:
        self._waiting.append((index, score))
        self._scores.append(score)
        if len(self._waiting) < self._model.batch_size:
            return
        rows = self._codes[[index for index, _ in self._waiting]]
        spread = float(np.std(self._scores)) or 1.0
        scores = np.array([score for _, score in self._waiting])
        advantages = (scores - np.mean(self._scores)) / spread
        old = log_chances(self.logits, rows)
        for _ in range(self._model.n_epochs):
            steps = clipped_gradient(
                self.logits, rows, advantages, old, self._model.clip, self._model.entropy
            )
            for p, step in enumerate(steps):
                self.logits[p] = self.logits[p] + self._model.learning_rate * step
        self._waiting = []


def log_chances(logits: list[Array], rows: npt.NDArray[np.intp]) -> Array:
    """Log-probabilities of architectures under a policy, shape (n,).

    Parameters
    ----------
    logits : list of ndarray, shape (n_options,)
        One a place.
    rows : ndarray of int, shape (n, n_places)
        Choices made.
    """
    total = np.zeros(len(rows))
    for p, one in enumerate(logits):
        total += np.log(np.maximum(softmax(one), 1e-300))[rows[:, p]]
    return total


def clipped_gradient(
    logits: list[Array],
    rows: npt.NDArray[np.intp],
    advantages: Array,
    old: Array,
    clip: float,
    entropy: float,
) -> list[Array]:
    """Gradient of the clipped objective with respect to the logits, one array a place.

    Parameters
    ----------
    logits : list of ndarray, shape (n_options,)
    rows : ndarray of int, shape (n, n_places)
        Choices of the batch.
    advantages : ndarray, shape (n,)
    old : ndarray, shape (n,)
        Log-probabilities when the batch was drawn.
    clip, entropy : float
    """
    ratios = np.exp(log_chances(logits, rows) - old)
    # Beyond the clip the objective is flat on the side that was already rewarded.
    moves = np.where(advantages > 0, ratios < 1 + clip, ratios > 1 - clip)
    weights = ratios * advantages * moves / len(rows)
    steps: list[Array] = []
    for p, one in enumerate(logits):
        share = softmax(one)
        pushed = np.bincount(rows[:, p], weights=weights, minlength=len(share))
        logs = np.log(np.maximum(share, 1e-300))
        spread = share * (logs - share @ logs)
        steps.append(pushed - weights.sum() * share - entropy * spread)
    return steps
