"""Tuners that can be started from suggestions, one file a tuner.

``warmstart.downstream.<tuner>.seed(suggestions, target, …)`` gives points to a tuner and
returns a :class:`~warmstart.spaces.seed_report.SeedReport`;
:func:`warmstart.downstream.seed` finds out which tuner a target is of. A
:class:`~warmstart.downstream.optuna_sampler.sampler.WarmStartSampler` goes on learning.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warmstart.downstream.optuna_sampler.pruner import (
        PreviousCurvesPruner as PreviousCurvesPruner,
    )
    from warmstart.downstream.optuna_sampler.sampler import WarmStartSampler as WarmStartSampler
    from warmstart.downstream.sklearn_search.search import (
        WarmStartSearchCV as WarmStartSearchCV,
    )

TUNERS = (
    "ax",
    "botorch",
    "flaml",
    "hyperopt",
    "nevergrad",
    "optuna",
    "points",
    "ray",
    "skopt",
    "smac",
    "syne_tune",
)
"""Modules with a function ``seed``, loaded when first asked for."""

POPULATIONS = ("deap", "pymoo")
"""The same, of libraries that take a first population."""

_HOME = {
    "PreviousCurvesPruner": "warmstart.downstream.optuna_sampler.pruner",
    "SeedReport": "warmstart.spaces.seed_report",
    "Space": "warmstart.spaces.space",
    "WarmStartSearchCV": "warmstart.downstream.sklearn_search.search",
    "WarmStartSampler": "warmstart.downstream.optuna_sampler.sampler",
    "gaussian_prior": "warmstart.downstream.priors.gaussian",
    "neps_priors": "warmstart.downstream.priors.neps",
    "ReadOffObjective": "warmstart.downstream.read_off",
    "cross_validate_rounds": "warmstart.execution.measure.read_off",
    "end_trial": "warmstart.downstream.read_off",
    "report_rounds": "warmstart.downstream.read_off",
    "fit_points": "warmstart.downstream.fit",
    "seed": "warmstart.downstream.dispatch",
}


def __getattr__(name: str) -> Any:
    if name in TUNERS or name in POPULATIONS:
        room = "adapters" if name in TUNERS else "populations"
        return import_module(f"{__name__}.{room}.{name}")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME, *TUNERS, *POPULATIONS])
