"""How many trials does a warm start save, by what the tuned model is really worth?

    python data/corpus/fetch.py --out build/corpus
    python benchmarks/trials_saved.py --role reported --splits 0 1 2 --trials 50

Tables of ``data/surfaces/held_out.csv``: their families are in no base that is used.
2,000 rows are cross-validated, the rest say the truth. Regret at t: the best true score that
any method found on the table and split, minus that of the configuration with the best
cross-validated score among the first t trials; 100 is the distance from the best to the
median of random search, both by cross-validation. Every fit is kept in ``--cache``; a run
that is done is not run again, and more trials go on from fewer.
"""

from __future__ import annotations

import argparse
import csv
import json
import shlex
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from _real_objective import RealObjective
from _saved_methods import METHODS, Study, run
from warmstart.execution.tasks import LocalTask, read_tasks

HELD_OUT = Path(__file__).parents[1] / "data" / "surfaces" / "held_out.csv"
AT = (1, 3, 5, 10, 15, 25, 50)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus"))
    parser.add_argument("--cache", type=Path, default=Path("build/bench/trials_saved"))
    parser.add_argument("--role", default="reported", choices=("reported", "tuning"))
    parser.add_argument("--learner", default="lightgbm")
    parser.add_argument("--tables", nargs="*", help="all of the role by default")
    parser.add_argument("--splits", nargs="+", type=int, default=[0])
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS))
    parser.add_argument(
        "--by", choices=("truth", "cv"), default="truth", help="what regret is counted in"
    )
    parser.add_argument(
        "--report", action="store_true", help="print what is there, run nothing"
    )
    return parser.parse_args()


def tables(options: argparse.Namespace) -> list[LocalTask]:
    with HELD_OUT.open(newline="", encoding="utf-8") as lines:
        wanted = [r["task_id"] for r in csv.DictReader(lines) if r["role"] == options.role]
    known = {task.task_id: task for task in read_tasks(options.corpus / "tasks.csv")}
    return [known[name] for name in wanted if not options.tables or name in options.tables]


def main() -> None:
    options = arguments()
    warnings.simplefilter("ignore")
    print(f"    {shlex.join(['python', *sys.argv])}\n", flush=True)
    results = options.cache / "runs"
    results.mkdir(parents=True, exist_ok=True)
    rows = []
    for split in options.splits:
        for task in tables(options):
            rows += one_table(task, split, options, results)
    report(pd.DataFrame(rows), options)


def one_table(
    task: LocalTask, split: int, options: argparse.Namespace, results: Path
) -> list[dict[str, object]]:
    """Every method on one table and split: its incumbents' true scores, one row a trial."""
    objective: RealObjective | None = None
    rows: list[dict[str, object]] = []
    for name in options.methods:
        file = results / f"{options.learner}-{task.task_id}-{split}-{name}.json"
        done = json.loads(file.read_text()) if file.exists() else {"trials": []}
        if len(done["trials"]) < options.trials:
            if options.report:
                continue
            if objective is None:
                objective = RealObjective(task, split, options.learner, options.cache)
            start = time.process_time()
            done = {
                "trials": incumbents(
                    run(name, Study(objective, split), options.trials), objective
                )
            }
            partial = file.with_suffix(".partial")
            partial.write_text(json.dumps(done))
            partial.replace(file)
            print(
                f"{task.task_id} {split} {name}: {time.process_time() - start:.1f} s",
                flush=True,
            )
        rows += [
            {
                "table": task.task_id,
                "kind": task.task_type,
                "split": split,
                "method": name,
                "t": t,
                **one,
            }
            for t, one in enumerate(done["trials"][: options.trials], start=1)
        ]
    return rows


def incumbents(
    trials: list[tuple[dict[str, object], float, float, float]], objective: RealObjective
) -> list[dict[str, float]]:
    """Each trial's score, the true score of the best so far, CPU seconds of fit and ask."""
    best, found = -np.inf, []
    truth = np.nan
    for values, score, fit_s, ask_s in trials:
        if score > best:
            best, truth = score, objective.truth(values)
        found.append({"score": score, "truth": truth, "fit_s": fit_s, "ask_s": ask_s})
    return found


