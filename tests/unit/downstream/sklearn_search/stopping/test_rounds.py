"""WarmStartSearchCV(early_stopping=True): fits that are stopped after some of their rounds."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier

import warmstart
from warmstart.downstream.sklearn_search.stopping.rounds import RoundStopping
from warmstart.models.curves.records import Stop
from warmstart.recommend.search import Search

SPEEDS = {"learning_rate": np.geomspace(0.001, 0.5, 40).tolist()}


def data(seed=0):
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    flipped = np.random.default_rng(seed).uniform(size=len(y)) < 0.2
    return X.iloc[:, :8], y.where(~flipped, 1 - y)


def by_rounds(stop):
    return max(stop.budgets) >= 8


@pytest.mark.parametrize("rounds", ["auto", None])
def test_boosters_of_the_base_are_stopped_within_their_first_fold(rounds):
    pytest.importorskip("lightgbm")
    X, y = data()
    told = {
        "n_iter": 8, "space": "lightgbm", "cv": 3, "random_state": 0, "n_finalists": 0,
        "scoring": "neg_log_loss", "rounds": rounds,
    }  # fmt: skip
    found = warmstart.WarmStartSearchCV(**told, early_stopping=True).fit(X, y)
    stops = [stop for stop in found.stops_ if by_rounds(stop)]
    assert stops
    for stop in stops:
        assert list(stop.budgets) == sorted(stop.budgets)
        assert "expected gain" in stop.reason
        assert Stop.from_json(stop.to_json()) == stop
    scores = found.cv_results_["mean_test_score"]
    assert len(scores) == 8
    assert np.isnan(scores).sum() == len(found.stops_)
    whole = warmstart.WarmStartSearchCV(**told).fit(X, y)
    assert found.best_score_ >= whole.best_score_ - 0.02
    # What was fitted beforehand is what scikit-learn would have fitted.
    again = cross_val_score(found.best_estimator_, X, y, cv=3, scoring="neg_log_loss")
    assert found.best_score_ == pytest.approx(again.mean(), abs=1e-6)


def test_an_estimator_of_ones_own_is_judged_by_its_own_candidates():
    made = []

    class RandomForestCounted(RandomForestClassifier):
        def fit(self, X, y, *args, **params):
            super().fit(X, y, *args, **params)
            made.append(self.n_estimators)
            return self

    X, y = data()
    forest = RandomForestCounted(n_estimators=40, random_state=0)
    search = warmstart.WarmStartSearchCV(
        forest,
        {"max_depth": [1, 2, 3, 5, 8, 12], "max_features": [0.1, 0.5, 1.0]},
        n_iter=12, cv=3, random_state=0, n_finalists=0, early_stopping=True,
        scoring="neg_log_loss", rounds=None, refit=False, space="random_forest",
    ).fit(X, y)  # fmt: skip
    assert [stop for stop in search.stops_ if by_rounds(stop)]
    n_whole = 12 - len(search.stops_)
    assert made.count(40) <= 3 * n_whole + 2 * len(search.stops_)
    assert type(search.estimator) is RandomForestCounted


def test_the_search_is_told_what_a_stopped_candidate_reached(monkeypatch):
    pytest.importorskip("lightgbm")
    X, y = data()
    told = []
    tell = Search.tell

    def heard(self, configuration, score=None, **more):
        told.append((configuration, score))
        return tell(self, configuration, score, **more)

    monkeypatch.setattr(Search, "tell", heard)
    found = warmstart.WarmStartSearchCV(
        n_iter=6, space="lightgbm", cv=3, random_state=0, n_finalists=0,
        scoring="neg_log_loss", early_stopping=True, refit=False,
    ).fit(X, y)  # fmt: skip
    assert found.stops_
    assert len(told) == 6
    assert all(score is not None for _, score in told)
    rounds = [one["lightgbm:n_estimators"] for one, _ in told if isinstance(one, dict)]
    reached = [int(s.budgets[int(np.argmax(s.scores))]) for s in found.stops_]
    assert set(reached) <= set(rounds)


class TestRoundStopping:
    @pytest.fixture
    def stopping(self):
        X, y = data()
        search = warmstart.search(X, y, space="random_forest", metric="log_loss")
        return RoundStopping(search, None)

    def test_what_has_no_rounds_is_not_watched(self, stopping):
        assert stopping.watch(0, DecisionTreeClassifier(), {}) is None
        assert stopping.watch(0, RandomForestClassifier(10), {}) is None

    def test_nobody_is_stopped_before_there_is_something_to_beat(self, stopping):
        for number in range(3):
            watch = stopping.watch(number, RandomForestClassifier(40), {"learner": "a"})
            assert watch.rounds[0] == 8
            assert watch.rounds[-1] == 40
            assert not any(watch(k, 0.5 + 0.01 * k) for k in watch.rounds)
            watch.ended()
        assert stopping.best == pytest.approx(0.9)
        behind = stopping.watch(3, RandomForestClassifier(40), {"learner": "a"})
        assert any(behind(k, 0.1 + 0.001 * k) for k in behind.rounds)
        assert behind.stop.judgement.best == stopping.best
        other = stopping.watch(4, RandomForestClassifier(40), {"learner": "b"})
        assert not any(other(k, 0.1) for k in other.rounds)
