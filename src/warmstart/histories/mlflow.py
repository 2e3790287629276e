"""Runs of MLflow: a local folder is read as it lies, a server through MLflow's client."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlparse

from warmstart._extras import require
from warmstart.domain import Status
from warmstart.errors import HistoryError
from warmstart.histories.curves.logged import points
from warmstart.histories.mlflow_folder import (
    LoggedRun,
    read_folder,
    read_series,
    refuse_unknown,
)
from warmstart.histories.parsing.reading import readable
from warmstart.histories.parsing.sqlite_copy import copy_sqlite
from warmstart.histories.parsing.times import utc_of_count
from warmstart.histories.runs.curve_points import BudgetKind, CurvePoint, check_kind
from warmstart.histories.runs.options import Meaning, entered
from warmstart.histories.runs.remarks import Remarks
from warmstart.histories.runs.schema import Run, RunHistory
from warmstart.histories.runs.values import typed_words

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.histories.runs.options import ReadOptions

_STATUS: dict[str, Status] = {
    "RUNNING": "running",
    "SCHEDULED": "running",
    "FINISHED": "ok",
    "FAILED": "failed",
    "KILLED": "failed",
}
_PAGE = 1000


def read(
    location: str | Path,
    *,
    study: str | Sequence[str] | None = None,
    budget_kind: BudgetKind = "epochs",
    **options: Unpack[ReadOptions],
) -> RunHistory:
    """Read the runs of MLflow experiments, and the curves of those that logged by steps.

    MLflow keeps hyperparameters as text: what reads as a number is one, and whole numbers
    of a hyperparameter that is elsewhere a decimal are decimals. The metric is the last
    value logged, not the best. Runs that logged no hyperparameters, such as parents of
    nested runs, are left out and counted. Nothing is written: a folder (``mlruns``) is read
    as files, an SQLite file (``mlflow.db``) is copied first.

    Parameters
    ----------
    location : path or URI
        A local store, or the tracking URI of a server.
    study : str or sequence of str, optional
        Names of experiments; all of them without.
    budget_kind : {"iterations", "rows", "folds", "epochs"}
        What the steps count that the metric was logged at.
    **options :
        As in :class:`~warmstart.histories.runs.options.Meaning`. `task` may map names of
        experiments to tasks, `task_tag` is a tag or a logged parameter.

    Raises
    ------
    HistoryError
        If there is no such store or experiment.
    MissingExtraError
        If a server or a database is named and MLflow is not installed.
    """
    meaning = Meaning(**options)
    metric, key, direction = meaning.only_metric("MLflow")
    check_kind(budget_kind)
    names = [study] if isinstance(study, str) else None if study is None else list(study)
    place = str(location)
    parsed = urlparse(place)
    if parsed.scheme in ("", "file") or len(parsed.scheme) == 1:
        with readable(place):
            named = unquote(parsed.path) if parsed.scheme == "file" else place
            path = Path(named).expanduser()
            if not path.exists():
                raise HistoryError(f"there is no MLflow store {path}")
        require("mlflow" if path.is_file() else "yaml", extra="mlflow")
    else:
        path = None
        require("mlflow", extra="mlflow")

    def runs(remarks: Remarks) -> Iterator[Run]:
        if path is not None and path.is_dir():
            yield from runs_logged(read_folder(path, names, remarks), meaning, remarks)
            return
        with _tracking(path, place) as uri:
            yield from runs_logged(from_client(uri, names), meaning, remarks)

    def curves() -> Iterator[CurvePoint]:
        def told(logged: Named) -> Iterator[CurvePoint]:
            return points(
                logged, source="mlflow", metric=metric, direction=direction, kind=budget_kind
            )

        if path is not None and path.is_dir():
            yield from told(_series_of_folder(path, names, key))
            return
        with _tracking(path, place) as uri:
            yield from told(_series_of_client(uri, names, key))

    return RunHistory("mlflow", place, runs, meaning.run_prefix, read_curves=curves)


Named = Iterator[tuple[str, list[tuple[float, float, float]]]]


def _series_of_folder(path: Path, names: Sequence[str] | None, key: str) -> Named:
    for run in read_folder(path, names, Remarks()):
        logged = [] if run.folder is None else read_series(run.folder, key)
        yield run.run_id, [(o.step, o.value, _seconds(run, o.at_ms)) for o in logged]


def _series_of_client(uri: str, names: Sequence[str] | None, key: str) -> Named:
    client = require("mlflow", extra="mlflow").MlflowClient(tracking_uri=uri)
    for run in from_client(uri, names):
        logged = client.get_metric_history(run.run_id, key)
        yield run.run_id, [(o.step, o.value, _seconds(run, o.timestamp)) for o in logged]


def _seconds(run: LoggedRun, at_ms: float) -> float:
    """Since the run began."""
    return math.nan if run.start_ms is None else (at_ms - run.start_ms) / 1000


def runs_logged(
    logged: Iterator[LoggedRun], meaning: Meaning, remarks: Remarks
) -> Iterator[Run]:
    found = sorted(logged, key=lambda run: (run.experiment, run.start_ms or 0, run.run_id))
    if not found:
        raise HistoryError("no run was found in these experiments")
    texts: dict[str, set[str]] = {}
    for run in found:
        for name, text in run.params.items():
            texts.setdefault(name, set()).add(text)
    typed = {name: typed_words(words) for name, words in texts.items()}
    metric, key, direction = meaning.only_metric("MLflow")
    for run in found:
        remarks.place = f"run {run.run_id}"
        if not run.params:
            remarks.add("left out: they logged no hyperparameters")
            continue
        tags = {**run.params, **run.tags}
        task = meaning.task_of(run.experiment, tags, f"run {run.run_id}")
        params = {n: typed[n][text] for n, text in run.params.items() if n != meaning.task_tag}
        values, seed = meaning.values(params, remarks)
        learner = meaning.learner_of(values)
        status, value = _STATUS.get(run.status, "failed"), run.metrics.get(key, math.nan)
        if status == "ok" and not math.isfinite(value):
            status = "failed"
            remarks.add(f"without a finite {key}: told as failed")
        seconds = (
            math.nan
            if run.start_ms is None or not run.end_ms
            else max(run.end_ms - run.start_ms, 0) / 1000
        )
        yield Run(
            task=task,
            values=values,
            space=meaning.space_of(learner),
            learner=learner,
            metric=metric,
            direction=direction,
            score=entered(value, direction) if status == "ok" else math.nan,
            cost_s=seconds,
            timestamp="" if run.start_ms is None else utc_of_count(run.start_ms / 1e3),
            status=status,
            seed=seed,
            sampler=meaning.sampler or "unknown",
            source="mlflow",
            source_run_id=run.run_id,
        )


@contextmanager
def _tracking(path: Path | None, uri: str) -> Iterator[str]:
    """URI to ask: of the server, or of a copy of the database."""
    if path is None and not uri.startswith("sqlite"):
        yield uri
        return
    file = path or Path("/" + unquote(urlparse(uri).path).lstrip("/"))
    with tempfile.TemporaryDirectory(prefix="warmstart-") as folder:
        copy = Path(folder) / "mlflow.db"
        copy_sqlite(file, copy)
        yield f"sqlite:///{copy}"


def from_client(uri: str, names: Sequence[str] | None) -> Iterator[LoggedRun]:
    client = require("mlflow", extra="mlflow").MlflowClient(tracking_uri=uri)
    experiments: dict[str, str] = {}
    token = None
    while True:
        page = client.search_experiments(max_results=_PAGE, page_token=token)
        experiments |= {experiment.name: experiment.experiment_id for experiment in page}
        token = page.token
        if not token:
            break
    refuse_unknown(names, list(experiments), uri)
    for name, number in experiments.items():
        if names is not None and name not in names:
            continue
        while True:
            runs = client.search_runs([number], max_results=_PAGE, page_token=token)
            for run in runs:
                yield LoggedRun(
                    run_id=run.info.run_id,
                    experiment=name,
                    status=str(run.info.status),
                    start_ms=run.info.start_time,
                    end_ms=run.info.end_time,
                    params=dict(run.data.params),
                    metrics=dict(run.data.metrics),
                    tags=dict(run.data.tags),
                )
            token = runs.token
            if not token:
                break
