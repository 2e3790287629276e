"""Optuna: trials enqueued, with distributions or a define-by-run objective."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from warmstart._extras import require
from warmstart.downstream.fit import Ask, Policy, fit_points
from warmstart.downstream.given_points import Points
from warmstart.downstream.names.mapping import NameMapping
from warmstart.downstream.report import SeedReport
from warmstart.errors import ArgumentError, SeedWarning, SpaceMismatchError
from warmstart.spaces.space import Choice, Number, Parameter, Space

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution

_LONG_S = 1.0
"""Seconds after which a call does more than ask."""


def seed(
    suggestions: Points,
    target: Study,
    *,
    space: Mapping[str, BaseDistribution] | Callable[[Any], Any] | Space | None = None,
    mapping: NameMapping | None = None,
    policy: Policy = "repair",
    defaults: Mapping[str, Any] | None = None,
    scores: Sequence[float | None] | None = None,
) -> SeedReport:
    """Enqueue points as the next trials of a study, legal for its space and best first.

    On its own, Optuna runs a number out of range all the same, stops at an unknown
    category, drops names the objective does not ask for and draws those it lacks at
    random, both without a word.

    TPE takes enqueued trials for its random start-up and so looks about less: it starts
    better and by fifty trials ends behind TPE from nothing (``optuna_end_to_end.py`` of the
    benchmarks). For studies that long, :class:`~warmstart.WarmStartSampler` does not.

    Parameters
    ----------
    suggestions : Suggestions, or iterable of Suggestion or of dict, or DataFrame
    target : optuna.Study
    space : dict of distributions, callable, or Space, optional
        A callable is the objective, or the part of it that asks a trial for values. It is
        called once a point with the point's values, so that conditions hold exactly, and
        the report says how often and how long; hand in the part that asks where the
        objective trains a model. By default the distributions of the trials that the study
        has.
    mapping, policy, defaults
        See :func:`warmstart.downstream.fit.fit_points`.
    scores : sequence of float, optional, shape (n_points,)
        Known scores, higher is better (losses negative). Those points are added as
        finished trials, with the sign that the study's direction asks for.

    Returns
    -------
    SeedReport

    Warns
    -----
    SeedWarning
        If the first call took so long that the callable seems to train a model.

    Raises
    ------
    SpaceMismatchError
        If the space is not known, is of no known kind, or a point must not be changed.
    ValueError
        If there are scores for a study of several objectives.
    MissingExtraError
        If Optuna is not installed.

    Examples
    --------
    >>> import optuna, warmstart
    >>> optuna.logging.set_verbosity(optuna.logging.WARNING)
    >>> study = optuna.create_study()
    >>> def ask(trial):
    ...     return trial.suggest_int("depth", 2, 16)
    >>> warmstart.downstream.optuna.seed([{"depth": 64}, {"depth": 5}], study, space=ask)
    SeedReport of optuna: 2 accepted, 1 value repaired, 0 filled, 0 left out, 0 points dropped
      point 0: depth: 64 -> 16 (above the upper bound 16)
      ask was called 2 times, once a point, to see what it asks for
    >>> study.optimize(ask, n_trials=2)
    >>> [trial.params for trial in study.trials]
    [{'depth': 16}, {'depth': 5}]
    """
    optuna = require("optuna", extra="optuna")
    if scores is not None and len(target.directions) > 1:
        raise ArgumentError("scores are of one objective, but the study has several")
    distributions: dict[str, BaseDistribution] = {}
    rehearsal = _rehearsal(space, distributions)
    report = fit_points(
        suggestions,
        rehearsal or _space(target, space, distributions),
        tuner="optuna",
        mapping=mapping,
        policy=policy,
        defaults=defaults,
        scores=scores,
        present=_present(target),
    )
    for point in report.points:
        if point.score is None:
            target.enqueue_trial(point.values)
            continue
        maximize = target.direction == optuna.study.StudyDirection.MAXIMIZE
        trial = optuna.trial.create_trial(
            params=point.values,
            distributions={name: distributions[name] for name in point.values},
            value=point.score if maximize else -point.score,
        )
        target.add_trial(trial)
    return report if rehearsal is None else replace(report, notes=rehearsal.notes)


def from_distributions(distributions: Mapping[str, BaseDistribution]) -> Space:
    """The neutral space of Optuna's distributions.

    Raises
    ------
    SpaceMismatchError
        If a value is not a distribution.

    Examples
    --------
    >>> from optuna.distributions import IntDistribution
    >>> from_distributions({"depth": IntDistribution(2, 16)}).parameters[0].high
    16
    """
    return Space(parameters=tuple(_parameter(n, d) for n, d in distributions.items()))


def _rehearsal(space: Any, distributions: dict[str, BaseDistribution]) -> _Rehearsal | None:
    """What calls an objective; None where the space is no callable."""
    if callable(space) and not isinstance(space, Space | Mapping):
        return _Rehearsal(space, distributions)
    return None


class _Rehearsal:
    """Calls an objective once a point, and says so.

    Parameters
    ----------
    objective : callable
    distributions : dict
        Receives what it asked for.
    """

    def __init__(
        self, objective: Callable[[Any], Any], distributions: dict[str, BaseDistribution]
    ) -> None:
        self._objective, self._distributions = objective, distributions
        self._n_calls, self._seconds = 0, 0.0

    def __call__(self, ask: Ask) -> None:
        """Let the objective ask for the values of one point."""
        started = time.perf_counter()
        try:
            _dry_run(self._objective, ask, self._distributions)
        finally:
            self._n_calls += 1
            self._seconds += time.perf_counter() - started
        if self._n_calls == 1 and self._seconds > _LONG_S:
            warnings.warn(
                f"{self._name} is called once a point to see what it asks for, and the first "
                f"call took {self._seconds:.1f} s: if it trains a model, pass space= the part "
                "of it that asks the trial for values, or a dict of distributions",
                SeedWarning,
                stacklevel=4,
            )

    @property
    def notes(self) -> tuple[str, ...]:
        """How often it was called, and how long that took where it took long."""
        times = "once" if self._n_calls == 1 else f"{self._n_calls} times, once a point,"
        took = f"; that took {self._seconds:.1f} s" if self._seconds > _LONG_S else ""
        return (f"{self._name} was called {times} to see what it asks for{took}",)

    @property
    def _name(self) -> str:
        name = str(getattr(self._objective, "__name__", "the objective"))
        return "the objective" if name == "<lambda>" else name


def _space(study: Study, space: Any, distributions: dict[str, BaseDistribution]) -> Space:
    """The space in neutral words; Optuna's own distributions are kept in `distributions`."""
    if space is None:
        for trial in study.get_trials(deepcopy=False):
            distributions.update(trial.distributions)
        if not distributions:
            raise SpaceMismatchError(
                "the study has no trials yet that tell its space; pass space= the objective, "
                "the part of it that asks a trial for values, or a dict of distributions"
            )
        return from_distributions(distributions)
    if isinstance(space, Space):
        distributions.update({p.name: _distribution(p) for p in space})
        return space
    if isinstance(space, Mapping):
        distributions.update(space)
        return from_distributions(space)
    raise SpaceMismatchError(
        f"space must be a dict of distributions, a callable that takes a trial, or a Space, "
        f"got {type(space).__name__}"
    )


