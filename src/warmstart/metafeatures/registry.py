"""Every meta-feature by name: the built-in groups, and what plugins register.

Five groups are the default: ``suggest`` compares datasets by them, and bases store them. The
others are computed where they are asked for. A group's module says all there is to say of it:
``GROUP``, ``ABOUT``, ``FEATURES``, ``FORMULAS``, ``cost_s`` and, of a part, ``LOOKS_AT``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

from warmstart._plugins import load_plugin, plugins
from warmstart.domain import TaskType, check_task_type
from warmstart.errors import ArgumentError, ArgumentTypeError, PluginError
from warmstart.metafeatures import general, information, landmarking, statistical, target
from warmstart.metafeatures.feature import MetaFeature

_DEFAULT = (general, statistical, information, landmarking, target)
_ON_REQUEST = {
    "counts": "groups.counts",
    "columns": "groups.columns",
    "discriminant": "groups.discriminant",
    "association": "groups.association",
    "missingness": "groups.missingness",
    "text-date": "groups.text_date",
    "order": "groups.order",
    "itemset": "groups.itemset",
    "model-based": "groups.model_based",
    "clustering": "pairs.clustering",
    "concept": "pairs.concept",
    "landmarkers": "landmarks.landmarkers",
    "complexity": "complexity.group",
}
"""Module of each group that is computed where it is asked for, and loaded then."""

ALL = "all"
"""Instead of the names of groups: every group there is."""

_BY_GROUP = {module.GROUP: module for module in _DEFAULT}
_FEATURES: dict[str, MetaFeature] = {
    feature.name: feature for module in _DEFAULT for feature in module.FEATURES
}
_REGISTERED: dict[str, MetaFeature] = {}
_DEFAULT_NAMES = frozenset(_FEATURES)
_OWN_GROUPS = frozenset([*_BY_GROUP, *_ON_REQUEST])

_VERSION = "2"
"""Of what is computed by default: another wherever a value of it would be another.

