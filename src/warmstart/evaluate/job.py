"""One method on one fold: fit, follow it on every test task, keep what was measured."""

from __future__ import annotations

import hashlib
import inspect
import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.evaluate import memory
from warmstart.evaluate.held_out import HeldOut
from warmstart.evaluate.trace import Mode, follow, regrets
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.protocols import PerformanceModel
from warmstart.recommend.base.begin import prepare
from warmstart.recommend.recommender import Recommender

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class ReplayJob:
    """One method on one fold."""

    name: str
    model: PerformanceModel | Recommender
    fold: int
    md: MetaDataset
    table: ScoreTable
    held: NDArray[np.intp]
    """Tasks of the fold."""

    test: NDArray[np.intp]
    """Those of them that are tested."""

    tried: NDArray[np.bool_]
    n_evaluations: int
    mode: Mode
    random_state: int
    n_seeds: int
    cache: Path | None


def run(job: ReplayJob) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit and follow, or read what an earlier run of the same job left."""
    key = cache_key(job) if job.cache is not None else None
    if job.cache is None or key is None:
        return measure_job(job)
    files = [job.cache / f"{key}-{part}.parquet" for part in ("timings", "regret")]
    if not all(file.exists() for file in files):
        regret, timings = measure_job(job)
        for frame, file in zip((timings, regret), files, strict=True):
            unfinished = file.with_suffix(".writing")
            frame.to_parquet(unfinished)
            unfinished.replace(file)
    timings, regret = (pd.read_parquet(file) for file in files)
    return regret, timings


def measure_job(job: ReplayJob) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = job.table
    method = job.model.method if isinstance(job.model, Recommender) else job.model
    at_random = bool(getattr(method, "random_answers", False))
    n_seeds = job.n_seeds if at_random else 1
    tries = int(getattr(method, "tries_per_step", 1))
    sums = np.zeros((2, len(job.test), job.n_evaluations))
    fit_s = start_s = choose_s = 0.0
    n_choices = 0
    memory_known = memory.reset_peak()
    for seed in range(n_seeds):
        began = time.process_time()
        searches = HeldOut(_recommender(job, seed), job.md, table, job.tried, job.held)
        for row in job.test:
            prepare(searches.fitted(row), job.random_state)
        fit_s += time.process_time() - began
        for place, row in enumerate(job.test):
            began = time.process_time()
            engine, task = searches.begin(row, _seed(job, seed, row if at_random else None))
            start_s += time.process_time() - began
            trace = follow(engine, task, job.n_evaluations, mode=job.mode, tries=tries)
            choose_s += trace.choose_cpu_s
            n_choices += trace.n_choices
            sums[:, place] += regrets(trace.incumbents, table.scores[row])
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
            "n_train": [table.n_tasks - len(job.held)],
            "fit_cpu_s": [fit_s / n_seeds],
            "start_cpu_s": [start_s / (n_seeds * len(job.test))],
            "step_cpu_s": [choose_s / max(n_choices, 1)],
            "peak_mb": [memory.peak_mb() if memory_known else np.nan],
        }
    )
    return regret, timings


def _recommender(job: ReplayJob, seed: int) -> Recommender:
    """The one handed in, as it is fitted, or one to fit to what is not held out."""
    given = job.model
    if isinstance(given, Recommender) and given.is_fitted:
        return given
    method = given.model if isinstance(given, Recommender) else given
    recommender = Recommender(method, random_state=_seed(job, seed, None))
    recommender.attach(job.md)
    return recommender


def _seed(job: ReplayJob, seed: int, row: int | None) -> int:
    """The caller's own seed, or one for each task where answers are drawn at random."""
    if row is None:
        return job.random_state
    drawn = np.random.SeedSequence((job.random_state, job.fold, seed, int(row)))
    return int(drawn.generate_state(1)[0])


def cache_key(job: ReplayJob) -> str | None:
    """Name of a job that another process would give it too; None where there is none.

    It changes with the data, the settings, the method's own settings and the code.
    """
    model = _settings(job.model)
    if " at 0x" in model:
        _log.warning("%s is not cached: its repr does not tell its settings", job.name)
        return None
    table = job.table
    content = hashlib.sha256()
    for array in (table.scores, job.tried, job.held, job.test):
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


def _settings(model: PerformanceModel | Recommender) -> str:
    """What another process would make the same model of."""
    if not isinstance(model, Recommender):
        return repr(model)
    own = repr((model.model, model.random_state))
    if not model.is_fitted:
        return own
    evaluations = model.md.to_frame().sort_values(["task_id", "configuration_id"])
    return own + hashlib.sha256(evaluations.to_csv().encode()).hexdigest()


def _code(model: PerformanceModel | Recommender) -> list[Path]:
    """Source files of this package and of the module a method is defined in."""
    files = sorted(Path(__file__).parents[1].rglob("*.py"))
    try:
        own = inspect.getsourcefile(type(model))
    except TypeError:  # defined in a notebook or at a prompt
        own = None
    return files if own is None or not Path(own).is_file() else [*files, Path(own)]
