"""What a tuner's module must do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from warmstart.downstream.fitted_points import Policy
    from warmstart.downstream.names.mapping import NameMapping
    from warmstart.downstream.point_forms import Points
    from warmstart.spaces.seed_report import SeedReport


@runtime_checkable
class Downstream(Protocol):
    """A tuner that can be given its first trials; a module with a function ``seed`` is one."""

    def seed(
        self,
        suggestions: Points,
        target: Any,
        *,
        space: Any = None,
        mapping: NameMapping | None = None,
        policy: Policy = "repair",
        defaults: Mapping[str, Any] | None = None,
        scores: Sequence[float | None] | None = None,
    ) -> SeedReport:
        """Queue every legal configuration, best first; report whatever is not as given.

        What the tuner runs is what the report says it accepted, in that order, whatever
        was handed in. Where the tuner takes its first points as arguments, these are in
        the report. What the tuner tells that it has already is not queued again. Under the
        policy "strict" nothing reaches the tuner unless all of it arrives unchanged.

        Raises
        ------
        SpaceMismatchError
            If the space is not known, or the policy is "strict" and a point does not fit.
        """
        ...
