"""Cells of similar configurations: learnt from a sample, given out some at a time.

However many configurations there are, memory holds a sample of them, one block, and a
number for each. Where there are no more than the sample takes, it is all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core.score_table import Floats
from warmstart.spaces.encoding import ConfigurationEncoder

SAMPLE = 10_000
"""Configurations, and runs of them, that scales, weights, medoids and quantiles come from."""

BLOCK = 4_096

Point = Mapping[str, Any]
Cells = NDArray[np.intp]
GiveCells = Callable[[Sequence[Point], Floats], Cells]
"""Cell of each of some configurations, given as values and as positions."""


def sampled(n: int, random_state: int) -> NDArray[np.intp]:
    """Ascending positions of at most :data:`SAMPLE` of `n` configurations, drawn by a seed."""
    if n <= SAMPLE:
        return np.arange(n)
    return np.sort(np.random.default_rng(random_state).choice(n, SAMPLE, replace=False))


@dataclass(frozen=True, slots=True)
class Axes:
    """Positions in which near means alike."""

    encoder: ConfigurationEncoder
    centre: Floats | float = 0.0
    spread: Floats | float = 1.0
    weight: Floats | float = 1.0

    def __call__(self, points: Sequence[Point]) -> Floats:
        """Of each configuration, shape (n_configs, n_features)."""
        at: Floats = (self.encoder.transform(points) - self.centre) / self.spread * self.weight
        return at

    @classmethod
    def weighted(
        cls,
        encoder: ConfigurationEncoder,
        points: Sequence[Point],
        runs: pd.DataFrame,
        random_state: int,
    ) -> Axes:
        """Stretch each axis by how much it tells of the scores.

        Weights are the importances of a random forest that predicts each score's place
        among its task's; unweighted, hyperparameters that do nothing would decide which
        configurations are near. All axes are alike where no score differs from another.

        Parameters
        ----------
        encoder : ConfigurationEncoder
        points : sequence of mapping
        runs : DataFrame
            Columns ``task``, ``score``, and ``configuration``: a position in `points`.
        random_state : int
        """
        from sklearn.ensemble import RandomForestRegressor

        positions = encoder.transform(points)
        spread = positions.std(axis=0)
        plain = cls(encoder, positions.mean(axis=0), np.where(spread > 0, spread, 1))
        known = runs.dropna(subset="score")
        if len(known) > SAMPLE:
            known = known.sample(SAMPLE, random_state=random_state)
        places = known.groupby("task")["score"].rank(pct=True)
        if places.nunique() < 2:
            return plain
        forest = RandomForestRegressor(
            30, min_samples_leaf=5, max_features=0.5, n_jobs=1, random_state=random_state
        ).fit(((positions - plain.centre) / plain.spread)[known["configuration"]], places)
        importances = forest.feature_importances_
        if not importances.any():
            return plain
        # Never quite zero: what scores do not tell apart still is not the same.
        weight = np.sqrt(importances + importances.sum() * 1e-3)
        return cls(encoder, plain.centre, plain.spread, weight)


def medoids(positions: Floats, n: int, random_state: int) -> Floats:
    """Positions of `n` configurations that lie where most do.

    The points nearest to the centres of k-means, so they are configurations that were run.

    Raises
    ------
    MetaDatasetError
        If there are not `n` different configurations.
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import pairwise_distances_argmin

    distinct = len(np.unique(positions, axis=0))
    if distinct < n:
        raise MetaDatasetError(f"n is {n}, but only {distinct} configurations differ")
    centres = KMeans(n, n_init=1, random_state=random_state).fit(positions).cluster_centers_
    chosen: Floats = positions[np.unique(pairwise_distances_argmin(centres, positions))]
    return chosen


