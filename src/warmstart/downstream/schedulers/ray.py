"""A scheduler of Ray Tune that knows how curves of previous trials went on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from warmstart._extras import require
from warmstart.downstream.schedulers.rule import Curve, PreviousCurvesRule, Value
from warmstart.errors import HistoryError
from warmstart.models.curves.curves import Curves
from warmstart.models.curves.records import Stop
from warmstart.models.curves.stopping import Judgement

_CONTINUE, _STOP = "CONTINUE", "STOP"
"""What Ray's trial schedulers answer."""


class CurveStopping:
    """Stop trials of Ray Tune that, as previous curves went on, will not end above the best.

    Ask this module for ``PreviousCurvesScheduler``: this, and Ray's first in, first out, which
    is imported then. The same rule as of :class:`~warmstart.downstream.PreviousCurvesPruner`;
    trials start in turn. Trials that ended become previous curves too.

    Parameters
    ----------
    curves : Curves
        Scores higher-is-better, whatever the mode.
    metric, mode : str, optional
        As in ``TuneConfig``, which may say them instead.
    time_attr : str
        Of a result: its budget, in the curves' unit.
    target, p_stop, least_gain, n_least, value, stop_leaders :
        As of the pruner. Ray keeps what a stopped trial reported, so that of the best also
        leaders may be stopped; ask for the best result with ``scope="all"``.

    Attributes
    ----------
    stops : dict
        Trial id to the :class:`~warmstart.models.curves.records.Stop` that ended it.

    Examples
    --------
    .. code-block:: python

        curves = warmstart.knowledge.curves.known_curves("xgboost", metric="log_loss")
        scheduler = PreviousCurvesScheduler(curves, metric="loss", mode="min")
        tune.Tuner(train, tune_config=tune.TuneConfig(scheduler=scheduler)).fit()
    """

    def __init__(
        self,
        curves: Curves,
        *,
        metric: str | None = None,
        mode: Literal["min", "max"] | None = None,
        time_attr: str = "training_iteration",
        target: float | None = None,
        p_stop: float | None = None,
        least_gain: float | None = None,
        n_least: int = 2,
        value: Value = "last",
        stop_leaders: bool = False,
    ) -> None:
        super().__init__()
        if mode not in (None, "min", "max"):
            raise HistoryError(f'mode is "min" or "max", got {mode!r}')
        self._metric, self._mode, self._time_attr = metric, mode, time_attr
        self._rule = PreviousCurvesRule(
            curves,
            target=target,
            p_stop=p_stop,
            least_gain=least_gain,
            n_least=n_least,
            value=value,
            stop_leaders=stop_leaders,
        )
        self._configs: dict[str, Mapping[str, Any]] = {}
        self._curves: dict[str, dict[float, float]] = {}
        self._ended: dict[str, Curve] = {}
        self.stops: dict[str, Stop] = {}

    def set_search_properties(self, metric: str | None, mode: str | None, **spec: Any) -> bool:
        """Take metric and mode of the tuner; false where they were said here already."""
        if self._mode and mode:
            return False
        if mode in ("min", "max"):
            self._mode = mode  # type: ignore[assignment]
        told: Any = super()
        return bool(told.set_search_properties(metric, mode, **spec))

    def on_trial_result(
        self,
        tune_controller: Any,  # noqa: ARG002 - Ray hands it over
        trial: Any,
        result: dict[str, Any],
    ) -> str:
        """Judge a trial by what it has reported."""
        self._note(trial, result)
        curve = self._curves.get(trial.trial_id, {})
        if not curve:
            return _CONTINUE
        others = tuple(self._ended)
        best = max(map(self._rule.worth, self._ended.values()), default=-math.inf)
        if self._rule.value == "best":  # what a stopped trial reported counts
            best = max([best, *(max(stop.scores) for stop in self.stops.values())])
        reached = [max(curve.values()) for curve in self._ended.values()]
        reached += [max(stop.scores) for stop in self.stops.values()]
        judged = self._rule.judge(
            curve,
            best,
            ended=list(self._ended.values()),
            values=self._configs[trial.trial_id],
            ended_values=[self._configs[name] for name in others],
            reached=reached,
        )
        if not judged.stop:
            return _CONTINUE
        self.stops[trial.trial_id] = Stop(
            trial=trial.trial_id,
            budgets=tuple(sorted(curve)),
            scores=tuple(curve[budget] for budget in sorted(curve)),
            judgement=judged,
            others=others,
            reached=tuple(reached),
        )
        return _STOP

    def on_trial_complete(
        self,
        tune_controller: Any,  # noqa: ARG002 - Ray hands it over
        trial: Any,
        result: dict[str, Any],
    ) -> None:
        """Remember the curve of a trial that was not stopped."""
        self._note(trial, result)
        curve = self._curves.get(trial.trial_id)
        if curve and trial.trial_id not in self.stops:
            self._ended[trial.trial_id] = dict(curve)

    def replay(self) -> list[tuple[Stop, Judgement]]:
        """Every stop, and what the rule says of the same curve again."""
        found = []
        for name, stop in self.stops.items():
            others = [str(other) for other in stop.others]
            rule = self._rule.rule(
                [self._ended[other] for other in others],
                self._configs[name],
                [self._configs[other] for other in others],
                stop.reached,
            )
            found.append((stop, stop.replay(rule)))
        return found

    def debug_string(self) -> str:
        """One line for Ray's progress table."""
        return f"Previous curves: {len(self.stops)} stopped, {len(self._ended)} ended"

    def _note(self, trial: Any, result: dict[str, Any]) -> None:
        value, budget = result.get(str(self._metric)), result.get(self._time_attr)
        if value is None or budget is None or not math.isfinite(value) or budget <= 0:
            return
        if self._mode is None:
            raise HistoryError('say by mode= whether the metric is better high ("max") or low')
        sign = -1.0 if self._mode == "min" else 1.0
        self._configs[trial.trial_id] = getattr(trial, "config", None) or {}
        self._curves.setdefault(trial.trial_id, {})[float(budget)] = sign * float(value)


def __getattr__(name: str) -> Any:
    """The scheduler, made when it is first asked for: Ray is an extra."""
    if name != "PreviousCurvesScheduler":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    schedulers = require("ray.tune.schedulers", extra="ray")
    body = {"__doc__": CurveStopping.__doc__, "__module__": __name__}
    found = type(name, (CurveStopping, schedulers.FIFOScheduler), body)
    globals()[name] = found  # one class, which is found by its name
    return found
