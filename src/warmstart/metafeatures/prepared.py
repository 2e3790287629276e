"""One dataset, read once: the matrices and moments meta-features share."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.domain import USED_KINDS, Schema, TaskType
from warmstart.errors import ArgumentError
from warmstart.metafeatures.planning.samples import Levels, _sample, _shown_levels, in_turn
from warmstart.metafeatures.scaling import Floats, Integers, Standardised, standardise

T = TypeVar("T")

MAX_ROWS = 10_000
"""Rows statistics are computed on; more are subsampled."""

MAX_COLUMNS = 500
"""Columns statistics are computed on, before and again after one-hot encoding."""


class Table(Protocol):
    """What is needed of a :class:`warmstart.datasets` dataset."""

    @property
    def X(self) -> pd.DataFrame: ...  # noqa: N802
    @property
    def y(self) -> pd.Series[Any]: ...
    @property
    def schema(self) -> Schema: ...
    @property
    def task_type(self) -> TaskType: ...
    @property
    def n_rows(self) -> int: ...


class Prepared:
    """A dataset seen through everything meta-features need, each computed at most once.

    Parameters
    ----------
    dataset : Table
        Typed columns, target without missing values, schema and task type.
    max_rows, max_columns : int
        Above these, statistics use a random sample of rows and columns.
    random_state : int
        Seed of the samples, the folds and the random landmarker.
    """

    def __init__(
        self,
        dataset: Table,
        *,
        max_rows: int = MAX_ROWS,
        max_columns: int = MAX_COLUMNS,
        random_state: int = 0,
    ) -> None:
        if max_rows < 1 or max_columns < 1:
            raise ArgumentError(
                f"max_rows and max_columns must be at least 1, got {max_rows}, {max_columns}"
            )
        self.dataset, self.random_state = dataset, random_state
        self.max_rows, self.max_columns = max_rows, max_columns
        self._kept: dict[Any, Any] = {}
        self.task_type = dataset.task_type
        self.n_rows = dataset.n_rows
        self.n_columns = sum(column.kind in USED_KINDS for column in dataset.schema.columns)
        self.is_classification = self.task_type != "regression"

    def rng(self, purpose: str) -> np.random.Generator:
        """Random numbers for one purpose, so that one more user changes no other's."""
        return np.random.default_rng([self.random_state, zlib.crc32(purpose.encode())])

    def once(self, compute: Callable[[Prepared], T]) -> T:
        """``compute(self)``, computed the first time and kept."""
        if compute not in self._kept:
            self._kept[compute] = compute(self)
        kept: T = self._kept[compute]
        return kept

    def count(self, *kinds: str) -> int:
        """Columns of these kinds."""
        return sum(column.kind in kinds for column in self.dataset.schema.columns)

    # samples

    @cached_property
    def rows(self) -> Integers:
        """Positions of the sampled rows, ascending."""
        return _sample(len(self.dataset.y), self.max_rows, self.rng("rows"))

    @cached_property
    def sampled_columns(self) -> list[tuple[str | int, str]]:
        """Name and kind of the sampled columns, in order."""
        used = [(c.name, c.kind) for c in self.dataset.schema.columns if c.kind in USED_KINDS]
        return [used[i] for i in _sample(len(used), self.max_columns, self.rng("columns"))]

    def _names(self, *kinds: str) -> list[str | int]:
        return [name for name, kind in self.sampled_columns if kind in kinds]

    # missing values

    @cached_property
    def missing(self) -> npt.NDArray[np.bool_]:
        """shape (rows at hand, n_columns)"""
        return self.dataset.X.isna().to_numpy()

    @property
    def per_row(self) -> float:
        """All rows for each row at hand: 1 unless the dataset was capped on reading."""
        return self.n_rows / max(len(self.dataset.y), 1)

    # columns

    @cached_property
    def numeric(self) -> Floats:
        """shape (n_sampled, n); numeric columns, then dates in seconds; NaN where missing."""
        X, dates = self.dataset.X, self._names("date")
        blocks = [X[self._names("numeric")].to_numpy(dtype=np.float64)[self.rows]]
        for name in dates:
            moments = X[name].to_numpy(dtype="datetime64[s]")[self.rows]
            seconds = np.where(np.isnat(moments), np.nan, moments.astype(np.float64))
            blocks.append(seconds[:, None])
        return np.hstack(blocks) if dates else blocks[0]

    @cached_property
    def levels(self) -> list[Levels]:
        """Categorical and boolean columns, by descending frequency of their levels."""
        found = []
        for name in self._names("categorical", "boolean"):
            codes, values = pd.factorize(self.dataset.X[name], sort=False)
            # By frequency, ties by value: the order of rows must not matter.
            counts = np.bincount(codes[codes >= 0], minlength=len(values))
            order = np.lexsort((np.asarray(values).astype(str), -counts))
            rank = np.empty(len(order) + 1, dtype=np.int64)
            rank[order], rank[-1] = np.arange(len(order)), -1
            found.append(Levels(rank[codes[self.rows]], len(values)))
        return found

    @cached_property
    def text_lengths(self) -> Floats:
        """shape (n_sampled, n_text); characters of each text, NaN where missing."""
        names = self._names("text")
        if not names:
            return np.empty((len(self.rows), 0))
        texts = self.dataset.X[names].iloc[self.rows]
        return np.column_stack(
            [
                texts[name].map(len, na_action="ignore").to_numpy(dtype=np.float64)
                for name in names
            ]
        )

    @cached_property
    def standardised(self) -> Standardised:
        """Numeric columns that vary in the sample."""
        return standardise(self.numeric)

    @cached_property
    def skewness(self) -> Floats:
        r"""Fisher's :math:`m_3 / m_2^{3/2}` of each numeric column, biased as in scipy."""
        z, n = self.standardised.z, self.standardised.n_known
        third: Floats = np.einsum("ij,ij,ij->j", z, z, z)
        return third / n

    @cached_property
    def kurtosis(self) -> Floats:
        r"""Excess :math:`m_4 / m_2^2 - 3` of each numeric column, biased as in scipy."""
        squares = self.standardised.z**2
        fourth: Floats = np.einsum("ij,ij->j", squares, squares)
        return fourth / self.standardised.n_known - 3.0

    @property
    def encoded(self) -> Floats:
        """shape (n_sampled, n_encoded); standardised numbers, then 0/1 a level.

        auto-sklearn's preparation: numbers scaled, the indicators left at 0 and 1.
        A missing category is a level; a text stands for its length.
        """
        return self.encoding[0]

    @cached_property
    def encoding(self) -> tuple[Floats, Integers]:
        """The encoded matrix, and each column's place within the column it came from."""
        numbers = np.hstack([self.standardised.z, standardise(self.text_lengths).z])
        n_numbers = numbers.shape[1]
        hot = [
            (column.codes, level, place)
            for column in self.levels
            for place, level in enumerate(_shown_levels(column))
        ]
        if n_numbers + len(hot) == 0:
            return np.zeros((len(self.rows), 1)), np.zeros(1, dtype=np.int64)
        places = np.array([0] * n_numbers + [place for *_, place in hot], dtype=np.int64)
        kept = in_turn(places, self.max_columns, self.rng("encoded"))
        encoded = np.empty((len(self.rows), len(kept)))
        encoded[:, : np.count_nonzero(kept < n_numbers)] = numbers[:, kept[kept < n_numbers]]
        for j, i in enumerate(kept):
            if i >= n_numbers:
                codes, level, _ = hot[i - n_numbers]
                encoded[:, j] = codes == level
        return encoded, places[kept]

    # target

    @cached_property
    def class_codes(self) -> Integers:
        """Class of every row at hand, the most frequent class being 0."""
        codes, classes = pd.factorize(self.dataset.y, sort=False)
        order = np.argsort(-np.bincount(codes, minlength=len(classes)), kind="stable")
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        return rank[codes]

    @cached_property
    def class_shares(self) -> Floats:
        """Share of rows of each class, largest first."""
        return np.bincount(self.class_codes) / len(self.class_codes)

    @cached_property
    def target(self) -> Floats:
        """Regression target of the sampled rows."""
        return self.dataset.y.to_numpy(dtype=np.float64)[self.rows]

    @cached_property
    def target_z(self) -> Floats:
        """Standardised target of the sampled rows; zeros if it is constant."""
        z = standardise(self.target[:, None]).z
        return z[:, 0] if z.shape[1] else np.zeros(len(self.rows))
