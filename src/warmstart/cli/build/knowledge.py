"""The command that makes a knowledge base of a meta-dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warmstart.cli.options import AsJson
from warmstart.cli.terminal.output import print_json, results

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset


def build_knowledge(
    metadataset: Annotated[
        Path, typer.Argument(help="Folder of a meta-dataset, or of a base to go on from.")
    ],
    out: Annotated[Path, typer.Argument(help="Folder of the knowledge base to write.")],
    also: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            help="Another meta-dataset whose runs go in, as of more rows; repeatable.",
        ),
    ] = None,
    recorded: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            help="Meta-dataset whose runs tell sizes and memory, instead of those that go in; "
            "repeatable.",
        ),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(metavar="FAMILY", help="Family to leave out, for testing; repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fit models to a meta-dataset; suggest --knowledge FOLDER then answers from both.

    A table counts as one of more rows where it has nearly as many: of the tables scored on
    10,000 rows those above 4,472.
    """
    from warmstart.knowledge.writing import write_base
    from warmstart.recommend.question.resampled import of_too_few_rows

    md = _united([metadataset, *(also or ())])
    if leave_out:
        md = md.drop(families=leave_out)
    small = of_too_few_rows(md.tasks)
    md = md.drop(tasks=small) if small else md
    runs = _united(recorded) if recorded else None
    write_base(md, out, before=metadataset, recorded=runs)
    if as_json:
        sizes = {"n_tasks": len(md), "n_configurations": len(md.configuration_ids)}
        told = {"metrics": list(md.metrics), "too_few_rows": small}
        print_json({"path": out, **sizes, **told})
        return
    results().print(
        f"{out}: {len(md):,} tasks, {len(md.configuration_ids):,} configurations, models for "
        f"{', '.join(md.metrics)}",
        soft_wrap=True,
    )
    if small:
        results().print(
            f"left out: {len(small):,} tasks scored with more rows than their tables have",
            soft_wrap=True,
        )


def _united(folders: Sequence[Path]) -> MetaDataset:
    """Names and meta-features of a table that several have are those of the first."""
    from warmstart.metadataset.metadataset import MetaDataset

    first, *others = map(MetaDataset.open, folders)
    return first.merge(*others, conflicts="first") if others else first
