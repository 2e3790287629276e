"""How many evaluations a search saves where no two tasks share a configuration.

    python benchmarks/continuous_spaces.py --data FOLDER

Surrogates of rbv2_xgboost and rbv2_rpart (YAHPO Gym) answer for any configuration. Each
training task has 60 to 100 random evaluations of its own; other tasks, split by OpenML
dataset, are tuned from nothing by random search and by Optuna's TPE, by TPE that first
tries a portfolio of ten, by the transfer GP, and by the transfer GP handing over to TPE.
FOLDER holds the surrogates and ``query.py``, whose class ``Yahpo`` reads them.
"""

from __future__ import annotations

import argparse
import importlib.util
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd

from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.recommender import Recommender

Configuration = dict[str, Any]
FULL = {"trainsize": 1.0, "repl": 10}
ARMS = ("random", "tpe", "portfolio + tpe", "transfer_gp")


class Space:
    """One scenario: draws configurations, answers for them, offers them to Optuna."""

    def __init__(self, folder: Path, scenario: str, metric: str) -> None:
        specification = importlib.util.spec_from_file_location("query", folder / "query.py")
        assert specification is not None
        assert specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        self.surrogate = module.Yahpo(str(folder), scenario)
        self.metric = metric
        gone = {self.surrogate.spec["inst"], *FULL}
        self.parameters = [name for name in self.surrogate.hps if name not in gone]
        self.parents = {
            condition["child"]: (
                condition["parent"],
                condition.get("values", [condition.get("value")]),
            )
            for condition in self.surrogate.space.get("conditions", [])
        }

    def scores(self, task: str, configurations: list[Configuration]) -> np.ndarray:
        asked = [{**one, self.surrogate.spec["inst"]: task, **FULL} for one in configurations]
        return np.array([answer[self.metric] for answer in self.surrogate.query(asked)])

    def suggest(self, trial: optuna.Trial) -> Configuration:
        found: Configuration = {}
        # A choice that activates others is made before them.
        for name in sorted(self.parameters, key=lambda name: name in self.parents):
            parent, values = self.parents.get(name, (None, []))
            if parent is None or found[parent] in values:
                found[name] = self._one(trial, name)
        return found

    def _one(self, trial: optuna.Trial, name: str) -> Any:
        about = self.surrogate.hps[name]
        if about["type"] == "categorical":
            return trial.suggest_categorical(name, about["choices"])
        draw = trial.suggest_int if about["type"] == "uniform_int" else trial.suggest_float
        return draw(name, about["lower"], about["upper"], log=bool(about.get("log")))

    def trial(self, configuration: Configuration, score: float) -> optuna.trial.FrozenTrial:
        study = optuna.create_study()
        study.enqueue_trial(configuration)
        trial = study.ask()
        self.suggest(trial)
        return optuna.trial.create_trial(
            params=trial.params, distributions=trial.distributions, value=score
        )


def tpe(space: Space, task: str, first: list[Configuration], n: int, seed: int) -> np.ndarray:
    """Scores of TPE that takes `first` for its own first trials."""
    sampler = optuna.samplers.TPESampler(seed=seed)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    told = space.scores(task, first[:n]) if first else np.empty(0)
    for configuration, score in zip(first, told, strict=False):
        study.add_trial(space.trial(configuration, float(score)))
    scores = list(told)
    while len(scores) < n:
        trial = study.ask()
        score = float(space.scores(task, [space.suggest(trial)])[0])
        study.tell(trial, score)
        scores.append(score)
    return np.array(scores)


def transfer(
    recommender: Recommender, space: Space, task: str, n: int, seed: int
) -> tuple[list[Configuration], np.ndarray]:
    """Configurations and scores of the search of the transfer GP."""
    search = recommender.search(random_state=seed)
    for _ in range(n):
        suggestion = search.ask()
        search.tell(suggestion, float(space.scores(task, [suggestion.configuration])[0]))
    told = search.history
    return [one.configuration for one in told], np.array([one.score for one in told])


def learn(space: Space, tasks: list[str], seed: int) -> Recommender:
    """A recommender from 60 to 100 random evaluations of each task, none shared."""
    rng = np.random.default_rng(seed)
    rows = []
    for place, task in enumerate(tasks):
        drawn = space.surrogate.sample(int(rng.integers(60, 101)), seed=1000 * seed + place)
        for one, score in zip(drawn, space.scores(task, drawn), strict=True):
            rows.append({"task_id": task, "score": score, **one})
    history = pd.DataFrame(rows)
    parameters = [name for name in space.parameters if name in history]
    for name in parameters:
        if space.surrogate.hps[name]["type"] == "uniform_int":
            history[name] = history[name].astype("Int64")
    return Recommender(model="transfer_gp").fit(
        MetaDataset.from_evaluations(history, parameters=parameters)
    )


def references(space: Space, task: str, n: int = 2000) -> tuple[float, float]:
    """The best and the median of many random configurations."""
    scores = space.scores(task, space.surrogate.sample(n, seed=987_654))
    return float(scores.max()), float(np.median(scores))


