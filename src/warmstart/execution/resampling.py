"""How a task is split for cross-validation: the same for every configuration."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Literal

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

Resampling = Literal["random", "groups", "forward"]
"""Rows are held out at random, by whole groups, or the later ones."""

_FIRST_SHARE = 0.4
"""Of the rows in order of time that the first forward fold is fitted to."""


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


def group_folds(
    groups: npt.NDArray[Any], *, seed: int = 0
) -> Iterator[tuple[Indices, Indices]]:
    """Training and held-out rows where no group is on both sides.

    Groups are dealt largest first, each to the fold that has fewest rows; equal ones in
    random order.

    Raises
    ------
    HistoryError
        If there are fewer groups than folds.

    Examples
    --------
    >>> groups = np.repeat([0, 1, 2, 3], [4, 3, 2, 1])
    >>> sorted(len(test) for _, test in list(group_folds(groups))[:3])
    [3, 3, 4]
    """
    _, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if len(sizes) < N_FOLDS:
        raise HistoryError(f"{len(sizes)} groups are too few for {N_FOLDS} folds")
    rng = np.random.default_rng(seed)
    for _ in range(n_splits(len(groups)) // N_FOLDS):
        shuffled = rng.permutation(len(sizes))
        order = shuffled[np.argsort(-sizes[shuffled], kind="stable")]
        fold_of, rows = np.empty(len(sizes), dtype=np.intp), np.zeros(N_FOLDS)
        for group in order:
            fold_of[group] = rows.argmin()
            rows[fold_of[group]] += sizes[group]
        fold = fold_of[codes]
        for held_out in range(N_FOLDS):
            yield np.flatnonzero(fold != held_out), np.flatnonzero(fold == held_out)


def forward_folds(times: npt.NDArray[Any]) -> Iterator[tuple[Indices, Indices]]:
    """Training rows up to some time, held-out rows after it: three steps, each a fifth.

    The first is fitted to two fifths of the rows. Rows of one time stay together where that
    is possible, so that nothing is predicted from its own day.

    Raises
    ------
    HistoryError
        If fewer than four times are different.

    Examples
    --------
    >>> [(len(train), test.tolist()) for train, test in forward_folds(np.arange(10))]
    [(4, [4, 5]), (6, [6, 7]), (8, [8, 9])]
    """
    if len(np.unique(times)) <= N_FOLDS:
        raise HistoryError(f"{len(np.unique(times))} times are too few to hold out later ones")
    order = np.argsort(times, kind="stable")
    ordered = times[order]
    n_rows = len(times)
    shares = np.linspace(_FIRST_SHARE, 1.0, N_FOLDS + 1)
    cuts = [round(share * n_rows) for share in shares]
    # To the end of a time, unless that leaves nothing to hold out.
    whole = [int(np.searchsorted(ordered, ordered[cut - 1], side="right")) for cut in cuts]
    if len(set(whole)) == len(whole):
        cuts = whole
    for start, end in pairwise(cuts):
        yield np.sort(order[:start]), np.sort(order[start:end])
