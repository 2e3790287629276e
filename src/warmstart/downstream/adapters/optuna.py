"""Optuna: trials enqueued, with distributions or a define-by-run objective."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from warmstart._extras import require
from warmstart.downstream.adapter import Fitting, TunerAdapter
from warmstart.downstream.fitted_points import Define
from warmstart.downstream.point_forms import Points
from warmstart.downstream.tuner_spaces.optuna_distributions import space_of
from warmstart.downstream.tuner_spaces.optuna_rehearsal import rehearsal_of
from warmstart.errors import ArgumentError
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Space

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution
    from typing_extensions import Unpack


def seed(
    suggestions: Points,
    target: Study,
    *,
    space: Mapping[str, BaseDistribution] | Callable[[Any], Any] | Space | None = None,
    **fitting: Unpack[Fitting],
) -> SeedReport:
    """Enqueue points as the next trials of a study, legal for its space and best first.

    On its own, Optuna runs a number out of range all the same, stops at an unknown
    category, drops names the objective does not ask for and draws those it lacks at
    random, both without a word.

    TPE takes enqueued trials for its random start-up and so looks about less.
    :class:`~warmstart.WarmStartSampler` goes on learning with the base
    (``trials_saved.py`` of the benchmarks compares them).

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
    if fitting.get("scores") is not None and len(target.directions) > 1:
        raise ArgumentError("scores are of one objective, but the study has several")
    # Of several objectives there are no scores, whose sign it would be.
    maximize = target.directions[0] == optuna.study.StudyDirection.MAXIMIZE
    return _Study(target, space, maximize=maximize).seed(suggestions, **fitting)


class _Study(TunerAdapter):
    tuner = "optuna"

    def __init__(self, study: Study, space: Any, *, maximize: bool) -> None:
        self._study, self._maximize = study, maximize
        self._distributions: dict[str, BaseDistribution] = {}
        self._rehearsal = rehearsal_of(space, self._distributions)
        self._space = self._rehearsal or space_of(study, space, self._distributions)

    def space(self) -> Space | Define:
        return self._space

    def present(self) -> Iterable[Mapping[str, Any]]:
        return _present(self._study)

    def hand_over(self, report: SeedReport) -> SeedReport:
        for point in report.points:
            if point.score is None:
                self._study.enqueue_trial(point.values)
                continue
            trial = require("optuna", extra="optuna").trial.create_trial(
                params=point.values,
                distributions={name: self._distributions[name] for name in point.values},
                value=point.score if self._maximize else -point.score,
            )
            self._study.add_trial(trial)
        return (
            report if self._rehearsal is None else replace(report, notes=self._rehearsal.notes)
        )


def _present(study: Study) -> list[dict[str, Any]]:
    """Points that run, ran or wait; a failed one may be tried again."""
    from optuna.trial import TrialState

    return [
        dict(trial.system_attrs.get("fixed_params", trial.params) or trial.params)
        for trial in study.get_trials(deepcopy=False)
        if trial.state != TrialState.FAIL
    ]
