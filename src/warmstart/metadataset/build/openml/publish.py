"""Make a meta-dataset of the units of a build from OpenML, in the build's own folder.

The same units give the same bytes, in whatever order and however often interrupted they
were read.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warmstart.histories.openml.flows import FlowDescription
from warmstart.metadataset.build.openml.configurations import write_configurations
from warmstart.metadataset.build.openml.evaluations import (
    EVALUATIONS_FILE,
    OF_RUNS,
    write_evaluations,
)
from warmstart.metadataset.build.openml.plan import TIMES
from warmstart.metadataset.build.openml.tasks import OpenMLTask, families, task_type
from warmstart.metadataset.build.openml.units.parts import read_description, unit_of
from warmstart.metadataset.build.units import UnitRecord
from warmstart.metadataset.core.schema import TASKS, metafeatures_schema
from warmstart.metadataset.storage.files import write_atomically, write_json
from warmstart.metadataset.storage.manifest import write_manifest
from warmstart.metafeatures.elsewhere.qualities import FROM_QUALITIES, own_metafeatures
from warmstart.metafeatures.registry import extractor_version

MANIFEST = "manifest.json"
STATE = "published.json"
"""Which units the meta-dataset was made of; beside it, for their bytes may differ."""


def units_digest(done: Mapping[str, UnitRecord], settings: Mapping[str, Any]) -> str:
    """Digest of all that a meta-dataset is made of."""
    parts = [f"{key} {record.digest}" for key, record in sorted(done.items())]
    text = json.dumps([parts, settings], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def publish_openml(
    out: Path,
    done: Mapping[str, UnitRecord],
    tasks: Mapping[int, OpenMLTask],
    flows: Mapping[int, FlowDescription],
    measures: Sequence[str],
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    """Write tasks, configurations, evaluations and meta-features, and the manifest last.

    Parameters
    ----------
    out : path
        Folder of the build.
    done : mapping of str to UnitRecord
        Units that are done, by key.
    tasks, flows : mapping
        What the units are of, by number.
    measures : sequence of str
        All that were read; the first is every task's default metric.
    settings : mapping
        Kept in the manifest.

    Returns
    -------
    dict
        The manifest; empty where there is no run yet.
    """
    units = {key: unit_of(record) for key, record in done.items()}
    metrics = [m for m in measures if m not in TIMES] or list(measures)
    descriptions = {
        unit.data_id: read_description(out, key)
        for key, unit in units.items()
        if unit.kind == "openml-dataset"
    }
    own = {
        unit.task_id: read_description(out, key)
        for key, unit in units.items()
        if unit.kind == "openml-description"
    }
    # Without a manifest the folder is no meta-dataset, until all files agree again.
    (out / MANIFEST).unlink(missing_ok=True)
    counts = write_evaluations(out, units, tasks, metrics)
    pa.default_memory_pool().release_unused()
    described = {number: tasks[number] for number in sorted(counts)}
    if not described:
        return {}
    tables = {
        "tasks.parquet": _tasks_table(described, descriptions, own, metrics[0]),
        "metafeatures.parquet": _metafeatures_table(described, descriptions, own),
    }
    for name, table in tables.items():
        # In the order of the task ids as numbers.
        _write(table, out / name)
    keys = sorted(key for key, unit in units.items() if unit.kind in OF_RUNS)
    n_configurations = write_configurations(out, keys)
    said = {
        "extractor_version": extractor_version() if own else FROM_QUALITIES,
        "labels": {
            "task_id": {"dtype": "int", "name": "task_id"},
            "configuration_id": {"dtype": "str", "name": "configuration_id"},
        },
        "sources": [settings["server"]],
        "licences": {
            str(number): descriptions.get(task.data_id, {}).get("licence", "")
            for number, task in described.items()
        },
        "openml": {
            **settings,
            "flows": {
                str(number): {
                    "name": flows[number].name,
                    "version": flows[number].version,
                    "external_version": flows[number].external_version,
                }
                for number in sorted({unit.flow_id for unit in units.values()} - {0})
            },
            "measures": list(measures),
            **_totals(done),
        },
    }
    manifest = write_manifest(
        out,
        [*tables, "configurations.parquet", EVALUATIONS_FILE],
        said,
        metrics=metrics,
        counts={
            "tasks": len(described),
            "configurations": n_configurations,
            "evaluations": sum(counts.values()),
            "metafeatures": tables["metafeatures.parquet"].num_columns - 1,
        },
    )
    write_json({"units": units_digest(done, settings)}, out / STATE)
    return manifest


def _totals(done: Mapping[str, UnitRecord]) -> dict[str, Any]:
    """What the units found, summed."""
    totals: Counter[str] = Counter()
    unparsed: Counter[str] = Counter()
    unlike: dict[tuple[int, int], int] = {}
    for record in done.values():
        given = json.loads(record.provenance)
        if record.kind == "openml-runs":
            # Runs, not rows: how many engines scored one is no property of the histories.
            totals["n_runs_read"] += given["n_runs"]
            totals["n_without_value"] += given.get("n_without_value", 0)
        elif record.kind == "openml-failures":
            totals["n_failed_runs"] += record.rows
        elif record.kind == "openml-traces":
            totals["n_tried_inside"] += record.rows
            totals["n_searches_without_trace"] += given["n_without_trace"]
            # The same runs, whichever measure is read of them.
            unlike[given["flow_id"], given["task_id"]] = given["n_without_measure"]
            totals["n_tried_unreadable"] += given["n_unread"]
        totals["n_without_setup"] += given.get("n_without_setup", 0)
        totals["n_not_finite"] += given.get("n_not_finite", 0)
        unparsed.update(given.get("unparsed", {}))
    if unlike:
        totals["n_searches_without_measure"] = sum(unlike.values())
    return {**dict(sorted(totals.items())), "unparsed": dict(sorted(unparsed.items()))}


def _write(table: pa.Table, path: Path) -> None:
    write_atomically(
        path, lambda temporary: pq.write_table(table, temporary, compression="zstd")
    )


def _tasks_table(
    tasks: Mapping[int, OpenMLTask],
    descriptions: Mapping[int, Mapping[str, Any]],
    own: Mapping[int, Mapping[str, Any]],
    metric: str,
) -> pa.Table:
    fingerprints = {number: str(known["fingerprint"]) for number, known in own.items()}
    family = families(tasks.values(), descriptions, fingerprints)
    rows = []
    for number, task in tasks.items():
        known = descriptions.get(task.data_id, {})
        qualities = known.get("qualities", {})
        n_features = _whole(qualities.get("NumberOfFeatures"))
        rows.append(
            {
                "task_id": str(number),
                "name": known.get("name") or task.name,
                "family": family[number],
                "task_type": task_type(task, qualities),
                "metric_default": metric,
                "n_rows": _whole(qualities.get("NumberOfInstances")),
                # OpenML counts the target among the features.
                "n_columns": None if n_features is None else n_features - 1,
                "n_classes": None
                if task.is_regression
                else _whole(qualities.get("NumberOfClasses")),
                "source": "openml",
                "source_id": str(task.data_id),
                "fingerprint": fingerprints.get(number, ""),
                "description": f"OpenML task {number}, target {task.target}, {task.resampling}",
            }
        )
    return pa.Table.from_pylist(rows, schema=TASKS)


def _whole(value: float | None) -> int | None:
    return None if value is None or not math.isfinite(value) else int(value)


def _metafeatures_table(
    tasks: Mapping[int, OpenMLTask],
    descriptions: Mapping[int, Mapping[str, Any]],
    own: Mapping[int, Mapping[str, Any]],
) -> pa.Table:
    """Qualities of each task's dataset by our names, or its own meta-features where described.

    The two are never mixed: a mean held against another would tell how datasets were read.
    What no task has is left out.
    """
    known: dict[int, dict[str, float]] = {}
    for number, task in tasks.items():
        if own:
            found = own.get(number, {}).get("metafeatures", {})
        else:
            qualities = descriptions.get(task.data_id, {}).get("qualities", {})
            found = own_metafeatures(qualities, is_regression=task.is_regression)
        known[number] = {name: v for name, v in found.items() if math.isfinite(v)}
    names = sorted({name for values in known.values() for name in values})
    rows = [
        {"task_id": str(number), **{name: values.get(name) for name in names}}
        for number, values in known.items()
    ]
    return pa.Table.from_pylist(
        rows, schema=metafeatures_schema(names, extractor_version() if own else FROM_QUALITIES)
    )
