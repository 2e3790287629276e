"""Plain lists of dictionaries: for a tuner of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableSequence
from typing import TYPE_CHECKING, Any

from warmstart.downstream.adapter import Fitting, TunerAdapter
from warmstart.downstream.point_forms import Points
from warmstart.spaces.configspace import neutral_space
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Space

if TYPE_CHECKING:
    from typing_extensions import Unpack


def seed(
    suggestions: Points,
    target: MutableSequence[dict[str, Any]] | None = None,
    *,
    space: Any = None,
    **fitting: Unpack[Fitting],
) -> SeedReport:
    """Append points to a list, legal for a space and best first.

    Parameters
    ----------
    suggestions : Suggestions, or iterable of Suggestion or of dict, or DataFrame
    target : list of dict, optional
        Is appended to; points that it has already are not added again.
    space : Space, or ConfigSpace.ConfigurationSpace
    mapping, policy, defaults, scores
        See :func:`warmstart.downstream.fit.fit_points`.

    Returns
    -------
    SeedReport
        Its ``accepted`` are the points.

    Raises
    ------
    SpaceMismatchError
        If the space is of no known kind, or as :func:`~warmstart.downstream.fit.fit_points`.

    Examples
    --------
    >>> from ConfigSpace import ConfigurationSpace
    >>> queue = []
    >>> space = ConfigurationSpace({"C": (0.1, 10.0)})
    >>> report = seed([{"C": 20.0, "iid": True}], queue, space=space)
    >>> queue, report.left_out[0].parameter
    ([{'C': 10.0}], 'iid')
    """
    return _List(target, space).seed(suggestions, **fitting)


class _List(TunerAdapter):
    tuner = "points"

    def __init__(self, target: MutableSequence[dict[str, Any]] | None, space: Any) -> None:
        self._target, self._space = target, space

    def space(self) -> Space:
        return neutral_space(self._space)

    def present(self) -> Iterable[Mapping[str, Any]]:
        return () if self._target is None else list(self._target)

    def hand_over(self, report: SeedReport) -> SeedReport:
        if self._target is not None:
            self._target.extend(report.accepted)
        return report
