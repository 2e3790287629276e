"""Fit points to a tuner's space: mapped, repaired, filled, ordered, and all of it told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from warmstart.downstream.fitted_points import Define, FittedPoints, Policy
from warmstart.downstream.names.mapping import NameMapping
from warmstart.downstream.names.matching import Names
from warmstart.downstream.point_forms import Points, read_points
from warmstart.errors import ArgumentError, SpaceMismatchError
from warmstart.spaces.legal import same
from warmstart.spaces.seed_report import Accepted, Dropped, SeedReport
from warmstart.spaces.space import Space


def fit_points(
    points: Points,
    space: Space | Define,
    *,
    tuner: str,
    mapping: NameMapping | None = None,
    policy: Policy = "repair",
    defaults: Mapping[str, Any] | None = None,
    scores: Sequence[float | None] | None = None,
    present: Iterable[Mapping[str, Any]] = (),
    limit: int | None = None,
) -> SeedReport:
    """Make every point legal for a space, or say why it cannot be.

    Parameters
    ----------
    points : Suggestions, or iterable of Suggestion or of dict, or DataFrame
    space : Space or callable
        The tuner's space; or, where what it asks for depends on the values, what is
        called with a function that answers parameters, once for each point.
    tuner : str
        Its name, for the report.
    mapping : mapping, optional
        See :class:`~warmstart.downstream.names.matching.Names`.
    policy : {"repair", "drop", "strict"}
        What becomes of an illegal value: replaced by the nearest legal one (the point is
        dropped where none is near); its point dropped; or an error for the first point
        that would not arrive exactly as given. Except under "strict", names that the
        space does not have are left out and missing ones filled with defaults. All of it
        is in the report.
    defaults : mapping, optional
        Values by the tuner's names for what a point lacks; the space's own by default.
    scores : sequence of float, optional, shape (n_points,)
        See :func:`~warmstart.downstream.point_forms.read_points`.
    present : iterable of mapping
        Points the tuner has already; they are not given to it again.
    limit : int, optional
        How many points the tuner has room for; those after are dropped.

    Raises
    ------
    SpaceMismatchError
        If `mapping` or `defaults` do not fit, or the policy is "strict" and a point does
        not either.
    ValueError
        If the policy is none, or scores and points differ in number.

    Examples
    --------
    >>> from warmstart.spaces.space import Number, Space
    >>> space = Space(parameters=(Number(name="depth", low=1, high=8, integer=True),))
    >>> report = fit_points([{"depth": 12}, {"depth": 3}], space, tuner="mine")
    >>> report.accepted, len(report.repaired)
    ([{'depth': 8}, {'depth': 3}], 1)
    """
    if policy not in get_args(Policy):
        raise ArgumentError(f"policy must be one of {get_args(Policy)}, got {policy!r}")
    given = read_points(points, scores)
    names = Names(given, mapping)
    if isinstance(space, Space):
        names.check_targets(space.names)
        if unknown := sorted(set(defaults or {}) - set(space.names)):
            raise SpaceMismatchError(f"defaults name {unknown}, which the space does not have")
    seen: list[tuple[str, Mapping[str, Any]]] = [
        ("the tuner has it already", values) for values in present
    ]
    accepted: list[Accepted] = []
    dropped: list[Dropped] = []
    for point in given:
        fitted = FittedPoints(point, names, defaults or {})
        if isinstance(space, Space):
            _ask_all(space, fitted)
        else:
            space(fitted.ask)
        names.check_learner(point.values, fitted.taken)
        fitted.leave_out_rest(space)
        reason = fitted.why_not(policy)
        if not reason and isinstance(space, Space):
            reason = space.objection(fitted.values)
        if not reason and isinstance(space, Space):
            fitted.keep(space.kept(fitted.values))
        if policy == "strict" and (fitted.changes or reason):
            why = reason or "; ".join(str(change) for change in fitted.changes)
            raise SpaceMismatchError(
                f"point {point.position} does not fit the space of {tuner}: {why}; use "
                "policy='repair', or say with mapping={'name': None} what may be left out"
            )
        if not reason:
            again = (why for why, values in seen if same_point(values, fitted.values))
            reason = next(again, "")
        if not reason and limit is not None and len(accepted) >= limit:
            reason = f"the tuner has room for {limit} only"
        if reason:
            dropped.append(Dropped(point=point.position, values=point.values, reason=reason))
            continue
        seen.append((f"the same as point {point.position}", fitted.values))
        accepted.append(
            Accepted(
                point=point.position,
                values=fitted.values,
                score=point.score,
                changes=tuple(fitted.changes),
            )
        )
    return SeedReport(tuner=tuner, points=tuple(accepted), dropped=tuple(dropped))


def same_point(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two points have the same names with the same values."""
    return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)


def _ask_all(space: Space, fitted: FittedPoints) -> None:
    for parameter in space:
        conditions = space.conditions_of(parameter.name)
        failing = [c for c in conditions if not c.holds(fitted.values)]
        if failing:
            fitted.inactive[parameter.name] = failing[0].text
        else:
            fitted.ask(parameter)
