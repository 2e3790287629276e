"""Tests of models.costs.resources.

Also of: models.costs.features, models.costs.learner_costs.
"""

import json

import numpy as np
import pytest

from warmstart.errors import ArgumentError
from warmstart.models.costs.features import (
    DataSize,
    data_megabytes,
    kept_megabytes,
    log_sizes,
    more_leaves,
)
from warmstart.models.costs.resources import ResourceModel


def made_up(n=200, seed=0, noise=0.1):
    """Runs of two learners whose cost is a product of powers."""
    rng = np.random.default_rng(seed)
    learners, values, sizes, logs = [], [], [], []
    for k in range(n):
        rows, columns = rng.integers(50, 2000), rng.integers(2, 50)
        sizes.append(DataSize(rows, columns))
        if k % 2:
            rounds, kind = int(rng.integers(10, 300)), str(rng.choice(["a", "b"]))
            learners.append("boost")
            values.append({"rounds": rounds, "kind": kind, "learner": "boost"})
            logs.append(np.log(rounds) + 0.5 * np.log(rows) + 2.0 * (kind == "b"))
        else:
            learners.append("line")
            values.append({"C": float(rng.uniform(0.01, 10))})
            logs.append(np.log(columns) + 3.0)
    return learners, values, sizes, np.exp(np.array(logs) + rng.normal(0, noise, n))


def test_powers_are_found():
    model = ResourceModel().fit(*made_up())
    big = model.predict("boost", {"rounds": 200, "kind": "b"}, DataSize(1000, 10))
    assert np.log(big) == pytest.approx(np.log(200) + 0.5 * np.log(1000) + 2.0, abs=0.15)
    assert model.predict("line", {"C": 1.0}, DataSize(1000, 40)) == pytest.approx(
        40 * np.exp(3.0), rel=0.25
    )


def test_quantiles_hold_on_other_runs():
    model = ResourceModel().fit(*made_up(400, noise=0.5))
    learners, values, sizes, costs = made_up(400, seed=1, noise=0.5)
    below = [
        cost <= model.predict(learner, one, size, quantile=0.9)
        for learner, one, size, cost in zip(learners, values, sizes, costs, strict=True)
    ]
    assert np.mean(below) == pytest.approx(0.9, abs=0.05)


def test_nothing_gets_cheaper_as_data_grows():
    learners, values, sizes, costs = made_up(40)
    model = ResourceModel().fit(learners, values, sizes, costs / [s.n_rows**2 for s in sizes])
    small, large = (
        model.predict("boost", {"rounds": 50, "kind": "a"}, DataSize(n, 10))
        for n in (100, 10_000)
    )
    assert large >= small


def test_a_learner_never_seen_is_not_guessed():
    model = ResourceModel().fit(*made_up(20))
    assert np.isnan(model.predict("mlp", {}, DataSize(10, 2)))
    assert not model.knows("mlp")


def test_what_is_not_set_is_average():
    model = ResourceModel().fit(*made_up())
    usual = model.predict("boost", {}, DataSize(500, 10))
    assert model.predict("boost", {"rounds": 10, "kind": "a"}, DataSize(500, 10)) < usual
    assert usual < model.predict("boost", {"rounds": 300, "kind": "b"}, DataSize(500, 10))


def test_nodes_of_trees_are_bounded_by_the_rows():
    rng = np.random.default_rng(0)
    values = [
        {"l:n_estimators": 10, "l:num_leaves": int(2**k)} for k in rng.integers(1, 12, 90)
    ]
    sizes = [DataSize(int(n), 5) for n in rng.integers(20, 400, 90)]
    nodes = [min(v["l:num_leaves"], s.n_rows) for v, s in zip(values, sizes, strict=True)]
    model = ResourceModel().fit(["l"] * 90, values, sizes, np.array(nodes, dtype=float))
    few = model.predict("l", {"l:n_estimators": 10, "l:num_leaves": 2048}, DataSize(30, 5))
    assert few == pytest.approx(30, rel=0.3)


def test_written_and_read_back():
    model = ResourceModel().fit(*made_up(30))
    again = ResourceModel.from_dict(json.loads(json.dumps(model.to_dict())))
    point = ("boost", {"rounds": 30, "kind": "b"}, DataSize(100, 4))
    assert again.predict(*point) == model.predict(*point)
    assert again.spread("line", {}) == model.spread("line", {})