2: landmarkers do not depend on the order of rows and columns.
"""


def _by_default() -> list[MetaFeature]:
    """Those that an extraction holds where no group is named."""
    found = [*_FEATURES.values(), *_REGISTERED.values()]
    return [feature for feature in found if feature.group not in _ON_REQUEST]


@cache
def _on_request() -> dict[str, MetaFeature]:
    """The built-in ones of the other groups, by name; their modules are loaded now."""
    modules = map(group_module, _ON_REQUEST)
    return {feature.name: feature for module in modules for feature in module.FEATURES}


def group_module(group: str) -> Any:
    """Module of a built-in group, loaded now; None of any other.

    Examples
    --------
    >>> group_module("itemset").ABOUT
    'values that occur, and together'
    """
    if group in _ON_REQUEST:
        return import_module(f"warmstart.metafeatures.{_ON_REQUEST[group]}")
    return _BY_GROUP.get(group)


def _signature() -> str:
    """Of what a default extraction holds; plugins among it."""
    rows = [(feature.name, feature.group) for feature in _by_default()]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:12]


_BUILT_IN = _signature()


def extractor_version() -> str:
    """Kept beside stored values: another wherever a default extraction would hold others,
    so also where a meta-feature was registered that is computed by default.

    Examples
    --------
    >>> extractor_version()
    '2'
    """
    found = _signature()
    return _VERSION if found == _BUILT_IN else f"{_VERSION}+{found}"


def register(feature: MetaFeature) -> None:
    """Add a meta-feature; it is computed last in every later extraction it applies to.

    Parameters
    ----------
    feature : MetaFeature
        A name not yet taken, a group (its own or a built-in one), the task types it applies
        to, and a call from :class:`~warmstart.metafeatures.prepared.Prepared` to a finite
        float. In one of the groups that are computed on request, it is so too.

    Raises
    ------
    TypeError
        If `feature` lacks one of these.
    ValueError
        If its name is taken.

    Examples
    --------
    >>> from warmstart.metafeatures.feature import Feature
    >>> register(Feature(name="DoubleRows", group="mine", description="Twice the rows.",
    ...                  formula=lambda prepared: 2.0 * prepared.n_rows))
    >>> "mine" in groups(), unregister("DoubleRows")
    (True, None)
    """
    if not isinstance(feature, MetaFeature):
        raise ArgumentTypeError(
            "a meta-feature needs name, group, task_types and a call, "
            f"got {type(feature).__name__}"
        )
    if feature.name in {*_FEATURES, *_on_request(), *_REGISTERED}:
        raise ArgumentError(f"a meta-feature named {feature.name!r} is registered already")
    _REGISTERED[feature.name] = feature


@cache
def _of_packages() -> tuple[MetaFeature, ...]:
    """What installed packages bring: computed where their group is named, so that installing
    one changes no answer."""
    found: list[MetaFeature] = []
    for name in plugins("metafeatures"):
        feature = load_plugin("metafeatures", name)
        if not isinstance(feature, MetaFeature) or feature.group in _OWN_GROUPS:
            raise PluginError(
                f"the meta-feature {name!r} of an installed package needs name, task_types, a "
                f"call, and a group of its own, none of {sorted(_OWN_GROUPS)}"
            )
        found.append(feature)
    return tuple(found)


def every_feature() -> list[MetaFeature]:
    """All meta-features, of every task type, in the order they are computed.

    Examples
    --------
    >>> len({feature.group for feature in every_feature()}) == len(groups())
    True
    """
    built_in = *_FEATURES.values(), *_on_request().values()
    return [*built_in, *_REGISTERED.values(), *_of_packages()]


def is_built_in(name: str) -> bool:
    """Whether a meta-feature comes with this package.

    Examples
    --------
    >>> is_built_in("ClassEntropy"), is_built_in("MyFeature")
    (True, False)
    """
    return name in _DEFAULT_NAMES or (name not in _REGISTERED and name in _on_request())


def unregister(name: str) -> None:
    """Remove what :func:`register` added; ``KeyError`` if there is none of that name."""
    del _REGISTERED[name]


def groups() -> list[str]:
    """Names of the groups, in the order they are computed.

    Examples
    --------
    >>> groups()[:6]
    ['general', 'statistical', 'information', 'landmarking', 'target', 'counts']
    """
    return list(dict.fromkeys(feature.group for feature in every_feature()))


def default_groups() -> list[str]:
    """Groups that are computed where none is named.

    Examples
    --------
    >>> default_groups()
    ['general', 'statistical', 'information', 'landmarking', 'target']
    """
    return list(dict.fromkeys(feature.group for feature in _by_default()))


def metafeatures_for(
    task_type: TaskType, chosen: Iterable[str] | None = None
) -> list[MetaFeature]:
    """Meta-features of a task type, always in the same order.

    Parameters
    ----------
    task_type : {"binary", "multiclass", "regression"}
        The two classification types have the same.
    chosen : iterable of str, optional
        Groups to keep, or ``"all"``; by default those of :func:`default_groups`.

    Raises
    ------
    ValueError
        If there is no such task type or group.

    Examples
    --------
    >>> [feature.name for feature in metafeatures_for("regression", ["landmarking"])][:2]
    ['Landmark1NNR2', 'LandmarkDecisionTreeR2']
    """
    check_task_type(task_type)
    if chosen is None:
        wanted = default_groups()
    elif chosen == ALL:
        wanted = groups()
    else:
        wanted = [chosen] if isinstance(chosen, str) else list(chosen)
    by_default = default_groups()
    # Others are loaded, and packages looked through, only where they are asked for.
    features = _by_default() if set(wanted) <= set(by_default) else every_feature()
    known = {feature.group for feature in features}
    if unknown := [group for group in wanted if group not in known]:
        raise ArgumentError(f"groups must be among {groups()}, got {unknown}")
    return [
        feature
        for feature in features
        if feature.group in wanted and task_type in feature.task_types
    ]
