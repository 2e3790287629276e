"""Commands that answer about one dataset, and about what the answer rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warmstart.cli.flags import as_typed
from warmstart.cli.output import remarks, results, warn

if TYPE_CHECKING:
    from warmstart.datasets.dataset import Dataset
    from warmstart.recommend.suggestions import Suggestions


class Format(str, Enum):
    """How suggestions are printed."""

    table = "table"
    json = "json"
    yaml = "yaml"
    csv = "csv"
    python = "python"


class Strategy(str, Enum):
    """How suggestions are chosen, see :func:`warmstart.suggest`."""

    auto = "auto"
    pmf = "pmf"
    portfolio = "portfolio"
    knn = "knn"
    random = "random"
    anytime = "anytime"


File = Annotated[
    str,
    typer.Argument(metavar="FILE", help="CSV, Parquet or ARFF file, or openml:ID."),
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
    typer.Option(metavar="FOLDER", help="Another knowledge base than the embedded one."),
]


def suggest(
    file: File,
    target: Target = None,
    n: Annotated[int, typer.Option("-n", help="How many configurations.")] = 10,
    metric: Annotated[
        str | None,
        typer.Option(
            help="What to be good at: balanced_accuracy, accuracy, roc_auc, log_loss, "
            "f1_macro; r2, rmse, mae."
        ),
    ] = None,
    space: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LEARNER", help="Only this learner, such as lightgbm; repeatable."
        ),
    ] = None,
    time_budget: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", help="What fitting each suggestion once may take together."
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="TASK", help="Known task or family to forget; repeatable."),
    ] = None,
    knowledge: Knowledge = None,
    strategy: Annotated[
        Strategy, typer.Option(help="How to choose; auto is pmf where the data is familiar.")
    ] = Strategy.auto,
    task_type: TaskType = None,
    kind: KindsOption = None,
    look: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="Spend at most so many on the data first, and say what was measured.",
        ),
    ] = None,
    instant: Annotated[
        bool, typer.Option("--instant", help="Answer at once, without a look.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(help="Fits of the look at a time; -1 for one a core.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same answer.")] = 0,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say why: neighbours and evidence.")
    ] = False,
    form: Annotated[
        Format, typer.Option("--format", "-f", help="How to print them.")
    ] = Format.table,
) -> None:
    """Suggest configurations for a dataset, with what to expect of each.

    Example: warmstart suggest credit.csv --target class
    """
    import warmstart
    from warmstart.report.look_progress import LookMeter

    if instant and look:
        raise typer.BadParameter("--instant answers without a look, --look asks for one")
    with LookMeter(remarks(), look) as meter:
        suggestions = warmstart.suggest(
            file,
            target=target,
            n=n,
            metric=metric,
            space=space or None,
            time_budget_s=time_budget,
            exclude=exclude or (),
            knowledge=knowledge,
            strategy=strategy.value,
            task_type=task_type,
            kinds=_kinds(kind),
            look_s=0.0 if instant else look,
            n_jobs=jobs,
            progress=meter,
            random_state=seed,
        )
    if form is Format.table:
        _print_table(suggestions, explain)
    else:
        typer.echo(_written(suggestions, form))
        if explain:
            remarks().print(as_typed(suggestions.explain()), soft_wrap=True)
    # The explanation ends with the warnings.
    if not explain:
        warn(suggestions.warnings)


def _print_table(suggestions: Suggestions, explain: bool) -> None:
    from warmstart.report.suggestion_table import footnotes, headline, suggestion_table, wrapped

    console = results()
    width = console.width
    if explain:
        console.print(wrapped(as_typed(suggestions.explain()), width), soft_wrap=True)
        return
    console.print(wrapped(headline(suggestions), width), style="bold", soft_wrap=True)
    console.print()
    console.print(suggestion_table(suggestions, width=width), soft_wrap=True)
    for note in footnotes(suggestions):
        console.print(wrapped(note, width), soft_wrap=True)


def _written(suggestions: Suggestions, form: Format) -> str:
    if form is Format.json:
        return suggestions.to_json(indent=2)
    if form is Format.csv:
        return suggestions.to_frame().to_csv(lineterminator="\n").rstrip("\n")
    if form is Format.yaml:
        import json

        from warmstart.report.yaml_text import to_yaml

        return to_yaml(json.loads(suggestions.to_json()))
    from warmstart.report.python_code import python_code

    return python_code(suggestions).rstrip("\n")


def describe(
    file: File,
    target: Target = None,
    task_type: TaskType = None,
    kind: KindsOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what warmstart reads in a dataset: kinds of columns, task type, meta-features.

    Without --target only the columns are shown.
    """
    if target is None and not file.startswith("openml:"):
        _describe_columns(Path(file).expanduser(), _kinds(kind), as_json)
        return
    from warmstart.datasets.load import load_dataset
    from warmstart.metafeatures.extract import metafeatures_of

    dataset = load_dataset(file, target=target, task_type=task_type, kinds=_kinds(kind))
    features = {str(name): float(value) for name, value in metafeatures_of(dataset).items()}
    if as_json:
        _print_json(
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


def _describe_columns(path: Path, kinds: Mapping[str, str] | None, as_json: bool) -> None:
    import pandas as pd

    from warmstart.datasets.kinds import infer_kinds
    from warmstart.datasets.notes import Notes
    from warmstart.datasets.readers.files import bare_name, read_file
    from warmstart.report.frame_table import frame_table
    from warmstart.tables.cells import words
    from warmstart.tables.frames import as_frame

    notes = Notes()
    frame = as_frame(read_file(path, notes))
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
        _print_json(
            {
                "name": bare_name(path),
                "n_rows": len(frame),
                "columns": table.to_dict("records"),
                "warnings": list(notes.sentences()),
            }
        )
        return
    console = results()
    console.print(
        f"{bare_name(path)}: {len(frame):,} rows, {len(columns):,} columns", style="bold"
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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what a knowledge base holds, the embedded one by default."""
    from warmstart.knowledge.base import embedded_path
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.report.contents import contents, task_list
    from warmstart.report.frame_table import frame_table
    from warmstart.report.suggestion_table import wrapped

    path = knowledge or embedded_path()
    md = MetaDataset.open(path)
    if as_json:
        found: dict[str, Any] = {"path": str(path), **contents(md)}
        if tasks:
            found["task_list"] = task_list(md).to_dict("records")
        _print_json(found)
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


def _print_json(value: Any) -> None:
    import json

    typer.echo(json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False))


def _plain(value: Any) -> Any:
    """JSON has no NaN and no numpy."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    value = value.item() if hasattr(value, "item") else value
    return None if value is None or value != value else value


def _kinds(given: Iterable[str] | None) -> dict[str, str] | None:
    """``COLUMN=KIND``, the column being everything before the last ``=``."""
    if not given:
        return None
    kinds = {}
    for text in given:
        column, equals, kind = text.rpartition("=")
        if not equals:
            raise typer.BadParameter(f"--kind wants COLUMN=KIND, got {text!r}")
        kinds[column] = kind
    return kinds
