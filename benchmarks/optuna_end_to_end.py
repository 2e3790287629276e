"""Optuna on real data: does it save trials to start from the base, and to go on learning?

    python data/corpus/fetch.py --out build/corpus
    python benchmarks/optuna_end_to_end.py --tasks 10 --seeds 3

Draws families of the base that the corpus holds, half of them classification, and forgets
each while it is tuned (``exclude=``). The objective is the cross-validated score of a
LightGBM pipeline over the base's own ``lightgbm`` space, define by run: the encoding is
asked for only where there are categories, the class weight only in classification. At most
``--rows`` rows are used. Compared on the same folds: TPE from nothing; TPE with ten
suggestions enqueued (``warmstart.downstream.optuna.seed``); ``WarmStartSampler``, which
leaves the same TPE every third trial after the fifth and hands over after ``--warm`` of
its own. A run that is done is kept in
``--results`` and taken up again.

Last, two processes on one SQLite storage: nothing may be tried twice, and nothing arrive
other than suggested without being reported.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from sklearn.base import clone
from sklearn.metrics import balanced_accuracy_score, r2_score
from sklearn.model_selection import KFold, StratifiedKFold

import warmstart
from _common import KINDS, add_knowledge, print_heading
from end_to_end import draw, mean_error
from warmstart.datasets.load import load_dataset
from warmstart.downstream.adapters.optuna import seed as enqueue
from warmstart.execution.local import LocalTask
from warmstart.metadataset.storage.files import write_json
from warmstart.metrics import default_metric
from warmstart.spaces.pipelines.pipeline import build_estimator
from warmstart.spaces.pipelines.tabular import hyperparameters

LEARNER = "lightgbm"
AT = (1, 5, 10, 25, 50)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_knowledge(parser)
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus/tasks.csv"))
    parser.add_argument("--results", type=Path, default=Path("build/bench/optuna"))
    parser.add_argument("--tasks", type=int, default=10, help="families drawn")
    parser.add_argument("--draw", type=int, default=0, help="seed of the draw of families")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--warm", type=int, nargs="+", default=[50], metavar="N")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


class TaskObjective:
    """Cross-validated score of a LightGBM pipeline on one task; each point is computed once."""

    def __init__(self, task: LocalTask, n_rows: int, n_folds: int) -> None:
        dataset = load_dataset(task.path, target=task.target, task_type=task.task_type)
        rng = np.random.default_rng(0)
        kept = np.sort(rng.permutation(len(dataset.y))[:n_rows])
        self.X, self.y = dataset.X.iloc[kept], dataset.y.iloc[kept]
        self.dataset = load_dataset(self.X, self.y, task_type=task.task_type)
        self.regression = task.task_type == "regression"
        self.task_type = task.task_type
        self.metric = default_metric(task.task_type).name
        folds = KFold if self.regression else StratifiedKFold
        self.folds = folds(n_folds, shuffle=True, random_state=0)
        self.has_words = bool(self.dataset.schema.names("categorical"))
        self.score = r2_score if self.regression else balanced_accuracy_score
        self.known: dict[str, float] = {}
        self._prepared: dict[str, list[Any]] = {}

    def ask(self, trial: Any) -> dict[str, Any]:
        """The define-by-run space: LightGBM's own names, without a learner before them."""
        values: dict[str, Any] = {"learner": LEARNER, "encoding": "ordinal"}
        if self.has_words:
            values["encoding"] = trial.suggest_categorical(
                "encoding", ["one_hot", "ordinal", "target"]
            )
        for hp in hyperparameters(LEARNER, self.task_type):
            name = hp.name.removeprefix(f"{LEARNER}:")
            if hasattr(hp, "choices"):
                value = trial.suggest_categorical(name, list(hp.choices))
            elif isinstance(hp.default_value, int):
                value = trial.suggest_int(name, int(hp.lower), int(hp.upper), log=hp.log)
            else:
                value = trial.suggest_float(name, float(hp.lower), float(hp.upper), log=hp.log)
            values[hp.name] = value
        return values

    def prepared(self, values: dict[str, Any]) -> list[Any]:
        """Folds as the pipeline hands them to the model: the encoding is all that matters."""
        name = values["encoding"]
        if name not in self._prepared:
            self._prepared[name] = []
            for train, test in self.folds.split(self.X, self.y):
                steps = build_estimator(values, self.dataset.schema, random_state=0)[:-1]
                y = self.y.iloc[train]
                X = steps.fit_transform(self.X.iloc[train], y)
                held_out = steps.transform(self.X.iloc[test]), self.y.iloc[test]
                self._prepared[name].append(((X, y), *held_out))
        return self._prepared[name]

    def __call__(self, trial: Any) -> float:
        values = self.ask(trial)
        key = json.dumps(values, sort_keys=True)
        if key not in self.known:
            model = build_estimator(values, self.dataset.schema, random_state=0)[-1]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # LightGBM's, of splits without gain
                self.known[key] = float(
                    np.mean(
                        [
                            self.score(test_y, clone(model).fit(*train).predict(test_X))
                            for train, test_X, test_y in self.prepared(values)
                        ]
                    )
                )
        return self.known[key]


