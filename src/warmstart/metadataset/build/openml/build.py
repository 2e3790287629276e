"""Build a meta-dataset from OpenML's run histories: stopped, killed, extended, complete.

The folder is a build and, once it has a manifest, a meta-dataset too::

    raw/          answers of the server as they came
    runs/         one part a unit: the runs of a flow on a task in a measure
    datasets/     descriptions and qualities
    units.sqlite  what is done, from where, and when

Whoever runs the same build again asks the server for what is missing, and for nothing else.
"""

from __future__ import annotations

import dataclasses
import math
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from warmstart.errors import HistoryError
from warmstart.histories.openml.client import Client
from warmstart.histories.openml.flows import FlowDescription
from warmstart.histories.openml.http.cache import PageCache
from warmstart.histories.openml.http.transport import MAX_CONNECTIONS, Transport
from warmstart.histories.openml.listing import Lister
from warmstart.metadataset.build.openml.finished import finished, published_manifest
from warmstart.metadataset.build.openml.plan import OpenMLPlan
from warmstart.metadataset.build.openml.publish import publish_openml
from warmstart.metadataset.build.openml.remarks import remarks_on
from warmstart.metadataset.build.openml.settings import (
    SETTINGS,
    OpenMLReport,
    in_manifest,
    read_settings,
    with_plan,
)
from warmstart.metadataset.build.openml.tasks import OpenMLTask, find_tasks
from warmstart.metadataset.build.openml.units.asked import known_flows
from warmstart.metadataset.build.openml.units.job import UnitJob
from warmstart.metadataset.build.openml.units.parts import KINDS, reconcile, unit_of
from warmstart.metadataset.build.openml.units.reading import UnitReader
from warmstart.metadataset.build.openml.units.todo import wanted_tasks, what_is_left
from warmstart.metadataset.build.progress import KeptProgress, Progress
from warmstart.metadataset.build.units import BuildLock, UnitRecord, Units
from warmstart.metadataset.storage.files import remove_leftovers, write_json

_OWN = ("build.lock", "units.sqlite", "raw", ".writing-")
"""How the names begin of what a build has before it knows its tasks."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for the server."""

    connect_s: float = 5.0
    read_s: float = 120.0
    """Longest wait for the next bytes, in seconds."""

    attempts: int = 6
    backoff_s: float = 1.0
    """Wait before the second attempt; doubles with every further one."""


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
    tell: Callable[[str], None] | None = None,
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
    tell : callable, optional
        Told at once, in one sentence, what is to be waited for; by default a log is.

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
    loses the units being read and nothing else. Where everything the plan names is there,
    nothing is written and the server is not asked.
    """
    out, patience, stop = Path(out), patience or Patience(), threading.Event()
    if not retry_failed and math.isinf(refresh_s):
        report = finished(plan, out)
        if report is not None:
            return report
    _prepare(out)
    with (
        BuildLock(out / "build.lock"),
        Units(out / "units.sqlite") as units,
        KeptProgress(out, "units", progress) as kept,
    ):
        remove_leftovers(out)
        before = read_settings(out, plan)
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
            tell=tell,
        )
        lister = Lister(transport, page_size=page_size)
        flows = known_flows(lister, plan.flows)
        tasks, left_out = find_tasks(lister, wanted_tasks(lister, plan))
        if not tasks:
            raise HistoryError(f"no task of the plan can be read: {_first(left_out)}")
        settings = with_plan(before, plan)
        if settings != before or not (out / SETTINGS).exists():
            write_json(settings, out / SETTINGS)
        done = reconcile(out, units)
        records = [record for kind in KINDS for record in units.read(kind)]
        todo, failed = what_is_left(plan, tasks, flows, records, done, retry_failed, refresh_s)
        job = UnitJob(out, units, done, failed, kept)
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
        manifest = _published(out, done, lister, tasks, flows, settings)
    return OpenMLReport(
        n_units=job.n_now,
        n_before=job.n_before,
        n_rows=job.n_rows,
        n_requests=transport.n_requests,
        n_bytes=transport.n_bytes,
        n_retries=transport.n_retries,
        failed=failed,
        unread=job.unread,
        left_out=left_out,
        remarks=remarks_on(manifest, transport.n_mended),
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


def _published(
    out: Path,
    done: Mapping[str, UnitRecord],
    lister: Lister,
    tasks: Mapping[int, OpenMLTask],
    flows: Mapping[int, FlowDescription],
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    """Make the meta-dataset anew where a unit changed, else leave it."""
    manifest = published_manifest(out, done, settings)
    if manifest is not None:
        return manifest
    known = [unit_of(record) for record in done.values()]
    # Units of earlier plans are of flows and tasks that this one may not name.
    more_flows = known_flows(lister, {unit.flow_id for unit in known} - {0, *flows})
    earlier, _ = find_tasks(lister, {unit.task_id for unit in known} - {0, *tasks})
    return publish_openml(
        out,
        done,
        {**earlier, **tasks},
        {**flows, **more_flows},
        settings["measures"],
        in_manifest(settings),
    )


def _first(left_out: Mapping[int, str]) -> str:
    return "; ".join(f"task {number} {why}" for number, why in list(left_out.items())[:3])
