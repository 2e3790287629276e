"""Scores at many numbers of rounds from one fit of a booster or forest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing

from warmstart.errors import ArgumentError
from warmstart.execution.measure.staged import rounds_parameter
from warmstart.execution.measure.staged_scores import round_scores, watched_scores

ROUNDS = (30, 45, 68, 102, 154, 232, 350, 500)
"""Numbers of rounds that are scored where nobody says which."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RoundScores(Mapping[int, float]):
    """Scores of one setting by its number of rounds; a mapping from one to the other."""

    rounds: tuple[int, ...]
    folds: np.ndarray[Any, np.dtype[np.float64]]
    """Shape (n_folds, n_rounds); one fold where it was stopped."""

    stopped: bool = False
    """Whether the first fold was so far behind that no other was fitted."""

    easier: float = 0.0
    """How much better other folds are than the first, by the incumbent; what was stopped
    is expected to gain as much on them."""

    @property
    def scores(self) -> dict[int, float]:
        """Mean over folds by rounds; expected of what was stopped."""
        means = self.folds.mean(axis=0) + self.easier
        return dict(zip(self.rounds, means.tolist(), strict=True))

    def __getitem__(self, rounds: int) -> float:
        return self.scores[rounds]

    def __iter__(self) -> Iterator[int]:
        return iter(self.rounds)

    def __len__(self) -> int:
        return len(self.rounds)

    @property
    def best_rounds(self) -> int:
        """Those of the highest mean; the fewest where several are equal."""
        return best_rounds(self)

    @property
    def best_score(self) -> float:
        """The highest mean."""
        return self[self.best_rounds]

    @property
    def std(self) -> float:
        """Of the folds, at the best rounds."""
        return float(self.folds[:, self.rounds.index(self.best_rounds)].std())

    def is_behind(self, first: float) -> bool:
        """Whether who scores so on the first fold is more than :attr:`std` behind there."""
        return first < float(self.folds[0].max()) - self.std

    def gain_after_first(self) -> float:
        """The best mean over all folds less the best of the first."""
        return self.best_score - float(self.folds[0].max())


def best_rounds(scores: Mapping[int, float]) -> int:
    """Rounds of the highest score; the fewest where several are equal.

    Examples
    --------
    >>> best_rounds({10: 0.7, 50: 0.8, 100: 0.8})
    50
    """
    return max(scores, key=lambda rounds: (scores[rounds], -rounds))


def check_rounds(rounds: Sequence[int]) -> tuple[int, ...]:
    """Numbers of rounds, ascending, each once.

    Raises
    ------
    ArgumentError
        If there are none, or some are no positive whole number.
    """
    asked = list(rounds)
    if not asked or any(isinstance(k, bool) or not isinstance(k, int) or k < 1 for k in asked):
        raise ArgumentError(f"rounds must be positive whole numbers, got {asked!r}")
    return tuple(sorted(set(asked)))


def cross_validate_rounds(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    rounds: Sequence[int] = ROUNDS,
    cv: Any = None,
    scoring: Any = None,
    incumbent: RoundScores | None = None,
    watch: Callable[[int, float], bool] | None = None,
) -> RoundScores:
    """Cross-validate an ensemble at several numbers of rounds, with one fit a fold.

    A learning rate is searched in vain where each trial also draws how many rounds it is
    given; here each is judged by its best number of them.

    Parameters
    ----------
    estimator : estimator or Pipeline
        A booster of LightGBM, XGBoost, CatBoost or scikit-learn, or a forest; fitted with
        the largest number of `rounds`, whatever it has.
    X, y : array-like, shape (n_rows, n_features) and (n_rows,)
    rounds : sequence of int
    cv, scoring
        As in ``cross_val_score``.
    incumbent : RoundScores, optional
        The best so far. Where the first fold is more than the standard deviation of its
        folds behind its first fold, the others are not fitted.
    watch : callable, optional
        Told the rounds and the first fold's score after each number of them, while it is
        fitted where that can be (see :mod:`warmstart.execution.measure.watched`); where it
        answers true that fit is stopped, and no other made.

    Raises
    ------
    ArgumentError
        If `rounds` holds no positive whole numbers, or the estimator has no rounds.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> X, y = load_wine(return_X_y=True)
    >>> forest = RandomForestClassifier(random_state=0)
    >>> found = cross_validate_rounds(forest, X, y, rounds=(1, 5, 20), cv=3)
    >>> found.best_rounds > 1, found[20] > 0.9
    (True, True)
    """
    asked = check_rounds(rounds)
    whole = with_rounds(estimator, asked[-1])
    scorer = check_scoring(whole, scoring)
    splitter = check_cv(cv, y, classifier=is_classifier(whole))
    folds: list[list[float]] = []
    for train, test in splitter.split(X, y):
        inside, outside = (
            (_safe_indexing(X, rows), _safe_indexing(y, rows)) for rows in (train, test)
        )
        if watch is not None and not folds:
            found, stopped = watched_scores(clone(whole), inside, outside, scorer, asked, watch)
            if stopped:
                return RoundScores(
                    rounds=asked[: len(found)], folds=np.array([found]), stopped=True
                )
        else:
            found = round_scores(clone(whole).fit(*inside), *outside, scorer, asked)
        folds.append(found)
        if len(folds) == 1 and incumbent is not None and incumbent.is_behind(max(found)):
            easier = incumbent.gain_after_first()
            return RoundScores(rounds=asked, folds=np.array(folds), stopped=True, easier=easier)
    return RoundScores(rounds=asked, folds=np.array(folds))


def has_rounds(estimator: Any) -> bool:
    """Whether scores at fewer rounds can be read off a fit."""
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    return rounds_parameter(last) is not None


def with_rounds(estimator: Any, rounds: int) -> Any:
    """A copy that is fitted with so many rounds.

    Raises
    ------
    ArgumentError
        If it has none that can be left out again.
    """
    copy = clone(estimator)
    last = copy[-1] if isinstance(copy, Pipeline) else copy
    name = rounds_parameter(last)
    if name is None:
        raise ArgumentError(f"{type(last).__name__} has no rounds that can be left out")
    last.set_params(**{name: rounds})
    return copy
