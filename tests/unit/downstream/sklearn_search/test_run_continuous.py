"""WarmStartSearchCV anywhere in a learner's space, or in the distributions of an estimator.

Also of: downstream.sklearn_search.rounds.first_fold, downstream.sklearn_search.rounds.read_off,
downstream.sklearn_search.rounds.which.
"""

import numpy as np
import pytest
from scipy.stats import loguniform, norm, randint, uniform
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.unit.models.surfaces.toy_store import make_store

from warmstart.downstream import WarmStartSearchCV
from warmstart.downstream.sklearn_search.run_continuous import continuous_run
from warmstart.errors import ArgumentError
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


def searched(base, data, **given):
    given = {"n_iter": 6, "cv": 3, "scoring": "roc_auc", "random_state": 0, **given}
    return WarmStartSearchCV(
        booster(), DISTRIBUTIONS, knowledge=base, space="lightgbm", **given
    ).fit(*data)


def test_rounds_are_read_off_one_fit_a_fold_and_the_best_is_kept(base, data):
    found = searched(base, data)
    results = found.cv_results_
    assert {one["n_estimators"] for one in results["params"]} <= {10, 20}
    fits = [{k: v for k, v in one.items() if k != "n_estimators"} for one in results["params"]]
    assert len({repr(one) for one in fits}) == 6
    whole = [row for row in range(6) if np.isfinite(results["std_test_score"][row])]
    folds = StratifiedKFold(3)
    for row in whole[:2]:
        params = results["params"][row]
        for other in (10, 20):
            one = booster().set_params(**{**params, "n_estimators": other})
            plain = cross_val_score(one, *data, cv=folds, scoring="roc_auc").mean()
            assert plain <= results["mean_test_score"][row] + 1e-9
            if other == params["n_estimators"]:
                assert plain == pytest.approx(results["mean_test_score"][row])
    assert found.best_estimator_.n_estimators == found.best_params_["n_estimators"]
    assert isinstance(found.best_estimator_, lightgbm.LGBMClassifier)
    assert found.score(*data) > 0.9
    assert found.predict(data[0]).shape == (120,)


def test_who_is_behind_on_the_first_fold_is_not_fitted_to_others(base, data):
    # With 500 rows a leaf nothing is split.
    space = {"num_leaves": [15, 12], "min_child_samples": [5, 500], "n_estimators": [2, 20]}

    def search(**more):
        return WarmStartSearchCV(
            booster(),
            space,
            knowledge=base,
            space="lightgbm",
            n_iter=4,
            cv=3,
            scoring="roc_auc",
            random_state=0,
            n_finalists=0,
            **more,
        ).fit(*data)

    results = search().cv_results_
    leaves = [one["min_child_samples"] for one in results["params"]]
    good = leaves.index(5)
    left = [k for k in range(4) if k > good and leaves[k] == 500]
    assert left
    first, means = results["split0_test_score"], results["mean_test_score"]
    for name in ("split1_test_score", "split2_test_score", "std_test_score"):
        assert np.flatnonzero(np.isnan(results[name])).tolist() == left
    assert set(results["rank_test_score"][left]) <= {3, 4}
    best = int(np.argmax(np.where(np.arange(4) < left[0], means, 0)))
    assert means[left[0]] == pytest.approx(first[left[0]] + means[best] - first[best])
    assert np.isfinite(search(n_jobs=2).cv_results_["std_test_score"]).all()


def test_rounds_that_distributions_lack_can_be_named(base, data):
    space = {name: one for name, one in DISTRIBUTIONS.items() if name != "n_estimators"}
    found = WarmStartSearchCV(
        make_pipeline(StandardScaler(), booster()),
        {f"lgbmclassifier__{name}": one for name, one in space.items()},
        knowledge=base,
        space="lightgbm",
        mapping={name: f"lgbmclassifier__{name}" for name in ("learning_rate", "num_leaves")},
        n_iter=2,
        cv=2,
        rounds=[3, 6],
        scoring="roc_auc",
        random_state=0,
    ).fit(*data)
    assert found.best_params_["lgbmclassifier__n_estimators"] in (3, 6)
    plain = searched(base, data, rounds=None, n_iter=2)
    assert np.isfinite(plain.cv_results_["std_test_score"]).all()


def test_pipelines_of_the_base_read_rounds_too(base, data):
    found = WarmStartSearchCV(
        knowledge=base,
        space="lightgbm",
        n_iter=3,
        cv=3,
        rounds=(4, 8),
        scoring="roc_auc",
        random_state=0,
    ).fit(*data)
    tried = [one["lightgbm:n_estimators"] for one in found.cv_results_["params"]]
    assert set(tried) <= {4, 8}
    assert found.best_estimator_[-1].n_estimators in (4, 8)


def test_finalists_keep_their_rounds_and_several_metrics_search_them(base, data):
    found = searched(base, data, n_finalists=2)
    again = found.race_results_["params"]
    assert len(again) == 2
    assert all(one in found.cv_results_["params"] for one in again)
    found = searched(base, data, n_iter=2, scoring=["roc_auc", "accuracy"], refit="roc_auc")
    assert any("rounds are searched" in note for note in found.warnings_)


@pytest.mark.parametrize(
    "given",
    [
        {"space": "lightgbm", "rounds": [0]},
        {"space": "lightgbm", "rounds": [5], "scoring": ["roc_auc"], "refit": False},
        {"space": "logistic_regression", "rounds": [5]},
        {"space": "logistic_regression", "rounds": [5], "estimator": LogisticRegression()},
    ],
)
def test_rounds_that_cannot_be_read_are_refused(base, data, given):
    if "estimator" in given:
        given = {**given, "param_distributions": {"C": [0.1, 1.0]}}
    with pytest.raises(ArgumentError, match="rounds"):
        WarmStartSearchCV(knowledge=base, n_iter=1, cv=2, **given).fit(*data)
