"""A unit of evaluations: some configurations on one task, and what came of them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from warmstart.domain import Configuration, Evaluation, Status
from warmstart.errors import HistoryError
from warmstart.execution.evaluation_protocol import EvaluationProtocol
from warmstart.execution.process.child import Child
from warmstart.execution.resampling import MAX_ROWS
from warmstart.execution.stages.rounds import merged, rounds_key, side_by_side
from warmstart.execution.stages.tree import planned
from warmstart.execution.tasks import LocalTask
from warmstart.metrics import default_metric

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

    measured: Measured = field(default_factory=dict)
    """What else was recorded: rows of the tables ``runs``, ``folds`` and ``curves``."""

    problem: str = ""
    """Why the task could not be evaluated at all; then there are no evaluations."""


Measured = dict[str, list[dict[str, Any]]]


def _evaluations(
    task: LocalTask,
    configuration: Configuration,
    answer: dict[str, Any],
    protocol: EvaluationProtocol,
    n_rows: int,
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
            budget=float(n_rows),
            seed=protocol.seed,
            sampler=protocol.sampler,
            timestamp=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            source_run_id=run_id(
                task.task_id, configuration.configuration_id, max_rows=protocol.max_rows
            ),
        )
        for metric, (score, std) in scores.items()
    ]


def _measured(
    evaluation: Evaluation, answer: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows that say more of a run than its scores, each with the table it belongs to."""
    named = {
        "task_id": evaluation.task_id,
        "configuration_id": evaluation.configuration_id,
        "rows": int(evaluation.budget or 0),
    }
    extra = {name: answer.get(name) for name in ("peak_memory_mb", "model_bytes", "error")}
    extra["timestamp"] = evaluation.timestamp
    yield "runs", {**named, "status": evaluation.status, **extra}
    for number, fold in enumerate(answer.get("folds", ())):
        numbers = {name: fold[name] for name in ("n_train", "n_test", "fit_s", "predict_s")}
        yield "folds", {**named, "fold": number, **numbers, **fold["scores"]}
    for point in answer.get("curve", ()):
        for metric, score in point["scores"].items():
            yield (
                "curves",
                {
                    **named,
                    "metric": metric,
                    "kind": point["kind"],
                    "budget": point["rounds"],
                    "score": score,
                    "cost_s": point["fit_s"],
                },
            )


def run_id(task_id: str, configuration_id: str, *, max_rows: int = MAX_ROWS) -> str:
    """The key of one local evaluation: the same in every run of the same evaluator.

    Examples
    --------
    >>> run_id("iris", "0123456789abcdef")
    'local:iris:0123456789abcdef:1'
    >>> run_id("iris", "0123456789abcdef", max_rows=10_000)
    'local:iris:0123456789abcdef:1:10000'
    """
    cap = "" if max_rows == MAX_ROWS else f":{max_rows}"
    return f"local:{task_id}:{configuration_id}:{EVALUATOR_VERSION}{cap}"


def evaluate_unit(unit: Unit, child: Child, tick: Callable[[], None]) -> UnitResult:
    """Evaluate one unit's configurations in turn."""
    rows: list[Evaluation] = []
    errors: dict[str, str] = {}
    measured: Measured = {"runs": [], "folds": [], "curves": []}
    try:
        # Those that prepare data alike one after the other: what they share is at hand.
        for configuration, answer in _answers(unit, child):
            found = _evaluations(unit.task, configuration, answer, child.protocol, child.n_rows)
            rows += found
            for table, row in _measured(found[0], answer):
                measured[table].append(row)
            if answer["status"] != "ok":
                errors[configuration.configuration_id] = answer["error"]
            tick()
    except HistoryError as error:
        return UnitResult(unit=unit, evaluations=[], errors={}, problem=str(error))
    return UnitResult(unit=unit, evaluations=rows, errors=errors, measured=measured)


def _answers(unit: Unit, child: Child) -> Iterator[tuple[Configuration, dict[str, Any]]]:
    """Of each configuration; those equal but for their rounds from one fit of the most."""
    for most, *others in merged(planned(unit.configurations)):
        rounds = {one.configuration_id: one.values[rounds_key(one) or ""] for one in others}
        answer = child.evaluate(unit.task, most, fewer=sorted(set(rounds.values())))
        of_fewer = answer.pop("fewer", {})
        yield most, answer
        for one in others:
            read = of_fewer.get(str(rounds[one.configuration_id]))
            # A fit that failed, or cannot be read, says nothing of one that is shorter.
            yield one, child.evaluate(unit.task, one) if read is None else read


def chunked(
    task: LocalTask, configurations: Sequence[Configuration], size: int
) -> Iterator[Unit]:
    """Units of at most `size` configurations of one task; those that share a fit together."""
    configurations = side_by_side(configurations)
    for start in range(0, len(configurations), size):
        yield Unit(task=task, configurations=tuple(configurations[start : start + size]))
