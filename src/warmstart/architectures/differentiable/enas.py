"""ENAS: one set of weights for all children that a recurrent policy draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart._extras import require
from warmstart.architectures.differentiable.cells import EDGES, OPERATIONS, edge_name, one_path
from warmstart.architectures.differentiable.run import (
    Batch,
    Found,
    Schedule,
    batches,
    begin,
    optimisers,
)
from warmstart.architectures.differentiable.supernet import Supernet
from warmstart.architectures.policies.recurrent import RecurrentChoices
from warmstart.errors import ArgumentError

Codes = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class ENAS:
    r"""Children share weights; the policy that draws them learns from their accuracy.

    In turns, a batch trains the shared weights of one child that the policy draws, and
    REINFORCE moves the policy by the accuracy of `n_children` on a batch of the other half,
    less a moving mean. The policy is an LSTM over the edges
    (:class:`~warmstart.architectures.policies.recurrent.RecurrentChoices`), its logits from
    nothing or from the prior. At the end the best of `n_last` children on the other half is
    taken.

    Parameters
    ----------
    policy_rate : float
        Of the policy's parameters.
    decay : float
        Of the moving mean.
    n_children : int
        That each step of the policy draws.
    n_last : int
        Drawn at the end.
    entropy : float
        Bonus for staying undecided.
    schedule : Schedule
        `alpha_rate` is not used: the logits are the policy's.

    References
    ----------
    .. [1] Pham, Guan, Zoph, Le, Dean. "Efficient Neural Architecture Search via Parameter
       Sharing." ICML 2018.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> short = Schedule(n_epochs=1, channels=2, n_cells=1)
    >>> found = ENAS(n_children=2, n_last=2, schedule=short).search(
    ...     X[:64].reshape(-1, 8, 8), y[:64])
    >>> set(found.cell.values()) <= set(OPERATIONS)
    True
    """

    policy_rate: float = 0.3
    decay: float = 0.9
    n_children: int = 4
    n_last: int = 20
    entropy: float = 0.01
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        if not self.policy_rate > 0:
            raise ArgumentError(f"policy_rate must be positive, got {self.policy_rate}")
        if not 0 <= self.decay < 1:
            raise ArgumentError(f"decay must be from 0 to below 1, got {self.decay}")
        for name in ("n_children", "n_last"):
            if getattr(self, name) < 1:
                raise ArgumentError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.entropy < 0:
            raise ArgumentError(f"entropy must not be negative, got {self.entropy}")

    def search(self, X: Any, y: Any, *, alpha0: Any = None, device: str = "cpu") -> Found:
        """As :meth:`warmstart.architectures.differentiable.darts.DARTS.search`.

        Parameters
        ----------
        X : array, shape (n, height, width) or (n, channels, height, width)
        y : array, shape (n,)
        alpha0 : array, shape (n_edges, n_operations), optional
            Logits that the policy begins with.
        device : str
        """
        plan = self.schedule
        new = begin(X, y, plan, alpha0, device)
        policy = RecurrentChoices(list(Found.of(new.alpha, ()).alpha), seed=plan.random_state)
        by_weights, _ = optimisers(new.weights, [new.alpha], plan)
        rng, step, usual = np.random.default_rng(plan.random_state), 0, None
        history: list[tuple[int, float, float]] = []
        for _ in range(plan.n_epochs):
            for small, other in batches(new.train, new.valid, plan, rng):
                by_weights.zero_grad()
                child = self._mixed(policy.sample(1, rng)[0], new.alpha)
                new.net.loss(new.weights, child, *small).backward()
                by_weights.step()
                usual = self._learn(policy, new.net, new.weights, other, usual, rng)
                step += 1
            sampled = self._accuracy(new.net, new.weights, policy.sample(1, rng)[0], new.valid)
            likely = self._accuracy(new.net, new.weights, likeliest(policy), new.valid)
            history.append((step, sampled, likely))
        children = np.vstack([likeliest(policy)[None], policy.sample(self.n_last, rng)])
        scores = [self._accuracy(new.net, new.weights, one, new.valid) for one in children]
        best = children[int(np.argmax(scores))]
        history.append((step, max(scores), max(scores)))
        return Found(one_path(as_cell(best)), tuple(history))

    def _learn(
        self,
        policy: RecurrentChoices,
        net: Supernet,
        weights: Any,
        data: Batch,
        usual: float | None,
        rng: np.random.Generator,
    ) -> float:
        """Move the policy by what children are worth on a batch; the new moving mean."""
        children = policy.sample(self.n_children, rng)
        rewards = np.array([self._accuracy(net, weights, one, data) for one in children])
        mean = float(rewards.mean())
        if usual is None:
            usual = mean
        gains = (rewards - usual) / len(children)
        policy.ascend(children, gains, rate=self.policy_rate, entropy=self.entropy)
        return self.decay * usual + (1.0 - self.decay) * mean

    @staticmethod
    def _mixed(child: Codes, like: Any) -> Any:
        """Weights of a child's operations, one an edge, shape (n_edges, n_operations)."""
        torch = require("torch", extra="torch")
        path = one_path(as_cell(child))
        return torch.tensor(path, dtype=like.dtype, device=like.device)

    def _accuracy(self, net: Supernet, weights: Any, child: Codes, data: Batch) -> float:
        return net.accuracy(weights, self._mixed(child, data[0]), *data)


def as_cell(child: Codes) -> Mapping[str, str]:
    """Operation by edge, of one choice an edge.

    Parameters
    ----------
    child : ndarray of int, shape (n_edges,)

    Examples
    --------
    >>> as_cell(np.array([0, 1, 2, 3, 4, 0]))["edge_0_2"]
    'skip_connect'
    """
    return {
        edge_name(edge): OPERATIONS[int(code)] for edge, code in zip(EDGES, child, strict=True)
    }


def likeliest(policy: RecurrentChoices, n: int = 64) -> Codes:
    """The likeliest of so many children, drawn always alike, shape (n_edges,).

    Parameters
    ----------
    policy : RecurrentChoices
    n : int
    """
    drawn = policy.sample(n, np.random.default_rng(0))
    found: Codes = drawn[int(policy.log_chances(drawn).argmax())]
    return found
