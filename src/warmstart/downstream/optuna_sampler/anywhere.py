"""Configurations anywhere in a learner's space, where a base's surfaces reach all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warmstart.models.surfaces.box import BOXES, Box
from warmstart.models.surfaces.region import Region
from warmstart.spaces.space import Constant, Parameter

if TYPE_CHECKING:
    from warmstart.recommend.question.search_question import Question

FEW_LEVELS = 12
"""Categories with at most as many levels become a column a level; with more, numbers."""


@dataclass(frozen=True, kw_only=True)
class Anywhere:
    """One learner, whose configurations need not be of any pool."""

    box: Box
    template: Mapping[str, Any]
    """A whole configuration: what a study lacks of it is as the estimator has it."""

    @classmethod
    def of(cls, question: Question) -> Anywhere:
        """What a search is led by whose base has surfaces for its question."""
        box = BOXES[question.learners[0]]
        usual = dict(question.pool[0])
        schema = question.schema
        # As the surfaces were scored: no weights, encoding by the number of levels.
        fixed: dict[str, Any] = {f"{box.learner}:class_weight": "none"}
        if schema is not None:
            fixed["encoding"] = "one_hot" if schema.max_categories <= FEW_LEVELS else "ordinal"
        usual |= {name: value for name, value in fixed.items() if name in usual}
        axes = {f"{box.learner}:{axis.name}": axis.default for axis in box.axes}
        return cls(box=box, template={**usual, **axes})

    def region(self, asked: Mapping[str, Parameter]) -> Region:
        """The space of a study, by the axes' names and, where there is none, its own.

        Parameters
        ----------
        asked : mapping of str to Parameter
            By the configurations' keys, or names of the study's own; all of the cube where
            nothing is known.
        """
        if not asked:
            return Region.whole(self.box)
        found = {self._own(key): parameter for key, parameter in asked.items()}
        if "learner" in found:  # this search is about one
            found["learner"] = Constant(name="learner", value=self.box.learner)
        return Region(box=self.box, parameters=found)

    def configuration(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """A point of a region as a whole configuration."""
        keys = {self._own(key): key for key in self.template}
        return {
            **self.template,
            **{keys.get(name, name): value for name, value in point.items()},
        }

    def _own(self, key: str) -> str:
        return key.removeprefix(f"{self.box.learner}:")
