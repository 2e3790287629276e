"""A fitted PMF as plain arrays, for an npz file without pickles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.models.completion.sharing import WIDE
from warmstart.models.pmf.described.prior_mean import PriorMean
from warmstart.models.pmf.prior import Prior
from warmstart.similarity.forest import ForestWeights
from warmstart.similarity.laplace import LaplaceRidge
from warmstart.similarity.quantiles import QuantileNormaliser

Arrays = Mapping[str, npt.NDArray[Any]]

_PLAIN = (
    "mean",
    "loadings",
    "noise",
    "scales",
    "levels",
    "level_stds",
    "tails",
    "projected",
    "described_levels",
    "untold_loadings",
    "untold_level",
)
_FOREST = ("roots", "feature", "threshold", "left", "right", "leaves", "counts")


def arrays_of(prior: Prior) -> dict[str, npt.NDArray[Any]]:
    """Everything a new task needs by name; :func:`prior_from` reads it back."""
    # Half the digits: far below the noise of any score, and half the file.
    arrays: dict[str, npt.NDArray[Any]] = {
        name: np.asarray(getattr(prior, name), dtype="float32") for name in _PLAIN
    }
    arrays["ideal"] = np.asarray(prior.ideal)
    arrays["unit"] = np.asarray(prior.unit)
    arrays["trust"] = np.asarray(prior.trust)
    return arrays


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
        **{f"forest_{name}": getattr(described.forest, name) for name in _FOREST},
    }


def prior_from(arrays: Arrays) -> Prior:
    """Read what :func:`arrays_of` and :func:`arrays_of_described` gave."""
    plain = {name: arrays[name].astype("float64") for name in _PLAIN}
    if len(arrays["mean"]) >= WIDE:
        plain["loadings"] = arrays["loadings"]
    described = None
    if "names" in arrays:
        names = tuple(str(name) for name in arrays["names"])
        described = PriorMean(
            QuantileNormaliser(names, arrays["grid"]),
            LaplaceRidge(
                arrays["points"],
                arrays["inverse"].astype("float64"),
                float(arrays["kernel_scale"]),
            ),
            ForestWeights(*(arrays[f"forest_{name}"] for name in _FOREST)),
            float(arrays["ridge_share"]),
        )
    return Prior(
        ideal=float(arrays["ideal"]),
        unit=float(arrays["unit"]),
        trust=float(arrays["trust"]),
        described=described,
        **plain,
    )
