"""Each candidate fitted once with the most rounds, and kept with the number that is best."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from warmstart.downstream.sklearn_search.rounds.first_fold import Board, Watched
from warmstart.execution.measure.read_off import RoundScores
from warmstart.execution.measure.staged_scores import round_scores


class ScoresByRounds(float):
    """A fold's score with all rounds that also knows those with fewer."""

    by_rounds: tuple[float, ...] | None
    """None where the fold was not fitted."""

    def __new__(cls, by_rounds: Sequence[float] | None) -> ScoresByRounds:
        made = super().__new__(cls, by_rounds[-1] if by_rounds else 0.0)
        made.by_rounds = tuple(by_rounds) if by_rounds else None
        return made

    def __reduce__(self) -> Any:
        return ScoresByRounds, (self.by_rounds,)


class ReadOffScorer:
    """Scores a fitted ensemble at several numbers of its rounds.

    Parameters
    ----------
    scorer : callable
        scikit-learn's.
    rounds : sequence of int
    """

    def __init__(self, scorer: Any, rounds: Sequence[int]) -> None:
        self.scorer, self.rounds = scorer, tuple(rounds)

    def __call__(self, estimator: Watched, X: Any, y: Any = None, **params: Any) -> float:
        """Scores of a fold; none of one that was given up."""
        if estimator.is_given_up:
            return ScoresByRounds(None)
        fitted = getattr(estimator.inner, "pipeline_", estimator.inner)
        found = round_scores(fitted, X, y, self.scorer, self.rounds, **params)
        estimator.board.scored(max(found))
        return ScoresByRounds(found)


class ReadOff:
    """Chooses each candidate's rounds and writes them to its parameters.

    Parameters
    ----------
    name : str
        The estimator's parameter for rounds.
    rounds : sequence of int
        Ascending.
    """

    def __init__(self, name: str, rounds: Sequence[int]) -> None:
        self.name, self.rounds = name, tuple(rounds)
        self.board = Board()
        self._closed = False
        self._chosen: dict[int, int] = {}

    def close(self) -> None:
        """Who is fitted again keeps the rounds it has."""
        self._closed = True
        self.board.close()

    def begin(self, params: Sequence[dict[str, Any]]) -> None:
        """Candidates that are fitted next, all with the most rounds."""
        self.board.next()
        for candidate in params:
            candidate[self.name] = self.rounds[-1]

    def settle(
        self, params: Sequence[dict[str, Any]], n_splits: int, out: Sequence[Mapping[str, Any]]
    ) -> tuple[list[dict[str, Any]], list[tuple[int, int]]]:
        """Results of all fits with the rounds that were chosen, and which were not fitted.

        Parameters
        ----------
        params : sequence of dict
            Of each candidate; those that are new get their rounds.
        n_splits : int
        out : sequence of mapping
            scikit-learn's results of each fit, candidate by candidate.

        Returns
        -------
        settled : list of dict
        left_out : list of (int, int)
            Candidate and fold; their scores are what the candidate would have reached had it
            gained on the first fold what the incumbent did.
        """
        settled, left_out = [dict(one) for one in out], []
        for row, candidate in enumerate(params):
            mine = settled[row * n_splits : (row + 1) * n_splits]
            scores = [one["test_scores"] for one in mine]
            if not all(isinstance(one, ScoresByRounds) for one in scores):
                continue  # a fit failed
            fitted = np.array([one.by_rounds for one in scores if one.by_rounds is not None])
            found = self._scores(fitted, n_splits)
            at = self.rounds.index(self._choose(row, candidate, found))
            for number, one in enumerate(mine):
                if number >= len(fitted):
                    left_out.append((row, number))
                    one["test_scores"] = float(fitted[0, at]) + self._gain(number)
                else:
                    one["test_scores"] = float(fitted[number, at])
                if "train_scores" in one:
                    read = one["train_scores"].by_rounds
                    one["train_scores"] = math.nan if read is None else float(read[at])
        return settled, left_out

    def _scores(self, fitted: Any, n_splits: int) -> RoundScores:
        stopped = len(fitted) < n_splits
        return RoundScores(rounds=self.rounds, folds=fitted, stopped=stopped)

    def _choose(self, row: int, candidate: dict[str, Any], found: RoundScores) -> int:
        if row not in self._chosen:
            if not self._closed:
                candidate[self.name] = found.best_rounds
                best = self.board.incumbent
                if not found.stopped and (best is None or found.best_score > best.best_score):
                    self.board.incumbent = found
            self._chosen[row] = int(candidate[self.name])
        return self._chosen[row]

    def _gain(self, fold: int) -> float:
        """How much better the incumbent is on a fold than on the first."""
        best = self.board.incumbent
        assert best is not None  # nobody is behind before there is one
        at = best.rounds.index(best.best_rounds)
        return float(best.folds[fold, at] - best.folds[0].max())
