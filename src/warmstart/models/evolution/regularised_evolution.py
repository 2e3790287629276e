"""Regularised evolution: tournaments in a population in which the oldest dies."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError
from warmstart.metadataset.core.score_table import Floats
from warmstart.models.evolution.first_population import Evolution
from warmstart.models.rankings.ranked import RankedState


@dataclass(slots=True, kw_only=True)
class RegularisedEvolution(Evolution):
    """Evolution with ageing, its first population from other tasks or at random.

    A child is the parent with a small change: one of the parent's nearest configurations
    that were not tried.

    Parameters
    ----------
    population_size : int
    tournament : int
        Members that are drawn; the best of them is the parent.
    n_neighbours : int
        Nearest configurations that a child is drawn from.
    warm : bool
        Whether the first population is the portfolio of the candidates that known tasks have
        tried, by those like the new one first; else it is drawn at random.

    References
    ----------
    .. [1] Real, Aggarwal, Huang, Le. "Regularized Evolution for Image Classifier
       Architecture Search." AAAI 2019.
    .. [2] Olson, Moore. "Identifying and Harnessing the Building Blocks of Machine Learning
       Pipelines for Sensible Initialization of a Data Science Automation Tool." GPTP 2016
       (why a first population from history helps).

    Examples
    --------
    >>> from warmstart.metadataset.core.score_table import ScoreTable
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1], [0.9, 0.7, 0.1]]),
    ...     task_ids=pd.RangeIndex(2), configuration_ids=pd.Index(list("abc")),
    ...     families=np.arange(2))
    >>> RegularisedEvolution(population_size=2).fit(table).start().next()
    0
    """

    population_size: int = 20
    tournament: int = 5
    n_neighbours: int = 8

    def __post_init__(self) -> None:
        for name in ("population_size", "tournament", "n_neighbours"):
            if getattr(self, name) < 1:
                raise ArgumentError(f"{name} must be at least 1, got {getattr(self, name)}")

    def start(self, metafeatures: pd.Series[Any] | None = None) -> EvolvingState:
        """Begin a task with its own population."""
        features, first = self.learnt()
        order = first.order(metafeatures, self.rng_)
        return EvolvingState(self, features, order, int(self.rng_.integers(2**31)))


class EvolvingState:
    """A population that changes with every score told."""

    def __init__(
        self, model: RegularisedEvolution, features: Floats, first: RankedState, seed: int
    ) -> None:
        self._features, self._seed, self._first = features, seed, first
        self._size = model.population_size
        self._tournament, self._n_neighbours = model.tournament, model.n_neighbours
        self._alive: deque[tuple[int, float]] = deque(maxlen=model.population_size)
        self._observed: set[int] = set()

    def next(self) -> int:
        """The next member of the first population, then a child."""
        named = self.batch(1)
        if not named:
            raise IndexError("every configuration has been told")
        return named[0]

    def batch(self, n: int) -> list[int]:
        """Several at once: of the first population, then children of it as it is now."""
        # Whoever asks may leave some out, so the order goes on until enough were told.
        named = self._first.batch(n) if len(self._alive) < self._size else []
        rng = np.random.default_rng((self._seed, len(self._observed)))
        open_ = np.ones(len(self._features), dtype=bool)
        open_[[*self._observed, *named]] = False
        while len(named) < n and open_.any():
            child = self._child(open_, rng)
            named.append(child)
            open_[child] = False
        return named

    def tell(self, index: int, score: float) -> None:
        """A member joins, and the oldest dies once there are too many; NaN never joins.

        Parameters
        ----------
        index : int
            Place of the configuration.
        score : float
            Higher is better; NaN where there is none.
        """
        self._observed.add(int(index))
        self._first.tell(index, score)
        if np.isfinite(score):
            self._alive.append((int(index), float(score)))

    def _child(self, open_: Any, rng: np.random.Generator) -> int:
        left = np.flatnonzero(open_)
        if not self._alive:
            return int(rng.choice(left))
        size = min(self._tournament, len(self._alive))
        drawn = rng.choice(len(self._alive), size=size, replace=False)
        parent = max((self._alive[int(k)] for k in drawn), key=lambda member: member[1])[0]
        apart = ((self._features[left] - self._features[parent]) ** 2).sum(axis=1)
        nearest = left[np.argsort(apart, kind="stable")[: self._n_neighbours]]
        return int(rng.choice(nearest))
