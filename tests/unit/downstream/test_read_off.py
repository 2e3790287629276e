"""Scores at fewer rounds are those of models fitted with so many.

Also of: execution.measure.read_off, execution.measure.staged_scores, recommend.rounds.
"""

import numpy as np
import optuna
import pytest
from sklearn.datasets import load_wine, make_regression
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import warmstart
from warmstart.downstream import ReadOffObjective, cross_validate_rounds, report_rounds
from warmstart.errors import ArgumentError, HistoryError
from warmstart.execution.measure.read_off import RoundScores

FOLDS = KFold(3, shuffle=True, random_state=0)


@pytest.mark.parametrize("scoring", [None, "neg_log_loss", "balanced_accuracy"])
def test_a_booster_as_if_fitted_with_so_many(scoring):
    lightgbm = pytest.importorskip("lightgbm")
    X, y = load_wine(return_X_y=True)
    names = np.array(["red", "rose", "white"])[y]

    def booster(n):
        made = lightgbm.LGBMClassifier(n_estimators=n, num_leaves=4, verbosity=-1, n_jobs=1)
        return make_pipeline(StandardScaler(), made)

    found = cross_validate_rounds(
        booster(12), X, names, rounds=(3, 12), cv=FOLDS, scoring=scoring
    )
    for n, score in found.scores.items():
        plain = cross_val_score(booster(n), X, names, cv=FOLDS, scoring=scoring)
        assert score == pytest.approx(plain.mean())


def test_a_forest_and_a_booster_of_scikit_learn():
    X, y = make_regression(90, 4, noise=5.0, random_state=0)
    forest = RandomForestRegressor(8, random_state=0)
    found = cross_validate_rounds(forest, X, y, rounds=(2, 8), cv=FOLDS)
    plain = cross_val_score(RandomForestRegressor(2, random_state=0), X, y, cv=FOLDS)
    assert found.scores[2] == pytest.approx(plain.mean())
    X, y = load_wine(return_X_y=True)
    found = cross_validate_rounds(
        HistGradientBoostingClassifier(max_iter=6), X, y, rounds=(1, 6), cv=FOLDS
    )
    assert found.best_rounds == 6


def test_who_is_behind_after_a_fold_is_given_up():
    X, y = load_wine(return_X_y=True)
    good = RoundScores(rounds=(1, 5), folds=np.array([[0.5, 1.0], [0.5, 0.99], [0.5, 1.0]]))
    assert (good.best_rounds, round(good.best_score, 4)) == (5, 0.9967)
    stump = HistGradientBoostingClassifier(max_iter=5, max_depth=1, learning_rate=0.001)
    found = cross_validate_rounds(stump, X, y, rounds=(1, 5), cv=FOLDS, incumbent=good)
    assert found.stopped
    assert found.folds.shape == (1, 2)
    forest = HistGradientBoostingClassifier(max_iter=40)
    wide = RoundScores(rounds=(1,), folds=np.array([[1.0], [0.4], [0.7]]))
    assert not cross_validate_rounds(
        forest, X, y, rounds=(40,), cv=FOLDS, incumbent=wide
    ).stopped


def test_a_trial_says_how_many_rounds_its_value_is_of():
    trial = optuna.create_study(direction="maximize").ask()
    assert report_rounds(trial, {10: 0.7, 50: 0.8, 100: 0.8}) == 0.8
    assert trial.user_attrs == {"warmstart:rounds": 50}


def test_what_has_no_rounds_is_refused():
    X, y = load_wine(return_X_y=True)
    with pytest.raises(ArgumentError, match="LogisticRegression has no rounds"):
        cross_validate_rounds(
            make_pipeline(StandardScaler(), LogisticRegression()), X, y, rounds=(5,)
        )
    for rounds in ((), (0,), (True,), (2.5,)):
        with pytest.raises(ArgumentError, match="positive whole numbers"):
            cross_validate_rounds(LogisticRegression(), X, y, rounds=rounds)


def test_rounds_are_set_whatever_the_estimator_has():
    X, y = load_wine(return_X_y=True)
    one = make_pipeline(StandardScaler(), RandomForestClassifier(500, random_state=0))
    found = cross_validate_rounds(one, X, y, rounds=(2, 4), cv=FOLDS)
    assert list(found) == [2, 4]
    assert one[-1].n_estimators == 500
    plain = RandomForestClassifier(4, random_state=0)
    assert found[4] == pytest.approx(cross_val_score(plain, X, y, cv=FOLDS).mean())


def test_who_is_given_up_is_told_what_it_would_have_reached():
    X, y = load_wine(return_X_y=True)
    good = RoundScores(rounds=(5,), folds=np.array([[0.9], [1.0], [1.0]]))
    stump = HistGradientBoostingClassifier(max_depth=1, learning_rate=0.001)
    found = cross_validate_rounds(stump, X, y, rounds=(1, 5), cv=FOLDS, incumbent=good)
    first = found.folds[0].max()
    assert found.best_score == pytest.approx(first + np.mean([0.9, 1, 1]) - 0.9)