def _dry_run(
    objective: Callable[[Any], Any], ask: Ask, distributions: dict[str, BaseDistribution]
) -> None:
    """Call an objective with a trial whose every value comes from `ask`."""
    optuna = require("optuna", extra="optuna")

    class Probe(optuna.trial.FixedTrial):  # type: ignore[misc, name-defined]
        def suggest_float(self, name: str, low: float, high: float, **options: Any) -> Any:
            return self._ask(name, optuna.distributions.FloatDistribution(low, high, **options))

        def suggest_int(self, name: str, low: int, high: int, **options: Any) -> Any:
            return self._ask(name, optuna.distributions.IntDistribution(low, high, **options))

        def suggest_categorical(self, name: str, choices: Any) -> Any:
            return self._ask(name, optuna.distributions.CategoricalDistribution(choices))

        def _ask(self, name: str, distribution: BaseDistribution) -> Any:
            distributions[name] = distribution
            self._suggested_params[name] = ask(_parameter(name, distribution))
            self._distributions[name] = distribution
            return self._suggested_params[name]

    try:
        objective(Probe({}))
    except optuna.TrialPruned:
        # Pruned after it asked, as any other trial.
        return


def _parameter(name: str, distribution: Any) -> Parameter:
    from optuna import distributions as kinds

    if isinstance(distribution, kinds.CategoricalDistribution):
        return Choice(name=name, choices=tuple(distribution.choices))
    if not isinstance(distribution, kinds.FloatDistribution | kinds.IntDistribution):
        raise SpaceMismatchError(
            f"{name!r} is not a distribution of Optuna but {distribution!r}"
        )
    integer = isinstance(distribution, kinds.IntDistribution)
    step = distribution.step if distribution.step != 1 or not integer else None
    return Number(
        name=name,
        low=distribution.low,
        high=distribution.high,
        integer=integer,
        log=distribution.log,
        step=step,
    )


def _distribution(parameter: Parameter) -> BaseDistribution:
    from optuna import distributions as kinds

    if isinstance(parameter, Number):
        if parameter.integer:
            step = int(parameter.step or 1)
            return kinds.IntDistribution(
                int(parameter.low), int(parameter.high), log=parameter.log, step=step
            )
        return kinds.FloatDistribution(
            parameter.low, parameter.high, log=parameter.log, step=parameter.step
        )
    choices = parameter.choices if isinstance(parameter, Choice) else (parameter.value,)
    return kinds.CategoricalDistribution(choices)


def _present(study: Study) -> list[dict[str, Any]]:
    """Points that run, ran or wait; a failed one may be tried again."""
    from optuna.trial import TrialState

    return [
        dict(trial.system_attrs.get("fixed_params", trial.params) or trial.params)
        for trial in study.get_trials(deepcopy=False)
        if trial.state != TrialState.FAIL
    ]
