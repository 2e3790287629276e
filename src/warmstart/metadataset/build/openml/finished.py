"""Whether a folder has all that a plan names: found out without writing or asking."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from warmstart.errors import HistoryError, MetaDatasetError
from warmstart.histories.openml.http.cache import PageCache
from warmstart.histories.openml.http.transport import Transport
from warmstart.histories.openml.listing import Lister
from warmstart.metadataset.build.openml.plan import OpenMLPlan
from warmstart.metadataset.build.openml.publish import MANIFEST, STATE, units_digest
from warmstart.metadataset.build.openml.remarks import remarks_on
from warmstart.metadataset.build.openml.settings import (
    SETTINGS,
    OpenMLReport,
    in_manifest,
    read_settings,
    with_plan,
)
from warmstart.metadataset.build.openml.tasks import find_tasks
from warmstart.metadataset.build.openml.units.asked import known_flows
from warmstart.metadataset.build.openml.units.parts import KINDS, is_whole
from warmstart.metadataset.build.openml.units.todo import wanted_tasks, what_is_left
from warmstart.metadataset.build.units import UnitRecord, units_of
from warmstart.metadataset.storage.manifest import check_digests


def finished(plan: OpenMLPlan, out: Path) -> OpenMLReport | None:
    """What a build would report that finds nothing to do; None where there is something."""
    if not all((out / name).is_file() for name in (SETTINGS, STATE, MANIFEST, "units.sqlite")):
        return None
    transport = Transport(plan.server, pages=PageCache(out / "raw"), asks=False)
    lister = Lister(transport)
    # Whatever is wrong is told, or mended, by the build itself.
    with contextlib.suppress(HistoryError, OSError, ValueError, KeyError, TypeError):
        settings = read_settings(out, plan)
        if with_plan(settings, plan) != settings:
            return None
        flows = known_flows(lister, plan.flows)
        tasks, left_out = find_tasks(lister, wanted_tasks(lister, plan))
        found = units_of(out / "units.sqlite", KINDS)
        records = [record for kind in found.values() for record in kind]
        done = {record.key: record for record in records if record.state == "done"}
        todo, failed = what_is_left(plan, tasks, flows, records, done, False, math.inf)
        if any(todo) or not tasks or not all(is_whole(out, record) for record in done.values()):
            return None
        manifest = published_manifest(out, done, settings)
        if manifest is None:
            return None
        return OpenMLReport(
            n_units=0,
            n_before=len(done),
            n_rows=0,
            n_requests=0,
            n_bytes=0,
            n_retries=0,
            failed=failed,
            unread={},
            left_out=left_out,
            remarks=remarks_on(manifest, 0),
            manifest=manifest,
        )
    return None


def published_manifest(
    out: Path, done: Mapping[str, UnitRecord], settings: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Manifest of a meta-dataset that was made of these very units and is whole."""
    with contextlib.suppress(OSError, ValueError, MetaDatasetError):
        manifest: dict[str, Any] = json.loads((out / MANIFEST).read_text("utf-8"))
        state = json.loads((out / STATE).read_text("utf-8"))
        check_digests(out, manifest)
        if state == {"units": units_digest(done, in_manifest(settings))}:
            return manifest
    return None
