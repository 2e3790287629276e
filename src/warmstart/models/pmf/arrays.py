"""A fitted PMF as plain arrays, for an npz file without pickles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.models.completion.sharing import WIDE
from warmstart.models.pmf.described.described_arrays import described_from
from warmstart.models.pmf.prior import Prior

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


def prior_from(arrays: Arrays) -> Prior:
    """Read what :func:`arrays_of` gave, and what described tasks left."""
    plain = {name: arrays[name].astype("float64") for name in _PLAIN}
    if len(arrays["mean"]) >= WIDE:
        plain["loadings"] = arrays["loadings"]
    return Prior(
        ideal=float(arrays["ideal"]),
        unit=float(arrays["unit"]),
        trust=float(arrays["trust"]),
        described=described_from(arrays),
        **plain,
    )
