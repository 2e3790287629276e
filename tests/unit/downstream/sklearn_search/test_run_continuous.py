"""WarmStartSearchCV anywhere in a learner's space, or in the distributions of an estimator.

Also of: downstream.sklearn_search.run.
"""

import pytest
from scipy.stats import loguniform, norm, randint, uniform
from sklearn.datasets import load_breast_cancer
from tests.unit.models.surfaces.toy_store import make_store

from warmstart.downstream import WarmStartSearchCV
from warmstart.downstream.sklearn_search.run_continuous import continuous_run
from warmstart.knowledge.base import open_knowledge
from warmstart.spaces.space import Choice, Number

lightgbm = pytest.importorskip("lightgbm")

DISTRIBUTIONS = {
    "learning_rate": loguniform(0.01, 0.3),
    "num_leaves": randint(4, 65),
    "n_estimators": [10, 20],
    "min_split_gain": uniform(0, 1),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return open_knowledge().with_surfaces(make_store(tmp_path_factory.mktemp("surfaces")))


@pytest.fixture(scope="module")
def data():
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    return X.iloc[:120, :6], y.iloc[:120]


def booster():
    return lightgbm.LGBMClassifier(verbosity=-1, n_jobs=1)


def test_an_estimator_is_searched_in_its_own_distributions(base, data):
    found = WarmStartSearchCV(
        booster(),
        DISTRIBUTIONS,
        knowledge=base,
        space="lightgbm",
        n_iter=5,
        cv=3,
        scoring="roc_auc",
        random_state=0,
    ).fit(*data)
    tried = found.cv_results_["params"]
    assert len({repr(one) for one in tried}) == 5
    for one in tried:
        assert set(one) == set(DISTRIBUTIONS)
        assert 0.01 <= one["learning_rate"] <= 0.3
        assert 4 <= one["num_leaves"] <= 64
        assert one["n_estimators"] in (10, 20)
        assert 0 <= one["min_split_gain"] <= 1
    # Where the tables agree: a rate of .05 and 16 leaves.
    assert 0.03 < tried[0]["learning_rate"] < 0.08


def test_pipelines_are_searched_beyond_the_base(base, data):
    found = WarmStartSearchCV(
        knowledge=base, space="lightgbm", n_iter=3, cv=3, scoring="roc_auc", random_state=0
    ).fit(*data)
    tried = found.cv_results_["params"]
    known = {one["lightgbm:learning_rate"] for one in _pool(base)}
    assert not {one["lightgbm:learning_rate"] for one in tried} & known
    assert found.best_estimator_.predict(data[0]).shape == (120,)


def _pool(base):
    search = base.search(
        metafeatures=None, task_type="binary", metric="roc_auc", space="lightgbm"
    )
    return search.question.pool


def test_distributions_become_parameters_and_unusual_ones_are_left_to_the_pool(base):
    search = base.search(
        metafeatures=None, task_type="binary", metric="roc_auc", space="lightgbm"
    )
    parameters = continuous_run(search, DISTRIBUTIONS).region.parameters
    assert parameters["learning_rate"] == Number(
        name="learning_rate", low=0.01, high=0.3, log=True
    )
    assert parameters["num_leaves"] == Number(name="num_leaves", low=4, high=64, integer=True)
    assert parameters["n_estimators"] == Choice(name="n_estimators", choices=(10, 20))
    assert continuous_run(search, {"learning_rate": norm(0.1, 0.01)}) is None
    assert continuous_run(search, {"gamma": uniform(0, 1)}) is None
    renamed = continuous_run(search, {"model__lr": [0.1, 0.2]}, {"learning_rate": "model__lr"})
    assert set(renamed.region.parameters) == {"learning_rate"}
