import pytest
import torch
from benchmarks.tuners.botorch import Tuner

import warmstart
from warmstart.downstream.adapters.botorch import decode
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.space import Choice, Constant, Number, Space, when
from warmstart.testing.downstream import DownstreamContract

SPACE = Space(
    parameters=(
        Number(name="lr", low=1e-4, high=1.0, log=True),
        Number(name="depth", low=2, high=18, integer=True),
        Choice(name="kind", choices=("a", "b", "c")),
        Constant(name="k", value=3),
    )
)
POINTS = [
    {"lr": 0.01, "depth": 10, "kind": "c", "k": 3},
    {"lr": 1.0, "depth": 99, "kind": "a", "k": 3},
]
seed = warmstart.downstream.botorch.seed


class TestBotorch(DownstreamContract):
    Tuner = Tuner


def test_scored_points_are_to_train_on_and_the_rest_to_evaluate():
    report = seed(POINTS, SPACE, scores=[None, 0.75])
    assert report.arguments["bounds"].tolist() == [[0.0, 0.0, 0.0], [1.0, 1.0, 2.0]]
    assert report.arguments["train_X"].tolist() == [[1.0, 1.0, 0.0]]
    assert report.arguments["train_Y"].tolist() == [[0.75]]
    assert report.arguments["X"].tolist() == [[pytest.approx(0.5), 0.5, 2.0]]
    assert report.arguments["train_X"].dtype == torch.double


def test_proposals_are_rounded_to_points():
    x = torch.tensor([[0.5, 0.51, 1.7], [1.2, -0.1, 0.2]], dtype=torch.double)
    assert decode(x, SPACE) == [
        {"lr": pytest.approx(0.01), "depth": 10, "kind": "c", "k": 3},
        {"lr": 1.0, "depth": 2, "kind": "a", "k": 3},
    ]
    with pytest.raises(SpaceMismatchError, match=r"shape \(n_points, 3\), got \(2, 2\)"):
        decode(x[:, :2], SPACE)


@pytest.mark.parametrize(
    ("space", "message"),
    [
        (None, "got NoneType"),
        (
            Space(
                parameters=(*SPACE.parameters, Number(name="x", low=0, high=1)),
                conditions=(when("x", "kind", "a"),),
            ),
            "x is active where kind is 'a'",
        ),
        (Space(parameters=(Number(name="x", low=0, high=float("inf")),)), "x has no bounds"),
    ],
)
def test_spaces_without_columns_are_refused(space, message):
    with pytest.raises(SpaceMismatchError, match=message):
        seed(POINTS, space)
