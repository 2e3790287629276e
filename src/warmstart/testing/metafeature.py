"""What every meta-feature promises, built in or a plugin's."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from warmstart.metafeatures.feature import CLASSIFICATION, REGRESSION
from warmstart.metafeatures.prepared import Prepared
from warmstart.protocols import MetaFeature
from warmstart.testing.tables import TypedTable, mixed_table, numeric_table, table

_RNG = np.random.default_rng(0)
_LABELS = {
    "mixed": mixed_table("multiclass"),
    "two rows": numeric_table([[1.0], [2.0]], ["a", "b"]),
    "no number": table({"c": ("categorical", list("xyxy"))}, list("aabb")),
    "constant in the sample": numeric_table(np.ones((4, 1)), list("aabb")),
    "all missing": numeric_table(np.full((4, 2), np.nan), list("aabb")),
    "a class a row": numeric_table(_RNG.normal(size=(12, 2)), [f"k{i}" for i in range(12)]),
    "wide": numeric_table(_RNG.normal(size=(20, 900)), list("ab" * 10)),
    "capped on reading": table({"n": ("numeric", range(9))}, list("abc" * 3), n_rows=10**6),
}
_NUMBERS = {
    "mixed": mixed_table("regression"),
    "two rows": numeric_table([[1.0], [2.0]], [0.0, 1.0], "regression"),
    "no number": table({"c": ("categorical", list("xyxy"))}, [0.0, 1, 2, 3], "regression"),
    "constant in the sample": numeric_table(np.ones((4, 1)), [0.0, 1, 2, 3], "regression"),
    "constant target": numeric_table(_RNG.normal(size=(9, 2)), np.ones(9), "regression"),
    "zero mean": numeric_table(_RNG.normal(size=(4, 2)), [-1.0, 1, -1, 1], "regression"),
    "huge": numeric_table([[1e308], [-1e308], [0]], [1.7e308, -1.7e308, 1e308], "regression"),
    "tiny": numeric_table([[5e-324], [0], [0]], [5e-324, 0, 0], "regression"),
}


class MetaFeatureContract:
    """Subclass with a `feature` fixture."""

    def tables(self, feature: MetaFeature) -> dict[str, TypedTable]:
        found: dict[str, TypedTable] = {}
        if feature.task_types & CLASSIFICATION:
            found |= {f"classes, {name}": t for name, t in _LABELS.items()}
        if feature.task_types & REGRESSION:
            found |= {f"numbers, {name}": t for name, t in _NUMBERS.items()}
        return found

    def test_keeps_the_protocol(self, feature: MetaFeature) -> None:
        assert isinstance(feature, MetaFeature)
        assert feature.name
        assert feature.group

    def test_has_both_classification_types_or_neither(self, feature: MetaFeature) -> None:
        assert feature.task_types
        assert feature.task_types & CLASSIFICATION in (frozenset(), CLASSIFICATION)

    def test_is_a_finite_float(self, feature: MetaFeature) -> None:
        for name, given in self.tables(feature).items():
            value = feature(Prepared(given))
            assert isinstance(value, float), name
            assert math.isfinite(value), (name, value)

    def test_same_seed_same_value(self, feature: MetaFeature) -> None:
        for name, given in self.tables(feature).items():
            caps = {"max_rows": 50, "max_columns": 3, "random_state": 7}
            assert feature(Prepared(given, **caps)) == feature(Prepared(given, **caps)), name

    def test_leaves_the_data_alone(self, feature: MetaFeature) -> None:
        for task_type in sorted(feature.task_types):
            given, untouched = mixed_table(task_type), mixed_table(task_type)
            feature(Prepared(given))
            pd.testing.assert_frame_equal(given.X, untouched.X)
            pd.testing.assert_series_equal(given.y, untouched.y)

    def test_does_not_depend_on_what_came_before(self, feature: MetaFeature) -> None:
        from warmstart.metafeatures.registry import metafeatures_for

        for task_type in sorted(feature.task_types):
            given = mixed_table(task_type)
            shared = Prepared(given)
            for other in metafeatures_for(task_type, ["statistical", "information"]):
                other(shared)
            assert feature(shared) == pytest.approx(feature(Prepared(given)), nan_ok=False)
