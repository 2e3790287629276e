"""Build a meta-dataset from OpenML's run histories: stopped, killed, extended, complete.

The folder is a build and, once it has a manifest, a meta-dataset too::

    raw/          answers of the server as they came
    runs/         one part a unit: the runs of a flow on a task in a measure
    datasets/     descriptions and qualities
    units.sqlite  what is done, from where, and when

Whoever runs the same build again asks the server for what is missing, and for nothing else.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from warmstart.errors import HistoryError, MetaDatasetError
from warmstart.histories.openml.cache import CacheError, PageCache
from warmstart.histories.openml.client import Client
from warmstart.histories.openml.errors import UnavailableError
from warmstart.histories.openml.flows import FlowDescription
from warmstart.histories.openml.listing import Lister
from warmstart.histories.openml.threads import run_units
from warmstart.histories.openml.transport import MAX_CONNECTIONS, Transport
from warmstart.metadataset.build.openml.parts import (
    KINDS,
    UnitParts,
    fail,
    keep,
    reconcile,
    unit_of,
)
from warmstart.metadataset.build.openml.plan import OpenMLPlan, OpenMLUnit
from warmstart.metadataset.build.openml.publish import (
    MANIFEST,
    STATE,
    publish_openml,
    units_digest,
)
from warmstart.metadataset.build.openml.reading import UnitReader, age_s, known_flows
from warmstart.metadataset.build.openml.tasks import OpenMLTask, find_tasks
from warmstart.metadataset.build.units import BuildLock, UnitRecord, Units
from warmstart.metadataset.storage.files import remove_leftovers, write_json
from warmstart.metadataset.storage.reading import check_digests

_log = logging.getLogger(__name__)

SETTINGS = "openml.json"
_OWN = ("build.lock", "units.sqlite", "raw", ".writing-")
"""How the names begin of what a build has before it knows its tasks."""

MAX_SILENT = 3
"""Units in a row that the server does not answer: then it is not asked any more."""

Progress = Callable[[int, int, float], None]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for the server."""

    connect_s: float = 5.0
    read_s: float = 120.0
    """Longest wait for the next bytes, in seconds."""

    attempts: int = 6
    backoff_s: float = 1.0
    """Wait before the second attempt; doubles with every further one."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OpenMLReport:
    """What a build did."""

    n_units: int
    """Read now; those of earlier runs are not counted."""

    n_before: int
    """Found done."""

    n_rows: int
    """Runs read now."""

    n_requests: int
    n_bytes: int
    """As they came, compressed."""

    n_retries: int
    failed: Mapping[str, str]
    """Why, for each unit that cannot be read; those that failed before are among them."""

    left_out: Mapping[int, str]
    """Why, for each task that is not read."""

    manifest: Mapping[str, Any]
    """Of the meta-dataset; empty where no run was found."""


def build_openml(
    plan: OpenMLPlan,
    out: str | Path,
    *,
    api_key: str = "",
    n_workers: int = MAX_CONNECTIONS,
    retry_failed: bool = False,
    refresh_s: float = math.inf,
    patience: Patience | None = None,
    page_size: int | None = None,
    progress: Progress | None = None,
) -> OpenMLReport:
    """Read what a plan names and is not there yet, and make a meta-dataset of all there is.

    Parameters
    ----------
    plan : OpenMLPlan
    out : path
        Folder of the build and of the meta-dataset; made if need be. A plan that names other
        tasks, flows or measures than before extends it.
    api_key : str
        For what is not public.
    n_workers : int
        Requests at a time, 1 or 2.
    retry_failed : bool
        Read again what OpenML refused before.
    refresh_s : float
        Read again what is older than so many seconds; runs known before stay.
    patience : Patience, optional
    page_size : int, optional
        Rows a request; by default as many as the server gives.
    progress : callable, optional
        Called with the units done, those there are, and units a second now.

    Returns
    -------
    OpenMLReport

    Raises
    ------
    HistoryError
        If another process builds there, the folder cannot be written or holds another
        build, OpenML does not know the suite or a flow, or it does not answer. Whatever was
        read before is kept, and the same call goes on from there.

    Notes
    -----
    Ctrl-C ends it within seconds, also while the server is silent; a kill at any moment
    loses the units being read and nothing else.
    """
    out, patience, stop = Path(out), patience or Patience(), threading.Event()
    _prepare(out)
    with BuildLock(out / "build.lock"), Units(out / "units.sqlite") as units:
        remove_leftovers(out)
        before = _settings(out, plan)
        pages = PageCache(out / "raw", max_age_s=refresh_s)
        transport = Transport(
            plan.server,
            api_key=api_key,
            connect_s=patience.connect_s,
            read_s=patience.read_s,
            attempts=patience.attempts,
            backoff_s=patience.backoff_s,
            connections=n_workers,
            pages=pages,
            stop=stop,
        )
        lister = Lister(transport, page_size=page_size)
        flows = known_flows(lister, plan.flows)
        tasks, left_out = find_tasks(lister, wanted_tasks(lister, plan))
        if not tasks:
            raise HistoryError(f"no task of the plan can be read: {_first(left_out)}")
        settings, measures = _remember(out, plan, before)
        done = reconcile(out, units)
        todo, failed = _todo(plan, tasks, units, done, retry_failed, refresh_s)
        job = _Job(out, units, done, failed, progress)
        job.expect(sum(map(len, todo)))

        def client(cache: Path) -> Client:
            return Client(
                plan.server,
                cache=cache,
                api_key=api_key,
                connect_s=patience.connect_s,
                read_s=patience.read_s,
            )

        reader = UnitReader(lister, out, flows, plan.measures, tasks, client, done)
        for part in todo:
            job.run(part, reader, n_workers, stop)
        manifest = _published(out, done, lister, tasks, flows, measures, settings)
    return OpenMLReport(
        n_units=job.n_now,
        n_before=job.n_before,
        n_rows=job.n_rows,
        n_requests=transport.n_requests,
        n_bytes=transport.n_bytes,
        n_retries=transport.n_retries,
        failed=failed,
        left_out=left_out,
        manifest=manifest,
    )


def _prepare(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        names = [path.name for path in out.iterdir()]
    except OSError as error:
        raise HistoryError(f"cannot build in {out}: {error.strerror or error}") from error
    if SETTINGS not in names and not all(name.startswith(_OWN) for name in names):
        raise HistoryError(
            f"{out} holds something other than a build from OpenML; name another folder"
        )


def _settings(out: Path, plan: OpenMLPlan) -> dict[str, Any]:
    """What earlier builds in the folder read."""
    path = out / SETTINGS
    before: dict[str, Any] = {"server": plan.server, "suites": [], "tasks": [], "measures": []}
    if path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
    if before["server"] != plan.server:
        raise HistoryError(
            f"{out} was built from {before['server']}, not from {plan.server}; build in "
            "another folder and merge"
        )
    return before


def _remember(
    out: Path, plan: OpenMLPlan, before: dict[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """What the manifest says of all builds in the folder, and every measure so far."""
    settings: dict[str, Any] = {
        "server": plan.server,
        "suites": sorted({*before["suites"], *plan.suites}),
        "tasks": sorted({*before["tasks"], *plan.task_ids}),
        # In the order in which they came: the first stays the default.
        "measures": list(dict.fromkeys([*before["measures"], *plan.measures])),
    }
    if settings != before or not (out / SETTINGS).exists():
        write_json(settings, out / SETTINGS)
    return {key: settings[key] for key in ("server", "suites", "tasks")}, settings["measures"]


def wanted_tasks(lister: Lister, plan: OpenMLPlan) -> set[int]:
    """Numbers of all tasks of a plan."""
    found = set(plan.task_ids)
    for suite in plan.suites:
        found.update(lister.study(suite).task_ids)
    return found


def plan_units(plan: OpenMLPlan, tasks: Mapping[int, OpenMLTask]) -> list[list[OpenMLUnit]]:
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
    return [first, *rounds]


def _todo(
    plan: OpenMLPlan,
    tasks: Mapping[int, OpenMLTask],
    units: Units,
    done: Mapping[str, UnitRecord],
    retry_failed: bool,
    refresh_s: float,
) -> tuple[list[list[OpenMLUnit]], dict[str, str]]:
    """Units to read, and why those that failed before did."""
    before = {record.key: record for kind in KINDS for record in units.read(kind, "failed")}
    todo: list[list[OpenMLUnit]] = []
    failed: dict[str, str] = {}
    for part in plan_units(plan, tasks):
        todo.append([])
        for unit in part:
            if unit.key in before and not retry_failed:
                failed[unit.name] = before[unit.key].error
            elif unit.key not in done or _is_old(done[unit.key], refresh_s):
                todo[-1].append(unit)
    return todo, failed


def _is_old(record: UnitRecord, refresh_s: float) -> bool:
    return math.isfinite(refresh_s) and age_s(json.loads(record.provenance)) > refresh_s


class _Job:
    """Reads units, keeps them, and counts."""

    def __init__(
        self,
        out: Path,
        units: Units,
        done: dict[str, UnitRecord],
        failed: dict[str, str],
        progress: Progress | None,
    ) -> None:
        self._out, self._units, self._done, self._failed = out, units, done, failed
        self._progress, self._start = progress, time.monotonic()
        self.n_now = self.n_rows = self._n_taken = self._n_silent = self._n_todo = 0
        self.n_before = len(done)

    def expect(self, n_todo: int) -> None:
        """Say how many units there will be."""
        self._n_todo = n_todo
        self._tell()

    def run(
        self, todo: list[OpenMLUnit], reader: UnitReader, n_workers: int, stop: threading.Event
    ) -> None:
        """Read units and keep them one by one."""
        results = run_units(todo, reader.read, n_workers=n_workers, stop=stop)
        with contextlib.closing(results):
            for unit, result in results:
                self._take(unit, result)
                self._n_taken += 1
                self._tell()

    def _take(self, unit: OpenMLUnit, result: UnitParts | BaseException) -> None:
        if isinstance(result, UnitParts):
            self._done[unit.key] = keep(self._out, self._units, unit, result)
            self.n_now += 1
            self.n_rows += result.n_rows
            self._n_silent = 0
            return
        if isinstance(result, CacheError) or not isinstance(result, HistoryError):
            raise result
        self._n_silent += isinstance(result, UnavailableError)
        if self._n_silent >= MAX_SILENT:
            raise HistoryError(
                f"OpenML left {MAX_SILENT} units in a row without an answer; what was read is "
                f"kept, and the same command goes on from there: {result}"
            ) from result
        _log.warning("%s: %s", unit.name, result)
        self._failed[unit.name] = str(result)
        if unit.key not in self._done:
            # What was to be refreshed stays as it was.
            fail(self._units, unit, str(result))

    def _tell(self) -> None:
        if self._progress is not None:
            elapsed = max(time.monotonic() - self._start, 1e-9)
            done, total = self.n_before + self._n_taken, self.n_before + self._n_todo
            self._progress(done, total, self._n_taken / elapsed)


def _published(
    out: Path,
    done: Mapping[str, UnitRecord],
    lister: Lister,
    tasks: Mapping[int, OpenMLTask],
    flows: Mapping[int, FlowDescription],
    measures: list[str],
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    """Make the meta-dataset anew where a unit changed, else leave it."""
    with contextlib.suppress(OSError, MetaDatasetError):
        manifest: dict[str, Any] = json.loads((out / MANIFEST).read_text("utf-8"))
        state = json.loads((out / STATE).read_text("utf-8"))
        check_digests(out, manifest)
        if state == {"units": units_digest(done, settings)}:
            return manifest
    known = [unit_of(record) for record in done.values()]
    # Units of earlier plans are of flows and tasks that this one may not name.
    more_flows = known_flows(lister, {unit.flow_id for unit in known} - {0, *flows})
    earlier, _ = find_tasks(lister, {unit.task_id for unit in known} - {0, *tasks})
    return publish_openml(
        out, done, {**earlier, **tasks}, {**flows, **more_flows}, measures, settings
    )


def _first(left_out: Mapping[int, str]) -> str:
    return "; ".join(f"task {number} {why}" for number, why in list(left_out.items())[:3])
