"""Candidates judged while their first fold is fitted, by their scores after some rounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sklearn.pipeline import Pipeline

from warmstart.downstream.schedulers.rule import PreviousCurvesRule, Value
from warmstart.errors import HistoryError, KnowledgeError
from warmstart.execution.measure.staged import rounds_parameter
from warmstart.knowledge.curves import known_curves
from warmstart.models.curves.curves import Curves
from warmstart.models.curves.records import Stop
from warmstart.models.curves.stopping import Judgement

if TYPE_CHECKING:
    from warmstart.recommend.search import Search

N_RUNGS = 8
FEWEST_ROUNDS = 8
"""At which a candidate is first scored."""


class RoundStopping:
    """Judges fits of boosters and forests by how curves of others went on.

    Of the package's learners the curves of other tables are known from the start; of others
    those of the candidates before, once there are three. Only candidates of one learner are
    compared curve by curve, all with the best score of the first fold.

    Parameters
    ----------
    search : Search
        Whose base, metric and left-out tasks the known curves are of.
    metric : str, optional
        What candidates are scored in, where that is what curves were recorded in.
    read : sequence of int, optional
        Numbers of rounds that are read off each fit: then a candidate is worth its best of
        them, else its score with all that it has.
    """

    def __init__(
        self, search: Search, metric: str | None, read: Sequence[int] | None = None
    ) -> None:
        self._search, self._metric, self._read = search, metric, read
        self._value: Value = "last" if read is None else "best"
        self._ended: dict[str, list[tuple[dict[float, float], Mapping[str, Any]]]] = {}
        self._known: dict[str, Curves | None] = {}
        self.best = -math.inf
        """Best score of the first fold of any candidate that had all of its rounds."""

    def watch(self, number: int, model: Any, values: Mapping[str, Any]) -> RoundWatch | None:
        """What a fit of the first fold is watched by; None where it has no rounds.

        Parameters
        ----------
        number : int
            Of the candidate.
        model : estimator
            Unfitted.
        values : mapping
            Its configuration.
        """
        last = model[-1] if isinstance(model, Pipeline) else model
        name = rounds_parameter(last)
        total = None if name is None else last.get_params().get(name)
        if not isinstance(total, int) or total < 2 * FEWEST_ROUNDS:
            return None
        learner = str(values.get("learner", type(last).__name__))
        rounds = _rungs(total) if self._read is None else tuple(self._read)
        judge = self._judge(learner, float(total), values)
        return RoundWatch(self, number, learner, rounds, values, judge)

    def learn(self, learner: str, curve: dict[float, float], values: Mapping[str, Any]) -> None:
        """Remember a candidate's curve, of all its rounds."""
        self._ended.setdefault(learner, []).append((curve, values))
        worth = curve[max(curve)] if self._value == "last" else max(curve.values())
        self.best = max(self.best, worth)

    def _judge(
        self, learner: str, total: float, values: Mapping[str, Any]
    ) -> Callable[[Mapping[float, float]], Judgement] | None:
        """The rule for a candidate; None where no curve is known that goes so far."""
        ended = self._ended.get(learner, [])
        curves, own = self._curves(learner), [curve for curve, _ in ended]
        try:
            if curves is not None:
                rule = PreviousCurvesRule(curves, target=total, value=self._value)
            elif len(own) >= N_OWN:
                rule = PreviousCurvesRule(_together(own), target=total, value=self._value)
            else:
                return None
        except HistoryError:  # no curve goes on to so many rounds
            return None
        best, told = self.best, [values for _, values in ended]
        reached = [max(curve.values()) for curve in own]
        return lambda curve: rule.judge(
            curve, best, ended=own, values=values, ended_values=told, reached=reached
        )

    def _curves(self, learner: str) -> Curves | None:
        if learner not in self._known and self._metric is None:
            self._known[learner] = None
        elif learner not in self._known:
            question = self._search.question
            try:
                self._known[learner] = known_curves(
                    learner,
                    metric=self._metric or "",
                    exclude=[*map(str, question.excluded), *question.left_out],
                )
            except KnowledgeError:
                self._known[learner] = None
        return self._known[learner]


N_OWN = 3
"""Candidates' curves before others are judged by them alone."""


class RoundWatch:
    """Watches one candidate's fit, and remembers what it told."""

    def __init__(
        self,
        stopping: RoundStopping,
        number: int,
        learner: str,
        rounds: Sequence[int],
        values: Mapping[str, Any],
        judge: Callable[[Mapping[float, float]], Judgement] | None,
    ) -> None:
        self._stopping, self._number, self._learner = stopping, number, learner
        self._values, self._judge = values, judge
        self.rounds = tuple(rounds)
        self.curve: dict[float, float] = {}
        self.stop: Stop | None = None

    def __call__(self, rounds: int, score: float) -> bool:
        """Whether to stop after so many rounds, with this score."""
        self.curve[float(rounds)] = score
        if rounds >= self.rounds[-1] or self._judge is None or not math.isfinite(score):
            return False
        judged = self._judge(self.curve)
        if judged.stop:
            self.stop = Stop(
                trial=self._number,
                budgets=tuple(self.curve),
                scores=tuple(self.curve.values()),
                judgement=judged,
            )
        return judged.stop

    def ended(self) -> None:
        """The candidate had all its rounds."""
        self._stopping.learn(self._learner, dict(self.curve), self._values)


def _rungs(total: int) -> tuple[int, ...]:
    """Rising numbers of rounds, the last all of them."""
    ratio = (total / FEWEST_ROUNDS) ** (1 / (N_RUNGS - 1))
    found = [round(FEWEST_ROUNDS * ratio**k) for k in range(N_RUNGS - 1)]
    return tuple(dict.fromkeys([*found, total]))


def _together(curves: Sequence[Mapping[float, float]]) -> Curves:
    """Curves of one learner on all their budgets."""
    import numpy as np

    grid = np.array(sorted({budget for curve in curves for budget in curve}))
    rows = [[curve.get(budget, math.nan) for budget in grid.tolist()] for curve in curves]
    return Curves(budgets=grid, values=np.array(rows)).filled()
