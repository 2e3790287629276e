"""WarmStartSampler on a small base whose best configurations are deep forests.

Also of: downstream.optuna_sampler.claims, downstream.optuna_sampler.proposers.proposer.
"""

import subprocess
import sys
import threading
from pathlib import Path

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import CmaEsSampler, RandomSampler, TPESampler
from optuna.trial import TrialState
from tests.conftest import few_trees
from tests.unit.downstream.optuna_sampler.toy_study import objective
from tests.unit.recommend.toy import NEW, configurations, toy

import warmstart
from warmstart.downstream import WarmStartSampler
from warmstart.downstream.optuna_sampler.claims import CLAIM, Claims, claim_of
from warmstart.errors import KnowledgeError, SpaceMismatchError

optuna.logging.set_verbosity(optuna.logging.ERROR)


@pytest.fixture(scope="module")
def recommender():
    with few_trees():
        return warmstart.Recommender().fit(toy())


@pytest.fixture(scope="module")
def base(recommender, tmp_path_factory):
    return recommender.save(tmp_path_factory.mktemp("kb") / "base")


@pytest.fixture
def sampler(recommender):
    def make(**options):
        return WarmStartSampler(
            recommender, **{"metafeatures": NEW, "n_trials": 5, "seed": 0, **options}
        )

    return make


def study_of(sampler, direction="maximize", **options):
    return optuna.create_study(direction=direction, sampler=sampler, **options)


def given(study):
    """Ids of what was given, in the order of the trials."""
    return [claim["id"] for trial in study.get_trials() if (claim := claim_of(trial))]


def test_gives_whole_configurations_first_and_then_hands_over(sampler):
    study = study_of(sampler())
    study.optimize(objective, n_trials=9)
    assert [claim_of(t) is not None for t in study.trials] == [True] * 5 + [False] * 4
    known = configurations()
    for trial in study.trials[:5]:
        row = known.loc[claim_of(trial)["id"]]
        assert trial.params["learner"] == row["learner"]
        assert trial.params["depth"] == row["depth"]
        assert "warmstart" not in trial.user_attrs
    assert len(set(given(study))) == 5


def test_is_led_by_the_base_to_the_best(sampler):
    study = study_of(sampler(n_trials=3))
    study.optimize(objective, n_trials=3)
    assert study.best_value > 0.7
    assert study.best_params["learner"] == "forest"


def test_learns_from_every_finished_trial_whoever_chose_it(sampler):
    """Results that contradict the base turn the search round."""

    def contrary(trial):
        return 1.2 - objective(trial)

    lead, told = study_of(sampler(n_trials=1)), study_of(sampler(n_trials=1))
    lead.optimize(contrary, n_trials=1)
    assert lead.trials[0].params["depth"] > 5
    for depth, learner in [(9, "forest"), (8, "forest"), (4, "tree"), (0, "tree")]:
        told.enqueue_trial({"learner": learner, "depth": depth, "rate": 0.5})
    told.optimize(contrary, n_trials=5)
    assert told.trials[4].params["depth"] < 5


def test_a_loss_is_how_far_from_perfect(sampler):
    up, down = study_of(sampler()), study_of(sampler(), "minimize")
    up.optimize(objective, n_trials=7)
    down.optimize(lambda trial: 1 - objective(trial), n_trials=7)
    assert [t.params for t in up.trials[:5]] == [t.params for t in down.trials[:5]]


def test_a_value_that_cannot_be_a_score_stops_at_once(recommender):
    with few_trees():
        named = warmstart.Recommender().fit(toy(metric="balanced_accuracy"))
    study = study_of(WarmStartSampler(named, metafeatures=NEW))
    with pytest.raises(KnowledgeError, match="trial 0 returned 80"):
        study.optimize(lambda trial: 80 + 0 * objective(trial), n_trials=2)
    assert [t.state for t in study.trials] == [TrialState.COMPLETE]
    percent = WarmStartSampler(named, metafeatures=NEW, to_score=lambda value: value / 100)
    study_of(percent).optimize(lambda trial: 100 * objective(trial), n_trials=3)


