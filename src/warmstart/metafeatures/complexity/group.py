"""The 22 measures as meta-features."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from warmstart.metafeatures.complexity import graph, linear, neighbours, overlap
from warmstart.metafeatures.feature import CLASSIFICATION, Feature, summarised
from warmstart.metafeatures.prepared import Prepared

GROUP = "complexity"

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
