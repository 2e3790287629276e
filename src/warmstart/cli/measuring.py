"""The command that measures methods on recorded evaluations."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warmstart.cli.output import remarks, results

if TYPE_CHECKING:
    import pandas as pd

    from warmstart.evaluate.result import Replay
    from warmstart.metadataset.metadataset import MetaDataset


class Mode(str, Enum):
    """How a method is told its results."""

    sequential = "sequential"
    batch = "batch"


def replay(
    source: Annotated[
        str,
        typer.Argument(
            metavar="NAME_OR_PATH",
            help="embedded, a published table (see fetch), or a meta-dataset's folder.",
        ),
    ],
    methods: Annotated[
        str, typer.Option(help="Names, separated by commas.")
    ] = "pmf,portfolio,knn,random",
    mode: Annotated[
        Mode, typer.Option(help="Tell each result, or ask for all picks at once.")
    ] = Mode.sequential,
    folds: Annotated[int, typer.Option(min=2, help="Tasks are held out fold by fold.")] = 5,
    n_evaluations: Annotated[int, typer.Option(min=1, help="Picks on each task.")] = 25,
    metric: Annotated[str | None, typer.Option(help="One of those recorded.")] = None,
    metafeatures: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Others: CSV or Parquet, task ids first."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write tables and a plot there.")
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Processes at a time.")] = 1,
    seed: Annotated[int, typer.Option(help="Of folds and random methods.")] = 0,
) -> None:
    """Compare methods on tasks held out: how far from the best after so many picks.

    Example: warmstart replay embedded --methods pmf,portfolio --mode batch
    """
    from warmstart.evaluate import replay as replaying

    md = _open(source)
    if metafeatures is not None:
        md = md.describe(_read_metafeatures(metafeatures, md))
    console = remarks()
    with console.status("Replaying") as status:
        measured = replaying.replay(
            md,
            [name.strip() for name in methods.split(",") if name.strip()],
            folds=folds,
            n_evaluations=n_evaluations,
            mode=mode.value,
            metric=metric,
            random_state=seed,
            n_jobs=jobs,
            progress=lambda done, total, job: status.update(f"{done} of {total}: {job} done"),
        )
    _print_summary(measured)
    if out is not None:
        _write(measured, out)


def _open(source: str) -> MetaDataset:
    from warmstart.histories.published import publications
    from warmstart.knowledge.base import embedded_path
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


def _print_summary(measured: Replay) -> None:
    import pandas as pd

    from warmstart.report.frame_table import frame_table
    from warmstart.report.suggestion_table import wrapped

    n_picks = int(measured.regret["t"].max())
    summary = measured.summary([t for t in (1, 3, 5, 10, 25, 50, 100) if t <= n_picks])
    last = summary.index.get_level_values("t").max()
    rows = []
    for method in measured.methods:
        at = summary.loc[method]
        cells = {
            f"t={t}": f"{100 * row['mean']:.2f} ± {100 * row['standard_error']:.2f}"
            for t, row in at.iterrows()
        }
        rank, wins = at.loc[last, "average_rank"], at.loc[last, "wins"]
        rows.append(
            {"method": method, **cells, f"rank@{last}": rank, f"wins@{last}": int(wins)}
        )
    console = results()
    console.print(frame_table(pd.DataFrame(rows), {f"rank@{last}": ".2f"}))
    console.print()
    console.print(wrapped(measured.describe(), console.width), soft_wrap=True)


def _write(measured: Replay, out: Path) -> None:
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

        figure = Figure(layout="constrained")
        measured.plot(ax=figure.subplots())
        figure.savefig(out / "regret.png", dpi=150)
        written.append("regret.png")
    results().print(f"Written to {out}: {', '.join(written)}", soft_wrap=True)
