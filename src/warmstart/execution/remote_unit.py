"""A unit evaluated in another process, maybe on another machine: plain values there and back.

What travels is a path, a target and configurations; the worker reads the data itself.
"""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path
from typing import Any

from warmstart.domain import Configuration, Evaluation
from warmstart.execution.evaluation_protocol import EvaluationProtocol, Limits
from warmstart.execution.process.child import Child
from warmstart.execution.tasks import LocalTask
from warmstart.execution.unit import Unit, UnitResult, evaluate_unit

_mine = threading.local()
"""The child of each thread of a worker: it stays, with the task it has loaded."""


def request(unit: Unit, protocol: EvaluationProtocol) -> dict[str, Any]:
    """A unit as plain values."""
    return {
        "key": unit.key,
        "task": {**dataclasses.asdict(unit.task), "path": str(unit.task.path.resolve())},
        "protocol": dataclasses.asdict(protocol),
        "configurations": [
            {
                "space": c.space,
                "learner": c.learner,
                "values": dict(c.values),
                "configuration_id": c.configuration_id,
            }
            for c in unit.configurations
        ],
    }


def evaluate(request: dict[str, Any]) -> dict[str, Any]:
    """Evaluate a requested unit here; :func:`result` reads the answer."""
    task = LocalTask(**{**request["task"], "path": Path(request["task"]["path"])})
    limits = Limits(**request["protocol"]["limits"])
    rungs = tuple(request["protocol"]["row_rungs"])
    protocol = EvaluationProtocol(
        **{**request["protocol"], "limits": limits, "row_rungs": rungs}
    )
    unit = Unit(
        task=task,
        configurations=tuple(Configuration(**values) for values in request["configurations"]),
    )
    found = evaluate_unit(unit, _child(protocol), lambda: None)
    return {
        "evaluations": [dataclasses.asdict(row) for row in found.evaluations],
        "errors": found.errors,
        "measured": found.measured,
        "problem": found.problem,
    }


def _child(protocol: EvaluationProtocol) -> Child:
    child: Child | None = getattr(_mine, "child", None)
    if child is None or child.protocol != protocol:
        if child is not None:
            child.close()
        child = _mine.child = Child(protocol)
    return child


def close() -> None:
    """End the child of this thread, where units were evaluated in this very process."""
    child: Child | None = _mine.__dict__.pop("child", None)
    if child is not None:
        child.close()


def result(unit: Unit, answer: dict[str, Any]) -> UnitResult:
    """What came of a unit that was evaluated elsewhere."""
    return UnitResult(
        unit=unit,
        evaluations=[Evaluation(**values) for values in answer["evaluations"]],
        errors=answer["errors"],
        measured=answer["measured"],
        problem=answer["problem"],
    )
