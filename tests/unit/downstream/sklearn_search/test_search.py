"""WarmStartSearchCV: where search estimators are checked, and where it learns.

Also of: downstream.sklearn_search.candidates, downstream.sklearn_search.failed_fits,
downstream.sklearn_search.run.
"""

import atexit
import tempfile
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from sklearn.base import BaseEstimator, ClassifierMixin, clone, is_classifier, is_regressor
from sklearn.datasets import load_diabetes, load_iris, load_wine
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold, PredefinedSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from tests.conftest import few_trees

import warmstart
from warmstart import MetaDataset, Recommender, WarmStartSearchCV
from warmstart.downstream.sklearn_search.candidates import own_pool
from warmstart.downstream.sklearn_search.failed_fits import append_failures, failed_candidates
from warmstart.errors import KnowledgeError, SpaceMismatchError


def history(name, values, best, metric=None, n_tasks=12, **more):
    """Tasks that all like one value of one hyperparameter best."""
    rng = np.random.default_rng(0)
    distance = np.abs(np.log10(values) - np.log10(best))
    scores = 0.9 - 0.1 * distance + 0.02 * rng.standard_normal((n_tasks, len(values)))
    names = [f"c{k}" for k in range(len(values))]
    return MetaDataset.from_matrix(
        pd.DataFrame(scores, columns=names),
        configurations=pd.DataFrame({name: values}, index=names),
        **({} if metric is None else {"metric": metric}),
        **more,
    )


VALUES = np.geomspace(1e-3, 1e3, 7)


@pytest.fixture(scope="module")
def logistic():
    """History of a logistic regression that likes C=10."""
    with few_trees():
        return Recommender().fit(history("C", VALUES, 10.0))


FOLDER = tempfile.TemporaryDirectory()
atexit.register(FOLDER.cleanup)


class Saved(str):
    """Path of a recommender; the name of a test must not tell where it is this time."""

    __slots__ = ()

    def __repr__(self):
        return f"<history of {Path(self).name}>"


# A recommender keeps what it computes, and scikit-learn wants parameters that never change:
# the checks are given folders.
with few_trees():
    RIDGE, LOGISTIC = (
        Saved(Recommender().fit(history(name, [0.1, 1.0], 1.0)).save(Path(FOLDER.name) / name))
        for name in ("alpha", "C")
    )

# Of the checks scikit-learn exempts its own searches from, one: whether a column vector y
# warns is up to the estimator, and Ridge takes it for several targets without a word.
EXEMPT = {"check_supervised_y_2d": "DataConversionWarning not caught"}


@parametrize_with_checks(
    [
        WarmStartSearchCV(
            Ridge(), {"alpha": [0.1, 1.0]}, n_iter=2, cv=2, knowledge=RIDGE, random_state=0
        ),
        WarmStartSearchCV(
            LogisticRegression(), n_iter=2, cv=2, knowledge=LOGISTIC, random_state=0
        ),
    ],
    expected_failed_checks=lambda s: EXEMPT if isinstance(s.estimator, Ridge) else {},
)
@pytest.mark.filterwarnings("ignore")
def test_does_what_search_estimators_do(estimator, check):
    check(estimator)


def test_tries_what_the_history_likes_first(logistic):
    X, y = load_iris(return_X_y=True)
    search = WarmStartSearchCV(
        LogisticRegression(max_iter=1000), n_iter=3, cv=3, knowledge=logistic, random_state=0
    ).fit(X, y)
    tried = [params["C"] for params in search.cv_results_["params"]]
    assert tried[0] == 10.0
    assert len(set(tried)) == 3
    assert search.best_estimator_.get_params()["C"] == search.best_params_["C"]
    assert search.best_score_ == max(search.cv_results_["mean_test_score"])
    assert search.predict(X).shape == y.shape
    assert list(search.classes_) == [0, 1, 2]


