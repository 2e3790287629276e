"""Cells of four nodes whose edges hold one of five operations, as NAS-Bench-201 has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import ArgumentError, NotFittedError

if TYPE_CHECKING:
    from warmstart.architectures.prior import ArchitecturePrior

Array = npt.NDArray[np.float64]

EDGES: tuple[tuple[int, int], ...] = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
"""From which node to which; the cell's input is node 0 and its output node 3."""

OPERATIONS: tuple[str, ...] = (
    "none",
    "skip_connect",
    "nor_conv_1x1",
    "nor_conv_3x3",
    "avg_pool_3x3",
)
"""Of each edge, by the names of NAS-Bench-201."""


def edge_name(edge: tuple[int, int]) -> str:
    """Name of an edge as a hyperparameter of the published table.

    Examples
    --------
    >>> edge_name((0, 3))
    'edge_0_3'
    """
    return f"edge_{edge[0]}_{edge[1]}"


def edge_logits(prior: ArchitecturePrior) -> Array:
    """What a prior says of each edge's operations, shape (n_edges, n_operations).

    Parameters
    ----------
    prior : ArchitecturePrior
        Fitted to NAS-Bench-201, or to any table with its edges and operations.

    Raises
    ------
    ValueError
        If an edge or an operation is missing there.
    """
    if (choices := prior.choices_) is None:
        raise NotFittedError("fit the prior to a table first")
    found = np.zeros((len(EDGES), len(OPERATIONS)))
    logits = prior.logits()
    for e, name in enumerate(map(edge_name, EDGES)):
        if name not in choices.places:
            raise ArgumentError(f"the prior knows no {name}; it has {choices.places}")
        place = choices.places.index(name)
        for o, operation in enumerate(OPERATIONS):
            options = choices.options[place]
            if operation not in options:
                raise ArgumentError(f"the prior's {name} has no {operation!r}, only {options}")
            found[e, o] = logits[place][options.index(operation)]
    return found


def cell_of(alpha: Any) -> dict[str, str]:
    """The operation of the highest logit on each edge.

    Parameters
    ----------
    alpha : array, shape (n_edges, n_operations)

    Examples
    --------
    >>> cell_of(np.eye(6, 5))["edge_1_2"]
    'nor_conv_1x1'
    """
    best = np.asarray(alpha, dtype=np.float64).argmax(axis=1)
    return {edge_name(edge): OPERATIONS[o] for edge, o in zip(EDGES, best, strict=True)}


def one_path(cell: Mapping[str, str]) -> Array:
    """Mixture weights of a single cell, shape (n_edges, n_operations).

    Parameters
    ----------
    cell : mapping of str to str
        Operation by edge.
    """
    mixed = np.zeros((len(EDGES), len(OPERATIONS)))
    for e, edge in enumerate(EDGES):
        mixed[e, OPERATIONS.index(cell[edge_name(edge)])] = 1.0
    return mixed
