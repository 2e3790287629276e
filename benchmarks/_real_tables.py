"""Real tables whose fits are made when a strategy asks for them, and kept on disk.

One file a table, one line a fit: of one configuration, on one fold of a look or on the test
rows. A line names its configuration and rows, so a run cut short goes on where it was, and a
new strategy costs only the fits that no other had asked for.
"""

from __future__ import annotations

import contextlib
import json
import signal
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import numpy.typing as npt
import pandas as pd
import sklearn
from threadpoolctl import threadpool_limits

from _looked_tables import SAME_ROWS
from warmstart.datasets.dataset import Dataset
from warmstart.datasets.load import load_dataset
from warmstart.domain import Schema
from warmstart.execution.crossvalidation import predict
from warmstart.execution.local import LocalTask, read_tasks
from warmstart.execution.prepared_folds import Fold, PreparedFolds
from warmstart.execution.resampling import cap_rows
from warmstart.metafeatures.extract import metafeatures_of
from warmstart.metrics import score_prediction
from warmstart.recommend.look.measuring.splits import Divided, Part

MAX_TRAIN, MAX_TEST = 8000, 4000
MAX_SIZE = 200
"""Columns times classes; larger tables take too long."""

TEST_LIMIT_S = 60.0

Build = Callable[[Schema], Any]


@dataclass(frozen=True)
class Fit:
    """What one fit gave, and the CPU seconds it took."""

    status: str
    """"ok", "failed", or "timeout" after `fit_s`."""

    scores: dict[str, float] = field(default_factory=dict)
    recipe: str = ""
    prepare_s: float = 0.0
    fit_s: float = 0.0


class _OverrunError(BaseException):
    """A fit took longer than anybody would wait; no library catches it."""


def find_tasks(corpus: Path, low: int, high: int) -> list[LocalTask]:
    """Tables of a corpus by rows, one a family, drawn by its name.

    Small ones first, so that a run cut short has as many as it can; classification and
    regression in turn, so that it has both.
    """
    sizes = pd.read_csv(corpus).set_index("task_id")
    width = sizes["n_columns"] * sizes["n_classes"].clip(lower=1)
    wanted = (width <= MAX_SIZE) & sizes["n_rows"].between(low, high)
    found = [task for task in read_tasks(corpus) if wanted[task.task_id]]
    found.sort(key=lambda task: zlib.crc32(task.task_id.encode()))
    families = {task.family: task for task in reversed(found)}
    found = [task for task in found if families[task.family] is task]
    cost = width * sizes["n_rows"].clip(upper=MAX_TRAIN)
    found.sort(key=lambda task: float(cost[task.task_id]))
    groups = [[t for t in found if (t.task_type == "regression") == r] for r in (False, True)]
    turns = [task for pair in zip(*groups, strict=False) for task in pair]
    return turns + max(groups, key=len)[min(map(len, groups)) :]


