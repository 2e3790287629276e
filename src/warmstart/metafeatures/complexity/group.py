"""The 22 measures as meta-features."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from warmstart.metafeatures.complexity import graph, linear, neighbours, overlap
from warmstart.metafeatures.feature import CLASSIFICATION, Feature, summarised
from warmstart.metafeatures.pairs.neighbourhood import PAIR_ROWS, n_pairs
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared

GROUP = "complexity"
ABOUT = "overlap of classes, borders, near rows (Lorena et al.)"

_SHARE = (0.0, 1.0)
_many = partial(
    summarised, group=GROUP, limits=_SHARE, source="lorena", task_types=CLASSIFICATION
)


def _one(name: str, formula: Callable[[Prepared], float], description: str) -> Feature:
    return Feature(
        name=name, group=GROUP, formula=formula, description=description, limits=_SHARE,
        source="lorena", task_types=CLASSIFICATION,
    )  # fmt: skip


FEATURES: tuple[Feature, ...] = (
    *_many("ComplexityF1", values=overlap.f1, what="Fisher's discriminant ratios of columns"),
    *_many("ComplexityF1v", values=overlap.f1v, what="directional ratios of pairs of classes"),
    *_many("ComplexityF2", values=overlap.f2, what="volumes of overlap of pairs of classes"),
    *_many("ComplexityF3", values=overlap.f3, what="rows the best column does not tell apart"),
    *_many("ComplexityF4", values=overlap.f4, what="rows no column tells apart"),
    *_many("ComplexityL1", values=linear.l1, what="distances of rows on the wrong side"),
    *_many("ComplexityL2", values=linear.l2, what="shares of rows on the wrong side"),
    *_many("ComplexityL3", values=linear.l3, what="shares of points between rows on the wrong "
           "side"),
    _one("ComplexityN1", neighbours.n1,
         "Rows at an edge of the spanning tree that joins classes."),
    *_many("ComplexityN2", values=neighbours.n2, what="distances within over between classes"),
    *_many("ComplexityN3", values=neighbours.n3, what="errors of the nearest row"),
    *_many("ComplexityN4", values=neighbours.n4, what="errors of the row nearest to points"),
    _one("ComplexityT1", neighbours.t1, "Spheres that cover the classes, for each row."),
    _one("ComplexityLSC", neighbours.lsc, "One less the mean size of the local set."),
    _one("ComplexityDensity", graph.density, "One less the density of the graph of near "
         "rows."),
    _one("ComplexityClusteringCoefficient", graph.clustering_coefficient,
         "One less the share of closed paths in the graph of near rows."),
    *_many("ComplexityHubs", values=graph.hubs, what="one less scores as a hub"),
    _one("ComplexityC1", overlap.c1, "Entropy of the class over that of equal ones."),
    _one("ComplexityC2", overlap.c2, "One less the inverse imbalance ratio."),
    Feature(
        name="ComplexityT2", group=GROUP, formula=overlap.t2, source="lorena",
        description="Encoded columns for each row.", task_types=CLASSIFICATION,
    ),
    Feature(
        name="ComplexityT3", group=GROUP, formula=overlap.t3, source="lorena",
        description="Principal components for each row.", task_types=CLASSIFICATION,
    ),
    _one("ComplexityT4", overlap.t4, "Principal components for each column."),
)  # fmt: skip

LOOKS_AT = (PAIR_ROWS, None)

FORMULAS = {  # d Gower's distance, at most 1,500 rows
    "ComplexityF1*": "1 / (1 + between_j / within_j) over columns j",
    "ComplexityF1v*": "1 / (1 + g' W^-1 g), g the gap of means, over pairs of classes",
    "ComplexityF2*": "prod overlap_j / range_j over pairs of classes",
    "ComplexityF3*": "min over j of the share of rows in the overlap, over pairs of classes",
    "ComplexityF4*": "share of rows left when each column took out those it tells apart",
    "ComplexityL1*": "1 - 1 / (1 + sum of distances of wrong rows / n) of a linear SVM",
    "ComplexityL2*": "error of a linear SVM on its rows, over pairs of classes",
    "ComplexityL3*": "its error on points between two rows of a class",
    "ComplexityN1": "share of rows at a minimum spanning tree's edge between classes",
    "ComplexityN2*": "d_friend / (d_friend + d_enemy) of the nearest, over rows i",
    "ComplexityN3*": "[y of the nearest row != y_i] over rows i",
    "ComplexityN4*": "[y of the nearest row != y] over points between two rows of a class",
    "ComplexityT1": "#spheres about rows that cover their classes / n",
    "ComplexityLSC": "1 - #{(i, i'): d(i, i') < d(i, nearest enemy)} / n^2",
    "ComplexityDensity": "1 - #edges / (n (n - 1) / 2), near rows of a class joined",
    "ComplexityClusteringCoefficient": "1 - closed paths of two edges / all",
    "ComplexityHubs*": "1 - h_i / max h over rows i, h the leading eigenvector",
    "ComplexityC1": "H(y) / log2 K",
    "ComplexityC2": "1 - 1 / ((K - 1) / K sum n_k / (n - n_k))",
    "ComplexityT2": "columns of E / n",
    "ComplexityT3": "#components of E for 95 % of the variance / n",
    "ComplexityT4": "#components of E for 95 % of the variance / columns of E",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds, most of them for each pair of classes."""
    pair = 2e-2 + 1e-6 * min(size.rows, 5_000) * size.columns
    return 2e-2 + 3e-7 * n_pairs(size) + pair * min(size.classes, 10) ** 2 / 2
