"""The best few on other folds: who is kept, and what stays in the results.

Also of: downstream.sklearn_search.begun, downstream.sklearn_search.estimators,
downstream.sklearn_search.known_rows, downstream.sklearn_search.settings.
"""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import TimeSeriesSplit
from tests.unit.recommend.toy import NEW, toy

from warmstart.downstream.sklearn_search.race import SearchRace, take_out
from warmstart.downstream.sklearn_search.search import WarmStartSearchCV
from warmstart.recommend.recommender import Recommender

pytestmark = pytest.mark.usefixtures("small_forests")

SPACE = ["naive_bayes", "logistic_regression", "decision_tree", "lda", "qda", "elastic_net"]


def results(*folds):
    """``cv_results_`` of candidates with such scores of two folds."""
    folds = np.array(folds)
    return {
        "params": [{"k": k} for k in range(len(folds))],
        "split0_test_score": folds[:, 0],
        "split1_test_score": folds[:, 1],
        "mean_test_score": folds.mean(axis=1),
        "rank_test_score": np.argsort(np.argsort(-folds.mean(axis=1))) + 1,
    }


@pytest.fixture
def race():
    search = Recommender().fit(toy()).search(metafeatures=NEW)
    return SearchRace(search, list(range(6)), "score", np.nan)


FIRST = [(0.5, 0.5), (0.5, 0.5), (0.5, 0.5), (0.5, 0.5), (0.70, 0.74), (0.76, 0.70)]


def raced(race, first, *again):
    asked = []

    def evaluate(params):
        asked.extend(one["k"] for one in params)
        return results(*first, *[again[0][k] for k in asked])

    race.run(results(*first), 3, evaluate, n_scored=100)
    return asked


def test_who_was_lucky_is_not_kept(race):
    asked = raced(race, FIRST, {4: (0.72, 0.73), 5: (0.61, 0.6)})
    assert sorted(asked) == [4, 5]
    assert race.kept == 4


def test_who_fails_on_other_folds_is_not_kept(race):
    raced(race, FIRST, {4: (np.nan, np.nan), 5: (0.5, 0.6)})
    assert race.kept == 5


def test_too_few_to_race(race):
    first = [(np.nan, np.nan)] * 3 + FIRST[3:]
    assert raced(race, first, {}) == []
    assert race.kept is None


def test_the_race_leaves_the_results_as_they_were():
    both = results((0.5, 0.5), (0.9, 0.9), (0.99, 0.99), (0.6, 0.6))
    gone = take_out(both, 2)
    assert both["rank_test_score"].tolist() == [2, 1]
    assert [len(column) for column in both.values()] == [2] * 5
    assert gone["mean_test_score"].tolist() == [0.99, 0.6]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=90), "b": rng.normal(size=90)})
    return X, np.where(X["a"] + rng.normal(size=90) > 0, "yes", "no")


def fitted(tiny_base, data, **more):
    base = Recommender.load(tiny_base)
    return WarmStartSearchCV(
        knowledge=base, space=SPACE, n_iter=6, random_state=0, **{"cv": 3, **more}
    ).fit(*data)


def test_a_search_ends_with_a_race(tiny_base, data):
    search = fitted(tiny_base, data)
    assert len(search.cv_results_["params"]) == 6
    finalists = search.race_results_["params"]
    assert len(finalists) == 2
    assert search.best_params_ in finalists
    again = fitted(tiny_base, data)
    assert again.best_params_ == search.best_params_
    assert again.best_score_ == search.best_score_


@pytest.mark.parametrize("more", [{"n_finalists": 0}, {"cv": TimeSeriesSplit(3)}])
def test_no_race(tiny_base, data, more):
    search = fitted(tiny_base, data, **more)
    assert search.race_results_["params"] == []
    assert search.cv_results_["rank_test_score"][search.best_index_] == 1