def run(
    method: str, objective: TaskObjective, family: str, seed: int, args: argparse.Namespace
) -> dict[str, Any]:
    """One study: its values in order, and what did not arrive as suggested."""
    began = cpu_s()
    tpe = optuna.samplers.TPESampler(seed=seed)
    question: dict[str, Any] = {
        "task_type": objective.task_type,
        "space": LEARNER,
        "exclude": [family],
        "knowledge": args.knowledge,
    }
    changed = 0
    if method.startswith("warm"):
        sampler = warmstart.WarmStartSampler(
            objective.X,
            objective.y,
            n_trials=int(method.partition("-")[2]),
            then=tpe,
            seed=seed,
            **question,
        )
        study = optuna.create_study(direction="maximize", sampler=sampler)
    else:
        study = optuna.create_study(direction="maximize", sampler=tpe)
    if method == "seeded":
        suggestions = warmstart.suggest(
            objective.X, objective.y, n=10, random_state=seed, **question
        )
        report = enqueue(suggestions, study, space=objective.ask)
        changed = sum(c.kind == "repaired" for point in report.points for c in point.changes)
    study.optimize(objective, n_trials=args.trials)
    if method.startswith("warm"):
        table = sampler.report(study)
        changed = int((table["reason"] != "never asked for").sum())
    return {
        "values": [trial.value for trial in study.trials if trial.state.is_finished()],
        "changed": changed,
        "cpu_s": cpu_s() - began,
    }


def cpu_s() -> float:
    used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def summarise(title: str, runs: dict[tuple[str, str, int], list[float]], n: int) -> None:
    """Print curves and trials saved over the tasks of one kind, or all."""
    tasks = list(dict.fromkeys(task for task, _, _ in runs))
    methods = list(dict.fromkeys(method for _, method, _ in runs))
    seeds = list(dict.fromkeys(seed for _, _, seed in runs))
    curves: dict[str, dict[str, np.ndarray[Any, Any]]] = {method: {} for method in methods}
    needed: dict[str, list[int]] = {method: [] for method in methods}
    wins: dict[str, dict[str, float]] = {method: {} for method in methods}
    for task in tasks:
        everything = np.concatenate([runs[task, m, s] for m in methods for s in seeds])
        # 0 is what a random configuration gives: the start of TPE from nothing is random.
        zero = np.median([runs[task, "cold", s][:10] for s in seeds])
        spread = max(everything.max() - zero, 1e-12)
        for method in methods:
            best = np.array([np.maximum.accumulate(runs[task, method, s]) for s in seeds])
            curves[method][task] = ((best - zero) / spread).mean(axis=0)
            outcomes = []
            for row, seed in zip(best, seeds, strict=True):
                goal = max(runs[task, "cold", seed])
                reached = np.flatnonzero(row >= goal - 1e-12)
                needed[method].append(int(reached[0]) + 1 if len(reached) else n + 1)
                outcomes.append(0.5 * (row[-1] >= goal) + 0.5 * (row[-1] > goal))
            wins[method][task] = float(np.mean(outcomes))
    print(f"## {title}: {len(tasks)} datasets × {len(seeds)} seeds\n")
    at = [k for k in AT if k <= n]
    print(
        f"| method | {' | '.join(f'after {k}' for k in at)} "
        f"| trials to cold's best of {n}, median (quartiles) | never | ends above cold |"
    )
    print("| --- |" + " --: |" * (len(at) + 3))
    for method in methods:
        table = np.array(list(curves[method].values()))
        cells = " | ".join(mean_error(table[:, k - 1]) for k in at)
        q = np.percentile(needed[method], [25, 50, 75])
        said = [f"{v:g}" if v <= n else f">{n}" for v in q]
        never = float(np.mean(np.array(needed[method]) > n))
        print(
            f"| {method} | {cells} | {said[1]} ({said[0]}-{said[2]}) | {100 * never:.0f} % "
            f"| {mean_error(list(wins[method].values()))} |"
        )
    print(flush=True)


