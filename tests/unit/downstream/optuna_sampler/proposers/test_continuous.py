"""WarmStartSampler in the whole space of a learner, led by surfaces.

Also of: downstream.optuna_sampler.proposers.make_proposer.
"""

import math

import optuna
import pytest
from optuna.distributions import FloatDistribution, IntDistribution
from tests.unit.models.surfaces.toy_store import make_store

from warmstart.downstream import WarmStartSampler, report_rounds
from warmstart.errors import ArgumentError
from warmstart.knowledge.base import open_knowledge
from warmstart.recommend.search import Search

optuna.logging.set_verbosity(optuna.logging.ERROR)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The embedded base with made-up surfaces: best near a rate of .05 and 16 leaves."""
    return open_knowledge().with_surfaces(make_store(tmp_path_factory.mktemp("surfaces")))


def search(base, **more):
    return base.search(
        metafeatures=None, task_type="binary", metric="roc_auc", space="lightgbm", **more
    )


def objective(trial):
    rate = trial.suggest_float("learning_rate", 0.01, 0.3, log=True)
    leaves = trial.suggest_int("num_leaves", 4, 128, log=True)
    split = trial.suggest_float("min_split_gain", 0.0, 1.0)
    away = math.log(rate / 0.08) ** 2 + 0.3 * math.log(leaves / 16) ** 2
    return 0.9 - 0.02 * away - 0.05 * split


def run(sampler, n, objective=objective, **more):
    study = optuna.create_study(direction="maximize", sampler=sampler, **more)
    study.optimize(objective, n_trials=n)
    return study


def test_it_begins_where_tables_agree_and_goes_anywhere(base):
    asked = search(base)
    sampler = WarmStartSampler(asked, n_trials=20, then_every=None)
    study = run(sampler, 20)
    first = study.trials[0].params
    assert 0.03 < first["learning_rate"] < 0.1
    assert study.best_value > 0.89
    known = {one["lightgbm:num_leaves"] for one in asked.question.pool}
    assert {t.params["num_leaves"] for t in study.trials} - known


def test_what_no_table_knows_is_searched_and_what_the_study_lacks_is_the_default(base):
    sampler = WarmStartSampler(search(base), n_trials=15, then_every=None)
    study = run(sampler, 15)
    given = sampler.suggested(study.trials[5])
    assert given["min_split_gain"] == study.trials[5].params["min_split_gain"]
    assert given["lightgbm:max_depth"] == -1
    assert given["lightgbm:subsample"] == 1.0
    # It counts in the objective, so it goes where that is good.
    late = [t.params["min_split_gain"] for t in study.trials[10:]]
    assert min(late) < 0.2
    changed = sampler.report(study)
    changed = changed[changed["reason"] != "never asked for"]
    assert set(changed["trial"]) <= {0}  # before the study's space was known


def test_a_space_known_beforehand_is_kept_to_from_the_first_trial(base):
    space = {
        "learning_rate": FloatDistribution(0.1, 0.3, log=True),
        "num_leaves": IntDistribution(4, 128, log=True),
        "min_split_gain": FloatDistribution(0.0, 1.0),
    }
    sampler = WarmStartSampler(search(base), n_trials=3, distributions=space)
    trial = optuna.create_study(direction="maximize", sampler=sampler).ask(space)
    assert sampler.suggested(trial._get_latest_trial())["lightgbm:learning_rate"] >= 0.1


def test_the_same_study_gives_the_same_trials_and_none_twice(base):
    one, other = (run(WarmStartSampler(search(base), n_trials=12), 12) for _ in range(2))
    assert [t.params for t in one.trials] == [t.params for t in other.trials]
    assert len({repr(t.params) for t in one.trials}) == 12


def test_trials_that_run_at_once_differ(base):
    sampler = WarmStartSampler(search(base), n_trials=6, patience_s=0.0)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    trials = [study.ask() for _ in range(4)]
    values = [t.suggest_float("learning_rate", 0.01, 0.3, log=True) for t in trials]
    assert len(set(values)) == 4


def test_failures_and_pruned_trials_are_learnt_from(base):
    def fails(trial):
        value = objective(trial)
        if trial.params["num_leaves"] > 40:
            raise ValueError("too large")
        if trial.params["min_split_gain"] > 0.8:
            raise optuna.TrialPruned
        return value

    sampler = WarmStartSampler(search(base), n_trials=12, then_every=None)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(fails, n_trials=12, catch=(ValueError,))
    assert study.best_value > 0.85


def test_without_surfaces_for_the_question_it_keeps_to_the_base(base):
    for more in ({"exclude": [f"family-{k}" for k in range(4)]}, {"time_budget_s": 100.0}):
        assert search(base, **more).engine.surfaces is None
    assert search(base, candidates=[{"learner": "lightgbm"}]).engine.surfaces is None
    everything = base.search(metafeatures=None, task_type="binary", metric="roc_auc")
    assert everything.engine.surfaces is None


def test_a_search_put_aside_is_led_as_before(base):
    begun = search(base, exclude=["family-3"])
    again = Search.from_json(begun.to_json(), base)
    assert again.engine.surfaces.names == begun.engine.surfaces.names
    assert not {"table-6", "table-7"} & set(again.engine.surfaces.names)


def test_rounds_read_off_a_fit_are_learnt_from(base):
    def objective(trial):
        rate = trial.suggest_float("learning_rate", 0.01, 0.3, log=True)
        best = max(10, min(400, round(10 / rate)))
        scores = {k: 0.9 - 0.02 * math.log(k / best) ** 2 for k in (10, 50, 100, 200, 400)}
        return report_rounds(trial, scores)

    sampler = WarmStartSampler(search(base), n_trials=8, rounds=400)
    assert sampler.then_every == 2
    study = run(sampler, 8, objective)
    told = [sampler.reader.observation(trial, minimize=False) for trial in study.trials]
    for trial, one in zip(study.trials, told, strict=True):
        assert one.values["lightgbm:n_estimators"] == trial.user_attrs["warmstart:rounds"]


def test_rounds_need_surfaces_and_a_number(base):
    with pytest.raises(ArgumentError, match="needs surfaces of one learner"):
        WarmStartSampler(search(base.with_surfaces(None)), rounds=100)
    with pytest.raises(ArgumentError, match="positive whole number, got 0"):
        WarmStartSampler(search(base), rounds=0)
