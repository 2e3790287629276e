"""Which configuration is meant: its learner, its space and its values together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

_NAMES = ("learner", "space")


class ByValues:
    """Places of configurations, found again by what they are.

    Values alone do not name a configuration: two learners may share their hyperparameters,
    and a base may say nothing of what its configurations are made of.

    Examples
    --------
    >>> known = ByValues()
    >>> known.add({"depth": 3}, learner="forest")
    >>> known.add({"depth": 3}, learner="trees")
    >>> known.find({"depth": 3}), known.find({"depth": 3, "learner": "trees"})
    ([0, 1], [1])
    """

    def __init__(self) -> None:
        self._places: dict[frozenset[Any], list[int]] = {}
        self._called: list[dict[str, str]] = []

    @classmethod
    def of(
        cls,
        configurations: Iterable[Mapping[str, Any]],
        learners: Iterable[str],
        spaces: Iterable[str],
    ) -> ByValues:
        """Of several, in the order of their places."""
        known = cls()
        for values, learner, space in zip(configurations, learners, spaces, strict=True):
            known.add(values, learner=learner, space=space)
        return known

    def add(self, values: Mapping[str, Any], *, learner: str = "", space: str = "") -> None:
        """Give a configuration the next place."""
        self._places.setdefault(_key(values), []).append(len(self._called))
        self._called.append({"learner": learner, "space": space})

    def find(
        self, values: Mapping[str, Any], *, learner: str = "", space: str = ""
    ) -> list[int]:
        """Every place it can mean, in order; none where it is new.

        Learner and space count where they are said, as arguments or among the values.
        """
        places = self._places.get(_key(values))
        if not places and not any(name in values for name in _NAMES):
            return []
        said = {"learner": learner, "space": space}
        if places is None and any(name in values for name in _NAMES):
            said |= {name: str(values[name]) for name in _NAMES if values.get(name)}
            bare = {name: value for name, value in values.items() if name not in _NAMES}
            places = self._places.get(_key(bare))
        wanted = {name: word for name, word in said.items() if word}
        return [
            place
            for place in places or ()
            # What is not known of a configuration does not speak against it.
            if all(self._called[place][name] in (word, "") for name, word in wanted.items())
        ]


def _key(values: Mapping[str, Any]) -> frozenset[Any]:
    """What equal values have in common: a row of a frame may hold 3 as 3.0."""
    return frozenset(values.items())


class Point(NamedTuple):
    """A configuration as models see it."""

    values: Mapping[str, Any]
    """With learner and space where the base has several."""

    column: int = -1
    """Of the base; -1 where it is not of the base, and known by its values only."""


@dataclass(frozen=True)
class KnownConfigurations:
    """The configurations of a base, in the order of its score columns."""

    ids: tuple[Any, ...]
    values: tuple[Mapping[str, Any], ...]
    learners: tuple[str, ...]
    spaces: tuple[str, ...]

    @cached_property
    def points(self) -> tuple[Mapping[str, Any], ...]:
        """What configurations are made of, in words that tell all of them apart."""
        called = zip(self.values, self.learners, self.spaces, strict=True)
        return tuple(self._named(values, learner, space) for values, learner, space in called)

    def point(
        self, values: Mapping[str, Any], name: Any = None, *, learner: str = "", space: str = ""
    ) -> Point:
        """A configuration as models see it, the base's or not.

        Of several with equal values it is the one whose id is `name`, or none of them.
        """
        found = self._by_values.find(values, learner=learner, space=space)
        if len(found) == 1 and values:
            return Point(self.points[found[0]], found[0])
        column = self.columns.get(name, -1)
        if column in found:
            return Point(self.points[column], column)
        return Point(self._named(values, learner, space))

    @cached_property
    def columns(self) -> Mapping[Any, int]:
        """Column of each configuration id."""
        return {name: column for column, name in enumerate(self.ids)}

    @property
    def says_values(self) -> bool:
        """Whether anything but names is known of configurations."""
        return any(self.values)

    @cached_property
    def _by_values(self) -> ByValues:
        return ByValues.of(self.values, self.learners, self.spaces)

    @cached_property
    def _several(self) -> tuple[bool, bool]:
        return len(set(self.learners)) > 1, len(set(self.spaces)) > 1

    def _named(self, values: Mapping[str, Any], learner: str, space: str) -> Mapping[str, Any]:
        several = zip(_NAMES, (learner, space), self._several, strict=True)
        named = {name: said for name, said, tells in several if tells and said}
        return {**named, **values} if named else values
