"""What a build from OpenML will cost, from a look at a few of its units."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path

from warmstart.histories.openml import xml
from warmstart.histories.openml.errors import NO_SUCH_FUNCTION, NoResultError, OpenMLError
from warmstart.histories.openml.http.cache import PageCache
from warmstart.histories.openml.http.transport import MAX_CONNECTIONS, Transport
from warmstart.histories.openml.listing import IDS_AT_ONCE, JOINT_PAGE, PLAIN_PAGE, Lister
from warmstart.metadataset.build.openml.build import Patience
from warmstart.metadataset.build.openml.plan import OpenMLPlan, OpenMLUnit
from warmstart.metadataset.build.openml.tasks import find_tasks
from warmstart.metadataset.build.openml.units.asked import known_flows
from warmstart.metadataset.build.openml.units.parts import KINDS
from warmstart.metadataset.build.openml.units.todo import plan_units, wanted_tasks
from warmstart.metadataset.build.units import units_of

N_SAMPLES = 5
_SHORT_PAGE = 100
_OTHERS = {"openml-dataset": 2, "openml-description": 5, "openml-failures": 1}
"""Requests of a unit that is not listed by pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMLEstimate:
    """What is left to read; all but the first two numbers is extrapolated."""

    n_units: int
    n_done: int
    n_requests: int
    n_rows: int
    n_bytes: int
    """As they come, compressed; the raw answers take as much disk."""

    minutes: float
    n_sampled: int
    """Units looked at. Their mean stands for all."""


def estimate_openml(
    plan: OpenMLPlan,
    out: str | Path,
    *,
    api_key: str = "",
    n_workers: int = MAX_CONNECTIONS,
    patience: Patience | None = None,
) -> OpenMLEstimate:
    """Say what :func:`~warmstart.metadataset.build.openml.build.build_openml` would read.

    Asks for the suite, the tasks, and the first rows of at most five units; writes nothing.

    Raises
    ------
    HistoryError
        As the build would; at once where the server cannot be reached.
    """
    out, patience = Path(out), patience or Patience()
    transport = Transport(
        plan.server,
        api_key=api_key,
        connect_s=patience.connect_s,
        read_s=patience.read_s,
        attempts=patience.attempts,
        backoff_s=patience.backoff_s,
        waits=False,
        pages=PageCache(out / "raw") if (out / "raw").is_dir() else None,
    )
    lister = Lister(transport)
    tasks, _ = find_tasks(lister, wanted_tasks(lister, plan))
    done: set[str] = set()
    if (out / "units.sqlite").exists():
        found = units_of(out / "units.sqlite", KINDS)
        done = {record.key for records in found.values() for record in records}
    flows = known_flows(lister, plan.flows)
    units = [unit for part in plan_units(plan, tasks, flows) for unit in part]
    todo = [unit for unit in units if unit.key not in done]
    runs = [unit for unit in todo if unit.kind == "openml-runs"]
    sample = (
        [runs[place * len(runs) // N_SAMPLES] for place in range(N_SAMPLES)] if runs else []
    )
    looks = [_look(transport, unit) for unit in dict.fromkeys(sample)]
    requests = n_rows = n_bytes = seconds = 0.0
    for unit in todo:
        if unit.kind == "openml-traces":
            # A request a run.
            requests += sum(look.n_rows for look in looks) / max(len(looks), 1)
            continue
        if unit.kind != "openml-runs":
            # Description and qualities, or description, qualities, columns and rows.
            requests += _OTHERS[unit.kind]
            continue
        joint = unit.measure == plan.measures[0]
        for look in looks:
            requests += look.requests(joint=joint) / len(looks)
            n_rows += look.n_rows / len(looks)
            n_bytes += (
                look.n_rows * (look.joint_bytes if joint else look.plain_bytes) / len(looks)
            )
    if looks:
        seconds = requests * sum(look.seconds for look in looks) / len(looks) / n_workers
    return OpenMLEstimate(
        n_units=len(todo),
        n_done=len(units) - len(todo),
        n_requests=math.ceil(requests),
        n_rows=round(n_rows),
        n_bytes=round(n_bytes),
        minutes=seconds / 60,
        n_sampled=len(looks),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    n_rows: int
    plain_bytes: float
    """A row without its hyperparameters."""

    joint_bytes: float
    has_joint: bool
    seconds: float
    """One request."""

    def requests(self, *, joint: bool) -> int:
        plain = self.n_rows // PLAIN_PAGE + 1
        if not joint:
            return plain
        if self.has_joint:
            return self.n_rows // JOINT_PAGE + 1
        return plain + math.ceil(self.n_rows / IDS_AT_ONCE)


def _look(transport: Transport, unit: OpenMLUnit) -> _Look:
    filters = f"function/{unit.measure}/flow/{unit.flow_id}/task/{unit.task_id}"
    begin, before = time.monotonic(), transport.n_bytes
    n_rows = _count(transport, f"evaluation/list/{filters}/limit/{PLAIN_PAGE}/offset/0")
    plain = (transport.n_bytes - before) / max(n_rows, 1)
    before, has_joint, some = transport.n_bytes, True, 0
    path = f"evaluation/setup/list/{filters}/limit/{_SHORT_PAGE}/offset/0"
    try:
        some = _count(transport, path)
    except OpenMLError as error:
        if error.code not in NO_SUCH_FUNCTION:
            raise
        has_joint = False
    joint = (transport.n_bytes - before) / max(some, 1) if has_joint else plain
    return _Look(n_rows, plain, joint, has_joint, (time.monotonic() - begin) / 2)


def _count(transport: Transport, path: str) -> int:
    try:
        return len(transport.read(path, xml.evaluations).rows)
    except NoResultError:
        return 0
