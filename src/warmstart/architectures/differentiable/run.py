"""What searches by gradients share: the schedule, the data's halves, the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from warmstart._extras import require
from warmstart.architectures.differentiable.cells import EDGES, OPERATIONS, cell_of
from warmstart.architectures.differentiable.supernet import Supernet, read_images
from warmstart.errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Batch = tuple[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long, how large and how fast.

    Parameters
    ----------
    n_epochs : int
        Passes over the training half.
    batch_size : int
    channels, n_cells : int
        Of the network.
    rate : float
        Of the weights: stochastic gradient descent with momentum .9 and decay 3e-4.
    alpha_rate : float
        Of the logits: Adam with betas .5 and .999 and decay 1e-3.
    random_state : int
    """

    n_epochs: int = 10
    batch_size: int = 64
    channels: int = 8
    n_cells: int = 2
    rate: float = 0.025
    alpha_rate: float = 0.03
    random_state: int = 0

    def __post_init__(self) -> None:
        for name in ("n_epochs", "batch_size", "channels", "n_cells"):
            if getattr(self, name) < 1:
                raise ArgumentError(f"{name} must be at least 1, got {getattr(self, name)}")
        for name in ("rate", "alpha_rate"):
            if not getattr(self, name) > 0:
                raise ArgumentError(f"{name} must be positive, got {getattr(self, name)}")


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a search came to."""

    alpha: Array
    """Logits of the operations, shape (n_edges, n_operations)."""

    history: tuple[tuple[int, float, float], ...]
    """After each epoch: steps taken, validation accuracy of the mixture and of its cell."""

    @classmethod
    def of(cls, alpha: Any, history: Sequence[tuple[int, float, float]]) -> Found:
        """From a tensor of logits and what was noted."""
        values = alpha.detach().cpu().numpy().astype(np.float64)
        return cls(values, tuple(history))

    @property
    def cell(self) -> dict[str, str]:
        """The operation of the highest logit, by edge."""
        return cell_of(self.alpha)

    def to_frame(self) -> pd.DataFrame:
        """The history, shape (n_epochs, 3): ``step``, ``mixture`` and ``cell`` accuracy."""
        import pandas as pd

        return pd.DataFrame(self.history, columns=["step", "mixture", "cell"])


def checked_alpha(alpha0: Any) -> Array:
    """Logits to begin with, shape (n_edges, n_operations); zeros where none are given.

    Raises
    ------
    ValueError
        If the shape is another, or a logit is not finite.
    """
    shape = len(EDGES), len(OPERATIONS)
    if alpha0 is None:
        return np.zeros(shape)
    values = np.asarray(alpha0, dtype=np.float64)
    if values.shape != shape or not np.isfinite(values).all():
        raise ArgumentError(
            f"alpha0 must be finite logits of shape {shape}, an edge a row, got shape "
            f"{values.shape}"
        )
    return values


class Begun(NamedTuple):
    """A search before its first step."""

    net: Supernet
    weights: list[Any]
    alpha: Any
    """Logits that require gradients, shape (n_edges, n_operations)."""

    train: Batch
    valid: Batch


def begin(X: Any, y: Any, plan: Schedule, alpha0: Any, device: str) -> Begun:
    """Fresh weights, logits to begin with, and the halves of the data.

    Parameters
    ----------
    X : array, shape (n, height, width) or (n, channels, height, width)
    y : array, shape (n,)
    plan : Schedule
    alpha0 : array, shape (n_edges, n_operations), optional
    device : str
    """
    images, classes, n_classes = read_images(X, y, device=device)
    net = Supernet(n_classes, images.shape[1], plan.channels, plan.n_cells)
    weights = net.weights(plan.random_state, device=device)
    alpha = as_logits(checked_alpha(alpha0), device)
    return Begun(net, weights, alpha, *split(images, classes, plan))


def as_logits(alpha: Array, device: str) -> Any:
    """A tensor that requires gradients, shape (n_edges, n_operations)."""
    torch = require("torch", extra="torch")
    return torch.tensor(alpha, dtype=torch.float32, device=device, requires_grad=True)


def split(x: Any, y: Any, plan: Schedule) -> tuple[Batch, Batch]:
    """Halves of the data: one for the weights, one for the architecture.

    Parameters
    ----------
    x : tensor, shape (n, channels, height, width)
    y : tensor, shape (n,)
    plan : Schedule
    """
    order = np.random.default_rng(plan.random_state).permutation(len(y)).tolist()
    first, second = order[: len(y) // 2], order[len(y) // 2 :]
    return (x[first], y[first]), (x[second], y[second])


def batches(
    train: Batch, valid: Batch, plan: Schedule, rng: np.random.Generator
) -> Iterator[tuple[Batch, Batch]]:
    """A batch of each half at a time, once over the first.

    Parameters
    ----------
    train, valid : tuple of tensor
        Images and classes.
    plan : Schedule
    rng : Generator
    """
    ours, theirs = rng.permutation(len(train[1])), rng.permutation(len(valid[1]))
    size = min(plan.batch_size, len(ours), len(theirs))
    for begin in range(0, len(ours) - size + 1, size):
        one = ours[begin : begin + size].tolist()
        other = theirs[(begin + np.arange(size)) % len(theirs)].tolist()
        yield (train[0][one], train[1][one]), (valid[0][other], valid[1][other])


def judged(net: Supernet, weights: Any, mixed: Any, valid: Batch) -> tuple[float, float]:
    """Accuracy of a mixture, and of the cell that is read off it.

    Parameters
    ----------
    net : Supernet
    weights : list of tensor
    mixed : tensor, shape (n_edges, n_operations)
        Without gradient.
    valid : tuple of tensor
        Images and classes.
    """
    one_hot = require("torch", extra="torch").nn.functional.one_hot
    single = one_hot(mixed.argmax(dim=1), mixed.shape[1]).to(mixed)
    return net.accuracy(weights, mixed, *valid), net.accuracy(weights, single, *valid)


def optimisers(
    weights: Sequence[Any], logits: Sequence[Any], plan: Schedule
) -> tuple[Any, Any]:
    """Of the weights and of the architecture, as DARTS sets them.

    Parameters
    ----------
    weights, logits : list of tensor
    plan : Schedule
    """
    optim = require("torch", extra="torch").optim
    return (
        optim.SGD(list(weights), lr=plan.rate, momentum=0.9, weight_decay=3e-4),
        optim.Adam(list(logits), lr=plan.alpha_rate, betas=(0.5, 0.999), weight_decay=1e-3),
    )
