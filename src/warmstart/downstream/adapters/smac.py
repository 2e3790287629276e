"""SMAC3: an initial design of our configurations alone, known results told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from warmstart._extras import require
from warmstart.downstream.adapter import Fitting, TunerAdapter
from warmstart.downstream.point_forms import Points
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.configspace import from_configspace
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Space

if TYPE_CHECKING:
    from ConfigSpace import ConfigurationSpace
    from typing_extensions import Unpack


def seed(
    suggestions: Points,
    target: Any,
    *,
    space: ConfigurationSpace | None = None,
    facade: type[Any] | None = None,
    **fitting: Unpack[Fitting],
) -> SeedReport:
    """Make points the initial design of SMAC, before any of its own.

    On its own, SMAC runs its Sobol points first and additional ones after them, and takes
    known scores nowhere but by ``tell``.

    Parameters
    ----------
    suggestions : Suggestions, or iterable of Suggestion or of dict, or DataFrame
    target : smac.Scenario, or a facade
        A facade has chosen its first configurations when it was made, so it takes points
        with scores only.
    space : ConfigSpace.ConfigurationSpace, optional
        Must be the scenario's, which is the default.
    mapping, policy, defaults
        See :func:`warmstart.downstream.fit.fit_points`.
    scores : sequence of float, optional, shape (n_points,)
        Known scores, higher is better; a facade is told them as costs, their sign changed.
    facade : type, optional
        The class of facade that the design is for; that for hyperparameters by default.

    Returns
    -------
    SeedReport
        For a scenario, ``arguments["initial_design"]`` is to be handed to the facade.

    Raises
    ------
    SpaceMismatchError
        If a facade is given points without scores, or a scenario points with scores.
    MissingExtraError
        If SMAC is not installed.

    Examples
    --------
    .. code-block:: python

        report = warmstart.downstream.smac.seed(suggestions, scenario)
        smac = HyperparameterOptimizationFacade(scenario, objective, **report.arguments)
    >>> from ConfigSpace import ConfigurationSpace
    >>> from smac import Scenario
    >>> space = ConfigurationSpace({"depth": (1, 8)})
    >>> scenario = Scenario(space, n_trials=5, output_directory="build/doctest-smac")
    >>> report = seed([{"depth": 12}], scenario)
    >>> report.accepted, list(report.arguments)
    ([{'depth': 8}], ['initial_design'])
    """
    smac = require("smac", extra="smac")
    is_facade = isinstance(target, smac.facade.AbstractFacade)
    scenario = target.scenario if is_facade else target
    if not isinstance(scenario, smac.Scenario):
        raise SpaceMismatchError(
            f"SMAC is seeded by its Scenario or facade, got {type(target).__name__}"
        )
    if space is not None and space != scenario.configspace:
        raise SpaceMismatchError("space= is another than the scenario's configspace")
    if is_facade:
        return _Facade(target).seed(suggestions, **fitting)
    facade = facade or smac.HyperparameterOptimizationFacade
    return _Scenario(scenario, facade).seed(suggestions, **fitting)


class _Facade(TunerAdapter):
    tuner = "smac"

    def __init__(self, facade: Any) -> None:
        self._facade = facade

    def space(self) -> Space:
        return from_configspace(self._facade.scenario.configspace)

    def present(self) -> Iterable[Mapping[str, Any]]:
        return _known_configurations(self._facade)

    def hand_over(self, report: SeedReport) -> SeedReport:
        return _tell(self._facade, report)


class _Scenario(TunerAdapter):
    tuner = "smac"

    def __init__(self, scenario: Any, facade: Any) -> None:
        self._scenario, self._facade = scenario, facade
        # Known results are no trials; one place is kept for the default that SMAC adds.
        self.limit = scenario.n_trials - bool(scenario.use_default_config)

    def space(self) -> Space:
        return from_configspace(self._scenario.configspace)

    def hand_over(self, report: SeedReport) -> SeedReport:
        if any(score is not None for score in report.scores):
            raise SpaceMismatchError(
                "a scenario takes no scores; make the facade, then seed it with the scored "
                "points"
            )
        if not report.points:
            return report
        design = self._facade.get_initial_design(
            self._scenario,
            # Without it the design's own points come first.
            n_configs=0,
            additional_configs=_configurations(self._scenario.configspace, report),
        )
        note = "hand arguments['initial_design'] to the facade"
        return replace(report, arguments={"initial_design": design}, notes=(note,))


def _tell(facade: Any, report: SeedReport) -> SeedReport:
    from smac.runhistory import TrialInfo, TrialValue

    if None in report.scores:
        raise SpaceMismatchError(
            f"{report.scores.count(None)} of {len(report.points)} points have no score, and a "
            "facade has chosen its first configurations already; seed the Scenario and hand "
            "report.arguments to the facade"
        )
    # A result of another seed than SMAC's own would count for nothing.
    seed = next((key.seed for key in facade.runhistory), 0)
    for configuration, score in zip(
        _configurations(facade.scenario.configspace, report), report.scores, strict=True
    ):
        assert score is not None
        facade.tell(TrialInfo(configuration, seed=seed), TrialValue(cost=-score))
    return report


def _configurations(space: ConfigurationSpace, report: SeedReport) -> list[Any]:
    from ConfigSpace import Configuration

    return [
        Configuration(space, values=point.values, origin=f"warmstart point {point.point}")
        for point in report.points
    ]


def _known_configurations(facade: Any) -> list[dict[str, Any]]:
    return [dict(configuration) for configuration in facade.runhistory.get_configs()]
