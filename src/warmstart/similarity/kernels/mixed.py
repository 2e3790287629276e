"""How much each measure's kernel counts in their sum, learnt from families left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.similarity.kernels.spectra import (
    SCALES,
    Spectrum,
    best_ridge,
    laplace_spectra,
)
from warmstart.similarity.laplace import Groups

Array = np.ndarray[Any, np.dtype[np.float64]]

_STEPS = (0.2, 0.4)
"""Shares of the sum that one more kernel may take at a time."""

_MOST_ROUNDS = 4
_WORTH = 0.01
"""A kernel is let in when the loss falls by more than this share of it."""


def mixed_spectra(
    points: Array, groups: Groups, targets: Array, families: npt.NDArray[Any]
) -> list[Spectrum]:
    """Spectra of the sum of kernels, one a group of features, that predicts best.

    Greedy, as cross-validated kernels are added one at a time: from the best single kernel,
    each round lets the one in that lowers the error on families left out most, until none
    lowers it by more than chance would.

    Parameters
    ----------
    points : ndarray, shape (n_tasks, n_features)
    groups : ndarray of int, shape (n_features,)
        Which measure a feature is of.
    targets : ndarray, shape (n_tasks, n_targets)
        What is to be predicted; centred.
    families : ndarray, shape (n_tasks,)
        Tasks of one family are left out together.

    Returns
    -------
    list of Spectrum
        One a scale, all with the shares that were chosen.
    """
    n = int(groups.max()) + 1 if len(groups) else 1
    if n == 1:
        return laplace_spectra(points)

    def tried(shares: Array) -> tuple[float, Array, list[Spectrum]]:
        spectra = laplace_spectra(points, SCALES, groups=groups, shares=tuple(shares.tolist()))
        return best_ridge(spectra, targets, families)[2], shares, spectra

    alone = np.eye(n)
    loss, shares, spectra = min((tried(one) for one in alone), key=lambda found: found[0])
    for _ in range(_MOST_ROUNDS):
        steps = ((1 - step) * shares + step * one for one in alone for step in _STEPS)
        better = min((tried(one) for one in steps), key=lambda found: found[0])
        if better[0] > loss * (1 - _WORTH):
            break
        loss, shares, spectra = better
    return spectra