def race(
    space: Space, held: list[str], train: list[str], args: argparse.Namespace
) -> Iterator[tuple[pd.DataFrame, dict[str, float]]]:
    """Best score so far of every arm on every held-out task, and CPU seconds an arm.

    After every seed, of all seeds so far.
    """
    n, rows = args.n_evaluations, []
    seconds: dict[str, float] = {}

    def timed(arm: str, run: Callable[[], Any]) -> Any:
        start = time.process_time()
        answer = run()
        seconds[arm] = seconds.get(arm, 0.0) + time.process_time() - start
        return answer

    for seed in range(args.seeds):
        recommender = timed("fit", lambda seed=seed: learn(space, train, seed))
        portfolio = [s.configuration for s in recommender.suggest(n=10, strategy="portfolio")]
        for place, task in enumerate(held):
            own = 10_000 + 100 * seed + place
            drawn = space.surrogate.sample(n, seed=own)
            found = {"random": space.scores(task, drawn)}
            found["tpe"] = timed("tpe", lambda t=task, o=own: tpe(space, t, [], n, o))
            found["portfolio + tpe"] = timed(
                "portfolio + tpe", lambda t=task, o=own, p=portfolio: tpe(space, t, p, n, o)
            )
            picks, scores = timed(
                "transfer_gp",
                lambda t=task, o=own, r=recommender: transfer(r, space, t, n, o),
            )
            found["transfer_gp"] = scores
            for after in args.handover:
                arm = f"transfer_gp, tpe after {after}"
                found[arm] = timed(
                    arm, lambda t=task, o=own, p=picks[:after]: tpe(space, t, p, n, o)
                )
            for arm, scores in found.items():
                best = np.maximum.accumulate(scores)
                rows += [
                    {"arm": arm, "task": task, "seed": seed, "t": t + 1, "best": value}
                    for t, value in enumerate(best)
                ]
            print(f"seed {seed}: {place + 1} of {len(held)} tasks", file=sys.stderr, flush=True)
        yield pd.DataFrame(rows), seconds


def report(space: Space, frame: pd.DataFrame, at: list[int], n: int) -> None:
    """Regret curves, and evaluations needed to reach what cold TPE reaches."""
    best, middle = {}, {}
    for task, found in frame.groupby("task")["best"].max().items():
        top, median = references(space, str(task))
        best[task], middle[task] = max(top, found), median
    task = frame["task"]
    spread = (task.map(best) - task.map(middle)).clip(lower=1e-9)
    frame = frame.assign(regret=100 * (task.map(best) - frame["best"]) / spread)
    curves = frame[frame["t"].isin(at)].pivot_table(
        index=["arm", "task"], columns="t", values="regret"
    )
    means = curves.groupby("arm").mean().round(2).astype(str)
    errors = curves.groupby("arm").sem().round(2).astype(str)
    order = list(frame["arm"].unique())
    print("Mean regret x 100 relative to the median of random, by evaluations:\n")
    print((means + " ± " + errors).loc[order].to_string(), "\n")
    last = curves[n].unstack("arm")
    behind = last.sub(last["tpe"], axis=0)
    print(f"After {n}, more than cold TPE on the same task (mean, standard error of it):\n")
    print(behind.agg(["mean", "sem"]).T.loc[order].round(2).to_string(), "\n")
    wide = frame.set_index(["arm", "task", "seed", "t"])["best"].unstack("t")
    needed = {}
    for goal in (25, 50, 100):
        if goal > n:
            continue
        target = wide.loc["tpe"][goal]
        for arm in order:
            reached = wide.loc[arm].ge(target - 1e-12, axis=0)
            first = reached.idxmax(axis=1).where(reached.any(axis=1), n + 1)
            needed[arm, goal] = f"{first.median():g} ({(first <= n).mean():.0%})"
    print(f"Median evaluations to reach cold TPE after 25, 50, 100 (share that does by {n}):\n")
    print(pd.Series(needed).unstack().loc[order].to_string(), "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--scenarios", nargs="+", default=["rbv2_xgboost", "rbv2_rpart"])
    parser.add_argument("--metric", default="acc")
    parser.add_argument("--held-out", type=int, default=14, help="tasks that are tuned")
    parser.add_argument(
        "--part", type=int, default=0, help="which of the disjoint sets of held-out tasks"
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--n-evaluations", type=int, default=100)
    parser.add_argument("--handover", type=int, nargs="*", default=[10, 25])
    parser.add_argument("--at", type=int, nargs="+", default=[1, 2, 5, 10, 25, 50, 100])
    parser.add_argument("--out", type=Path, help="Parquet of every best score so far")
    args = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    for scenario in args.scenarios:
        space = Space(args.data, scenario, args.metric)
        tasks = sorted(space.surrogate.instances, key=int)
        order = np.random.default_rng(0).permutation(len(tasks))
        first = args.part * args.held_out
        chosen = set(order[first : first + args.held_out].tolist())
        # Sets before this one were tuned on or reported; they may train, never be asked.
        held = [tasks[k] for k in sorted(chosen)]
        train = [tasks[k] for k in range(len(tasks)) if k not in chosen]
        print(
            f"## {scenario}, {args.metric}: {len(train)} training tasks, {len(held)} held out "
            f"({', '.join(held)}), {args.seeds} seeds\n",
            flush=True,
        )
        at = [t for t in args.at if t <= args.n_evaluations]
        for frame, seconds in race(space, held, train, args):
            if args.out is not None:
                frame.to_parquet(args.out.with_suffix(f".{scenario}.parquet"))
            print(f"### {frame['seed'].nunique()} of {args.seeds} seeds\n")
            report(space, frame, at, args.n_evaluations)
            spent = {arm: round(value, 1) for arm, value in seconds.items()}
            print("CPU seconds:", spent, "\n", flush=True)


if __name__ == "__main__":
    main()
