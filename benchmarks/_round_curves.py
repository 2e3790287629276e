"""Curves over rounds of real fits, kept on disk: studies are replayed from them.

One fit of all rounds says what a trial scores after any of them, the CPU seconds until then,
and what the model of so many rounds is worth on rows nobody tuned on. A configuration is
fitted once, whoever asks for it; a trial that is stopped is charged what it had used.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, softmax
from sklearn.metrics import log_loss, r2_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from warmstart.datasets.load import load_dataset
from warmstart.execution.tasks import LocalTask
from warmstart.spaces.pipelines.networks import (
    NetworkClassifier,
    NetworkRegressor,
    keeping_epochs,
)

ROUNDS = (8, 12, 18, 27, 40, 60, 90, 135, 200, 300)
"""At which trials report; the last is the most a trial makes."""

EPOCHS = (1, 2, 3, 4, 6, 9, 13, 20)
"""The same for networks."""

SHARE, MOST_ROWS = 0.7, 6000
"""Of a table's rows a study has; two thirds are fitted to, a third scores trials."""

MOST_TEST = 2500


@dataclass(frozen=True)
class Curve:
    """One configuration on one table, at each of :data:`ROUNDS`."""

    valid: tuple[float, ...]
    """Score of trials; higher is better."""

    test: tuple[float, ...]
    """On rows that no trial sees."""

    cpu_s: tuple[float, ...]
    """CPU seconds until then."""


