"""The units that a plan comes to, and which of them a folder does not have yet."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping

from warmstart.histories.openml.flows import FlowDescription
from warmstart.histories.openml.listing import Lister
from warmstart.histories.openml.traces import SCORED_INSIDE
from warmstart.metadataset.build.openml.plan import OpenMLPlan, OpenMLUnit
from warmstart.metadataset.build.openml.tasks import OpenMLTask
from warmstart.metadataset.build.openml.units.asked import age_s
from warmstart.metadataset.build.units import UnitRecord


def wanted_tasks(lister: Lister, plan: OpenMLPlan) -> set[int]:
    """Numbers of all tasks of a plan."""
    found = set(plan.task_ids)
    for suite in plan.suites:
        found.update(lister.study(suite).task_ids)
    return found


def plan_units(
    plan: OpenMLPlan, tasks: Mapping[int, OpenMLTask], flows: Mapping[int, FlowDescription]
) -> list[list[OpenMLUnit]]:
    """Units of a plan; those of a list need nothing of the same list."""
    pairs = [(flow, task) for flow in plan.flows for task in sorted(tasks)]
    first = [
        OpenMLUnit(kind="openml-dataset", data_id=data_id)
        for data_id in sorted({task.data_id for task in tasks.values()})
    ]
    rounds = [
        [
            OpenMLUnit(kind="openml-runs", measure=measure, flow_id=flow, task_id=task)
            for flow, task in pairs
        ]
        for measure in plan.measures
    ]
    if plan.describe:
        rounds.append(
            [OpenMLUnit(kind="openml-description", task_id=task) for task in sorted(tasks)]
        )
    if plan.failures:
        rounds.append(
            [
                OpenMLUnit(kind="openml-failures", flow_id=flow, task_id=task)
                for flow, task in pairs
            ]
        )
    if plan.traces:
        rounds.append(
            [
                OpenMLUnit(kind="openml-traces", measure=measure, flow_id=flow, task_id=task)
                for measure in plan.measures
                if measure in SCORED_INSIDE
                for flow, task in pairs
                if flows[flow].searched is not None
            ]
        )
    return [first, *rounds]


def what_is_left(
    plan: OpenMLPlan,
    tasks: Mapping[int, OpenMLTask],
    flows: Mapping[int, FlowDescription],
    records: Iterable[UnitRecord],
    done: Mapping[str, UnitRecord],
    retry_failed: bool,
    refresh_s: float,
) -> tuple[list[list[OpenMLUnit]], dict[str, str]]:
    """Units to read, and why those that failed before did."""
    before = {record.key: record for record in records if record.state == "failed"}
    todo: list[list[OpenMLUnit]] = []
    failed: dict[str, str] = {}
    for part in plan_units(plan, tasks, flows):
        todo.append([])
        for unit in part:
            if unit.key in before and not retry_failed:
                failed[unit.name] = before[unit.key].error
            elif unit.key not in done or _is_old(done[unit.key], refresh_s):
                todo[-1].append(unit)
    return todo, failed


def _is_old(record: UnitRecord, refresh_s: float) -> bool:
    return math.isfinite(refresh_s) and age_s(json.loads(record.provenance)) > refresh_s
