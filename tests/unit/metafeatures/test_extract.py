"""Tests of metafeatures.extract.

Also of: metafeatures.complexity.overlap, metafeatures.feature, metafeatures.planning.costs,
metafeatures.planning.sampled.
"""

import logging
import subprocess
import sys
import textwrap
import tracemalloc

import numpy as np
import pytest
import scipy.sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warmstart.errors import DatasetError, MetaFeatureWarning
from warmstart.metafeatures import registry
from warmstart.metafeatures.extract import (
    described,
    extract_metafeatures,
    extract_with_status,
    metafeatures_of,
)
from warmstart.metafeatures.feature import Feature
from warmstart.testing.tables import (
    TypedTable,
    mixed_table,
    numeric_table,
    reordered,
    tables,
)

EXACT = ["general", "statistical", "information", "target"]

# Of two components with equal variance either can come first.
AMBIGUOUS = ["PCASkewnessFirstPC", "PCAKurtosisFirstPC"]

LAWS = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def exact(given):
    return metafeatures_of(given, groups=EXACT).drop(AMBIGUOUS)


@LAWS
@given(tables())
def test_finite_and_complete_whatever_comes(given):
    values = metafeatures_of(given)
    assert values.dtype == np.float64
    assert np.isfinite(values).all(), values[~np.isfinite(values)]
    names = [feature.name for feature in registry.metafeatures_for(given.task_type)]
    assert values.index.tolist() == names


