"""What an objective of Optuna asks for: it is run on a point, and stopped in time."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from warmstart._extras import require
from warmstart.downstream.fitted_points import Ask
from warmstart.downstream.tuner_spaces.optuna_distributions import parameter_of
from warmstart.errors import SeedWarning
from warmstart.spaces.space import Space

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


_LONG_S = 1.0
"""Seconds after which a call does more than ask."""


def rehearsal_of(space: Any, distributions: dict[str, BaseDistribution]) -> _Rehearsal | None:
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
            self._suggested_params[name] = ask(parameter_of(name, distribution))
            self._distributions[name] = distribution
            return self._suggested_params[name]

    try:
        objective(Probe({}))
    except optuna.TrialPruned:
        # Pruned after it asked, as any other trial.
        return
