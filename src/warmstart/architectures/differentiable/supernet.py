"""A small network whose cells hold every operation of every edge, mixed or one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from warmstart._extras import require
from warmstart.architectures.differentiable.cells import EDGES, OPERATIONS
from warmstart.errors import ArgumentError

_FEWEST_ROWS = 8


@dataclass(frozen=True, slots=True)
class Supernet:
    """Shape of the network; its weights are a list of tensors that functions pass around.

    Convolution to `channels`, `n_cells` cells of 4 nodes with a pooling in the middle where
    images are large enough, mean over the image, and a linear layer. Batch statistics
    normalise, so that weights fit whatever path is taken.

    Parameters
    ----------
    n_classes : int
    in_channels : int
    channels : int
    n_cells : int
    """

    n_classes: int
    in_channels: int = 1
    channels: int = 8
    n_cells: int = 2

    def __post_init__(self) -> None:
        for name, least in (("n_classes", 2), ("in_channels", 1), ("channels", 1)):
            if getattr(self, name) < least:
                raise ArgumentError(
                    f"{name} must be at least {least}, got {getattr(self, name)}"
                )
        if self.n_cells < 1:
            raise ArgumentError(f"n_cells must be at least 1, got {self.n_cells}")

    def weights(self, random_state: int = 0, *, device: str = "cpu") -> list[Any]:
        """Fresh weights that require gradients: stem, a pair an edge and cell, head.

        Parameters
        ----------
        random_state : int
        device : str
            As torch names it.
        """
        torch = require("torch", extra="torch")
        maker = torch.Generator().manual_seed(random_state)
        c = self.channels

        def drawn(*shape: int) -> Any:
            fan_in = int(np.prod(shape[1:]))
            values = torch.randn(*shape, generator=maker) * (2.0 / fan_in) ** 0.5
            return values.to(device).requires_grad_()

        edges = [
            one
            for _ in range(self.n_cells * len(EDGES))
            for one in (drawn(c, c, 1, 1), drawn(c, c, 3, 3))
        ]
        bias = torch.zeros(self.n_classes, device=device, requires_grad=True)
        return [drawn(c, self.in_channels, 3, 3), *edges, drawn(self.n_classes, c), bias]

    def forward(self, weights: Sequence[Any], mixed: Any, x: Any, active: Any = None) -> Any:
        """Logits of images, shape (n, n_classes).

        Parameters
        ----------
        weights : list of tensor
        mixed : tensor, shape (n_edges, n_operations)
            Weight of each operation, the same in all cells.
        x : tensor, shape (n, in_channels, height, width)
        active : array of bool, shape (n_edges, n_operations), optional
            What is computed; by default all, or what has a weight where no gradient is needed.
        """
        functional = require("torch", extra="torch").nn.functional
        if active is None:
            active = np.ones(mixed.shape, dtype=bool)
            if not mixed.requires_grad:
                active = mixed.cpu().numpy() != 0.0
        h = _normalised(functional.conv2d(x, weights[0], padding=1), functional)
        for k in range(self.n_cells):
            if k == self.n_cells // 2 and k and min(h.shape[2:]) >= 8:
                h = functional.avg_pool2d(h, 2)
            at = 1 + 2 * len(EDGES) * k
            h = _cell(h, weights[at : at + 2 * len(EDGES)], mixed, active, functional)
        return functional.linear(h.mean(dim=(2, 3)), weights[-2], weights[-1])

    def loss(
        self, weights: Sequence[Any], mixed: Any, x: Any, y: Any, active: Any = None
    ) -> Any:
        """Mean cross-entropy; arguments as of :meth:`forward`, and classes (n,)."""
        functional = require("torch", extra="torch").nn.functional
        return functional.cross_entropy(self.forward(weights, mixed, x, active), y)

    def accuracy(self, weights: Sequence[Any], mixed: Any, x: Any, y: Any) -> float:
        """Share of images whose class is right; arguments as of :meth:`loss`."""
        torch = require("torch", extra="torch")
        with torch.no_grad():
            found = self.forward(weights, mixed, x).argmax(dim=1)
        return float((found == y).double().mean())


def read_images(X: Any, y: Any, *, device: str = "cpu") -> tuple[Any, Any, int]:
    """Images and classes as tensors: (n, channels, height, width) of mean 0 and spread 1, (n,).

    Parameters
    ----------
    X : array, shape (n, height, width) or (n, channels, height, width)
    y : array, shape (n,)
    device : str

    Returns
    -------
    x, y : tensor
    n_classes : int

    Raises
    ------
    ValueError
        If shapes do not fit, there are hardly any images, or only one class.
    """
    torch = require("torch", extra="torch")
    images = np.asarray(X, dtype=np.float32)
    images = images[:, None] if images.ndim == 3 else images
    classes, codes = np.unique(np.asarray(y), return_inverse=True)
    if images.ndim != 4 or len(images) != len(codes):
        raise ArgumentError(
            "images must have shape (n, height, width) or (n, channels, height, width) and "
            f"one class each, got {np.shape(X)} and {np.shape(y)}"
        )
    if len(images) < _FEWEST_ROWS or len(classes) < 2:
        raise ArgumentError(
            f"at least {_FEWEST_ROWS} images of two classes are needed, got {len(images)} of "
            f"{len(classes)}"
        )
    spread = float(images.std()) or 1.0
    x = torch.as_tensor((images - images.mean()) / spread, device=device)
    return x, torch.as_tensor(codes, device=device), len(classes)


def _cell(h: Any, weights: Sequence[Any], mixed: Any, active: Any, functional: Any) -> Any:
    """What the last node holds: each is the sum of what its edges pass on."""
    nodes = [h, None, None, None]
    for e, (source, target) in enumerate(EDGES):
        # Sums begin at nothing: where no edge passes anything on, nothing is.
        before = 0.0 * h if nodes[target] is None else nodes[target]
        own = weights[2 * e : 2 * e + 2]
        nodes[target] = before + _edge(nodes[source], own, mixed[e], active[e], functional)
    return nodes[3]


def _edge(h: Any, weights: Sequence[Any], mixed: Any, active: Any, functional: Any) -> Any:
    """What one edge passes on; the operation "none" passes nothing."""
    total: Any = 0.0
    for o, operation in enumerate(OPERATIONS):
        if operation == "none" or not active[o]:
            continue
        if operation == "skip_connect":
            passed = h
        elif operation == "avg_pool_3x3":
            passed = functional.avg_pool2d(h, 3, stride=1, padding=1, count_include_pad=False)
        else:
            wide = operation == "nor_conv_3x3"
            kernel = weights[1] if wide else weights[0]
            conv = functional.conv2d(functional.relu(h), kernel, padding=int(wide))
            passed = _normalised(conv, functional)
        total = total + mixed[o] * passed
    return total


def _normalised(h: Any, functional: Any) -> Any:
    return functional.batch_norm(h, None, None, training=True)
