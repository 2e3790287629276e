"""WarmStartSearchCV(early_stopping=True): fewer fits, reasons, and the same winner.

Also of: downstream.sklearn_search.stopping.remembering.
"""

import numpy as np
import pytest
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

import warmstart
from warmstart.downstream.sklearn_search.stopping.remembering import plain, remembering
from warmstart.errors import ArgumentError

SPACE = ["logistic_regression", "naive_bayes", "nearest_neighbors", "decision_tree"]


def search(**more):
    told = {"n_iter": 10, "space": SPACE, "cv": 4, "random_state": 0, "n_finalists": 0}
    return warmstart.WarmStartSearchCV(**{**told, **more})


def test_hopeless_candidates_lose_their_last_folds():
    X, y = load_wine(return_X_y=True, as_frame=True)
    y = y.where(np.random.default_rng(0).uniform(size=len(y)) > 0.1, 2 - y)  # not all equal
    found = search(early_stopping=True).fit(X, y)
    assert found.stops_
    for stop in found.stops_:
        assert len(stop.budgets) < 4
        assert "expected gain" in stop.reason
    n = len(found.cv_results_["params"])
    assert n == 10
    scores = found.cv_results_["mean_test_score"]
    assert np.isnan(scores).sum() == len(found.stops_)
    assert np.isfinite(found.cv_results_["mean_fit_time"]).sum() >= n - len(found.stops_)
    whole = search().fit(X, y)
    assert found.best_score_ >= whole.best_score_ - 0.02
    assert type(found.best_estimator_) is type(whole.best_estimator_)


def test_nothing_is_fitted_twice():
    kinds = []

    class Counting(GaussianNB):
        def fit(self, X, y, sample_weight=None):
            kinds.append(len(X))
            return super().fit(X, y, sample_weight)

    X, y = load_wine(return_X_y=True)
    twin, memory = remembering(Counting())
    for _ in range(3):
        twin.__sklearn_clone__().fit(X, y)
    assert len(kinds) == 1
    memory.clear()
    fitted = twin.__sklearn_clone__().fit(X, y)
    assert len(kinds) == 2
    assert type(plain(fitted, Counting)) is Counting
    assert fitted.score(X, y) > 0.9


@pytest.mark.parametrize(
    ("more", "match"),
    [({"scoring": ["accuracy", "f1_macro"], "refit": "accuracy"}, "one metric")],
)
def test_what_cannot_be_judged(more, match):
    X, y = load_wine(return_X_y=True, as_frame=True)
    with pytest.raises(ArgumentError, match=match):
        search(early_stopping=True, **more).fit(X, y)


def test_remembering_leaves_the_estimator_alone():
    model = LogisticRegression(C=0.5)
    twin, _ = remembering(model)
    assert type(model) is LogisticRegression
    assert twin.get_params() == model.get_params()
