"""What adapters of tuners share: points are fitted to a space and handed over in one way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

from warmstart.downstream.fit import fit_points
from warmstart.downstream.fitted_points import Define, Policy
from warmstart.downstream.names.mapping import NameMapping
from warmstart.downstream.point_forms import Points
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Space

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Fitting(TypedDict, total=False):
    """Keyword arguments of every ``seed``: how points are made legal."""

    mapping: NameMapping | None
    """Names and words of the points to those of the tuner; None leaves one out."""

    policy: Policy
    """What becomes of an illegal value, "repair" by default."""

    defaults: Mapping[str, Any] | None
    """Values by the tuner's names for what a point lacks; the space's own by default."""

    scores: Sequence[float | None] | None
    """Known scores, shape (n_points,), higher is better; None where there is none."""


class TunerAdapter(ABC):
    """One tuner, by what only it needs: its space, the points it has, how it takes more.

    Examples
    --------
    >>> from warmstart.spaces.space import Number
    >>> class Queue(TunerAdapter):
    ...     tuner = "queue"
    ...     waiting = []
    ...
    ...     def space(self):
    ...         return Space(parameters=(Number(name="depth", low=1, high=8, integer=True),))
    ...
    ...     def hand_over(self, report):
    ...         self.waiting.extend(report.accepted)
    ...         return report
    >>> queue = Queue()
    >>> queue.seed([{"depth": 64}]).repaired[0].reason, queue.waiting
    ('above the upper bound 8', [{'depth': 8}])
    """

    tuner: ClassVar[str]
    """Its name, for the report."""

    limit: int | None = None
    """How many points it has room for; those after are dropped."""

    @abstractmethod
    def space(self) -> Space | Define:
        """The tuner's space in neutral words, or what asks for values as an objective does."""

    def present(self) -> Iterable[Mapping[str, Any]]:
        """Points that the tuner has already; they are not given to it again."""
        return ()

    @abstractmethod
    def hand_over(self, report: SeedReport) -> SeedReport:
        """Give the tuner the accepted points; say in the report what is left to be done."""

    def seed(self, suggestions: Points, **fitting: Unpack[Fitting]) -> SeedReport:
        """Fit points to the space and hand them over, best first.

        Parameters
        ----------
        suggestions : Suggestions, or iterable of Suggestion or of dict, or DataFrame
        **fitting :
            See :class:`Fitting` and :func:`warmstart.downstream.fit.fit_points`.

        Raises
        ------
        SpaceMismatchError
            If the space is of no known kind, or a point must not be changed and would be.
        """
        space = self.space()
        report = fit_points(
            suggestions,
            space,
            tuner=self.tuner,
            present=self.present(),
            limit=self.limit,
            **fitting,
        )
        return self.hand_over(report)
