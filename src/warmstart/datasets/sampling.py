"""Fewer rows of a large table, keeping the shares of its classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from warmstart.datasets.notes import Notes
from warmstart.datasets.target import Target

_MIN_PER_CLASS = 10
"""Rows of every class that survive, as far as it has them."""


def capped(
    read: Target, max_rows: int, random_state: int, notes: Notes
) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Positions among the known rows that are kept, ascending."""
    n_rows = len(read.y)
    if n_rows <= max_rows:
        return np.arange(n_rows)
    notes.say(
        f"{n_rows:,} rows were sampled down to {max_rows:,}, seed {random_state}; "
        "counts are of all rows."
    )
    random = np.random.default_rng(random_state)
    if read.task_type == "regression":
        return np.sort(random.choice(n_rows, max_rows, replace=False))
    codes, classes = pd.factorize(read.y)
    return stratified_sample(codes, len(classes), max_rows, random)


def stratified_sample(
    codes: np.ndarray[Any, Any], n_classes: int, size: int, random: np.random.Generator
) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Positions of about `size` rows that keep class shares and every rare class.

    Examples
    --------
    >>> codes = np.array([0] * 96 + [1] * 4)
    >>> chosen = stratified_sample(codes, 2, 24, np.random.default_rng(0))
    >>> np.bincount(codes[chosen]).tolist()
    [20, 4]
    """
    counts = np.bincount(codes, minlength=n_classes)
    floor = np.minimum(counts, _MIN_PER_CLASS)
    if floor.sum() > size:  # too many classes to keep them all
        return np.sort(random.choice(len(codes), size, replace=False))
    spare = (size - floor.sum()) / max(1, (counts - floor).sum())
    quota = floor + np.floor((counts - floor) * spare).astype(np.intp)
    order = np.lexsort((random.random(len(codes)), codes))
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    rank = np.arange(len(codes)) - starts[codes[order]]
    return np.sort(order[rank < quota[codes[order]]])
