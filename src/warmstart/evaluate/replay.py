"""Leave-tasks-out replay: how each method would have done on tasks it has not seen."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from numpy.typing import NDArray

import warmstart
from warmstart.errors import MetaDatasetError
from warmstart.evaluate import memory
from warmstart.evaluate.folds import assign_folds
from warmstart.evaluate.result import Replay
from warmstart.evaluate.trace import HeldOutTask, Mode, follow, regrets
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.table import ScoreTable
from warmstart.protocols import PerformanceModel
from warmstart.recommend.registry import make_method

_log = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]
"""Called with the jobs done, the jobs in all, and the name of the last one."""

DEFAULT_METHODS = ("pmf", "portfolio", "knn", "random")


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
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


def replay(
    md: MetaDataset,
    methods: Sequence[str | PerformanceModel]
    | Mapping[str, str | PerformanceModel] = DEFAULT_METHODS,
    *,
    folds: int | Mapping[Any, int] | pd.Series[Any] = 5,
    n_evaluations: int = 100,
    mode: Mode = "sequential",
    tasks: Iterable[Any] | None = None,
    metric: str | None = None,
    random_state: int = 0,
    n_seeds: int = 10,
    n_jobs: int = 1,
    cache_dir: str | Path | None = None,
    progress: Progress | None = None,
) -> Replay:
    """Hold tasks out fold by fold and follow each method on each of them.

    A method is fitted to the tasks outside the fold, begins each task inside with its
    meta-features only, and picks configurations whose recorded scores are then revealed.

    Parameters
    ----------
    md : MetaDataset
        Recorded evaluations.
    methods : sequence, or mapping of names
        Names, see :data:`warmstart.recommend.registry.METHODS`, and objects that follow
        :class:`warmstart.protocols.PerformanceModel`, which are copied.
    folds : int, or mapping of task id to fold
        A number deals the families into folds, see
        :func:`~warmstart.evaluate.folds.assign_folds`; a family is never split.
    n_evaluations : int
        Steps a method may take on a task.
    mode : {"sequential", "batch"}
        "sequential" tells each score before the next pick. "batch" asks for all
        configurations at once, and the regret at t is that of the first t named.
    tasks : iterable of task ids, optional
        Test on these only. The others of a fold are held out with it all the same.
    metric : str, optional
        As in :meth:`MetaDataset.matrix`.
    random_state : int
        The same gives the same result, whatever `n_jobs`.
    n_seeds : int
        A method that draws its answers at random is averaged over so many seeds.
    n_jobs : int
        Processes, as joblib counts them.
    cache_dir : path, optional
        Keep every finished method and fold there; the same call takes them up again.
    progress : callable, optional
        Called with jobs done, jobs in all, and the name of the last one.

    Returns
    -------
    Replay
        Regret of every method on every test task after every step.

    Raises
    ------
    MetaDatasetError
        If a test task is unknown or a task has no fold.
    ValueError
        If a method is unknown or named twice, or a number is out of range.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> scores = pd.DataFrame(rng.random((20, 8)) + np.linspace(0, 1, 8))
    >>> r = replay(MetaDataset.from_matrix(scores), ["portfolio", "random"], n_evaluations=5)
    >>> r.summary((1,))["mean"].round(1).to_dict()
    {('portfolio', 1): 0.2, ('random', 1): 0.5}
    """
    if mode not in ("sequential", "batch"):
        raise ValueError(f"mode must be 'sequential' or 'batch', got {mode!r}")
    for name, value in (("n_evaluations", n_evaluations), ("n_seeds", n_seeds)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    models = _named(methods)
    table = md.table(metric)
    tested = _tested(table, tasks)
    fold_of = _folds(table, folds, random_state)
    tried = md.select(table.task_ids).layer(metric).status > 0
    cache = None if cache_dir is None else Path(cache_dir)
    if cache is not None:
        cache.mkdir(parents=True, exist_ok=True)
    jobs = [
        _Job(
            name=name,
            model=model,
            fold=int(fold),
            table=table,
            train=np.flatnonzero(fold_of != fold),
            test=np.flatnonzero((fold_of == fold) & tested),
            tried=tried,
            n_evaluations=n_evaluations,
            mode=mode,
            random_state=random_state,
            n_seeds=n_seeds,
            cache=cache,
        )
        for name, model in models.items()
        for fold in np.unique(fold_of[tested])
    ]
    done = []
    for job, result in zip(jobs, _run_all(jobs, n_jobs), strict=True):
        done.append(result)
        if progress is not None:
            progress(len(done), len(jobs), f"{job.name}, fold {job.fold}")
    return Replay(
        regret=_in_order([regret for regret, _ in done], table.task_ids),
        timings=pd.concat([timing for _, timing in done], ignore_index=True),
        settings={
            "n_tasks": int(tested.sum()),
            "n_configurations": table.n_configs,
            "n_described": int(
                table.task_ids[np.flatnonzero(tested)].isin(_described(table)).sum()
            ),
            "n_folds": len(np.unique(fold_of)),
            "mode": mode,
            "metric": table.metric,
            "random_state": random_state,
            "version": warmstart.__version__,
        },
    )


def _run_all(jobs: Sequence[_Job], n_jobs: int) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    if n_jobs == 1:
        yield from map(_run, jobs)
    else:
        parallel = joblib.Parallel(n_jobs=n_jobs, return_as="generator")
        yield from parallel(joblib.delayed(_run)(job) for job in jobs)


def _run(job: _Job) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit and follow, or read what an earlier run of the same job left."""
    key = _key(job) if job.cache is not None else None
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


