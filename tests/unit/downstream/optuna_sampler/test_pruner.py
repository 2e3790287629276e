"""PreviousCurvesPruner: keeps the best, stops the rest, says why, and says it again.

Also of: downstream.schedulers.end_prior, downstream.schedulers.rule,
downstream.optuna_sampler.stopped.
"""

import numpy as np
import optuna
import pytest
from sklearn.datasets import load_wine

import warmstart
from warmstart.downstream import (
    PreviousCurvesPruner,
    WarmStartSampler,
    end_trial,
    report_rounds,
)
from warmstart.downstream.optuna_sampler.pruner import STOP
from warmstart.downstream.schedulers.end_prior import BeliefPrior, end_prior
from warmstart.errors import HistoryError
from warmstart.models.curves.curves import Curves
from warmstart.models.curves.records import Stop

BUDGETS = np.array([1.0, 2.0, 4.0, 8.0, 16.0])


@pytest.fixture(autouse=True)
def quiet():
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def rising(n=50, seed=0):
    rng = np.random.default_rng(seed)
    ends, speeds = rng.uniform(0.6, 0.9, (n, 1)), rng.uniform(0.3, 1.5, (n, 1))
    return Curves(budgets=BUDGETS, values=ends - 0.3 * BUDGETS**-speeds)


def run(pruner, direction="maximize", n_trials=30, shift=0, seed=0):
    sign = 1.0 if direction == "maximize" else -1.0

    def objective(trial):
        end = trial.suggest_float("end", 0.6, 0.9)
        for step in BUDGETS:
            trial.report(sign * (end - 0.3 * step**-0.8), int(step) - shift)
            if trial.should_prune():
                raise optuna.TrialPruned
        return sign * (end - 0.3 * 16**-0.8)

    sampler = optuna.samplers.RandomSampler(seed=seed)
    study = optuna.create_study(direction=direction, pruner=pruner, sampler=sampler)
    study.optimize(objective, n_trials=n_trials)
    return study


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
@pytest.mark.parametrize("by", [{}, {"p_stop": 0.05}])
def test_keeps_the_best_and_stops_the_rest(direction, by):
    pruner = PreviousCurvesPruner(rising(), **by)
    study = run(pruner, direction)
    ends = [trial.params["end"] for trial in study.trials]
    # What ends level within the least gain may be stopped.
    assert study.best_trial.params["end"] == pytest.approx(max(ends), abs=0.005)
    assert len(pruner.judgements) > 15


def test_every_stop_has_its_reason_and_is_judged_the_same_again():
    study = run(PreviousCurvesPruner(rising()))
    pruned = [t for t in study.trials if t.state.name == "PRUNED"]
    assert all("expected gain" in t.user_attrs[STOP] for t in pruned)
    again = PreviousCurvesPruner(rising()).replay(study)
    assert [stop.trial for stop, _ in again] == [t.number for t in pruned]
    assert all(stop.judgement == judged for stop, judged in again)
    # Another rule can be asked what it would have done.
    lenient = PreviousCurvesPruner(rising(), p_stop=1e-9).replay(study)
    assert not all(judged.stop for _, judged in lenient)


def test_a_study_that_counts_from_zero_is_read_one_later():
    from_one, from_zero = (run(PreviousCurvesPruner(rising()), shift=s) for s in (0, 1))
    assert [t.state for t in from_one.trials] == [t.state for t in from_zero.trials]


def test_a_prior_is_heard():
    doubt = PreviousCurvesPruner(rising(), prior=lambda _, trial: (0.0, 0.01))
    assert len(run(doubt).get_trials(states=[optuna.trial.TrialState.COMPLETE])) == 1


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"p_stop": 0.1, "least_gain": 0.1}, "stop by one of them"),
        ({"target": 99.0}, "target of 99"),
        ({"n_least": 0}, "n_least counts"),
    ],
)
def test_bad_arguments(more, match):
    with pytest.raises(HistoryError, match=match):
        PreviousCurvesPruner(rising(), **more)


def test_the_belief_of_a_sampler_is_a_prior():
    wine = load_wine(as_frame=True)
    search = warmstart.search(wine, space="random_forest", metric="balanced_accuracy")
    sampler = WarmStartSampler(
        wine, space="random_forest", metric="balanced_accuracy", n_trials=2
    )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    seen = []
    prior = BeliefPrior(search)

    def objective(trial):
        trial.suggest_float("max_features", 0.1, 1.0)
        (now,) = (t for t in study.get_trials(deepcopy=False) if t.number == trial.number)
        seen.append(prior(study, now))
        return 0.5

    study.optimize(objective, n_trials=3)
    assert seen[2] is None  # the other sampler's
    (first, width), (second, _) = seen[:2]
    assert 0.8 < first < 1
    assert width > 0
    assert second < first  # a bad score was told
    assert end_prior(search, search.history[0].configuration_id)[0] == pytest.approx(
        0.5, abs=0.1
    )


