"""DARTS: logits of operations by gradients of the validation loss, first or second order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from warmstart._extras import require
from warmstart.architectures.differentiable.cells import OPERATIONS
from warmstart.architectures.differentiable.run import (
    Batch,
    Found,
    Schedule,
    batches,
    begin,
    judged,
    optimisers,
)
from warmstart.architectures.differentiable.supernet import Supernet
from warmstart.errors import ArgumentError

SKIP = OPERATIONS.index("skip_connect")

_STEP = 0.01
"""Length of the step of the finite difference, over the norm of the gradient it follows."""


def alpha_gradient(
    net: Supernet,
    weights: Sequence[Any],
    alpha: Any,
    train: tuple[Any, Any],
    valid: tuple[Any, Any],
    *,
    rate: float,
    active: Any = None,
) -> Any:
    r"""Gradient of the validation loss after one step of the weights.

    .. math:: \nabla_\alpha L_{val}(w', \alpha) - \xi
              \frac{\nabla_\alpha L_{train}(w^+, \alpha) - \nabla_\alpha L_{train}(w^-, \alpha)}
              {2 \epsilon}, \quad w' = w - \xi \nabla_w L_{train}(w, \alpha), \quad
              w^\pm = w \pm \epsilon \nabla_{w'} L_{val}(w', \alpha)

    Parameters
    ----------
    net : Supernet
    weights : list of tensor
    alpha : tensor, shape (n_edges, n_operations)
        Logits, requiring gradients.
    train, valid : tuple of tensor
        Images (n, channels, height, width) and classes (n,).
    rate : float
        :math:`\xi`; 0 for the first order.
    active : array of bool, shape (n_edges, n_operations), optional
        Operations that are there; all without.

    Returns
    -------
    tensor, shape (n_edges, n_operations)

    References
    ----------
    .. [1] Liu, Simonyan, Yang. "DARTS: Differentiable Architecture Search." ICLR 2019.
    """
    torch = require("torch", extra="torch")

    def gradients(of: Sequence[Any], data: tuple[Any, Any], wanted: Sequence[Any]) -> Any:
        loss = net.loss(of, mixture(alpha, active), *data, active)
        return torch.autograd.grad(loss, wanted, allow_unused=True)

    if rate == 0.0:
        return gradients(weights, valid, [alpha])[0]
    down = gradients(weights, train, weights)
    moved = [
        (w if g is None else w - rate * g).detach().requires_grad_()
        for w, g in zip(weights, down, strict=True)
    ]
    direct, *along = gradients(moved, valid, [alpha, *moved])
    known = [torch.zeros_like(w) if g is None else g for w, g in zip(moved, along, strict=True)]
    norm = torch.sqrt(sum((g**2).sum() for g in known))
    epsilon = _STEP / float(norm + 1e-12)
    sides = []
    for sign in (1.0, -1.0):
        shifted = [
            (w + sign * epsilon * g).detach().requires_grad_()
            for w, g in zip(weights, known, strict=True)
        ]
        sides.append(gradients(shifted, train, [alpha])[0])
    return direct - rate * (sides[0] - sides[1]) / (2 * epsilon)


@dataclass(frozen=True, slots=True, kw_only=True)
class DARTS:
    """Weights and logits in turn, each on its half of the data.

    Parameters
    ----------
    order : {1, 2}
        1 takes the weights as they are, 2 as they are after one more step.
    schedule : Schedule

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> short = Schedule(n_epochs=1, channels=2, n_cells=1)
    >>> found = DARTS(schedule=short).search(X[:64].reshape(-1, 8, 8), y[:64])
    >>> found.alpha.shape
    (6, 5)
    """

    order: Literal[1, 2] = 1
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        if self.order not in (1, 2):
            raise ArgumentError(f"order must be 1 or 2, got {self.order!r}")

    def search(self, X: Any, y: Any, *, alpha0: Any = None, device: str = "cpu") -> Found:
        """Train one network that holds every cell.

        Parameters
        ----------
        X : array, shape (n, height, width) or (n, channels, height, width)
        y : array, shape (n,)
        alpha0 : array, shape (n_edges, n_operations), optional
            Logits to begin with, as
            :func:`~warmstart.architectures.differentiable.cells.edge_logits` gives them;
            all alike without.
        device : str
            As torch names it.
        """
        plan = self.schedule
        net, weights, alpha, train, valid = begin(X, y, plan, alpha0, device)
        history = alternate(net, weights, alpha, train, valid, plan, order=self.order)
        return Found.of(alpha, history)


def alternate(
    net: Supernet,
    weights: Sequence[Any],
    alpha: Any,
    train: Batch,
    valid: Batch,
    plan: Schedule,
    *,
    order: int = 1,
    active: Any = None,
    drop_skip: float = 0.0,
    first_step: int = 0,
) -> list[tuple[int, float, float]]:
    """Train logits on one half and weights on the other, in turns; both are changed.

    Parameters
    ----------
    net : Supernet
    weights : list of tensor
    alpha : tensor, shape (n_edges, n_operations)
    train, valid : tuple of tensor
    plan : Schedule
    order : int
    active : array of bool, shape (n_edges, n_operations), optional
        Operations that are still there; all without.
    drop_skip : float
        Chance that a skip connection passes nothing while weights are trained.
    first_step : int
        Steps taken before.

    Returns
    -------
    list of (int, float, float)
        After each epoch: steps, accuracy of the mixture, accuracy of its cell.
    """
    torch = require("torch", extra="torch")
    by_weights, by_alpha = optimisers(weights, [alpha], plan)
    rng, step = np.random.default_rng(plan.random_state), first_step
    history: list[tuple[int, float, float]] = []
    for _ in range(plan.n_epochs):
        for small, other in batches(train, valid, plan, rng):
            rate = plan.rate if order == 2 else 0.0
            alpha.grad = alpha_gradient(
                net, weights, alpha, small, other, rate=rate, active=active
            )
            by_alpha.step()
            by_weights.zero_grad()
            mixed = mixture(alpha, active).detach()
            if drop_skip:
                kept = torch.as_tensor(rng.random(len(mixed)) >= drop_skip)
                mixed[:, SKIP] = mixed[:, SKIP] * kept.to(mixed)
            net.loss(weights, mixed, *small).backward()
            by_weights.step()
            step += 1
        history.append((step, *judged(net, weights, mixture(alpha, active).detach(), valid)))
    return history


def mixture(alpha: Any, active: Any = None) -> Any:
    """Softmax over the operations that are there, shape (n_edges, n_operations).

    Parameters
    ----------
    alpha : tensor, shape (n_edges, n_operations)
    active : array of bool, shape (n_edges, n_operations), optional
    """
    torch = require("torch", extra="torch")
    if active is None:
        return torch.softmax(alpha, dim=1)
    gone = torch.as_tensor(~np.asarray(active), device=alpha.device)
    return torch.softmax(alpha.masked_fill(gone, -torch.inf), dim=1)