class RealTable:
    """One table: rows to look at, rows to test on, and every fit made so far.

    Parameters
    ----------
    task : LocalTask
    folder : Path
        Where fits are kept.
    """

    def __init__(self, task: LocalTask, folder: Path) -> None:
        self.task = task
        self._path = folder / f"{task.task_id}.jsonl"
        self._known: dict[tuple[str, str], Fit] = {}
        self._metafeatures: dict[str, float] | None = None
        self._prepared: dict[int, PreparedFolds] = {}
        self.spent_s = 0.0
        """CPU seconds of the fits made now."""

        self._read()
        self._cut()

    def _read(self) -> None:
        if not self._path.exists():
            return
        for line in self._path.read_text().splitlines():
            with contextlib.suppress(json.JSONDecodeError):  # a line that was cut off
                row = json.loads(line)
                if "metafeatures" in row:
                    self._metafeatures = row["metafeatures"]
                else:
                    key = row.pop("configuration"), row.pop("part")
                    self._known[key] = Fit(**row)

    def _cut(self) -> None:
        task = self.task
        whole = load_dataset(task.path, target=task.target, task_type=task.task_type)
        n, seed = len(whole.y), zlib.crc32(task.task_id.encode())
        classes = None
        if task.task_type != "regression":
            classes = np.unique(whole.y.to_numpy().astype(str), return_inverse=True)[1]
        train, test = self._divide(classes, n, seed)
        self.dataset: Dataset = load_dataset(
            whole.X.iloc[train].assign(**{"target 0": whole.y.iloc[train].to_numpy()}),
            target="target 0",
            task_type=task.task_type,
        )
        self.rows = Divided(dataset=self.dataset, random_state=0)
        self._again = _of_first(self.rows)
        values = whole.y.to_numpy()
        if classes is not None:
            names = np.unique(np.asarray(self.dataset.y).astype(str))
            kept = np.isin(values[test].astype(str), names)
            test = test[kept]  # a class may have no row to learn from
            values = np.searchsorted(names, values.astype(str))
        self.test = Fold(
            X_train=whole.X.iloc[train].reset_index(drop=True),
            y_train=values[train],
            X_test=whole.X.iloc[test].reset_index(drop=True),
            y_test=values[test],
        )

    def _divide(
        self, classes: npt.NDArray[np.intp] | None, n: int, seed: int
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Rows to train and to test on."""
        train = cap_rows(classes, n, max_rows=min(MAX_TRAIN, n * 2 // 3), seed=seed)
        rest = np.setdiff1d(np.arange(n), train)
        return train, np.sort(np.random.default_rng(seed).permutation(rest)[:MAX_TEST])

    @property
    def metafeatures(self) -> pd.Series[float]:
        """Of the training rows."""
        if self._metafeatures is None:
            found = metafeatures_of(self.dataset, random_state=0)
            self._metafeatures = {str(k): float(v) for k, v in found.items()}
            self._write({"metafeatures": self._metafeatures})
        return pd.Series(self._metafeatures)

    def fit(self, key: str, build: Build, part: Part | None, limit_s: float) -> Fit:
        """Of one configuration on one fold; None for the test.

        Parameters
        ----------
        key : str
            Names the configuration for good.
        build : callable
            From a schema to an unfitted pipeline whose last step is the learner.
        limit_s : float
            CPU seconds after which nobody waits any longer.
        """
        name = "test" if part is None else f"{part.division}.{part.fold}"
        known = self._known.get((key, name))
        if known is not None and (known.status != "timeout" or known.fit_s >= limit_s):
            return known
        begun = time.process_time()
        try:
            with _limit(limit_s) as limit, _quiet():
                found = self._fit(build, part)
        except (_OverrunError, KeyboardInterrupt):
            if not limit.over:
                raise
            found = Fit("timeout", fit_s=max(limit_s, time.process_time() - begun))
        except Exception as error:  # noqa: BLE001 - a failure is a result
            print(f"{self.task.task_id}: {key} failed: {error!r:.120}")
            found = Fit("failed", fit_s=time.process_time() - begun)
        self.spent_s += time.process_time() - begun
        self._known[key, name] = found
        self._write({"configuration": key, "part": name, **asdict(found)})
        return found

    def _fit(self, build: Build, part: Part | None) -> Fit:
        fold = self.test if part is None else self._fold(part)
        schema = self.dataset.schema if part is None else self.rows.schema
        model = build(schema)
        steps, estimator = model[:-1], model[-1]
        recipe = str(joblib.hash(steps))
        division = -1 if part is None else part.division
        kept = self._prepared.setdefault(division, PreparedFolds())
        ready = kept.get(steps, recipe, fold, 0 if part is None else part.fold)
        start = time.process_time()
        estimator.fit(ready.train.copy(), fold.y_train)
        prediction = predict(estimator, ready.test.copy(), self.rows.n_classes)
        fit_s = time.process_time() - start
        scores = score_prediction(
            self.task.task_type, fold.y_test, prediction, self.rows.n_classes
        )
        known = {name: float(s) for name, s in scores.items() if np.isfinite(s)}
        return Fit("ok", known, recipe, ready.fit_s + ready.transform_s, fit_s)

    def _fold(self, part: Part) -> Fold:
        if part.division < SAME_ROWS:
            return self.rows.fold(part)
        return self._again.fold(Part(part.division - SAME_ROWS, part.fold))

    def _write(self, row: dict[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps(row) + "\n")


def _of_first(rows: Divided) -> Divided:
    """Folds of the rows that the first division has, and no others."""
    kept = np.sort(np.concatenate(rows._rows(Part(0, 0))))
    dataset = replace(
        rows.dataset,
        X=rows.dataset.X.iloc[kept].reset_index(drop=True),
        y=rows.dataset.y.iloc[kept].reset_index(drop=True),
    )
    found = Divided(dataset=dataset, random_state=1)
    found._codes = rows._codes[kept]  # a rare class may have no row there
    return found


@dataclass
class _Limit:
    over: bool = False
    """CatBoost makes a KeyboardInterrupt of what a signal raises."""


@contextlib.contextmanager
def _limit(seconds: float) -> Iterator[_Limit]:
    """Raise in this thread after so many CPU seconds, as soon as Python code runs."""
    limit = _Limit()

    def overrun(*_: Any) -> None:
        limit.over = True
        raise _OverrunError

    before = signal.signal(signal.SIGPROF, overrun)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield limit
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with (
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        sklearn.config_context(assume_finite=True, skip_parameter_validation=True),
        threadpool_limits(limits=1),
    ):
        warnings.simplefilter("ignore")
        yield