class QuantileBins:
    """A cell for each combination of the hyperparameters' bins.

    A number is cut at its quantiles into `n` bins, equal values into the same; any other
    value, and not being active, is a bin of its own.

    Parameters
    ----------
    points : sequence of mapping
        What hyperparameters there are, which are numbers, and where those are cut. A value
        that is no number where all of these are counts as not active.
    n : int

    Examples
    --------
    >>> points = [{"x": 1, "k": "a"}, {"x": 2}, {"x": 9}, {"x": 7, "k": "a"}]
    >>> bins = QuantileBins(points, 2)
    >>> cells = bins(points)
    >>> bins.in_order()[cells].tolist()
    [2, 0, 1, 3]
    """

    def __init__(self, points: Sequence[Point], n: int) -> None:
        self._cuts: dict[str, Floats | None] = {}
        for name in sorted({name for point in points for name in point}):
            known = [point[name] for point in points if point.get(name) is not None]
            self._cuts[name] = (
                np.unique(np.quantile(np.array(known, float), np.arange(1, n) / n))
                if all(map(_is_number, known)) and known
                else None
            )
        self._texts: dict[str, dict[str, int]] = {name: {} for name in self._cuts}
        self._cells: dict[tuple[int, ...], int] = {}

    def __call__(self, points: Sequence[Point], _: Floats | None = None) -> Cells:
        """Cell of each configuration, numbered as they turn up."""
        bins = np.zeros((len(points), len(self._cuts)), np.intp)
        for column, (name, cuts) in enumerate(self._cuts.items()):
            values = [point.get(name) for point in points]
            if cuts is None:
                texts = self._texts[name]
                bins[:, column] = [texts.setdefault(str(v), len(texts)) for v in values]
            else:
                numbers = np.array([v if _is_number(v) else np.nan for v in values], float)
                there = ~np.isnan(numbers)
                bins[there, column] = 1 + np.searchsorted(cuts, numbers[there], side="right")
        rows, which = np.unique(bins, axis=0, return_inverse=True)
        known = [self._cells.setdefault(tuple(row), len(self._cells)) for row in rows.tolist()]
        return np.array(known, np.intp)[which.reshape(-1)]

    def in_order(self) -> Cells:
        """Of each cell its place among all: by bins, texts in alphabetical order."""
        bins = np.array(list(self._cells), np.intp).reshape(len(self._cells), -1)
        for column, texts in enumerate(self._texts.values()):
            if texts:
                rank = np.argsort(np.argsort(np.array(list(texts))))
                bins[:, column] = rank[bins[:, column]]
        return np.argsort(np.lexsort(bins.T[::-1]))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def given_out(
    blocks: Callable[[], Iterator[Sequence[Point]]], axes: Axes, cell_of: GiveCells
) -> tuple[Cells, NDArray[np.intp]]:
    """Cell of every configuration, and of each cell the one nearest to its middle.

    Parameters
    ----------
    blocks : callable
        All configurations in order, some at a time; called twice.
    axes : Axes
    cell_of : callable

    Returns
    -------
    cells : array, shape (n_configs,)
    centres : array, shape (n_cells,)
        Position of the member nearest to the mean of the members, the first of several; -1
        where a cell has none.
    """
    parts: list[Cells] = []
    width = axes.encoder.width
    sums, counts = np.zeros((0, width)), np.zeros(0, np.intp)
    for points in blocks():
        positions = axes(points)
        cells = cell_of(points, positions)
        more = max(0, int(cells.max()) + 1 - len(counts))
        sums, counts = np.pad(sums, ((0, more), (0, 0))), np.pad(counts, (0, more))
        # One after another, as if they were all summed at once.
        np.add.at(sums, cells, positions)
        np.add.at(counts, cells, 1)
        parts.append(cells.astype(np.int32))
    means = sums / np.maximum(counts, 1)[:, None]
    nearest, centres = np.full(len(counts), np.inf), np.full(len(counts), -1, np.intp)
    begin = 0
    for points, part in zip(blocks(), parts, strict=True):
        distances = ((axes(points) - means[part]) ** 2).sum(axis=1)
        order = np.lexsort((distances, part))
        found, firsts = np.unique(part[order], return_index=True)
        first = order[firsts]
        nearer = distances[first] < nearest[found]
        nearest[found[nearer]] = distances[first][nearer]
        centres[found[nearer]] = begin + first[nearer]
        begin += len(part)
    return np.concatenate(parts).astype(np.intp), centres
