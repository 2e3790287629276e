"""What is a first population worth to evolutionary tuners, on real fits?

    python data/corpus/fetch.py --out build/corpus
    python benchmarks/seeded_real.py --learners decision_tree lightgbm [--seeds 3]

Ten tables of ``data/surfaces/held_out.csv``, whose families are in no base that is used. Some
rows of each are cross-validated for whatever a tuner asks; fits are kept in ``--cache``, so all
tuners share them, and a run that is done is not run again. Optuna's genetic algorithm (NSGA-II
of one objective), CMA-ES and pymoo's genetic algorithm search the learner's own space, cold or
begun with ``suggestions.population(20)``; regularised evolution and the evolution strategy
search 300 configurations drawn from it and those of the base, cold or warm. Regret is in
hundredths of the way from the best that any of them found on a table to the median of random
draws, after 5, 20 and 60 evaluations; the gain is paired by table.
"""

from __future__ import annotations

import argparse
import csv
import json
import shlex
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd

import warmstart
from _real_objective import RealObjective
from warmstart.downstream.adapters.optuna import seed as enqueue
from warmstart.downstream.populations.pymoo import seed as sampling
from warmstart.execution.tasks import LocalTask, read_tasks
from warmstart.knowledge.base import open_knowledge
from warmstart.recommend.answer.suggestions import Suggestions
from warmstart.spaces.space import Choice, Number

HELD_OUT = Path(__file__).parents[1] / "data" / "surfaces" / "held_out.csv"
COUNTS = (5, 20, 60)
POPULATION = 20
N_DRAWN = 300
N_TABLES = 10
ROWS = {"decision_tree": 1000, "lightgbm": 400}
SPACES: dict[str, tuple[Number | Choice, ...]] = {
    "decision_tree": (
        Number(name="max_depth", low=1, high=20, integer=True),
        Number(name="min_samples_leaf", low=1, high=100, log=True, integer=True),
        Number(name="ccp_alpha", low=1e-6, high=0.05, log=True),
    ),
    "lightgbm": (
        Number(name="n_estimators", low=20, high=120, log=True, integer=True),
        Number(name="learning_rate", low=0.005, high=0.5, log=True),
        Number(name="num_leaves", low=4, high=64, log=True, integer=True),
        Number(name="min_child_samples", low=1, high=60, log=True, integer=True),
        Number(name="reg_lambda", low=1e-6, high=10.0, log=True),
        Number(name="colsample_bytree", low=0.3, high=1.0),
    ),
}
"""What is tuned, small enough that thousands of fits take minutes."""

FIXED: dict[str, dict[str, Any]] = {
    "decision_tree": {"criterion": "gini"},
    "lightgbm": {"reg_alpha": 1e-8, "subsample": 1.0},
}
"""What is not tuned and has to be said; a criterion to classifiers only."""

Score = Callable[[Mapping[str, Any]], float]


