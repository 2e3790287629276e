"""The command that tells which known tasks a dataset is like."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from warmstart.cli.options import AsJson, Knowledge, Target, reads_files
from warmstart.cli.terminal.data_files import data_file
from warmstart.cli.terminal.output import print_json, results
from warmstart.errors import HistoryError


@reads_files
def neighbours(
    file: Annotated[str, typer.Argument(help="Dataset, or openml:ID.")],
    target: Target = None,
    by: Annotated[
        str,
        typer.Option(
            help="metafeatures, text, sentence, scores, gw_otdd, dataset2vec, dida or "
            "task2vec: what is compared; or a measure that an installed package offers."
        ),
    ] = "metafeatures",
    text: Annotated[str, typer.Option(help="What the dataset is about, for --by text.")] = "",
    scores: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV", help="Table of configuration_id and score, for --by scores."
        ),
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="Metric that a task's best configuration is chosen by.")
    ] = None,
    n: Annotated[int, typer.Option("-n", min=1, help="How many.")] = 10,
    knowledge: Knowledge = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: AsJson = False,
    *,
    reading: dict[str, Any],
) -> None:
    """Known tasks that a dataset is like, nearest first, and what was best on each.

    Example: warmstart neighbours credit.csv --target class
    """
    data = data_file(file, **reading)
    from warmstart.knowledge.nearest import nearest_tasks
    from warmstart.report.frame_table import frame_table

    found = nearest_tasks(
        data, target=target, by=by, text=text or Path(file).stem, metric=metric, n=n,
        scores=None if scores is None else _read_scores(scores), knowledge=knowledge,
    )  # fmt: skip
    if csv:
        typer.echo(found.to_csv(index=False, lineterminator="\n").rstrip("\n"))
        return
    if as_json:
        print_json(found.to_dict("records"))
        return
    if found.empty:
        results().print("no known task reads like it")
        return
    results().print(frame_table(found.round({"distance": 3, "best_score": 4})))


def _read_scores(path: Path) -> dict[str, float]:
    import pandas as pd

    try:
        frame = pd.read_csv(path, dtype={"configuration_id": str})
        return dict(zip(frame["configuration_id"], frame["score"].astype(float), strict=True))
    except (OSError, ValueError, KeyError) as error:
        raise HistoryError(
            f"{path} needs columns configuration_id and score: {error}"
        ) from error
