"""How often is a predicted cost within a factor of two beyond the rows it was learned on?

    python benchmarks/cost_large.py --corpus build/corpus [--rows 2000 10000 50000] [--cap-s 60]

Costs are learned on at most 2,000 rows. Here a few tables of the corpus are fitted whole, one
configuration a learner (the first of the base), at more rows: drawn with replacement, numbers
jittered by a hundredth of their spread, so that no two rows are alike. A fit that takes longer
than the cap is ended and left out, with how many there were. CPU seconds; the machine's speed
is measured before each table, as it is for a user.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from warmstart.datasets.load import load_dataset
from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.hardware import reference_s
from warmstart.spaces.pipelines.pipeline import build_estimator

TABLES = ("keel-magic", "keel-penbased", "r-ggplot2-diamonds", "islp-bikeshare")


def enlarged(frame: pd.DataFrame, target: str, n_rows: int, task_type: str) -> pd.DataFrame:
    """So many rows of a table, no two alike."""
    rng = np.random.default_rng(0)
    grown = frame.sample(n_rows, replace=True, random_state=0).reset_index(drop=True)
    for name in grown.select_dtypes("number"):
        if name != target or task_type == "regression":
            spread = float(frame[name].std()) or 1.0
            grown[name] = grown[name] + rng.normal(0, 0.01 * spread, n_rows)
    return grown


def fit_seconds(request: dict[str, object]) -> float:
    """CPU seconds of one fit, in this process."""
    frame = pd.read_parquet(str(request["path"]))
    target, task_type = str(request["target"]), str(request["task_type"])
    frame = enlarged(frame, target, int(str(request["rows"])), task_type)
    dataset = load_dataset(frame, target=target, task_type=task_type)
    model = build_estimator(request["values"], dataset.schema)  # type: ignore[arg-type]
    # What is imported on the first fit is no part of the second.
    build_estimator(request["values"], dataset.schema).fit(  # type: ignore[arg-type]
        dataset.X.iloc[:200], dataset.y[:200]
    )
    # Of this thread: the clock of a process whose seconds are limited moves by ticks.
    start = time.thread_time()
    model.fit(dataset.X, dataset.y)
    return time.thread_time() - start


def measured(request: dict[str, object], cap_s: float) -> float:
    """The same in a child that is ended after that many CPU seconds; NaN then."""
    command = [sys.executable, __file__, "--one", json.dumps(request), "--cap-s", str(cap_s)]
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=alone)
    try:
        return float(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return float("nan")


def main() -> None:
    """Print every fit, then shares by rows and by learner."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus"))
    parser.add_argument("--tables", nargs="*", default=TABLES)
    parser.add_argument("--rows", type=int, nargs="*", default=(2000, 10_000, 50_000))
    parser.add_argument("--cap-s", type=float, default=60.0)
    parser.add_argument("--one")
    options = parser.parse_args()
    if options.one:
        # What it takes to import and to read comes on top.
        limit = int(options.cap_s) + 15
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        print(fit_seconds(json.loads(options.one)))
        return
    tasks = pd.read_csv(options.corpus / "tasks.csv").set_index("task_id")
    recommender = open_knowledge(None)
    base_s = float(recommender.md.info["hardware"]["reference_s"])
    found = []
    for name in [one for one in options.tables if one in tasks.index]:
        task = tasks.loc[name]
        fitted = recommender.fitted(task["task_type"], None)
        frame = pd.read_parquet(options.corpus / task["path"]).drop(columns=task["target"])
        n_categorical = frame.shape[1] - frame.select_dtypes("number").shape[1]
        speed = reference_s() / base_s
        first: dict[str, int] = {}
        for place, learner in enumerate(fitted.learners):
            first.setdefault(str(learner), place)
        for n_rows in options.rows:
            sizes = pd.Series(
                {
                    "NumberOfInstances": float(n_rows),
                    "NumberOfFeatures": float(task["n_columns"]),
                    "NumberOfClasses": float(task["n_classes"]),
                    "NumberOfCategoricalFeatures": float(n_categorical),
                }
            )
            predicted = fitted.costs.predict(sizes, speed)
            for learner, place in first.items():
                request = {
                    "path": str((options.corpus / task["path"]).resolve()),
                    "target": task["target"],
                    "task_type": task["task_type"],
                    "rows": n_rows,
                    "values": dict(fitted.known.points[place]),
                }
                row = {"table": name, "rows": n_rows, "learner": learner}
                seconds = float("nan")
                if predicted[place] < 4 * options.cap_s:
                    seconds = measured(request, options.cap_s)
                found.append({**row, "predicted": predicted[place], "measured": seconds})
                print(
                    f"{name} {n_rows:,} {learner}: {seconds:.3g} s, {predicted[place]:.3g}",
                    flush=True,
                )
    cells = pd.DataFrame(found)
    known = cells.dropna().query("measured >= 0.02").copy()
    known["ratio"] = known["measured"] / known["predicted"]
    known["within"] = known["ratio"].between(0.5, 2)
    n_out = len(cells) - len(cells.dropna())
    print(f"{n_out} of {len(cells)} left out: beyond the cap, or failed")
    for by in ("rows", "learner"):
        table = known.groupby(by).agg(
            fits=("within", "size"), within=("within", "mean"), ratio=("ratio", "median")
        )
        print(table.round(2).to_string())


if __name__ == "__main__":
    main()