def report(runs: pd.DataFrame, options: argparse.Namespace) -> None:
    """Regret of incumbents, trials of cold TPE equalled, differences, seconds."""
    keys = ["table", "split"]
    if options.by == "cv":
        runs["truth"] = runs.groupby([*keys, "method"])["score"].cummax()
    complete = runs.groupby(keys)["method"].nunique()
    runs = (
        runs.set_index(keys).loc[complete[complete == len(options.methods)].index].reset_index()
    )
    random = runs[runs["method"] == "random"].groupby(keys)["score"]
    scale = (random.max() - random.median()).rename("scale")
    top = runs.groupby(keys)["truth"].max().rename("top")
    runs = runs.join(scale, on=keys).join(top, on=keys)
    # Where random search finds no difference there is nothing to tune.
    runs["regret"] = 100 * (runs["top"] - runs["truth"]) / runs["scale"]
    by = runs.pivot_table(index=["method", "t"], columns=keys, values="regret")
    n_tables, n_runs = runs["table"].nunique(), by.shape[1]
    print(f"\n{options.learner}, {n_tables} tables, {n_runs} runs a method")
    at = [t for t in AT if t <= options.trials]

    def per_table(values: pd.Series) -> tuple[float, float]:
        means = values.groupby(level="table").mean()
        return means.mean(), means.std(ddof=1) / np.sqrt(max(len(means), 1))

    print("| method | " + " | ".join(map(str, at)) + " | CPU s of fits | of asking |")
    print("| --- |" + " --: |" * (len(at) + 2))
    for name in options.methods:
        cells = ["{:.0f} ± {:.0f}".format(*per_table(by.loc[(name, t)])) for t in at]
        mine = runs[runs["method"] == name].groupby(keys)[["fit_s", "ask_s"]].sum().mean()
        print(f"| {name} | " + " | ".join(cells) + f" | {mine.fit_s:.0f} | {mine.ask_s:.1f} |")
    cold = by.loc["tpe"].mean(axis=1)
    print("\ncold TPE's trials equalled (mean curve), at " + ", ".join(map(str, at[1:])))
    for name in options.methods:
        mine = by.loc[name].mean(axis=1)
        equalled = [int(sum(cold >= mine[t])) + 1 for t in at[1:]]
        shown = [str(k) if k <= options.trials else f"> {options.trials}" for k in equalled]
        print(f"  {name}: " + ", ".join(shown))
    at_equal_seconds(runs, options.methods, at[1:])
    print("\nmean regret over trials 3 to 15 less that of cold TPE, paired by table and split")
    window = [t for t in range(3, 16) if t <= options.trials]
    for name in options.methods:
        gap = by.loc[name].loc[window].mean() - by.loc["tpe"].loc[window].mean()
        mean, error = per_table(gap)
        print(f"  {name}: {mean:.1f} ± {error:.1f}")


def at_equal_seconds(runs: pd.DataFrame, methods: list[str], at: list[int]) -> None:
    """Regret when the CPU seconds are spent that cold TPE needs for so many trials."""
    keys = ["table", "split"]
    runs = runs.assign(spent=runs["fit_s"] + runs["ask_s"])
    runs["spent"] = runs.groupby([*keys, "method"])["spent"].cumsum()
    cold = runs[runs["method"] == "tpe"].set_index([*keys, "t"])["spent"]
    print("\nregret at the CPU seconds of cold TPE's trial " + ", ".join(map(str, at)))
    for name in methods:
        shown = []
        for t in at:
            budget = cold.xs(t, level="t").rename("budget")
            mine = runs[runs["method"] == name].join(budget, on=keys)
            # Who has not finished a trial by then is shown with the first.
            mine = mine[(mine["spent"] <= mine["budget"]) | (mine["t"] == 1)]
            last = mine.sort_values("t").groupby(keys)["regret"].last()
            means = last.groupby(level="table").mean()
            shown.append(f"{means.mean():.0f} ± {means.sem():.0f}")
        print(f"  {name}: " + " | ".join(shown))


if __name__ == "__main__":
    main()
