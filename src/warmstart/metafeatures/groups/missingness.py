"""Where cells are missing, and whether that says something.

References
----------
.. [1] Rubin. "Inference and missing data." Biometrika 63, 1976.
"""

from __future__ import annotations

import math

import numpy as np

from warmstart.metafeatures.feature import Feature, summarised
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, standardise

GROUP = "missingness"
ABOUT = "where cells are missing, and with what"

_SHARE = (0.0, 1.0)


def _of_columns(prepared: Prepared) -> Floats:
    missing = prepared.missing
    found: Floats = missing.mean(axis=0) if len(missing) else np.empty(0)
    return found


def _of_rows(prepared: Prepared) -> Floats:
    missing = prepared.missing
    found: Floats = missing.mean(axis=1) if missing.shape[1] else np.empty(0)
    return found


def _indicators(prepared: Prepared) -> Floats:
    """Whether a cell is missing, in the sampled rows and the columns where that varies."""
    missing = prepared.missing[prepared.rows].astype(np.float64)
    return standardise(missing).z


def _patterns(prepared: Prepared) -> float:
    """Kinds of rows by which of their cells are missing, for each row."""
    missing = prepared.missing[prepared.rows]
    if not missing.shape[1]:
        return math.nan
    packed = np.ascontiguousarray(np.packbits(missing, axis=1))
    kinds = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    return len(np.unique(kinds)) / len(kinds)


def _together(prepared: Prepared) -> float:
    """Mean absolute correlation of what is missing in two columns."""
    z = prepared.once(_indicators)
    k = z.shape[1]
    if k < 2:
        return math.nan
    correlation = np.abs(z.T @ z) / len(z)
    return float((correlation.sum() - np.trace(correlation)) / (k * (k - 1)))


def _with_target(prepared: Prepared) -> Floats:
    """Of each column, how much of its missing cells' place the target tells: eta or |r|."""
    z = prepared.once(_indicators)
    if not prepared.is_classification:
        found: Floats = np.abs(z.T @ prepared.target_z) / len(z)
        return np.minimum(found, 1.0)
    codes = np.unique(prepared.class_codes[prepared.rows], return_inverse=True)[1]
    member = (codes[:, None] == np.arange(codes.max() + 1)).astype(np.float64)
    counts = member.sum(axis=0)
    means = member.T @ z / counts[:, None]
    eta: Floats = np.sqrt(np.clip(counts @ means**2 / len(z), 0.0, 1.0))
    return eta


FEATURES: tuple[Feature, ...] = (
    *summarised("MissingShareOfColumn", GROUP, _of_columns,
                "shares of cells missing in a column", limits=_SHARE, source="warmstart"),
    *summarised("MissingShareOfRow", GROUP, _of_rows, "shares of cells missing in a row",
                limits=_SHARE, source="warmstart"),
    Feature(
        name="MissingPatternsPerRow", group=GROUP, formula=_patterns, limits=_SHARE,
        description="Kinds of rows by which cells are missing, for each row.",
        source="warmstart",
    ),
    Feature(
        name="MissingTogether", group=GROUP, formula=_together, limits=_SHARE,
        description="Mean absolute correlation of what is missing in two columns.",
        source="warmstart",
    ),
    *summarised("MissingWithTarget", GROUP, _with_target,
                "correlations (ratios) of what is missing in a column and the target",
                limits=_SHARE, source="warmstart"),
)  # fmt: skip

FORMULAS = {
    "MissingShareOfColumn*": "#{i: x_ij missing} / n over columns j",
    "MissingShareOfRow*": "#{j: x_ij missing} / p over rows i",
    "MissingPatternsPerRow": "#distinct rows of the missing mask / n",
    "MissingTogether": "mean |r(missing_j, missing_l)| over j < l",
    "MissingWithTarget*":
        "|r(missing_j, y)|, with classes the correlation ratio, over columns j with gaps",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds."""
    return 1e-3 + 5e-8 * size.cells * (1 + size.classes / 10)