class CurveTable:
    """A table split for a study, and the curves of every configuration asked for so far.

    Parameters
    ----------
    task : LocalTask
    split : int
    cache : Path
        Folder.
    learner : {"lightgbm", "xgboost", "mlp"}
        Of "mlp" rounds are epochs.
    """

    def __init__(self, task: LocalTask, split: int, cache: Path, learner: str) -> None:
        self.task, self.split, self.learner = task, split, learner
        self.metric = "r2" if task.task_type == "regression" else "log_loss"
        whole = load_dataset(task.path, target=task.target, task_type=task.task_type)
        y = np.asarray(whole.y)
        y = y.astype(float) if self.metric == "r2" else pd.factorize(y)[0]
        strata = None if self.metric == "r2" else y
        n_rows = min(int(SHARE * len(y)), MOST_ROWS)
        rows, rest = train_test_split(
            np.arange(len(y)), train_size=n_rows, random_state=split, stratify=strata
        )
        fit, valid = train_test_split(
            rows,
            test_size=1 / 3,
            random_state=split,
            stratify=None if strata is None else y[rows],
        )
        numbers = whole.X.apply(
            lambda c: c if pd.api.types.is_numeric_dtype(c) else pd.factorize(c)[0]
        ).to_numpy(float)
        self._parts = [(numbers[part], y[part]) for part in (fit, valid, rest[:MOST_TEST])]
        self.frame = whole.X.iloc[rows].reset_index(drop=True)
        self.target = whole.y.iloc[rows].reset_index(drop=True)
        self._path = cache / f"{learner}-{task.task_id}-{split}.jsonl"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._known: dict[str, Curve] = {}
        if self._path.exists():
            for line in self._path.read_text().splitlines():
                told = json.loads(line)
                key = told.pop("key")
                self._known[key] = Curve(**told)

    def curve(self, values: Mapping[str, Any]) -> Curve:
        """Of one configuration; fitted where nobody asked for it before."""
        key = json.dumps(values, sort_keys=True)
        if key not in self._known:
            found = self._network(values) if self.learner == "mlp" else self._boosted(values)
            self._known[key] = found
            with self._path.open("a") as lines:
                lines.write(json.dumps({"key": key, **vars(found)}) + "\n")
        return self._known[key]

    def _boosted(self, values: Mapping[str, Any]) -> Curve:
        times: list[float] = []
        train, valid, test = self._parts
        n = len(np.unique(train[1]))
        if self.learner == "lightgbm":
            import lightgbm

            def watch(_: Any) -> None:
                times.append(time.process_time())

            kinds = lightgbm.LGBMRegressor, lightgbm.LGBMClassifier
            model = kinds[self.metric != "r2"](
                n_estimators=ROUNDS[-1], verbose=-1, n_jobs=1, random_state=0, **values
            )
            start = time.process_time()
            model.fit(*train, eval_set=[valid], callbacks=[watch])
        else:
            import xgboost

            class Watch(xgboost.callback.TrainingCallback):
                def after_iteration(self, *_: Any) -> bool:
                    times.append(time.process_time())
                    return False

            kinds = xgboost.XGBRegressor, xgboost.XGBClassifier
            model = kinds[self.metric != "r2"](
                n_estimators=ROUNDS[-1], n_jobs=1, random_state=0, callbacks=[Watch()], **values
            )
            start = time.process_time()
            model.fit(*train, eval_set=[valid], verbose=False)

        def scores(part: Any) -> tuple[float, ...]:
            X, y = part
            found, margin, before = [], 0.0, 0
            for k in ROUNDS:  # what rounds add, summed, so that each tree is asked once
                if self.learner == "lightgbm":
                    margin = margin + model.booster_.predict(
                        X, raw_score=True, start_iteration=before, num_iteration=k - before
                    )
                    before = k
                else:
                    margin = model.predict(X, output_margin=True, iteration_range=(0, k))
                if self.metric == "r2":
                    found.append(float(r2_score(y, margin)))
                else:
                    shown = softmax(margin, axis=1) if n > 2 else expit(margin)
                    found.append(-float(log_loss(y, shown, labels=np.arange(n))))
            return tuple(found)

        # A booster that finds nothing to split any more ends before.
        at = [min(k, len(times)) - 1 for k in ROUNDS]
        (logged,) = next(iter(self._logged(model).values())).values()
        seen = -np.array(logged)[at]
        if self.metric == "r2":
            squares = self.learner == "lightgbm"
            seen = 1 - (seen if squares else seen**2).__abs__() / np.var(valid[1])
        spent = [times[k] - start for k in at]
        return Curve(tuple(seen.tolist()), scores(test), tuple(spent))

    def _logged(self, model: Any) -> Mapping[str, Any]:
        found: Mapping[str, Any] = (
            model.evals_result_ if self.learner == "lightgbm" else model.evals_result()
        )
        return found

    def _network(self, values: Mapping[str, Any]) -> Curve:
        fill = np.nanmean(self._parts[0][0], axis=0)
        filled = [np.where(np.isfinite(X), X, fill) for X, _ in self._parts]
        scale = StandardScaler().fit(filled[0])
        inputs = [scale.transform(X).clip(-5, 5) for X in filled]
        targets = [y for _, y in self._parts]
        if self.metric == "r2":
            mean, std = targets[0].mean(), targets[0].std()
            targets = [(y - mean) / std for y in targets]
        own = dict(values)
        kind = NetworkRegressor if self.metric == "r2" else NetworkClassifier
        model = kind(
            hidden_layer_sizes=(int(own.pop("width")),),
            max_iter=EPOCHS[-1],
            n_iter_no_change=EPOCHS[-1],
            random_state=0,
            **own,
        )
        start = time.process_time()
        with keeping_epochs(EPOCHS):
            model.fit(inputs[0], targets[0])
        each = (time.process_time() - start) / EPOCHS[-1]  # epochs take as long as each other
        valid, test, spent, scoring = [], [], [], 0.0
        for epoch in EPOCHS:
            model.coefs_, model.intercepts_ = model.epoch_weights_[epoch]
            start = time.process_time()
            valid.append(self._shown(model, inputs[1], targets[1]))
            scoring += time.process_time() - start
            test.append(self._shown(model, inputs[2], targets[2]))
            spent.append(each * epoch + scoring)
        return Curve(tuple(valid), tuple(test), tuple(spent))

    def _shown(self, model: Any, X: Any, y: Any) -> float:
        if self.metric == "r2":
            shown = np.nan_to_num(model.predict(X), nan=1e3).clip(-1e3, 1e3)
            return float(r2_score(y, shown))
        shown = np.nan_to_num(model.predict_proba(X), nan=0.0) + 1e-9
        shown /= shown.sum(axis=1, keepdims=True)
        return -float(log_loss(y, shown, labels=model.classes_))
