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

AnyHyperparameter: TypeAlias = Hyperparameter[Any, Any]

_RULES = {
    "shrinkage_factor": ("shrinkage", "manual"),
    "gamma": ("gamma_rule", "value"),
    "max_features": ("features", "share"),
    "learning_rate": ("rate", "value"),
    "subsample": ("bootstrap", "bernoulli"),
}
"""Numbers that count only where another hyperparameter says that they do."""


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
        space.add([_active_with(child, learner, name, space) for child in own])
    return space


def _active_with(
    child: AnyHyperparameter, learner: AnyHyperparameter, name: str, space: ConfigurationSpace
) -> Any:
    chosen = EqualsCondition(child, learner, name)
    _, _, own = child.name.partition(":")
    rule, choice = _RULES.get(own, ("", ""))
    if f"{name}:{rule}" not in space:
        return chosen
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
    """Ranges and defaults of one learner's own hyperparameters, their names prefixed."""

    def real(name: str, low: float, high: float, default: float, log: bool = True) -> Any:
        return Float(f"{learner}:{name}", (low, high), log=log, default=default)

    def whole(name: str, low: int, high: int, default: int, log: bool = True) -> Any:
        return Integer(f"{learner}:{name}", (low, high), log=log, default=default)

    def choice(name: str, *items: Any) -> Any:
        return Categorical(f"{learner}:{name}", list(items))

    def linear(name: str, low: float, high: float, default: float) -> Any:
        return real(name, low, high, default, log=False)

    weight = [] if task_type == "regression" else [choice("class_weight", "none", "balanced")]
    criterion = [] if task_type == "regression" else [choice("criterion", "gini", "entropy")]
    epsilon = [real("epsilon", 1e-3, 1.0, 0.1)] if task_type == "regression" else []
    stopping = choice("early_stopping", 0, 50, 300)
    classify = task_type != "regression"
    if learner in ("random_forest", "extra_trees"):
        return [
            whole("n_estimators", 30, 300, 100),
            choice("features", *(("sqrt", "share") if classify else ("share", "sqrt"))),
            linear("max_features", 0.05, 1.0, 1.0),
            whole("min_samples_leaf", 1, 64, 1),
            choice("bootstrap", learner == "random_forest", learner != "random_forest"),
            *criterion,
            *weight,
        ]
    ranges = {
        "lightgbm": lambda: [
            whole("n_estimators", 10, 1000, 100),
            real("learning_rate", 0.002, 0.5, 0.1),
            whole("num_leaves", 2, 512, 31),
            whole("min_child_samples", 1, 100, 20),
            real("min_child_weight", 1e-7, 10.0, 1e-3),
            real("reg_alpha", 1e-6, 10.0, 1e-6),
            real("reg_lambda", 1e-6, 10.0, 1e-6),
            linear("colsample_bytree", 0.3, 1.0, 1.0),
            linear("subsample", 0.5, 1.0, 1.0),
            choice("extra_trees", False, True),
            stopping,
            *weight,
        ],
        "xgboost": lambda: [
            whole("n_estimators", 10, 1000, 100),
            real("learning_rate", 0.002, 0.5, 0.3),
            whole("max_depth", 1, 12, 6),
            real("min_child_weight", 1e-6, 50.0, 1.0),
            real("gamma", 1e-6, 10.0, 1e-6),
            real("reg_alpha", 1e-6, 10.0, 1e-6),
            real("reg_lambda", 1e-6, 100.0, 1.0),
            linear("colsample_bytree", 0.3, 1.0, 1.0),
            linear("colsample_bylevel", 0.3, 1.0, 1.0),
            linear("subsample", 0.5, 1.0, 1.0),
            stopping,
            *weight,
        ],
        "catboost": lambda: [
            whole("n_estimators", 10, 1000, 1000),
            choice("rate", "library", "value"),
            real("learning_rate", 0.002, 0.5, 0.03),
            whole("depth", 1, 10, 6, log=False),
            real("l2_leaf_reg", 1e-5, 30.0, 3.0),
            linear("random_strength", 0.0, 3.0, 1.0),
            linear("rsm", 0.3, 1.0, 1.0),
            choice("bootstrap", "library", "bernoulli"),
            linear("subsample", 0.5, 1.0, 0.8),
            choice("grow_policy", "SymmetricTree", "Depthwise"),
            whole("one_hot_max_size", 2, 64, 2),
            whole("max_ctr_complexity", 1, 5, 4, log=False),
            stopping,
            *weight,
        ],
        "hist_gradient_boosting": lambda: [
            whole("max_iter", 10, 1000, 100),
            real("learning_rate", 0.002, 0.5, 0.1),
            whole("max_leaf_nodes", 3, 128, 31),
            whole("min_samples_leaf", 2, 100, 20),
            real("l2_regularization", 1e-6, 10.0, 1e-6),
            linear("max_features", 0.3, 1.0, 1.0),
            stopping,
            *weight,
        ],
        "decision_tree": lambda: [
            whole("max_depth", 1, 30, 30),
            whole("min_samples_leaf", 1, 50, 1),
            real("ccp_alpha", 1e-6, 0.1, 1e-6),
            *criterion,
            *weight,
        ],
        "adaboost": lambda: [
            whole("n_estimators", 20, 100, 50),
            real("learning_rate", 0.01, 2.0, 1.0),
            whole("max_depth", 1, 6, 1 if classify else 3, log=False),
            *weight,
        ],
        "logistic_regression": lambda: [real("C", 1e-4, 1e3, 1.0), *weight],
        "ridge": lambda: [real("alpha", 1e-3, 1e4, 1.0)],
        "elastic_net": lambda: [
            real("alpha", 1e-5, 1.0, 1e-4 if classify else 1.0),
            linear("l1_ratio", 0.05, 1.0, 0.15 if classify else 0.5),
            *weight,
        ],
        "linear_svm": lambda: [real("C", 1e-4, 1e2, 1.0), *epsilon, *weight],
        "rbf_svm": lambda: [
            # Beyond 100 the regression takes minutes where it gains nothing.
            real("C", 1e-2, 1e3 if classify else 1e2, 1.0),
            choice("gamma_rule", "scale", "value"),
            real("gamma", 1e-4, 2.0, 0.05),
            *epsilon,
            *weight,
        ],
        "nearest_neighbors": lambda: [
            whole("n_neighbors", 1, 50, 5),
            choice("weights", "uniform", "distance"),
            choice("p", 2, 1),
        ],
        "mlp": lambda: [
            whole("width", 8, 256, 100),
            whole("n_layers", 1, 3, 1, log=False),
            choice("activation", "relu", "tanh"),
            real("alpha", 1e-6, 10.0, 1e-4),
            real("learning_rate_init", 3e-4, 3e-2, 1e-3),
            whole("max_iter", 20, 300, 200),
            choice("early_stopping", False, True),
            *weight,
        ],
        "naive_bayes": lambda: [real("var_smoothing", 1e-9, 1.0, 1e-9), *weight],
        "lda": lambda: [
            choice("shrinkage", "none", "auto", "manual"),
            linear("shrinkage_factor", 0.01, 1.0, 0.1),
        ],
        "qda": lambda: [real("reg_param", 1e-3, 1.0, 1e-2)],
    }
    return ranges[learner]()
