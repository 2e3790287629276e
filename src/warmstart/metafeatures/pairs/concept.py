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
from warmstart.metafeatures.pairs.neighbourhood import (
    PAIR_ROWS,
    n_pairs,
    pair_sample,
    square,
    unit_distances,
)
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats

GROUP = "concept"
ABOUT = "how classes vary among near rows"

_POSITIVE = (0.0, math.inf)


def _weights(prepared: Prepared) -> Floats:
    """Near 1 for near rows, near 0 across the cube, of each pair of rows."""
    distance = prepared.once(unit_distances)
    n_columns = max(prepared.once(pair_sample).unit.shape[1], 1)
    left = math.sqrt(n_columns) - distance
    np.maximum(left, 1e-9, out=left)
    weights: Floats = -2.0 * distance
    weights /= left
    return np.exp2(weights, out=weights)


def _by_radius(prepared: Prepared) -> tuple[Floats, Floats]:
    """Weights of all other rows, and of those of another class, summed for each row.

    The weight is a half for rows within a distance of 1, a quarter within 2, and so on.
    """
    radius = np.ceil(prepared.once(unit_distances))
    np.maximum(radius, 1.0, out=radius)
    np.negative(radius, out=radius)
    return _summed(prepared, np.exp2(radius, out=radius))


def _summed(prepared: Prepared, pairs: Floats) -> tuple[Floats, Floats]:
    """Of all pairs of each row, and of those with a row of another class."""
    sample = prepared.once(pair_sample)
    by_class = square(pairs) @ sample.member
    total = by_class.sum(axis=1)
    by_class[np.arange(len(total)), sample.codes] = 0.0
    return total, by_class.sum(axis=1)


def _by_weight(prepared: Prepared) -> tuple[Floats, Floats]:
    return _summed(prepared, prepared.once(_weights))


def _relative(weighted: Floats, total: Floats) -> Floats:
    return np.where(total > 0, weighted / np.where(total > 0, total, 1.0), np.nan)


def _variation(prepared: Prepared) -> Floats:
    total, others = prepared.once(_by_weight)
    return _relative(others, total)


def _distance(prepared: Prepared) -> Floats:
    weighted = prepared.once(_weights) * prepared.once(unit_distances)
    return _relative(square(weighted).sum(axis=0), prepared.once(_by_weight)[0])


def _improved_variation(prepared: Prepared) -> Floats:
    return prepared.once(_by_radius)[1]


def _cohesiveness(prepared: Prepared) -> Floats:
    return prepared.once(_by_radius)[0]


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

LOOKS_AT = (PAIR_ROWS, None)

FORMULAS = {  # d Euclidean in the unit cube, w = 2^(-2 d / (sqrt(p) - d))
    "ConceptVariation*": "sum w [y_i != y_i'] / sum w over rows i",
    "ImprovedConceptVariation*": "sum 2^-max(ceil d, 1) [y_i != y_i'] over rows i",
    "WeightedDistance*": "sum w d / sum w over rows i",
    "Cohesiveness*": "sum 2^-max(ceil d, 1) over rows i",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds."""
    return 5e-3 + 5e-8 * n_pairs(size) * (1 + size.columns / 100)
