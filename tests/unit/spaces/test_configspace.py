import pytest
from ConfigSpace import (
    AndConjunction,
    Categorical,
    ConfigurationSpace,
    Constant,
    EqualsCondition,
    Float,
    ForbiddenAndConjunction,
    ForbiddenEqualsClause,
    GreaterThanCondition,
    Integer,
    OrConjunction,
    OrdinalHyperparameter,
)

from warmstart.downstream.fit import fit_points
from warmstart.spaces.configspace import from_configspace
from warmstart.spaces.pipelines.tabular import tabular_space


def made(conjunction):
    space = ConfigurationSpace()
    kind = Categorical("kind", ["a", "b"])
    depth = Integer("depth", (1, 9), default=4)
    space.add(kind, depth, Constant("k", 3), OrdinalHyperparameter("o", [1, 10, 100]))
    child = Float("child", (0, 1))
    space.add(child)
    space.add(
        conjunction(EqualsCondition(child, kind, "a"), GreaterThanCondition(child, depth, 4))
    )
    space.add(
        ForbiddenAndConjunction(
            ForbiddenEqualsClause(kind, "b"), ForbiddenEqualsClause(depth, 9)
        )
    )
    return from_configspace(space)


@pytest.fixture
def space():
    return made(OrConjunction)


@pytest.mark.parametrize(
    ("kind", "depth", "both", "either"),
    [
        ("a", 5, True, True),
        ("a", 2, False, True),
        ("b", 5, False, True),
        ("b", 2, False, False),
    ],
)
def test_conjunctions_hold_as_configspace_says(kind, depth, both, either):
    point = {"kind": kind, "depth": depth, "k": 3, "o": 10, "child": 0.5}
    for conjunction, active in ((AndConjunction, both), (OrConjunction, either)):
        report = fit_points([point], made(conjunction), tuner="test")
        assert ("child" in report.accepted[0]) == active
        for change in report.left_out:
            assert change.reason.startswith("inactive unless")
            assert "kind == 'a'" in change.reason


def test_forbidden_points_are_dropped(space):
    point = {"kind": "b", "depth": 9, "k": 3, "o": 10, "child": 0.5}
    [dropped] = fit_points([point], space, tuner="test").dropped
    assert dropped.reason.startswith("forbidden by the space")


def test_ordinals_take_the_nearest(space):
    point = {"kind": "b", "depth": 2, "k": 3, "o": 30}
    assert fit_points([point], space, tuner="test").accepted[0]["o"] == 10


@pytest.mark.parametrize("task_type", ["binary", "regression"])
def test_the_embedded_space_takes_its_own_samples_as_they_are(task_type):
    space = tabular_space(task_type, seed=3)
    points = [dict(c) for c in space.sample_configuration(40)]
    report = fit_points(points, from_configspace(space), tuner="test")
    assert report.accepted == [p for i, p in enumerate(points) if i in report.order]
    assert not report.repaired + report.filled + report.left_out
