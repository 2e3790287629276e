"""What became of the points given to a tuner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from warmstart.errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["repaired", "filled", "left out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that the tuner gets otherwise than it was given.

    Examples
    --------
    >>> change = Change(
    ...     point=0, parameter="depth", kind="repaired", old=12, new=8, reason="above 8")
    >>> change.old, change.new
    (12, 8)
    """

    point: int
    """Position of the point in what was given, from 0."""

    parameter: str
    """As the tuner names it; as the point names it where it is left out."""

    kind: Kind

    old: Any
    """:data:`~warmstart.spaces.space.ABSENT` where it was missing and filled."""

    new: Any
    """:data:`~warmstart.spaces.space.ABSENT` where it was left out."""

    reason: str

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ArgumentError(f"kind must be one of {get_args(Kind)}, got {self.kind!r}")

    def __str__(self) -> str:
        what = f"{self.parameter} {self.old!r}"
        if self.kind != "left out":
            what = f"{self.parameter}: {self.old!r} -> {self.new!r}"
        return f"{what} ({self.reason})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One point as the tuner gets it."""

    point: int
    """Position in what was given, from 0."""

    values: dict[str, Any]
    """Names and values of the tuner's own space, only active parameters."""

    score: float | None = None
    """Its known score, higher is better; None where it is to be evaluated."""

    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """One point that the tuner does not get."""

    point: int
    values: dict[str, Any]
    """As it was given."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class SeedReport:
    """What a tuner will run first, and everything that is not as it was given.

    Examples
    --------
    >>> import warmstart
    >>> from warmstart.spaces.space import Number, Space
    >>> space = Space(parameters=(Number(name="depth", low=1, high=8, integer=True),))
    >>> report = warmstart.downstream.points.seed([{"depth": 4}, {"depth": 64}], space=space)
    >>> report.accepted
    [{'depth': 4}, {'depth': 8}]
    >>> report
    SeedReport of points: 2 accepted, 1 value repaired, 0 filled, 0 left out, 0 points dropped
      point 1: depth: 64 -> 8 (above the upper bound 8)
    """

    tuner: str

    points: tuple[Accepted, ...]
    """Accepted points in the order in which the tuner gets them."""

    dropped: tuple[Dropped, ...] = ()

    arguments: Mapping[str, Any] = field(default_factory=dict)
    """Keyword arguments still to be handed to the tuner; empty where all is queued already."""

    notes: tuple[str, ...] = ()
    """What else is worth knowing, such as what remains to be done with the arguments."""

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """The points as the tuner gets them, first one first."""
        return [dict(point.values) for point in self.points]

    @property
    def order(self) -> list[int]:
        """Positions, in what was given, of the accepted points, first one first."""
        return [point.point for point in self.points]

    @property
    def scores(self) -> list[float | None]:
        """Known scores of the accepted points, higher is better."""
        return [point.score for point in self.points]

    @property
    def repaired(self) -> list[Change]:
        """Values that were given but are not legal, with what took their place."""
        return self._changes("repaired")

    @property
    def filled(self) -> list[Change]:
        """Parameters without a value, which took a default."""
        return self._changes("filled")

    @property
    def left_out(self) -> list[Change]:
        """Values that the tuner does not take: unknown names, inactive parameters."""
        return self._changes("left out")

    def to_frame(self) -> pd.DataFrame:
        """One row a change, a dropped point or an unchanged one, in the order given.

        Columns point, position, kind, parameter, old, new and reason.
        """
        import pandas as pd

        rows: list[tuple[Any, ...]] = []
        for position, accepted in enumerate(self.points):
            if not accepted.changes:
                rows.append((accepted.point, position, "unchanged", None, None, None, ""))
            rows += [
                (c.point, position, c.kind, c.parameter, c.old, c.new, c.reason)
                for c in accepted.changes
            ]
        rows += [(d.point, None, "dropped", None, None, None, d.reason) for d in self.dropped]
        columns = ["point", "position", "what", "parameter", "old", "new", "reason"]
        frame = pd.DataFrame(rows, columns=columns).astype({"position": "Int64"})
        return frame.sort_values("point", kind="stable", ignore_index=True)

    def __repr__(self) -> str:
        n_repaired = len(self.repaired)
        lines = [
            f"SeedReport of {self.tuner}: {len(self.points)} accepted, "
            f"{n_repaired} value{'' if n_repaired == 1 else 's'} repaired, "
            f"{len(self.filled)} filled, {len(self.left_out)} left out, "
            f"{len(self.dropped)} point{'' if len(self.dropped) == 1 else 's'} dropped"
        ]
        lines += [f"  point {c.point}: {c}" for c in sorted(self.repaired, key=_position)]
        lines += [f"  point {d.point}: dropped ({d.reason})" for d in self.dropped]
        for words, changes in (("filled", self.filled), ("left out", self.left_out)):
            for (name, reason), n in Counter((c.parameter, c.reason) for c in changes).items():
                lines.append(f"  {words} in {n} of {len(self.points)}: {name} ({reason})")
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])

    def _changes(self, kind: Kind) -> list[Change]:
        return [c for point in self.points for c in point.changes if c.kind == kind]


def _position(change: Change) -> int:
    return change.point
