"""PreviousCurvesPruner: keeps the best, stops the rest, says why, and says it again.

Also of: downstream.schedulers.end_prior, downstream.schedulers.rule.
"""

import numpy as np
import optuna
import pytest
from sklearn.datasets import load_wine

import warmstart
from warmstart.downstream import PreviousCurvesPruner, WarmStartSampler
from warmstart.downstream.optuna_sampler.pruner import STOP
from warmstart.downstream.schedulers.end_prior import BeliefPrior, end_prior
from warmstart.errors import HistoryError
from warmstart.models.curves.curves import Curves

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
