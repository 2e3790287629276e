import numpy as np
import pytest

import warmstart
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.space import Choice, Number, Space

pymoo = pytest.importorskip("pymoo")

NUMBERS = Space(
    parameters=(
        Number(name="rate", low=0.0, high=1.0),
        Number(name="depth", low=1, high=8, integer=True),
    )
)


def mixed():
    from pymoo.core.problem import ElementwiseProblem
    from pymoo.core.variable import Binary, Integer, Real
    from pymoo.core.variable import Choice as Options

    class Mixed(ElementwiseProblem):
        def __init__(self):
            variables = {
                "rate": Real(bounds=(0.0, 1.0)),
                "depth": Integer(bounds=(1, 8)),
                "kind": Options(options=["a", "b"]),
                "warm": Binary(),
            }
            super().__init__(vars=variables, n_obj=1)
            self.seen = []

        def _evaluate(self, x, out, *args, **kwargs):
            self.seen.append(dict(x))
            out["F"] = x["rate"] + x["depth"]

    return Mixed()


def test_the_first_population_is_what_is_evaluated_first():
    from pymoo.core.mixed import MixedVariableGA
    from pymoo.optimize import minimize

    problem = mixed()
    points = [
        {"rate": 0.5, "depth": 3, "kind": "B", "warm": True},
        {"rate": 7.0, "depth": 99, "kind": "a", "warm": False},
    ]
    report = warmstart.downstream.seed(points, problem)
    assert len(report.repaired) == 3
    algorithm = MixedVariableGA(pop_size=2, sampling=report.arguments["sampling"])
    minimize(problem, algorithm, ("n_gen", 1), seed=0)
    assert problem.seen == report.accepted
    assert problem.seen[1] == {"rate": 1.0, "depth": 8, "kind": "a", "warm": False}


def test_numbers_are_an_array_in_the_order_of_the_problem():
    from pymoo.core.problem import Problem

    problem = Problem(n_var=2, n_obj=1, xl=[0.0, 1.0], xu=[1.0, 8.0])
    report = warmstart.downstream.pymoo.seed(
        [{"depth": 3, "rate": 0.25}], problem, space=NUMBERS
    )
    assert np.array_equal(report.arguments["sampling"], [[0.25, 3.0]])


def test_a_population_of_suggestions_fills_it():
    from sklearn.datasets import load_wine

    suggestions = warmstart.suggest(load_wine(as_frame=True), n=4, space="mlp")
    space = Space(parameters=(Number(name="width", low=4, high=256, integer=True),))
    members = suggestions.population(12, diversity=0.7)
    report = warmstart.downstream.pymoo.seed(
        [{"width": one["mlp:width"]} for one in members], space=space
    )
    assert len(report.arguments["sampling"]) == len({m["mlp:width"] for m in members})


@pytest.mark.parametrize(
    ("target", "space", "message"),
    [
        (None, None, "has no names for them"),
        (None, Space(parameters=(Choice(name="k", choices=("a",)),)), "'k' is no number"),
    ],
)
def test_spaces_that_do_not_fit(target, space, message):
    with pytest.raises(SpaceMismatchError, match=message):
        warmstart.downstream.pymoo.seed([{"rate": 0.5}], target, space=space)


def test_other_bounds_are_refused():
    from pymoo.core.problem import Problem

    problem = Problem(n_var=2, n_obj=1, xl=[0.0, 0.0], xu=[1.0, 8.0])
    with pytest.raises(SpaceMismatchError, match=r"the problem \[\(0\.0, 1\.0\)"):
        warmstart.downstream.pymoo.seed([{"rate": 0.5}], problem, space=NUMBERS)
