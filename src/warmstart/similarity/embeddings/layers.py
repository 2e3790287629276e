"""Small networks as plain arrays: the same forward pass in numpy and in torch."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

Weights = dict[str, Any]
"""Arrays by name, of numpy or, while training, of torch."""


def make_dense(
    rng: np.random.Generator, name: str, sizes: tuple[int, ...]
) -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
    """He-initialised weights of dense layers ``name.0``, ``name.1``, …

    Parameters
    ----------
    rng : Generator
    name : str
    sizes : tuple of int
        Width of the input, then of every layer.
    """
    made = {}
    for k, (n_in, n_out) in enumerate(pairwise(sizes)):
        made[f"{name}.{k}.w"] = rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out)).astype("f4")
        made[f"{name}.{k}.b"] = np.zeros(n_out, "f4")
    return made


def dense(weights: Mapping[str, Any], name: str, x: Any) -> Any:
    """Apply the layers made under `name`, ReLU between them, on the last axis.

    Layers of equal width in and out are residual.

    Parameters
    ----------
    weights : mapping of str to ndarray
        Of the network.
    name : str
        Of the layer.
    x : ndarray, shape (…, n_in)
    """
    k = 0
    while f"{name}.{k}.w" in weights:
        w, b = weights[f"{name}.{k}.w"], weights[f"{name}.{k}.b"]
        out = x @ w + b
        if f"{name}.{k + 1}.w" in weights:
            out = out * (out > 0)
            if w.shape[0] == w.shape[1]:
                out = out + x
        x, k = out, k + 1
    return x


def as_float32(arrays: Mapping[str, Any]) -> Weights:
    """Weights as numpy arrays in single precision."""
    return {name: np.asarray(value, dtype="f4") for name, value in arrays.items()}
