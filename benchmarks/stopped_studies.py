"""CPU seconds of studies of LightGBM with and without stopping trials, on real tables.

    python benchmarks/stopped_studies.py --corpus build/corpus [--tables 10] [--trials 50]

Tables of at least so many rows, one a family. Each trial fits up to 300 rounds on two thirds of
the training rows and reports the score on the rest after 10, 20, 40, 80, 160 and 300 rounds;
rounds that a stopped trial does not make cost nothing. What is kept is judged on other rows.
Arms: TPE alone; with the median pruner; with Hyperband; with previous curves of the package,
the table's family left out. Each finished arm is a line of the cache, so a run cut short goes
on. Share of TPE's CPU seconds and difference of the held-out score: means ± standard errors
over tables.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import optuna
import pandas as pd
from sklearn.metrics import log_loss, r2_score
from sklearn.model_selection import train_test_split

from warmstart.datasets.load import load_dataset
from warmstart.downstream import PreviousCurvesPruner
from warmstart.execution.local import read_tasks
from warmstart.knowledge.curves import known_curves

ROUNDS = [10, 20, 40, 80, 160, 300]


def main() -> None:
    """Print one line an arm."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--tables", type=int, default=10)
    parser.add_argument("--rows", type=int, default=3000, help="at least")
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--cache", type=Path, default=Path("build/stopped_studies.jsonl"))
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    args.cache.parent.mkdir(parents=True, exist_ok=True)
    known = {}
    if args.cache.exists():
        for line in args.cache.read_text().splitlines():
            told = json.loads(line)
            known[told["task"], told["arm"], told["trials"]] = told
    rows = []
    for task, data in tables(args):
        for arm in ("TPE", "median", "Hyperband", "previous curves"):
            key = task.task_id, arm, args.trials
            if key not in known:
                found = {"task": task.task_id, "arm": arm, "trials": args.trials}
                known[key] = found | study(task, data, arm, args.trials)
                with args.cache.open("a") as file:
                    file.write(json.dumps(known[key]) + "\n")
            rows.append(known[key])
        report(pd.DataFrame(rows))


def tables(args: argparse.Namespace) -> Any:
    """Tables of at least so many rows, numbers as codes, split once."""
    families: set[str] = set()
    tasks = read_tasks(args.corpus / "tasks.csv")
    for place in np.random.default_rng(5).permutation(len(tasks)):
        task = tasks[place]
        if task.family in families or len(families) >= args.tables:
            continue
        data = load_dataset(task.path, target=task.target, task_type=task.task_type)
        if len(data.X) < args.rows or data.X.shape[1] > 60:
            continue
        X = data.X.apply(
            lambda c: c if pd.api.types.is_numeric_dtype(c) else pd.factorize(c)[0]
        ).to_numpy(float)
        y = np.asarray(data.y)
        if task.task_type != "regression":
            y = pd.factorize(y)[0]
            if np.bincount(y).min() < 20 or len(np.bincount(y)) > 10:
                continue
        families.add(task.family)
        kept = np.random.default_rng(0).permutation(len(y))[: 2 * args.rows]
        fit, test = train_test_split(kept, random_state=0)
        fit, valid = train_test_split(fit, test_size=1 / 3, random_state=0)
        yield task, [(X[part], y[part]) for part in (fit, valid, test)]


def study(task: Any, data: Any, arm: str, n_trials: int) -> dict[str, Any]:
    """CPU seconds of all trials, the held-out score of the best, and how many were stopped."""
    regression = task.task_type == "regression"
    metric = "r2" if regression else "log_loss"
    pruners: dict[str, Any] = {
        "TPE": optuna.pruners.NopPruner(),
        "median": optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=10),
        "Hyperband": optuna.pruners.HyperbandPruner(min_resource=10, max_resource=300),
    }
    if arm == "previous curves":
        curves = known_curves("lightgbm", metric=metric, exclude=[task.task_id, task.family])
        pruner: Any = PreviousCurvesPruner(curves, target=256.0)
    else:
        pruner = pruners[arm]
    (X, y), valid, test = data
    kind = lightgbm.LGBMRegressor if regression else lightgbm.LGBMClassifier
    models: dict[int, Any] = {}

    def score(model: Any, part: Any, rounds: int) -> float:
        if regression:
            return float(r2_score(part[1], model.predict(part[0], num_iteration=rounds)))
        found = model.predict_proba(part[0], num_iteration=rounds)
        return -float(log_loss(part[1], found, labels=model.classes_))

    def objective(trial: optuna.Trial) -> float:
        params = {
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.5, log=True),
            "num_leaves": trial.suggest_int("num_leaves", 4, 128, log=True),
            "min_child_samples": trial.suggest_int("min_child_samples", 2, 100, log=True),
            "colsample_bytree": trial.suggest_float("colsample_bytree", 0.3, 1.0),
            "reg_lambda": trial.suggest_float("reg_lambda", 1e-3, 10.0, log=True),
        }
        booster = None
        for before, rounds in zip([0, *ROUNDS[:-1]], ROUNDS, strict=True):
            model = kind(
                n_estimators=rounds - before, verbose=-1, n_jobs=1, random_state=0, **params
            )
            model.fit(X, y, init_model=booster)
            booster = model.booster_
            value = score(model, valid, rounds)
            trial.report(value, rounds)
            if rounds < ROUNDS[-1] and trial.should_prune():
                raise optuna.TrialPruned
        models[trial.number] = model
        return value

    sampler = optuna.samplers.TPESampler(seed=0)
    one = optuna.create_study(direction="maximize", sampler=sampler, pruner=pruner)
    start = time.process_time()
    one.optimize(objective, n_trials=n_trials)
    spent = time.process_time() - start
    best = models[one.best_trial.number]
    pruned = sum(trial.state.name == "PRUNED" for trial in one.trials)
    return {"cpu_s": spent, "score": score(best, test, ROUNDS[-1]), "pruned": pruned}


def report(frame: pd.DataFrame) -> None:
    """Against TPE alone, so far."""
    seconds = frame.pivot_table(index="task", columns="arm", values="cpu_s")
    scores = frame.pivot_table(index="task", columns="arm", values="score")
    print(f"\n{len(seconds)} tables\n\n| arm | share of CPU s | score - TPE's | stopped |")
    print("| --- | --: | --: | --: |")
    for arm in seconds.columns:
        share, gap = seconds[arm] / seconds["TPE"], scores[arm] - scores["TPE"]
        stopped = frame.loc[frame["arm"] == arm, "pruned"].mean()
        root = np.sqrt(len(share))
        print(
            f"| {arm} | {share.mean():.2f} ± {share.std(ddof=1) / root:.2f} | "
            f"{gap.mean():+.4f} ± {gap.std(ddof=1) / root:.4f} | {stopped:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
