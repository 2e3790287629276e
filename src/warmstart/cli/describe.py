"""Commands that show what is read in a dataset, and what an answer rests on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warmstart.cli.export_base import Export, export_base
from warmstart.cli.options import (
    AsJson,
    File,
    KindsOption,
    Knowledge,
    Target,
    TaskType,
    reads_files,
)
from warmstart.cli.suggest import kinds_of
from warmstart.cli.terminal.data_files import data_file, files_in
from warmstart.cli.terminal.errors import BAD_INPUT, each_file
from warmstart.cli.terminal.output import print_json, results, warn

if TYPE_CHECKING:
    from warmstart.datasets.dataset import Dataset
    from warmstart.datasets.readers.data_file import DataFile
    from warmstart.metadataset.metadataset import MetaDataset


@reads_files
def describe(
    file: File,
    target: Target = None,
    task_type: TaskType = None,
    kind: KindsOption = None,
    as_json: AsJson = False,
    *,
    reading: dict[str, Any],
) -> None:
    """Show what warmstart reads in a dataset: kinds of columns, task type, meta-features.

    Without --target only the columns are shown; of a folder, a line a file.
    """
    if Path(file).expanduser().is_dir():
        _describe_folder(Path(file).expanduser(), target, task_type, reading, as_json)
        return
    data = data_file(file, **reading)
    if target is None and not isinstance(data, str):
        _describe_columns(data, kinds_of(kind), as_json)
        return
    from warmstart.datasets.load import load_dataset
    from warmstart.metafeatures.extract import metafeatures_of

    dataset = load_dataset(data, target=target, task_type=task_type, kinds=kinds_of(kind))
    features = {str(name): float(value) for name, value in metafeatures_of(dataset).items()}
    if as_json:
        print_json(
            {
                "name": dataset.name,
                "target": dataset.target,
                "task_type": dataset.task_type,
                "n_rows": dataset.n_rows,
                "columns": dataset.describe().to_dict("records"),
                "metafeatures": features,
                "warnings": list(dataset.warnings),
            }
        )
        return
    from rich.columns import Columns

    from warmstart.report.frame_table import frame_table

    console = results()
    console.print(_summary(dataset), style="bold")
    console.print()
    console.print(frame_table(dataset.describe(), {"missing_pct": ".1f"}))
    console.print("\nMeta-features", style="bold")
    width = max(map(len, features))
    shown = [f"{name.ljust(width)}  {value:<10.4g}" for name, value in features.items()]
    console.print(Columns(shown, column_first=True, padding=(0, 2)))
    warn(dataset.warnings)


def _summary(dataset: Dataset) -> str:
    about = f"{dataset.name}: {dataset.n_rows:,} rows, {len(dataset.schema.columns):,} columns"
    if dataset.task_type == "regression":
        y = dataset.y
        return f"{about}, regression of {dataset.target} ({y.min():,.4g} to {y.max():,.4g})"
    counts = dataset.y.value_counts()
    shown = ", ".join(f"{label} {n:,}" for label, n in counts.head(5).items())
    more = f" and {len(counts) - 5:,} more" if len(counts) > 5 else ""
    return f"{about}, {dataset.task_type} target {dataset.target} ({shown}{more})"


def _describe_folder(
    folder: Path,
    target: str | None,
    task_type: str | None,
    reading: Mapping[str, Any],
    as_json: bool,
) -> None:
    """One line a file: rows, columns and, with a target, what it makes."""
    import pandas as pd

    from warmstart.datasets.load import load_dataset
    from warmstart.datasets.notes import Notes
    from warmstart.datasets.readers.files import read_file
    from warmstart.report.frame_table import frame_table

    rows: list[dict[str, Any]] = []

    def describe_one(file: str) -> None:
        data: Any = data_file(file, **reading)
        row: dict[str, Any] = {"file": Path(file).name}
        if target is None:
            frame = read_file(data, Notes())
            row |= {"rows": len(frame), "columns": frame.shape[1]}
        else:
            dataset = load_dataset(data, target=target, task_type=task_type)
            row |= {"rows": dataset.n_rows, "columns": len(dataset.schema.columns)}
            row |= {"task_type": dataset.task_type, "warnings": len(dataset.warnings)}
        rows.append(row)

    failed = each_file([str(path) for path in files_in(folder)], describe_one, leave=False)
    if as_json:
        print_json({"files": rows, "failed": failed})
    elif rows:
        results().print(frame_table(pd.DataFrame(rows)))
    if failed:
        raise typer.Exit(BAD_INPUT)


def _describe_columns(file: DataFile, kinds: Mapping[str, str] | None, as_json: bool) -> None:
    import pandas as pd

    from warmstart.datasets.columns.kinds import infer_kinds
    from warmstart.datasets.notes import Notes
    from warmstart.datasets.readers.files import bare_name, read_file
    from warmstart.report.frame_table import frame_table
    from warmstart.tables.cells import words
    from warmstart.tables.frames import as_frame

    notes = Notes()
    frame = as_frame(read_file(file, notes))
    columns = infer_kinds(frame, notes, kinds).columns
    codes = {column.name: words(frame[column.name])[0] for column in columns}
    table = pd.DataFrame(
        {
            "column": [column.name for column in columns],
            "kind": [column.kind for column in columns],
            "missing_pct": [100 * float((codes[c.name] < 0).mean()) for c in columns],
            "n_distinct": [int(codes[c.name].max(initial=-1)) + 1 for c in columns],
        }
    )
    if as_json:
        print_json(
            {
                "name": bare_name(file.path),
                "n_rows": len(frame),
                "columns": table.to_dict("records"),
                "warnings": list(notes.sentences()),
            }
        )
        return
    console = results()
    console.print(
        f"{bare_name(file.path)}: {len(frame):,} rows, {len(columns):,} columns", style="bold"
    )
    console.print()
    console.print(frame_table(table, {"missing_pct": ".1f"}))
    console.print(
        "\nName the column to predict with --target to see task type and meta-features."
    )
    warn(notes.sentences())


def knowledge(
    knowledge: Knowledge = None,
    tasks: Annotated[bool, typer.Option("--tasks", help="List the known tasks.")] = False,
    card: Annotated[
        bool, typer.Option("--card", help="Print its data card: families, licences, cost.")
    ] = False,
    export: Export = None,
    as_json: AsJson = False,
) -> None:
    """Show what a knowledge base holds, the embedded one by default."""
    from warmstart.knowledge.base import default_path
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.report.contents import contents, task_list
    from warmstart.report.frame_table import frame_table
    from warmstart.report.suggestion_table import wrapped

    path = knowledge or default_path()
    md = MetaDataset.open(path)
    if export is not None:
        export_base(md, export, as_json=as_json)
        return
    if card:
        _print_card(md, path, as_json)
        return
    if as_json:
        found: dict[str, Any] = {"path": str(path), **contents(md)}
        if tasks:
            found["task_list"] = task_list(md).to_dict("records")
        print_json(found)
        return
    console = results()
    if tasks:
        console.print(frame_table(task_list(md)))
        return
    console.print(f"Knowledge base at {path}", style="bold", soft_wrap=True)
    for heading, lines in contents(md).items():
        console.print(f"\n{heading}", style="bold")
        for line in lines:
            console.print(wrapped(f"  {line}", console.width), soft_wrap=True)


def _print_card(md: MetaDataset, path: Path, as_json: bool) -> None:
    """Markdown as it is, so that it can go into a file."""
    from warmstart.report.base.card import data_card

    text = data_card(md, path)
    if as_json:
        print_json({"path": str(path), "card": text})
    else:
        typer.echo(text, nl=False)
