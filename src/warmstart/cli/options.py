"""Options that several commands have, each declared once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

FILES = (
    "CSV, Parquet, ARFF, Feather, Excel or JSON lines file, also compressed; a web address, - "
    "for standard input, or openml:ID."
)

Target = Annotated[
    str | None, typer.Option("--target", "-t", metavar="COLUMN", help="Column to predict.")
]

TaskType = Annotated[
    str | None,
    typer.Option(
        metavar="TYPE",
        help="binary, multiclass, classification, regression or image; by default inferred.",
    ),
]

KindsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        metavar="COLUMN=KIND",
        help="What a column holds, where inferred wrongly; repeatable.",
    ),
]

Knowledge = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Folder of a knowledge base; by default the one WARMSTART_KNOWLEDGE names, else "
        "the embedded one.",
    ),
]

File = Annotated[str, typer.Argument(metavar="FILE", help=f"{FILES} Or a folder of files.")]

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

_READING: dict[str, Any] = {
    "separator": Annotated[
        str | None,
        typer.Option(metavar="CHAR", help="Between the cells of a CSV file; \\t is a tab."),
    ],
    "comment": Annotated[
        str | None,
        typer.Option(metavar="CHAR", help="What begins a comment in a CSV file, such as #."),
    ],
    "decimal": Annotated[
        str | None, typer.Option(metavar="CHAR", help="Decimal mark of a CSV file, . or ,")
    ],
    "encoding": Annotated[
        str | None, typer.Option(metavar="NAME", help="Of a CSV file, such as cp1252.")
    ],
    "header": Annotated[
        bool | None,
        typer.Option(
            "--header/--no-header", help="Whether line 1 of a CSV file names columns."
        ),
    ],
    "max_unpacked_mb": Annotated[
        float | None,
        typer.Option(
            "--max-unpacked",
            metavar="MB",
            help="What a compressed or piped file may unpack to [4096].",
        ),
    ],
}
"""How a file is read, where it does not say so itself."""


def reads_files(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say how a file is read.

    Parameters
    ----------
    command : callable
        Its parameter ``reading`` gets what was typed, for
        :func:`warmstart.cli.terminal.data_files.data_file`.
    """
    hints = get_type_hints(command, include_extras=True)
    parameters = [
        one.replace(annotation=hints[name])
        for name, one in inspect.signature(command).parameters.items()
        if name != "reading"
    ]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)
        for name, option in _READING.items()
    ]

    def with_reading(**typed: Any) -> None:
        reading = {name: typed.pop(name) for name in _READING}
        command(**typed, reading=reading)

    with_reading.__name__, with_reading.__doc__ = command.__name__, command.__doc__
    with_reading.__module__ = command.__module__
    with_reading.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_reading.__annotations__ = {one.name: one.annotation for one in parameters}
    return with_reading


Budget = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="What was spent, of a table of learning curves."),
]
StepKind = Annotated[
    str | None,
    typer.Option(
        metavar="KIND", help="What steps of scores count: iterations, epochs, rows or folds."
    ),
]
CostColumn = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="Seconds, of a table of learning curves."),
]
StepKey = Annotated[
    str | None, typer.Option(metavar="KEY", help="What W&B's runs logged as their step.")
]
LoggedSet = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Which of the sets that a booster's log has."),
]
