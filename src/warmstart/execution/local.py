"""Run histories made here: configurations cross-validated in child processes.

Every fit happens in a child (:mod:`warmstart.execution.process.worker`) that can be killed,
so a configuration that hangs, crashes or takes all memory costs one evaluation and becomes a
row with a status. The children stay alive between evaluations, because starting one costs
more than most fits.
"""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, MutableMapping, Sequence
from typing import Any

from warmstart.domain import Configuration, Evaluation
from warmstart.errors import HistoryError
from warmstart.execution import remote_unit
from warmstart.execution.evaluation_protocol import EvaluationProtocol, Limits
from warmstart.execution.executors.base import Executor, run_units
from warmstart.execution.measure.chosen_rounds import chosen_rounds
from warmstart.execution.process.child import Child
from warmstart.execution.tasks import LocalTask, read_tasks
from warmstart.execution.unit import (
    EVALUATOR_VERSION,
    Unit,
    UnitResult,
    chunked,
    evaluate_unit,
    run_id,
)

__all__ = [
    "EVALUATOR_VERSION",
    "EvaluationProtocol",
    "Limits",
    "LocalTask",
    "Unit",
    "UnitResult",
    "chunked",
    "evaluate_locally",
    "evaluate_units",
    "read_tasks",
    "run_id",
]


def evaluate_units(
    units: Iterable[Unit],
    protocol: EvaluationProtocol,
    *,
    n_jobs: int = 1,
    executor: Executor | None = None,
    tick: Callable[[], None] = lambda: None,
) -> Generator[UnitResult, None, None]:
    """Evaluate units in parallel, yielding each as it is done.

    Without an executor joblib's threads do it. They only wait, each for a child of its
    own; the fits are in the children. With one, its workers keep a child each, and a
    worker that dies loses one unit. Closing the generator, or an exception such as Ctrl-C
    where it is consumed, ends them.
    """
    if executor is not None:
        return _evaluate_elsewhere(units, protocol, executor, tick)
    return _evaluate_here(units, protocol, n_jobs, tick)


def _evaluate_here(
    units: Iterable[Unit], protocol: EvaluationProtocol, n_jobs: int, tick: Callable[[], None]
) -> Generator[UnitResult, None, None]:
    from joblib import Parallel, delayed

    children: list[Child] = []
    mine = threading.local()
    stopped = threading.Event()

    def run(unit: Unit) -> UnitResult:
        if stopped.is_set():
            return UnitResult(unit=unit, evaluations=[], errors={}, problem="stopped")
        if not hasattr(mine, "child"):
            mine.child = Child(protocol)
            children.append(mine.child)
        return evaluate_unit(unit, mine.child, tick)

    pool = Parallel(n_jobs, backend="threading", return_as="generator_unordered", batch_size=1)
    results = pool(delayed(run)(unit) for unit in units)
    try:
        # Not `yield from`, which would close the pool before the children it waits for.
        for result in results:  # noqa: UP028
            yield result
    finally:
        stopped.set()
        for child in children:
            child.close()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that there was more to do
            results.close()


def _evaluate_elsewhere(
    units: Iterable[Unit],
    protocol: EvaluationProtocol,
    executor: Executor,
    tick: Callable[[], None],
) -> Generator[UnitResult, None, None]:
    sent: dict[str, Unit] = {}

    def requests() -> Iterator[dict[str, Any]]:
        for unit in units:
            sent[unit.key] = unit
            yield remote_unit.request(unit, protocol)

    outcomes = run_units(executor, remote_unit.evaluate, requests())
    with contextlib.ExitStack() as ends:
        ends.callback(remote_unit.close)
        ends.enter_context(contextlib.closing(outcomes))
        for outcome in outcomes:
            unit = sent.pop(outcome.argument["key"])
            for _ in unit.configurations:
                tick()
            if outcome.problem:
                yield UnitResult(unit=unit, evaluations=[], errors={}, problem=outcome.problem)
            else:
                yield remote_unit.result(unit, outcome.value)


def evaluate_locally(
    tasks: Sequence[LocalTask],
    configurations: Sequence[Configuration],
    *,
    protocol: EvaluationProtocol | None = None,
    n_jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    chosen: MutableMapping[str, Configuration] | None = None,
) -> Generator[Evaluation, None, None]:
    """Cross-validate every configuration on every task.

    Parameters
    ----------
    tasks, configurations
        What to evaluate, in this order.
    protocol : EvaluationProtocol, optional
        Limits, row cap, seed.
    n_jobs : int
        Children at a time; each uses one core.
    progress : callable, optional
        Called with the evaluations done and those there are.
    chosen : dict, optional
        Where given, each ensemble is also told of with the number of its rounds that is
        best, read off the same fit (see :mod:`warmstart.execution.measure.chosen_rounds`);
        those configurations are put here, by their ids.

    Yields
    ------
    Evaluation
        One for each metric; for a failure one in the task's default metric.

    Raises
    ------
    HistoryError
        If a task's data cannot be loaded.
    """
    total, done, lock = len(tasks) * len(configurations), 0, threading.Lock()

    def tick() -> None:
        nonlocal done
        with lock:
            done += 1
            if progress is not None:
                progress(done, total)

    units = (unit for task in tasks for unit in chunked(task, configurations, 5))
    results = evaluate_units(units, protocol or EvaluationProtocol(), n_jobs=n_jobs, tick=tick)
    with contextlib.closing(results):
        for result in results:
            if result.problem:
                raise HistoryError(f"{result.unit.task.task_id}: {result.problem}")
            yield from result.evaluations
            if chosen is None:
                continue
            for configuration, read in chosen_rounds(result):
                chosen[configuration.configuration_id] = configuration
                yield from read
