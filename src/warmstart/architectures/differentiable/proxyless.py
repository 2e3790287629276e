"""ProxylessNAS: one operation of each edge at a time, and what the device takes in the loss."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart._extras import require
from warmstart.architectures.differentiable.cells import EDGES, OPERATIONS, edge_name
from warmstart.architectures.differentiable.run import (
    Found,
    Schedule,
    batches,
    begin,
    judged,
    optimisers,
)
from warmstart.architectures.differentiable.supernet import Supernet
from warmstart.errors import ArgumentError

if TYPE_CHECKING:
    from warmstart.models.costs.operator_table import CostTable


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxylessNAS:
    r"""Binary gates: weights are trained on one sampled cell, logits on two operations an edge.

    .. math:: \frac{\partial L}{\partial \alpha_i} \approx
              \sum_j \frac{\partial L}{\partial g_j}
              \frac{\partial p_j}{\partial \alpha_i}, \quad
              L = L_{CE} + \lambda \sum_e \sum_o p_{eo} F_{eo} / F_0

    with gates g, of which one is 1, the softmax p of the two logits that were drawn, and
    what each operation costs, F, from a table; :math:`F_0` is the cost of the first mixture.

    Parameters
    ----------
    latency : CostTable, optional
        Of configurations named as NAS-Bench-201 names them, in any unit.
    latency_weight : float
        :math:`\lambda`.
    schedule : Schedule

    References
    ----------
    .. [1] Cai, Zhu, Han. "ProxylessNAS: Direct Neural Architecture Search on Target Task and
       Hardware." ICLR 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> short = Schedule(n_epochs=1, channels=2, n_cells=1)
    >>> found = ProxylessNAS(schedule=short).search(X[:64].reshape(-1, 8, 8), y[:64])
    >>> len(found.cell)
    6
    """

    latency: CostTable | None = None
    latency_weight: float = 0.1
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        if self.latency_weight < 0:
            raise ArgumentError(
                f"latency_weight must not be negative, got {self.latency_weight}"
            )

    def search(self, X: Any, y: Any, *, alpha0: Any = None, device: str = "cpu") -> Found:
        """As :meth:`warmstart.architectures.differentiable.darts.DARTS.search`.

        Parameters
        ----------
        X : array, shape (n, height, width) or (n, channels, height, width)
        y : array, shape (n,)
        alpha0 : array, shape (n_edges, n_operations), optional
        device : str
        """
        torch = require("torch", extra="torch")
        plan = self.schedule
        new = begin(X, y, plan, alpha0, device)
        net, weights, alpha, train, valid = (
            new.net,
            new.weights,
            new.alpha,
            new.train,
            new.valid,
        )
        costs = None if self.latency is None else self._costs(device)
        first = None if costs is None else float(self._expected(alpha, costs).detach())
        by_weights, by_alpha = optimisers(weights, [alpha], plan)
        rng, step = np.random.default_rng(plan.random_state), 0
        history: list[tuple[int, float, float]] = []
        for _ in range(plan.n_epochs):
            for small, other in batches(train, valid, plan, rng):
                by_weights.zero_grad()
                gates, _ = drawn(alpha, rng, 1)
                net.loss(weights, gates, *small).backward()
                by_weights.step()
                by_alpha.zero_grad()
                alpha.grad = gate_gradient(net, weights, alpha, other, rng)
                if costs is not None and first:
                    share = self.latency_weight * self._expected(alpha, costs) / first
                    alpha.grad = alpha.grad + torch.autograd.grad(share, alpha)[0]
                by_alpha.step()
                step += 1
            mixed = torch.softmax(alpha, dim=1).detach()
            history.append((step, *judged(net, weights, mixed, valid)))
        return Found.of(alpha, history)

    def _costs(self, device: str) -> Any:
        """Of each operation of each edge beyond the cheapest, (n_edges, n_operations)."""
        torch = require("torch", extra="torch")
        assert self.latency is not None  # asked only where there is a table
        found = np.zeros((len(EDGES), len(OPERATIONS)))
        for e, edge in enumerate(EDGES):
            terms = self.latency.terms_.get(edge_name(edge), {})
            missing = [one for one in OPERATIONS if one not in terms]
            if missing:
                raise ArgumentError(
                    f"the table of costs knows no {missing} of {edge_name(edge)}; fit it to "
                    "cells that have them"
                )
            found[e] = [terms[one] for one in OPERATIONS]
            found[e] -= found[e].min()
        return torch.tensor(found, dtype=torch.float32, device=device)

    @staticmethod
    def _expected(alpha: Any, costs: Any) -> Any:
        torch = require("torch", extra="torch")
        return (torch.softmax(alpha, dim=1) * costs).sum()


def drawn(alpha: Any, rng: np.random.Generator, n: int) -> tuple[Any, Any]:
    """Gates of one operation an edge, and the `n` of each that were drawn, its own first.

    Parameters
    ----------
    alpha : tensor, shape (n_edges, n_operations)
    rng : Generator
    n : int

    Returns
    -------
    gates : tensor, shape (n_edges, n_operations)
        1 at the operation that is taken, 0 elsewhere.
    places : ndarray of int, shape (n_edges, n)
    """
    torch = require("torch", extra="torch")
    shares = torch.softmax(alpha.detach(), dim=1).cpu().numpy().astype(np.float64)
    shares = np.maximum(shares, 1e-9)
    shares /= shares.sum(axis=1, keepdims=True)
    places = np.array([rng.choice(len(p), size=n, replace=False, p=p) for p in shares])
    gates = torch.zeros_like(alpha, requires_grad=False)
    gates[torch.arange(len(places)), torch.as_tensor(places[:, 0])] = 1.0
    return gates.detach(), places


def gate_gradient(
    net: Supernet,
    weights: Any,
    alpha: Any,
    data: tuple[Any, Any],
    rng: np.random.Generator,
) -> Any:
    """Gradient of the loss by the logits of two operations an edge, shape as `alpha`.

    Parameters
    ----------
    net : Supernet
    weights : list of tensor
    alpha : tensor, shape (n_edges, n_operations)
    data : tuple of tensor
        Images and classes.
    rng : Generator
    """
    torch = require("torch", extra="torch")
    gates, places = drawn(alpha, rng, 2)
    active = np.zeros(tuple(alpha.shape), dtype=bool)
    np.put_along_axis(active, places, True, axis=1)
    gates.requires_grad_()
    by_gate = torch.autograd.grad(net.loss(weights, gates, *data, active), gates)[0].detach()
    two = torch.as_tensor(places, device=alpha.device)
    shares = torch.softmax(alpha.gather(1, two), dim=1)
    # The chain rule through the softmax of the two that were drawn.
    along = (by_gate.gather(1, two) * shares).sum()
    return torch.autograd.grad(along, alpha)[0]