class Tuning:
    """One table and learner: scores of what a tuner asks, and where it may begin."""

    def __init__(self, task: LocalTask, learner: str, cache: Path) -> None:
        self.task, self.learner = task, learner
        self.objective = RealObjective(task, 0, learner, cache, rows=ROWS[learner])
        self.space = SPACES[learner]
        known = open_knowledge().md.tasks
        names = {*known.index, *known["family"]}
        self.question = {
            "target": None,
            "space": learner,
            "metric": self.objective.metric,
            "task_type": task.task_type,
            "exclude": [one for one in (task.task_id, task.family) if one in names],
        }

    def suggestions(self) -> Suggestions:
        y = self.objective.target
        return warmstart.suggest(self.objective.frame, y, n=10, **self.question)

    def score(self, values: Mapping[str, Any]) -> float:
        """Of what a tuner asks, or of a configuration of the base."""
        return self.objective.cv(self.asked(values))[0]

    def asked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What is fitted: of a configuration of the base as far as the space goes."""
        asked: dict[str, Any] = {}
        for one in self.space:
            value = values.get(one.name, values.get(f"{self.learner}:{one.name}"))
            if isinstance(one, Number):
                value = float(np.clip(one.high if value is None else value, one.low, one.high))
                value = round(value) if one.integer else float(f"{value:.5g}")
            asked[one.name] = value
        asked |= FIXED[self.learner]
        if self.task.task_type == "regression":
            asked.pop("criterion", None)
        return asked

    def ask(self, trial: optuna.Trial) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in self.space:
            assert isinstance(one, Number)
            ask = trial.suggest_int if one.integer else trial.suggest_float
            found[one.name] = ask(one.name, one.low, one.high, log=one.log)  # type: ignore[operator]
        return found

    def drawn(self, n: int, seed: int) -> list[dict[str, Any]]:
        """Random configurations, as the base names them."""
        study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
        rows = []
        for _ in range(n):
            values = self.ask(study.ask())
            rows.append({f"{self.learner}:{k}": float(f"{v:.5g}") for k, v in values.items()})
        whole = [one.name for one in self.space if isinstance(one, Number) and one.integer]
        for row in rows:
            row |= {f"{self.learner}:{k}": int(row[f"{self.learner}:{k}"]) for k in whole}
        return rows


def by_optuna(tuning: Tuning, sampler: Any, first: list[Any]) -> list[float]:
    """Scores in order; the first population is queued."""
    study = optuna.create_study(direction="maximize", sampler=sampler)
    if first:
        enqueue(first, study, space=tuning.ask)
    study.optimize(lambda trial: tuning.score(tuning.ask(trial)), n_trials=max(COUNTS))
    return [float(trial.value) for trial in study.trials]


def by_pymoo(tuning: Tuning, first: list[Any], seed: int) -> list[float]:
    """Scores of pymoo's genetic algorithm over mixed variables, in order."""
    from pymoo.core.mixed import MixedVariableGA
    from pymoo.core.problem import ElementwiseProblem
    from pymoo.core.variable import Integer, Real
    from pymoo.optimize import minimize

    scores: list[float] = []
    # Orders of magnitude are searched as exponents, as pymoo has no other way.
    logs = {one.name: isinstance(one, Number) and one.log for one in tuning.space}

    def bounds(one: Number) -> tuple[float, float]:
        return (np.log10(one.low), np.log10(one.high)) if one.log else (one.low, one.high)

    variables = {
        one.name: (Integer if one.integer and not one.log else Real)(bounds=bounds(one))
        for one in tuning.space
        if isinstance(one, Number)
    }

    class Problem(ElementwiseProblem):
        def __init__(self) -> None:
            super().__init__(vars=variables, n_obj=1)

        def _evaluate(self, values: Any, out: Any, *_: Any, **__: Any) -> None:
            asked = {k: 10.0 ** float(v) if logs[k] else float(v) for k, v in values.items()}
            scores.append(tuning.score(asked))
            out["F"] = -scores[-1]

    problem, algorithm = Problem(), MixedVariableGA(pop_size=POPULATION)
    if first:
        prefix = f"{tuning.learner}:"
        points = [
            {
                name: np.log10(one[prefix + name]) if logs[name] else one[prefix + name]
                for name in variables
                if prefix + name in one and not (logs[name] and one[prefix + name] <= 0)
            }
            for one in first
        ]
        middle = {name: float(np.mean(one.bounds)) for name, one in variables.items()}
        report = sampling(points, problem, defaults=middle)
        algorithm = MixedVariableGA(pop_size=POPULATION, **report.arguments)
    minimize(problem, algorithm, ("n_eval", max(COUNTS)), seed=seed)
    return scores[: max(COUNTS)]


def by_search(tuning: Tuning, strategy: str, seed: int) -> list[float]:
    """Scores of a search over a pool, in order."""
    md = open_knowledge().md
    ids = [one for one in md.configuration_ids if md.learners[one] == tuning.learner]
    # Those that differ in what is not tuned would be the same fit.
    alike = {repr(tuning.asked(one)): one for one in map(md.configuration, reversed(ids))}
    base = [dict(one) for one in reversed(alike.values())]
    most = {k: v for k, v in base[0].items() if not k.startswith(tuning.learner)}
    pool = base + [most | one for one in tuning.drawn(N_DRAWN, 987)]
    search = warmstart.search(
        metafeatures=warmstart.extract_metafeatures(
            tuning.objective.frame, tuning.objective.target
        ),
        candidates=pd.DataFrame(pool),
        strategy=strategy,
        metric=tuning.objective.metric,
        task_type=tuning.task.task_type,
        exclude=tuning.question["exclude"],
        random_state=seed,
    )
    scores = []
    for _ in range(max(COUNTS)):
        suggestion = search.ask()
        scores.append(tuning.score(suggestion.configuration))
        search.tell(suggestion, scores[-1])
    return scores


Runs = dict[str, dict[str, list[float]]]
"""Scores in order, by how it began and who searched."""


