"""The folds of a loaded task, and their matrices after preparation, kept for reuse."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pandas as pd

from warmstart.execution.measure.resources import stored_bytes
from warmstart.metrics.formulas import Array
from warmstart.spaces.pipelines.stages.memory import StageMemory
from warmstart.spaces.pipelines.stages.sharing import share_all, unshared


@dataclass(frozen=True, kw_only=True)
class Fold:
    """One split of a task, cut out once for all configurations."""

    X_train: pd.DataFrame
    y_train: Array
    X_test: pd.DataFrame
    y_test: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedFold:
    """Training and held-out matrix of one fold, and what they cost."""

    train: Any
    test: Any
    fit_s: float
    transform_s: float

    n_bytes: int
    """Of the fitted steps, of the first fold; 0 of the others."""


class PreparedFolds:
    """Transformed folds of the loaded task, shared by configurations that prepare alike.

    On small data the preparation costs more than the fit. Its seconds are kept with the
    result and count for every configuration that uses it. Configurations that only begin
    alike share the stages they have in common.
    """

    max_bytes = 256 * 2**20

    def __init__(self) -> None:
        self.stages = StageMemory(memory_mb=128)
        self._folds: dict[tuple[str, int], PreparedFold] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._folds)

    def get(
        self, steps: Any, recipe: str, fold: Fold, number: int, *, measure: bool = False
    ) -> PreparedFold:
        """Training and held-out matrix of one fold, and what they cost.

        `recipe` names the steps as they are before fitting; `measure` says whether their
        size is asked for.
        """
        key = recipe, number
        if key in self._folds:
            return self._folds[key]
        # An estimator that works in place must not spoil the data of the next one.
        X_train, X_test = fold.X_train.copy(), fold.X_test.copy()
        stages, shared = self.stages, share_all(steps, self.stages)
        stages.call(X_train, f"fold {number}")
        before_s = stages.saved_s - stages.overhead_s
        start = time.process_time()
        train = shared.fit_transform(X_train, fold.y_train)
        fitted = time.process_time()
        test = shared.transform(X_test)
        done = time.process_time()
        prepared = PreparedFold(
            train=train,
            test=test,
            fit_s=max(fitted - start + stages.saved_s - stages.overhead_s - before_s, 0.0),
            transform_s=done - fitted,
            # Measured of one fold: the others differ little.
            n_bytes=(stored_bytes(unshared(shared)) or 0) if measure and number == 0 else 0,
        )
        size = getattr(train, "nbytes", 0) + getattr(test, "nbytes", 0)
        if self._bytes + size <= self.max_bytes:
            self._folds[key] = prepared
            self._bytes += size
        return prepared
