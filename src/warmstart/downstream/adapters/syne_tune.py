"""Syne Tune: ``points_to_evaluate``, and past tasks for its transfer-learning schedulers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from warmstart._extras import require
from warmstart.downstream.adapter import Fitting, TunerAdapter
from warmstart.downstream.fit import fit_points
from warmstart.downstream.names.mapping import NameMapping
from warmstart.downstream.point_forms import Points
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Choice, Constant, Number, Parameter, Space

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.metadataset.metadataset import MetaDataset


def seed(
    suggestions: Points,
    target: Any = None,
    *,
    space: Mapping[str, Any] | None = None,
    **fitting: Unpack[Fitting],
) -> SeedReport:
    """Make points what a scheduler proposes first, best first.

    On its own, Syne Tune stops at an unknown category by an assertion, and hands a raw
    domain object to the trial where a point lacks a name.

    Parameters
    ----------
    suggestions : Suggestions, or iterable of Suggestion or of dict, or DataFrame
    target : dict, optional
        The ``config_space``, if `space` does not give it.
    space : dict of domains
        The ``config_space``; constants included.
    mapping, policy, defaults
        See :func:`warmstart.downstream.fit.fit_points`.
    scores : sequence of float, optional, shape (n_points,)
        Only order the points: schedulers take no results. For those see
        :func:`task_evaluations`.

    Returns
    -------
    SeedReport
        ``arguments["points_to_evaluate"]`` goes to the scheduler.

    Raises
    ------
    SpaceMismatchError
        If the space is no dictionary.
    MissingExtraError
        If Syne Tune is not installed.

    Examples
    --------
    .. code-block:: python

        report = warmstart.downstream.syne_tune.seed(suggestions, space=config_space)
        scheduler = RandomSearch(config_space, metrics=["loss"], **report.arguments)
    """
    require("syne_tune", extra="syne-tune")
    return _Scheduler(target if space is None else space).seed(suggestions, **fitting)


class _Scheduler(TunerAdapter):
    tuner = "syne_tune"

    def __init__(self, space: Any) -> None:
        self._space = space

    def space(self) -> Space:
        return from_config_space(self._space)

    def hand_over(self, report: SeedReport) -> SeedReport:
        if not report.points:
            return report
        notes = ["hand the arguments to the scheduler"]
        if any(score is not None for score in report.scores):
            notes.append("scores only ordered the points: a scheduler evaluates them again")
        arguments = {"points_to_evaluate": report.accepted}
        return replace(report, arguments=arguments, notes=tuple(notes))


def from_config_space(config_space: Any) -> Space:
    """The neutral space of a Syne Tune ``config_space``.

    Raises
    ------
    SpaceMismatchError
        If it is no dictionary, or holds a domain of an unknown kind.
    """
    if not isinstance(config_space, Mapping):
        raise SpaceMismatchError(
            f"pass the config_space as space=, got {type(config_space).__name__}"
        )
    return Space(parameters=tuple(_parameter(n, d) for n, d in config_space.items()))


def task_evaluations(
    md: MetaDataset,
    config_space: Mapping[str, Any],
    *,
    metric: str | None = None,
    mapping: NameMapping | None = None,
) -> dict[str, Any]:
    """Each task of a meta-dataset as a ``TransferLearningTaskEvaluations``.

    Only what was evaluated on a task is there, one seed and one fidelity; the objective is
    named as the metric, higher is better, so give ``do_minimize=False`` to the scheduler.

    Parameters
    ----------
    md : MetaDataset
    config_space : dict of domains
        That of the scheduler. Configurations are fitted to it as points are.
    metric : str, optional
        The meta-dataset's own by default.
    mapping : mapping, optional
        See :class:`warmstart.downstream.names.matching.Names`.

    Returns
    -------
    dict
        Task id to evaluations, as ``BoundingBox``, ``ZeroShotTransfer`` and
        ``QuantileBasedSurrogateSearcher`` take them; tasks without evaluations are not there.

    Raises
    ------
    SpaceMismatchError
        If a configuration does not fit the space even when repaired.
    MissingExtraError
        If Syne Tune is not installed.
    """
    import numpy as np
    import pandas as pd

    module = require(
        "syne_tune.optimizer.schedulers.transfer_learning.transfer_learning_task_evaluation",
        extra="syne-tune",
    )
    scores = md.matrix(metric=metric)
    space = from_config_space(config_space)
    points = [md.configuration(name) for name in scores.columns]
    fitted = fit_points(points, space, tuner="syne_tune", mapping=mapping)
    rows = {point.point: point.values for point in fitted.points}
    name = metric or "score"
    found = {}
    for task_id, row in scores.iterrows():
        known = [i for i in range(len(row)) if i in rows and np.isfinite(row.iloc[i])]
        if known:
            found[str(task_id)] = module.TransferLearningTaskEvaluations(
                configuration_space=dict(config_space),
                hyperparameters=pd.DataFrame([rows[i] for i in known]),
                objectives_names=[name],
                objectives_evaluations=row.to_numpy(float)[known].reshape(-1, 1, 1, 1),
            )
    return found


def _parameter(name: str, domain: Any) -> Parameter:
    from syne_tune import config_space as kinds

    if not isinstance(domain, kinds.Domain):
        return Constant(name=name, value=domain)
    if isinstance(domain, kinds.Categorical):
        return Choice(
            name=name,
            choices=tuple(domain.categories),
            ordered=isinstance(domain, kinds.Ordinal),
        )
    if isinstance(domain, kinds.FiniteRange):
        return Choice(name=name, choices=tuple(domain.values), ordered=True)
    if not isinstance(domain, kinds.Float | kinds.Integer):
        raise SpaceMismatchError(f"{name} is of the unknown kind {type(domain).__name__}")
    sampler = domain.get_sampler()
    step = getattr(sampler, "q", None)
    inner = sampler.get_sampler() if step is not None else sampler
    integer = isinstance(domain, kinds.Integer)
    return Number(
        name=name,
        low=domain.lower,
        high=domain.upper,
        integer=integer,
        log="Log" in type(inner).__name__,
        step=None if step is None or (integer and step == 1) else step,
    )
