"""Space-filling sets of configurations: what a knowledge base is evaluated on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from ConfigSpace import ConfigurationSpace
from ConfigSpace.hyperparameters import CategoricalHyperparameter
from ConfigSpace.util import deactivate_inactive_hyperparameters
from scipy.stats import qmc

from warmstart.domain import Configuration, TaskType, check_task_type
from warmstart.errors import ArgumentError, SpaceMismatchError
from warmstart.spaces.pipelines.learners import LEARNERS, SPACE
from warmstart.spaces.pipelines.tabular import tabular_space

_RATES = (0.01, 0.3)
_PRODUCTS = (3.0, 30.0)
"""Learning rates of boosters, and rounds times rate: fewer leave a booster half trained."""

_LEAST_ROUNDS = 10
_MOST_ROUNDS = 1000


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
        raise ArgumentError(f"scale must be positive, got {scale}")
    found: dict[str, Configuration] = {}
    shares = _shares(check_task_type(task_type))
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


def complete(task_type: TaskType, values: Mapping[str, Any]) -> Configuration:
    """A configuration of the tabular space from some of its values, the rest defaults.

    Parameters
    ----------
    task_type : {"binary", "multiclass", "regression"}
    values : mapping
        ``learner``, and hyperparameters of the learner with or without its name before them.

    Raises
    ------
    SpaceMismatchError
        If the space has no such hyperparameter, or a value is outside its range.

    Examples
    --------
    >>> complete("regression", {"learner": "ridge", "alpha": 2.0}).values["ridge:alpha"]
    2.0
    """
    learner = str(values["learner"])
    space = tabular_space(task_type, [learner])
    given = {}
    for name, value in values.items():
        whole = name if name in space else f"{learner}:{name}"
        if whole not in space:
            raise SpaceMismatchError(f"the space of {learner} has no hyperparameter {name!r}")
        if not space[whole].legal_value(value):
            raise SpaceMismatchError(f"{name}={value!r} of {learner} is not in {space[whole]}")
        given[whole] = value
    return _configuration(space, {**_default(space), **given})


def _shares(task_type: TaskType) -> dict[str, int]:
    """How many configurations each learner of a task type gets, in turn."""
    kind = "regression" if task_type == "regression" else "classification"
    able = [learner for learner in LEARNERS.values() if learner.supports(task_type)]
    in_turn = sorted(able, key=lambda learner: learner.design.turn)
    return {learner.name: int(getattr(learner.design, kind)) for learner in in_turn}


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
    return values | _rounds(values, dict(zip(values, point, strict=True)))


def _rounds(values: dict[str, Any], point: dict[str, float]) -> dict[str, Any]:
    """A booster's rate and rounds, drawn as their product: neither means much alone."""
    learner = values["learner"]
    counted = LEARNERS[learner].rounds
    if not counted:
        return {}
    rounds, rate = f"{learner}:{counted}", f"{learner}:learning_rate"
    chosen = _between(_RATES, point[rate])
    product = _between(_PRODUCTS, point[rounds])
    count = int(np.clip(round(product / chosen), _LEAST_ROUNDS, _MOST_ROUNDS))
    return {rate: chosen, rounds: count}


def _between(limits: tuple[float, float], u: float) -> float:
    low, high = limits
    return float(low * (high / low) ** u)


def _configuration(space: ConfigurationSpace, values: dict[str, Any]) -> Configuration:
    active = dict(deactivate_inactive_hyperparameters(values, space))
    plain = {name: _rounded(value) for name, value in sorted(active.items())}
    return Configuration(space=SPACE, learner=plain["learner"], values=plain)


def _rounded(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return float(f"{value:.4g}") if isinstance(value, float) else value
