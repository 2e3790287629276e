"""What was measured so far: scores by configuration and fold."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from warmstart.domain import Status
from warmstart.execution.resampling import N_FOLDS
from warmstart.recommend.look.measuring.fits import FitOutcome
from warmstart.recommend.look.measuring.noise import Averages, Folds, average_scores
from warmstart.recommend.look.measuring.splits import Part

Array = np.ndarray[Any, np.dtype[np.float64]]


class Record:
    """Scores and seconds of every fit.

    Parameters
    ----------
    ideal : float
        The best score there can be, in the metric.
    n_scored : int
        Rows that a fold of the first division is scored on.
    lowest : float
        The worst score there can be; -inf where there is none.
    same_rows : bool
        Whether every division scores each of the same rows once.
    """

    def __init__(
        self, ideal: float, n_scored: int, lowest: float = 0.0, *, same_rows: bool = False
    ) -> None:
        self._same_rows = same_rows
        self._ideal, self._n_scored, self._lowest = ideal, max(n_scored, 1), lowest
        self.scores: dict[int, dict[Part, float]] = {}
        """Of each configuration tried, in the order they were begun."""

        self.failures: dict[int, tuple[Status, str]] = {}
        self.n_fits = 0
        self._weights: dict[Part, float] = {}
        self._seconds: dict[int, list[float]] = {}

    @property
    def measured(self) -> list[int]:
        """Configurations with a score, in the order they were begun."""
        return [i for i, found in self.scores.items() if found and i not in self.failures]

    def begin(self, index: int) -> None:
        """Note that a configuration is being tried."""
        self.scores.setdefault(index, {})

    def add(self, outcome: FitOutcome, weight: float = 1.0) -> None:
        """Keep what came of a fit.

        Parameters
        ----------
        outcome : FitOutcome
            Of one fit.
        weight : float
            Of the fold it was scored on.
        """
        self.n_fits += 1
        index = outcome.job.index
        self.begin(index)
        self._seconds.setdefault(index, []).append(outcome.cost_s)
        if outcome.status != "ok":
            self.failures[index] = outcome.status, outcome.error
            return
        self.scores[index][outcome.job.part] = outcome.score
        self._weights[outcome.job.part] = weight

    def seconds(self, index: int) -> float:
        """Mean seconds of one fit; NaN of one that was never fitted."""
        seconds = self._seconds.get(index)
        return float(np.mean(seconds)) if seconds else math.nan

    def latest(self, outcome: FitOutcome, averages: Averages) -> tuple[float, float]:
        """Score of a fit on a fold of average difficulty, and its standard error.

        Parameters
        ----------
        outcome : FitOutcome
            Of one fit.
        averages : Averages
            Of what was measured so far.
        """
        part = outcome.job.part
        score = outcome.score - averages.folds[self.parts.index(part)]
        return score, averages.fold_std / self._weights[part] ** 0.5

    @property
    def parts(self) -> list[Part]:
        """Every fold that was used, in the order of the divisions."""
        return sorted(self._weights, key=lambda part: (part.division, part.fold))

    def averages(self) -> Averages:
        """Means and errors of :attr:`measured`, in that order."""
        parts = self.parts
        rows = self.measured
        table = np.full((len(rows), len(parts)), np.nan)
        for row, index in enumerate(rows):
            for part, score in self.scores[index].items():
                table[row, parts.index(part)] = score
        return average_scores(
            table,
            Folds(
                weights=[self._weights[part] for part in parts],
                divisions=[part.division for part in parts] if self._same_rows else None,
                n_each=N_FOLDS,
            ),
            ideal=self._ideal,
            lowest=self._lowest,
            n_scored=self._n_scored,
        )
