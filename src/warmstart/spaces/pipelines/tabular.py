"""The ``tabular`` configuration space: preprocessing and learners, conditions included."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from ConfigSpace import (
    AndConjunction,
    Categorical,
    ConfigurationSpace,
    EqualsCondition,
    Float,
    InCondition,
    Integer,
)
from ConfigSpace.hyperparameters import Hyperparameter

from warmstart.domain import TaskType, check_task_type
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.pipelines.learners import LEARNERS, SPACE
from warmstart.spaces.pipelines.learners.ranges import Categories, Range

AnyHyperparameter: TypeAlias = Hyperparameter[Any, Any]


def tabular_space(
    task_type: TaskType, learners: Iterable[str] | None = None, *, seed: int = 0
) -> ConfigurationSpace:
    """The hierarchical space of pipelines for one task type.

    Parameters
    ----------
    task_type : {"binary", "multiclass", "regression"}
    learners : iterable of str, optional
        Restrict to these; all that learn the task type by default, installed or not.
    seed : int
        Seed of the space's own sampling.

    Returns
    -------
    ConfigSpace.ConfigurationSpace
        Names are ``learner``, ``imputation``, … and ``<learner>:<hyperparameter>``.

    Raises
    ------
    SpaceMismatchError
        If a learner is unknown, or none of those named learns the task type.

    Examples
    --------
    >>> space = tabular_space("regression", ["ridge"])
    >>> sorted(space.get_default_configuration().keys())[:3]
    ['encoding', 'imputation', 'learner']
    """
    check_task_type(task_type)
    wanted = list(LEARNERS) if learners is None else list(learners)
    if unknown := [name for name in wanted if name not in LEARNERS]:
        raise SpaceMismatchError(f"learners {unknown} are not among {sorted(LEARNERS)}")
    names = [name for name in wanted if LEARNERS[name].supports(task_type)]
    if not names:
        raise SpaceMismatchError(f"none of {wanted} learns {task_type} tasks")

    space = ConfigurationSpace(name=SPACE, seed=seed)
    learner = Categorical("learner", names)
    space.add(learner)
    _add_preprocessing(space, learner, names)
    for name in names:
        own = hyperparameters(name, task_type)
        space.add(own)
        ranges = LEARNERS[name].ranges(task_type != "regression")
        pairs = zip(own, ranges, strict=True)
        space.add([_active_with(child, one, learner, name, space) for child, one in pairs])
    return space


def _active_with(
    child: AnyHyperparameter,
    one: Range | Categories,
    learner: AnyHyperparameter,
    name: str,
    space: ConfigurationSpace,
) -> Any:
    chosen = EqualsCondition(child, learner, name)
    if isinstance(one, Categories) or one.given is None:
        return chosen
    rule, choice = one.given
    return AndConjunction(chosen, EqualsCondition(child, space[f"{name}:{rule}"], choice))


def _add_preprocessing(
    space: ConfigurationSpace, learner: AnyHyperparameter, names: list[str]
) -> None:
    space.add(Categorical("encoding", ["one_hot", "ordinal", "target"]))
    imputed = [name for name in names if not LEARNERS[name].takes_missing]
    if imputed:
        imputation = Categorical("imputation", ["median", "mean"])
        space.add(imputation)
        space.add(InCondition(imputation, learner, imputed))
    scaled = [name for name in names if LEARNERS[name].scaled]
    if not scaled:
        return
    scaling = Categorical("scaling", ["standard", "robust", "quantile"])
    reduction = Categorical("reduction", ["none", "pca"], weights=[0.75, 0.25])
    variance = Float("pca_variance", (0.8, 0.999), default=0.95)
    space.add(scaling, reduction, variance)
    space.add(
        InCondition(scaling, learner, scaled),
        InCondition(reduction, learner, scaled),
        EqualsCondition(variance, reduction, "pca"),
    )


def hyperparameters(learner: str, task_type: TaskType) -> list[AnyHyperparameter]:
    """Ranges and defaults of one learner's own hyperparameters, their names prefixed.

    Parameters
    ----------
    learner : str
        One of :data:`~warmstart.spaces.pipelines.learners.LEARNERS`.
    task_type : {"binary", "multiclass", "regression"}

    Examples
    --------
    >>> [one.name for one in hyperparameters("lda", "binary")]
    ['lda:shrinkage', 'lda:shrinkage_factor']
    """
    ranges = LEARNERS[learner].ranges(task_type != "regression")
    return [_of_configspace(f"{learner}:{one.name}", one) for one in ranges]


def _of_configspace(name: str, one: Range | Categories) -> AnyHyperparameter:
    if isinstance(one, Categories):
        return Categorical(name, list(one.items))
    if one.integer:
        bounds = int(one.low), int(one.high)
        return Integer(name, bounds, log=one.log, default=int(one.default))
    return Float(name, (one.low, one.high), log=one.log, default=one.default)
