import pytest

import warmstart
from warmstart.errors import ArgumentError, SpaceMismatchError
from warmstart.spaces.space import Choice, Number, Space

deap = pytest.importorskip("deap")

SPACE = Space(
    parameters=(
        Number(name="depth", low=1, high=8, integer=True),
        Choice(name="kind", choices=("a", "b")),
    )
)


@pytest.fixture(scope="module")
def kinds():
    from deap import base, creator

    for name, weights in (("Best", (1.0,)), ("Least", (-1.0,)), ("Both", (1.0, -1.0))):
        creator.create(f"Fitness{name}", base.Fitness, weights=weights)
        creator.create(name, list, fitness=getattr(creator, f"Fitness{name}"))
    yield {name: getattr(creator, name) for name in ("Best", "Least", "Both")}
    for name in ("Best", "Least", "Both"):
        delattr(creator, name)
        delattr(creator, f"Fitness{name}")


def test_individuals_are_legal_and_of_their_class(kinds):
    points = [{"depth": 64, "kind": "A"}, {"kind": "b", "depth": 3}]
    report = warmstart.downstream.seed(points, kinds["Best"], space=SPACE)
    population = report.arguments["population"]
    assert population == [[8, "a"], [3, "b"]]
    assert all(type(one) is kinds["Best"] and not one.fitness.valid for one in population)
    assert len(report.repaired) == 2


@pytest.mark.parametrize(("kind", "fitness"), [("Best", 0.9), ("Least", -0.9)])
def test_known_scores_are_not_evaluated_again(kinds, kind, fitness):
    report = warmstart.downstream.deap.seed(
        [{"depth": 2, "kind": "a"}, {"depth": 3, "kind": "a"}],
        kinds[kind],
        space=SPACE,
        scores=[0.9, None],
    )
    first, second = report.arguments["population"]
    assert first.fitness.values == (fitness,)
    assert not second.fitness.valid


def test_an_algorithm_of_deap_takes_them(kinds):
    from deap import algorithms, base, tools

    toolbox = base.Toolbox()
    seen = []

    def evaluate(one):
        seen.append(list(one))
        return (float(one[0]),)

    toolbox.register("evaluate", evaluate)
    toolbox.register("mate", tools.cxOnePoint)
    toolbox.register("mutate", lambda one: (one,))
    toolbox.register("select", tools.selTournament, tournsize=2)
    report = warmstart.downstream.deap.seed(
        [{"depth": k, "kind": "a"} for k in (8, 2, 5)], kinds["Best"], space=SPACE
    )
    algorithms.eaSimple(
        report.arguments["population"], toolbox, cxpb=0.5, mutpb=0.1, ngen=1, verbose=False
    )
    assert seen[:3] == [[8, "a"], [2, "a"], [5, "a"]]


def test_bad_input(kinds):
    with pytest.raises(SpaceMismatchError, match="class of individuals"):
        warmstart.downstream.deap.seed([{"depth": 1}], [], space=SPACE)
    with pytest.raises(SpaceMismatchError, match="DEAP has no space"):
        warmstart.downstream.deap.seed([{"depth": 1}], kinds["Best"])
    with pytest.raises(ArgumentError, match="has 2 weights"):
        warmstart.downstream.deap.seed(
            [{"depth": 1, "kind": "a"}], kinds["Both"], space=SPACE, scores=[0.5]
        )
