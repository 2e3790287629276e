"""Commands that make what a base compares tasks by: vectors of them, and trained networks."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warmstart.cli.options import AsJson, TaskList
from warmstart.cli.terminal.output import print_json, remarks, results, warn
from warmstart.errors import ArgumentError

if TYPE_CHECKING:
    from warmstart.report.progress import ProgressMeter


def build_similarity(
    base: Annotated[Path, typer.Argument(help="Folder of a knowledge base.")],
    tasks: TaskList,
    measure: Annotated[
        list[str] | None,
        typer.Option(help="text, gw_otdd, dataset2vec, dida or task2vec; repeatable."),
    ] = None,
    weights: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MEASURE=FILE", help="File that build embedding wrote; repeatable."
        ),
    ] = None,
    rows: Annotated[int, typer.Option(min=10, help="Most rows drawn from a table.")] = 256,
    as_json: AsJson = False,
) -> None:
    """Keep vectors of a base's tasks, by which suggest --similarity compares: no rows.

    Example: warmstart build similarity my-base --tasks tables.csv
    """
    from warmstart.execution.local import read_tasks
    from warmstart.knowledge.vectors import make_vectors
    from warmstart.report.progress import ProgressMeter

    with ProgressMeter(remarks(), "tables") as meter:
        report = make_vectors(
            base,
            read_tasks(tasks),
            measures=measure,
            trained=_by_measure(weights or []),
            n_rows=rows,
            progress=_rated(meter),
        )
    warn(f"task {task} was left out: {why}" for task, why in report.problems.items())
    if as_json:
        print_json({"path": base, **dataclasses.asdict(report)})
        return
    made = ", ".join(f"{name} of {n:,} tasks" for name, n in report.n_tasks.items())
    missing = f"; {len(report.missing):,} tasks are not in the list" if report.missing else ""
    results().print(f"{base}: vectors by {made}{missing}", soft_wrap=True)


def build_embedding(
    tasks: TaskList,
    out: Annotated[Path, typer.Argument(help="File of weights to write (npz).")],
    measure: Annotated[str, typer.Option(help="dataset2vec or dida.")] = "dida",
    apart_from: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A base whose families are not learned from."),
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Steps of training.")] = 400,
    rows: Annotated[int, typer.Option(min=10, help="Most rows drawn from a table.")] = 256,
    seed: Annotated[
        int, typer.Option(help="Seed of the first weights and of the patches.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Train a learned measure of similarity on tables; needs the extra torch.

    Answering with the weights it writes does not.

    Example: warmstart build embedding dida.npz --tasks tables.csv --apart-from my-base
    """
    from warmstart.execution.local import read_tasks
    from warmstart.knowledge.vectors import train_embedding
    from warmstart.report.progress import ProgressMeter

    with ProgressMeter(remarks(), "steps") as meter:
        n_tables = train_embedding(
            measure,
            read_tasks(tasks),
            out,
            apart_from=apart_from,
            n_steps=steps,
            n_rows=rows,
            random_state=seed,
            progress=_rated(meter),
        )
    if as_json:
        print_json({"path": out, "measure": measure, "n_tables": n_tables, "n_steps": steps})
        return
    results().print(f"{out}: {measure}, {steps:,} steps on {n_tables:,} tables")


def _rated(meter: ProgressMeter) -> Callable[..., None]:
    """Tell a meter what is done, and how fast it went so far."""
    start = time.monotonic()

    def tell(done: int, total: int, *_: float) -> None:
        meter(done, total, done / max(time.monotonic() - start, 1e-9))

    return tell


def _by_measure(given: list[str]) -> dict[str, Path]:
    found = {}
    for one in given:
        name, equals, path = one.partition("=")
        if not equals:
            raise ArgumentError(f"--weights is MEASURE=FILE, got {one!r}")
        found[name] = Path(path)
    return found