def two_processes(args: argparse.Namespace, task: LocalTask) -> None:
    """The same study by two processes on one SQLite file; checks what they promise."""
    from warmstart.downstream.optuna_sampler.claims import claim_of

    n_warm, n_each = 12, 10
    with tempfile.TemporaryDirectory() as folder:
        storage = f"sqlite:///{folder}/study.db"
        study = optuna.create_study(study_name="two", storage=storage, direction="maximize")
        base = [sys.executable, __file__, "--corpus", str(args.corpus), "--rows", "300"]
        if args.knowledge:
            base += ["--knowledge", str(args.knowledge)]
        workers = [
            subprocess.Popen([*base, "--worker", storage, task.task_id, f"{n_warm},{n_each}"])
            for _ in range(2)
        ]
        codes = [worker.wait() for worker in workers]
        trials = study.get_trials()
        claims = [claim for trial in trials if (claim := claim_of(trial))]
        ids = [claim["id"] for claim in claims]
        silent = 0
        for trial in trials:
            if (claim := claim_of(trial)) is None:
                continue
            told = {c["parameter"] for c in trial.user_attrs["warmstart"]["changed"]}
            for name, used in trial.params.items():
                key = name if name in claim["values"] else f"{LEARNER}:{name}"
                silent += used != claim["values"][key] and name not in told
        print("## Two processes on one SQLite storage\n")
        print(
            f"- {task.name}: exit codes {codes}, {len(trials)} trials, {len(ids)} suggested "
            f"({n_warm} asked for), {len(ids) - len(set(ids))} tried twice, {silent} silent "
            f"differences, states {sorted({t.state.name for t in trials})}\n",
            flush=True,
        )


def work(args: argparse.Namespace, task: LocalTask, storage: str, numbers: str) -> None:
    """What each of the two processes runs."""
    n_warm, n_each = map(int, numbers.split(","))
    objective = TaskObjective(task, args.rows, args.folds)
    sampler = warmstart.WarmStartSampler(
        objective.X,
        objective.y,
        n_trials=n_warm,
        task_type=objective.task_type,
        space=LEARNER,
        exclude=[task.family],
        knowledge=args.knowledge,
    )
    study = optuna.load_study(study_name="two", storage=storage, sampler=sampler)
    study.optimize(objective, n_trials=n_each)


def main() -> None:
    args = arguments()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    if args.worker:
        from warmstart.execution.local import read_tasks

        storage, task_id, numbers = args.worker
        (task,) = [t for t in read_tasks(args.corpus) if t.task_id == task_id]
        return work(args, task, storage, numbers)
    md = print_heading(args.knowledge)
    tasks = draw(args.corpus, md, args.tasks, args.draw)
    # In turn, so that what there is after a stop is of both kinds.
    of_kind = [[t for t in tasks if (t.task_type == "regression") == r] for r in (False, True)]
    tasks = [t for pair in zip_longest(*of_kind) for t in pair if t is not None]
    methods = ["cold", "seeded", *(f"warm-{n}" for n in args.warm)]
    settings = f"{args.trials}x{args.rows}x{args.folds}"
    folder = args.results / f"{warmstart.__version__}-{settings}"
    folder.mkdir(parents=True, exist_ok=True)
    runs: dict[tuple[str, str, int], list[float]] = {}
    total, changed, failed, kind_of = 0.0, 0, 0, {}
    print("| task | metric | rows | " + " | ".join(methods) + " | CPU s |")
    print("| --- | --- | --: |" + " --: |" * (len(methods) + 1))
    for task in tasks:
        kind_of[task.task_id] = KINDS[task.task_type == "regression"]
        objective, spent = TaskObjective(task, args.rows, args.folds), 0.0
        for method in methods:
            for seed in range(args.seeds):
                path = folder / f"{task.task_id}-{method}-{seed}.json"
                if not path.exists():
                    write_json(run(method, objective, task.family, seed, args), path)
                done = json.loads(path.read_text(encoding="utf-8"))
                # A trial that failed is worse than any that did not.
                runs[task.task_id, method, seed] = [
                    -np.inf if value is None else value for value in done["values"]
                ]
                failed += done["values"].count(None)
                spent, changed = spent + done["cpu_s"], changed + done["changed"]
        best = [
            np.mean([max(runs[task.task_id, method, seed]) for seed in range(args.seeds)])
            for method in methods
        ]
        print(
            f"| {task.name} | {objective.metric} | {len(objective.y)} | "
            + " | ".join(f"{value:.4f}" for value in best)
            + f" | {spent:.0f} |",
            flush=True,
        )
        total += spent
    print(
        f"\nBest of {args.trials} trials, mean over {args.seeds} seeds; families drawn with "
        f"seed {args.draw}; {args.folds} folds, at most {args.rows} rows; {changed} suggested "
        f"values repaired, {failed} trials failed; {total:.0f} CPU seconds; "
        f"{time.strftime('%Y-%m-%d')}.\n"
    )
    print(
        "Below, 0 is the median of random configurations and 1 the best seen on the dataset "
        "by anyone; mean ± standard error over datasets. Trials are counted against TPE from "
        "nothing with the same seed.\n"
    )
    for kind in KINDS:
        of_kind = {key: v for key, v in runs.items() if kind_of[key[0]] == kind}
        if len({key[0] for key in of_kind}) > 1:
            summarise(kind, of_kind, args.trials)
    summarise("both", runs, args.trials)
    two_processes(args, tasks[0])


if __name__ == "__main__":
    main()
