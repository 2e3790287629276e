"""P-DARTS: the network grows deeper while operations that fall behind are left out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.architectures.differentiable.darts import SKIP, alternate
from warmstart.architectures.differentiable.run import (
    Found,
    Schedule,
    as_logits,
    checked_alpha,
    split,
)
from warmstart.architectures.differentiable.supernet import Supernet, read_images
from warmstart.errors import ArgumentError

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PDARTS:
    """Stages of rising depth and falling number of operations; few skip connections at the end.

    Each stage begins from fresh weights, for a deeper network has others, and from the logits
    of the stage before. While weights are trained a skip connection passes nothing now and
    then, less so later, or it would win for being easy to train.

    Parameters
    ----------
    n_cells : tuple of int
        Depth of each stage.
    n_operations : tuple of int
        Operations of each edge that each stage has.
    drop_skip : tuple of float
        Chance of each stage that a skip connection passes nothing.
    most_skips : int
        Skip connections of the cell that is found; the weakest of more give way.
    schedule : Schedule
        Of each stage; `n_epochs` are shared out among them.

    References
    ----------
    .. [1] Chen, Xie, Wu, Tian. "Progressive Differentiable Architecture Search: Bridging the
       Depth Gap between Search and Evaluation." ICCV 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> short = Schedule(n_epochs=3, channels=2)
    >>> found = PDARTS(schedule=short).search(X[:64].reshape(-1, 8, 8), y[:64])
    >>> sum(op == "skip_connect" for op in found.cell.values()) <= 2
    True
    """

    n_cells: tuple[int, ...] = (1, 2, 3)
    n_operations: tuple[int, ...] = (5, 3, 2)
    drop_skip: tuple[float, ...] = (0.0, 0.4, 0.7)
    most_skips: int = 2
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        if not len(self.n_cells) == len(self.n_operations) == len(self.drop_skip) > 0:
            raise ArgumentError(
                "n_cells, n_operations and drop_skip say one thing each of every stage, got "
                f"{self.n_cells}, {self.n_operations} and {self.drop_skip}"
            )
        if any(not 0 <= one < 1 for one in self.drop_skip):
            raise ArgumentError(f"drop_skip must be from 0 to below 1, got {self.drop_skip}")
        if any(n < 1 for n in self.n_operations) or self.most_skips < 0:
            raise ArgumentError(
                f"operations must be left, got n_operations={self.n_operations} and "
                f"most_skips={self.most_skips}"
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
        images, classes, n_classes = read_images(X, y, device=device)
        logits = checked_alpha(alpha0)
        history: list[tuple[int, float, float]] = []
        halves = split(images, classes, self.schedule)
        active = np.ones(logits.shape, dtype=bool)
        n_epochs = max(self.schedule.n_epochs // len(self.n_cells), 1)
        stages = zip(self.n_cells, self.n_operations, self.drop_skip, strict=True)
        for stage, (n_cells, n_operations, drop) in enumerate(stages):
            active = strongest(logits, active, n_operations)
            plan = replace(self.schedule, n_epochs=n_epochs, n_cells=n_cells)
            net = Supernet(n_classes, images.shape[1], plan.channels, n_cells)
            weights = net.weights(plan.random_state + stage, device=device)
            alpha = as_logits(logits, device)
            history += alternate(
                net,
                weights,
                alpha,
                *halves,
                plan,
                active=active,
                drop_skip=drop,
                first_step=history[-1][0] if history else 0,
            )
            logits = alpha.detach().cpu().numpy().astype(np.float64)
        logits = np.where(active, logits, -np.inf)
        return Found(fewer_skips(logits, self.most_skips), tuple(history))


def strongest(logits: Array, active: npt.NDArray[np.bool_], n: int) -> npt.NDArray[np.bool_]:
    """The `n` operations of the highest logits of each edge, of those that are there.

    Parameters
    ----------
    logits : ndarray, shape (n_edges, n_operations)
    active : ndarray of bool, shape (n_edges, n_operations)
    n : int
    """
    ranked = np.argsort(-np.where(active, logits, -np.inf), axis=1, kind="stable")[:, :n]
    kept = np.zeros_like(active)
    np.put_along_axis(kept, ranked, True, axis=1)
    result: npt.NDArray[np.bool_] = kept & active
    return result


def fewer_skips(logits: Array, most: int) -> Array:
    """Logits whose cell has at most so many skip connections, the weakest taken out.

    Parameters
    ----------
    logits : ndarray, shape (n_edges, n_operations)
    most : int

    Examples
    --------
    >>> two = np.array([[0.0, 2.0, 1.0], [0.0, 3.0, 1.0]])
    >>> fewer_skips(two, 1).argmax(axis=1).tolist()
    [2, 1]
    """
    found = logits.copy()
    skips = np.flatnonzero(found.argmax(axis=1) == SKIP)
    weakest = skips[np.argsort(found[skips, SKIP], kind="stable")]
    for edge in weakest[: max(len(skips) - most, 0)]:
        others = np.delete(found[edge], SKIP)
        if np.isfinite(others).any():
            found[edge, SKIP] = -np.inf
    return found
