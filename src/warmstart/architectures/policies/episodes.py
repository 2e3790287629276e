"""Searches on known tasks, side by side, which a meta-policy learns from."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart._extras import require
from warmstart.architectures.policies.memory import Memory, observation
from warmstart.architectures.policies.pool import PolicyPool
from warmstart.models.rankings.portfolio import greedy_portfolio, tempered

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable

Array = npt.NDArray[np.float64]

_N_TASKS, _N_EPISODES = 8, 8
"""Of each step of training; a task's episodes are each other's baseline."""

_LARGEST_POOL = 256
"""Architectures that an episode may choose from, drawn anew for every step."""

_N_PARTS = 10
"""Parts of the known tasks; each part's portfolio is that of the others."""


class Episodes:
    """Episodes on the tasks of a table.

    Parameters
    ----------
    pool : PolicyPool
    table : ScoreTable
    horizon : int
        Evaluations of an episode.
    """

    def __init__(self, pool: PolicyPool, table: ScoreTable, horizon: int) -> None:
        self._pool, self._horizon = pool, horizon
        self._scores = np.asarray(table.scores, dtype=np.float64)
        self._regret = table.regret()
        _, family = np.unique(np.asarray(table.families, dtype=str), return_inverse=True)
        part = family % _N_PARTS
        self._plans = np.zeros((len(self._scores), horizon), dtype=np.intp)
        for k in np.unique(part):
            others = self._regret[part != k] if (part != k).any() else self._regret
            plan = plan_of(others, horizon)
            self._plans[part == k] = np.resize(plan, horizon)

    def goal(self, memory: Memory, entropy: float, rng: np.random.Generator) -> Any:
        """What one step of training climbs: log-chances weighted by what followed them.

        Parameters
        ----------
        memory : Memory
        entropy : float
        rng : Generator
        """
        torch = require("torch", extra="torch")
        tasks = np.repeat(rng.integers(len(self._scores), size=_N_TASKS), _N_EPISODES)
        places = self._places(tasks, rng)
        open_ = np.isfinite(self._scores[np.ix_(tasks, places)])
        length = min(self._horizon, int(open_.sum(axis=1).min()))
        if length < 1:
            return 0.0 * memory.base.sum()
        rows, every = torch.as_tensor(self._pool.features[places]), np.arange(len(tasks))
        plans = np.searchsorted(places, self._plans[tasks])
        state, told, best = memory.begin(len(tasks)), [], np.ones(len(tasks))
        chances, rewards, spread = [], [], torch.zeros(())
        for _ in range(length):
            logits = memory.query(state) @ rows.T
            logits = logits + memory.bonus * torch.as_tensor(_next_planned(plans, open_))
            closed = torch.as_tensor(~open_)
            logs = torch.log_softmax(logits.masked_fill(closed, -torch.inf), dim=1)
            drawn = _drawn(logs.detach().exp().numpy(), rng)
            chances.append(logs[torch.as_tensor(every), torch.as_tensor(drawn)])
            finite = logs.masked_fill(closed, 0.0)
            spread = spread - (finite.exp() * finite).sum(dim=1).mean()
            open_[every, drawn] = False
            chosen = places[drawn]
            told.append((chosen, self._scores[tasks, chosen]))
            best = np.minimum(best, self._regret[tasks, chosen])
            rewards.append(-best)
            state = memory.read(
                state, self._pool.features[chosen], observation(self._pool, told)
            )
        weights = torch.as_tensor(_gains(np.array(rewards)))
        return (weights * torch.stack(chances)).mean() + entropy * spread / length

    def _places(self, tasks: Any, rng: np.random.Generator) -> Any:
        """Architectures to choose from: those of the plans, and others at random; sorted."""
        n = len(self._pool.features)
        if n <= _LARGEST_POOL:
            return np.arange(n)
        drawn = rng.choice(n, _LARGEST_POOL, replace=False)
        return np.unique(np.concatenate([drawn, self._plans[tasks].ravel()]))


def plan_of(regret: Array, n: int) -> list[int]:
    """The first of the fixed portfolio, at most `n`.

    Parameters
    ----------
    regret : ndarray, shape (n_tasks, n_architectures)
        Normalised; NaN where unknown.
    n : int

    Examples
    --------
    >>> plan_of(np.array([[0.0, 0.2, 1.0], [0.9, 0.1, 1.0]]), 2)
    [1, 0]
    """
    return [int(k) for k in islice(greedy_portfolio(tempered(regret)), n)]


def _next_planned(plans: Any, open_: Any) -> Array:
    """1 at each episode's first planned one that is open, shape of `open_`."""
    found = np.zeros(open_.shape)
    left = np.take_along_axis(open_, plans, axis=1)
    any_ = np.flatnonzero(left.any(axis=1))
    found[any_, plans[any_, left[any_].argmax(axis=1)]] = 1.0
    return found


def _gains(rewards: Array) -> Array:
    """What is still to come, against the same task's other episodes; of spread 1."""
    returns = np.cumsum(rewards[::-1], axis=0)[::-1]
    apart = returns.reshape(len(rewards), _N_TASKS, _N_EPISODES)
    gains = apart - apart.mean(axis=2, keepdims=True)
    found: Array = (gains / (gains.std() + 1e-8)).reshape(len(rewards), -1)
    return found


def _drawn(shares: Array, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """One column a row, by its shares."""
    heights = np.cumsum(shares, axis=1)
    lifted = rng.random((len(shares), 1)) * heights[:, -1:]
    places = (heights <= lifted).sum(axis=1)
    found: npt.NDArray[np.intp] = np.minimum(places, shares.shape[1] - 1)
    return found
