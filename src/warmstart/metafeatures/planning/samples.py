"""Rows, columns and levels of a large table that meta-features are taken of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warmstart.metafeatures.scaling import Integers

MAX_LEVELS = 50
"""Levels of a column with a one-hot column of their own, the most frequent first."""


@dataclass(frozen=True, slots=True)
class GroupSize:
    """Of what a group of meta-features looks at, by which its cost is told."""

    rows: float
    columns: float
    classes: float

    @property
    def cells(self) -> float:
        """Of the table."""
        return self.rows * self.columns


@dataclass(frozen=True, slots=True)
class Levels:
    """A categorical column of the sample."""

    codes: Integers
    """Level of each sampled row, -1 where missing; the most frequent level is 0."""

    n_levels: int
    """Distinct values in all rows, missing ones not counted."""


def _sample(n: int, at_most: int, rng: np.random.Generator) -> Integers:
    if n <= at_most:
        return np.arange(n)
    return np.sort(rng.choice(n, size=at_most, replace=False)).astype(np.int64)


def in_turn(places: Integers, at_most: int, rng: np.random.Generator) -> Integers:
    """Positions of the lowest places, ties at random: no column is lost to another's levels."""
    order = np.lexsort((rng.permutation(len(places)), places))
    return np.sort(order[:at_most])


def _shown_levels(column: Levels) -> list[int]:
    """Levels with a 0/1 column, frequent first, missing (-1) last; none if there is but one."""
    counts = np.bincount(column.codes + 1)
    if np.count_nonzero(counts) < 2:
        return []
    shown = [int(level) for level in np.flatnonzero(counts[1:]) if level < MAX_LEVELS]
    return [*shown, -1] if counts[0] else shown
