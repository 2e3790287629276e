"""Reading one unit of a build from OpenML: from listings to tables of typed configurations."""

from __future__ import annotations

import platform
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa

from warmstart._version import __version__
from warmstart.errors import HistoryError
from warmstart.histories.openml import xml
from warmstart.histories.openml.client import Client
from warmstart.histories.openml.flows import FlowDescription
from warmstart.histories.openml.listing import Lister
from warmstart.histories.openml.parameters import Canonical, CanonicalSetup
from warmstart.metadataset.build.openml.parts import (
    RUNS,
    UnitParts,
    read_runs,
    read_unit_configurations,
)
from warmstart.metadataset.build.openml.plan import OpenMLUnit
from warmstart.metadataset.build.openml.tasks import OpenMLTask
from warmstart.metadataset.core.schema import CONFIGURATIONS
from warmstart.metafeatures.registry import EXTRACTOR_VERSION

_STATUS = (
    ("memout", re.compile(r"out of memory|memoryerror|memout|java heap", re.IGNORECASE)),
    ("timeout", re.compile(r"time ?out|timed out|time limit", re.IGNORECASE)),
)


@dataclass(slots=True)
class UnitReader:
    """Reads units of one build; used by several threads.

    A measure after the first is listed without hyperparameters, which the unit of the first
    has: the server then gives ten times the rows a request.
    """

    lister: Lister
    out: Path
    flows: Mapping[int, FlowDescription]
    measures: Sequence[str]
    """The first one is listed with hyperparameters."""

    tasks: Mapping[int, OpenMLTask]
    client: Callable[[Path], Client]
    """The openml package with its cache in a folder; called only where rows are needed."""

    done: Mapping[str, Any]
    """Keys of the units that were done before; their rows are kept where one is read again."""

    _canonical: dict[int, Canonical] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._canonical = {number: Canonical(flow) for number, flow in self.flows.items()}

    def read(self, unit: OpenMLUnit) -> UnitParts:
        """All of a unit.

        Raises
        ------
        HistoryError
            If OpenML refuses, does not answer, or leaves rows out.
        """
        if unit.kind == "openml-dataset":
            return self._dataset(unit)
        if unit.kind == "openml-description":
            return self._described(unit)
        if unit.kind == "openml-failures":
            return self._failures(unit)
        return self._runs(unit)

    def _dataset(self, unit: OpenMLUnit) -> UnitParts:
        found = self.lister.dataset(unit.data_id)
        known = self.lister.qualities(unit.data_id)
        return UnitParts(
            description={**found._asdict(), "qualities": known},
            provenance=self._provenance(f"data/{unit.data_id}"),
        )

    def _described(self, unit: OpenMLUnit) -> UnitParts:
        """Meta-features and fingerprint of the rows themselves, which are not kept.

        The package's cache is made anew: a download that was killed would stay in it, short.
        """
        # They bring scikit-learn, which a build that downloads no rows has no use for.
        from warmstart.datasets.load import load_dataset
        from warmstart.metafeatures.extract import metafeatures_of

        task = self.tasks[unit.task_id]
        with tempfile.TemporaryDirectory() as folder:
            frame = self.client(Path(folder)).dataset(task.data_id).frame
        kind = "regression" if task.is_regression else "classification"
        dataset = load_dataset(frame, target=task.target, task_type=kind)
        described = metafeatures_of(dataset)
        return UnitParts(
            description={
                "fingerprint": dataset.fingerprint,
                "warnings": list(dataset.warnings),
                "metafeatures": {name: float(value) for name, value in described.items()},
            },
            provenance={
                **self._provenance(f"data/{task.data_id}"),
                "extractor": EXTRACTOR_VERSION,
            },
        )

    def _runs(self, unit: OpenMLUnit) -> UnitParts:
        joint = unit.measure == self.measures[0]
        listing = self.lister.evaluations(
            unit.measure, unit.flow_id, unit.task_id, parameters=joint
        )
        rows = [row for row in listing.rows.values() if row.value is not None]
        by_setup: dict[int, tuple[dict[int, str], dict[int, xml.Definition]]] = {}
        if joint:
            by_setup = {
                row.setup_id: (row.parameters or {}, listing.definitions) for row in rows
            }
        points = self._points(unit, {row.setup_id for row in rows}, by_setup)
        return self._parts(
            unit,
            [(row, row.engine_id, row.value, "ok", row.upload_time) for row in rows],
            points,
            {
                **self._provenance(listing.path),
                "n_runs": len({row.run_id for row in rows}),
                "n_raw": listing.n_raw,
                "n_passes": listing.n_passes,
                "n_without_value": len(listing.rows) - len(rows),
            },
        )

    def _failures(self, unit: OpenMLUnit) -> UnitParts:
        rows = self.lister.failed_runs(unit.flow_id, unit.task_id)
        points = self._points(unit, {row.setup_id for row in rows}, {})
        return self._parts(
            unit,
            [(row, 0, None, _status(row.error), row.upload_time) for row in rows],
            points,
            self._provenance(f"run/list/flow/{unit.flow_id}/task/{unit.task_id}"),
        )

    def _points(
        self,
        unit: OpenMLUnit,
        setup_ids: Iterable[int],
        known: Mapping[int, tuple[dict[int, str], dict[int, xml.Definition]]],
    ) -> dict[int, CanonicalSetup]:
        """Configuration of each setup; those that no unit has are asked for."""
        canonical = self._canonical[unit.flow_id]
        points: dict[int, CanonicalSetup] = {}
        wanted = set(setup_ids)
        if not known and wanted:
            points = {n: p for n, p in self._from_first(unit).items() if n in wanted}
        missing = sorted(wanted - set(points) - set(known))
        found, definitions = self.lister.setups(missing) if missing else ({}, {})
        for number in wanted - set(points):
            parameters, names = (
                known[number] if number in known else (found[number].parameters, definitions)
            )
            points[number] = canonical.configuration(parameters, names)
        return points

    def _from_first(self, unit: OpenMLUnit) -> dict[int, CanonicalSetup]:
        first = OpenMLUnit(
            kind="openml-runs",
            measure=self.measures[0],
            flow_id=unit.flow_id,
            task_id=unit.task_id,
        )
        key = first.key
        if key not in self.done:
            return {}
        names = read_runs(self.out, key, ["setup_id", "configuration_id"])
        table = read_unit_configurations(self.out, key)
        texts = dict(
            zip(table["configuration_id"].to_pylist(), table["values"].to_pylist(), strict=True)
        )
        pairs = zip(*(names[name].to_pylist() for name in names.column_names), strict=True)
        return {
            setup_id: CanonicalSetup(configuration_id=name, text=texts[name])
            for setup_id, name in pairs
        }

    def _parts(
        self,
        unit: OpenMLUnit,
        rows: list[tuple[Any, int, float | None, str, str]],
        points: Mapping[int, CanonicalSetup],
        provenance: dict[str, Any],
    ) -> UnitParts:
        flow = self.flows[unit.flow_id]
        columns: dict[str, list[Any]] = {name: [] for name in RUNS.names}
        for row, engine_id, value, status, upload_time in rows:
            values = (
                row.run_id,
                engine_id,
                row.task_id,
                points[row.setup_id].configuration_id,
                row.setup_id,
                unit.flow_id,
                flow.version,
                unit.measure,
                value,
                status,
                row.uploader,
                upload_time,
            )
            for name, cell in zip(RUNS.names, values, strict=True):
                columns[name].append(cell)
        runs = pa.table(columns, schema=RUNS)
        runs = self._with_earlier(unit, runs)
        unique = {point.configuration_id: point.text for point in points.values()}
        configurations = pa.table(
            {
                "configuration_id": list(unique),
                "space": [self._canonical[unit.flow_id].space] * len(unique),
                "learner": [flow.learner] * len(unique),
                "values": list(unique.values()),
            },
            schema=CONFIGURATIONS,
        )
        if unit.key in self.done:
            earlier = read_unit_configurations(self.out, unit.key)
            new = pa.array([name not in unique for name in earlier[0].to_pylist()], pa.bool_())
            configurations = pa.concat_tables([configurations, earlier.filter(new)])
        texts = Counter(name for point in points.values() for name in point.unparsed)
        return UnitParts(
            runs=runs,
            configurations=configurations,
            provenance={**provenance, "unparsed": dict(sorted(texts.items()))},
        )

    def _with_earlier(self, unit: OpenMLUnit, runs: pa.Table) -> pa.Table:
        """Rows of an earlier reading that OpenML does not list any more stay."""
        if unit.key not in self.done:
            return runs
        earlier = read_runs(self.out, unit.key)
        now = set(zip(runs["run_id"].to_pylist(), runs["engine_id"].to_pylist(), strict=True))
        keys = zip(earlier["run_id"].to_pylist(), earlier["engine_id"].to_pylist(), strict=True)
        gone = pa.array([key not in now for key in keys], pa.bool_())
        return pa.concat_tables([runs, earlier.filter(gone).cast(RUNS)])

    def _provenance(self, path: str) -> dict[str, Any]:
        return {
            "url": self.lister.transport.server + path,
            "fetched_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "warmstart": __version__,
            "python": platform.python_version(),
        }


def age_s(record_provenance: Mapping[str, Any]) -> float:
    """Seconds since a unit was read."""
    read = datetime.fromisoformat(record_provenance["fetched_at"])
    return (datetime.now(timezone.utc) - read).total_seconds()


def _status(error: str) -> str:
    for status, pattern in _STATUS:
        if pattern.search(error):
            return status
    return "failed"


def known_flows(lister: Lister, flow_ids: Iterable[int]) -> dict[int, FlowDescription]:
    """Descriptions of flows.

    Raises
    ------
    HistoryError
        Naming the flow that cannot be read: without it no run of it can be understood.
    """
    found = {}
    for flow_id in flow_ids:
        try:
            found[flow_id] = lister.flow(flow_id)
        except HistoryError as error:
            raise HistoryError(f"flow {flow_id} cannot be read: {error}") from error
    return found
