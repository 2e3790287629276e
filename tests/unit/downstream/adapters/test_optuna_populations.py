"""A first population in Optuna's evolutionary samplers.

Also of: downstream.adapters.optuna.
"""

import optuna
import pytest

from warmstart.downstream.adapters.optuna import seed
from warmstart.recommend.pareto.population import first_population

KNOWN = [{"C": 10.0**k, "depth": 2 + k} for k in range(3)]


def ask(trial):
    return {
        "C": trial.suggest_float("C", 1e-3, 1e3, log=True),
        "depth": trial.suggest_int("depth", 1, 12),
    }


SAMPLERS = {
    "nsga-ii": lambda: optuna.samplers.NSGAIISampler(population_size=6, seed=0),
    "nsga-iii": lambda: optuna.samplers.NSGAIIISampler(population_size=6, seed=0),
    "cma-es": lambda: optuna.samplers.CmaEsSampler(seed=0),
}


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
@pytest.mark.parametrize(
    ("name", "directions"),
    [
        *((name, ["maximize"]) for name in SAMPLERS),
        # CMA-ES has one objective.
        *((name, ["maximize", "minimize"]) for name in ("nsga-ii", "nsga-iii")),
    ],
)
def test_the_population_is_evaluated_first_and_evolution_goes_on(name, directions):
    if name == "cma-es":
        pytest.importorskip("cmaes")
    population = first_population(KNOWN, 6, random_state=0)
    study = optuna.create_study(directions=directions, sampler=SAMPLERS[name]())
    report = seed(population, study, space=ask)
    assert len(report.accepted) == 6

    def objective(trial):
        values = ask(trial)
        return (values["depth"] / 12, values["C"])[: len(directions)]

    study.optimize(objective, n_trials=14)
    assert [trial.params for trial in study.trials[:6]] == population
    later = [trial.params for trial in study.trials[6:]]
    assert len({str(one) for one in later}) > 1
