"""From what was listed to the tables of a unit of a build from OpenML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from warmstart.histories.openml.flows import FlowDescription
from warmstart.histories.openml.parameters import CanonicalSetup
from warmstart.metadataset.build.openml.plan import OpenMLUnit
from warmstart.metadataset.build.openml.units.parts import (
    RUNS,
    UnitParts,
    read_runs,
    read_unit_configurations,
)
from warmstart.metadataset.core.schema import CONFIGURATIONS


class ListedRun(Protocol):
    """What is needed of a run as a listing has it."""

    @property
    def run_id(self) -> int: ...
    @property
    def task_id(self) -> int: ...
    @property
    def setup_id(self) -> int: ...
    @property
    def uploader(self) -> int | None: ...
    @property
    def upload_time(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Row:
    """A run, or what was tried inside one, as it enters the table of runs."""

    run: ListedRun
    engine_id: int
    value: float | None
    """None where it is no finite number: the row then is a failure."""

    status: str = "ok"


def unit_tables(
    out: Path,
    done: Container[str],
    unit: OpenMLUnit,
    flow: FlowDescription,
    rows: Sequence[tuple[Row, CanonicalSetup]],
    provenance: dict[str, Any],
) -> UnitParts:
    """Runs and configurations of a unit, with those that an earlier reading found.

    Parameters
    ----------
    out : path
        Folder of the build.
    done : container of str
        Keys of the units that were done before.
    unit : OpenMLUnit
    flow : FlowDescription
        What the configurations are of.
    rows : sequence of (Row, CanonicalSetup)
    provenance : dict
    """
    columns: dict[str, list[Any]] = {name: [] for name in RUNS.names}
    for row, point in rows:
        values = (
            row.run.run_id,
            row.engine_id,
            row.run.task_id,
            point.configuration_id,
            row.run.setup_id,
            flow.flow_id,
            flow.version,
            unit.measure,
            row.value,
            "failed" if row.status == "ok" and row.value is None else row.status,
            row.run.uploader,
            row.run.upload_time,
        )
        for name, cell in zip(RUNS.names, values, strict=True):
            columns[name].append(cell)
    runs = pa.table(columns, schema=RUNS)
    unique = {point.configuration_id: point.text for _, point in rows}
    configurations = pa.table(
        {
            "configuration_id": list(unique),
            "space": [f"openml/{flow.name}"] * len(unique),
            "learner": [flow.learner] * len(unique),
            "values": list(unique.values()),
        },
        schema=CONFIGURATIONS,
    )
    if unit.key in done:
        runs = _with_earlier(out, unit.key, runs)
        earlier = read_unit_configurations(out, unit.key)
        new = pa.array([name not in unique for name in earlier[0].to_pylist()], pa.bool_())
        configurations = pa.concat_tables([configurations, earlier.filter(new)])
    by_setup = {row.run.setup_id: point for row, point in rows}
    texts = Counter(name for point in by_setup.values() for name in point.unparsed)
    return UnitParts(
        runs=runs,
        configurations=configurations,
        provenance={**provenance, "unparsed": dict(sorted(texts.items()))},
    )


def _with_earlier(out: Path, key: str, runs: pa.Table) -> pa.Table:
    """Rows of an earlier reading that OpenML does not list any more stay."""
    earlier = read_runs(out, key)
    now = set(zip(runs["run_id"].to_pylist(), runs["engine_id"].to_pylist(), strict=True))
    keys = zip(earlier["run_id"].to_pylist(), earlier["engine_id"].to_pylist(), strict=True)
    gone = pa.array([key not in now for key in keys], pa.bool_())
    return pa.concat_tables([runs, earlier.filter(gone).cast(RUNS)])
