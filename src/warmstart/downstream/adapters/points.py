"""Plain lists of dictionaries: for a tuner of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableSequence, Sequence
from typing import Any

from warmstart.downstream.fit import fit_points
from warmstart.downstream.fitted_points import Policy
from warmstart.downstream.given_points import Points
from warmstart.downstream.names.mapping import NameMapping
from warmstart.downstream.report import SeedReport
from warmstart.spaces.configspace import neutral_space


def seed(
    suggestions: Points,
    target: MutableSequence[dict[str, Any]] | None = None,
    *,
    space: Any = None,
    mapping: NameMapping | None = None,
    policy: Policy = "repair",
    defaults: Mapping[str, Any] | None = None,
    scores: Sequence[float | None] | None = None,
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
    present: Iterable[Mapping[str, Any]] = () if target is None else list(target)
    report = fit_points(
        suggestions,
        neutral_space(space),
        tuner="points",
        mapping=mapping,
        policy=policy,
        defaults=defaults,
        scores=scores,
        present=present,
    )
    if target is not None:
        target.extend(report.accepted)
    return report
