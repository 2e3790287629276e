"""Space-filling sets of configurations: what a knowledge base is evaluated on."""

from __future__ import annotations

from typing import Any

import numpy as np
from ConfigSpace import ConfigurationSpace
from ConfigSpace.hyperparameters import CategoricalHyperparameter
from ConfigSpace.util import deactivate_inactive_hyperparameters
from scipy.stats import qmc

from warmstart.domain import Configuration, TaskType, check_task_type
from warmstart.spaces.pipelines.learners import SPACE
from warmstart.spaces.pipelines.tabular import tabular_space

_BOOSTERS = {"lightgbm": 40, "xgboost": 40}
_CLASSIFIERS = {
    **_BOOSTERS,
    "hist_gradient_boosting": 14,
    "random_forest": 12,
    "extra_trees": 12,
    "rbf_svm": 14,
    "mlp": 10,
    "logistic_regression": 10,
    "nearest_neighbors": 10,
    "linear_svm": 7,
    "elastic_net": 7,
    "decision_tree": 8,
    "adaboost": 5,
    "lda": 5,
    "qda": 4,
    "naive_bayes": 4,
}
_REGRESSORS = {
    **_BOOSTERS,
    "hist_gradient_boosting": 16,
    "random_forest": 14,
    "extra_trees": 14,
    "rbf_svm": 16,
    "mlp": 12,
    "nearest_neighbors": 12,
    "linear_svm": 8,
    "ridge": 8,
    "elastic_net": 8,
    "decision_tree": 9,
    "adaboost": 5,
}
"""How many of the 202 configurations each learner gets: more where it has more to choose."""


def space_filling(
    task_type: TaskType, *, scale: float = 1.0, random_state: int = 0
) -> list[Configuration]:
    """Each learner's default and a scrambled Sobol' sequence over its subspace.

    Parameters
    ----------
    task_type : {"binary", "multiclass", "regression"}
    scale : float
        Multiplies the number of configurations; every learner keeps its default.
    random_state : int
        Seed of the scrambling.

    Returns
    -------
    list of Configuration
        No two equal; numbers rounded to four significant digits.

    References
    ----------
    .. [1] Owen. "Scrambling Sobol' and Niederreiter-Xing Points." J. Complexity 14, 1998.

    Examples
    --------
    >>> len(space_filling("regression", scale=0.1)) >= 10
    True
    """
    if scale <= 0:
        raise ValueError(f"scale must be positive, got {scale}")
    found: dict[str, Configuration] = {}
    shares = _REGRESSORS if check_task_type(task_type) == "regression" else _CLASSIFIERS
    for number, (learner, share) in enumerate(shares.items()):
        space = tabular_space(task_type, [learner])
        n_wanted = max(1, round(share * scale))
        chosen = {c.configuration_id: c for c in [_configuration(space, _default(space))]}
        sampler = qmc.Sobol(len(list(space.values())), seed=1000 * random_state + number)
        while len(chosen) < n_wanted:
            # Powers of two keep the sequence balanced; the surplus is not used.
            for point in sampler.random(64):
                if len(chosen) < n_wanted:
                    configuration = _configuration(space, _at(space, point))
                    chosen.setdefault(configuration.configuration_id, configuration)
        found |= chosen
    return list(found.values())


def _default(space: ConfigurationSpace) -> dict[str, Any]:
    return {hp.name: hp.default_value for hp in space.values()}


def _at(space: ConfigurationSpace, point: np.ndarray[Any, Any]) -> dict[str, Any]:
    values = {}
    for u, hp in zip(point, space.values(), strict=True):
        if isinstance(hp, CategoricalHyperparameter):
            # The first choice whose cumulative probability exceeds u.
            shares = np.cumsum(hp.probabilities)
            values[hp.name] = hp.choices[int(np.searchsorted(shares, u * shares[-1], "right"))]
        else:
            values[hp.name] = hp.to_value(np.float64(u))
    return values


def _configuration(space: ConfigurationSpace, values: dict[str, Any]) -> Configuration:
    active = dict(deactivate_inactive_hyperparameters(values, space))
    plain = {name: _rounded(value) for name, value in sorted(active.items())}
    return Configuration(space=SPACE, learner=plain["learner"], values=plain)


def _rounded(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return float(f"{value:.4g}") if isinstance(value, float) else value