def _measure(job: _Job) -> tuple[pd.DataFrame, pd.DataFrame]:
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


def _seed(job: _Job, seed: int, n_seeds: int) -> int:
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


def _named(
    methods: Sequence[str | PerformanceModel] | Mapping[str, str | PerformanceModel],
) -> dict[str, PerformanceModel]:
    if isinstance(methods, str):
        methods = [methods]
    if isinstance(methods, Mapping):
        return {name: make_method(method) for name, method in methods.items()}
    named: dict[str, PerformanceModel] = {}
    for method in methods:
        name = method if isinstance(method, str) else type(method).__name__
        if name in named:
            raise ValueError(f"two methods are called {name!r}; give a mapping of names")
        named[name] = make_method(method)
    if not named:
        raise ValueError("name at least one method")
    return named


def _tested(table: ScoreTable, tasks: Iterable[Any] | None) -> NDArray[np.bool_]:
    if tasks is None:
        return np.ones(table.n_tasks, bool)
    wanted = pd.Index(list(tasks))
    unknown = wanted.difference(table.task_ids)
    if len(unknown) or not len(wanted):
        raise MetaDatasetError(f"tasks to test on have no score: {list(unknown[:5])}")
    return np.asarray(table.task_ids.isin(wanted))


def _folds(
    table: ScoreTable, folds: int | Mapping[Any, int] | pd.Series[Any], random_state: int
) -> NDArray[np.intp]:
    if isinstance(folds, int):
        return assign_folds(table.families, folds, random_state=random_state)
    given = pd.Series(folds).reindex(table.task_ids)
    if given.isna().any():
        raise MetaDatasetError(f"tasks without a fold: {list(given.index[given.isna()][:5])}")
    codes = pd.Series(given.to_numpy()).groupby(table.families).nunique()
    if (codes > 1).any():
        split = list(codes.index[codes > 1][:5])
        raise MetaDatasetError(f"the folds given split the families {split}")
    return given.to_numpy(np.intp)


def _described(table: ScoreTable) -> pd.Index:
    return table.task_ids[:0] if table.metafeatures is None else table.metafeatures.index


def _in_order(parts: Sequence[pd.DataFrame], task_ids: pd.Index) -> pd.DataFrame:
    """Methods as named, tasks as in the meta-dataset, whatever their folds."""
    regret = pd.concat(parts, ignore_index=True)
    method = pd.factorize(regret["method"])[0]
    task = task_ids.get_indexer(pd.Index(regret["task_id"]))
    return regret.iloc[np.lexsort((regret["t"], task, method))].reset_index(drop=True)


def _key(job: _Job) -> str | None:
    """Name of a job that another process would give it too; None where there is none."""
    model = repr(job.model)
    if " at 0x" in model:
        _log.warning("%s is not cached: its repr does not tell its settings", job.name)
        return None
    table = job.table
    content = hashlib.sha256()
    for array in (table.scores, job.tried, job.train, job.test):
        content.update(np.ascontiguousarray(array).tobytes())
    if table.metafeatures is not None:
        content.update(table.metafeatures.to_json().encode())
    settings = [
        *(type(job.model).__module__, model, job.name, job.fold, job.n_evaluations),
        *(job.mode, job.random_state, job.n_seeds, warmstart.__version__),
        [str(name) for name in (*table.task_ids, *table.configuration_ids)],
    ]
    content.update(json.dumps(settings).encode())
    return content.hexdigest()[:24]
