"""Which hyperparameter of a configuration a tuner means by a name of its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from warmstart.errors import SpaceMismatchError

_SEPARATORS = re.compile(r"[:._\-\s/]+")


def match(name: str, keys: Collection[str], mapping: Mapping[str, str]) -> str | None:
    """The key of a configuration that a tuner's parameter stands for, or None.

    In this order: what `mapping` says; the same name; the same but for separators
    (``lightgbm_learning_rate`` for ``lightgbm:learning_rate``); the same without the
    learner's prefix, where only one key is so called.

    Parameters
    ----------
    name : str
        The tuner's name.
    keys : collection of str
        Of one configuration.
    mapping : mapping of str to str
        From the tuner's names to keys, see :func:`read_mapping`.

    Examples
    --------
    >>> keys = ["learner", "lightgbm:learning_rate", "lightgbm:num_leaves"]
    >>> match("learning_rate", keys, {}), match("lightgbm_num_leaves", keys, {})
    ('lightgbm:learning_rate', 'lightgbm:num_leaves')
    >>> match("lr", keys, {}) is None
    True
    """
    if name in mapping:
        return mapping[name] if mapping[name] in keys else None
    # A key that was mapped to another name is not meant by its own.
    free = [key for key in keys if key not in set(mapping.values())]
    if name in free:
        return name
    for form in (_plain, _own):
        found = [key for key in free if form(key) == _plain(name)]
        if len(found) == 1:
            return found[0]
    return None


def _plain(name: str) -> str:
    return _SEPARATORS.sub("_", name).strip("_")


def _own(key: str) -> str:
    return _plain(key.rpartition(":")[2])


def read_mapping(mapping: Mapping[str, str] | None, keys: Collection[str]) -> dict[str, str]:
    """A user's mapping as pairs (tuner's name, key), whichever way round it was written.

    Raises
    ------
    SpaceMismatchError
        If a pair names no known key, or two names stand for one key.

    Examples
    --------
    >>> read_mapping({"lr": "gbm:learning_rate"}, ["gbm:learning_rate"])
    {'lr': 'gbm:learning_rate'}
    >>> read_mapping({"gbm:learning_rate": "lr"}, ["gbm:learning_rate"])
    {'lr': 'gbm:learning_rate'}
    """
    pairs: dict[str, str] = {}
    for left, right in dict(mapping or {}).items():
        if right in keys:
            name, key = left, right
        elif left in keys:
            name, key = right, left
        else:
            raise SpaceMismatchError(
                f"mapping pairs {left!r} with {right!r}, and neither is a known "
                f"hyperparameter; there are {', '.join(sorted(keys)[:12])} …"
            )
        if name in pairs:
            raise SpaceMismatchError(
                f"mapping gives {name!r} two meanings: {pairs[name]!r} and {key!r}"
            )
        pairs[name] = key
    return pairs


def typical(pool: Collection[Mapping[str, Any]]) -> dict[str, Any]:
    """What a configuration has where nothing is said of it: the pool's usual values.

    The median of a number and the commonest choice, of keys that every member has.
    """
    usual: dict[str, Any] = {}
    members = list(pool)
    for key in members[0] if members else ():
        values = [values[key] for values in members if key in values]
        if len(values) < len(members):
            continue
        if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
            usual[key] = sorted(values)[(len(values) - 1) // 2]
        else:
            usual[key] = max(values, key=values.count)
    return usual
