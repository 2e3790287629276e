import pytest

pytest.importorskip("syne_tune")

import pandas as pd
from benchmarks.tuners.syne_tune import Tuner
from syne_tune import config_space as cs
from syne_tune.config_space import Domain
from syne_tune.optimizer.baselines import RandomSearch
from syne_tune.optimizer.schedulers.transfer_learning.bounding_box import BoundingBox
from syne_tune.optimizer.schedulers.transfer_learning.zero_shot import ZeroShotTransfer

import warmstart
from warmstart.downstream.adapters.syne_tune import task_evaluations
from warmstart.errors import SpaceMismatchError
from warmstart.testing.downstream import DownstreamContract

pytestmark = [pytest.mark.tuners, pytest.mark.filterwarnings("ignore")]

SPACE = {"x": cs.uniform(0, 1), "m": cs.choice(["a", "b"])}
seed = warmstart.downstream.syne_tune.seed


def first(points, n=1):
    scheduler = RandomSearch(SPACE, metrics=["loss"], random_seed=0, points_to_evaluate=points)
    return [scheduler.suggest().config for _ in range(n)]


class TestSyneTune(DownstreamContract):
    Tuner = Tuner


def test_a_missing_name_becomes_a_raw_domain():
    assert isinstance(first([{"m": "b"}])[0]["x"], Domain)
    report = seed([{"m": "b"}], space=SPACE)
    assert first(report.arguments["points_to_evaluate"]) == [{"x": 0.5, "m": "b"}]


def test_an_unknown_category_stops_it():
    with pytest.raises(AssertionError):
        first([{"x": 0.5, "m": "z"}])
    report = seed([{"x": 0.5, "m": "z"}, {"x": 0.25, "m": "a"}], space=SPACE)
    assert first(report.arguments["points_to_evaluate"]) == [{"x": 0.25, "m": "a"}]


def test_scores_only_order():
    report = seed([{"x": 0.5, "m": "a"}, {"x": 0.25, "m": "a"}], space=SPACE, scores=[0.1, 0.2])
    assert report.order == [1, 0]
    assert "only ordered" in report.notes[1]


def test_every_kind_of_domain():
    space = {
        "f": cs.finrange(0.0, 1.0, 5),
        "l": cs.logordinal([1, 10, 100]),
        "i": cs.randint(1, 9),
        "g": cs.loguniform(1e-3, 1),
        "k": 7,
    }
    report = seed([{"f": 0.3, "l": 30, "i": 9, "g": 2.0, "k": 7}], space=space)
    assert report.accepted == [{"f": 0.25, "l": 10, "i": 9, "g": 1.0, "k": 7}]
    with pytest.raises(SpaceMismatchError, match="got list"):
        seed([], space=[])


@pytest.fixture
def md():
    configurations = pd.DataFrame(
        {"x": [0.1, 0.2, 0.9], "m": ["a", "b", "a"]}, index=["c0", "c1", "c2"]
    )
    scores = pd.DataFrame(
        [[0.5, 0.7, 0.6], [0.1, None, 0.3]], index=["t0", "t1"], columns=["c0", "c1", "c2"]
    )
    return warmstart.MetaDataset.from_matrix(
        scores, higher_is_better=True, configurations=configurations
    )


def test_past_tasks_become_transfer_learning_evaluations(md):
    found = task_evaluations(md, SPACE)
    assert found["t0"].objectives_evaluations.shape == (3, 1, 1, 1)
    assert found["t1"].hyperparameters["x"].tolist() == [0.1, 0.9]
    assert found["t1"].objectives_evaluations.ravel().tolist() == [0.1, 0.3]
    best = found["t0"].top_k_hyperparameter_configurations(1, "score", do_minimize=False)
    assert best == [{"x": 0.2, "m": "b"}]


def test_schedulers_of_syne_tune_take_them(md):
    found = task_evaluations(md, SPACE)
    box = BoundingBox(
        scheduler_fun=lambda space, metric, *_: RandomSearch(space, metrics=[metric]),
        config_space=SPACE,
        metric="score",
        do_minimize=False,
        transfer_learning_evaluations=found,
    )
    assert 0.2 <= box.suggest().config["x"] <= 0.9
    aligned = {"t0": found["t0"]}
    zero_shot = ZeroShotTransfer(
        SPACE, metric="score", transfer_learning_evaluations=aligned, do_minimize=False
    )
    # Its own method: what 0.16 inherits as suggest draws at random.
    assert zero_shot.get_config() == {"x": 0.2, "m": "b"}