@LAWS
@given(tables(), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(given, random):
    rows = random.sample(range(len(given.y)), len(given.y))
    np.testing.assert_allclose(
        exact(reordered(given, rows=rows)), exact(given), rtol=1e-6, atol=1e-9
    )


@LAWS
@given(tables(), st.randoms(use_true_random=False))
def test_order_of_columns_does_not_matter(given, random):
    columns = random.sample(range(len(given.schema.columns)), len(given.schema.columns))
    np.testing.assert_allclose(
        exact(reordered(given, columns=columns)), exact(given), rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize("task_type", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("factor", [1e-6, 3.0, 1e12])
def test_unit_of_a_column_does_not_matter(task_type, factor):
    once = mixed_table(task_type)
    X = once.X.assign(amount=once.X["amount"] * factor)
    other = TypedTable(X, once.y, once.schema, task_type, once.n_rows)
    np.testing.assert_allclose(metafeatures_of(other), metafeatures_of(once), rtol=1e-6)


@pytest.mark.parametrize("task_type", ["multiclass", "regression"])
def test_seed_decides_the_samples(task_type):
    given = mixed_table(task_type)
    first, again, other = (
        metafeatures_of(given, max_rows=60, random_state=seed) for seed in (0, 0, 1)
    )
    assert first.equals(again)
    assert not first.equals(other)
    assert first["NumberOfInstances"] == other["NumberOfInstances"] == 120


def test_names_of_classes_do_not_matter():
    given = mixed_table("multiclass")
    renamed = given.y.map({"a": 3, "b": "zebra", "c": (1, 2), "d": 1.5})
    other = TypedTable(given.X, renamed, given.schema, "multiclass", given.n_rows)
    assert metafeatures_of(other).equals(metafeatures_of(given))


def test_what_is_not_finite_is_0_and_logged(caplog):
    registry.register(
        Feature(name="Bad", group="bad", formula=lambda p: np.nan, description="No number.")
    )
    try:
        with caplog.at_level(logging.WARNING, logger="warmstart"):
            values = metafeatures_of(mixed_table("binary"), groups=["bad"])
    finally:
        registry.unregister("Bad")
    assert values["Bad"] == 0
    assert "meta-feature Bad was nan" in caplog.text


def test_a_cold_start_loads_no_more_of_scikit_learn_than_its_linear_models_and_ensembles():
    code = """
        import sys
        import sklearn.ensemble, sklearn.linear_model
        from warmstart.testing.tables import mixed_table
        before = set(sys.modules)
        from warmstart.metafeatures.extract import metafeatures_of
        metafeatures_of(mixed_table("binary"))
        metafeatures_of(mixed_table("regression"))
        more = {m for m in set(sys.modules) - before if m.startswith(("sklearn", "scipy"))}
        assert not more, more
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, timeout=120)


def test_reads_what_suggest_reads():
    frame = mixed_table("multiclass").X.assign(y=mixed_table("multiclass").y)
    by_name = extract_metafeatures(frame, target="y")
    by_pair = extract_metafeatures(frame.drop(columns="y"), frame["y"])
    assert by_name.equals(by_pair)
    assert by_name["NumberOfClasses"] == 4
    assert by_name["NumberOfDateFeatures"] == 1


def test_task_type_can_be_overridden():
    X, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 3
    assert "ClassEntropy" in extract_metafeatures(X, y)
    assert "TargetStd" in extract_metafeatures(X, y, task_type="regression")


def test_a_wide_table_of_numbers():
    X = np.random.default_rng(0).normal(size=(50, 10_000))
    values = extract_metafeatures(X, np.arange(50) % 2)
    assert values["NumberOfFeatures"] == 10_000
    assert values["LogDatasetRatio"] == pytest.approx(np.log(200))


def test_bad_data_and_bad_groups_are_refused():
    frame = mixed_table("binary").X
    with pytest.raises(DatasetError, match="nowhere"):
        extract_metafeatures(frame, target="nowhere")
    with pytest.raises(ValueError, match="groups must be among"):
        extract_metafeatures(frame, mixed_table("binary").y, groups=["landmarks"])


def test_the_budget_leaves_out_the_dearest_groups():
    given = mixed_table("multiclass", n=1_500)
    whole = described(given, groups="all")
    assert whole.left_out == {}
    some = described(given, groups="all", budget_s=0.2)
    assert next(iter(some.left_out)) == max(some.left_out, key=some.left_out.get)
    assert "complexity" in some.left_out
    groups = {feature.name: feature.group for feature in registry.every_feature()}
    kept = {groups[name] for name in some.values.index}
    assert not kept & set(some.left_out)
    assert kept | set(some.left_out) == set(registry.groups()) - {"target"}
    assert whole.values[some.values.index].equals(some.values)
    least = described(given, budget_s=1e-9)
    assert len(least.left_out) == 3
    with pytest.raises(ValueError, match=r"budget_s must be positive, got 0"):
        described(given, budget_s=0)


def test_status_tells_exact_from_sampled_and_undefined():
    found = described(mixed_table("binary", n=2_000))
    assert found.status["NumberOfInstances"] == "exact"
    assert found.status["Landmark1NN"] == "sampled"
    assert found.status["SkewnessMean"] == "exact"
    numbers = described(numeric_table(np.arange(20.0)[:, None], list("ab" * 10)))
    assert numbers.status["SymbolsMean"] == numbers.status["CorrelationMean"] == "undefined"
    assert numbers.values["SymbolsMean"] == 0
    capped = described(mixed_table("binary"), max_rows=50)
    assert capped.status["SkewnessMean"] == "sampled"
    assert capped.status["NumberOfInstances"] == "exact"


def test_public_options():
    frame = mixed_table("multiclass").X.assign(y=mixed_table("multiclass").y)
    values = extract_metafeatures(frame, target="y", groups=["complexity", "order"])
    assert "ComplexityF1Mean" in values
    everything = extract_metafeatures(frame, target="y", groups="all")
    assert set(extract_metafeatures(frame, target="y").index) < set(everything.index)
    with pytest.warns(MetaFeatureWarning, match=r"beyond 0.005 s: landmarking \(0.0\d+ s\)"):
        assert "Landmark1NN" not in extract_metafeatures(frame, target="y", budget_s=0.005)


def test_of_a_sparse_matrix_only_the_sample_is_made_dense():
    n, p = 30_000, 300
    X = scipy.sparse.random(n, p, density=0.01, format="csr", random_state=0)
    y = np.arange(n) % 3
    extract_metafeatures(X[:200], y[:200])  # what is imported is not counted
    tracemalloc.start()
    found = extract_with_status(X, y, max_rows=2_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.9 * 8 * n * p
    assert found.values["NumberOfInstances"] == n
    assert found.values["ClassProbabilityMax"] == pytest.approx(1 / 3, abs=1e-3)
    assert found.status["SkewnessMean"] == "sampled"


def test_sparse_and_dense_are_described_alike():
    X = scipy.sparse.random(150, 8, density=0.3, format="csc", random_state=1)
    y = np.arange(150) % 2
    one, other = extract_metafeatures(X, y), extract_metafeatures(X.toarray(), y)
    assert one.equals(other)
