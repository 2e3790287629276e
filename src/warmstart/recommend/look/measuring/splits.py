"""Which rows a look fits to and scores on."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.datasets.dataset import Dataset
from warmstart.domain import Schema
from warmstart.errors import ArgumentError
from warmstart.execution.prepared_folds import Fold
from warmstart.execution.resampling import MAX_ROWS, N_FOLDS, cap_rows, folds, forward_folds
from warmstart.metrics import Metric, Prediction

Indices = npt.NDArray[np.intp]

_MAX_SCORED = 4000
"""Rows that a fit is scored on where there are more than it is fitted to: they cost little."""

_REDRAWN = 0.8
"""Share of the rows of a small table that a further division in time draws."""


@dataclass(frozen=True, slots=True)
class Part:
    """One fold of one division of the data; divisions are numbered from 0."""

    division: int
    fold: int


@dataclass(eq=False, kw_only=True)
class Divided:
    """A dataset as folds, cut when they are first asked for.

    The first division cross-validates at most 2,000 rows in three folds. Each further one
    draws its rows anew: other folds of a small table, other rows of a large one, and as
    many more to score on as it has.

    Parameters
    ----------
    dataset : Dataset
    groups : ndarray, shape (n_rows,), optional
        Rows of one group are never on both sides of a fold.
    times : ndarray, shape (n_rows,), optional
        When rows are from: fits are scored on later rows than they saw. Where groups are
        given too, whole groups are held out whenever they are from.
    random_state : int
    max_rows : int
    """

    dataset: Dataset
    groups: npt.NDArray[Any] | None = None
    times: npt.NDArray[Any] | None = None
    random_state: int = 0
    max_rows: int = MAX_ROWS
    _codes: npt.NDArray[Any] = field(init=False, repr=False)
    _parts: dict[tuple[int, str], list[Part]] = field(
        init=False, repr=False, default_factory=dict
    )
    _folds: dict[Part, Fold] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        y = self.dataset.y
        if self.dataset.task_type == "regression":
            self._codes = np.asarray(y, dtype=float)
        else:
            self._codes = np.unique(np.asarray(y), return_inverse=True)[1]
        if self.groups is not None:
            self.groups = np.asarray(pd.factorize(np.asarray(self.groups))[0])
            if len(self.groups) != len(y):
                raise ArgumentError(f"{len(self.groups)} groups were given for {len(y)} rows")
        if self.times is not None and len(self.times) != len(y):
            raise ArgumentError(f"{len(self.times)} times were given for {len(y)} rows")

    @property
    def n_classes(self) -> int:
        """Zero for regression."""
        return 0 if self.dataset.task_type == "regression" else int(self._codes.max()) + 1

    @property
    def n_rows(self) -> int:
        """Rows of one division."""
        return min(len(self._codes), self.max_rows)

    @property
    def same_rows(self) -> bool:
        """Whether every division scores all the rows there are, each once."""
        return len(self._codes) <= self.max_rows and self.times is None

    @property
    def schema(self) -> Schema:
        """Of the rows of one division."""
        schema = self.dataset.schema
        counts = schema.min_class_count
        if counts is not None:
            share = self.n_rows / max(schema.n_rows, 1)
            counts = max(int(counts * min(share, 1.0)), 1)
        return dataclasses.replace(schema, n_rows=self.n_rows, min_class_count=counts)

    def weight(self, division: int) -> float:
        """How much more a fold of a division says than one of the first."""
        rows = len(self._codes)
        apart = self.groups is not None or self.times is not None
        if division == 0 or rows <= self.max_rows or apart:
            return 1.0
        # Half of a score's noise is in the rows it is scored on, half in those fitted to.
        scored = min(_MAX_SCORED, rows - self._n_fitted())
        return 2.0 / (1.0 + (self.max_rows - self._n_fitted()) / scored)

    def parts(self, division: int, metric: Metric) -> Sequence[Part]:
        """Folds of a division that a fit can be scored on in a metric.

        Where a class has few rows, or comes late, a fold may have one class only: none can
        learn from it, and a ROC AUC of it is undefined. That says nothing of what is fitted.

        Parameters
        ----------
        division : int
            Numbered from 0.
        metric : Metric
        """
        key = division, metric.name
        if key not in self._parts:
            every = [Part(division, fold) for fold in range(N_FOLDS)]
            self._parts[key] = [part for part in every if self._can_score(part, metric)]
        return self._parts[key]

    def _can_score(self, part: Part, metric: Metric) -> bool:
        train, test = self._rows(part)
        truth, k = self._codes[test], self.n_classes
        if not len(test) or (k and len(np.unique(self._codes[train])) < 2):
            return False
        n = len(test)
        said = Prediction(
            labels=truth if k else None,
            ranking=np.full((n, k), 1 / max(k, 1)),
            probabilities=np.full((n, k), 1 / max(k, 1)),
            values=None if k else np.full(n, truth.mean()),
        )
        return bool(np.isfinite(metric.score(truth, getattr(said, metric.needs), k)))

    def fold(self, part: Part) -> Fold:
        """The rows of one fold; the classes are numbers."""
        if part not in self._folds:
            train, test = self._rows(part)
            X = self.dataset.X
            self._folds[part] = Fold(
                X_train=X.iloc[train].reset_index(drop=True),
                y_train=self._codes[train],
                X_test=X.iloc[test].reset_index(drop=True),
                y_test=self._codes[test],
            )
        return self._folds[part]

    def _n_fitted(self) -> int:
        return self.max_rows * (N_FOLDS - 1) // N_FOLDS

    def _rows(self, part: Part) -> tuple[Indices, Indices]:
        n, seed = len(self._codes), [self.random_state, part.division]
        classes = self._codes.astype(np.intp) if self.n_classes else None
        whole_seed = int(np.random.default_rng(seed).integers(2**31))
        if self.groups is not None:
            return self._grouped(part, whole_seed)
        if self.times is not None:
            return self._forward(part, whole_seed)
        if part.division > 0 and n > self.max_rows:
            own = int(np.random.default_rng([*seed, part.fold]).integers(2**31))
            train = cap_rows(classes, n, max_rows=self._n_fitted(), seed=own)
            rest = np.setdiff1d(np.arange(n), train)
            test = np.random.default_rng(own).permutation(rest)[:_MAX_SCORED]
            return train, np.sort(test)
        kept = cap_rows(classes, n, max_rows=self.max_rows, seed=whole_seed)
        of_kept = None if classes is None else classes[kept]
        for number, (train, test) in enumerate(folds(of_kept, len(kept), seed=whole_seed)):
            if number == part.fold:
                return kept[train], kept[test]
        raise IndexError(f"no fold {part.fold} in a division")

    def _grouped(self, part: Part, seed: int) -> tuple[Indices, Indices]:
        """Whole groups, dealt to the folds by size so that none is much larger."""
        assert self.groups is not None
        rng = np.random.default_rng(seed)
        sizes = np.bincount(self.groups)
        order = rng.permutation(len(sizes))
        # As many groups, in random order, as hold the rows wanted.
        n_kept = int(np.searchsorted(np.cumsum(sizes[order]), self.max_rows)) + 1
        chosen = order[: max(n_kept, min(N_FOLDS, len(order)))]
        loads, fold_of = np.zeros(N_FOLDS), np.full(len(sizes), -1)
        for group in chosen[np.argsort(-sizes[chosen], kind="stable")]:
            fold_of[group] = int(loads.argmin())
            loads[fold_of[group]] += sizes[group]
        of_row = fold_of[self.groups]
        return (
            np.flatnonzero((of_row >= 0) & (of_row != part.fold)),
            np.flatnonzero(of_row == part.fold),
        )

    def _forward(self, part: Part, seed: int) -> tuple[Indices, Indices]:
        """Rows up to some time, and those after it; another division has other rows."""
        assert self.times is not None
        n = len(self.times)
        n_kept = min(n, self.max_rows)
        if part.division > 0 and n <= self.max_rows:
            n_kept = round(_REDRAWN * n)
        kept = cap_rows(None, n, max_rows=n_kept, seed=seed)
        if len(np.unique(self.times[kept])) <= N_FOLDS:
            kept = np.arange(n)  # the few rows of a rare time were not drawn
        train, test = list(forward_folds(self.times[kept]))[part.fold]
        return kept[train], kept[test]
