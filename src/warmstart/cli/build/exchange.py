"""Commands that describe lists of datasets and exchange meta-datasets with other tools."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warmstart.cli.options import (
    AsJson,
    BuildFolder,
    Jobs,
    MetaDatasetFolder,
    NewMetaDataset,
    Scheduler,
    TaskList,
    Workers,
)
from warmstart.cli.terminal.errors import INTERRUPTED
from warmstart.cli.terminal.output import print_json, remarks, results, warn

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset


def metafeatures(
    tasks: TaskList,
    out: BuildFolder,
    jobs: Jobs = 1,
    scheduler: Scheduler = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Extract the meta-features of a list of datasets; the same command goes on.

    Writes metafeatures.parquet and tasks.parquet. Build local and publish take the same
    folder.
    """
    from warmstart.execution.executors.choose import make_executor
    from warmstart.execution.tasks import read_tasks
    from warmstart.metadataset.build.metafeatures import build_metafeatures
    from warmstart.report.progress import ProgressMeter

    wanted = read_tasks(tasks)
    start = time.monotonic()
    with ProgressMeter(remarks(), "datasets") as meter:

        def progress(done: int, total: int) -> None:
            meter(done, total, done / max(time.monotonic() - start, 1e-9))

        try:
            executor = make_executor(n_jobs=jobs, workers=workers, scheduler=scheduler)
            report = build_metafeatures(wanted, out, executor=executor, progress=progress)
        except KeyboardInterrupt:
            remarks().print(f"Stopped at {meter.done:,}; the same command goes on from there.")
            raise typer.Exit(INTERRUPTED) from None
    if as_json:
        print_json({"path": out, **dataclasses.asdict(report)})
    else:
        results().print(
            f"{out}: {report.n_described:,} datasets described now, {report.n_before:,} before",
            soft_wrap=True,
        )
    if report.n_deaths:
        warn([f"workers died {report.n_deaths} times; their units were done again"])
    warn(f"dataset of {task_id}: {why}" for task_id, why in report.problems.items())
    if report.problems and len(report.problems) == len(wanted):
        raise typer.Exit(1)


def export(
    metadataset: MetaDatasetFolder,
    out: Annotated[Path, typer.Argument(help="Folder to write to.")],
    form: Annotated[str, typer.Option("--format", help="csv or hpob.")] = "csv",
    metric: Annotated[
        str | None,
        typer.Option(help="Metric to write to HPO-B's JSON; by default each task's own."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a meta-dataset in a plain form, for other tools."""
    from warmstart.errors import MetaDatasetError
    from warmstart.metadataset.metadataset import MetaDataset

    if form not in ("csv", "hpob"):
        raise MetaDatasetError(f"--format must be csv or hpob, got {form!r}")
    md = MetaDataset.open(metadataset)
    folder = md.to_csv(out) if form == "csv" else md.to_hpob(out, metric=metric)
    names = sorted(path.name for path in folder.iterdir())
    if as_json:
        print_json({"path": out, "files": names})
        return
    results().print(f"{out}: {', '.join(names)}", soft_wrap=True)


def hpob(
    file: Annotated[Path, typer.Argument(help="HPO-B's JSON, or a folder that export wrote.")],
    out: NewMetaDataset,
    space: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this one; repeatable.")
    ] = None,
    metric: Annotated[str, typer.Option(help="Metric that y holds.")] = "accuracy",
    minimize: Annotated[bool, typer.Option("--minimize", help="Lower is better.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a meta-dataset of HPO-B's JSON: space, dataset, X and y."""
    from warmstart.metadataset.metadataset import MetaDataset

    md = MetaDataset.from_hpob(
        file, spaces=space or None, metric=metric, higher_is_better=not minimize
    )
    _saved(md, out, as_json)


def aslib(
    scenario: Annotated[Path, typer.Argument(help="Folder with algorithm_runs.arff.")],
    out: NewMetaDataset,
    metric: Annotated[
        str | None, typer.Option(help="Performance measure; by default the scenario's first.")
    ] = None,
    direction: Annotated[
        str | None,
        typer.Option(metavar="WHICH", help="maximize or minimize; by default as described."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a meta-dataset of an ASlib scenario, as auto-sklearn keeps its runs."""
    from warmstart.errors import MetaDatasetError
    from warmstart.metadataset.metadataset import MetaDataset

    if direction not in (None, "maximize", "minimize"):
        raise MetaDatasetError(f"--direction must be maximize or minimize, got {direction!r}")
    higher = None if direction is None else direction == "maximize"
    md = MetaDataset.from_aslib(scenario, metric=metric, higher_is_better=higher)
    _saved(md, out, as_json)


def _saved(md: MetaDataset, out: Path, as_json: bool) -> None:
    md.save(out)
    if as_json:
        sizes = {"n_tasks": len(md), "n_configurations": len(md.configuration_ids)}
        print_json({"path": out, **sizes, "metrics": list(md.metrics)})
        return
    results().print(
        f"{out}: {len(md):,} tasks, {len(md.configuration_ids):,} configurations, metrics: "
        f"{', '.join(md.metrics)}",
        soft_wrap=True,
    )
