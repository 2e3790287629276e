"""Commands that make something lasting of a build: packed runs, a meta-dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from warmstart.cli.options import AsJson, Build, Jobs, NewMetaDataset
from warmstart.cli.terminal.output import print_json, results


def pack(
    build: Build,
    out: Annotated[Path, typer.Argument(help="Folder that grows by what is new.")],
    as_json: AsJson = False,
) -> None:
    """Keep the runs of a build in a few small files, from which build local can go on."""
    from warmstart.metadataset.build import pack as packing

    n_runs = packing.pack(build, out)
    if as_json:
        print_json({"path": out, "n_runs": n_runs})
        return
    results().print(f"{out}: {n_runs:,} runs added", soft_wrap=True)


def publish(
    build: Build,
    out: NewMetaDataset,
    min_evaluations: Annotated[
        int, typer.Option(min=1, help="Leave tasks with fewer configurations out.")
    ] = 1,
    min_rows: Annotated[
        int, typer.Option(min=1, help="Leave tasks of tables with fewer rows out.")
    ] = 1,
    notes: Annotated[str, typer.Option(help="Text to keep in the manifest.")] = "",
    jobs: Jobs = 1,
    as_json: AsJson = False,
) -> None:
    """Make a meta-dataset of what a build has so far; the build may be running."""
    from warmstart.metadataset.build import publish as publishing

    manifest = publishing.publish(
        build,
        out,
        n_jobs=jobs,
        min_evaluations=min_evaluations,
        min_rows=min_rows,
        notes=notes,
    )
    counts = manifest["counts"]
    if as_json:
        print_json({"path": out, "counts": counts})
        return
    results().print(
        f"{out}: {counts['tasks']:,} tasks, {counts['configurations']:,} configurations, "
        f"{counts['evaluations']:,} scores, {counts['metafeatures']:,} meta-features",
        soft_wrap=True,
    )