def test_the_same_seed_gives_the_same_study(sampler):
    def run(seed):
        study = study_of(sampler(seed=seed))
        study.optimize(objective, n_trials=8)
        return [t.params for t in study.trials]

    assert run(1) == run(1)
    assert run(1)[5:] != run(2)[5:]


@pytest.mark.parametrize(
    "then",
    [
        lambda: TPESampler(seed=0, multivariate=True),
        lambda: RandomSampler(seed=0),
        lambda: CmaEsSampler(seed=0),
    ],
    ids=["TPE", "random", "CMA-ES"],
)
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_hands_over_to_any_sampler(sampler, then):
    def numeric(trial):
        return 0.5 + trial.suggest_int("depth", 0, 9) / 30 - trial.suggest_float("x", 0, 1) / 9

    study = study_of(sampler(then=then()))
    study.optimize(numeric, n_trials=12)
    assert len(given(study)) == 5
    assert len({t.params["x"] for t in study.trials}) == 12


def test_what_is_illegal_is_repaired_or_sampled_and_recorded(sampler):
    def narrow(trial):
        learner = trial.suggest_categorical("learner", ["forest"])
        depth = trial.suggest_int("depth", 0, 8)
        seed = trial.suggest_int("seed", 0, 99)
        kind = trial.suggest_categorical("rate", ["slow", "fast"])
        return 0.5 + depth / 50 + 0 * seed + 0 * len(learner + kind)

    used = sampler(n_trials=3)
    study = study_of(used)
    study.optimize(narrow, n_trials=3)
    assert len(given(study)) == 3
    report = used.report(study)
    for trial in study.trials:
        suggested = used.suggested(trial)
        changed = {c["parameter"]: c for c in trial.user_attrs["warmstart"]["changed"]}
        assert changed["seed"]["reason"] == "not in the suggestion"
        differs = suggested["depth"] != trial.params["depth"]
        assert differs == ("depth" in changed)
        assert len(report[report["trial"] == trial.number]) == len(changed)
    # The first of a learner that the study does not have says so; then none is suggested.
    learners = [used.suggested(t)["learner"] for t in study.trials]
    assert "tree" not in learners[1:]


def test_what_repairs_make_equal_is_tried_once(sampler):
    def blind(trial):
        return 0.5 + 0.01 * trial.suggest_int("depth", 0, 2)

    study = study_of(sampler(n_trials=10))
    study.optimize(blind, n_trials=5)
    tried = [t.params["depth"] for t in study.trials if claim_of(t)]
    # The second is chosen when the first has told what is asked.
    assert len(tried) == len(set(tried))
    assert len(tried) < 5  # nothing new is left: the other sampler goes on


def test_keys_never_asked_for_are_recorded(sampler):
    used = sampler()
    study = study_of(used)
    study.optimize(lambda trial: 0.5 + trial.suggest_int("depth", 0, 9) / 50, n_trials=2)
    unasked = study.trials[0].user_attrs["warmstart"]["never asked for"]
    assert unasked["learner"] == used.suggested(study.trials[0])["learner"]


def test_names_are_mapped(sampler):
    mapping = {"how_deep": "depth", "learner": "model"}
    used = sampler(mapping=mapping)
    study = study_of(used)

    def renamed(trial):
        model = trial.suggest_categorical("model", ["forest", "tree"])
        return 0.5 + trial.suggest_int("how_deep", 0, 9) / 50 + 0 * len(model)

    study.optimize(renamed, n_trials=4)
    for trial in study.trials:
        assert trial.params["how_deep"] == used.suggested(trial)["depth"]
        assert trial.params["model"] == used.suggested(trial)["learner"]
    with pytest.raises(SpaceMismatchError, match="neither is a known"):
        sampler(mapping={"how_deep": "dept"})


def test_names_that_mean_nothing_are_said(sampler, caplog):
    study = study_of(sampler())
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    assert "trial 0 asked for x, and the suggestion has none of them" in caplog.text


