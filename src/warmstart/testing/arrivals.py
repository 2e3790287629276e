"""Compare what a tuner ran with what it was given, by nobody's word but the two lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from warmstart.spaces.seed_report import SeedReport

Key: TypeAlias = tuple[str, str, str]
"""Name of a parameter, what was given as text, and the kind of change."""

DIGITS = 1e-9
"""Relative difference that a tuner's own arithmetic may make without a word."""


@dataclass
class Tally:
    """Counts of points, and every difference that no report tells of."""

    arrived: int = 0
    """Points the tuner ran exactly as they were given."""

    rounded: int = 0
    """Legal points whose numbers the tuner itself keeps to fewer digits, as reported."""

    repaired: int = 0
    """Points it ran otherwise, every difference reported."""

    dropped: int = 0
    """Points it did not run, reported with a reason."""

    silent: list[str] = field(default_factory=list)
    """Differences between what was given and what ran that are not in the report."""

    def __iadd__(self, other: Tally) -> Tally:
        self.arrived += other.arrived
        self.rounded += other.rounded
        self.repaired += other.repaired
        self.dropped += other.dropped
        self.silent += other.silent
        return self


def compare(
    points: Sequence[tuple[Mapping[str, Any], bool]],
    ran: Sequence[Mapping[str, Any]],
    report: SeedReport,
) -> Tally:
    """Check one space's points, each given with whether it is legal.

    A legal point must run unchanged, unless an equal one ran before; the order of the
    points must be kept. What ran must be what the report says was accepted, to twelve digits.
    """
    tally = Tally()
    order = report.order
    if order != sorted(order):
        tally.silent.append(f"order changed: {order}")
    if len(ran) != len(order):
        tally.silent.append(f"{len(order)} points accepted, {len(ran)} ran")
    accepted = [dict(ran_point) for ran_point in ran[: len(order)]]
    if not all(_identical(a, b) for a, b in zip(accepted, report.accepted, strict=False)):
        tally.silent.append(f"{report.accepted} were accepted, but {accepted} ran")
    gone = {dropped.point: dropped.reason for dropped in report.dropped}
    for i, (given, legal) in enumerate(points):
        if i in gone:
            tally.dropped += 1
            before = [p for p, _ in points[:i]]
            if not gone[i]:
                tally.silent.append(f"{given} dropped without a reason")
            elif legal and not any(not _differences(given, p) for p in [*before, *ran]):
                # Not the repeat of one that came before, as it is or as it became.
                tally.silent.append(f"legal {given} dropped: {gone[i]}")
            continue
        if i not in order or order.index(i) >= len(ran):
            tally.silent.append(f"{given} neither ran nor was it dropped")
            continue
        here = ran[order.index(i)]
        differences = _differences(given, here)
        changes = {
            (c.parameter, repr(c.old), c.kind): c.new
            for c in report.points[order.index(i)].changes
        }
        if not _all_reported(differences, changes):
            tally.silent.append(f"{given} ran as {here}, reported {changes}")
        elif not differences:
            tally.arrived += 1
        elif not legal:
            tally.repaired += 1
        elif all(_close(given.get(name), here.get(name), 1e-6) for name, _, _ in differences):
            tally.rounded += 1
        else:
            tally.silent.append(f"legal {given} changed: {changes}")
    return tally


def _all_reported(differences: Mapping[Key, Any], changes: Mapping[Key, Any]) -> bool:
    """Whether the changes reported make the same differences, step by step or at once."""
    first = {(name, kind): old for name, old, kind in reversed(list(changes))}
    last = {(name, kind): new for (name, _, kind), new in changes.items()}
    reported = {(name, kind): old for name, old, kind in differences}
    return reported == first and all(
        new == "absent" or _close(last[name, kind], new, DIGITS)
        for (name, _, kind), new in differences.items()
    )


def _differences(given: Mapping[str, Any], ran: Mapping[str, Any]) -> dict[Key, Any]:
    found: dict[Key, Any] = {}
    for name in [*given, *(n for n in ran if n not in given)]:
        if name not in ran:
            found[name, repr(given[name]), "left out"] = "absent"
        elif name not in given:
            found[name, "absent", "filled"] = ran[name]
        elif not _close(given[name], ran[name], DIGITS):
            found[name, repr(given[name]), "repaired"] = ran[name]
    return found


def _identical(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one.keys() == other.keys() and all(_close(one[k], other[k], 1e-12) for k in one)


def _close(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= tolerance * max(abs(one), abs(other))
    return bool(one == other)
