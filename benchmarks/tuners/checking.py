"""Compare what a tuner ran with what it was given, by nobody's word but the two lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from warmstart.downstream.seed_report import SeedReport


@dataclass
class Tally:
    """Counts of points, and every difference that no report tells of."""

    arrived: int = 0
    """Points the tuner ran exactly as they were given."""

    repaired: int = 0
    """Points it ran otherwise, every difference reported."""

    dropped: int = 0
    """Points it did not run, reported with a reason."""

    silent: list[str] = field(default_factory=list)
    """Differences between what was given and what ran that are not in the report."""

    def __iadd__(self, other: Tally) -> Tally:
        self.arrived += other.arrived
        self.repaired += other.repaired
        self.dropped += other.dropped
        self.silent += other.silent
        return self


def compare(
    points: Sequence[tuple[Mapping[str, Any], bool]],
    ran: Sequence[Mapping[str, Any]],
    report: SeedReport,
    *,
    tolerance: float = 0.0,
) -> Tally:
    """Check one space's points, each given with whether it is legal.

    A legal point must run unchanged, unless an equal one ran before; the order of the
    points must be kept. `tolerance` is relative, for tuners that store floats otherwise.
    """
    tally = Tally()
    order = report.order
    if order != sorted(order):
        tally.silent.append(f"order changed: {order}")
    if len(ran) != len(order):
        tally.silent.append(f"{len(order)} points accepted, {len(ran)} ran")
    gone = {dropped.point: dropped.reason for dropped in report.dropped}
    for i, (given, legal) in enumerate(points):
        if i in gone:
            tally.dropped += 1
            before = [dict(p) for p, _ in points[:i]]
            if not gone[i]:
                tally.silent.append(f"{given} dropped without a reason")
            elif legal and not _is_repeat(given, before, ran, tolerance):
                tally.silent.append(f"legal {given} dropped: {gone[i]}")
            continue
        if i not in order or order.index(i) >= len(ran):
            tally.silent.append(f"{given} neither ran nor was it dropped")
            continue
        differences = _differences(given, ran[order.index(i)], tolerance)
        changes = {
            (c.parameter, repr(c.old), c.kind): c.new
            for c in report.points[order.index(i)].changes
        }
        told = [
            key in changes and (new == "absent" or _equal(changes[key], new, tolerance))
            for key, new in differences.items()
        ]
        if not all(told) or len(differences) != len(changes):
            tally.silent.append(f"{given} ran as {ran[order.index(i)]}, reported {changes}")
        elif differences:
            tally.repaired += 1
            if legal:
                tally.silent.append(f"legal {given} changed: {changes}")
        else:
            tally.arrived += 1
    return tally


def _differences(
    given: Mapping[str, Any], ran: Mapping[str, Any], tolerance: float
) -> dict[tuple[str, str, str], Any]:
    found: dict[tuple[str, str, str], Any] = {}
    for name in [*given, *(n for n in ran if n not in given)]:
        if name not in ran:
            found[name, repr(given[name]), "left out"] = "absent"
        elif name not in given:
            found[name, "absent", "filled"] = ran[name]
        elif not _equal(given[name], ran[name], tolerance):
            found[name, repr(given[name]), "repaired"] = ran[name]
    return found


def _is_repeat(
    given: Mapping[str, Any],
    before: Sequence[Mapping[str, Any]],
    ran: Sequence[Mapping[str, Any]],
    tolerance: float,
) -> bool:
    """Whether a legal point came already, as it is or as what an illegal one became."""
    return any(not _differences(given, other, tolerance) for other in [*before, *ran])


def _equal(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    if numbers and tolerance:
        return abs(one - other) <= tolerance * max(abs(one), abs(other))
    return bool(one == other)
