"""What is a first population from other tasks worth to evolutionary tuners?

    python benchmarks/seeded_populations.py --data FOLDER [--tasks 10] [--seeds 3]

Surrogates of rbv2_xgboost and rbv2_rpart (YAHPO Gym) answer for any configuration; tasks are
split by OpenML dataset, known ones have 60 to 100 random evaluations of their own. Optuna's
genetic algorithm (NSGA-II of one objective), CMA-ES and pymoo's genetic algorithm begin cold,
or with `suggestions.population(20)` of the known tasks. Regret is in hundredths of the way from
the best of 2,000 random configurations to their median, after 5, 20 and 60 evaluations; the
difference is paired by task. FOLDER holds the surrogates and ``query.py``.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd

from continuous_spaces import Configuration, Space, learn, references

COUNTS = (5, 20, 60)
POPULATION = 20


def by_optuna(
    sampler: Any, space: Space, task: str, first: list[Configuration], n: int
) -> np.ndarray:
    """Scores in order; the first population is queued."""
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for one in first:
        study.enqueue_trial(one)
    study.optimize(
        lambda trial: float(space.scores(task, [space.suggest(trial)])[0]), n_trials=n
    )
    return np.array([trial.value for trial in study.trials])


def by_pymoo(
    space: Space, task: str, first: list[Configuration], n: int, seed: int
) -> np.ndarray:
    """Scores of pymoo's genetic algorithm over mixed variables, in order."""
    from pymoo.core.mixed import MixedVariableGA
    from pymoo.core.problem import ElementwiseProblem
    from pymoo.core.variable import Choice, Integer, Real
    from pymoo.optimize import minimize

    variables: dict[str, Any] = {}
    for name in space.parameters:
        about = space.surrogate.hps[name]
        if about["type"] == "categorical":
            variables[name] = Choice(options=about["choices"])
        else:
            kind = Integer if about["type"] == "uniform_int" else Real
            variables[name] = kind(bounds=(about["lower"], about["upper"]))
    scores: list[float] = []

    class Problem(ElementwiseProblem):
        def __init__(self) -> None:
            super().__init__(vars=variables, n_obj=1)

        def _evaluate(self, values: Any, out: Any, *_: Any, **__: Any) -> None:
            active = {}
            for name, value in values.items():
                parent, allowed = space.parents.get(name, (None, []))
                if parent is None or values[parent] in allowed:
                    active[name] = value.item() if isinstance(value, np.generic) else value
            scores.append(float(space.scores(task, [active])[0]))
            out["F"] = -scores[-1]

    algorithm = MixedVariableGA(pop_size=POPULATION)
    problem = Problem()
    if first:
        from pymoo.core.mixed import MixedVariableSampling
        from pymoo.core.population import Population

        drawn = MixedVariableSampling()(
            problem, POPULATION, random_state=np.random.default_rng(seed)
        )
        rows = [
            {name: one.get(name, dull.X[name]) for name in variables}
            for one, dull in zip(first, drawn, strict=False)
        ]
        algorithm = MixedVariableGA(
            pop_size=POPULATION, sampling=Population.new("X", np.array(rows, dtype=object))
        )
    minimize(problem, algorithm, ("n_eval", n), seed=seed)
    return np.array(scores[:n])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--scenarios", nargs="+", default=["rbv2_xgboost", "rbv2_rpart"])
    parser.add_argument("--metric", default="acc")
    parser.add_argument("--tasks", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, help="CSV of every regret")
    args = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    for scenario in args.scenarios:
        space = Space(args.data, scenario, args.metric)
        tasks = sorted(space.surrogate.instances, key=int)
        order = np.random.default_rng(7).permutation(len(tasks))
        held = [tasks[k] for k in sorted(order[: args.tasks].tolist())]
        known = [task for task in tasks if task not in held]
        frame = pd.concat([one_seed(space, known, held, seed) for seed in range(args.seeds)])
        if args.out is not None:
            frame.to_csv(args.out.with_suffix(f".{scenario}.csv"), index=False)
        print(f"{scenario}: {len(held)} tasks, {args.seeds} seeds, regret x 100 after {COUNTS}")
        report(frame)


def one_seed(space: Space, known: list[str], held: list[str], seed: int) -> pd.DataFrame:
    """Regret of every way on every held-out task, cold and seeded."""
    recommender, n = learn(space, known, seed), max(COUNTS)
    suggested = recommender.suggest(n=10, strategy="portfolio")
    seeded = [dict(one) for one in suggested.population(POPULATION, diversity=0.5)]
    rows = []
    for task in held:
        top, middle = references(space, task)
        for start, first in (("cold", []), ("seeded", seeded)):
            genetic = optuna.samplers.NSGAIISampler(population_size=POPULATION, seed=seed)
            adapted = optuna.samplers.CmaEsSampler(seed=seed)
            found = {
                "genetic algorithm": by_optuna(genetic, space, task, first, n),
                "cma-es": by_optuna(adapted, space, task, first, n),
                "pymoo": by_pymoo(space, task, first, n, seed),
            }
            for who, scores in found.items():
                regrets = 100 * (top - np.maximum.accumulate(scores)) / (top - middle)
                rows += [(who, start, task, seed, k, regrets[k - 1]) for k in COUNTS]
    print(f"seed {seed} done", file=sys.stderr, flush=True)
    return pd.DataFrame(rows, columns=["who", "start", "task", "seed", "n", "regret"])


def report(frame: pd.DataFrame) -> None:
    """Means and standard errors over tasks, and the paired gain."""
    by_task = frame.groupby(["who", "start", "n", "task"])["regret"].mean().unstack("start")
    by_task["gain"] = by_task["cold"] - by_task["seeded"]
    for who, part in by_task.groupby("who"):
        means, errors = part.groupby("n").mean(), part.groupby("n").sem()
        for column in ("cold", "seeded", "gain"):
            cells = (
                f"{means.loc[k, column]:.1f} ± {errors.loc[k, column]:.1f}" for k in COUNTS
            )
            print(f"  {who:18} {column:7} " + " / ".join(cells))
    print(flush=True)


if __name__ == "__main__":
    main()
