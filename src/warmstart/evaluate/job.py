"""One method on one fold: fit, follow it on every test task, keep what was measured."""

from __future__ import annotations

import hashlib
import inspect
import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.evaluate import memory
from warmstart.evaluate.trace import HeldOutTask, Mode, follow, regrets
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.protocols import PerformanceModel
from warmstart.recommend.methods import make_method

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One method on one fold."""

    name: str
    model: PerformanceModel
    fold: int
    table: ScoreTable
    train: NDArray[np.intp]
    test: NDArray[np.intp]
    tried: NDArray[np.bool_]
    n_evaluations: int
    mode: Mode
    random_state: int
    n_seeds: int
    cache: Path | None


def run(job: Job) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit and follow, or read what an earlier run of the same job left."""
    key = cache_key(job) if job.cache is not None else None
    if job.cache is None or key is None:
        return _measure(job)
    files = [job.cache / f"{key}-{part}.parquet" for part in ("timings", "regret")]
    if not all(file.exists() for file in files):
        regret, timings = _measure(job)
        for frame, file in zip((timings, regret), files, strict=True):
            unfinished = file.with_suffix(".writing")
            frame.to_parquet(unfinished)
            unfinished.replace(file)
    timings, regret = (pd.read_parquet(file) for file in files)
    return regret, timings


def _measure(job: Job) -> tuple[pd.DataFrame, pd.DataFrame]:
    table, scores = job.table, job.table.scores
    n_seeds = job.n_seeds if getattr(job.model, "random_answers", False) else 1
    tries = int(getattr(job.model, "tries_per_step", 1))
    sums = np.zeros((2, len(job.test), job.n_evaluations))
    fit_s = start_s = choose_s = 0.0
    n_choices = 0
    memory_known = memory.reset_peak()
    for seed in range(n_seeds):
        began = time.process_time()
        model = make_method(job.model).fit(
            table.take(job.train), random_state=_seed(job, seed, n_seeds)
        )
        fit_s += time.process_time() - began
        for place, row in enumerate(job.test):
            task = HeldOutTask(scores[row], job.tried[row])
            began = time.process_time()
            state = model.start(_metafeatures(table, row))
            start_s += time.process_time() - began
            trace = follow(state, task, job.n_evaluations, mode=job.mode, tries=tries)
            choose_s += trace.choose_cpu_s
            n_choices += trace.n_choices
            sums[:, place] += regrets(trace.incumbents, scores[row])
    normalised, raw = sums / n_seeds
    ids = table.task_ids[job.test]
    regret = pd.DataFrame(
        {
            "method": job.name,
            "task_id": ids.repeat(job.n_evaluations),
            "t": np.tile(np.arange(1, job.n_evaluations + 1), len(ids)),
            "normalised_regret": normalised.ravel(),
            "raw_regret": raw.ravel(),
        }
    )
    timings = pd.DataFrame(
        {
            "method": [job.name],
            "fold": [job.fold],
            "n_train": [len(job.train)],
            "fit_cpu_s": [fit_s / n_seeds],
            "start_cpu_s": [start_s / (n_seeds * len(job.test))],
            "step_cpu_s": [choose_s / max(n_choices, 1)],
            "peak_mb": [memory.peak_mb() if memory_known else np.nan],
        }
    )
    return regret, timings


def _seed(job: Job, seed: int, n_seeds: int) -> int:
    """The caller's own seed, or one for each fold where answers are drawn at random."""
    if n_seeds == 1:
        return job.random_state
    return int(np.random.SeedSequence((job.random_state, job.fold, seed)).generate_state(1)[0])


def _metafeatures(table: ScoreTable, row: int) -> pd.Series[Any] | None:
    known = table.metafeatures
    if known is None or table.task_ids[row] not in known.index:
        return None
    found: pd.Series[Any] = known.loc[table.task_ids[row]]
    return found


def cache_key(job: Job) -> str | None:
    """Name of a job that another process would give it too; None where there is none.

    It changes with the data, the settings, the method's own settings and the code.
    """
    model = repr(job.model)
    if " at 0x" in model:
        _log.warning("%s is not cached: its repr does not tell its settings", job.name)
        return None
    table = job.table
    content = hashlib.sha256()
    for array in (table.scores, job.tried, job.train, job.test):
        content.update(np.ascontiguousarray(array).tobytes())
    for frame in (table.metafeatures, table.configurations):
        if frame is not None:
            content.update(frame.to_json().encode())
    for file in _code(job.model):
        content.update(file.read_bytes())
    settings = [
        *(type(job.model).__module__, model, job.name, job.fold, job.n_evaluations),
        *(job.mode, job.random_state, job.n_seeds),
        [str(name) for name in (*table.task_ids, *table.configuration_ids, *table.families)],
    ]
    content.update(json.dumps(settings).encode())
    return content.hexdigest()[:24]


def _code(model: PerformanceModel) -> list[Path]:
    """Source files of this package and of the module a method is defined in."""
    files = sorted(Path(__file__).parents[1].rglob("*.py"))
    try:
        own = inspect.getsourcefile(type(model))
    except TypeError:  # defined in a notebook or at a prompt
        own = None
    return files if own is None or not Path(own).is_file() else [*files, Path(own)]
