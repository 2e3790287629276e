"""Configurations anywhere in a learner's space, where a base's surfaces reach all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from warmstart.downstream.sklearn_search.usual_values import typical
from warmstart.errors import ArgumentError
from warmstart.models.surfaces.box import Box
from warmstart.models.surfaces.boxes import PREPARATION
from warmstart.models.surfaces.region import Region
from warmstart.spaces.space import Constant, Number, Parameter

if TYPE_CHECKING:
    from warmstart.recommend.question.search_question import Question
    from warmstart.recommend.search import Search

FEW_LEVELS = 12
"""Categories with at most as many levels become a column a level; with more, numbers."""


@dataclass(frozen=True, kw_only=True)
class ContinuousSpace:
    """One learner, whose configurations need not be of any pool."""

    box: Box
    template: Mapping[str, Any]
    """A whole configuration: what a study lacks of it is as the estimator has it."""

    rounds: int | None = None
    """With how many every fit is made, where scores at fewer are read off it."""

    @classmethod
    def of(cls, question: Question, box: Box) -> ContinuousSpace:
        """What a search is led by whose base has surfaces for its question."""
        usual = typical(question.pool)
        schema = question.schema
        # As the surfaces were scored: no weights, encoding by the number of levels.
        fixed = {**PREPARATION, **{f"{box.prefix}{name}": it for name, it in box.fixed}}
        if schema is not None:
            fixed["encoding"] = "one_hot" if schema.max_categories <= FEW_LEVELS else "ordinal"
        usual |= {name: value for name, value in fixed.items() if name in usual}
        axes = {f"{box.prefix}{axis.name}": axis.default for axis in box.axes}
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
            whole = Region.whole(self.box).parameters
            asked = {f"{self.box.prefix}{name}": one for name, one in whole.items()}
        found = {self._own(key): parameter for key, parameter in asked.items()}
        if self.rounds is not None and self.box.rounds is not None:
            low = int(self.box.axes[-1].low)
            name, high = self.box.rounds, max(self.rounds, low)
            found[name] = Number(name=name, low=low, high=high, log=True, integer=True)
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

    @property
    def rounds_key(self) -> str:
        """A configuration's key for rounds."""
        return f"{self.box.prefix}{self.box.rounds}"

    def _own(self, key: str) -> str:
        return key.removeprefix(self.box.prefix)


def continuous_space_of(search: Search) -> ContinuousSpace | None:
    """What a search is led by; None where its base has no surfaces for its question."""
    led = search.engine.surfaces
    return (
        None if led is None or led.box is None else ContinuousSpace.of(search.question, led.box)
    )


def with_rounds(continuous: ContinuousSpace | None, rounds: int) -> ContinuousSpace:
    """What leads a study whose scores at fewer rounds are read off one fit.

    Raises
    ------
    ArgumentError
        If it is no whole number of rounds, or nothing leads the study that knows of rounds.
    """
    if isinstance(rounds, bool) or not isinstance(rounds, int) or rounds < 1:
        raise ArgumentError(f"rounds must be a positive whole number, got {rounds!r}")
    if continuous is None or continuous.box.rounds is None:
        raise ArgumentError(
            "rounds= needs surfaces of one learner that has rounds; name it by space=, as in "
            'space="lightgbm", and leave out what they know nothing of: candidates, a look, a '
            "time budget, groups and time"
        )
    return replace(continuous, rounds=rounds)
