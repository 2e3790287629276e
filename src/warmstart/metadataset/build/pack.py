"""Runs of a build in a few small files that a repository can hold, and back.

A pack is a folder that only grows: each time, what is new goes to the next number. From it
a build goes on anywhere, without evaluating again what somebody has evaluated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warmstart.domain import Evaluation
from warmstart.errors import HistoryError
from warmstart.execution.crossvalidation import summary
from warmstart.execution.local import EvaluationProtocol, LocalTask, run_id
from warmstart.metadataset.build.folder import (
    check_protocol,
    evaluations_table,
    keep_tables,
    measured_files,
    part_path,
    prepare,
    remember_rows,
)
from warmstart.metadataset.build.units import BuildLock, UnitRecord, Units
from warmstart.metadataset.core.schema import MEASURED
from warmstart.metadataset.storage.files import digest, write_json, write_parquet
from warmstart.metadataset.storage.measured import (
    read_measured,
    thinned_curves,
    write_measured,
)
from warmstart.metrics import METRICS, default_metric

PROTOCOL = "protocol.json"
CONFIGURATIONS = "configurations.parquet"
_RUN = ["task_id", "configuration_id"]


def pack(build: str | Path, out: str | Path) -> int:
    """Add to a pack what a build has done that the pack does not have yet.

    The build may be running. Of its curves only some points are packed, see
    :func:`warmstart.metadataset.storage.measured.thinned_curves`.

    Returns
    -------
    int
        How many runs were added; without any nothing is written.

    Raises
    ------
    HistoryError
        If there is no build, or the pack is of another protocol.
    """
    build, out = Path(build), Path(out)
    if not (build / "units.sqlite").exists():
        raise HistoryError(f"{build} holds no build")
    protocol = json.loads((build / PROTOCOL).read_text(encoding="utf-8"))
    known = _protocol_of(out)
    if known is not None and known != protocol:
        raise HistoryError(f"{out} is of another protocol than {build}; pack to another folder")
    with Units(build / "units.sqlite") as units:
        done = units.read("evaluations", "done")
    before = read_measured(_files(out, "runs"), "runs").select(_RUN).to_pandas()
    tables = {name: read_measured(measured_files(build, done, name), name) for name in MEASURED}
    tables = {name: _without(table, before) for name, table in tables.items()}
    tables["curves"] = thinned_curves(tables["curves"])
    if not len(tables["runs"]):
        return 0
    number = f"{len(_numbers(out)) + 1:04d}"
    points = pq.read_table(build / CONFIGURATIONS)
    points = points.filter(
        pc.is_in(points["configuration_id"], tables["runs"]["configuration_id"])
    )
    for file in _files(out, "configurations"):
        named = pq.read_table(file)["configuration_id"]
        points = points.filter(pc.invert(pc.is_in(points["configuration_id"], named)))
    write_parquet(points, out / number / CONFIGURATIONS, sort_by=["configuration_id"])
    for name in reversed(list(tables)):  # the runs last: a number without them is no part
        if len(tables[name]):
            write_measured(tables[name], name, out / number / f"{name}.parquet")
    if known is None:
        write_json(protocol, out / PROTOCOL)
    return len(tables["runs"])


def unpack(
    packed: str | Path,
    build: str | Path,
    tasks: Sequence[LocalTask],
    protocol: EvaluationProtocol,
) -> int:
    """Have a build go on from a pack: runs of these tasks that it lacks are put there.

    Scores are means over the folds of the pack, which have five digits.

    Returns
    -------
    int
        How many runs were put there.

    Raises
    ------
    HistoryError
        If the pack was made with another protocol, or another process builds there.
    """
    packed, build = Path(packed), Path(build)
    if not _numbers(packed):
        return 0
    prepare(build)
    check_protocol(build, protocol)
    if _protocol_of(packed) != json.loads((build / PROTOCOL).read_text(encoding="utf-8")):
        raise HistoryError(f"{packed} is of another protocol; its scores do not go with these")
    tables = {name: read_measured(_files(packed, name), name) for name in MEASURED}
    n_runs = 0
    points = [r for f in _files(packed, "configurations") for r in pq.read_table(f).to_pylist()]
    with BuildLock(build / "build.lock"), Units(build / "units.sqlite") as units:
        remember_rows(build, tasks, points)
        done = {
            (unit.task_id, point)
            for unit in units.read("evaluations", "done")
            for point in unit.configuration_ids
        }
        for task in tasks:
            of_task = {name: _of_task(table, task.task_id) for name, table in tables.items()}
            ids = of_task["runs"]["configuration_id"].to_pylist()
            if new := [point for point in ids if (task.task_id, point) not in done]:
                kept = {name: _of_points(table, new) for name, table in of_task.items()}
                _put(build, units, task, kept, protocol)
                n_runs += len(new)
    return n_runs


def _put(
    build: Path,
    units: Units,
    task: LocalTask,
    tables: Mapping[str, pa.Table],
    protocol: EvaluationProtocol,
) -> None:
    """Write a task's runs as one unit of the build."""
    runs = tables["runs"].to_pylist()
    ids = tuple(run["configuration_id"] for run in runs)
    key = f"packed-{len(units.read('evaluations')):04d}-{task.task_id}"
    keep_tables(build, key, tables)
    rows = list(_evaluations(task, runs, tables["folds"].to_pandas(), protocol))
    path = part_path(build, key)
    write_parquet(evaluations_table(rows), path, sort_by=["metric", "configuration_id"])
    errors = {run["configuration_id"]: run["error"] for run in runs if run["error"]}
    units.record(
        UnitRecord(
            key=key,
            kind="evaluations",
            state="done",
            task_id=task.task_id,
            configuration_ids=ids,
            rows=len(rows),
            digest=digest(path),
            error=json.dumps(errors) if errors else "",
        )
    )


