"""Population based training: who goes on from whom, with which values, by which schedule.

Also of: downstream.schedulers.learners, downstream.schedulers.schedule.
"""

import numpy as np
import pytest
from sklearn.datasets import load_wine
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier

from warmstart.downstream.schedulers.learners import BoostingLearner, PartialFitLearner
from warmstart.downstream.schedulers.population import PopulationTraining
from warmstart.downstream.schedulers.schedule import ValueSchedule
from warmstart.errors import ArgumentError, HistoryError


class Walker:
    """Comes nearer to one by its rate, and jumps back where the rate is above a half."""

    def __init__(self, values):
        self.rate, self.at, self.n = values["rate"], 0.0, 0

    def set_values(self, values):
        self.rate = values["rate"]

    def advance(self):
        self.n += 1
        self.at = 0.0 if self.rate > 0.5 else self.at + self.rate * (1 - self.at)


FIRST = [{"rate": r, "other": "kept"} for r in (0.01, 0.02, 0.3, 0.02, 0.9)]


def training(**more):
    told = {"first": FIRST, "make": Walker, "score": lambda w: w.at, "random_state": 0}
    return PopulationTraining(**{**told, "mutable": {"rate": (0.001, 0.95)}, **more})


def test_the_worst_go_on_from_the_best():
    seen = []
    one = training()
    best = one.run(8, watch=lambda step, members: seen.append(max(m.score for m in members)))
    assert seen == sorted(seen)
    assert best.score > 1 - 0.7**8  # better than the best of the first alone
    assert all(member.learner.n == 8 for member in one.members)
    for exchange in one.exchanges:
        assert exchange.after["other"] == "kept"
        assert 0.001 <= exchange.after["rate"] <= 0.95
        assert "among the lowest 1" in exchange.reason
    assert len(best.path) == 8


def test_the_same_seed_does_the_same_again():
    runs = [training() for _ in range(2)]
    for one in runs:
        one.run(6)
    assert runs[0].exchanges == runs[1].exchanges
    assert FIRST[0]["rate"] == 0.01


def test_a_learner_that_fails_is_replaced():
    one = training(score=lambda w: np.nan if w.rate == 0.9 else w.at)
    one.run(3)
    assert one.exchanges[0].member == 4


class TestSchedule:
    def test_median_of_factors(self):
        paths = [[{"r": 1.0}, {"r": f}] for f in (0.5, 0.1, 0.4)]
        schedule = ValueSchedule.of(paths, n_points=3)
        assert schedule.factors["r"] == pytest.approx((1.0, np.sqrt(0.4), 0.4))
        assert schedule.factor("r", 0.75) == pytest.approx((np.sqrt(0.4) + 0.4) / 2)

    def test_what_is_no_number_all_along_has_none(self):
        schedule = ValueSchedule.of([[{"k": "a", "z": 0.0}, {"k": "b", "z": 1.0}], []])
        assert schedule.factors == {}
        assert schedule.factor("k", 0.5) == 1.0

    def test_values_follow_it(self):
        falling = ValueSchedule.of([[{"rate": 0.4 * 0.5**k} for k in range(6)]])
        one = training(schedule=falling, p_resample=0.0, factors=(1.0, 1.0))
        one.run(5)
        first = one.exchanges[0]
        assert first.after["rate"] == pytest.approx(0.3 * 0.5, rel=1e-6)


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"first": FIRST[:1]}, "two members or more"),
        ({"share": 0.9}, "got 0.9"),
        ({"mutable": {"rate": (1.0, 0.1)}}, "no range"),
        ({"mutable": {"kind": []}}, "no range or choices"),
    ],
)
def test_bad_arguments(more, match):
    with pytest.raises(HistoryError, match=match):
        training(**more)


class TestLearners:
    @pytest.fixture
    def wine(self):
        X, y = load_wine(return_X_y=True)
        return (X - X.mean(axis=0)) / X.std(axis=0), y

    def test_a_network_goes_on_with_another_rate(self, wine):
        model = MLPClassifier((8,), random_state=0)
        learner = PartialFitLearner(model, *wine, {"learning_rate_init": 1e-2, "no": 1})
        for _ in range(10):
            learner.advance()
        reached = learner.model.loss_
        learner.set_values({"learning_rate_init": 1e-9})
        learner.advance()
        assert learner.model.loss_ == pytest.approx(reached, rel=0.2)
        assert learner.model._optimizer.learning_rate_init == 1e-9

    @pytest.mark.parametrize(
        "model",
        [
            HistGradientBoostingClassifier(random_state=0),
            GradientBoostingClassifier(random_state=0),
        ],
    )
    def test_boosters_grow(self, wine, model):
        learner = BoostingLearner(model, *wine, {"learning_rate": 0.3}, rounds=3)
        learner.advance()
        learner.set_values({"learning_rate": 0.1})
        learner.advance()
        grown = getattr(learner.model, "n_iter_", None) or len(learner.model.estimators_)
        assert grown == 6
        assert learner.model.score(*wine) > 0.9

    def test_lightgbm_goes_on_from_what_it_made(self, wine):
        from lightgbm import LGBMClassifier

        learner = BoostingLearner(
            LGBMClassifier(verbose=-1, n_jobs=1), *wine, {"learning_rate": 0.2}, rounds=4
        )
        learner.advance()
        first = learner.model.booster_.num_trees()
        learner.advance()
        assert learner.model.booster_.num_trees() == 2 * first

    def test_a_population_of_networks(self, wine):
        X, y = wine

        def make(values):
            model = MLPClassifier((8,), random_state=0)
            return PartialFitLearner(model, X[:120], y[:120], values)

        one = PopulationTraining(
            first=[{"learning_rate_init": r} for r in (1e-5, 1e-4, 1e-2, 1e-6)],
            make=make,
            score=lambda learner: learner.model.score(X[120:], y[120:]),
            mutable={"learning_rate_init": (1e-6, 1e-1)},
            share=0.25,
        )
        one.run(5)
        assert {exchange.source for exchange in one.exchanges} >= {2}

    @pytest.mark.parametrize("kind", [PartialFitLearner, BoostingLearner])
    def test_what_cannot(self, wine, kind):
        with pytest.raises(ArgumentError, match="KNeighborsClassifier"):
            kind(KNeighborsClassifier(), *wine, {})
