"""CPU seconds of studies with and without stopping trials, on real tables held out by family.

    python data/corpus/fetch.py --out build/corpus
    python benchmarks/stopped_studies.py --role reported --splits 0 1 --trials 50

Tables of ``data/surfaces/held_out.csv`` of at most so many classes: their families are in no
base and no curve that is used. 3,000 to 6,000 rows are a study: two thirds are fitted to, a
third scores a trial after 8 to 300 rounds (of a network 1 to 20 epochs), and its value is its
best; what is kept is judged on up to 2,500 other rows. Arms: TPE and `WarmStartSampler`, each
alone and with `PreviousCurvesPruner`; TPE with the median pruner and with Hyperband. Fits are
kept in ``--cache``, so arms share them; each trial is charged the CPU seconds of its fit
until it ended or was stopped, each arm those that sampler and pruner took. "to TPE's" are
seconds until what an arm would keep is as good, on the other rows, as what TPE alone keeps
after all its trials, over the seconds TPE alone takes for that; infinite where it never is.
"""

from __future__ import annotations

import argparse
import csv
import json
import shlex
import sys
import time
import warnings
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd

from _round_curves import EPOCHS, ROUNDS, CurveTable
from warmstart.downstream import PreviousCurvesPruner
from warmstart.downstream.optuna_sampler.sampler import WarmStartSampler
from warmstart.downstream.read_off import end_trial, report_rounds
from warmstart.execution.tasks import LocalTask, read_tasks
from warmstart.knowledge.base import open_knowledge
from warmstart.knowledge.curves import known_curves
from warmstart.models.curves.curves import Curves

HELD_OUT = Path(__file__).parents[1] / "data" / "surfaces" / "held_out.csv"
ARMS = ("TPE", "TPE median", "TPE Hyperband", "TPE ours", "warm", "warm ours")