def test_bad_input():
    with pytest.raises(ArgumentError, match="1 learners, 2 configurations"):
        ResourceModel().fit(["a"], [{}, {}], [DataSize(1, 1)], [1.0])
    with pytest.raises(ArgumentError, match="no run tells its megabytes"):
        ResourceModel().fit(["a"], [{}], [DataSize(1, 1)], [np.nan])
    with pytest.raises(ArgumentError, match="lacks or has a wrong"):
        ResourceModel.from_dict({"unit": "s"})
    said = ResourceModel().fit(*made_up(30)).to_dict()
    said["learners"]["line"]["slopes"] = [1.0]
    with pytest.raises(ArgumentError, match="do not fit"):
        ResourceModel.from_dict(said)


def test_boosters_that_stop_early_are_learnt_apart():
    """Some have as many rounds as they are given, the others as few as they need."""
    rounds = [20, 50, 100, 400] * 20
    fixed = [{"boost:n_estimators": k} for k in rounds]
    stopped = [{"boost:n_estimators": k, "boost:early_stopping": 10} for k in rounds]
    sizes = [DataSize(500, 5)] * 160
    model = ResourceModel().fit(
        ["boost"] * 160, fixed + stopped, sizes, [*rounds, *[30.0] * 80]
    )
    assert model.predict("boost", fixed[3], sizes[0]) == pytest.approx(400, rel=0.1)
    assert model.predict("boost", stopped[3], sizes[0]) == pytest.approx(30, rel=0.1)
    assert model.spread("boost", stopped[3]) < 0.1
    # Where one kind was never seen, what is known of the other is all there is.
    only = ResourceModel().fit(["boost"] * 80, fixed, sizes[:80], rounds)
    assert only.predict("boost", stopped[3], sizes[0]) == only.predict(
        "boost", fixed[3], sizes[0]
    )


def test_a_tree_of_too_few_rows_is_a_leaf():
    leaf = {"min_child_samples": 40, "n_estimators": 100, "subsample": 0.5}
    assert log_sizes(DataSize(200, 5), leaf)[4] == 1.0
    assert log_sizes(DataSize(150, 5), leaf)[4] == 0.0
    assert log_sizes(DataSize(150, 5), {"C": 1.0})[4] == 1.0


def test_values_of_categories_count():
    """An encoder keeps each of them, so a linear model of many is large."""
    rng = np.random.default_rng(0)
    sizes = [DataSize(500, 5, 2, int(n)) for n in rng.integers(0, 200, 80)]
    bytes_ = [1e-3 * (20 + one.n_symbols) for one in sizes]
    model = ResourceModel().fit(["ridge"] * 80, [{}] * 80, sizes, bytes_)
    few, many = (model.predict("ridge", {}, DataSize(500, 5, 2, n)) for n in (4, 150))
    assert many > 3 * few


def test_a_model_saved_before_they_counted_is_read():
    model = ResourceModel().fit(*made_up())
    said = model.to_dict()
    for one in said["learners"].values():
        one["centre"], one["slopes"] = one["centre"][:-1], one["slopes"][:-1]
    old = ResourceModel.from_dict(said)
    point = ("boost", {"rounds": 30, "kind": "b"})
    assert old.predict(*point, DataSize(100, 4)) == pytest.approx(
        model.predict(*point, DataSize(100, 4)), rel=0.05
    )
    assert old.predict(*point, DataSize(100, 4, 1, 50)) == old.predict(*point, DataSize(100, 4))


def test_a_fit_holds_the_rows_in_what_its_columns_become():
    size = DataSize(100_000, 10, 2, 20)
    plain, wide = (
        data_megabytes(size, "ridge", {"encoding": e}) for e in ("ordinal", "one_hot")
    )
    assert wide - plain == pytest.approx(2.6 * 20 * 8 * (1e5 - 4000 / 3) / 1e6)
    many = DataSize(100_000, 10, 2, 5000)
    assert data_megabytes(many, "ridge", {"encoding": "one_hot"}) < 2.5 * wide
    assert data_megabytes(size, "rbf_svm") == data_megabytes(size, "ridge") + 200


def test_neighbours_are_as_large_as_the_rows():
    size = DataSize(50_000, 8, 2, 4)
    assert kept_megabytes(size, "nearest_neighbors", {}) == 3.2
    assert kept_megabytes(size, "nearest_neighbors", {"encoding": "one_hot"}) == 4.8
    assert kept_megabytes(size, "lightgbm", {}) == 0


def test_only_forests_have_more_leaves_than_few_rows_tell():
    few, many = DataSize(1000, 8), DataSize(16 * 4000 / 3, 8)
    assert more_leaves(few, "random_forest") == more_leaves(many, "lightgbm") == 1
    assert more_leaves(many, "random_forest") == pytest.approx(2)
