"""What holds of every meta-feature, whatever the dataset.

Also of: metafeatures.complexity.group, metafeatures.complexity.linear,
metafeatures.groups.columns, metafeatures.groups.counts, metafeatures.groups.discriminant,
metafeatures.groups.itemset, metafeatures.groups.missingness, metafeatures.pairs.clustering,
metafeatures.pairs.concept.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warmstart.metafeatures import registry
from warmstart.metafeatures.catalogue import catalogue
from warmstart.metafeatures.extract import described
from warmstart.testing.tables import TypedTable, mixed_table, reordered, tables

LAWS = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
ON_REQUEST = [name for name in registry.groups() if name not in registry.default_groups()]

# Of drawn points, or of ties that fall by the order of rows.
DRAWN = ("ComplexityL", "ComplexityN4", "Landmark", "RankOf")
CATALOGUE = catalogue().set_index("name")


def stable(found):
    return found[[name for name in found.index if not name.startswith(DRAWN)]]


def close(one, other, names=None):
    names = one.index if names is None else names
    gap = np.abs(one[names] - other[names]) > 1e-6 * np.maximum(1, np.abs(one[names]))
    assert not gap.any(), {name: (one[name], other[name]) for name in gap[gap].index}


@LAWS
@given(tables())
def test_finite_between_its_limits_and_with_a_status(given):
    found = described(given, groups="all")
    assert np.isfinite(found.values).all()
    assert set(found.status) <= {"exact", "undefined"}
    rows = CATALOGUE.loc[found.values.index]
    defined = (found.status != "undefined").to_numpy()
    low = found.values.to_numpy() >= rows["low"].to_numpy() - 1e-9
    high = found.values.to_numpy() <= rows["high"].to_numpy() + 1e-9
    wrong = defined & ~(low & high)
    assert not wrong.any(), found.values[wrong]


@pytest.mark.parametrize("task_type", ["binary", "multiclass", "regression"])
def test_order_of_columns_does_not_matter(task_type):
    once = mixed_table(task_type)
    columns = np.random.default_rng(3).permutation(len(once.schema.columns))
    turned = reordered(once, columns=columns)
    one, other = (described(t, groups=ON_REQUEST).values for t in (once, turned))
    # The smallest of eigenvalues that differ by 12 digits is of rounding.
    close(one, other, [n for n in one.index if n != "CovarianceEigenvalueMin"])


@pytest.mark.parametrize("task_type", ["multiclass", "regression"])
def test_order_of_rows_matters_to_what_looks_at_it_alone(task_type):
    once = mixed_table(task_type)
    rows = np.random.default_rng(3).permutation(len(once.y))
    groups = [name for name in ON_REQUEST if name != "order"]
    one, other = (
        stable(described(t, groups=groups).values) for t in (once, reordered(once, rows=rows))
    )
    # Of the variance of a target, sums in another order decide ties of a tree.
    trees = "Tree" if task_type == "regression" else "no tree"
    names = [n for n in one.index if not n.startswith(("NumberOfNormalColumns", trees))]
    close(one, other, names)


@pytest.mark.parametrize("factor", [1e-6, 3.0, 1e12])
def test_the_unit_of_a_column_matters_to_what_has_its_unit_alone(factor):
    once = mixed_table("multiclass")
    X = once.X.assign(amount=once.X["amount"] * factor)
    other = TypedTable(X, once.y, once.schema, once.task_type, once.n_rows)
    one, two = (described(t, groups=ON_REQUEST).values for t in (once, other))
    names = [n for n in one.index if "of the column" not in CATALOGUE.loc[n, "unit"]
             and "of both columns" not in CATALOGUE.loc[n, "unit"]]  # fmt: skip
    close(one, two, names)


def test_names_of_categories_and_classes_do_not_matter():
    once = mixed_table("multiclass")
    X = once.X.assign(colour=once.X["colour"].map({"red": "z", "green": "y", "blue": "x"}))
    renamed = once.y.map({"a": "w", "b": "a", "c": "q", "d": "b"})
    other = TypedTable(X, renamed, once.schema, once.task_type, once.n_rows)
    close(*(described(t, groups=ON_REQUEST).values for t in (once, other)))


@pytest.mark.parametrize("task_type", ["multiclass", "regression"])
def test_the_seed_decides(task_type):
    once = mixed_table(task_type, n=2_000)
    first, again = (described(once, groups="all", random_state=1) for _ in range(2))
    assert first.values.equals(again.values)
    assert first.status.equals(again.status)
    assert first.status["NumberOfInstances"] == "exact"
    assert first.status["CohesivenessMean"] == "sampled"


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10**6))
def test_rows_twice_change_no_share(seed):
    once = mixed_table("binary", n=60, seed=seed)
    twice = reordered(once, rows=np.repeat(np.arange(60), 2))
    twice = TypedTable(twice.X, twice.y, once.schema, once.task_type, 120)
    groups = ["missingness", "itemset", "text-date"]
    one, other = (described(t, groups=groups).values for t in (once, twice))
    names = [
        n for n in one.index if n.startswith(("MissingShare", "MissingWith", "TextLength"))
    ]
    names = [n for n in names if not n.endswith(("SD", "Q1", "Q3")) or "Column" in n]
    close(one, other, names)
