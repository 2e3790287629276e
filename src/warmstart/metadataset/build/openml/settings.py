"""What is kept and told of all builds from OpenML in one folder."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from warmstart.errors import HistoryError
from warmstart.metadataset.build.openml.plan import OpenMLPlan

SETTINGS = "openml.json"


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
    """Why, for each unit that OpenML refuses; those that failed before are among them."""

    unread: Mapping[str, str]
    """Why, for each unit that could not be read now; the same build reads them later."""

    left_out: Mapping[int, str]
    """Why, for each task that is not read."""

    remarks: tuple[str, ...]
    """What whoever reads the meta-dataset should know."""

    manifest: Mapping[str, Any]
    """Of the meta-dataset; empty where no run was found."""


def read_settings(out: Path, plan: OpenMLPlan) -> dict[str, Any]:
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


def with_plan(before: Mapping[str, Any], plan: OpenMLPlan) -> dict[str, Any]:
    """What all builds in the folder read, this one too."""
    return {
        "server": plan.server,
        "suites": sorted({*before["suites"], *plan.suites}),
        "tasks": sorted({*before["tasks"], *plan.task_ids}),
        # In the order in which they came: the first stays the default.
        "measures": list(dict.fromkeys([*before["measures"], *plan.measures])),
    }


def in_manifest(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the manifest repeats of them."""
    return {key: settings[key] for key in ("server", "suites", "tasks")}
