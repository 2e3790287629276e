"""The command that makes a knowledge base of a meta-dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from warmstart.cli.options import AsJson, MetaDatasetFolder
from warmstart.cli.terminal.output import print_json, results


def build_knowledge(
    metadataset: MetaDatasetFolder,
    out: Annotated[Path, typer.Argument(help="Folder of the knowledge base to write.")],
    also: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            help="Another meta-dataset whose runs go in, as of more rows; repeatable.",
        ),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(metavar="FAMILY", help="Family to leave out, for testing; repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fit models to a meta-dataset; suggest --knowledge FOLDER then answers from both."""
    from warmstart.knowledge.writing import write_base
    from warmstart.metadataset.metadataset import MetaDataset

    md = MetaDataset.open(metadataset)
    if also:
        # Names and meta-features of a table that several have are those of the first.
        md = md.merge(*(MetaDataset.open(folder) for folder in also), conflicts="first")
    if leave_out:
        md = md.drop(families=leave_out)
    write_base(md, out)
    if as_json:
        sizes = {"n_tasks": len(md), "n_configurations": len(md.configuration_ids)}
        print_json({"path": out, **sizes, "metrics": list(md.metrics)})
        return
    results().print(
        f"{out}: {len(md):,} tasks, {len(md.configuration_ids):,} configurations, models for "
        f"{', '.join(md.metrics)}",
        soft_wrap=True,
    )
