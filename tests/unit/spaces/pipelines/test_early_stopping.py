"""Early stopping: what is held out, that it stops, and that the best round predicts.

Also of: spaces.pipelines.boosting.early_stopping.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.spaces.pipelines.boosting.early_stopping import EarlyStopped, hold_out
from warmstart.spaces.pipelines.labels import LabelEncodedClassifier


@given(st.integers(1, 120), st.integers(1, 4), st.integers(0, 9))
def test_every_class_stays_among_the_fitted(n_rows, n_classes, seed):
    y = np.random.default_rng(seed).integers(0, n_classes, n_rows)
    fitted, watched = hold_out(y, by_class=True, random_state=seed)
    assert sorted([*fitted, *watched]) == list(range(len(y)))
    assert set(y[fitted]) == set(y)
    assert len(watched) == 0 or len(watched) >= 5


def test_numbers_are_held_out_without_regard_to_their_value():
    fitted, watched = hold_out(np.linspace(0, 1, 200), by_class=False)
    assert len(fitted) == 180
    assert 0.2 < watched.mean() / 200 < 0.8


def noise(n_rows=300, classes=2, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_rows, 5)), rng.integers(0, classes, n_rows)


def booster(library, classifier):
    package = pytest.importorskip(library)
    kind = "Classifier" if classifier else "Regressor"
    if library == "lightgbm":
        return getattr(package, f"LGBM{kind}")(n_estimators=200, verbosity=-1, n_jobs=1)
    if library == "xgboost":
        return getattr(package, f"XGB{kind}")(n_estimators=200, verbosity=0, n_jobs=1)
    return getattr(package, f"CatBoost{kind}")(
        iterations=200, logging_level="Silent", thread_count=1, allow_writing_files=False
    )


@pytest.mark.parametrize("library", ["lightgbm", "xgboost", "catboost"])
@pytest.mark.parametrize("weight", [None, "balanced"])
def test_stops_on_noise(library, weight):
    X, y = noise()
    model = LabelEncodedClassifier(
        EarlyStopped(booster(library, True), patience=5), class_weight=weight
    ).fit(X, np.array(["no", "yes"])[y])
    inner = model.estimator_.estimator_
    rounds = {"lightgbm": "best_iteration_", "xgboost": "best_iteration"}
    assert getattr(inner, rounds.get(library, "tree_count_")) < 100
    assert model.predict_proba(X).shape == (300, 2)
    assert set(model.predict(X)) <= {"no", "yes"}


@pytest.mark.parametrize("library", ["lightgbm", "xgboost", "catboost"])
def test_makes_all_rounds_where_too_few_rows_are_left_to_watch(library):
    X, y = noise(30)
    model = EarlyStopped(booster(library, False), patience=2).fit(X, y.astype(float))
    plain = booster(library, False).fit(X, y.astype(float))
    np.testing.assert_allclose(model.predict(X), plain.predict(X), rtol=1e-6)


def test_weights_of_classes_are_weights_of_rows():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 2)), np.repeat([0, 1], [180, 20])
    X[:, 0] += y
    weighted = LabelEncodedClassifier(LogisticRegression(), class_weight="balanced").fit(X, y)
    expected = LogisticRegression(class_weight="balanced").fit(X, y)
    np.testing.assert_allclose(weighted.predict_proba(X), expected.predict_proba(X), atol=1e-4)