def falling(n=60, seed=0):
    """Curves that peak, the sooner the faster they are, and fall."""
    rng = np.random.default_rng(seed)
    peaks, heights = rng.uniform(0.5, 3.5, (n, 1)), rng.uniform(0.6, 0.9, (n, 1))
    return Curves(budgets=BUDGETS, values=heights - 0.02 * (np.log2(BUDGETS) - peaks) ** 2)


def best_of_rounds(pruner, n_trials=30, *, ends=end_trial, direction="maximize"):
    sign = 1.0 if direction == "maximize" else -1.0

    def objective(trial):
        height = trial.suggest_float("height", 0.6, 0.9)
        peak = trial.suggest_float("peak", 0.5, 3.5)
        found = {}
        for step in BUDGETS.astype(int).tolist():
            found[step] = sign * (height - 0.02 * (np.log2(step) - peak) ** 2)
            trial.report(found[step], step)
            if trial.should_prune():
                return ends(trial, found)
        return report_rounds(trial, found) if sign > 0 else min(found.values())

    sampler = optuna.samplers.RandomSampler(seed=0)
    study = optuna.create_study(direction=direction, pruner=pruner, sampler=sampler)
    study.optimize(objective, n_trials=n_trials)
    return study


def reported(study):
    return sum(max(trial.intermediate_values) for trial in study.trials)


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
def test_of_the_best_nothing_is_lost_and_much_is_saved(direction):
    whole = best_of_rounds(optuna.pruners.NopPruner(), direction=direction)
    last = best_of_rounds(PreviousCurvesPruner(falling()), direction=direction)
    pruner = PreviousCurvesPruner(falling(), value="best")
    best = best_of_rounds(pruner, direction=direction)
    assert best.best_value == pytest.approx(whole.best_value, abs=0.01)
    assert reported(best) < 0.5 * reported(whole)
    assert reported(best) < reported(last)
    assert all(
        stop == again for stop, again in ((s.judgement, j) for s, j in pruner.replay(best))
    )


def test_leaders_that_turned_down_end_with_their_best():
    spared = best_of_rounds(PreviousCurvesPruner(falling(), value="best"))
    pruner = PreviousCurvesPruner(falling(), value="best", stop_leaders=True)
    study = best_of_rounds(pruner)
    assert reported(study) < reported(spared)
    assert study.best_value == pytest.approx(spared.best_value, abs=0.01)
    short = [
        t
        for t in study.trials
        if t.state.name == "COMPLETE" and max(t.intermediate_values) < 16
    ]
    assert short
    for trial in short:
        assert trial.value == max(trial.intermediate_values.values())
        rounds = trial.user_attrs["warmstart:rounds"]
        assert trial.intermediate_values[rounds] == trial.value


def test_a_stopped_trial_tells_the_sampler_what_it_reached():
    sampler = WarmStartSampler(
        load_wine(as_frame=True),
        space="lightgbm",
        metric="log_loss",
        rounds=100,
        n_trials=3,
        seed=0,
    )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    trial = study.ask()
    trial.suggest_float("learning_rate", 0.01, 0.3, log=True)
    trial.report(-0.7, 10)
    trial.report(-0.4, 20)
    trial.report(-0.5, 40)
    study.tell(trial, state=optuna.trial.TrialState.PRUNED)
    told = sampler.reader.observation(study.trials[0], minimize=False)
    assert (told.status, told.score) == ("ok", -0.4)
    assert told.values["lightgbm:n_estimators"] == 20
    study.ask()


def test_where_rounds_are_not_read_off_the_expected_end_is_told():
    data = load_wine(as_frame=True)
    sampler = WarmStartSampler(data, space="random_forest", metric="accuracy", n_trials=40)
    pruner = PreviousCurvesPruner(rising())
    study = optuna.create_study(direction="maximize", sampler=sampler, pruner=pruner)

    def objective(trial):
        height = trial.suggest_float("max_features", 0.1, 1.0)
        for step in BUDGETS:
            trial.report(0.8 * height - 0.3 * step**-0.8, int(step))
            if trial.should_prune():
                raise optuna.TrialPruned
        return max(0.8 * height - 0.3 * 16**-0.8, 0)

    study.optimize(objective, n_trials=12)
    stopped = next(trial for trial in study.trials if STOP in trial.user_attrs)
    told = sampler.reader.observation(stopped, minimize=False)
    assert told.status == "ok"
    assert told.score == Stop.from_json(stopped.user_attrs[STOP]).judgement.expected


def test_refuses_what_has_no_meaning():
    with pytest.raises(HistoryError, match="'peak'"):
        PreviousCurvesPruner(rising(), value="peak")
    with pytest.raises(HistoryError, match='value="best"'):
        PreviousCurvesPruner(rising(), stop_leaders=True)
    with pytest.raises(HistoryError, match="target of 99"):
        PreviousCurvesPruner(rising(), target=99, value="best")
