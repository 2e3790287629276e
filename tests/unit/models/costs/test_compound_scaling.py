import numpy as np
import pytest

from warmstart.errors import ArgumentError, NotFittedError
from warmstart.models.costs.compound_scaling import ScaleRule


def history(n_tasks=6, seed=0):
    """Along each front width grows as the root of the cost and depth as its fourth root."""
    rng = np.random.default_rng(seed)
    configurations, cost = [], []
    for k in np.linspace(0, 8, 17):
        configurations.append({"width": 2.0 ** (k / 2 + 3), "depth": 2.0 ** (k / 4 + 1)})
        cost.append(2.0**k)
    for _ in range(20):  # dearer than they are good
        configurations.append({"width": rng.uniform(4, 400), "depth": rng.uniform(1, 20)})
        cost.append(500.0)
    good = np.append(np.linspace(0.5, 0.9, 17), np.full(20, 0.1))
    scores = good + rng.uniform(0, 0.5, (n_tasks, 1))
    costs = np.array(cost) * rng.uniform(0.5, 2, (n_tasks, 1))
    return configurations, scores, costs


def test_powers_along_the_fronts():
    rule = ScaleRule().fit(*history())
    assert rule.powers_ == pytest.approx({"width": 0.5, "depth": 0.25}, abs=1e-6)
    scaled = rule.scale({"width": 10, "depth": 2.0}, phi=2)
    assert scaled == {"width": 20, "depth": pytest.approx(2.0 * 2**0.5)}


def test_to_scale_and_back_is_where_it_was():
    rule = ScaleRule().fit(*history())
    there = rule.scale({"width": 10.0, "depth": 3.0}, phi=1.5)
    assert rule.scale(there, phi=-1.5) == pytest.approx({"width": 10.0, "depth": 3.0})


def test_whole_numbers_are_at_least_one():
    assert ScaleRule().fit(*history()).scale({"width": 1}, phi=-9) == {"width": 1}


def test_bad_input():
    with pytest.raises(NotFittedError, match="fit the scale rule"):
        ScaleRule().scale({}, 1)
    with pytest.raises(ArgumentError, match="nothing grows"):
        ScaleRule().fit([{"a": "x"}, {"a": "y"}], [[1.0, 2.0]], [[1.0, 2.0]])
    with pytest.raises(ArgumentError, match="no task has two"):
        ScaleRule().fit([{"a": 1}, {"a": 2}], [[2.0, 1.0]], [[1.0, 2.0]])
    with pytest.raises(ArgumentError, match="must have shape"):
        ScaleRule().fit([{"a": 1}], [[1.0, 2.0]], [[1.0, 2.0]])
    with pytest.raises(ArgumentError, match="width must be a positive number"):
        ScaleRule().fit(*history()).scale({"width": "wide"}, 1)
