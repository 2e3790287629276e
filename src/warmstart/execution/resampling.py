"""How a task is split for cross-validation: the same for every configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import HistoryError

MAX_ROWS = 2000
"""Rows of a task that are used; more are sampled down before splitting."""

N_FOLDS = 3
SMALL_TASK = 500
"""Below this many rows one split of the data says too little, so it is repeated."""

N_REPEATS_SMALL = 3
MIN_ROWS = 2 * N_FOLDS

Indices = npt.NDArray[np.intp]


def n_splits(n_rows: int) -> int:
    """How many times a configuration is fitted on a task of `n_rows`.

    Examples
    --------
    >>> n_splits(499), n_splits(500)
    (9, 3)
    """
    return N_FOLDS * (N_REPEATS_SMALL if n_rows < SMALL_TASK else 1)


def _deal(
    classes: npt.NDArray[Any] | None, n_rows: int, rng: np.random.Generator
) -> npt.NDArray[np.intp]:
    """All rows in random order, those of one class next to each other."""
    order = rng.permutation(n_rows)
    if classes is None:
        return order
    return order[np.argsort(classes[order], kind="stable")]


def cap_rows(
    classes: npt.NDArray[Any] | None, n_rows: int, *, max_rows: int = MAX_ROWS, seed: int = 0
) -> Indices:
    """Rows to keep, ascending: all of a small task, a seeded stratified sample of a large one.

    Parameters
    ----------
    classes : array of int, shape (n_rows,), or None
        Class of each row; None samples without strata, as for regression.

    Examples
    --------
    >>> kept = cap_rows(np.repeat([0, 1], [3000, 1000]), 4000)
    >>> len(kept), (kept >= 3000).sum().item()
    (2000, 500)
    """
    if n_rows <= max_rows:
        return np.arange(n_rows)
    order = _deal(classes, n_rows, np.random.default_rng(seed))
    # Equal steps through rows grouped by class take the same share of each.
    steps = (np.arange(max_rows) * n_rows) // max_rows
    return np.sort(order[steps])


def folds(
    classes: npt.NDArray[Any] | None, n_rows: int, *, seed: int = 0
) -> Iterator[tuple[Indices, Indices]]:
    """Training and held-out rows of each split, stratified where classes are given.

    Members of a class are dealt to the folds in turn, so fold sizes, and the members of
    any class in them, differ by at most one. A class with one member is held out once
    and then unknown to the estimator.

    Raises
    ------
    HistoryError
        If there are too few rows to split.
    """
    if n_rows < MIN_ROWS:
        raise HistoryError(
            f"{n_rows} rows are too few for {N_FOLDS}-fold cross-validation; "
            f"at least {MIN_ROWS} are needed"
        )
    rng = np.random.default_rng(seed)
    for _ in range(n_splits(n_rows) // N_FOLDS):
        order = _deal(classes, n_rows, rng)
        fold = np.empty(n_rows, dtype=np.intp)
        fold[order] = np.arange(n_rows) % N_FOLDS
        for held_out in range(N_FOLDS):
            yield np.flatnonzero(fold != held_out), np.flatnonzero(fold == held_out)
