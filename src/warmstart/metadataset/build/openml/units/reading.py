"""Reading one unit of a build from OpenML: from listings to tables of typed configurations."""

from __future__ import annotations

import math
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from warmstart._version import __version__
from warmstart.histories.openml.client import Client
from warmstart.histories.openml.errors import UnavailableError
from warmstart.histories.openml.flows import FlowDescription
from warmstart.histories.openml.listing import Lister
from warmstart.histories.openml.parameters import Canonical, CanonicalSetup
from warmstart.metadataset.build.openml.plan import OpenMLUnit
from warmstart.metadataset.build.openml.tasks import OpenMLTask
from warmstart.metadataset.build.openml.units.asked import status_of
from warmstart.metadataset.build.openml.units.described import description_of
from warmstart.metadataset.build.openml.units.parts import (
    UnitParts,
    read_runs,
    read_unit_configurations,
)
from warmstart.metadataset.build.openml.units.rows import Row, unit_tables
from warmstart.metadataset.build.openml.units.traces import SearchRun, read_traces
from warmstart.metafeatures.registry import extractor_version


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
            If OpenML refuses, does not answer, leaves rows out, or has a dataset that
            nothing can be learned from.
        """
        if unit.kind == "openml-dataset":
            return self._dataset(unit)
        if unit.kind == "openml-description":
            return self._described(unit)
        if unit.kind == "openml-failures":
            return self._failures(unit)
        if unit.kind == "openml-traces":
            return self._traces(unit)
        return self._runs(unit)

    def _dataset(self, unit: OpenMLUnit) -> UnitParts:
        found = self.lister.dataset(unit.data_id)
        known = self.lister.qualities(unit.data_id)
        return UnitParts(
            description={**found._asdict(), "qualities": known},
            provenance=self._provenance(f"data/{unit.data_id}"),
        )

    def _described(self, unit: OpenMLUnit) -> UnitParts:
        task = self.tasks[unit.task_id]
        return UnitParts(
            description=description_of(self.client, task),
            provenance={
                **self._provenance(f"data/{task.data_id}"),
                "extractor": extractor_version(),
            },
        )

    def _runs(self, unit: OpenMLUnit) -> UnitParts:
        joint = unit.measure == self.measures[0]
        listing = self.lister.evaluations(
            unit.measure, unit.flow_id, unit.task_id, parameters=joint
        )
        rows = [row for row in listing.rows.values() if row.value is not None]
        points: dict[int, CanonicalSetup] = {}
        if joint:
            canonical = self._canonical[unit.flow_id]
            for row in rows:
                if row.setup_id not in points and row.parameters is not None:
                    points[row.setup_id] = canonical.configuration(
                        row.parameters, listing.definitions
                    )
        else:
            points = self._points(unit, {row.setup_id for row in rows})
        return self._parts(
            unit,
            [
                Row(row, row.engine_id, row.value if math.isfinite(row.value) else None)
                for row in rows
                if row.value is not None
            ],
            self._with_bare(unit, points, {row.setup_id for row in rows}),
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
        setup_ids = {row.setup_id for row in rows}
        return self._parts(
            unit,
            [Row(row, 0, None, status_of(row.error)) for row in rows],
            self._with_bare(unit, self._points(unit, setup_ids), setup_ids),
            self._provenance(f"run/list/flow/{unit.flow_id}/task/{unit.task_id}"),
        )

    def _points(self, unit: OpenMLUnit, wanted: set[int]) -> dict[int, CanonicalSetup]:
        """Configuration of each setup that OpenML has; those no unit has are asked for."""
        if not wanted:
            return {}
        points = {n: p for n, p in self._from_first(unit).items() if n in wanted}
        found, definitions = self.lister.setups(wanted - set(points))
        canonical = self._canonical[unit.flow_id]
        for number, setup in found.items():
            if setup.parameters is not None:
                points[number] = canonical.configuration(setup.parameters, definitions)
        return points

    def _with_bare(
        self, unit: OpenMLUnit, points: dict[int, CanonicalSetup], setup_ids: set[int]
    ) -> dict[int, CanonicalSetup]:
        """Where a flow has no hyperparameters, none are stored, and that is all of them."""
        if self.flows[unit.flow_id].declared:
            return points
        bare = self._canonical[unit.flow_id].configuration({}, {})
        return {**dict.fromkeys(setup_ids, bare), **points}

    def _first(self, unit: OpenMLUnit) -> str:
        """Key of the unit that has the setups of the same flow and task."""
        return OpenMLUnit(
            kind="openml-runs",
            measure=self.measures[0],
            flow_id=unit.flow_id,
            task_id=unit.task_id,
        ).key

    def _first_runs(self, unit: OpenMLUnit) -> list[SearchRun]:
        """Runs of the same flow and task, each once."""
        key = self._first(unit)
        if key not in self.done:
            raise UnavailableError(f"{unit.name}: its runs could not be read")
        table = read_runs(self.out, key, list(SearchRun._fields))
        rows = zip(*(table[name].to_pylist() for name in SearchRun._fields), strict=True)
        return sorted({row[0]: SearchRun(*row) for row in rows}.values())

    def _from_first(self, unit: OpenMLUnit) -> dict[int, CanonicalSetup]:
        key = self._first(unit)
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
        rows: Sequence[Row],
        points: Mapping[int, CanonicalSetup],
        provenance: dict[str, Any],
    ) -> UnitParts:
        """Tables of the rows whose configuration is known; the other ones are counted."""
        flow = self.flows[unit.flow_id]
        known = [row for row in rows if row.run.setup_id in points]
        n_not_finite = sum(row.status == "ok" and row.value is None for row in known)
        return unit_tables(
            self.out,
            self.done,
            unit,
            flow,
            [(row, points[row.run.setup_id]) for row in known],
            {
                **provenance,
                "n_without_setup": len(rows) - len(known),
                "n_not_finite": n_not_finite,
            },
        )

    def _traces(self, unit: OpenMLUnit) -> UnitParts:
        """What every run of a search tried, as evaluations of the part searched over."""
        search = self.flows[unit.flow_id]
        found = read_traces(
            self.lister,
            search,
            self.tasks[unit.task_id],
            self._first_runs(unit),
            self._from_first(unit),
            unit.measure,
        )
        assert search.searched is not None
        return unit_tables(
            self.out,
            self.done,
            unit,
            search.searched,
            found.rows,
            {**self._provenance("run/trace"), **found.counts},
        )

    def _provenance(self, path: str) -> dict[str, Any]:
        return {
            "url": self.lister.transport.server + path,
            "fetched_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "warmstart": __version__,
            "python": platform.python_version(),
        }
