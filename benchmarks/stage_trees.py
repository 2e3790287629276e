"""What pipelines that begin alike save when they fit what they share once.

    python benchmarks/stage_trees.py --corpus build/corpus [--rows 400]

First 60 random pipelines of five quick learners on a mixed table (german_credit, so many rows,
three folds), then the ten suggestions for ten tables of the corpus (a seeded draw, at most so
many rows; the base leaves out what it knows of them). Each is cross-validated alone and sharing
stages, in CPU seconds of one process. Fits are of steps before the learner; the tree counts
what is shared at best, the memory what was. "identical" compares every score of every fold.
Last four settings of three boosters and forests with four numbers of rounds each, evaluated as
`build local` does, in one unit and each by itself: fits of models, CPU seconds of the children.
"""

from __future__ import annotations

import argparse
import resource
import shlex
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import cross_val_score

import warmstart
from warmstart.datasets.load import load_dataset
from warmstart.domain import Configuration
from warmstart.execution.evaluation_protocol import EvaluationProtocol
from warmstart.execution.local import LocalTask, read_tasks
from warmstart.execution.process.child import Child
from warmstart.execution.stages.rounds import merged
from warmstart.execution.stages.tree import StageTree
from warmstart.execution.unit import Unit, evaluate_unit
from warmstart.knowledge.base import embedded_path
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.spaces.legal import plain
from warmstart.spaces.pipelines.pipeline import build_estimator
from warmstart.spaces.pipelines.stages.memory import shared_stages
from warmstart.spaces.pipelines.tabular import tabular_space

ROOT = Path(__file__).parents[1]
QUICK = ["logistic_regression", "naive_bayes", "nearest_neighbors", "decision_tree", "lda"]
"""Learners whose fit does not hide what comes before it."""


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--rows", type=int, default=400)
    parser.add_argument("--pipelines", type=int, default=60)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print("| pipelines | fits | tree | ratio | memory's | CPU s alone | sharing | identical |")
    print("| --- | --: | --: | --: | --: | --: | --: | --- |", flush=True)
    frame = pd.read_csv(ROOT / "data" / "examples" / "german_credit.csv")
    frame = frame.sample(min(args.rows, len(frame)), random_state=0).reset_index(drop=True)
    X, y = frame.drop(columns="class"), frame["class"]
    schema = load_dataset(X, y).schema
    space = tabular_space("binary", QUICK)
    space.seed(0)
    made = [
        build_estimator({name: plain(value) for name, value in dict(one).items()}, schema)
        for one in space.sample_configuration(args.pipelines)
    ]
    row(f"{len(made)} random, german_credit", made, X, y)
    by_rounds(ROOT / "data" / "examples" / "german_credit.csv")
    if args.corpus is None:
        return
    rng, ratios, base = np.random.default_rng(0), [], MetaDataset.open(embedded_path())
    tasks = read_tasks(args.corpus / "tasks.csv")
    for place in rng.permutation(len(tasks)):
        task = tasks[place]
        data = load_dataset(task.path, target=task.target, task_type=task.task_type)
        if not len(data.X) >= 150 or data.X.shape[1] > 40:
            continue
        kept = rng.permutation(len(data.X))[: args.rows]
        X, y = data.X.iloc[kept].reset_index(drop=True), pd.Series(np.asarray(data.y)[kept])
        if task.task_type != "regression" and y.value_counts().min() < 6:
            continue
        known = [task.task_id] if task.task_id in base.tasks.index else []
        told = warmstart.suggest(X, y, n=10, exclude=known, task_type=task.task_type)
        ratios.append(row(f"10 suggested, {task.task_id}", [s.estimator() for s in told], X, y))
        if len(ratios) == 10:
            break
    alone, sharing = np.array(ratios).T
    gain = 1 - sharing / alone
    error = gain.std(ddof=1) / np.sqrt(len(gain))
    print(f"\nCPU saved by suggestions: {100 * gain.mean():.0f} ± {100 * error:.0f} %")


def by_rounds(path: Path) -> None:
    """One line a learner: settings that differ in their rounds alone."""
    task = LocalTask(
        task_id="german_credit",
        name="german_credit",
        family="german_credit",
        task_type="binary",
        path=path,
        target="class",
    )
    for learner, name in (
        ("random_forest", "n_estimators"),
        ("hist_gradient_boosting", "max_iter"),
        ("lightgbm", "n_estimators"),
    ):
        space = tabular_space("binary", [learner])
        space.seed(0)
        pool = [
            Configuration(
                space="tabular",
                learner=learner,
                values={
                    **{key: plain(value) for key, value in dict(one).items()},
                    f"{learner}:{name}": rounds,
                    **({"lightgbm:early_stopping": 0} if learner == "lightgbm" else {}),
                },
            )
            for one in space.sample_configuration(4)
            for rounds in (25, 50, 75, 100)
        ]
        groups = merged(pool)
        together, shared_s = evaluated([Unit(task=task, configurations=tuple(pool))])
        alone, alone_s = evaluated([Unit(task=task, configurations=(one,)) for one in pool])
        n_alone, n_shared = 3 * len(pool), 3 * len(groups)
        print(
            f"| {len(pool)} {learner}, four rounds each | {n_alone} | {n_shared} | "
            f"{n_alone / n_shared:.2f} | {n_shared} | {alone_s:.2f} | {shared_s:.2f} | "
            f"{'yes' if together == alone else 'NO'} |",
            flush=True,
        )


def evaluated(units: list[Unit]) -> tuple[dict[Any, Any], float]:
    """Scores by configuration and metric, and CPU seconds of the child."""
    before, found = resource.getrusage(resource.RUSAGE_CHILDREN), {}
    child = Child(EvaluationProtocol())
    for unit in units:
        for one in evaluate_unit(unit, child, lambda: None).evaluations:
            found[one.configuration_id, one.metric] = (one.score, one.score_std)
    child.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def row(name: str, made: list[Any], X: Any, y: Any) -> tuple[float, float]:
    """One line; CPU seconds alone and sharing."""
    tree = StageTree.of(made)

    def scores() -> list[list[float]]:
        return [cross_val_score(one, X, y, cv=3).tolist() for one in made]

    start = time.process_time()
    alone = scores()
    middle = time.process_time()
    with shared_stages() as memory:
        sharing = scores()
    end = time.process_time()
    same = np.array_equal(alone, sharing, equal_nan=True)
    print(
        f"| {name} | {3 * tree.n_alone} | {3 * tree.n_stages} | {tree.merge_rate:.2f} | "
        f"{memory.n_fitted} | {middle - start:.2f} | {end - middle:.2f} | "
        f"{'yes' if same else 'NO'} |",
        flush=True,
    )
    return middle - start, end - middle


if __name__ == "__main__":
    main()
