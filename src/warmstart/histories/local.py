"""Run histories made here: configurations cross-validated in child processes.

Every fit happens in a child (:mod:`warmstart.histories.worker`) that can be killed, so a
configuration that hangs, crashes or takes all memory costs one evaluation and becomes a
row with a status. The children stay alive between evaluations, because starting one costs
more than most fits.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from warmstart.domain import Configuration, Evaluation, Status
from warmstart.errors import HistoryError
from warmstart.histories.child import Child, Limits, Protocol
from warmstart.histories.metrics import default_metric
from warmstart.histories.tasks import LocalTask, read_tasks

__all__ = [
    "Limits",
    "LocalTask",
    "Protocol",
    "Unit",
    "UnitResult",
    "evaluate_locally",
    "evaluate_units",
    "read_tasks",
]

EVALUATOR_VERSION = "1"
"""Changes whenever the same configuration on the same task would score differently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Configurations evaluated together on one task: the step a resumed run repeats."""

    task: LocalTask
    configurations: tuple[Configuration, ...]

    @property
    def key(self) -> str:
        """Short hash of what is evaluated; the same unit has the same key in every run."""
        parts = [self.task.task_id, *(c.configuration_id for c in self.configurations)]
        return hashlib.sha256(json.dumps([EVALUATOR_VERSION, *parts]).encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitResult:
    """What came of a unit."""

    unit: Unit
    evaluations: list[Evaluation]

    errors: dict[str, str]
    """Why, for each configuration that did not end well; by configuration_id."""

    problem: str = ""
    """Why the task could not be evaluated at all; then there are no evaluations."""


def _evaluations(
    task: LocalTask, configuration: Configuration, answer: dict[str, Any], protocol: Protocol
) -> list[Evaluation]:
    """One row a metric; one row in the task's default metric for a failure."""
    status: Status = answer["status"]
    scores = answer.get("scores") or {default_metric(task.task_type).name: (math.nan, math.nan)}
    return [
        Evaluation(
            task_id=task.task_id,
            configuration_id=configuration.configuration_id,
            metric=metric,
            score=score,
            score_std=std,
            n_folds=answer.get("n_folds", 0),
            cost_s=answer.get("cost_s", math.nan),
            predict_cost_s=answer.get("predict_cost_s", math.nan),
            status=status,
            seed=protocol.seed,
            sampler=protocol.sampler,
            timestamp=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            source_run_id=run_id(task.task_id, configuration.configuration_id),
        )
        for metric, (score, std) in scores.items()
    ]


def run_id(task_id: str, configuration_id: str) -> str:
    """The key of one local evaluation: the same in every run of the same evaluator.

    Examples
    --------
    >>> run_id("iris", "0123456789abcdef")
    'local:iris:0123456789abcdef:1'
    """
    return f"local:{task_id}:{configuration_id}:{EVALUATOR_VERSION}"


def evaluate_unit(unit: Unit, child: Child, tick: Callable[[], None]) -> UnitResult:
    """Evaluate one unit's configurations in turn."""
    rows: list[Evaluation] = []
    errors: dict[str, str] = {}
    try:
        for configuration in unit.configurations:
            answer = child.evaluate(unit.task, configuration)
            rows += _evaluations(unit.task, configuration, answer, child.protocol)
            if answer["status"] != "ok":
                errors[configuration.configuration_id] = answer["error"]
            tick()
    except HistoryError as error:
        return UnitResult(unit=unit, evaluations=[], errors={}, problem=str(error))
    return UnitResult(unit=unit, evaluations=rows, errors=errors)


def evaluate_units(
    units: Iterable[Unit],
    protocol: Protocol,
    *,
    n_jobs: int = 1,
    tick: Callable[[], None] = lambda: None,
) -> Generator[UnitResult, None, None]:
    """Evaluate units in parallel, yielding each as it is done.

    The threads only wait, each for a child of its own; the fits are in the children.
    Closing the generator, or an exception such as Ctrl-C where it is consumed, ends them.
    """
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


def chunked(
    task: LocalTask, configurations: Sequence[Configuration], size: int
) -> Iterator[Unit]:
    """Units of at most `size` configurations of one task."""
    for start in range(0, len(configurations), size):
        yield Unit(task=task, configurations=tuple(configurations[start : start + size]))


def evaluate_locally(
    tasks: Sequence[LocalTask],
    configurations: Sequence[Configuration],
    *,
    protocol: Protocol | None = None,
    n_jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Generator[Evaluation, None, None]:
    """Cross-validate every configuration on every task.

    Parameters
    ----------
    tasks, configurations
        What to evaluate, in this order.
    protocol : Protocol, optional
        Limits, row cap, seed.
    n_jobs : int
        Children at a time; each uses one core.
    progress : callable, optional
        Called with the evaluations done and those there are.

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
    results = evaluate_units(units, protocol or Protocol(), n_jobs=n_jobs, tick=tick)
    with contextlib.closing(results):
        for result in results:
            if result.problem:
                raise HistoryError(f"{result.unit.task.task_id}: {result.problem}")
            yield from result.evaluations
