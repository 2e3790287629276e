"""CPU seconds of WarmStartSearchCV over LightGBM with and without ``early_stopping``.

    python data/corpus/fetch.py --out build/corpus
    python benchmarks/search_stopping.py [--tables NAME ...]

Tables of the role "reported" of ``data/surfaces/held_out.csv``, whose families are in no
base: 20 candidates, three folds of 2,000 rows, rounds read off; the refitted best is scored
on up to 4,000 other rows (negative log loss, R²). A line a table; the cache keeps those that
were run.
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
from typing import Any

import numpy as np
from sklearn.metrics import get_scorer

import warmstart
from warmstart.datasets.load import load_dataset
from warmstart.execution.tasks import LocalTask, read_tasks

HELD_OUT = Path(__file__).parents[1] / "data" / "surfaces" / "held_out.csv"


def main() -> None:
    """Print a line a table, and the means."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus"))
    parser.add_argument("--cache", type=Path, default=Path("build/bench/search_stopping"))
    parser.add_argument("--tables", nargs="*", help="all of the role by default")
    parser.add_argument("--candidates", type=int, default=20)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    args.cache.mkdir(parents=True, exist_ok=True)
    with HELD_OUT.open(newline="", encoding="utf-8") as lines:
        listed = list(csv.DictReader(lines))
    wanted = [row["task_id"] for row in listed if row["role"] == "reported"]
    known = {task.task_id: task for task in read_tasks(args.corpus / "tasks.csv")}
    print("| table | CPU s | stopping | stopped | score | stopping |")
    print("| --- | --: | --: | --: | --: | --: |")
    found = []
    for name in wanted:
        if args.tables and name not in args.tables:
            continue
        file = args.cache / f"{name}-{args.candidates}.json"
        if not file.exists():
            file.write_text(json.dumps([run(known[name], args.candidates, s) for s in (0, 1)]))
        whole, stopped = json.loads(file.read_text())
        found.append((stopped["s"] / whole["s"], stopped["test"] - whole["test"]))
        print(
            f"| {name} | {whole['s']:.1f} | {stopped['s']:.1f} | {stopped['stops']} | "
            f"{whole['test']:.4f} | {stopped['test']:.4f} |",
            flush=True,
        )
    shares, gaps = np.array(found).T
    error = np.sqrt(len(shares))
    print(
        f"\n{len(shares)} tables: {shares.mean():.2f} ± {shares.std(ddof=1) / error:.2f} of "
        f"the seconds, score {gaps.mean():+.4f} ± {gaps.std(ddof=1) / error:.4f}"
    )


def run(task: LocalTask, n_candidates: int, stopping: int) -> dict[str, Any]:
    """One search: CPU seconds, score on other rows, candidates that were stopped."""
    data = load_dataset(task.path, target=task.target, task_type=task.task_type)
    order = np.random.default_rng(0).permutation(len(data.y))
    rows, others = order[:2000], order[2000:6000]
    X, y = (part.iloc[rows].reset_index(drop=True) for part in (data.X, data.y))
    # What a process reads once is not counted.
    warmstart.suggest(X[:200], y[:200], space="lightgbm", n=1, task_type=task.task_type)
    scoring = "r2" if task.task_type == "regression" else "neg_log_loss"
    start = time.process_time()
    search = warmstart.WarmStartSearchCV(
        n_iter=n_candidates,
        space="lightgbm",
        cv=3,
        scoring=scoring,
        random_state=0,
        early_stopping=bool(stopping),
        n_finalists=0,
    ).fit(X, y)
    seconds = time.process_time() - start
    outside = data.X.iloc[others], data.y.iloc[others]
    test = get_scorer(scoring)(search.best_estimator_, *outside)
    return {"s": seconds, "test": float(test), "stops": len(search.stops_)}


if __name__ == "__main__":
    main()
