"""The command that runs configurations on datasets of one's own."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warmstart.cli.options import AsJson, BuildFolder, Jobs, Scheduler, TaskList, Workers
from warmstart.cli.terminal.errors import INTERRUPTED
from warmstart.cli.terminal.output import print_json, remarks, results, warn

if TYPE_CHECKING:
    from warmstart.domain import Configuration, TaskType
    from warmstart.execution.local import LocalTask
    from warmstart.metadataset.build.local import BuildReport


def build_local(
    tasks: TaskList,
    out: BuildFolder,
    space: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SPACE", help="tabular, or learners of it such as lightgbm; repeatable."
        ),
    ] = None,
    jobs: Jobs = 1,
    time_limit: Annotated[
        float,
        typer.Option(metavar="SECONDS", help="Limit of one evaluation, all folds together."),
    ] = 30.0,
    memory_limit: Annotated[
        float, typer.Option(metavar="MB", help="Limit of one evaluation.")
    ] = 2048.0,
    scale: Annotated[
        float, typer.Option(help="Multiplies the 390 configurations of a task.")
    ] = 1.0,
    pool: Annotated[
        Path | None,
        typer.Option(metavar="JSONL", help="Configurations of a file, instead of a space."),
    ] = None,
    goes_on_from: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", help="Go on from what build pack wrote."),
    ] = None,
    max_rows: Annotated[
        int, typer.Option(metavar="N", min=6, help="Most rows of a table that are used.")
    ] = 2000,
    row_rung: Annotated[
        list[int] | None,
        typer.Option(
            metavar="N",
            min=2,
            help="Fit learners without rounds or epochs to N rows of each fold too, for "
            "learning curves over rows; repeatable. Rounds and epochs need no further fit.",
        ),
    ] = None,
    limit_tasks: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Only the first so many tasks of the list."),
    ] = None,
    scheduler: Scheduler = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate configurations on datasets of yours, and keep every result.

    Ctrl-C stops it; the same command goes on where it stopped.
    """
    from warmstart.execution.executors.choose import make_executor
    from warmstart.execution.local import EvaluationProtocol, Limits, read_tasks
    from warmstart.metadataset.build import local as build
    from warmstart.report.progress import ProgressMeter

    wanted = read_tasks(tasks)[:limit_tasks]
    configurations: Mapping[TaskType, Sequence[Configuration]]
    if pool is not None:
        from warmstart.spaces.pipelines.pool import read_pool

        configurations = read_pool(pool)
    else:
        configurations = _configurations(wanted, space or ["tabular"], scale)
    protocol = EvaluationProtocol(
        limits=Limits(time_limit_s=time_limit, memory_limit_mb=memory_limit),
        max_rows=max_rows,
        row_rungs=tuple(sorted(set(row_rung or ()))),
        sampler="space-filling" if pool is None else "pool",
    )
    if goes_on_from is not None:
        from warmstart.metadataset.build.pack import unpack

        n_runs = unpack(goes_on_from, out, wanted, protocol)
        remarks().print(f"{n_runs:,} evaluations taken from {goes_on_from}.", soft_wrap=True)
    with ProgressMeter(remarks(), "evaluations") as meter:
        try:
            # Every fit has a process of its own as it is; joblib's threads wait for them.
            on_dask = scheduler is not None or workers is not None
            report = build.build_local(
                wanted,
                configurations,
                out,
                protocol=protocol,
                n_jobs=jobs,
                executor=make_executor(n_jobs=jobs, workers=workers, scheduler=scheduler)
                if on_dask
                else None,
                progress=meter,
            )
        except KeyboardInterrupt:
            stopped = f"Stopped at {meter.done:,} of {meter.total:,} evaluations"
        else:
            stopped = ""
    if stopped:
        remarks().print(f"{stopped}; the same command goes on from there.")
        raise typer.Exit(INTERRUPTED)
    if as_json:
        print_json({"path": out, **dataclasses.asdict(report)})
    else:
        _say(report, out)
    warn(f"task {task_id} was left out: {why}" for task_id, why in report.problems.items())
    if report.problems and len(report.problems) == len(wanted):
        raise typer.Exit(1)


def _say(report: BuildReport, out: Path) -> None:
    ended = ", ".join(f"{n:,} {status}" for status, n in sorted(report.statuses.items()))
    results().print(
        f"{report.n_evaluations:,} evaluations done now{f' ({ended})' if ended else ''}, "
        f"{report.n_before:,} before; make a meta-dataset of them with: "
        f"warmstart build publish {out} FOLDER",
        soft_wrap=True,
    )


def _configurations(
    tasks: Sequence[LocalTask], names: Sequence[str], scale: float
) -> Mapping[TaskType, Sequence[Configuration]]:
    """A space-filling set for each type of task, of the learners named."""
    from warmstart.errors import SpaceMismatchError
    from warmstart.spaces.pipelines.design import space_filling
    from warmstart.spaces.pipelines.learners import LEARNERS, SPACE

    if unknown := sorted(set(names) - {SPACE, *LEARNERS}):
        raise SpaceMismatchError(
            f"space {unknown[0]!r} is none of {SPACE}, {', '.join(sorted(LEARNERS))}"
        )
    return {
        task_type: [
            c
            for c in space_filling(task_type, scale=scale)
            if c.space in names or c.learner in names
        ]
        for task_type in dict.fromkeys(task.task_type for task in tasks)
    }
