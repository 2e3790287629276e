"""A table, and what a learner really scores on it: fits kept on disk, none made twice."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from warmstart.datasets.load import load_dataset
from warmstart.execution.crossvalidation import predict
from warmstart.execution.measure.read_off import RoundScores
from warmstart.execution.measure.staged import stages
from warmstart.execution.resampling import cap_rows, folds
from warmstart.execution.tasks import LocalTask
from warmstart.metrics import score_prediction
from warmstart.models.surfaces.boxes import BOXES, PREPARATION
from warmstart.spaces.pipelines.pipeline import build_estimator

ROWS = 2000
MOST_TRUTH = 10_000
"""Rows that say the truth; of more, a draw."""

READ_OFF = (30, 45, 68, 102, 154, 232, 350, 500)
"""Numbers of rounds that one fit is scored at."""

ROUNDS_NAME = {
    "lightgbm": "n_estimators",
    "xgboost": "n_estimators",
    "hist_gradient_boosting": "max_iter",
    "catboost": "n_estimators",
    "random_forest": "n_estimators",
    "extra_trees": "n_estimators",
}

METRIC = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "r2"}
FEW_LEVELS = 12


class RealObjective:
    """Cross-validated scores on 2,000 rows of a table, and scores on the rest of it.

    Parameters
    ----------
    task : LocalTask
    split : int
        Which rows are the 2,000, and how they are split.
    learner : str
    cache : Path
        Folder; a file a table, split and learner.
    rows : int
        How many are cross-validated.
    """

    def __init__(
        self, task: LocalTask, split: int, learner: str, cache: Path, rows: int = ROWS
    ) -> None:
        self.task, self.learner, self.cache = task, learner, cache
        self.corpus = Path(task.path).parent
        self.metric = METRIC[task.task_type]
        whole = load_dataset(task.path, target=task.target, task_type=task.task_type)
        y = np.asarray(whole.y)
        self.n_classes = 0
        if task.task_type != "regression":
            labels, y = np.unique(y, return_inverse=True)
            self.n_classes = len(labels)
        else:
            y = y.astype(float)
        classes = y if self.n_classes else None
        inside = cap_rows(classes, len(y), max_rows=rows, seed=split + 1)
        outside = np.setdiff1d(np.arange(len(y)), inside)
        if len(outside) > MOST_TRUTH:
            outside = np.random.default_rng(split).choice(outside, MOST_TRUTH, replace=False)
        self.frame = whole.X.iloc[inside].reset_index(drop=True)
        self.labels, self._out_y = y[inside], y[outside]
        self._out = whole.X.iloc[outside].reset_index(drop=True)
        self._schema = dataclasses.replace(whole.schema, n_rows=len(inside))
        self.target = whole.y.iloc[inside].reset_index(drop=True)
        parts = folds(self.labels if self.n_classes else None, len(inside), seed=split)
        self._folds = list(parts)
        self._ready: dict[Any, Any] = {}
        self._path = cache / f"{learner}-{task.task_id}-{split}.jsonl"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._known: dict[str, dict[str, Any]] = {}
        if self._path.exists():
            for line in self._path.read_text().splitlines():
                one = json.loads(line)
                self._known[one["key"]] = one

    def cv(self, values: Mapping[str, Any]) -> tuple[float, float]:
        """Mean score over three folds, higher better, and the CPU seconds of the fits."""
        found = self._kept("cv", values, lambda: self._cross_validated(values, (), range(3)))
        return float(found["scores"][0]), float(found["cpu_s"])

    def read_off(
        self, values: Mapping[str, Any], best: RoundScores | None
    ) -> tuple[RoundScores, float]:
        """Scores at each of `READ_OFF`, and CPU seconds; first fold first."""
        most = {**values, ROUNDS_NAME[self.learner]: READ_OFF[-1]}
        found, cpu_s = [], 0.0
        for number in range(3):
            fold = self._kept(
                f"fold{number}",
                most,
                lambda number=number: self._cross_validated(most, READ_OFF, [number]),
            )
            found.append([float(score) for score in fold["scores"]])
            cpu_s += float(fold["cpu_s"])
            if number == 0 and best is not None and best.is_behind(max(found[0])):
                easier = best.gain_after_first()
                folds = np.array(found)
                return RoundScores(
                    rounds=READ_OFF, folds=folds, stopped=True, easier=easier
                ), cpu_s
        return RoundScores(rounds=READ_OFF, folds=np.array(found)), cpu_s

    def truth(self, values: Mapping[str, Any]) -> float:
        """Score on the rest of the table of a model fitted to all 2,000 rows."""

        def fit() -> dict[str, Any]:
            start = time.process_time()
            model = self.model(values)
            model.fit(self.frame, self.labels)
            shown = predict(model, self._out, self.n_classes)
            return {
                "scores": [self._score(self._out_y, shown)],
                "cpu_s": time.process_time() - start,
            }

        return float(self._kept("truth", values, fit)["scores"][0])

    def _kept(self, what: str, values: Mapping[str, Any], make: Any) -> dict[str, Any]:
        key = f"{what} {json.dumps(values, sort_keys=True)}"
        if key not in self._known:
            self._known[key] = {"key": key, **make()}
            with self._path.open("a") as lines:
                lines.write(json.dumps(self._known[key]) + "\n")
        return self._known[key]

    def model(self, values: Mapping[str, Any]) -> Any:
        """The unfitted pipeline."""
        few = self._schema.max_categories <= FEW_LEVELS
        # What is not searched is as it was when surfaces were scored.
        fixed = BOXES[self.learner].fixed if self.learner in BOXES else ()
        asked = {**dict(fixed), **values}
        full = {
            "learner": self.learner,
            "encoding": "one_hot" if few else "ordinal",
            **PREPARATION,
            **{f"{self.learner}:{name}": value for name, value in asked.items()},
        }
        return build_estimator(full, self._schema)

    def _score(self, truth: Any, shown: Any) -> float:
        found = score_prediction(self.task.task_type, truth, shown, self.n_classes)
        return float(found[self.metric])

    def _cross_validated(
        self, values: Mapping[str, Any], rounds: tuple[int, ...], numbers: Iterable[int]
    ) -> dict[str, Any]:
        scores, cpu_s = [], 0.0
        for number in numbers:
            train, test = self._folds[number]
            model = self.model(values)
            if number not in self._ready:
                steps = model[:-1]
                self._ready[number] = (
                    steps.fit_transform(self.frame.iloc[train], self.labels[train]),
                    steps.transform(self.frame.iloc[test]),
                )
            X_train, X_test = self._ready[number]
            start = time.process_time()
            booster = model[-1].fit(X_train, self.labels[train])
            shown = {}
            if rounds:
                _, staged = stages(booster, X_test, rounds)
                shown = {k: predict(stage, X_test, self.n_classes) for k, stage in staged}
            last = predict(booster, X_test, self.n_classes)
            found = [self._score(self.labels[test], shown.get(k, last)) for k in rounds or (0,)]
            cpu_s += time.process_time() - start
            scores.append(found)
        return {
            "scores": np.mean(scores, axis=0).tolist(),
            "cpu_s": cpu_s,
        }
