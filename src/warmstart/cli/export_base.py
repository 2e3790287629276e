"""Write what a base says of its learners: JSON for other languages, or pages to read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warmstart.cli.terminal.output import print_json, results

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset

Export = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.json|FOLDER",
        help="Write better defaults and ranges of each learner: JSON with its schema, or a "
        "folder of Markdown pages.",
    ),
]


def export_base(md: MetaDataset, out: Path, *, as_json: bool) -> None:
    """Write better defaults and ranges, learner by learner.

    Raises
    ------
    MetaDatasetError
        If the base has too few families or configurations for any learner.
    """
    from warmstart.errors import MetaDatasetError
    from warmstart.evaluate.guide.learner_guide import MIN_FAMILIES, learner_guides
    from warmstart.report.base.guide_pages import write_pages
    from warmstart.report.base.portfolio_json import write_portfolio

    if out.suffix and out.suffix.lower() != ".json":
        raise typer.BadParameter(f"--export takes FILE.json or a folder, got {out}")
    guides = list(learner_guides(md))
    if not guides:
        raise MetaDatasetError(
            f"nothing to export: no learner has two configurations and {MIN_FAMILIES} families"
        )
    paths = [out, write_portfolio(out, md, guides)] if out.suffix else write_pages(out, guides)
    learners = sorted({guide.learner for guide in guides})
    if as_json:
        summary = {"paths": [str(path) for path in paths], "learners": learners}
        print_json({**summary, "n_entries": len(guides)})
        return
    results().print(
        f"{out}: {len(learners)} learners, {len(guides)} of their types of task and metrics",
        soft_wrap=True,
    )
