"""Curves of ensembles: what fewer rounds would have predicted, against refitted ensembles.

Also of: execution.measure.curves, execution.measure.resources, execution.measure.staged.
"""

import pickle

import numpy as np
import pytest
from sklearn.ensemble import (
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.linear_model import Ridge

from warmstart.execution.measure.curves import FoldCurve, mean_curve
from warmstart.execution.measure.resources import PeakMemory, stored_bytes
from warmstart.execution.measure.staged import stages
from warmstart.spaces.pipelines.boosting.early_stopping import EarlyStopped
from warmstart.spaces.pipelines.labels import LabelEncodedClassifier

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 4))
NUMBERS = X[:, 0] + RNG.normal(size=80) / 4
WORDS = np.array(["no", "perhaps", "yes"])[np.digitize(NUMBERS, [-0.5, 0.5])]


def ensemble(name, rounds):
    if name == "forest":
        return RandomForestClassifier(rounds, random_state=0)
    if name == "trees":
        return ExtraTreesRegressor(rounds, random_state=0)
    if name == "histogram":
        return HistGradientBoostingClassifier(max_iter=rounds, random_state=0)
    if name == "histogram numbers":
        return HistGradientBoostingRegressor(max_iter=rounds, random_state=0)
    if name == "lightgbm":
        package = pytest.importorskip("lightgbm")
        return package.LGBMClassifier(n_estimators=rounds, verbosity=-1, n_jobs=1)
    if name == "xgboost":
        package = pytest.importorskip("xgboost")
        model = package.XGBClassifier(n_estimators=rounds, verbosity=0, n_jobs=1)
        return LabelEncodedClassifier(model)
    package = pytest.importorskip("catboost")
    return package.CatBoostRegressor(
        iterations=rounds,
        learning_rate=0.1,
        logging_level="Silent",
        thread_count=1,
        allow_writing_files=False,
    )


@pytest.mark.parametrize(
    "name",
    ["forest", "trees", "histogram", "histogram numbers", "lightgbm", "xgboost", "catboost"],
)
def test_a_stage_predicts_as_an_ensemble_of_so_many_rounds(name):
    model = ensemble(name, 20)
    y = (
        NUMBERS
        if hasattr(model, "predict") and "regress" in str(type(model)).lower()
        else WORDS
    )
    total, found = stages(model.fit(X, y), X)
    found = dict(found)
    assert total == 20
    assert list(found) == [1, 2, 4, 8, 16]
    for rounds in (1, 8):
        smaller = ensemble(name, rounds).fit(X, y)
        ask = getattr(smaller, "predict_proba", smaller.predict)
        np.testing.assert_allclose(found[rounds].predict_proba(X), ask(X), atol=2e-5)
        np.testing.assert_array_equal(found[rounds].classes_, getattr(model, "classes_", ()))


def test_looks_through_wrappers_at_the_rounds_until_it_stopped():
    lightgbm = pytest.importorskip("lightgbm")
    booster = lightgbm.LGBMClassifier(n_estimators=500, verbosity=-1, n_jobs=1)
    model = LabelEncodedClassifier(EarlyStopped(booster, patience=3)).fit(X, WORDS)
    total, found = stages(model, X)
    assert 1 <= total < 500
    assert all(rounds < total for rounds, _ in found)


def test_other_models_have_no_stages():
    total, found = stages(Ridge().fit(X, NUMBERS), X)
    assert (total, list(found)) == (0, [])


def curve(total, fit_s, **scores):
    return FoldCurve(
        total=total,
        fit_s=fit_s,
        scores={int(name[1:]): {"r2": value} for name, value in scores.items()},
    )


def test_the_mean_counts_a_fold_that_stopped_with_all_it_made():
    early, late = curve(3, 3.0, n1=0.1, n2=0.2, n3=0.3), curve(9, 1.8, n1=0, n2=0.4, n4=1, n9=2)
    points = mean_curve([early, late])
    assert [point["rounds"] for point in points] == [1, 2, 4, 9]
    scores = [point["scores"]["r2"] for point in points]
    assert scores == pytest.approx([0.05, 0.3, 0.65, 1.15])
    assert points[1]["fit_s"] == pytest.approx((3.0 * 2 / 3 + 1.8 * 2 / 9) / 2)


def test_no_mean_where_a_fold_has_no_rounds():
    assert mean_curve([curve(2, 1.0, n2=1.0), curve(0, 1.0, n0=1.0)]) == []
    assert mean_curve([]) == []


def test_bytes_of_a_model_grow_with_its_trees():
    small, large = (RandomForestClassifier(n).fit(X, WORDS) for n in (3, 30))
    assert 5 * stored_bytes(small) < stored_bytes(large)
    assert stored_bytes(lambda: None) is None


@pytest.mark.parametrize("order", ["C", "F"])
def test_large_arrays_count_too(order):
    array = np.zeros((300, 400), order=order)
    assert stored_bytes({"weights": array}) == len(pickle.dumps({"weights": array}, 5))


def test_memory_is_told_where_the_system_tells_it():
    meter = PeakMemory()
    # Larger than any block that the allocator takes from memory it holds already.
    block = np.ones(10_000_000)
    grown = meter.megabytes()
    assert np.isnan(grown) or grown > 20
    assert block.sum() == 10_000_000
