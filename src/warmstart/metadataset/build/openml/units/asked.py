"""What is asked and known of units before they are read: flows, statuses, ages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from warmstart.errors import HistoryError
from warmstart.histories.openml.flows import FlowDescription
from warmstart.histories.openml.listing import Lister

_STATUS = (
    ("memout", re.compile(r"out of memory|memoryerror|memout|java heap", re.IGNORECASE)),
    ("timeout", re.compile(r"time ?out|timed out|time limit", re.IGNORECASE)),
)


def age_s(record_provenance: Mapping[str, Any]) -> float:
    """Seconds since a unit was read."""
    read = datetime.fromisoformat(record_provenance["fetched_at"])
    return (datetime.now(timezone.utc) - read).total_seconds()


def status_of(error: str) -> str:
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
