"""Real tables trained on all rows that are not tested, or on some of those."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from _lists import Listed
from _real_tables import MAX_TEST, MAX_TRAIN, TEST_LIMIT_S, RealTable
from warmstart.execution.local import LocalTask
from warmstart.execution.prepared_folds import Fold
from warmstart.execution.resampling import MAX_ROWS, N_FOLDS, cap_rows
from warmstart.recommend.look.measuring.splits import Part

MOST = 33_000
HELD = 900
"""Names the division that holds one part of all training rows out."""


class WholeTable(RealTable):
    """A table trained on all that is not tested, or on some of that.

    Parameters
    ----------
    task : LocalTask
    folder : Path
        Where fits are kept.
    few : int, optional
        So many of the training rows.
    """

    def __init__(self, task: LocalTask, folder: Path, few: int | None = None) -> None:
        self._few = few
        sizes = pd.read_parquet(task.path, columns=[task.target])
        same = few is None and len(sizes) * 2 // 3 <= MAX_TRAIN
        super().__init__(task, folder if same else folder / f"{few or MOST}")

    def _divide(
        self, classes: npt.NDArray[np.intp] | None, n: int, seed: int
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        train = cap_rows(classes, n, max_rows=min(MOST, n * 2 // 3), seed=seed)
        rest = np.setdiff1d(np.arange(n), train)
        test = np.sort(np.random.default_rng(seed).permutation(rest)[:MAX_TEST])
        if self._few is not None:
            of = None if classes is None else classes[train]
            train = train[cap_rows(of, len(train), max_rows=self._few, seed=seed)]
        return train, test

    def _fold(self, part: Part) -> Fold:
        if part.division != HELD:
            return super()._fold(part)
        rows, codes = self.dataset.X, self.rows._codes
        order = np.random.default_rng(0).permutation(len(codes))
        test, train = np.sort(order[: len(order) // 4]), np.sort(order[len(order) // 4 :])
        return Fold(
            X_train=rows.iloc[train].reset_index(drop=True),
            y_train=codes[train],
            X_test=rows.iloc[test].reset_index(drop=True),
            y_test=codes[test],
        )

    def chosen(self, listed: Listed, count: int, metric: str) -> int:
        """The best of the first so many by rows of the training part."""
        whole = len(self.dataset.y) > MAX_ROWS
        parts = [Part(HELD, 0)] if whole else [Part(0, fold) for fold in range(N_FOLDS)]
        means = []
        for name, build in listed[:count]:
            fits = [self.fit(name, build, part, TEST_LIMIT_S) for part in parts]
            scores = [fit.scores.get(metric, np.nan) for fit in fits]
            means.append(float(np.mean(scores)))
        known = np.nan_to_num(np.array(means), nan=-np.inf)
        return int(known.argmax())
