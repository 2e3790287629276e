"""Every learner builds and fits what it says it does, on tables that are hard to fit.

Also of: spaces.pipelines.fitting, spaces.pipelines.legality.
"""

import sys

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from tests.unit.spaces.awkward import awkward_table, awkward_target

from warmstart.datasets.load import load_dataset
from warmstart.domain import Schema
from warmstart.errors import MissingExtraError, SpaceMismatchError
from warmstart.spaces.pipelines.design import space_filling
from warmstart.spaces.pipelines.learners import LEARNERS
from warmstart.spaces.pipelines.legality import why_illegal
from warmstart.spaces.pipelines.pipeline import build_estimator

TYPES = ["binary", "multiclass", "regression"]
SUPPORTED = [(n, t) for n, one in LEARNERS.items() for t in TYPES if one.supports(t)]
THERE = [(n, t) for n, t in SUPPORTED if LEARNERS[n].installed]


@pytest.fixture(scope="module")
def tables():
    """Data, target and schema of each task type."""
    found = {}
    for task_type in TYPES:
        X, y = awkward_table(), awkward_target(task_type)
        schema = load_dataset(X, y).schema
        assert schema.task_type == task_type
        found[task_type] = X, y, schema
    return found


@pytest.fixture(scope="module")
def points():
    """The default and one other configuration of each learner."""
    found = {}
    for task_type in TYPES:
        for point in space_filling(task_type, random_state=7):
            listed = found.setdefault((point.learner, task_type), [])
            if len(listed) < 2:
                listed.append(dict(point.values))
    return found


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("learner", "task_type"), THERE)
def test_fits_awkward_data_unless_it_says_why_not(learner, task_type, tables, points):
    X, y, schema = tables[task_type]
    assert len(points[learner, task_type]) == 2
    for values in points[learner, task_type]:
        if why_illegal(values, schema):
            assert learner in ("nearest_neighbors", "qda")
            continue
        model = clone(build_estimator(values, schema, random_state=1))
        assert (is_regressor if task_type == "regression" else is_classifier)(model)
        predicted = model.fit(X, y).predict(X.iloc[::-1])
        assert predicted.shape == y.shape
        if task_type == "regression":
            assert np.isfinite(predicted).all()
            continue
        assert set(predicted) <= set(y)
        assert hasattr(model, "predict_proba") == LEARNERS[learner].probabilities
        if LEARNERS[learner].probabilities:
            shares = model.predict_proba(X)
            np.testing.assert_allclose(shares.sum(axis=1), 1.0, atol=1e-5)


CLASSIFIERS = [name for name, task_type in THERE if task_type == "binary"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("learner", CLASSIFIERS)
@pytest.mark.parametrize("labels", [["0", "1", "10"], [0, 1, 10], [False, True]])
def test_classes_called_anything(learner, labels, points):
    """Also where they are weighed: words that are numbers, gaps between, truth values."""
    rng = np.random.default_rng(0)
    X, code = rng.normal(size=(60, 2)), np.arange(60) % len(labels)
    X[:, 0] += 5 * code
    task_type = "binary" if len(labels) == 2 else "multiclass"
    values = points[learner, task_type][0]
    if f"{learner}:class_weight" in values:
        values = {**values, f"{learner}:class_weight": "balanced"}
    y = np.array(labels)[code]
    model = build_estimator(values, load_dataset(X, y).schema).fit(X, y)
    assert model.classes_.tolist() == sorted(labels)
    assert (model.predict(X) == y).mean() > 0.8


@pytest.mark.parametrize("learner", ["random_forest", "extra_trees", "mlp"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_same_seed_gives_the_same_fit(learner, tables, points):
    X, y, schema = tables["regression"]
    values = points[learner, "regression"][0]

    def predictions(seed):
        model = build_estimator(values, schema, random_state=seed)
        return model.fit(X[:40], y[:40]).predict(X)

    np.testing.assert_array_equal(predictions(0), predictions(0))
    assert (predictions(0) != predictions(1)).any()


@pytest.mark.parametrize(
    ("learner", "task_type"),
    [(n, t) for n in LEARNERS for t in ("binary", "regression") if (n, t) not in SUPPORTED],
)
def test_refuses_a_task_type_it_does_not_learn(learner, task_type):
    schema = Schema(columns=(), task_type=task_type, n_rows=9, min_class_count=3)
    with pytest.raises(SpaceMismatchError, match=f"{learner} does not learn {task_type} tasks"):
        LEARNERS[learner].build({}, schema, 0)
    assert why_illegal({"learner": learner}, schema) == (
        f"{learner} does not learn {task_type} tasks"
    )


@pytest.mark.parametrize("learner", ["lightgbm", "xgboost", "catboost"])
def test_says_how_to_install_a_missing_library(learner, monkeypatch):
    monkeypatch.setitem(sys.modules, learner, None)
    schema = Schema(columns=(), task_type="binary", n_rows=9, min_class_count=3)
    with pytest.raises(MissingExtraError, match=rf"pip install 'warmstart\[{learner}\]'"):
        LEARNERS[learner].build({}, schema, 0)


def test_a_library_that_is_not_there_makes_its_learner_illegal(monkeypatch):
    monkeypatch.setattr(
        "warmstart.spaces.pipelines.learners.record.installed", lambda name: name != "xgboost"
    )
    schema = Schema(columns=(), task_type="binary", n_rows=9, min_class_count=3)
    assert why_illegal({"learner": "xgboost"}, schema) == "xgboost is not installed"
    assert why_illegal({"learner": "lightgbm"}, schema) is None
