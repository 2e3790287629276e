"""Trials that go on step by step, and the loop that gives them slots."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from warmstart.errors import HistoryError
from warmstart.execution.executors.base import Executor

Step = Callable[[Mapping[str, Any], float, Any], "tuple[float, Any]"]
"""From a configuration, a budget and the state it was left in (None at first) to the score at
that budget, higher is better, and the state to go on from."""


@dataclass(slots=True, kw_only=True)
class Trial:
    """One configuration on its way."""

    number: int
    configuration: Mapping[str, Any]
    status: Literal["waiting", "running", "stopped", "ended", "failed"] = "waiting"
    curve: dict[float, float] = field(default_factory=dict)
    """Scores by budget."""

    chance: float = 1.0
    """To reach the target, as it was last judged."""

    judged: bool = False
    """Whether there is more to `chance` than that nothing is known."""

    spent_s: float = 0.0
    """Seconds that its steps took."""

    reason: str = ""
    """Why it was stopped or failed."""

    state: Any = field(default=None, repr=False)

    @property
    def best(self) -> float:
        """Its highest score; minus infinity before there is one."""
        return max(self.curve.values(), default=-math.inf)


class Policy(Protocol):
    """Who goes on, and who is stopped."""

    def next(self, trials: Sequence[Trial], n_slots: int) -> Trial | None:
        """Whose turn a free slot is; None leaves it free."""
        ...

    def judge(self, trial: Trial, trials: Sequence[Trial]) -> None:
        """Look at a trial that has a new point; may stop it or set its chance."""
        ...


def run_trials(
    step: Step,
    configurations: Iterable[Mapping[str, Any]],
    budgets: Sequence[float],
    policy: Policy,
    executor: Executor,
    *,
    target: float = math.inf,
    watch: Callable[[Trial], None] | None = None,
) -> list[Trial]:
    """Run trials step by step until one reaches the target, or none is left.

    Parameters
    ----------
    step : callable
        Importable, so that workers find it.
    configurations : iterable of mapping
    budgets : sequence of float
        Rising; a trial that reached the last has ended.
    policy : Policy
    executor : Executor
        As many trials run at a time as it has a window for.
    target : float
        Score at which all is ended.
    watch : callable, optional
        Called with each trial that has a new point.

    Returns
    -------
    list of Trial
        All of them, in order.

    Raises
    ------
    HistoryError
        If there is no configuration, or budgets do not rise.
    """
    rising = [float(budget) for budget in budgets]
    if not rising or any(b <= a for a, b in zip([0.0, *rising], rising, strict=False)):
        raise HistoryError(f"budgets must rise from above zero, got {list(budgets)}")
    trials = [Trial(number=k, configuration=dict(c)) for k, c in enumerate(configurations)]
    if not trials:
        raise HistoryError("there is no configuration to run")
    running: dict[int, Trial] = {}

    def fill() -> None:
        while len(running) < executor.window:
            trial = policy.next(trials, executor.window)
            if trial is None:
                return
            trial.status = "running"
            budget = rising[len(trial.curve)]
            argument = step, dict(trial.configuration), budget, trial.state
            running[executor.submit(_advance, argument)] = trial

    try:
        fill()
        while running:
            for done in executor.as_completed():
                trial = running.pop(done.handle)
                if done.died or done.error:
                    trial.status = "failed"
                    trial.reason = done.error or "its worker died"
                else:
                    _take(trial, done.value, rising, policy, trials)
                    if watch is not None:
                        watch(trial)
                if trial.best >= target:
                    return trials
                fill()
    finally:
        executor.cancel()
        for trial in running.values():
            trial.status = "waiting"
    return trials


def _take(
    trial: Trial,
    value: tuple[float, Any, float],
    budgets: Sequence[float],
    policy: Policy,
    trials: Sequence[Trial],
) -> None:
    score, trial.state, took_s = value
    trial.spent_s += took_s
    if not math.isfinite(score):
        trial.status, trial.reason = "failed", f"its score is {score}"
        return
    trial.curve[budgets[len(trial.curve)]] = float(score)
    trial.status = "ended" if len(trial.curve) == len(budgets) else "waiting"
    policy.judge(trial, trials)
    if trial.status == "ended":
        trial.state = None  # what a model weighs is given back


def _advance(
    argument: tuple[Step, Mapping[str, Any], float, Any],
) -> tuple[float, Any, float]:
    step, configuration, budget, state = argument
    start = time.perf_counter()
    score, state = step(configuration, budget, state)
    return score, state, time.perf_counter() - start
