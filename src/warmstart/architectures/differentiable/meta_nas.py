"""MetaNAS: weights and logits from which a few steps suffice on a new small task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart._extras import require
from warmstart.architectures.differentiable.run import as_logits, checked_alpha
from warmstart.architectures.differentiable.supernet import Supernet, read_images
from warmstart.errors import ArgumentError

Array = npt.NDArray[np.float64]
Task = tuple[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class MetaStart:
    """What a search on a small task begins with."""

    net: Supernet
    weights: tuple[Any, ...]
    alpha: Array
    """Logits, shape (n_edges, n_operations)."""

    rate: float
    alpha_rate: float
    temperature: float

    def adapt(
        self, X: Any, y: Any, test: Task, n_steps: Sequence[int] = (1, 5)
    ) -> dict[int, float]:
        """Accuracy on rows never trained on after so many steps, by number of steps.

        Parameters
        ----------
        X : array, shape (n, height, width) or (n, channels, height, width)
            A few images of each class.
        y : array, shape (n,)
            Classes, as many as the network has.
        test : tuple of array
            Other images and their classes.
        n_steps : sequence of int

        Raises
        ------
        ValueError
            If the task has another number of classes.
        """
        torch = require("torch", extra="torch")
        x, classes = _few(X, y, self.net)
        unseen, right = _few(*test, self.net)
        weights = [w.detach().clone().requires_grad_() for w in self.weights]
        alpha = as_logits(self.alpha, "cpu")
        found = {}
        for step in range(1, max(n_steps) + 1):
            _down(self.net, weights, alpha, x, classes, self)
            if step in n_steps:
                mixed = torch.softmax(alpha / self.temperature, dim=1).detach()
                found[step] = self.net.accuracy(weights, mixed, unseen, right)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaNAS:
    r"""Reptile over weights and logits: both move towards where a few steps on a task lead.

    .. math:: w \leftarrow w + \lambda \frac{1}{T} \sum_t (w_t - w), \quad
              \alpha \leftarrow \alpha + \lambda \frac{1}{T} \sum_t (\alpha_t - \alpha)

    The softmax's temperature falls while it learns, so that little is left to prune at the
    end. A task is some images of some classes; all have the same number of classes.

    Parameters
    ----------
    n_rounds : int
    tasks_a_round : int
        T.
    n_inner : int
        Steps on each task.
    meta_rate : float
        :math:`\lambda`, falling to a tenth.
    rate, alpha_rate : float
        Of the steps on a task.
    temperature : float
        At the end; 1 at first.
    learns_weights : bool
        Whether weights are learnt too; without, only the logits are.
    channels, n_cells : int
    random_state : int

    References
    ----------
    .. [1] Elsken, Staffler, Metzen, Hutter. "Meta-Learning of Neural Architectures for
       Few-Shot Learning." CVPR 2020.
    .. [2] Nichol, Achiam, Schulman. "On First-Order Meta-Learning Algorithms."
       arXiv:1803.02999, 2018.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> X = X.reshape(-1, 8, 8)
    >>> tasks = [(X[(y == a) | (y == b)][:10], y[(y == a) | (y == b)][:10])
    ...          for a, b in ((0, 1), (2, 3))]
    >>> start = MetaNAS(n_rounds=2, n_inner=1, channels=2, n_cells=1).fit(tasks)
    >>> sorted(start.adapt(*tasks[0], tasks[0]))
    [1, 5]
    """

    n_rounds: int = 60
    tasks_a_round: int = 4
    n_inner: int = 5
    meta_rate: float = 0.5
    rate: float = 1.0
    alpha_rate: float = 0.1
    temperature: float = 0.3
    learns_weights: bool = True
    channels: int = 8
    n_cells: int = 1
    random_state: int = 0

    def __post_init__(self) -> None:
        for name in ("n_rounds", "tasks_a_round", "n_inner"):
            if getattr(self, name) < 1:
                raise ArgumentError(f"{name} must be at least 1, got {getattr(self, name)}")
        for name in ("meta_rate", "rate", "alpha_rate", "temperature"):
            if not getattr(self, name) > 0:
                raise ArgumentError(f"{name} must be positive, got {getattr(self, name)}")

    def fit(self, tasks: Sequence[Task], *, alpha0: Any = None) -> MetaStart:
        """Learn from tasks.

        Parameters
        ----------
        tasks : sequence of (array, array)
            Images (n, height, width) and classes (n,).
        alpha0 : array, shape (n_edges, n_operations), optional
            Logits to begin with.

        Raises
        ------
        ValueError
            If there is no task, or they differ in number of classes.
        """
        torch = require("torch", extra="torch")
        start = self.begin(tasks, alpha0=alpha0)
        read = [_few(X, y, start.net) for X, y in tasks]
        weights = [w.detach().clone() for w in start.weights]
        alpha = torch.tensor(start.alpha, dtype=torch.float32)
        rng = np.random.default_rng(self.random_state)
        for done in range(self.n_rounds):
            share = done / self.n_rounds
            moved, turned = [torch.zeros_like(w) for w in weights], torch.zeros_like(alpha)
            chosen = rng.choice(len(read), min(self.tasks_a_round, len(read)), replace=False)
            for task in chosen.tolist():
                own = [w.clone().requires_grad_() for w in weights]
                logits = alpha.clone().requires_grad_()
                now = replace(start, temperature=self.temperature**share)
                images, classes = read[task]
                for _ in range(self.n_inner):
                    _down(start.net, own, logits, images, classes, now)
                for k, w in enumerate(own):
                    moved[k] += (w.detach() - weights[k]) / len(chosen)
                turned += (logits.detach() - alpha) / len(chosen)
            step = self.meta_rate * (1.0 - 0.9 * share)
            if self.learns_weights:
                weights = [w + step * m for w, m in zip(weights, moved, strict=True)]
            alpha = alpha + step * turned
        learnt = alpha.numpy().astype(np.float64)
        return replace(
            start, weights=tuple(weights), alpha=learnt, temperature=self.temperature
        )

    def begin(self, tasks: Sequence[Task], *, alpha0: Any = None) -> MetaStart:
        """A start that has learnt nothing: fresh weights, logits as they are given.

        Parameters
        ----------
        tasks : sequence of (array, array)
            They say how many classes and channels there are.
        alpha0 : array, shape (n_edges, n_operations), optional
        """
        if not len(tasks):
            raise ArgumentError("at least one task is needed to learn from")
        images, _, n_classes = read_images(*tasks[0])
        net = Supernet(n_classes, images.shape[1], self.channels, self.n_cells)
        weights = tuple(w.detach() for w in net.weights(self.random_state))
        return MetaStart(net, weights, checked_alpha(alpha0), self.rate, self.alpha_rate, 1.0)


def _few(X: Any, y: Any, net: Supernet) -> tuple[Any, Any]:
    x, classes, n_classes = read_images(X, y)
    if n_classes != net.n_classes:
        raise ArgumentError(
            f"a task has {n_classes} classes, the network {net.n_classes}; all need as many"
        )
    return x, classes


def _down(net: Supernet, weights: Any, alpha: Any, x: Any, y: Any, start: MetaStart) -> None:
    """One step of weights and logits on a task, in place."""
    torch = require("torch", extra="torch")
    loss = net.loss(weights, torch.softmax(alpha / start.temperature, dim=1), x, y)
    *by_weight, by_alpha = torch.autograd.grad(loss, [*weights, alpha], allow_unused=True)
    with torch.no_grad():
        for w, g in zip(weights, by_weight, strict=True):
            if g is not None:
                w -= start.rate * g
        alpha -= start.alpha_rate * by_alpha
