"""A controller that a task embedding conditions, trained on all known tasks at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.architectures.policies.pool import PolicyPool, PoolState
from warmstart.errors import ArgumentError, NotFittedError

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable

Array = npt.NDArray[np.float64]

_FAR = 5.0
"""Deviations that a score counts at most."""


@dataclass(slots=True, kw_only=True)
class ConditionedController:
    r"""One policy for all tasks, whose logits a short vector of the task changes.

    .. math:: \pi(a \mid t) \propto \exp\left(x_a^\top (b + U e_t)\right), \quad
              \max_{b, U, e} \sum_t \mathrm{E}_{a \sim \pi(\cdot \mid t)}[A_t(a)]
              + \beta H(\pi(\cdot \mid t))

    x are choices (and, of many tasks, factors of their scores), :math:`A_t` a score in its
    own task's deviations: so normalised, no task outweighs another. As scores of known tasks
    are at hand the gradient is exact, not of samples. The embedding of a new task is one of
    the known tasks' as far as is known, each as likely as it makes the scores told. The first
    architecture is the best on average, the next the likeliest under all of them, where an
    embedding counts less whose task was already served well by what was tried.

    Parameters
    ----------
    n_embedding : int
        Length of e.
    n_steps : int
        Of Adam, over all tasks.
    entropy : float
        :math:`\beta`.
    evidence : float
        What a score told counts: the likelihood's exponent.
    served : float
        Normalised regret of the best tried from which a known task counts in full.

    References
    ----------
    .. [1] Wong, Houlsby, Lu, Gesmundo. "Transfer Learning with Neural AutoML." NeurIPS 2018.

    Examples
    --------
    >>> from warmstart.metadataset.core.score_table import ScoreTable
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1, 0.2]]), task_ids=pd.RangeIndex(1),
    ...     configuration_ids=pd.Index(list("abcd")), families=np.arange(1),
    ...     configurations=pd.DataFrame(
    ...         {"edge": ["conv", "conv", "skip", "skip"], "act": ["relu", "tanh"] * 2}))
    >>> sorted(ConditionedController().fit(table).start().batch(2))
    [0, 1]
    """

    reads_configurations: ClassVar[bool] = True
    n_embedding: int = 8
    n_steps: int = 300
    entropy: float = 0.1
    evidence: float = 1.0
    served: float = 0.1
    pool_: PolicyPool | None = field(default=None, repr=False, compare=False)
    policies_: Array | None = field(default=None, repr=False, compare=False)
    """Of each known task's embedding, shape (n_tasks, n_architectures)."""

    scores_: Array | None = field(default=None, repr=False, compare=False)
    regret_: Array | None = field(default=None, repr=False, compare=False)
    """Of the known tasks, normalised, shape (n_tasks, n_architectures)."""

    def __post_init__(self) -> None:
        for name in ("n_embedding", "n_steps"):
            if getattr(self, name) < 1:
                raise ArgumentError(f"{name} must be at least 1, got {getattr(self, name)}")
        for name in ("entropy", "evidence", "served"):
            if not getattr(self, name) > 0:
                raise ArgumentError(f"{name} must be positive, got {getattr(self, name)}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Train policy and embeddings on the known tasks.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_architectures).
        random_state : int
        """
        self.pool_ = pool = PolicyPool.of(table)
        rng = np.random.default_rng(random_state)
        n_features, d = pool.features.shape[1], self.n_embedding
        parts = [
            np.zeros(n_features),
            0.1 * rng.standard_normal((n_features, d)),
            0.1 * rng.standard_normal((len(pool.advantages), d)),
        ]
        base, turn, embeddings = climbed(parts, pool, self.entropy, self.n_steps)
        logits = (base + embeddings @ turn.T) @ pool.features.T
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        self.policies_ = raised / raised.sum(axis=1, keepdims=True)
        self.scores_ = np.asarray(table.scores, dtype=np.float64)
        self.regret_ = np.where(np.isfinite(self.scores_), table.regret(), 1.0)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> ConditionedState:  # noqa: ARG002
        """Begin a task that may be like any known one."""
        if self.pool_ is None:
            raise NotFittedError("fit the controller to a table first")
        return ConditionedState(self, self.pool_)


class ConditionedState(PoolState):
    """What is thought of one task's embedding."""

    def __init__(self, model: ConditionedController, pool: PolicyPool) -> None:
        super().__init__(pool)
        assert model.policies_ is not None  # it was fitted
        assert model.scores_ is not None
        assert model.regret_ is not None
        self._policies, self._known, self._regret = (
            model.policies_,
            model.scores_,
            model.regret_,
        )
        self._evidence, self._served = model.evidence, model.served

    def weights(self) -> Array:
        """How likely each known task's embedding is, shape (n_tasks,), summing to one."""
        n_tasks = len(self._known)
        if not self._places:
            return np.full(n_tasks, 1.0 / n_tasks)
        apart = (np.array(self._scores) - self._known[:, self._places]) / self._pool.spread
        # A wild score, or one the known task lacks, says little.
        apart = np.clip(np.nan_to_num(apart), -_FAR, _FAR)
        logs = -0.5 * self._evidence * (apart**2).sum(axis=1)
        raised = np.exp(logs - logs.max())
        weights: Array = raised / raised.sum()
        return weights

    def logits(self) -> Array:
        """Of every architecture, shape (n_architectures,)."""
        if not self._places:
            # The likeliest of all policies may be a gamble; the best on average is none.
            return self._pool.usual
        left = self._regret[:, self._places].min(axis=1)
        weights = self.weights() * np.maximum(np.minimum(left / self._served, 1.0), 1e-9)
        found: Array = np.log(np.maximum(weights @ self._policies, 1e-300))
        return found


def objective(
    parts: list[Array], pool: PolicyPool, entropy: float
) -> tuple[float, list[Array]]:
    """What training climbs, mean over tasks, and its gradient.

    Parameters
    ----------
    parts : list of ndarray
        b (n_features,), U (n_features, n_embedding), e (n_tasks, n_embedding).
    pool : PolicyPool
    entropy : float

    Returns
    -------
    value : float
    gradient : list of ndarray, shaped as `parts`
    """
    base, turn, embeddings = parts
    x, known = pool.features, np.isfinite(pool.advantages)
    gains = np.where(known, pool.advantages, 0.0)
    logits = np.where(known, (base + embeddings @ turn.T) @ x.T, -np.inf)
    logits -= logits.max(axis=1, keepdims=True)
    shares = np.exp(logits)
    shares /= shares.sum(axis=1, keepdims=True)
    logs = np.log(np.maximum(shares, 1e-300))
    worth = gains - entropy * logs
    means = (shares * worth).sum(axis=1, keepdims=True)
    pushed = (shares * (worth - means)) @ x / len(gains)
    value = float(means.mean())
    return value, [pushed.sum(axis=0), pushed.T @ embeddings, pushed @ turn]


def climbed(parts: list[Array], pool: PolicyPool, entropy: float, n_steps: int) -> list[Array]:
    """After so many steps of Adam up the objective.

    Parameters
    ----------
    parts : list of ndarray
        As of :func:`objective`.
    pool : PolicyPool
    entropy : float
    n_steps : int
    """
    rate, keep, keep_squares = 0.1, 0.9, 0.99
    means = [np.zeros_like(one) for one in parts]
    squares = [np.zeros_like(one) for one in parts]
    for step in range(1, n_steps + 1):
        _, gradient = objective(parts, pool, entropy)
        for k, g in enumerate(gradient):
            means[k] = keep * means[k] + (1 - keep) * g
            squares[k] = keep_squares * squares[k] + (1 - keep_squares) * g**2
            size = np.sqrt(squares[k] / (1 - keep_squares**step)) + 1e-8
            parts[k] = parts[k] + rate * means[k] / (1 - keep**step) / size
    return parts
