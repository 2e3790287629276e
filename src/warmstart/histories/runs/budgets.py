"""Runs on less than all there is, which do not compare with full ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from warmstart.histories.runs.remarks import Remarks
from warmstart.histories.runs.schema import Run


def without_partial(runs: Sequence[Run], remarks: Remarks, unit: str) -> list[Run]:
    """Take the score of runs whose budget is below their task's largest: they were pruned.

    Parameters
    ----------
    runs : sequence of Run
        Of one history; those without a budget had all there is.
    unit : str
        What the budget counts, for the remark.

    Examples
    --------
    >>> told = {"task": "t", "values": {}, "metric": "m", "direction": "maximize",
    ...         "source": "ray"}
    >>> runs = [Run(score=0.5, budget=3.0, source_run_id="a", **told),
    ...         Run(score=0.9, budget=9.0, source_run_id="b", **told)]
    >>> [run.status for run in without_partial(runs, Remarks(), "iterations")]
    ['pruned', 'ok']
    """
    largest: dict[str, float] = {}
    for run in runs:
        if run.budget is not None and run.status == "ok":
            largest[run.task] = max(largest.get(run.task, -np.inf), run.budget)
    kept = []
    for run in runs:
        if run.status == "ok" and run.budget is not None and run.budget < largest[run.task]:
            remarks.add(
                f"told as pruned: they had fewer {unit} than the {largest[run.task]:g} of "
                "others, so their scores do not compare"
            )
            run = replace(run, status="pruned", score=np.nan)
        kept.append(run)
    return kept
