"""A recurrent policy trained over tasks to search within one: its memory is the search."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart._extras import require
from warmstart.architectures.policies.episodes import Episodes, plan_of
from warmstart.architectures.policies.memory import Memory, observation
from warmstart.architectures.policies.pool import PolicyPool, PoolState
from warmstart.errors import ArgumentError, NotFittedError

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable

Array = npt.NDArray[np.float64]


@dataclass(slots=True, kw_only=True)
class MetaPolicy:
    r"""Meta-reinforcement learning: episodes on known tasks teach a network how to search.

    .. math:: h_n = \mathrm{GRU}(x_{a_n}, z_n, h_{n-1}), \quad
              \pi(a \mid h_n) \propto \exp\left(x_a^\top (b + W h_n) + \kappa [a = p_n]\right)

    z says how much better than usual the last architecture did, and than the best before; p is
    the fixed portfolio, of which nothing but results can lead away: an episode on a known task
    has the portfolio of the others. An
    episode evaluates `horizon` architectures of one task; its reward after each is minus the
    regret of the best so far, and the policy gradient compares episodes of the same task.
    On a new task no weight changes: what is learnt there is held in h. Beyond the horizon the
    memory goes on as it was trained.

    Parameters
    ----------
    horizon : int
        Evaluations of an episode.
    n_steps : int
        Of Adam, each over eight tasks with eight episodes.
    n_hidden : int
        Length of h.
    learning_rate : float
    entropy : float
        Bonus for staying undecided.

    References
    ----------
    .. [1] Duan et al. "RL²: Fast Reinforcement Learning via Slow Reinforcement Learning."
       arXiv:1611.02779, 2016.
    .. [2] Gil, Garcia-Gasulla. "Meta-Learning of Neural Architecture Search with Reinforcement
       Learning." arXiv:1911.03769, 2019.

    Examples
    --------
    >>> from warmstart.metadataset.core.score_table import ScoreTable
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1, 0.2]] * 2), task_ids=pd.RangeIndex(2),
    ...     configuration_ids=pd.Index(list("abcd")), families=np.arange(2),
    ...     configurations=pd.DataFrame(
    ...         {"edge": ["conv", "conv", "skip", "skip"], "act": ["relu", "tanh"] * 2}))
    >>> sorted(MetaPolicy(n_steps=2, horizon=2).fit(table).start().batch(4))
    [0, 1, 2, 3]
    """

    reads_configurations: ClassVar[bool] = True
    horizon: int = 10
    n_steps: int = 100
    n_hidden: int = 24
    learning_rate: float = 0.01
    entropy: float = 0.003
    pool_: PolicyPool | None = field(default=None, repr=False, compare=False)
    plan_: list[int] | None = field(default=None, repr=False, compare=False)
    memory_: Memory | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("horizon", "n_steps", "n_hidden"):
            if getattr(self, name) < 1:
                raise ArgumentError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not self.learning_rate > 0:
            raise ArgumentError(f"learning_rate must be positive, got {self.learning_rate}")
        if self.entropy < 0:
            raise ArgumentError(f"entropy must not be negative, got {self.entropy}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Train on episodes over the known tasks.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_architectures).
        random_state : int
        """
        torch = require("torch", extra="torch")
        pool = PolicyPool.of(table)
        rng = np.random.default_rng(random_state)
        memory = Memory(pool, self.n_hidden, int(rng.integers(2**31)))
        episodes = Episodes(pool, table, self.horizon)
        optimiser = torch.optim.Adam(memory.parameters(), lr=self.learning_rate)
        for _ in range(self.n_steps):
            goal = episodes.goal(memory, self.entropy, rng)
            optimiser.zero_grad()
            (-goal).backward()
            optimiser.step()
        self.pool_, self.memory_ = pool, memory
        self.plan_ = plan_of(table.regret(), self.horizon)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> MetaPolicyState:  # noqa: ARG002
        """Begin a task with an empty memory."""
        if self.pool_ is None or self.memory_ is None or self.plan_ is None:
            raise NotFittedError("fit the meta-policy to a table first")
        return MetaPolicyState(self.pool_, self.memory_, self.plan_)


class MetaPolicyState(PoolState):
    """The memory of one task."""

    def __init__(self, pool: PolicyPool, memory: Memory, plan: list[int]) -> None:
        super().__init__(pool)
        self._memory, self._plan = memory, plan
        self._state = memory.begin(1)

    def logits(self) -> Array:
        """Of every architecture, shape (n_architectures,)."""
        with require("torch", extra="torch").no_grad():
            query: Array = self._memory.query(self._state).numpy()[0]
            bonus = float(self._memory.bonus)
        found: Array = self._pool.features @ query
        planned = [k for k in self._plan if not self._gone[k]]
        if planned:
            found[planned[0]] += bonus
        return found

    def tell(self, index: int, score: float) -> None:
        """Read a score into the memory; see :class:`~warmstart.protocols.TaskState`.

        Parameters
        ----------
        index : int
            Place of the architecture.
        score : float
            Higher is better; NaN where there is none.
        """
        super().tell(index, score)
        if not np.isfinite(score):
            return
        told = [
            (np.array([place]), np.array([one]))
            for place, one in zip(self._places, self._scores, strict=True)
        ]
        with require("torch", extra="torch").no_grad():
            row = self._pool.features[[int(index)]]
            self._state = self._memory.read(self._state, row, observation(self._pool, told))