def test_mappings_of_the_injectors_are_understood(sampler):
    mapping = {"depth": None, "learner": ("model", {"forest": "rf", "tree": "dt"})}
    used = sampler(mapping=mapping)
    study = study_of(used)

    def translated(trial):
        model = trial.suggest_categorical("model", ["rf", "dt"])
        return 0.5 + trial.suggest_int("depth", 0, 9) / 50 + 0.1 * (model == "rf")

    study.optimize(translated, n_trials=3)
    for trial in study.trials[:2]:
        assert (
            trial.params["model"][0]
            == {"forest": "r", "tree": "d"}[used.suggested(trial)["learner"]]
        )
        changed = trial.user_attrs["warmstart"]["changed"]
        assert [(c["parameter"], c["reason"]) for c in changed] == [
            ("depth", "not in the suggestion")
        ]
        assert "depth" not in trial.user_attrs["warmstart"]["never asked for"]


def test_distributions_close_from_the_start_what_the_study_lacks(sampler):
    space = {
        "learner": CategoricalDistribution(["tree"]),
        "depth": IntDistribution(0, 9),
        "rate": FloatDistribution(0, 1),
    }
    used = sampler(distributions=space)
    study = study_of(used)
    study.optimize(
        lambda trial: 0.5 + 0.01 * trial.suggest_int("depth", 0, 9),
        n_trials=5,
    )
    assert {used.suggested(t)["learner"] for t in study.trials} == {"tree"}
    with pytest.raises(SpaceMismatchError, match="allow none of the 10"):
        sampler(distributions={"learner": CategoricalDistribution(["svm", "mlp"])})


def test_pruned_and_failed_trials(sampler):
    def broken(trial):
        value = objective(trial)
        trial.report(value, 0)
        if trial.number in (1, 2):
            raise optuna.TrialPruned
        if trial.number == 3:
            raise RuntimeError("out of memory, say")
        return value

    led = sampler(n_trials=8, then_every=None)
    study = study_of(led, pruner=optuna.pruners.MedianPruner())
    study.optimize(broken, n_trials=8, catch=(RuntimeError,))
    assert len(set(given(study))) == 8
    states = [t.state.name for t in study.trials[:4]]
    assert states == ["COMPLETE", "PRUNED", "PRUNED", "FAIL"]


