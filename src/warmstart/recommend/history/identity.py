"""Which configuration is meant: its learner, its space and its values together."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

_NAMES = ("learner", "space")


class ByValues:
    """Places of configurations, found again by what they are.

    Values alone do not name a configuration: two learners may share their hyperparameters,
    and a base may not record the hyperparameters of its configurations.

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
        self._keys: list[frozenset[Any]] = []
        self._called: list[dict[str, str]] = []

    @classmethod
    def of(
        cls,
        configurations: Iterable[Mapping[str, Any]],
        learners: Iterable[str],
        spaces: Iterable[str],
    ) -> ByValues:
        """Of several, in the order of their places.

        Parameters
        ----------
        configurations : sequence of mapping
            Hyperparameters by name.
        learners : sequence of str
            Of the same configurations.
        spaces : sequence of str
            Of the same configurations.
        """
        known = cls()
        for values, learner, space in zip(configurations, learners, spaces, strict=True):
            known.add(values, learner=learner, space=space)
        return known

    def add(self, values: Mapping[str, Any], *, learner: str = "", space: str = "") -> None:
        """Give a configuration the next place.

        Parameters
        ----------
        values : mapping
            Hyperparameters by name.
        learner : str
            As the base calls it; "" where it names none.
        space : str
            As the base calls it; "" where it names none.
        """
        key = _key(values)
        self._places.setdefault(key, []).append(len(self._called))
        self._keys.append(key)
        self._called.append({"learner": learner, "space": space})

    def find(
        self, values: Mapping[str, Any], *, learner: str = "", space: str = ""
    ) -> list[int]:
        """Every place it can mean, in order; none where it is new.

        Learner and space count where they are said, as arguments or among the values.
        """
        key, called = self._meant(values, learner, space)
        return [place for place in self._places.get(key, ()) if self._is_called(place, called)]

    def means(
        self, place: int, values: Mapping[str, Any], *, learner: str = "", space: str = ""
    ) -> bool:
        """Whether a place is among those of :meth:`find`; of many equal ones none is listed.

        Parameters
        ----------
        place : int
            Of a configuration in the pool.
        values : mapping
            Hyperparameters by name.
        learner : str
            As the base calls it; "" where it names none.
        space : str
            As the base calls it; "" where it names none.
        """
        key, called = self._meant(values, learner, space)
        return self._keys[place] == key and self._is_called(place, called)

    def _meant(
        self, values: Mapping[str, Any], learner: str, space: str
    ) -> tuple[frozenset[Any], dict[str, str]]:
        """What it has in common with those it can mean, and what they are called."""
        key, said = _key(values), {"learner": learner, "space": space}
        if key not in self._places and any(name in values for name in _NAMES):
            said |= {name: str(values[name]) for name in _NAMES if values.get(name)}
            key = _key({name: one for name, one in values.items() if name not in _NAMES})
        return key, {name: word for name, word in said.items() if word}

    def _is_called(self, place: int, called: Mapping[str, str]) -> bool:
        # What is not known of a configuration does not speak against it.
        own = self._called[place]
        return all(own[name] in (word, "") for name, word in called.items())


def _close(word: Any, known: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(str(word), list(known), n=1)


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
        """Hyperparameters, with learner and space where these are needed to tell them apart."""
        called = zip(self.values, self.learners, self.spaces, strict=True)
        return tuple(self._named(values, learner, space) for values, learner, space in called)

    def point(
        self, values: Mapping[str, Any], name: Any = None, *, learner: str = "", space: str = ""
    ) -> Point:
        """A configuration as models see it, the base's or not.

        Of several with equal values it is the one whose id is `name`, or none of them.

        Parameters
        ----------
        values : mapping
            Hyperparameters by name.
        name : hashable, optional
            Its id, if it has one.
        learner : str
            As the base calls it; "" where it names none.
        space : str
            As the base calls it; "" where it names none.
        """
        column = self.columns.get(name, -1)
        if column >= 0 and self._by_values.means(column, values, learner=learner, space=space):
            return Point(self.points[column], column)
        # Where no hyperparameters are known, a new name is a new configuration.
        found = self._by_values.find(values, learner=learner, space=space) if values else []
        if len(found) == 1:
            return Point(self.points[found[0]], found[0])
        return Point(self._named(values, learner, space))

    @cached_property
    def columns(self) -> Mapping[Any, int]:
        """Column of each configuration id."""
        return {name: column for column, name in enumerate(self.ids)}

    @property
    def says_values(self) -> bool:
        """Whether anything but names is known of configurations."""
        return any(self.values)

    def unheard(self, values: Mapping[str, Any]) -> list[str]:
        """What no known configuration has: names of hyperparameters, and words as values.

        Parameters
        ----------
        values : mapping
            Hyperparameters by name.

        Returns
        -------
        list of str
            Names and ``learner='forrest'``, each with what may be meant; any number may be new.
        """
        new = []
        for name, value in values.items():
            if name not in self._heard:
                full = f"{values.get('learner')}:{name}"
                close = [full] if full in self._heard else _close(name, self._heard)
                new.append(f"{name!r}" + (f" (is {close[0]!r} meant?)" if close else ""))
            elif isinstance(value, str) and value not in self._heard[name]:
                close = _close(value, map(str, self._heard[name]))
                new.append(
                    f"{name}={value!r}" + (f" (is {close[0]!r} meant?)" if close else "")
                )
        return new

    @cached_property
    def _heard(self) -> Mapping[str, set[Any]]:
        """Every value of every name, learner and space among them."""
        heard: dict[str, set[Any]] = {"learner": set(self.learners), "space": set(self.spaces)}
        for known in self.values:
            for name, value in known.items():
                heard.setdefault(name, set()).add(value)
        return heard

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
