"""The command that measures methods on recorded evaluations."""

from __future__ import annotations

import json
import time
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warmstart.cli.options import AsJson
from warmstart.cli.terminal.errors import INTERRUPTED
from warmstart.cli.terminal.output import print_json, remarks, results

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from warmstart.evaluate.result import Replay
    from warmstart.metadataset.metadataset import MetaDataset


class Mode(str, Enum):
    """How a method is told its results."""

    sequential = "sequential"
    batch = "batch"


class Tasks(str, Enum):
    """Which tasks a method is tested on."""

    all = "all"
    described = "described"


def replay(
    source: Annotated[
        str,
        typer.Argument(
            metavar="NAME_OR_PATH",
            help="embedded, a published table (see fetch), or a meta-dataset's folder.",
        ),
    ],
    methods: Annotated[
        str | None,
        typer.Option(help="Names, separated by commas; all that are quick by default."),
    ] = None,
    mode: Annotated[
        Mode, typer.Option(help="Tell each result, or ask for all picks at once.")
    ] = Mode.sequential,
    folds: Annotated[
        int, typer.Option(min=2, help="Number of folds that tasks are held out in.")
    ] = 5,
    n_evaluations: Annotated[int, typer.Option(min=1, help="Evaluations on each task.")] = 50,
    tasks: Annotated[
        Tasks | None,
        typer.Option(
            help="Which are held out; without, those with meta-features if a file of them is "
            "given, else all."
        ),
    ] = None,
    metric: Annotated[str | None, typer.Option(help="Recorded metric to compare by.")] = None,
    metafeatures: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="File of other meta-features: CSV or Parquet, task ids first."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write tables and plots there, and resume there."),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Processes at a time.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of folds and random methods.")] = 0,
    seeds: Annotated[int, typer.Option(min=1, help="Repeats of a random method.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Compare methods on tasks held out: how far from the best after so many picks.

    With --out every finished method and fold is kept, and the same command goes on there
    after a stop.

    Example: warmstart replay embedded --methods pmf,portfolio --mode batch
    """
    from warmstart.evaluate import replay as replaying
    from warmstart.recommend.methods import METHODS, ON_REQUEST, usual_methods
    from warmstart.report.progress import ProgressMeter

    md = _open(source)
    if metafeatures is not None:
        md = md.describe(_read_metafeatures(metafeatures, md))
    named = usual_methods() if methods is None else _names(methods)
    wanted = tasks or (Tasks.all if metafeatures is None else Tasks.described)
    began = time.monotonic()
    with ProgressMeter(remarks(), "methods x folds") as meter:
        try:
            measured = replaying.replay(
                md,
                named,
                folds=folds,
                n_evaluations=n_evaluations,
                mode=mode.value,
                tasks=_described(md, metric) if wanted is Tasks.described else None,
                metric=metric,
                random_state=seed,
                n_seeds=seeds,
                n_jobs=jobs,
                cache_dir=None if out is None else out / "parts",
                progress=lambda done, total, _: meter(
                    done, total, done / (time.monotonic() - began)
                ),
            )
        except KeyboardInterrupt:
            stopped = True
        else:
            stopped = False
    if stopped:
        kept = "nothing is kept without --out" if out is None else "run it again to go on"
        remarks().print(f"Stopped at {meter.done:,} of {meter.total:,}; {kept}.")
        raise typer.Exit(INTERRUPTED)
    if as_json:
        found = measured.summary(_shown(measured)).reset_index()
        print_json({"settings": dict(measured.settings), "summary": found.to_dict("records")})
        if out is not None:
            _write(measured, out, remarks())
        return
    _print_summary(measured)
    if methods is None:
        left_out = "; ".join(
            f"{name}, which {why}" for name, why in ON_REQUEST.items() if name in METHODS
        )
        _say(f"Left out unless named with --methods: {left_out or 'none'}.")
    if out is not None:
        _write(measured, out, results())


def _names(methods: str) -> list[str]:
    return [name.strip() for name in methods.split(",") if name.strip()]


def _described(md: MetaDataset, metric: str | None) -> list[Any]:
    """Tasks with scores and meta-features, in the order of the meta-dataset."""
    from warmstart.errors import MetaDatasetError

    scored = md.table(metric).task_ids
    tasks = list(scored[scored.isin(md.metafeatures.index)])
    if not tasks:
        raise MetaDatasetError(
            f"no task has meta-features of the {len(scored)} with scores; name another file "
            "with --metafeatures, or say --tasks all"
        )
    return tasks


def _open(source: str) -> MetaDataset:
    from warmstart.knowledge.base import embedded_path
    from warmstart.metadataset.exchange.archives import publications
    from warmstart.metadataset.metadataset import MetaDataset

    if source == "embedded":
        return MetaDataset.open(embedded_path())
    if source in publications() and not Path(source).is_dir():
        return MetaDataset.published(source)
    return MetaDataset.open(source)


def _read_metafeatures(path: Path, md: MetaDataset) -> pd.DataFrame:
    import pandas as pd

    from warmstart.errors import MetaDatasetError

    try:
        table = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise MetaDatasetError(f"cannot read the meta-features in {path}: {error}") from error
    if isinstance(table.index, pd.RangeIndex):
        table = table.set_index(table.columns[0])
    # A CSV file does not tell whether 3 is a number or a name.
    if not pd.api.types.is_numeric_dtype(md.tasks.index):
        table.index = table.index.map(str)
    return table


def _shown(measured: Replay) -> list[int]:
    n_picks = int(measured.regret["t"].max())
    return [t for t in (1, 3, 5, 10, 25, 50, 100) if t <= n_picks]


def _print_summary(measured: Replay) -> None:
    table, _, said = measured.to_text(_shown(measured)).partition("\n\n")
    # A table is read by column: broken lines would be worse than long ones.
    results().print(table, soft_wrap=True)
    results().print()
    _say(said)


def _say(text: str) -> None:
    from warmstart.report.suggestion_table import wrapped

    console = results()
    console.print(wrapped(text, console.width), soft_wrap=True)


def _write(measured: Replay, out: Path, console: Console) -> None:
    """Tables as Parquet, settings as JSON, and a plot where matplotlib is installed."""
    from warmstart._extras import installed

    out.mkdir(parents=True, exist_ok=True)
    measured.regret.to_parquet(out / "regret.parquet", index=False)
    measured.timings.to_parquet(out / "timings.parquet", index=False)
    measured.summary(range(1, int(measured.regret["t"].max()) + 1)).reset_index().to_parquet(
        out / "summary.parquet", index=False
    )
    settings = json.dumps(dict(measured.settings), indent=1, default=str)
    (out / "settings.json").write_text(settings + "\n", encoding="utf-8")
    written = ["regret.parquet", "timings.parquet", "summary.parquet", "settings.json"]
    if installed("matplotlib"):
        from matplotlib.figure import Figure

        n_methods = len(measured.methods)
        sizes = {"regret": (8, 6), "critical_difference": (8, 1.5 + 0.35 * n_methods)}
        for kind, size in sizes.items():
            figure = Figure(figsize=size, layout="constrained")
            measured.plot(kind, ax=figure.subplots())
            figure.savefig(out / f"{kind}.png", dpi=150)
            written.append(f"{kind}.png")
    else:
        written.append("no plots, which need matplotlib (extra plots)")
    console.print(f"Written to {out}: {', '.join(written)}", soft_wrap=True)
