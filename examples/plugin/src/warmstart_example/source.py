"""Runs in a file of tab-separated columns: score, seconds, then the hyperparameters."""

import csv
import math
from pathlib import Path

from warmstart.errors import HistoryError
from warmstart.histories.runs.options import Meaning
from warmstart.histories.runs.schema import Run, RunHistory
from warmstart.histories.runs.values import number, typed_word


def read(path, **options):
    """Read a file; say the task, the metric and its direction."""
    file, meaning = Path(path), Meaning(**options)
    meaning.only_metric("a TSV file")
    if not file.is_file():
        raise HistoryError(f"there is no file {file}")
    return RunHistory("tsv", str(file), lambda remarks: _runs(file, meaning, remarks), "")


def _runs(file, meaning, remarks):
    metric, _, direction = meaning.only_metric("a TSV file")
    with file.open(encoding="utf-8", newline="") as stream:
        for place, row in enumerate(csv.DictReader(stream, delimiter="\t"), start=1):
            score, cost_s = (number(typed_word(row.pop(k))) for k in ("score", "seconds"))
            values, seed = meaning.values({k: typed_word(v) for k, v in row.items()}, remarks)
            lost = not math.isfinite(score)
            yield Run(
                task=meaning.task_of(None, row, f"line {place} of {file}"),
                values=values,
                space=meaning.space_of(meaning.learner),
                learner=meaning.learner,
                metric=metric,
                direction=direction,
                score=math.nan if lost else score if direction == "maximize" else -score,
                cost_s=cost_s,
                status="failed" if lost else "ok",
                seed=seed,
                source="tsv",
                source_run_id=f"{file.name}:{place}",
            )
