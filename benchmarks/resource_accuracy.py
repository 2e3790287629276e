"""How far off are predicted sizes and memory, on families never seen?

    python benchmarks/resource_accuracy.py --recorded FOLDER [FOLDER ...]

A FOLDER is a meta-dataset whose runs were recorded (``warmstart build publish``), such as one
of 2,000 and one of 10,000 rows. Every family is left out once, with others of its fold; each
of its runs is predicted from learner, hyperparameters, rows, columns, classes and values of
categorical columns. A task is one observation.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from warmstart.evaluate.folds import assign_folds
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.costs.features import DataSize
from warmstart.recommend.store.resources import learn_resources, sized_tasks

RECORDED = {"size_mb": ("model_bytes", 1e6), "memory_mb": ("peak_memory_mb", 1.0)}
TARGET = 0.8


def errors(md: MetaDataset, n_folds: int) -> pd.DataFrame:
    """One row a run and cost: the logarithm of predicted over measured."""
    runs = md.measured("runs").query("status == 'ok'")
    values = {one: md.configuration(one) for one in runs["configuration_id"].unique()}
    fold_of = dict(zip(md.tasks.index, assign_folds(md.families, n_folds), strict=True))
    folds = runs["task_id"].map(fold_of).to_numpy()
    tasks, found = sized_tasks(md), []
    for fold in range(n_folds):
        models = learn_resources(runs[folds != fold], md.learners, values, tasks)
        for run in runs[folds == fold].itertuples():
            task = tasks.loc[run.task_id]
            classes = 1.0 if pd.isna(task["n_classes"]) else float(task["n_classes"])
            columns, symbols = float(task["n_columns"]), float(task["n_symbols"])
            size = DataSize(run.rows * 2 / 3, columns, classes, symbols)
            learner = str(md.learners[run.configuration_id])
            for name, (column, unit) in RECORDED.items():
                truth = max(float(getattr(run, column)) / unit, 1.0 if name[0] == "m" else 0.0)
                model = models[name]
                if truth > 0 and model.knows(learner):
                    told = model.predict(learner, values[run.configuration_id], size)
                    upper = model.predict(
                        learner, values[run.configuration_id], size, quantile=0.9
                    )
                    off, held = np.log(told / truth), float(truth <= upper)
                    found.append((name, learner, run.rows, run.task_id, off, held))
    return pd.DataFrame(found, columns=["cost", "learner", "rows", "task", "error", "held"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--recorded", type=Path, nargs="+", required=True, metavar="FOLDER")
    parser.add_argument("--folds", type=int, default=10)
    args = parser.parse_args()
    first, *others = map(MetaDataset.open, args.recorded)
    md = first.merge(*others) if others else first
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    found = errors(md, args.folds)
    found["within"] = found["error"].abs() < np.log(2)
    for name, part in found.groupby("cost"):
        by_task = part.groupby("task")["within"].mean()
        print(
            f"{name}: {len(part):,} runs of {len(by_task)} tasks; within a factor of 2: "
            f"{by_task.mean():.3f} ± {by_task.sem():.3f} (at least {TARGET}); median factor "
            f"off {np.exp(part['error'].abs().median()):.2f}; 90 % quantile holds for "
            f"{part['held'].mean():.3f}"
        )
        names = ["<=500", "<2,000", "2,000", "more"]
        rows = pd.cut(part["rows"], [0, 500, 1999, 2000, np.inf], labels=names)
        print("  by rows:    " + _line(part.groupby(rows, observed=True)["within"].mean()))
        print("  by learner: " + _line(part.groupby("learner")["within"].mean()))


def _line(shares: pd.Series[float]) -> str:
    return ", ".join(f"{name} {share:.2f}" for name, share in shares.items())


if __name__ == "__main__":
    main()