def test_names_of_a_pipeline_are_mapped(logistic):
    X, y = load_iris(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    search = WarmStartSearchCV(
        pipeline, n_iter=2, knowledge=logistic, mapping={"logisticregression__C": "C"}
    ).fit(X, y)
    assert [list(p) for p in search.cv_results_["params"]] == [["logisticregression__C"]] * 2
    with pytest.raises(SpaceMismatchError, match="knows none of memory"):
        WarmStartSearchCV(pipeline, knowledge=logistic).fit(X, y)


@pytest.mark.parametrize(
    ("space", "expected"),
    [
        ({"C": [0.1, 10, 99.0]}, {0.1, 10.0, 99.0}),
        ({"C": scipy.stats.loguniform(0.5, 200)}, {1.0, 10.0, 100.0}),
        ({"C": [10.0], "fit_intercept": [True, False]}, {10.0}),
        ([{"C": [10.0]}, {"C": [0.001], "penalty": ["l2"]}], {10.0, 0.001}),
    ],
)
def test_the_pool_is_what_the_history_tried_within_and_new_draws(logistic, space, expected):
    pool = own_pool(
        logistic,
        LogisticRegression(),
        space,
        learners=None,
        mapping=None,
        n_draws=5,
        random_state=0,
    )
    params = [one.params for one in pool]
    assert expected <= {p["C"] for p in params}
    assert len({repr(sorted(p.items())) for p in params}) == len(params)
    if hasattr(space, "items") and hasattr(space["C"], "rvs"):
        assert len(params) == 3 + 5
        assert all(0.5 <= p["C"] <= 200 for p in params)


def test_the_word_for_nothing_is_none_where_the_estimator_has_none():
    rng = np.random.default_rng(0)
    words = pd.DataFrame({"class_weight": ["none", "balanced"]}, index=list("ab"))
    scores = pd.DataFrame(rng.random((8, 2)), columns=list("ab"))
    with few_trees():
        base = Recommender().fit(MetaDataset.from_matrix(scores, configurations=words))
    X, y = load_iris(return_X_y=True)
    search = WarmStartSearchCV(LogisticRegression(max_iter=500), n_iter=2, knowledge=base, cv=2)
    tried = search.fit(X, y).cv_results_["params"]
    assert {p["class_weight"] for p in tried} == {None, "balanced"}


def test_several_learners_in_the_history_must_be_told_apart():
    rng = np.random.default_rng(0)
    scores = pd.DataFrame(rng.random((8, 4)), columns=list("abcd"))
    frame = pd.DataFrame(
        {
            "learner": ["ridge", "ridge", "lasso", "lasso"],
            "alpha": [1.0, 2.0, 3.0, 4.0],
            "tol": [0.1, 0.2, np.nan, np.nan],
            "max_iter": [np.nan, np.nan, 10, 20],
        },
        index=list("abcd"),
    )
    with few_trees():
        base = Recommender().fit(MetaDataset.from_matrix(scores, configurations=frame))
    X, y = load_diabetes(return_X_y=True)
    search = WarmStartSearchCV(Ridge(), n_iter=2, knowledge=base, cv=2)
    with pytest.raises(SpaceMismatchError, match="lasso, ridge of the history share 2"):
        search.fit(X, y)
    search.set_params(space="ridge").fit(X, y)
    assert {p["alpha"] for p in search.cv_results_["params"]} == {1.0, 2.0}
    with pytest.raises(SpaceMismatchError, match="'lars' is not in the history"):
        search.set_params(space="lars").fit(X, y)


class Fragile(ClassifierMixin, BaseEstimator):
    """Fails with a C that its history likes."""

    def __init__(self, C=1.0):
        self.C = C

    def fit(self, X, y):
        if self.C == 10.0:
            raise RuntimeError("out of memory, say")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


@pytest.mark.parametrize("batch_size", [1, 2])
@pytest.mark.parametrize("error_score", [np.nan, 0.0])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_failures_are_told_and_kept(logistic, batch_size, error_score):
    X, y = load_iris(return_X_y=True)
    search = WarmStartSearchCV(
        Fragile(),
        n_iter=4,
        cv=3,
        knowledge=logistic,
        batch_size=batch_size,
        error_score=error_score,
        random_state=0,
    )
    with pytest.warns(FitFailedWarning):
        search.fit(X, y)
    results = pd.DataFrame(search.cv_results_)
    assert len(results) == 4
    assert len({p["C"] for p in results["params"]}) == 4
    failed = results[results["param_C"] == 10.0]
    assert len(failed) == 1
    assert failed["rank_test_score"].item() == 4
    assert search.best_params_["C"] != 10.0


def test_every_candidate_failing_is_an_error(logistic):
    X, y = load_iris(return_X_y=True)
    search = WarmStartSearchCV(Fragile(), {"C": [10.0]}, n_iter=1, knowledge=logistic)
    with (
        pytest.warns(FitFailedWarning),
        pytest.raises(ValueError, match=r"fits failed(.|\n)*out of memory"),
    ):
        search.fit(X, y)
    with pytest.raises(RuntimeError, match="out of memory"):
        search.set_params(error_score="raise").fit(X, y)


def test_fewer_candidates_than_asked_for_is_said(logistic):
    X, y = load_iris(return_X_y=True)
    search = WarmStartSearchCV(Fragile(), {"C": [0.1, 1.0]}, n_iter=5, knowledge=logistic)
    with pytest.warns(UserWarning, match="n_iter=5, but there are only 2 candidates"):
        search.fit(X, y)
    assert len(search.cv_results_["params"]) == 2


def test_failed_rows_take_every_column():
    results = {
        "mean_fit_time": np.array([1.0]),
        "param_a": np.ma.MaskedArray(np.array([1]), mask=[False]),
        "params": [{"a": 1}],
        "split0_test_score": np.array([0.5]),
        "mean_test_score": np.array([0.5]),
        "std_test_score": np.array([0.0]),
        "rank_test_score": np.array([1], dtype=np.int32),
    }
    append_failures(results, [{"b": 2}, {"a": 3}], np.nan)
    assert results["params"] == [{"a": 1}, {"b": 2}, {"a": 3}]
    assert results["param_a"].mask.tolist() == [False, True, False]
    assert results["param_b"].mask.tolist() == [True, False, True]
    assert results["rank_test_score"].tolist() == [1, 2, 2]
    assert failed_candidates(results, "score", np.nan).tolist() == [False, True, True]


@pytest.fixture(scope="module")
def tiny(tiny_base):
    with few_trees():
        return warmstart.open_knowledge(tiny_base)


def test_pipelines_of_the_base(tiny):
    X, y = load_wine(return_X_y=True, as_frame=True)
    search = WarmStartSearchCV(n_iter=3, cv=2, knowledge=tiny, random_state=0).fit(X, y)
    assert isinstance(search.best_estimator_, Pipeline)
    assert list(search.classes_) == [0, 1, 2]
    assert search.estimator is None
    assert search.scoring is None
    assert search.best_params_["learner"] in set(search.cv_results_["param_learner"])
    assert search.score(X, y) > 0.5
    assert is_classifier(search)
    again = WarmStartSearchCV(n_iter=3, cv=2, knowledge=tiny, random_state=0).fit(X, y)
    assert again.cv_results_["params"] == search.cv_results_["params"]


def test_pipelines_of_the_base_for_regression(tiny):
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    search = WarmStartSearchCV(
        n_iter=2,
        cv=2,
        knowledge=tiny,
        space="ridge",
        scoring="neg_root_mean_squared_error",
        refit=True,
        random_state=0,
    )
    with pytest.warns(UserWarning, match="there are only"):
        search.set_params(n_iter=99).fit(X, y)
    assert is_regressor(search)
    assert search.best_score_ < 0
    assert set(search.cv_results_["param_learner"]) == {"ridge"}


def test_several_metrics_and_no_refit(tiny):
    X, y = load_wine(return_X_y=True, as_frame=True)
    both = ["accuracy", "balanced_accuracy"]
    search = WarmStartSearchCV(n_iter=2, cv=2, knowledge=tiny, scoring=both, refit=both[1])
    search.fit(X, y)
    assert "mean_test_accuracy" in search.cv_results_
    assert search.best_score_ == max(search.cv_results_["mean_test_balanced_accuracy"])
    unfitted = clone(search).set_params(refit=False).fit(X, y)
    assert not hasattr(unfitted, "best_params_")
    assert unfitted.knowledge is tiny  # shared, not copied


def test_a_score_in_another_unit_is_refused(tiny):
    X, y = load_wine(return_X_y=True, as_frame=True)
    search = WarmStartSearchCV(
        n_iter=2, cv=2, knowledge=tiny, scoring=lambda estimator, X, y: 80.0
    )
    with pytest.raises(KnowledgeError, match="scored 80 in 'score', which is no balanced"):
        search.fit(X, y)


@pytest.mark.parametrize("options", [{"n_iter": 0}, {"batch_size": 0}, {"estimator": "svm"}])
def test_bad_arguments(tiny, options):
    X, y = load_wine(return_X_y=True)
    with pytest.raises(ValueError, match=f"The '{next(iter(options))}' parameter"):
        WarmStartSearchCV(**{"knowledge": tiny, **options}).fit(X, y)


class TestRowsWithoutATarget:
    """One reading of y in the search and in the pipelines it fits."""

    X = pd.DataFrame({"a": np.random.default_rng(0).normal(size=60)})
    y: ClassVar = [None if i % 7 == 3 else ["no", "yes"][i % 2] for i in range(60)]

    def search(self, **options):
        return WarmStartSearchCV(n_iter=1, space="naive_bayes", random_state=0, **options)

    @pytest.mark.parametrize(
        "cv",
        [
            3,
            [(list(range(30)), list(range(30, 60))), (list(range(30, 60)), list(range(30)))],
            PredefinedSplit([i // 2 % 2 for i in range(60)]),
        ],
    )
    def test_are_left_out_of_folds_too(self, cv):
        search = self.search(cv=cv).fit(self.X, self.y)
        assert np.isfinite(search.best_score_)
        assert "Target missing in 9 rows" in search.warnings_[0]
        assert set(search.predict(self.X)) <= {"no", "yes"}
        assert 0 <= search.score(self.X, self.y) <= 1

    def test_groups_go_with_their_rows(self):
        groups = np.arange(60) % 5
        search = self.search(cv=GroupKFold(5)).fit(self.X, self.y, groups=groups)
        assert np.isfinite(search.best_score_)
