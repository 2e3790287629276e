"""Fit the whole pool to real tables whose families no base knows, and keep what came of it.

    python data/corpus/fetch.py --out build/corpus
    python benchmarks/real_fits.py --tasks 24

For each table: rows are put aside for the test, at most 1,500 of the others are trained on.
Every configuration of the embedded base that is legal is cross-validated on several
divisions into three folds, and fitted to all training rows and scored on the test. Kept are the
scores of every fold in every metric, the CPU seconds of preparing, fitting and predicting,
and which configurations prepare alike. ``look.py`` replays strategies on this, with the
seconds that whole pipelines take; so this is run once. A table done is kept in ``--out``.
"""

from __future__ import annotations

import argparse
import time
import warnings
import zlib
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import sklearn
from threadpoolctl import threadpool_limits

from warmstart.datasets.load import load_dataset
from warmstart.execution.local import LocalTask, read_tasks
from warmstart.execution.prediction import predict
from warmstart.execution.resampling import cap_rows, folds
from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metafeatures.extract import metafeatures_of
from warmstart.metrics import metrics_for, score_prediction
from warmstart.spaces.pipelines.pipeline import build_estimator, why_illegal

MAX_TRAIN, MAX_TEST = 1500, 4000
MAX_SIZE = 70
"""Columns times classes; larger tables take a quarter of an hour each."""