def _evaluations(
    task: LocalTask,
    runs: Iterable[Mapping[str, Any]],
    folds: pd.DataFrame,
    protocol: EvaluationProtocol,
) -> Iterable[Evaluation]:
    """What the folds of each run say together."""
    by_run = dict(list(folds.groupby("configuration_id", sort=False)))
    for run in runs:
        answer: dict[str, Any] = {
            "scores": {default_metric(task.task_type).name: (float("nan"), float("nan"))},
            "n_folds": 0,
        }
        if run["status"] == "ok":
            answer = summary(_fold_records(by_run[run["configuration_id"]]), task.task_type)
        for metric, (score, std) in answer["scores"].items():
            yield Evaluation(
                task_id=task.task_id,
                configuration_id=run["configuration_id"],
                metric=metric,
                score=score,
                score_std=std,
                n_folds=answer["n_folds"],
                cost_s=answer.get("cost_s", float("nan")),
                predict_cost_s=answer.get("predict_cost_s", float("nan")),
                status=run["status"],
                budget=float(run["rows"]),
                seed=protocol.seed,
                sampler=protocol.sampler,
                timestamp=run["timestamp"] or "",
                source_run_id=run_id(
                    task.task_id, run["configuration_id"], max_rows=protocol.max_rows
                ),
            )


def _fold_records(folds: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "fit_s": row["fit_s"],
            "predict_s": row["predict_s"],
            "scores": {name: row[name] for name in METRICS if pd.notna(row[name])},
        }
        for row in folds.sort_values("fold").to_dict("records")
    ]


def _without(table: pa.Table, known: pd.DataFrame) -> pa.Table:
    if known.empty:
        return table
    keys = pd.MultiIndex.from_frame(table.select(_RUN).to_pandas())
    return table.filter(pa.array(~keys.isin(pd.MultiIndex.from_frame(known))))


def _of_task(table: pa.Table, task_id: str) -> pa.Table:
    return table.filter(pc.equal(table["task_id"], task_id))


def _of_points(table: pa.Table, ids: Sequence[str]) -> pa.Table:
    return table.filter(pc.is_in(table["configuration_id"], pa.array(ids, pa.string())))


def _numbers(packed: Path) -> list[Path]:
    return sorted(file.parent for file in packed.glob("[0-9]*/runs.parquet"))


def _files(packed: Path, name: str) -> list[Path]:
    paths = [folder / f"{name}.parquet" for folder in _numbers(packed)]
    return [path for path in paths if path.exists()]


def _protocol_of(packed: Path) -> dict[str, Any] | None:
    if not (packed / PROTOCOL).exists():
        return None
    found: dict[str, Any] = json.loads((packed / PROTOCOL).read_text(encoding="utf-8"))
    return found
