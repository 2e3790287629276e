"""Leave-tasks-out replay: how each method would have done on tasks it has not seen."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart._version import __version__
from warmstart.errors import ArgumentError, ArgumentTypeError, MetaDatasetError
from warmstart.evaluate.folds import assign_folds
from warmstart.evaluate.job import ReplayJob, run
from warmstart.evaluate.result import Replay
from warmstart.evaluate.trace import Mode
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.protocols import PerformanceModel
from warmstart.recommend.methods import make_method
from warmstart.recommend.question.arguments import check_count, check_seed
from warmstart.recommend.recommender import Recommender

_log = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]
"""Called with the jobs done, the jobs in all, and the name of the last one."""

Method = str | PerformanceModel | Recommender
"""What can be replayed."""

DEFAULT_METHODS = ("pmf", "portfolio", "nearest_datasets", "random")


def replay(
    md: MetaDataset,
    methods: Sequence[Method] | Mapping[str, Method] = DEFAULT_METHODS,
    *,
    folds: int | Mapping[Any, int] | pd.Series[Any] = 5,
    n_evaluations: int = 100,
    mode: Mode = "sequential",
    tasks: Iterable[Any] | None = None,
    metric: str | None = None,
    random_state: int = 0,
    n_seeds: int = 20,
    n_jobs: int = 1,
    cache_dir: str | Path | None = None,
    progress: Progress | None = None,
) -> Replay:
    """Hold tasks out fold by fold and follow each method on each of them.

    A method is fitted to the tasks outside the fold, begins each task inside with its
    meta-features only, and picks configurations whose recorded scores are then revealed. What
    picks them is the very search that :meth:`warmstart.Recommender.search` gives.

    Parameters
    ----------
    md : MetaDataset
        Recorded evaluations.
    methods : sequence, or mapping of names
        Names, see :data:`warmstart.recommend.methods.METHODS`, and objects that follow
        :class:`warmstart.protocols.PerformanceModel`, which are copied. A fitted
        :class:`~warmstart.Recommender` answers from what it was fitted to, without the
        tasks of the fold and their families.
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
        raise ArgumentError(f"mode must be 'sequential' or 'batch', got {mode!r}")
    if not isinstance(md, MetaDataset):
        raise ArgumentTypeError(
            f"replay takes a MetaDataset, got {type(md).__name__}; open a folder with "
            "warmstart.MetaDataset.open, a public table with MetaDataset.published"
        )
    n_evaluations = check_count("n_evaluations", n_evaluations)
    n_seeds = check_count("n_seeds", n_seeds)
    random_state = check_seed(random_state)
    if n_jobs == 0:
        raise ArgumentError("n_jobs must be a number of processes, or -1 for one a core; got 0")
    models = _named(methods)
    table = md.table(metric)
    tested = _tested(table, tasks)
    fold_of = _folds(table, folds, random_state)
    tried = md.select(table.task_ids).score_matrix(metric).status > 0
    cache = None if cache_dir is None else Path(cache_dir)
    if cache is not None:
        cache.mkdir(parents=True, exist_ok=True)
    jobs = [
        ReplayJob(
            name=name,
            model=model,
            fold=int(fold),
            md=md,
            table=table,
            held=np.flatnonzero(fold_of == fold),
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
            "version": __version__,
        },
    )


def _run_all(
    jobs: Sequence[ReplayJob], n_jobs: int
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    if n_jobs == 1:
        yield from map(run, jobs)
    else:
        parallel = joblib.Parallel(n_jobs=n_jobs, return_as="generator")
        yield from parallel(joblib.delayed(run)(job) for job in jobs)


def _named(
    methods: Sequence[Method] | Mapping[str, Method],
) -> dict[str, PerformanceModel | Recommender]:
    if isinstance(methods, str):
        methods = [methods]
    if not methods:
        raise ArgumentError("name at least one method")
    if isinstance(methods, Mapping):
        return {name: _made(method) for name, method in methods.items()}
    named: dict[str, PerformanceModel | Recommender] = {}
    for method in methods:
        name = method if isinstance(method, str) else type(method).__name__
        if name in named:
            raise ArgumentError(
                f"two methods are called {name!r}; name each once, or give a mapping of names"
            )
        named[name] = _made(method)
    return named


def _made(method: Method) -> PerformanceModel | Recommender:
    return method if isinstance(method, Recommender) else make_method(method)


def _tested(table: ScoreTable, tasks: Iterable[Any] | None) -> NDArray[np.bool_]:
    if tasks is None:
        return np.ones(table.n_tasks, bool)
    wanted = pd.Index([tasks] if isinstance(tasks, str) else list(tasks))
    unknown = wanted.difference(table.task_ids)
    if len(unknown) or not len(wanted):
        raise MetaDatasetError(f"tasks to test on have no score: {list(unknown[:5])}")
    return np.asarray(table.task_ids.isin(wanted))


def _folds(
    table: ScoreTable, folds: int | Mapping[Any, int] | pd.Series[Any], random_state: int
) -> NDArray[np.intp]:
    if isinstance(folds, int | np.integer) and not isinstance(folds, bool):
        return assign_folds(table.families, int(folds), random_state=random_state)
    if not isinstance(folds, Mapping | pd.Series):
        raise ArgumentError(
            f"folds is a number, or a mapping of task id to fold, got {folds!r}"
        )
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
