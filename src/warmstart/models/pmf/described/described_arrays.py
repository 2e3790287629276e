"""What predicts from meta-features as plain arrays, for an npz file without pickles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.models.pmf.described.prior_mean import PriorMean
from warmstart.similarity.forest import ForestWeights
from warmstart.similarity.laplace import LaplaceRidge
from warmstart.similarity.quantiles import QuantileNormaliser, groups_of

_FOREST = ("roots", "feature", "threshold", "left", "right", "leaves", "counts")


def arrays_of_described(described: PriorMean | None) -> dict[str, npt.NDArray[Any]]:
    """What predicts from meta-features, by name; nothing where nothing does."""
    if described is None:
        return {}
    return {
        "names": np.asarray(described.normaliser.names),
        "grid": described.normaliser.grid,
        "points": described.ridge.points,
        "inverse": described.ridge.inverse.astype("float32"),
        "kernel_scale": np.asarray(described.ridge.scale),
        "ridge_share": np.asarray(described.share),
        "kernel_shares": np.asarray(described.ridge.shares),
        **{f"forest_{name}": getattr(described.forest, name) for name in _FOREST},
    }


def described_from(arrays: Mapping[str, npt.NDArray[Any]]) -> PriorMean | None:
    """Read what :func:`arrays_of_described` gave."""
    if "names" not in arrays:
        return None
    names = tuple(str(name) for name in arrays["names"])
    # Bases saved before there were sums have one kernel.
    shares = tuple(float(share) for share in arrays.get("kernel_shares", (1.0,)))
    return PriorMean(
        QuantileNormaliser(names, arrays["grid"]),
        LaplaceRidge(
            arrays["points"],
            arrays["inverse"].astype("float64"),
            float(arrays["kernel_scale"]),
            groups_of(names),
            shares,
        ),
        ForestWeights(*(arrays[f"forest_{name}"] for name in _FOREST)),
        float(arrays["ridge_share"]),
    )
