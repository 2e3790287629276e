"""Order, units, names and copies of rows change what should change, and nothing else."""

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from warmstart.metafeatures.catalogue import catalogue
from warmstart.metafeatures.extract import described
from warmstart.testing.tables import TypedTable, reordered, table

LAWS = settings(
    deadline=None,
    max_examples=12,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.generate],
)
LISTED = catalogue().set_index("name")


def close(one, other, names):
    gap = np.abs(one[names] - other[names]) > 1e-6 * np.maximum(1, np.abs(one[names]))
    assert not gap.any(), {name: (one[name], other[name]) for name in gap[gap].index}


def every(given):
    return described(given, groups="all").values


@st.composite
def mixed(draw):
    """Tables with ties, missing cells, equal columns and classes of one size."""
    n, rng = draw(st.integers(20, 60)), np.random.default_rng(draw(st.integers(0, 10**6)))
    makers = {
        "numeric": lambda: rng.normal(size=n),
        "whole": lambda: rng.integers(4, size=n).astype(float),
        "categorical": lambda: rng.choice(np.array(["red", "green", "blue"], object), size=n),
        "boolean": lambda: rng.integers(2, size=n).astype(float),
    }
    columns = {}
    for j, name in enumerate(
        draw(st.lists(st.sampled_from([*makers]), min_size=1, max_size=6))
    ):
        kind = "numeric" if name == "whole" else name
        cells = pd.Series(makers[name]())
        holes = rng.random(n) < draw(st.sampled_from([0.0, 0.2]))
        columns[f"c{j}"] = kind, cells.mask(holes, None if kind == "categorical" else np.nan)
    if draw(st.booleans()):
        return table(columns, rng.normal(size=n), "regression")
    k = draw(st.integers(2, 4))
    y = np.arange(n) % k if draw(st.booleans()) else rng.permutation(np.arange(n) ** 2 % k)
    return table(columns, [f"class {c}" for c in y])


@LAWS
@given(mixed(), st.integers(0, 100))
def test_order_of_rows_and_columns(once, seed):
    rng = np.random.default_rng(seed)
    columns = reordered(once, columns=rng.permutation(len(once.schema.columns)))
    both = reordered(columns, rows=rng.permutation(len(once.y)))
    one = every(once)
    close(one, every(columns), one.index)
    close(one, every(both), one.index[(LISTED.loc[one.index, "group"] != "order").to_numpy()])


@LAWS
@given(mixed(), st.sampled_from([1e-9, 0.3, 7.0, 1e12]))
def test_units_of_columns(once, factor):
    numeric = [c.name for c in once.schema.columns if c.kind == "numeric"]
    X = once.X.copy()
    X[numeric] = X[numeric] * factor
    other = TypedTable(X, once.y, once.schema, once.task_type, once.n_rows)
    one = every(once)
    unit = LISTED.loc[one.index, "unit"]
    free = ~unit.str.contains("of the column|of both columns|of the columns", regex=True)
    close(one, every(other), one.index[free.to_numpy()])


@LAWS
@given(mixed())
def test_names_of_categories_and_classes(once):
    X = once.X.copy()
    for column in once.schema.columns:
        if column.kind == "categorical":
            names = {"red": "z", "green": "é", "blue": "x y"}
            X[column.name] = X[column.name].astype(object).map(names, na_action="ignore")
    y = once.y if once.task_type == "regression" else once.y.map(
        {"class 0": "9", "class 1": "b", "class 2": "a", "class 3": "1"})  # fmt: skip
    columns = {c.name: (c.kind, X[c.name]) for c in once.schema.columns}
    other = table(columns, y, once.task_type)
    one = every(once)
    close(one, every(other), one.index)


SHARES = (
    "Percentage", "ClassProbability", "ClassEntropy", "NormalizedClassEntropy", "Symbols",
    "Skewness", "Kurtosis", "PCA", "Correlation", "NumberOfFeatures", "NumberOfClasses",
    "ColumnMean", "ColumnMin", "ColumnMax", "ColumnRange", "NominalCardinality",
    "NumericCardinality", "ShareOf", "MissingShare", "CanonicalCorrelation",
    "AbsoluteCorrelation", "DefaultAccuracy", "ClassImbalance",
)  # fmt: skip
"""What describes the distribution of rows, however many there are."""

OF_SIZE = (
    "MissingShareOfRow",
    "SkewnessType",
    "KurtosisType",
    "ShareOfDuplicateRows",
    "ShareOfClassRepeats",
)


@LAWS
@given(mixed())
def test_copies_of_all_rows(once):
    n = len(once.y)
    twice = reordered(once, rows=np.tile(np.arange(n), 2))
    twice = TypedTable(twice.X, twice.y, once.schema, once.task_type, 2 * n)
    one, other = every(once), every(twice)
    names = one.index[one.index.str.startswith(SHARES) & ~one.index.str.startswith(OF_SIZE)]
    close(one, other, names)
    assert other["NumberOfInstances"] == 2 * one["NumberOfInstances"]
    if once.X.shape[1]:
        assert other["ShareOfDuplicateRows"] >= 0.5
    if once.task_type != "regression":
        # A copy of each row is the nearest of all.
        assert other["ComplexityN3Mean"] <= one["ComplexityN3Mean"] + 1e-9
