"""FLAML: points of ``tune.run``, and ``starting_points`` of ``AutoML.fit``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from warmstart._extras import require
from warmstart.downstream.adapter import Fitting, TunerAdapter
from warmstart.downstream.known_results import Mode, rewards
from warmstart.downstream.point_forms import Points
from warmstart.downstream.tuner_spaces.tune_domains import from_domains, nested
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Space

if TYPE_CHECKING:
    from typing_extensions import Unpack


def seed(
    suggestions: Points,
    target: Any = None,
    *,
    space: Mapping[str, Any] | None = None,
    mode: Mode = "min",
    **fitting: Unpack[Fitting],
) -> SeedReport:
    """Make points what ``flaml.tune.run`` evaluates first, or ``AutoML.fit`` starts from.

    On its own, FLAML stops at an unknown category with an error of numpy's, and takes
    trees beyond the number that its own space allows for the data.

    Parameters
    ----------
    suggestions : Suggestions, or iterable of Suggestion or of dict, or DataFrame
    target : str or dict, optional
        Name of the estimator in ``AutoML`` (such as ``"lgbm"``) that the points are for;
        or the ``config`` of ``tune.run``, if `space` does not give it.
    space : dict of domains
        The ``config`` of ``tune.run``; for ``AutoML`` see :func:`automl_space`.
    mapping, policy, defaults
        See :func:`warmstart.downstream.fit.fit_points`.
    scores : sequence of float, optional, shape (n_points,)
        Known scores, higher is better, of all points or of none. ``AutoML`` takes none.
    mode : {"min", "max"}
        That of ``tune.run``; where it minimises, scores change sign.

    Returns
    -------
    SeedReport
        Its ``arguments`` go to ``tune.run`` (``points_to_evaluate``, ``evaluated_rewards``)
        or to ``AutoML.fit`` (``starting_points``).

    Raises
    ------
    SpaceMismatchError
        If the space is no dictionary, or ``AutoML`` is given scores.
    ValueError
        If some of the points have scores and some do not.
    MissingExtraError
        If FLAML is not installed.

    Examples
    --------
    .. code-block:: python

        space = warmstart.downstream.flaml.automl_space("lgbm", X.shape, "binary")
        report = warmstart.downstream.flaml.seed(suggestions, "lgbm", space=space)
        AutoML().fit(X, y, estimator_list=["lgbm"], **report.arguments)
    """
    require("flaml.tune", extra="flaml")
    return _Flaml(target, space, mode).seed(suggestions, **fitting)


class _Flaml(TunerAdapter):
    tuner = "flaml"

    def __init__(self, target: Any, space: Mapping[str, Any] | None, mode: Mode) -> None:
        self._estimator = target if isinstance(target, str) else None
        self._domains = target if space is None and self._estimator is None else space
        self._mode = mode

    def space(self) -> Space:
        return from_domains(self._domains)

    def hand_over(self, report: SeedReport) -> SeedReport:
        known = rewards(report, self._mode, where="evaluated_rewards")
        if self._estimator is not None and known is not None:
            raise SpaceMismatchError(
                "AutoML.fit takes starting points without scores; leave scores= away"
            )
        if not report.points:
            return report
        points = [nested(values) for values in report.accepted]
        if self._estimator is not None:
            note = "hand the arguments to AutoML.fit"
            arguments: dict[str, Any] = {"starting_points": {self._estimator: points}}
        else:
            note = "hand the arguments to flaml.tune.run"
            arguments = {"points_to_evaluate": points}
            if known is not None:
                arguments["evaluated_rewards"] = known
        return replace(report, arguments=arguments, notes=(note,))


def automl_space(estimator: str, shape: tuple[int, int], task: str) -> dict[str, Any]:
    """The space that ``AutoML`` searches for one of its estimators on data of a shape.

    Parameters
    ----------
    estimator : str
        FLAML's name of it: ``"lgbm"``, ``"xgboost"``, ``"rf"``, …
    shape : (n_rows, n_columns)
        Of the training data; FLAML bounds trees and leaves by the rows.
    task : str
        FLAML's name of the task: ``"binary"``, ``"multiclass"``, ``"regression"``.

    Raises
    ------
    MissingExtraError
        If FLAML is not installed.
    """
    require("flaml.automl", extra="flaml")
    from flaml.automl.task.factory import task_factory

    found = task_factory(task)
    learner = found.estimator_class_from_str(estimator)
    space = learner.search_space(data_size=shape, task=found)
    return {name: entry["domain"] for name, entry in space.items() if "domain" in entry}
