"""Which tasks are held out together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.errors import ArgumentError


def assign_folds(
    families: Sequence[Any] | NDArray[Any], n_folds: int = 5, *, random_state: int = 0
) -> NDArray[np.intp]:
    """Deal families into folds; tasks of one family are never split.

    The families are shuffled, then each goes to the fold with the fewest tasks, the first
    of equals. Where every task is its own family that is position modulo `n_folds`.

    Parameters
    ----------
    families : sequence, shape (n_tasks,)
    n_folds : int
        From 2 to the number of families.

    Returns
    -------
    array of int, shape (n_tasks,)
        Fold of each task, from 0.

    Raises
    ------
    ValueError
        If there are fewer families than folds, or fewer than two folds.

    Examples
    --------
    >>> assign_folds(["iris", "wine", "iris", "adult", "zoo"], 2)
    array([1, 0, 1, 0, 0])
    """
    codes, names = pd.factorize(np.asarray(families, object))
    if not 2 <= n_folds <= len(names):
        raise ArgumentError(
            f"folds must be from 2 to the number of families, {len(names)}; got {n_folds}"
        )
    members = np.bincount(codes)
    fold_of_family = np.empty(len(names), np.intp)
    sizes = np.zeros(n_folds, np.intp)
    for family in np.random.default_rng(random_state).permutation(len(names)):
        fold = int(sizes.argmin())
        fold_of_family[family] = fold
        sizes[fold] += members[family]
    return fold_of_family[codes]
