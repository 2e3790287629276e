"""What Ray's population based training is given; with Ray where it is installed."""

import json

import pytest

from warmstart.downstream.schedulers.ray_population import (
    population_arguments,
    write_replay,
)
from warmstart.downstream.schedulers.schedule import ValueSchedule, scheduled
from warmstart.errors import HistoryError

POINTS = [{"lr": 0.1, "depth": 3}, {"lr": 0.01, "depth": 5}]
MUTABLE = {"lr": (1e-4, 1.0), "depth": [3, 5, 7]}


def test_points_draws_and_bounds():
    told = population_arguments(POINTS, MUTABLE)
    assert told.points_to_evaluate == POINTS
    mutations = told.scheduler["hyperparam_mutations"]
    assert mutations["depth"] == [3, 5, 7]
    assert all(1e-4 <= mutations["lr"]() <= 1.0 for _ in range(20))
    explored = told.scheduler["custom_explore_fn"]({"lr": 1e-9, "depth": 7})
    assert explored == {"lr": 1e-4, "depth": 7}


def test_a_policy_is_replayed_step_by_step(tmp_path):
    steps = scheduled({"lr": 0.5, "depth": 3}, ValueSchedule(factors={"lr": (1.0, 0.1)}), 3)
    lines = write_replay(tmp_path / "pbt_policy.txt", steps).read_text().splitlines()
    told = [json.loads(line) for line in lines]
    assert [(row[2], row[5]["lr"]) for row in told] == [
        (1, steps[1]["lr"]),
        (2, steps[2]["lr"]),
    ]
    assert [f.name for f in tmp_path.iterdir()] == ["pbt_policy.txt"]


@pytest.mark.parametrize(
    ("points", "mutable", "match"),
    [
        (POINTS[:1], MUTABLE, "two members"),
        (POINTS, {"momentum": (0.1, 0.9)}, "no value for it"),
    ],
)
def test_bad_arguments(points, mutable, match):
    with pytest.raises(HistoryError, match=match):
        population_arguments(points, mutable)


def test_nothing_to_replay(tmp_path):
    with pytest.raises(HistoryError, match="all the same"):
        write_replay(tmp_path / "policy.txt", POINTS[:1] * 3)


@pytest.mark.tuners
def test_ray_takes_them(tmp_path):
    pytest.importorskip("ray.tune")
    from ray.tune.schedulers import PopulationBasedTraining, PopulationBasedTrainingReplay
    from ray.tune.schedulers.pbt import _explore

    told = population_arguments(POINTS, MUTABLE)
    scheduler = PopulationBasedTraining(metric="loss", mode="min", **told.scheduler)
    config, _ = _explore(
        {"lr": 1.0, "depth": 3},
        scheduler._hyperparam_mutations,
        0.25,
        (1.2, 0.8),
        scheduler._custom_explore_fn,
    )
    assert 1e-4 <= config["lr"] <= 1.0
    policy = write_replay(tmp_path / "pbt_policy_0.txt", POINTS)
    replay = PopulationBasedTrainingReplay(str(policy))
    assert replay.config == POINTS[0]
    assert replay._policy == [(1, POINTS[1])]
