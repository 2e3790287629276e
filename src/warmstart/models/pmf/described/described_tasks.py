"""Described tasks as points, with all that predicting from them needs, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.similarity.forest import ForestWeights
from warmstart.similarity.kernels.mixed import mixed_spectra
from warmstart.similarity.kernels.spectra import Spectrum
from warmstart.similarity.quantiles import QuantileNormaliser, groups_of

Array = np.ndarray[Any, np.dtype[np.float64]]

_N_SPLIT_BY = 15
"""Directions of the targets that trees are grown on: a split of a few hundred tasks is told
by the strongest, and growing takes as long as there are targets."""


@dataclass(frozen=True, slots=True)
class DescribedTasks:
    """What regressions of any target on the same tasks' meta-features have in common."""

    normaliser: QuantileNormaliser
    points: Array
    """Quantiles of the meta-features, shape (n_tasks, n_features)."""

    families: npt.NDArray[Any]
    """Shape (n_tasks,); tasks of one family are left out together."""

    spectra: Sequence[Spectrum]
    """Of the kernels tried, see :mod:`warmstart.similarity.kernels.spectra`."""

    forest: ForestWeights
    """Grown on all the targets together."""

    groups: npt.NDArray[np.intp]
    """Which measure each of the features is of, shape (n_features,)."""

    @classmethod
    def fit(
        cls,
        metafeatures: pd.DataFrame,
        targets: Sequence[Array],
        families: npt.NDArray[Any] | None = None,
        *,
        random_state: int = 0,
    ) -> DescribedTasks:
        """Place the tasks, and grow trees that tell their targets apart.

        Parameters
        ----------
        metafeatures : DataFrame, shape (n_tasks, n_features)
        targets : sequence of ndarray, each of shape (n_tasks, n_targets)
            Of the models that will predict from these tasks; centred, each set counts
            alike.
        families : ndarray, shape (n_tasks,), optional
            By default each task is its own.
        """
        normaliser = QuantileNormaliser.fit(metafeatures)
        points = normaliser.transform(metafeatures)
        own = np.arange(len(points)) if families is None else families
        strongest = _strongest(targets)
        groups = groups_of(normaliser.names)
        # Trees see the first measure's columns, which come first: with those of others among
        # them they split on what tells less.
        seen = points[:, groups == 0] if len(groups) else points
        forest = ForestWeights.fit(seen, strongest, families, random_state=random_state)
        spectra = mixed_spectra(points, groups, strongest, own)
        return cls(normaliser, points, own, spectra, forest, groups)


def _strongest(targets: Sequence[Array]) -> Array:
    """Leading coordinates of all targets, shape (n_tasks, n), whose distances are theirs.

    Splits are chosen by sums of squared distances, which a rotation leaves alone.
    """
    alike = [one / max(float(np.sqrt((one**2).sum())), 1e-300) for one in targets]
    joint = np.hstack(alike) if len(alike) > 1 else targets[0]
    if joint.shape[1] <= _N_SPLIT_BY:
        return joint
    u, singular, _ = np.linalg.svd(joint, full_matrices=False)
    result: Array = u[:, :_N_SPLIT_BY] * singular[:_N_SPLIT_BY]
    return result