def test_an_objective_for_a_study_fits_once_and_gives_up_who_is_behind():
    X, y = load_wine(return_X_y=True)
    fits = []

    class Counted(HistGradientBoostingClassifier):
        __module__ = HistGradientBoostingClassifier.__module__

        def fit(self, X, y, sample_weight=None):
            fits.append(self.max_iter)
            return super().fit(X, y, sample_weight)

    def make(trial):
        rate = trial.suggest_categorical("learning_rate", [0.1, 1e-6])
        return Counted(learning_rate=rate, max_depth=2, random_state=0)

    Counted.__name__ = "HistGradientBoostingClassifier"
    objective = ReadOffObjective(X, y, make, rounds=(5, 10), cv=FOLDS, scoring="accuracy")
    study = optuna.create_study(direction="maximize")
    study.enqueue_trial({"learning_rate": 0.1})
    study.enqueue_trial({"learning_rate": 1e-6})
    study.optimize(objective, n_trials=2)
    assert fits == [10] * 4
    good, bad = study.trials
    assert good.value > 0.9 > bad.value
    assert good.user_attrs["warmstart:rounds"] == objective.incumbent.best_rounds


def test_a_search_records_the_rounds_that_were_best():
    X, y = load_wine(return_X_y=True, as_frame=True)
    search = warmstart.search(X, y, space=["hist_gradient_boosting", "logistic_regression"])
    objective = ReadOffObjective(X, y, rounds=(3, 9), cv=FOLDS, scoring="accuracy")
    search.run(objective, n=4)
    assert len(search.history) == 4
    assert not search.engine.pending
    for told in search.history:
        if told.configuration["learner"] == "hist_gradient_boosting":
            assert told.configuration["hist_gradient_boosting:max_iter"] in (3, 9)
    again = warmstart.resume(search.to_json())
    assert again.best == search.best
    assert again.ask().configuration == search.ask().configuration


def test_scores_by_rounds_of_what_has_none_are_refused():
    X, y = load_wine(return_X_y=True, as_frame=True)
    search = warmstart.search(X, y, space="logistic_regression")
    asked = search.ask()
    with pytest.raises(HistoryError, match="0 of its hyperparameters count rounds"):
        search.tell(asked, {10: 0.5})
    search = warmstart.search(X, y, space="hist_gradient_boosting")
    asked = search.ask()
    for scores in ({}, {10: float("nan")}):
        with pytest.raises(HistoryError, match="scores are finite numbers"):
            search.tell(asked, scores)
    assert not search.history
    assert search.engine.pending


def seen_by(made):
    def watch(rounds, score):
        made.append((rounds, score))
        return len(made) == 2

    return watch


@pytest.mark.parametrize("kind", ["lightgbm", "forest", "histogram"])
def test_the_first_fold_is_watched_and_stopped(kind):
    X, y = load_wine(return_X_y=True, as_frame=True)
    if kind == "lightgbm":
        package = pytest.importorskip("lightgbm")
        model = package.LGBMClassifier(verbosity=-1, n_jobs=1)
    elif kind == "forest":
        model = RandomForestClassifier(random_state=0)
    else:
        model = HistGradientBoostingClassifier(random_state=0)
    pipe = make_pipeline(StandardScaler(), model)
    told = {"rounds": (2, 4, 8), "cv": FOLDS, "scoring": "neg_log_loss"}
    made = []
    whole = cross_validate_rounds(pipe, X, y, **told)
    again = cross_validate_rounds(pipe, X, y, **told, watch=lambda *_: False)
    np.testing.assert_allclose(again.folds, whole.folds, rtol=1e-9)
    found = cross_validate_rounds(pipe, X, y, **told, watch=seen_by(made))
    assert (found.rounds, found.stopped) == ((2, 4), True)
    np.testing.assert_allclose(found.folds, whole.folds[:1, :2], rtol=1e-9)
    assert [rounds for rounds, _ in made] == [2, 4]


def test_a_pruner_stops_fits_within_the_first_fold():
    lightgbm = pytest.importorskip("lightgbm")
    X, y = load_wine(return_X_y=True, as_frame=True)

    class Stubborn(optuna.pruners.BasePruner):
        """Prunes every trial but the first, after its second report."""

        def prune(self, study, trial):
            return trial.number > 0 and len(trial.intermediate_values) == 2

    def make(trial):
        rate = trial.suggest_float("learning_rate", 0.001, 0.3, log=True)
        return lightgbm.LGBMClassifier(learning_rate=rate, verbosity=-1, n_jobs=1)

    rounds = (2, 4, 8)
    told = {"rounds": rounds, "cv": FOLDS, "scoring": "neg_log_loss"}
    silent = optuna.create_study(direction="maximize", pruner=Stubborn())
    silent.optimize(ReadOffObjective(X, y, make, **told), n_trials=2)
    assert not any(trial.intermediate_values for trial in silent.trials)
    objective = ReadOffObjective(X, y, make, **told, prune=True)
    study = optuna.create_study(direction="maximize", pruner=Stubborn())
    for rate in (0.1, 0.001, 0.3):
        study.enqueue_trial({"learning_rate": rate})
    study.optimize(objective, n_trials=3)
    first, second, third = study.trials
    assert list(first.intermediate_values) == [2, 4, 8]
    assert second.state.name == "PRUNED"
    assert list(second.intermediate_values) == [2, 4]
    # It leads, and so is not forgotten: with what it has reached.
    assert third.state.name == "COMPLETE"
    assert third.value == max(third.intermediate_values.values()) > first.value
    assert third.user_attrs["warmstart:rounds"] == 4
    plain = cross_validate_rounds(
        lightgbm.LGBMClassifier(learning_rate=0.1, verbosity=-1, n_jobs=1),
        X, y, rounds=rounds, cv=FOLDS, scoring="neg_log_loss",
    )  # fmt: skip
    assert first.value == pytest.approx(plain.best_score)
    gain = plain.gain_after_first()
    assert third.intermediate_values[2] < 0
    assert objective.incumbent.gain_after_first() == pytest.approx(gain)