FOLD_LIMIT_S = 2.0
"""A configuration one fold of which takes longer is not fitted any further."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus/tasks.csv"))
    parser.add_argument("--out", type=Path, default=Path("build/bench/real_fits"))
    parser.add_argument("--tasks", type=int, default=24)
    parser.add_argument("--blocks", type=int, default=2, help="divisions into three folds")
    parser.add_argument("--rows", type=int, nargs=2, default=(600, 50000))
    return parser.parse_args()


def unknown_tasks(corpus: Path, md: MetaDataset, low: int, high: int) -> list[LocalTask]:
    """Tables of families the base does not know, in an order fixed by their names.

    Classification and regression in turn, so that a run cut short has both.
    """
    sizes = pd.read_csv(corpus).set_index("task_id")
    rows = sizes["n_rows"]
    small = sizes["n_columns"] * sizes["n_classes"].clip(lower=1) <= MAX_SIZE
    families = set(md.families)
    found = [
        task
        for task in read_tasks(corpus)
        if task.family not in families
        and small[task.task_id]
        and low <= rows[task.task_id] <= high
    ]
    found.sort(key=lambda task: zlib.crc32(task.task_id.encode()))
    groups = [[t for t in found if (t.task_type == "regression") == r] for r in (False, True)]
    turns = [task for pair in zip(*groups, strict=False) for task in pair]
    return turns + max(groups, key=len)[min(map(len, groups)) :]


class Fits:
    """Fits configurations to parts of one table, sharing what is prepared alike."""

    def __init__(self, X: pd.DataFrame, y: Any, schema: Any, n_classes: int) -> None:
        self.X, self.y, self.schema, self.n_classes = X, y, schema, n_classes
        self.prepared: dict[Any, Any] = {}

    def fit(self, values: Any, part: Any, train: Any, test: Any) -> dict[str, Any]:
        """Scores by metric, and CPU seconds of preparing, fitting and predicting."""
        model = build_estimator(values, self.schema, random_state=0)
        steps, estimator = model[:-1], model[-1]
        key = joblib.hash(steps), part
        if key not in self.prepared:
            start = time.process_time()
            X_train = steps.fit_transform(self.X.iloc[train], self.y[train])
            X_test = steps.transform(self.X.iloc[test])
            self.prepared[key] = X_train, X_test, time.process_time() - start
        X_train, X_test, prepare_s = self.prepared[key]
        start = time.process_time()
        estimator.fit(X_train.copy(), self.y[train])
        prediction = predict(estimator, X_test.copy(), self.n_classes)
        fit_s = time.process_time() - start
        scores = score_prediction(
            self.schema.task_type, self.y[test], prediction, self.n_classes
        )
        return {"scores": scores, "recipe": key[0], "prepare_s": prepare_s, "fit_s": fit_s}


def record(task: LocalTask, pool: dict[str, dict[str, Any]], n_blocks: int) -> dict[str, Any]:
    """Everything measured on one table, as arrays."""
    dataset = load_dataset(task.path, target=task.target, task_type=task.task_type)
    y, classes = dataset.y.to_numpy(), None
    n_classes = 0
    if task.task_type != "regression":
        names, classes = np.unique(y.astype(str), return_inverse=True)
        y, n_classes = classes, len(names)
    n = len(y)
    seed = zlib.crc32(task.task_id.encode())
    n_train = min(MAX_TRAIN, n * 2 // 3)
    train = cap_rows(classes, n, max_rows=n_train, seed=seed)
    rest = np.setdiff1d(np.arange(n), train)
    test = np.sort(np.random.default_rng(seed).permutation(rest)[:MAX_TEST])
    X = dataset.X.iloc[np.r_[train, test]].reset_index(drop=True)
    y = y[np.r_[train, test]]
    counts = None if classes is None else np.bincount(y[: len(train)], minlength=n_classes)
    described = load_dataset(
        dataset.X.iloc[train].assign(**{"target 0": dataset.y.iloc[train].to_numpy()}),
        target="target 0",
        task_type=task.task_type,
    )
    schema = described.schema
    metrics = [metric.name for metric in metrics_for(task.task_type)]
    parts: list[tuple[Any, Any, Any]] = []
    of_train = None if classes is None else y[: len(train)]
    for block in range(n_blocks):
        divided = folds(of_train, len(train), seed=block)
        parts += [((block, k), *next(divided)) for k in range(3)]
    parts.append(("test", np.arange(len(train)), np.arange(len(train), len(y))))
    shape = len(pool), len(parts)
    scores = np.full((*shape, len(metrics)), np.nan)
    prepare_s, fit_s = np.full(shape, np.nan), np.full(shape, np.nan)
    recipes = np.full(len(pool), "", dtype="U40")
    fits = Fits(X, y, schema, n_classes)
    for row, values in enumerate(pool.values()):
        if why_illegal(values, schema) is not None:
            continue
        for column, (part, fitted_to, scored_on) in enumerate(parts):
            try:
                one = fits.fit(values, part, fitted_to, scored_on)
            except Exception as error:  # noqa: BLE001 - a failure is a result
                print(f"{task.task_id}: {values['learner']} failed: {error!r:.100}")
                break
            scores[row, column] = [one["scores"].get(name, np.nan) for name in metrics]
            prepare_s[row, column], fit_s[row, column] = one["prepare_s"], one["fit_s"]
            recipes[row] = one["recipe"]
            if one["fit_s"] > FOLD_LIMIT_S:
                break
    phi = metafeatures_of(described, random_state=0)
    return {
        "configurations": np.array(list(pool), dtype="U40"),
        "metrics": np.array(metrics),
        "scores": scores,
        "prepare_s": prepare_s,
        "fit_s": fit_s,
        "recipes": recipes,
        "n_rows": np.array([len(train), len(test)]),
        "class_counts": np.zeros(0) if counts is None else counts,
        "metafeature_names": np.array(list(phi.index), dtype="U60"),
        "metafeatures": phi.to_numpy(dtype=float),
        "task_type": np.array(task.task_type),
        "family": np.array(task.family),
        "name": np.array(task.name),
    }


def main() -> None:
    args = arguments()
    base = open_knowledge(None)
    args.out.mkdir(parents=True, exist_ok=True)
    sklearn.set_config(assume_finite=True, skip_parameter_validation=True)
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    for task in unknown_tasks(args.corpus, base.md, *args.rows)[: args.tasks]:
        path = args.out / f"{task.task_id}.npz"
        if path.exists():
            continue
        kind = "regression" if task.task_type == "regression" else "classification"
        metric = "r2" if kind == "regression" else "balanced_accuracy"
        fitted = base.fitted(kind, metric)
        ids = [str(name) for name in fitted.table.configuration_ids]
        pool = dict(zip(ids, map(dict, fitted.configurations), strict=True))
        start = time.process_time()
        with threadpool_limits(limits=1):
            found = record(task, pool, args.blocks)
        temporary = path.with_suffix(".part")
        with temporary.open("wb") as file:
            np.savez_compressed(file, **found)
        temporary.rename(path)
        print(
            f"{task.task_id}: {task.task_type}, {found['n_rows'].tolist()} rows, "
            f"{int(np.isfinite(found['scores'][:, -1, 0]).sum())} of {len(pool)} fitted, "
            f"{time.process_time() - start:.0f} CPU s",
            flush=True,
        )


if __name__ == "__main__":
    main()
