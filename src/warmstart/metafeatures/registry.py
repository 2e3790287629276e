"""Every meta-feature by name: the built-in groups, and what plugins register."""

from __future__ import annotations

from collections.abc import Iterable

from warmstart.domain import TaskType, check_task_type
from warmstart.errors import ArgumentError, ArgumentTypeError
from warmstart.metafeatures import general, information, landmarking, statistical, target
from warmstart.protocols import MetaFeature

EXTRACTOR_VERSION = "1"
"""Changes whenever a value of a built-in meta-feature may; kept beside stored values."""

_FEATURES: dict[str, MetaFeature] = {
    feature.name: feature
    for room in (general, statistical, information, landmarking, target)
    for feature in room.FEATURES
}


def register(feature: MetaFeature) -> None:
    """Add a meta-feature; it is computed last in every later extraction it applies to.

    Parameters
    ----------
    feature : MetaFeature
        A name not yet taken, a group (its own or a built-in one), the task types it applies
        to, and a call from :class:`~warmstart.metafeatures.prepared.Prepared` to a finite
        float.

    Raises
    ------
    TypeError
        If `feature` lacks one of these.
    ValueError
        If its name is taken.
    """
    if not isinstance(feature, MetaFeature):
        raise ArgumentTypeError(
            "a meta-feature needs name, group, task_types and a call, "
            f"got {type(feature).__name__}"
        )
    if feature.name in _FEATURES:
        raise ArgumentError(f"a meta-feature named {feature.name!r} is registered already")
    _FEATURES[feature.name] = feature


def unregister(name: str) -> None:
    """Remove a meta-feature; ``KeyError`` if there is none of that name."""
    del _FEATURES[name]


def groups() -> list[str]:
    """Names of the groups, in the order they are computed.

    Examples
    --------
    >>> groups()
    ['general', 'statistical', 'information', 'landmarking', 'target']
    """
    return list(dict.fromkeys(feature.group for feature in _FEATURES.values()))


def metafeatures_for(
    task_type: TaskType, chosen: Iterable[str] | None = None
) -> list[MetaFeature]:
    """Meta-features of a task type, always in the same order.

    Parameters
    ----------
    task_type : {"binary", "multiclass", "regression"}
        The two classification types have the same.
    chosen : iterable of str, optional
        Groups to keep; by default all.

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
    wanted = (
        groups() if chosen is None else [chosen] if isinstance(chosen, str) else list(chosen)
    )
    unknown = [group for group in wanted if group not in groups()]
    if unknown:
        raise ArgumentError(f"groups must be among {groups()}, got {unknown}")
    return [
        feature
        for feature in _FEATURES.values()
        if feature.group in wanted and task_type in feature.task_types
    ]