def main() -> None:
    """Print one line an arm."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus"))
    parser.add_argument("--cache", type=Path, default=Path("build/bench/stopped_studies"))
    parser.add_argument("--role", default="reported", choices=("reported", "tuning"))
    parser.add_argument("--learner", default="lightgbm", choices=("lightgbm", "xgboost", "mlp"))
    parser.add_argument("--classes", type=int, default=4, help="at most")
    parser.add_argument("--tables", nargs="*", help="all of the role by default")
    parser.add_argument("--splits", nargs="+", type=int, default=[0])
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--arms", nargs="+", default=list(ARMS))
    parser.add_argument("--again", nargs="*", default=[], help="arms to run anew")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    start = time.process_time()
    for metric in ("log_loss", "r2"):  # what a process reads once is told, and not counted
        load(args.learner, metric)
    print(f"loading: {time.process_time() - start:.1f} CPU s, once a process\n", flush=True)
    results = args.cache / "runs"
    results.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    earlier: list[CurveTable] = []
    others = tables(args, "tuning" if args.role == "reported" else "reported")
    for split in args.splits:
        for task in tables(args, args.role):
            table: CurveTable | None = None
            for arm in args.arms:
                file = (
                    results / f"{args.learner}-{task.task_id}-{split}-{args.trials}-{arm}.json"
                )
                if not file.exists() or arm in args.again:
                    table = table or CurveTable(task, split, args.cache, args.learner)
                    if args.learner == "mlp" and not earlier:
                        earlier = [CurveTable(o, 0, args.cache, "mlp") for o in others]
                        for one in earlier:  # a user has them from before
                            if one.metric == table.metric:
                                fit_drawn(one)
                    file.write_text(json.dumps(study(table, arm, args.trials, earlier)))
                    print(f"{task.task_id} {split} {arm}", flush=True)
                rows += [
                    {"table": task.task_id, "split": split, "arm": arm, **trial}
                    for trial in json.loads(file.read_text())
                ]
    report(pd.DataFrame(rows))


def load(learner: str, metric: str) -> None:
    """Import and read what the arms need."""
    names = [f"x{k}" for k in range(4)]
    draws = np.random.default_rng(0).normal(size=(60, 4))
    frame = pd.DataFrame(draws, columns=names)
    y = draws[:, 0] if metric == "r2" else np.where(draws[:, 0] > 0, "a", "b")
    sampler = WarmStartSampler(frame, y, space=learner, metric=metric, n_trials=2)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for _ in range(2):
        trial = study.ask()
        suggested(trial, learner)
        study.tell(trial, 0.5 if metric == "r2" else -0.5)
    if learner != "mlp":
        known_curves(learner, metric=metric)


def tables(args: argparse.Namespace, role: str) -> list[LocalTask]:
    """Those of a role, in their order."""
    with HELD_OUT.open(newline="", encoding="utf-8") as lines:
        wanted = [row["task_id"] for row in csv.DictReader(lines) if row["role"] == role]
    with (args.corpus / "tasks.csv").open(newline="", encoding="utf-8") as lines:
        classes = {row["task_id"]: int(row["n_classes"]) for row in csv.DictReader(lines)}
    known = {task.task_id: task for task in read_tasks(args.corpus / "tasks.csv")}
    return [
        known[name]
        for name in wanted
        if classes[name] <= args.classes
        and (role != args.role or not args.tables or name in args.tables)
    ]


def suggested(trial: optuna.Trial, learner: str) -> dict[str, Any]:
    """What people search; the number of rounds is read off."""
    if learner == "mlp":
        return {
            "learning_rate_init": trial.suggest_float(
                "learning_rate_init", 1e-4, 0.1, log=True
            ),
            "alpha": trial.suggest_float("alpha", 1e-6, 1.0, log=True),
            "width": trial.suggest_int("width", 8, 128, log=True),
            "batch_size": trial.suggest_int("batch_size", 32, 256, log=True),
        }
    values: dict[str, Any] = {
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.5, log=True),
        "colsample_bytree": trial.suggest_float("colsample_bytree", 0.3, 1.0),
        "reg_lambda": trial.suggest_float("reg_lambda", 1e-3, 10.0, log=True),
    }
    if learner == "lightgbm":
        values["num_leaves"] = trial.suggest_int("num_leaves", 4, 128, log=True)
        values["min_child_samples"] = trial.suggest_int("min_child_samples", 2, 100, log=True)
    else:
        values["max_depth"] = trial.suggest_int("max_depth", 2, 12)
        values["min_child_weight"] = trial.suggest_float("min_child_weight", 0.01, 50, log=True)
    return values


def study(
    table: CurveTable, arm: str, n_trials: int, earlier: Sequence[CurveTable]
) -> list[dict[str, Any]]:
    """Each trial: seconds of its fit, of all that asked and judged, score, test score."""
    task, budgets = table.task, EPOCHS if table.learner == "mlp" else ROUNDS
    seed = zlib.crc32(f"{task.task_id} {table.split}".encode())
    known = open_knowledge().md.tasks
    names = [n for n in (task.task_id, task.family) if n in {*known.index, *known["family"]}]
    start = time.process_time()
    sampler: Any = optuna.samplers.TPESampler(seed=seed)
    if arm.startswith("warm"):
        sampler = WarmStartSampler(
            table.frame,
            table.target,
            space=table.learner,
            metric=table.metric,
            task_type=task.task_type,
            exclude=names,
            n_trials=n_trials,
            rounds=None if table.learner == "mlp" else budgets[-1],
            then=sampler,
            seed=table.split,
        )
    pruners: dict[str, Any] = {
        "median": optuna.pruners.MedianPruner(n_startup_trials=5),
        "Hyperband": optuna.pruners.HyperbandPruner(budgets[0], budgets[-1]),
    }
    kind = arm.partition(" ")[2]
    if kind.startswith("ours"):
        pruner: Any = ours(table, earlier)
    else:
        pruner = pruners.get(kind, optuna.pruners.NopPruner())
    one = optuna.create_study(direction="maximize", sampler=sampler, pruner=pruner)
    overhead, found = time.process_time() - start, []
    best = test = -np.inf
    for _ in range(n_trials):
        start = time.process_time()
        trial = one.ask()
        values = suggested(trial, table.learner)
        overhead += time.process_time() - start
        curve = table.curve(values)
        start, stop = time.process_time(), None
        for k, (rounds, score) in enumerate(zip(budgets, curve.valid, strict=True)):
            trial.report(score, rounds)
            if k < len(budgets) - 1 and trial.should_prune():
                stop = k
                break
        made = len(budgets) if stop is None else stop + 1
        shown = dict(zip(budgets[:made], curve.valid[:made], strict=True))
        value = max(shown.values())
        try:
            one.tell(trial, (report_rounds if stop is None else end_trial)(trial, shown))
        except optuna.TrialPruned:
            one.tell(trial, state=optuna.trial.TrialState.PRUNED)
        overhead += time.process_time() - start
        # Whoever keeps the best model keeps that of a stopped trial too, should it lead.
        if value > best:
            best, test = value, curve.test[int(np.argmax(curve.valid[:made]))]
        found.append(
            {
                "fit_s": curve.cpu_s[made - 1],
                "overhead_s": overhead,
                "score": best,
                "test": test,
                "stopped": stop is not None,
                "rounds": budgets[made - 1],
            }
        )
        overhead = 0.0
    return found


def ours(table: CurveTable, earlier: Sequence[CurveTable]) -> PreviousCurvesPruner:
    """By the curves that the package has of the learner, the table's family left out.

    It has none of networks: those are of ten random trials on each of the tables of the other
    role, in the same metric.
    """
    budgets = EPOCHS if table.learner == "mlp" else ROUNDS
    if table.learner == "mlp":
        rows = [
            one.curve(values).valid
            for one in earlier
            if one.metric == table.metric
            for values in drawn(one)
        ]
        curves = Curves(budgets=np.array(budgets, dtype=float), values=np.array(rows))
    else:
        gone = [table.task.task_id, table.task.family]
        curves = known_curves(table.learner, metric=table.metric, exclude=gone)
    return PreviousCurvesPruner(
        curves, target=float(budgets[-1]), value="best", stop_leaders=True
    )


def drawn(table: CurveTable) -> list[dict[str, Any]]:
    """Ten random configurations, of its own for each table."""
    seed = zlib.crc32(table.task.task_id.encode())
    one = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    return [suggested(one.ask(), table.learner) for _ in range(10)]


def fit_drawn(table: CurveTable) -> None:
    """Their curves, before anything is timed."""
    for values in drawn(table):
        table.curve(values)


def report(runs: pd.DataFrame) -> None:
    """Each arm against TPE alone, and what it keeps on the other rows."""
    keys = ["table", "split"]
    runs["s"] = runs["fit_s"] + runs["overhead_s"]
    rows = []
    for (table, split), one in runs.groupby(keys):
        arms = dict(list(one.groupby("arm")))
        tpe = arms["TPE"]
        aim, whole = tpe["test"].iloc[-1], tpe["s"].sum()
        first = tpe["s"].cumsum()[tpe["test"] >= aim].iloc[0]
        nearly = aim - 0.1 * max(aim - tpe["test"].iloc[0], 0.0)
        first_nearly = tpe["s"].cumsum()[tpe["test"] >= nearly].iloc[0]
        for name, arm in arms.items():
            reached = arm["test"].to_numpy() >= aim
            seconds = arm["s"].cumsum().to_numpy()
            to = seconds[reached.argmax()] if reached.any() else np.inf
            near = arm["test"].to_numpy() >= nearly
            to_nearly = seconds[near.argmax()] if near.any() else np.inf
            rows.append(
                {
                    "table": table,
                    "split": split,
                    "arm": name,
                    "share": seconds[-1] / whole,
                    "overhead": arm["overhead_s"].sum() / whole,
                    "to": to / first,
                    "to_whole": to / whole,
                    "to_nearly": to_nearly / first_nearly,
                    "nearly_whole": to_nearly / whole,
                    "raw": arm["test"].iloc[-1] - aim,
                    "stopped": arm["stopped"].mean(),
                }
            )
    frame = pd.DataFrame(rows)
    n = frame["table"].nunique()
    print(f"\n{n} tables, {frame.groupby(keys).ngroups} studies an arm\n")
    print(
        "| arm | CPU of TPE's | overhead | median to TPE's | of all TPE's | reached "
        "| to 9/10 of its gain | of all TPE's | reached | score - TPE's | stopped |"
    )
    print("| --- |" + " --: |" * 10)
    for name in dict.fromkeys(runs["arm"]):
        arm = frame[frame["arm"] == name]
        per = arm.groupby("table")[["share", "overhead", "raw", "stopped"]].mean()
        error = per.std(ddof=1) / np.sqrt(len(per))
        # A bootstrap over tables says how sure a median is.
        rng = np.random.default_rng(0)
        by = [group["to"].to_numpy() for _, group in arm.groupby("table")]
        medians = [
            np.median(np.concatenate([by[k] for k in rng.integers(len(by), size=len(by))]))
            for _ in range(400)
        ]
        finite = np.array(medians)[np.isfinite(medians)]
        sure = finite.std() if len(finite) > 200 else np.nan
        print(
            f"| {name} | {per['share'].mean():.2f} ± {error['share']:.2f} | "
            f"{per['overhead'].mean():.2f} | {arm['to'].median():.2f} ± {sure:.2f} | "
            f"{arm['to_whole'].median():.2f} | {np.isfinite(arm['to']).mean():.0%} | "
            f"{arm['to_nearly'].median():.2f} | {arm['nearly_whole'].median():.2f} | "
            f"{np.isfinite(arm['to_nearly']).mean():.0%} | "
            f"{per['raw'].mean():+.4f} ± {error['raw']:.4f} | {per['stopped'].mean():.0%} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
