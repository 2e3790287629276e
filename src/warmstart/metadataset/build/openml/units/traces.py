"""Evaluations inside the runs of a search on OpenML, one request a run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from warmstart.histories.openml.flows import FlowDescription
from warmstart.histories.openml.listing import Lister
from warmstart.histories.openml.parameters import CanonicalSetup
from warmstart.histories.openml.traces import measure_of, tried
from warmstart.metadataset.build.openml.tasks import OpenMLTask
from warmstart.metadataset.build.openml.units.rows import Row


class SearchRun(NamedTuple):
    """A run of a search, as it was kept."""

    run_id: int
    task_id: int
    setup_id: int
    uploader: int | None
    upload_time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What was tried, and how often nothing could be made of it."""

    rows: list[tuple[Row, CanonicalSetup]]
    counts: dict[str, int]


def read_traces(
    lister: Lister,
    flow: FlowDescription,
    task: OpenMLTask,
    runs: Iterable[SearchRun],
    setups: Mapping[int, CanonicalSetup],
    measure: str,
) -> Traces:
    """Configurations that the runs of a search tried, each with its mean over the folds.

    Parameters
    ----------
    lister : Lister
    flow : FlowDescription
        The search's.
    task : OpenMLTask
    runs : iterable of SearchRun
    setups : mapping of int to CanonicalSetup
        The searches' own configurations: what they did not vary, and their scorer.
    measure : str
        Only searches by this measure are read.
    """
    rows: list[tuple[Row, CanonicalSetup]] = []
    names = ("n_without_trace", "n_unread", "n_without_measure", "n_not_finite")
    counts = Counter(dict.fromkeys(names, 0))
    for run in runs:
        values = json.loads(setups[run.setup_id].text)
        known = measure_of(values.get("scoring"), is_regression=task.is_regression)
        if known is None or known[0] != measure:
            counts["n_without_measure"] += known is None
            continue
        found = lister.trace(run.run_id)
        if not found:
            counts["n_without_trace"] += 1
            continue
        points, n_unread = tried(found, values, flow, known[1])
        counts["n_unread"] += n_unread
        for place, point in enumerate(points):
            counts["n_not_finite"] += point.value is None
            # Negative: no evaluation engine scored it.
            rows.append((Row(run, -1 - place, point.value), point.configuration))
    return Traces(rows=rows, counts=dict(counts))
