"""Logs of FLAML's AutoML, JSON lines; FLAML itself is not needed."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart.errors import HistoryError
from warmstart.histories.parsing.reading import readable
from warmstart.histories.runs.budgets import without_partial
from warmstart.histories.runs.options import Meaning
from warmstart.histories.runs.remarks import Remarks
from warmstart.histories.runs.schema import Run, RunHistory
from warmstart.histories.runs.values import number, seconds

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.histories.runs.options import ReadOptions


def read(path: str | Path, **options: Unpack[ReadOptions]) -> RunHistory:
    """Read a log that FLAML's ``AutoML.fit(log_file_name=…)`` wrote.

    FLAML records a loss. Where `direction` is "maximize" it is one minus the metric, which
    is what FLAML minimizes for those of its own metrics that are better high (accuracy,
    roc_auc, f1, r2, …); where it is "minimize" it is the metric itself. Trials on a sample
    smaller than the largest are told as pruned. With ``log_type="better"``, FLAML's default,
    only improvements are in the log.

    Parameters
    ----------
    path : path
    **options :
        As in :class:`~warmstart.histories.runs.options.Meaning`. The learner is what the log
        says unless named.

    Raises
    ------
    HistoryError
        If the log is not there or a line is none of FLAML's.

    References
    ----------
    .. [1] Wang, Wu, Weimer, Zhu. "FLAML: A Fast and Lightweight AutoML Library." MLSys 2021.

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> log = pathlib.Path(tempfile.mkdtemp(), "automl.log")
    >>> trial = {"record_id": 0, "learner": "lgbm", "validation_loss": 0.2,
    ...          "config": {"num_leaves": 8}, "sample_size": 90, "trial_time": 1.5}
    >>> _ = log.write_text(json.dumps(trial))
    >>> runs = read(log, task="churn", metric="roc_auc", direction="maximize").to_frame()
    >>> runs[["learner", "score"]].to_dict("list")
    {'learner': ['lgbm'], 'score': [0.8]}
    """
    file, meaning = Path(path).expanduser(), Meaning(**options)
    meaning.only_metric("FLAML")
    with readable(path):
        if not file.is_file():
            raise HistoryError(f"there is no FLAML log {file}")

    def runs(remarks: Remarks) -> Iterator[Run]:
        remarks.say("times are not in a log of FLAML")
        yield from without_partial(list(_runs(file, meaning, remarks)), remarks, "rows")

    return RunHistory("flaml", str(file), runs, meaning.run_prefix)


def _runs(file: Path, meaning: Meaning, remarks: Remarks) -> Iterator[Run]:
    metric, _, direction = meaning.only_metric("FLAML")
    occurrences: Counter[str] = Counter()
    with file.open(encoding="utf-8-sig", newline="\n") as lines:
        for place, line in enumerate(lines, start=1):
            remarks.place = f"line {place}"
            record = _record(line, file, place, remarks)
            if record is None:
                continue
            loss = number(record["validation_loss"])
            lost = not math.isfinite(loss)
            remarks.add("without a finite loss: told as failed", int(lost))
            score = 1.0 - loss if direction == "maximize" else 0.0 - loss
            name = hashlib.sha256(line.strip().encode()).hexdigest()[:16]
            occurrences[name] += 1
            values, seed = meaning.values(record["config"], remarks)
            # A configuration says its own learner where FLAML tuned which one to use.
            values.pop("learner", None)
            learner = meaning.learner or str(record.get("learner", ""))
            sample = number(record.get("sample_size"))
            yield Run(
                task=meaning.task_of(None, record, f"line {place} of {file}"),
                values=values,
                space=meaning.space_of(learner),
                learner=learner,
                metric=metric,
                direction=direction,
                score=math.nan if lost else score,
                cost_s=seconds(record.get("trial_time") or 0.0),
                status="failed" if lost else "ok",
                seed=seed,
                budget=sample if math.isfinite(sample) else None,
                sampler=meaning.sampler or "flaml",
                source="flaml",
                source_run_id=name if occurrences[name] == 1 else f"{name}-{occurrences[name]}",
            )


def _record(line: str, file: Path, place: int, remarks: Remarks) -> dict[str, Any] | None:
    if not line.strip():
        return None
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        if line.endswith("\n"):
            raise HistoryError(f"line {place} of {file} is not JSON: {error}") from error
        remarks.add("left out: its line was cut off")
        return None
    if not isinstance(record, dict):
        raise HistoryError(f"line {place} of {file} is none of FLAML's: {line.strip()[:80]}")
    if "curr_best_record_id" in record:
        return None
    if missing := [k for k in ("validation_loss", "config") if k not in record]:
        raise HistoryError(f"line {place} of {file} is none of FLAML's: no {missing[0]}")
    if not isinstance(record["config"], dict):
        raise HistoryError(f"line {place} of {file}: its config is no JSON object")
    return record
