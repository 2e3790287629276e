"""Configurations that differ in their rounds alone: one fit of the most says all of them."""

from __future__ import annotations

from collections.abc import Sequence

from warmstart.domain import Configuration
from warmstart.spaces.pipelines.learners import LEARNERS

_FORESTS = {"random_forest": "n_estimators", "extra_trees": "n_estimators"}
_WHOLE = (False, 0, "0", "false", "off", "none", None)
"""Values of ``early_stopping`` by which every round asked for is made."""


def rounds_key(configuration: Configuration) -> str | None:
    """The key of a configuration's rounds; None where fewer cannot be read off a fit of more.

    A booster that stops early holds rows out to do so; who asks for fewer rounds may stop at
    another, and is fitted by itself.

    Examples
    --------
    >>> forest = Configuration(space="tabular", learner="random_forest",
    ...                        values={"learner": "random_forest",
    ...                                "random_forest:n_estimators": 100})
    >>> rounds_key(forest)
    'random_forest:n_estimators'
    """
    learner = configuration.learner
    known = LEARNERS.get(learner)
    name = _FORESTS.get(learner) or (known.rounds if known is not None else "")
    key = f"{learner}:{name}"
    if not name or not isinstance(configuration.values.get(key), int):
        return None
    if configuration.values.get(f"{learner}:early_stopping") not in _WHOLE:
        return None
    return key


def merged(configurations: Sequence[Configuration]) -> list[list[Configuration]]:
    """Groups of configurations equal but for their rounds, each by falling rounds.

    Parameters
    ----------
    configurations : sequence of Configuration

    Returns
    -------
    list of list of Configuration
        In the order of each group's first; most groups have a single one.
    """
    groups: dict[object, list[Configuration]] = {}
    for one in configurations:
        key = rounds_key(one)
        rest = {name: value for name, value in one.values.items() if name != key}
        name = (one.space, one.learner, key, repr(sorted(rest.items(), key=repr)))
        groups.setdefault(name if key is not None else one.configuration_id, []).append(one)
    return [
        sorted(group, key=lambda one: -int(one.values[rounds_key(one) or ""]))
        if len(group) > 1
        else group
        for group in groups.values()
    ]


def side_by_side(configurations: Sequence[Configuration]) -> list[Configuration]:
    """The same configurations, those of a group after its first; others where they were."""
    return [one for group in merged(configurations) for one in group]
