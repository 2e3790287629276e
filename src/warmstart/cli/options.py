"""Options that several commands have, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FILES = (
    "CSV, Parquet, ARFF, Feather, Excel or JSON lines file, also compressed; a web address, - "
    "for standard input, or openml:ID."
)

Files = Annotated[
    list[str], typer.Argument(metavar="FILE…", help=f"{FILES} Several share one process.")
]

Target = Annotated[
    str | None, typer.Option("--target", "-t", metavar="COLUMN", help="Column to predict.")
]

TaskType = Annotated[
    str | None,
    typer.Option(
        metavar="TYPE",
        help="binary, multiclass, classification or regression; by default inferred.",
    ),
]

KindsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--kind", metavar="COLUMN=KIND", help="What a column holds, if not as inferred."
    ),
]

Knowledge = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Another knowledge base than the one WARMSTART_KNOWLEDGE names, or the embedded.",
    ),
]

File = Annotated[str, typer.Argument(metavar="FILE", help=f"{FILES} Or a folder of files.")]

Separator = Annotated[
    str | None,
    typer.Option(metavar="CHAR", help="Between the cells of a CSV file; \\t is a tab."),
]

Comment = Annotated[
    str | None, typer.Option(metavar="CHAR", help="From which on a line of CSV is no data.")
]

Decimal = Annotated[
    str | None, typer.Option(metavar="CHAR", help="Decimal mark of a CSV file, . or ,")
]

Encoding = Annotated[
    str | None, typer.Option(metavar="NAME", help="Of a CSV file, such as cp1252.")
]

Header = Annotated[
    bool | None,
    typer.Option("--header/--no-header", help="Whether line 1 of a CSV file names columns."),
]

MaxUnpacked = Annotated[
    float | None,
    typer.Option(metavar="MB", help="What a compressed or piped file may unpack to [4096]."),
]

Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes at a time.")]

Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS", help="Dask scheduler such as tcp://host:8786; sees the same files."
    ),
]

Workers = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Dask workers on this machine.")
]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Build = Annotated[Path, typer.Argument(help="Folder of a build, finished or running.")]
BuildFolder = Annotated[
    Path, typer.Option("--out", metavar="FOLDER", help="Folder of the build.")
]
MetaDatasetFolder = Annotated[Path, typer.Argument(help="Folder of a meta-dataset.")]
NewMetaDataset = Annotated[
    Path, typer.Argument(metavar="OUT", help="Folder of the meta-dataset to write.")
]
TaskList = Annotated[
    Path,
    typer.Option(
        "--tasks",
        metavar="CSV",
        help="Task list: columns task_id, task_type, path, target; family, …",
    ),
]