def one_table(tuning: Tuning, seed: int, found: Runs) -> Runs:
    """Scores of every way, cold and seeded; those that are there already stay."""

    def genetic(first: list[Any], _: str) -> list[float]:
        sampler = optuna.samplers.NSGAIISampler(population_size=POPULATION, seed=seed)
        return by_optuna(tuning, sampler, first)

    def adapted(first: list[Any], _: str) -> list[float]:
        return by_optuna(tuning, optuna.samplers.CmaEsSampler(seed=seed), first)

    ways: dict[str, Callable[[list[Any], str], list[float]]] = {
        "genetic algorithm": genetic,
        "cma-es": adapted,
        "pymoo": lambda first, _: by_pymoo(tuning, first, seed),
        "regularised evolution": lambda _, cold: by_search(tuning, f"{cold}evolution", seed),
        "evolution strategy": lambda _, cold: by_search(
            tuning, f"{cold}evolution_strategy", seed
        ),
    }
    for start in ("cold", "seeded"):
        done = found.setdefault(start, {})
        left = [who for who in ways if who not in done]
        first: list[Any] = []
        if start == "seeded" and left:
            first = tuning.suggestions().population(POPULATION, random_state=seed)
        for who in left:
            done[who] = ways[who](first, "" if start == "seeded" else "cold_")
    return found


def is_done(found: Runs) -> bool:
    return len(found) == 2 and all(len(ways) == 5 for ways in found.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus"))
    parser.add_argument("--cache", type=Path, default=Path("build/bench/seeded_real"))
    parser.add_argument("--learners", nargs="+", default=list(SPACES), choices=list(SPACES))
    parser.add_argument("--tables", type=int, default=N_TABLES)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    print(f"    {shlex.join(['python', *sys.argv])}\n", flush=True)
    with HELD_OUT.open(newline="", encoding="utf-8") as lines:
        wanted = [row["task_id"] for row in csv.DictReader(lines) if row["role"] == "reported"]
    known = {task.task_id: task for task in read_tasks(args.corpus / "tasks.csv")}
    tasks = [known[name] for name in wanted if name in known][: args.tables]
    for learner in args.learners:
        runs = {}
        for seed in range(args.seeds):
            for task in tasks:
                file = args.cache / f"{learner}-{task.task_id}-{seed}.json"
                found = json.loads(file.read_text()) if file.exists() else {}
                if not is_done(found):
                    found = one_table(Tuning(task, learner, args.cache), seed, found)
                    partial = file.with_suffix(".partial")
                    partial.write_text(json.dumps(found))
                    partial.replace(file)
                    print(f"{learner} {task.task_id} {seed} done", file=sys.stderr, flush=True)
                runs[task.task_id, seed] = found
        report(learner, runs)


def report(learner: str, runs: Mapping[tuple[str, int], Any]) -> None:
    """Means and standard errors over tables, and the paired gain."""
    every: dict[str, list[float]] = {}
    chance: dict[str, list[float]] = {}
    for (task, _), found in runs.items():
        for ways in found.values():
            every.setdefault(task, []).extend(s for scores in ways.values() for s in scores)
        # The first generation of a cold start is drawn at random.
        chance.setdefault(task, []).extend(found["cold"]["genetic algorithm"][:POPULATION])
    rows = []
    for (task, seed), found in runs.items():
        top, middle = max(every[task]), float(np.median(chance[task]))
        for start, ways in found.items():
            for who, scores in ways.items():
                best = np.maximum.accumulate(scores)
                rows += [
                    (who, start, task, seed, n, 100 * (top - best[n - 1]) / (top - middle))
                    for n in COUNTS
                ]
    frame = pd.DataFrame(rows, columns=["who", "start", "task", "seed", "n", "regret"])
    by_task = frame.groupby(["who", "start", "n", "task"])["regret"].mean().unstack("start")
    by_task["gain"] = by_task["cold"] - by_task["seeded"]
    n_tables = frame["task"].nunique()
    print(f"{learner}: {n_tables} tables, {frame['seed'].nunique()} seeds, after {COUNTS}")
    for who, part in by_task.groupby("who"):
        means, errors = part.groupby("n").mean(), part.groupby("n").sem()
        for column in ("cold", "seeded", "gain"):
            cells = (
                f"{means.loc[k, column]:.1f} ± {errors.loc[k, column]:.1f}" for k in COUNTS
            )
            print(f"  {who:22} {column:7} " + " / ".join(cells))
    print(flush=True)


if __name__ == "__main__":
    main()
