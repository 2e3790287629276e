"""Tests of downstream.adapters.optuna.

Also of: downstream.tuner_spaces.optuna_rehearsal.
"""

import warnings
from types import SimpleNamespace

import optuna
import pytest
from benchmarks.tuners.optuna import Tuner
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

import warmstart
from warmstart.errors import SeedWarning, SpaceMismatchError
from warmstart.testing.downstream import BETTER, GOOD, DownstreamContract

DISTRIBUTIONS = {
    "lr": FloatDistribution(1e-4, 1.0, log=True),
    "depth": IntDistribution(2, 16),
    "booster": CategoricalDistribution(["gbtree", "dart"]),
}
seed = warmstart.downstream.optuna.seed


def objective(trial):
    trial.suggest_float("lr", 1e-4, 1.0, log=True)
    trial.suggest_int("depth", 2, 16)
    trial.suggest_categorical("booster", ["gbtree", "dart"])
    return 0.0


class TestOptuna(DownstreamContract):
    Tuner = Tuner

    def test_seeding_again_adds_nothing(self, tuner):
        tuner.seed([GOOD, BETTER])
        tuner.first(1)
        report = tuner.seed([GOOD, BETTER])
        assert [d.reason for d in report.dropped] == ["the tuner has it already"] * 2
        assert len(tuner.study.trials) == 2


class TestTraps:
    """What Optuna does on its own with such points, and what it does with ours."""

    @pytest.fixture
    def study(self):
        return optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))

    def run(self, study, n=1):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            study.optimize(objective, n_trials=n)
        return study.trials[0].params

    def test_out_of_range_is_run_all_the_same(self, study):
        point = {**GOOD, "depth": 64}
        study.enqueue_trial(point)
        assert self.run(study)["depth"] == 64
        study = optuna.create_study()
        seed([point], study, space=objective)
        assert self.run(study)["depth"] == 16

    def test_an_unknown_category_stops_the_study(self, study):
        point = {**GOOD, "booster": "xgb"}
        study.enqueue_trial(point)
        with pytest.raises(ValueError, match="not in"):
            self.run(study)
        study = optuna.create_study()
        report = seed([point, GOOD], study, space=objective)
        assert len(report.dropped) == 1
        assert self.run(study) == GOOD

    def test_names_not_asked_for_vanish_and_missing_ones_are_drawn(self, study):
        point = {"learning_rate": 0.125, "depth": 7, "booster": "gbtree"}
        study.enqueue_trial(point)
        assert self.run(study)["lr"] != 0.125
        study = optuna.create_study()
        report = seed([point], study, space=objective)
        assert [c.parameter for c in report.left_out] == ["learning_rate"]
        assert [c.parameter for c in report.filled] == ["lr"]
        study = optuna.create_study()
        seed([point], study, space=objective, mapping={"learning_rate": "lr"})
        assert self.run(study) == GOOD

    def test_added_trials_with_other_categories_break_the_study(self, study):
        other = {**DISTRIBUTIONS, "booster": CategoricalDistribution(["gbtree", "xgb"])}
        point = {**GOOD, "booster": "xgb"}
        study.add_trial(optuna.trial.create_trial(params=point, distributions=other, value=1.0))
        study.sampler = optuna.samplers.TPESampler(seed=0, n_startup_trials=1)
        with pytest.raises(ValueError, match="dynamic value space"):
            self.run(study, 2)
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(n_startup_trials=1))
        seed([point, GOOD], study, space=objective, scores=[1.0, 0.5])
        self.run(study, 2)
        assert len(study.trials) == 3


@pytest.mark.parametrize(("direction", "value"), [("maximize", 0.75), ("minimize", -0.75)])
def test_known_scores_become_finished_trials(direction, value):
    study = optuna.create_study(direction=direction)
    report = seed([GOOD, BETTER], study, space=DISTRIBUTIONS, scores=[0.75, None])
    assert report.scores == [0.75, None]
    assert study.trials[0].value == value
    assert study.trials[0].state == optuna.trial.TrialState.COMPLETE
    assert study.trials[1].state == optuna.trial.TrialState.WAITING


def test_scores_of_several_objectives_are_refused():
    study = optuna.create_study(directions=["maximize", "minimize"])
    with pytest.raises(ValueError, match="study has several"):
        seed([GOOD], study, space=DISTRIBUTIONS, scores=[0.75])


def test_the_space_of_a_study_with_trials_is_known():
    study = optuna.create_study()
    with pytest.raises(SpaceMismatchError, match="no trials yet"):
        seed([GOOD], study)
    study.optimize(objective, n_trials=1)
    report = seed([{**GOOD, "depth": 99}], study)
    assert report.accepted == [{**GOOD, "depth": 16}]


@pytest.mark.parametrize("space", [3, {"lr": (0, 1)}])
def test_spaces_of_other_kinds_are_refused(space):
    with pytest.raises(SpaceMismatchError, match="distribution"):
        seed([GOOD], optuna.create_study(), space=space)


def test_a_pruned_dry_run_has_asked():
    def pruned(trial):
        trial.suggest_int("depth", 2, 16)
        trial.report(0.0, 1)
        raise optuna.TrialPruned

    report = seed([{"depth": 3}], optuna.create_study(), space=pruned)
    assert report.accepted == [{"depth": 3}]


def test_a_failed_trial_may_be_tried_again():
    study = optuna.create_study()
    distributions = {"depth": IntDistribution(2, 16)}
    trial = optuna.trial.create_trial(
        params={"depth": 3}, distributions=distributions, state=optuna.trial.TrialState.FAIL
    )
    study.add_trial(trial)
    assert seed([{"depth": 3}], study).accepted == [{"depth": 3}]


class TestRehearsal:
    """An objective is called once a point, which is never kept quiet."""

    def test_calls_are_told(self):
        calls = []

        def objective(trial):
            calls.append(trial.suggest_float("x", 0, 1))
            return calls[-1]

        report = warmstart.downstream.optuna.seed(
            [{"x": 0.1}, {"x": 0.2}], optuna.create_study(), space=objective
        )
        assert len(calls) == 2
        told = "objective was called 2 times, once a point, to see what it asks for"
        assert report.notes == (told,)
        assert told in repr(report)

    def test_one_that_takes_long_is_warned_of_at_once(self, monkeypatch):
        seconds = iter([0.0, 2.5, 2.5, 5.0])
        monkeypatch.setattr(
            "warmstart.downstream.tuner_spaces.optuna_rehearsal.time",
            SimpleNamespace(perf_counter=lambda: next(seconds)),
        )
        with pytest.warns(
            SeedWarning, match=r"first call took 2.5 s: if it trains a model, pass"
        ):
            report = warmstart.downstream.optuna.seed(
                [{"x": 0.1}, {"x": 0.2}],
                optuna.create_study(),
                space=lambda trial: trial.suggest_float("x", 0, 1),
            )
        assert report.notes[0].endswith("that took 5.0 s")
