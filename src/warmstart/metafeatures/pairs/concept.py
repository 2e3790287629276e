"""How classes vary among rows that are near each other, in the unit cube.

Rows are a sample of at most 1,500.

References
----------
.. [1] Vilalta. "Understanding accuracy performance through concept characterization and
   algorithm analysis." ICML workshop, 1999.
.. [2] Vilalta, Drissi. "A characterization of difficult problems in classification." 2002.
"""

from __future__ import annotations

import math

import numpy as np

from warmstart.metafeatures.feature import ANY_TASK, CLASSIFICATION, summarised
from warmstart.metafeatures.pairs.neighbourhood import pair_sample, unit_distances
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats

GROUP = "concept"

_POSITIVE = (0.0, math.inf)


def _weights(prepared: Prepared) -> Floats:
    """Near 1 for near rows, 0 across the cube and for a row itself."""
    distance = prepared.once(unit_distances)
    n_columns = max(prepared.once(pair_sample).unit.shape[1], 1)
    left = np.maximum(math.sqrt(n_columns) - distance, 1e-9)
    weights: Floats = 2.0 ** (-2.0 * distance / left)
    np.fill_diagonal(weights, 0.0)
    return weights


def _by_radius(prepared: Prepared) -> Floats:
    """A half for rows within a distance of 1, a quarter within 2, and so on."""
    radius = np.maximum(np.ceil(prepared.once(unit_distances)), 1.0)
    weights: Floats = 2.0**-radius
    np.fill_diagonal(weights, 0.0)
    return weights


def _differs(prepared: Prepared) -> Floats:
    codes = prepared.once(pair_sample).codes
    found: Floats = (codes[:, None] != codes).astype(np.float64)
    return found


def _relative(weighted: Floats, weights: Floats) -> Floats:
    total = weights.sum(axis=0)
    return np.where(total > 0, weighted.sum(axis=0) / np.where(total > 0, total, 1.0), np.nan)


def _variation(prepared: Prepared) -> Floats:
    weights = prepared.once(_weights)
    return _relative(weights * prepared.once(_differs), weights)


def _distance(prepared: Prepared) -> Floats:
    weights = prepared.once(_weights)
    return _relative(weights * prepared.once(unit_distances), weights)


def _improved_variation(prepared: Prepared) -> Floats:
    found: Floats = (prepared.once(_by_radius) * prepared.once(_differs)).sum(axis=0)
    return found


def _cohesiveness(prepared: Prepared) -> Floats:
    found: Floats = prepared.once(_by_radius).sum(axis=0)
    return found


FEATURES = (
    *summarised("ConceptVariation", GROUP, _variation,
                "weighted shares of near rows of another class", limits=(0.0, 1.0),
                source="vilalta", task_types=CLASSIFICATION),
    *summarised("ImprovedConceptVariation", GROUP, _improved_variation,
                "weighted counts of rows of another class", limits=_POSITIVE,
                source="vilalta", task_types=CLASSIFICATION),
    *summarised("WeightedDistance", GROUP, _distance, "weighted mean distances to near rows",
                unit="of the unit cube", limits=_POSITIVE, source="vilalta",
                task_types=ANY_TASK),
    *summarised("Cohesiveness", GROUP, _cohesiveness, "weighted counts of near rows",
                limits=_POSITIVE, source="vilalta", task_types=ANY_TASK),
)  # fmt: skip
