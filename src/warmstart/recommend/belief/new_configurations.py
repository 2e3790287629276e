"""What a search may believe of configurations that are in no pool."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from warmstart.recommend.belief.continuous import ContinuousPrior
from warmstart.recommend.belief.learner_kernel import learner_of

if TYPE_CHECKING:
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.question.search_question import Question

_MAX_KNOWN = 400
"""Configurations of one learner beyond which a base is dense enough as it is."""


class NewConfigurations:
    """The spaces that a search's pool is of, beyond the pool.

    Parameters
    ----------
    fitted : Fitted
    question : Question
        What the search is about.
    """

    def __init__(self, fitted: Fitted, question: Question) -> None:
        self._fitted, self._question = fitted, question

    @cached_property
    def possible(self) -> bool:
        """Whether the base says enough of other configurations, and there is no time budget."""
        pool, budget_s = self._question.pool, self._question.time_budget_s
        if budget_s is not None or not any(set(values) - {"learner"} for values in pool):
            return False
        if self._fitted.unaligned is not None:
            return True
        known = Counter(map(learner_of, self._fitted.known.points))
        return all(0 < known[name] <= _MAX_KNOWN for name in self._learners)

    @cached_property
    def _learners(self) -> set[str]:
        """Of the pool, as the base calls them."""
        question, known = self._question, self._fitted.known
        members = zip(question.pool, question.pool_ids, question.learners, strict=True)
        points = (known.point(values, name, learner=a) for values, name, a in members)
        return {learner_of(point.values) for point in points}

    @cached_property
    def prior(self) -> ContinuousPrior:
        """Belief about all of those spaces, where the base's tasks share configurations."""
        return ContinuousPrior(self._fitted, self._question.phi, self._learners)
