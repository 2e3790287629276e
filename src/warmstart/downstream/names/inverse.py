"""Which hyperparameter of a configuration a tuner means by a name of its own.

The way back from a tuner; :mod:`warmstart.downstream.names.matching` is the way there,
in which all of a point's values must find a parameter or be reported.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from warmstart.downstream.names.aliases import aliases
from warmstart.downstream.names.mapping import Words, read_pairs
from warmstart.errors import SpaceMismatchError

_SEPARATORS = re.compile(r"[:._\-\s/]+")


@dataclass(frozen=True, slots=True)
class Pairs:
    """What a user's mapping says, see :func:`read_mapping`."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each of the tuner's names the keys that it may stand for, one a learner."""

    left_out: frozenset[str] = frozenset()
    """Keys that the tuner is not to have."""

    words: Mapping[str, Words] = field(default_factory=dict)
    """For some keys, the tuner's words for values."""

    def taken(self) -> set[str]:
        """Keys that are not meant by their own names any more."""
        return {*self.left_out, *(key for some in self.keys.values() for key in some)}

    def word(self, key: str, value: Any) -> Any:
        """The tuner's word for a value of a key."""
        return self.words[key].to(value) if key in self.words else value

    def meaning(self, key: str, word: Any) -> Any:
        """The value of a key that the tuner has a word for."""
        return self.words[key].back(word) if key in self.words else word


def match(name: str, keys: Collection[str], pairs: Pairs) -> str | None:
    """The key of a configuration that a tuner's parameter stands for, or None.

    In this order: what the mapping says; the same name; the same but for separators
    (``lightgbm_learning_rate`` for ``lightgbm:learning_rate``); the same without the
    learner's prefix, where only one key is so called; another name that the learner's
    library has for one key alone.

    Parameters
    ----------
    name : str
        The tuner's name.
    keys : collection of str
        Of one configuration.
    pairs : Pairs
        Of :func:`read_mapping`.

    Examples
    --------
    >>> keys = ["learner", "lightgbm:learning_rate", "lightgbm:num_leaves"]
    >>> match("learning_rate", keys, Pairs()), match("lightgbm_num_leaves", keys, Pairs())
    ('lightgbm:learning_rate', 'lightgbm:num_leaves')
    >>> match("eta", keys, Pairs()), match("lr", keys, Pairs()) is None
    ('lightgbm:learning_rate', True)
    """
    if name in pairs.keys:
        return next((key for key in pairs.keys[name] if key in keys), None)
    taken = pairs.taken()
    free = [key for key in keys if key not in taken]
    if name in free:
        return name
    for form in (_plain, _own):
        found = [key for key in free if form(key) == _plain(name)]
        if len(found) == 1:
            return found[0]
    found = [key for key in free if _plain(name) in aliases(_own(key), _learner(key))]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    return _SEPARATORS.sub("_", name).strip("_")


def _own(key: str) -> str:
    return _plain(_short(key))


def _short(key: str) -> str:
    return key.rpartition(":")[2]


def _learner(key: str) -> str | None:
    return key.rpartition(":")[0] or None


def read_mapping(mapping: Mapping[str, Any] | None, keys: Collection[str]) -> Pairs:
    """A user's mapping between configurations and a tuner.

    A key, with or without its learner, is mapped as in
    :data:`~warmstart.downstream.names.mapping.NameMapping`; so is the tuner's name to a key.

    Raises
    ------
    SpaceMismatchError
        If `mapping` is of another form, names no known key, or gives two keys of one learner
        one name.

    Examples
    --------
    >>> read_mapping({"lr": "gbm:learning_rate"}, ["gbm:learning_rate"]).keys
    {'lr': ('gbm:learning_rate',)}
    >>> read_mapping({"learning_rate": "lr"}, ["gbm:learning_rate"]).keys
    {'lr': ('gbm:learning_rate',)}
    """
    names: dict[str, tuple[str, ...]] = {}
    left_out: set[str] = set()
    words: dict[str, Words] = {}
    for left, target, translation in read_pairs(mapping):
        meant = [left] if left in keys else [key for key in keys if _short(key) == left]
        name = target
        if target is not None and target in keys and left not in keys:
            name, meant = left, [target]
        if not meant:
            raise SpaceMismatchError(
                f"mapping pairs {left!r} with {target!r}, and neither is a known "
                f"hyperparameter; there are {', '.join(sorted(keys)[:12])} …"
            )
        if translation.pairs:
            words.update((key, translation) for key in meant)
        if name is None:
            left_out.update(meant)
            continue
        if name in names:
            raise SpaceMismatchError(
                f"mapping gives {name!r} two meanings: {names[name][0]!r} and {meant[0]!r}"
            )
        names[name] = tuple(meant)
    return Pairs(names, frozenset(left_out), words)
