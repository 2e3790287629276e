"""Tests of downstream.adapters.hyperopt.

Also of: downstream.tuner_spaces.hyperopt_graph.
"""

import hyperopt
import numpy as np
import pytest
from benchmarks.tuners.hyperopt import Tuner
from hyperopt import hp, tpe

import warmstart
from warmstart.errors import SpaceMismatchError
from warmstart.testing.downstream import DownstreamContract

SPACE = {"kind": hp.choice("kind", ["a", "b"]), "x": hp.uniform("x", 0, 1)}
POINTS = [{"kind": "b", "x": 0.5}, {"kind": "a", "x": 0.25}]
seed = warmstart.downstream.hyperopt.seed


def fmin(space=SPACE, max_evals=3, **arguments):
    ran = []
    hyperopt.fmin(
        lambda values: ran.append(values) or 0.0,
        space,
        max_evals=max_evals,
        rstate=np.random.default_rng(0),
        show_progressbar=False,
        verbose=False,
        **{"algo": hyperopt.rand.suggest, **arguments},
    )
    return ran


class TestHyperopt(DownstreamContract):
    Tuner = Tuner


class TestTraps:
    def test_a_label_stops_it(self):
        with pytest.raises(Exception, match="switch argument was"):
            fmin(points_to_evaluate=POINTS)
        report = seed(POINTS, space=SPACE)
        assert fmin(**report.arguments)[:2] == POINTS

    def test_points_come_on_top_of_max_evals(self):
        assert len(fmin(points_to_evaluate=[{"kind": 1, "x": 0.5}])) == 4
        assert len(fmin(**seed(POINTS[:1], space=SPACE).arguments)) == 3

    @pytest.mark.parametrize("max_evals", [1, 2])
    def test_max_evals_holds_for_few_evaluations_too(self, max_evals):
        report = seed(POINTS, space=SPACE)
        assert fmin(max_evals=max_evals, **report.arguments) == POINTS[:max_evals]

    def test_out_of_range_is_evaluated(self):
        assert fmin(points_to_evaluate=[{"kind": 1, "x": 7.0}])[0]["x"] == 7.0
        report = seed([{"kind": "b", "x": 7.0}], space=SPACE)
        assert fmin(**report.arguments)[0]["x"] == 1.0


def test_known_scores_become_finished_trials():
    trials = hyperopt.Trials()
    report = warmstart.downstream.seed(POINTS, trials, space=SPACE, scores=[0.5, None])
    assert report.arguments["trials"] is trials
    assert trials.losses() == [-0.5]
    ran = fmin(max_evals=4, **report.arguments)
    assert len(ran) == 3
    assert ran[0] == POINTS[1]
    assert trials.best_trial["result"]["loss"] == -0.5
    again = seed(POINTS, trials, space=SPACE)
    assert [d.reason for d in again.dropped] == ["the tuner has it already"] * 2


def test_trials_are_made_where_there_are_scores():
    report = seed(POINTS, tpe.suggest, space=SPACE, scores=[0.5, 0.25])
    assert len(report.arguments["trials"]) == 2


def test_the_algorithm_goes_on_after_the_points():
    asked = []

    def algorithm(ids, domain, trials, seed):
        asked.append(len(trials.trials))
        return hyperopt.rand.suggest(ids, domain, trials, seed)

    report = seed(POINTS, algorithm, space=SPACE)
    fmin(max_evals=4, max_queue_len=3, **report.arguments)
    assert sum(asked) > 0


def test_options_are_named_by_what_only_they_hold():
    space = {
        "model": hp.choice(
            "model",
            [
                {"type": "svm", "kernel": "rbf", "C": hp.loguniform("C", 0, 3)},
                {"type": "tree", "depth": 1 + hp.randint("depth", 8)},
            ],
        ),
        "other": hp.pchoice("other", [(0.3, 1), (0.7, (2, 3))]),
        "which": hp.choice("which", [hp.normal("n", 0, 1), hp.lognormal("m", 0, 1)]),
        "q": hp.qloguniform("q", 0, 3, 2),
        "u": hp.uniformint("u", 1, 9),
    }
    point = {
        "model": "tree",
        "depth": 3,
        "other": [2, 3],
        "which": 1,
        "m": -1.0,
        "q": 4,
        "u": 3,
    }
    # Two words that only the first option holds: it is named by its position.
    report = seed([point, {**point, "model": 0, "C": 2.0}], tpe.suggest, space=space)
    assert report.accepted[0]["model"] == "tree"
    assert [(c.parameter, c.new) for c in report.repaired] == [("m", 0.0), ("m", 0.0)]
    first, second = fmin(space=space, max_evals=2, **report.arguments)
    assert first["model"] == {"type": "tree", "depth": 4}
    assert second["model"] == {"type": "svm", "kernel": "rbf", "C": 2.0}
    assert (first["other"], first["which"], first["q"], first["u"]) == ((2, 3), 0.0, 4, 3)


def test_every_run_gets_the_points_and_a_resumed_one_the_rest():
    report = seed(POINTS, hyperopt.rand.suggest, space=SPACE)
    assert fmin(max_evals=2, **report.arguments) == POINTS
    assert fmin(max_evals=2, **report.arguments) == POINTS
    trials = hyperopt.Trials()
    assert fmin(max_evals=1, trials=trials, **report.arguments) == POINTS[:1]
    read_back = hyperopt.trials_from_docs(trials.trials)
    assert fmin(max_evals=2, trials=read_back, **report.arguments) == POINTS[1:]


def test_a_space_is_needed():
    with pytest.raises(SpaceMismatchError, match="pass the space that fmin searches"):
        seed(POINTS, tpe.suggest)
