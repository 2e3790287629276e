"""Spectra of Laplace kernels over tasks, and the ridge that predicts families left out best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.similarity.laplace import (
    Groups,
    LaplaceRidge,
    laplace_kernel,
    left_out_errors,
    mean_distance,
)

Array = np.ndarray[Any, np.dtype[np.float64]]

SCALES = (0.1, 0.2, 0.3, 0.5)
"""Tried by regressions: how far similarity reaches."""


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Eigendecomposition of a Laplace kernel over the training tasks."""

    scale: float
    values: Array
    """Shape (n_tasks,)."""

    vectors: Array
    """One a column, shape (n_tasks, n_tasks)."""

    shares: tuple[float, ...] = (1.0,)
    """Of the kernels it is a sum of, one a group of features."""


def laplace_spectra(
    points: Array,
    scales: Sequence[float] = SCALES,
    *,
    groups: Groups | None = None,
    shares: Sequence[float] = (1.0,),
) -> list[Spectrum]:
    """Spectra of the kernels of all scales over the same points, shape (n_tasks, n_features).

    They serve every ridge and any number of targets.

    Parameters
    ----------
    points : ndarray, shape (n_tasks, n_features)
    scales : sequence of float
        Of the kernels.
    groups, shares :
        As in :func:`laplace_kernel`.
    """
    if len(shares) == 1:
        distance = mean_distance(points, points)
        return [Spectrum(scale, *np.linalg.eigh(np.exp(-distance / scale))) for scale in scales]
    kernels = (
        laplace_kernel(points, points, scale=scale, groups=groups, shares=shares)
        for scale in scales
    )
    return [
        Spectrum(scale, *np.linalg.eigh(kernel), tuple(shares))
        for scale, kernel in zip(scales, kernels, strict=True)
    ]


RIDGES = (0.02, 0.05, 0.1, 0.2, 0.4)
"""Tried by :class:`~warmstart.similarity.laplace.LaplaceRidge`: how noisy targets are."""


def best_ridge(
    spectra: Sequence[Spectrum],
    targets: Array,
    families: npt.NDArray[Any],
    ridges: Sequence[float] = RIDGES,
) -> tuple[Spectrum, float, float]:
    """The kernel and the ridge that predict families left out best, and their loss.

    Parameters
    ----------
    spectra : sequence of Spectrum
        Of the same tasks.
    targets : ndarray, shape (n_tasks, n_targets)
        Centred.
    families : ndarray, shape (n_tasks,)
    ridges : sequence of float
        The choice.
    """
    least, best = np.inf, (spectra[0], ridges[0])
    for one in spectra:
        along, squares = one.vectors.T @ targets, one.vectors**2
        for ridge in ridges:
            of_inverse = 1 / (one.values + ridge)
            error = left_out_errors(
                one.vectors @ (of_inverse[:, None] * along),
                squares @ of_inverse,
                partial(_block, one.vectors, of_inverse),
                families,
            )
            if (loss := float((error**2).sum())) < least:
                least, best = loss, (one, ridge)
    return *best, least


def fit_ridge(
    points: Array,
    targets: Array,
    families: npt.NDArray[Any] | None = None,
    *,
    scales: Sequence[float] = SCALES,
    ridges: Sequence[float] = RIDGES,
    spectra: Sequence[Spectrum] | None = None,
    groups: Groups | None = None,
) -> LaplaceRidge:
    """Choose the scale and the ridge that predict families left out best.

    Parameters
    ----------
    points : ndarray, shape (n_tasks, n_features)
    targets : ndarray, shape (n_tasks, n_targets)
        What to choose them by; centred. The weights serve any number of others.
    families : ndarray, shape (n_tasks,), optional
        By default each task is its own.
    scales, ridges : sequence of float
        The choice.
    spectra : sequence of Spectrum, optional
        Of the points, where they are known already; instead of `scales`.
    groups : ndarray of int, shape (n_features,), optional
        Of the features, where the spectra are of sums of kernels.
    """
    own = np.arange(len(points)) if families is None else families
    if spectra is None:
        spectra = laplace_spectra(points, scales)
    one, ridge, _ = best_ridge(spectra, targets, own, ridges)
    inverse = (one.vectors * (1 / (one.values + ridge))) @ one.vectors.T
    return LaplaceRidge(points, inverse, one.scale, groups, one.shares)


def _block(vectors: Array, values: Array, rows: npt.NDArray[np.intp]) -> Array:
    """Rows and columns of a matrix of which eigenvectors and eigenvalues are known."""
    result: Array = (vectors[rows] * values) @ vectors[rows].T
    return result