@pytest.mark.parametrize(
    "pruner",
    [
        optuna.pruners.MedianPruner(n_startup_trials=2),
        optuna.pruners.SuccessiveHalvingPruner(),
        optuna.pruners.HyperbandPruner(max_resource=4),
    ],
    ids=lambda pruner: type(pruner).__name__,
)
def test_works_with_pruners(sampler, pruner):
    def stepwise(trial):
        value = objective(trial)
        for step in range(4):
            trial.report(value * (step + 1) / 4, step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return value

    study = study_of(sampler(), pruner=pruner)
    study.optimize(stepwise, n_trials=10)
    assert len(set(given(study))) == 5


def test_what_is_enqueued_is_not_suggested_again(sampler):
    used = sampler(n_trials=10)
    study = study_of(used)
    first = configurations().loc["c9"]
    study.enqueue_trial({"learner": first["learner"], "depth": int(first["depth"])})
    asked = study_of(used)
    asked.optimize(objective, n_trials=1)
    assert given(asked) == ["c9"]  # what would be suggested first
    waiting = study.ask()  # the enqueued one, running
    study.optimize(objective, n_trials=3)
    study.tell(waiting, objective(waiting))
    study.optimize(objective, n_trials=9)
    assert "c9" not in given(study)
    assert claim_of(study.trials[0]) is None


def test_hands_over_when_every_configuration_was_tried(sampler):
    """Those of the base, and all others that its two learners have at ten depths."""
    study = study_of(sampler(n_trials=99, then_every=None))
    study.optimize(objective, n_trials=23)
    assert set(configurations().index) < set(given(study))
    assert len(given(study)) == len(set(given(study))) == 20
    assert all(trial.state == TrialState.COMPLETE for trial in study.trials)


def test_the_other_sampler_has_every_third_turn_from_the_sixth_trial_on(sampler):
    study = study_of(sampler(n_trials=8))
    study.optimize(objective, n_trials=14)
    ours = [claim_of(trial) is not None for trial in study.trials]
    assert ours == [*[True] * 7, False, True, False, False, False, False, False]
    often = study_of(sampler(n_trials=99, then_every=2))
    often.optimize(objective, n_trials=10)
    assert [t.number for t in often.trials if claim_of(t) is None] == [6, 8]


@pytest.fixture(scope="module")
def between():
    """A base of depths that are no whole numbers, between which lies what is best."""
    known = configurations().assign(depth=lambda frame: frame["depth"] + 0.25)
    with few_trees():
        return warmstart.Recommender().fit(toy(configurations=known))


def smooth(trial, low=0.0, high=10.0):
    learner = trial.suggest_categorical("learner", ["tree", "forest"])
    depth = trial.suggest_float("depth", low, high)
    return 0.9 - 0.05 * abs(depth - 7.3) - 0.2 * (learner == "tree")


def new_ones(study):
    return [
        t
        for t in study.get_trials()
        if (c := claim_of(t)) and c["id"] not in {*configurations().index}
    ]


def test_goes_beyond_the_base(between):
    used = WarmStartSampler(between, metafeatures=NEW, seed=0, then_every=None)
    study = study_of(used)
    study.optimize(smooth, n_trials=25)
    assert new_ones(study)
    assert all(trial.number >= 5 for trial in new_ones(study))
    assert abs(study.best_params["depth"] - 7.3) < 0.1
    report = used.report(study)
    assert set(report["reason"]) == {"never asked for"}  # the rate of a tree


def test_new_ones_are_of_the_studys_own_space(between):
    used = WarmStartSampler(between, metafeatures=NEW, seed=0, then_every=None)
    study = study_of(used)
    study.optimize(lambda trial: smooth(trial, 5.5, 7.0), n_trials=12)
    assert new_ones(study)
    for trial in new_ones(study):
        assert claim_of(trial)["values"]["depth"] == trial.params["depth"]
    tried = [tuple(t.params.values()) for t in study.trials]
    assert len(set(tried)) == len(tried)


def test_new_ones_go_on_in_another_process_as_in_one(between, tmp_path):
    def led():
        return WarmStartSampler(between, metafeatures=NEW, seed=0)

    whole = study_of(led())
    whole.optimize(smooth, n_trials=7)
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    optuna.create_study(study_name="halves", storage=storage, direction="maximize")
    for n in (6, 1):
        study = optuna.load_study(study_name="halves", storage=storage, sampler=led())
        study.optimize(smooth, n_trials=n)
    assert new_ones(study)
    assert [t.params for t in study.trials] == [t.params for t in whole.trials]


def test_new_ones_tried_side_by_side_differ(between):
    study = study_of(WarmStartSampler(between, metafeatures=NEW, seed=0, then_every=None))
    study.optimize(smooth, n_trials=6)
    together = [study.ask() for _ in range(4)]
    assert len({claim_of(t)["id"] for t in study.get_trials()}) == 10
    assert {t.number for t in together} & {t.number for t in new_ones(study)}


def test_asked_together_is_a_batch_without_repeats(sampler):
    study = study_of(sampler())
    together = [study.ask() for _ in range(5)]
    assert len(set(given(study))) == 5
    for trial in together:
        study.tell(trial, objective(trial))
    assert claim_of(study.get_trials()[0]) is not None


def test_threads_of_one_study(sampler):
    study = study_of(sampler(n_trials=8))
    study.optimize(lambda trial: objective(trial, 0.01), n_trials=10, n_jobs=3)
    assert len(given(study)) == len(set(given(study))) == 8


def test_two_processes_on_one_storage(base, tmp_path):
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    study = optuna.create_study(study_name="shared", storage=storage, direction="maximize")
    script = Path(__file__).with_name("toy_study.py")
    workers = [
        subprocess.Popen([sys.executable, script, base, storage, "6", str(seed)])
        for seed in (1, 2)
    ]
    assert [worker.wait(timeout=280) for worker in workers] == [0, 0]
    assert len(study.trials) == 12
    assert len(given(study)) == len(set(given(study))) == 8


def test_goes_on_in_another_process_as_in_one(sampler, base, tmp_path):
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    whole = study_of(sampler(n_trials=6))
    whole.optimize(objective, n_trials=6)
    optuna.create_study(study_name="halves", storage=storage, direction="maximize")
    for n in (2, 4):
        again = warmstart.Recommender.load(base)
        half = WarmStartSampler(again, metafeatures=NEW, n_trials=6, seed=0)
        study = optuna.load_study(study_name="halves", storage=storage, sampler=half)
        study.optimize(objective, n_trials=n)
    assert given(study) == given(whole)


def test_a_trial_whose_process_died_is_not_waited_for_twice(sampler):
    study = study_of(sampler(patience_s=0.05))
    dead = study._storage.create_new_trial(study._study_id)  # begun, and nothing chosen
    assert study._storage.get_trial(dead).state == TrialState.RUNNING
    study.optimize(objective, n_trials=6)
    assert len(set(given(study))) == 5


def test_a_trial_waits_for_those_begun_before_it(sampler):
    """Without its turn the second would choose what the first is about to."""
    used = sampler()
    study = study_of(used)
    first = study._storage.create_new_trial(study._study_id)
    done = []
    late = threading.Thread(target=lambda: done.append(study.ask()))
    late.start()
    late.join(0.2)
    assert not done
    used.before_trial(study, study._storage.get_trial(first))
    late.join(10)
    assert len(set(given(study))) == 2


def test_who_chose_too_late_chooses_again(sampler):
    study = study_of(sampler())
    trial = study.ask()
    claim = claim_of(study.get_trials()[0])
    other = study._storage.create_new_trial(study._study_id)
    claims = Claims(patience_s=0.0)
    assert not claims.claim(study, study._storage.get_trial(other), claim)
    assert claims.claim(study, study._storage.get_trial(other), {"id": "else", "values": {}})
    assert CLAIM in study._storage.get_trial(trial._trial_id).system_attrs


def test_suggestions_are_tried_in_their_order(recommender):
    suggestions = recommender.suggest(metafeatures=NEW, n=9)
    study = study_of(WarmStartSampler(suggestions))
    study.optimize(objective, n_trials=11)  # no turns of the other sampler between them
    assert given(study) == [s.configuration_id for s in suggestions]


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_a_retried_trial_keeps_its_configuration(sampler):
    study = study_of(sampler())
    trial = study.ask()
    objective(trial)
    study.tell(trial, state=TrialState.FAIL)
    optuna.storages.RetryHeartbeatStaleTrialCallback()(study, study.trials[0])
    study.optimize(objective, n_trials=1)
    assert study.trials[1].params == study.trials[0].params


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"n_trials": 0}, ValueError, "at least 1, got 0"),
        ({"then_every": 1}, ValueError, "at least 2, or None, got 1"),
        ({"then": "tpe"}, TypeError, "an Optuna sampler, got str"),
        ({"patience_s": -1}, ValueError, "got -1"),
        ({"knowledge": "kb"}, TypeError, "leave out knowledge="),
    ],
)
def test_bad_arguments(sampler, options, error, words):
    with pytest.raises(error, match=words):
        sampler(**options)


def test_a_search_is_not_asked_a_second_question(recommender):
    search = recommender.search(metafeatures=NEW)
    WarmStartSampler(search, seed=3)
    with pytest.raises(TypeError, match="metric cannot be given with Search"):
        WarmStartSampler(search, metric="accuracy")


def test_several_objectives_are_refused(sampler):
    study = optuna.create_study(directions=["maximize", "minimize"], sampler=sampler())
    with pytest.raises(ValueError, match="multi-objective"):
        study.optimize(lambda trial: (objective(trial), 0.0), n_trials=1)


def test_is_found_where_it_is_looked_for():
    assert warmstart.WarmStartSampler is WarmStartSampler
    assert "WarmStartSampler" in dir(warmstart.downstream)
    with pytest.raises(AttributeError, match="no attribute 'Sampler'"):
        warmstart.downstream.Sampler  # noqa: B018
