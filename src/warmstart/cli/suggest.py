"""The command that answers: configurations for one dataset or several."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warmstart.cli.options import (
    FILES,
    KindsOption,
    Knowledge,
    Target,
    TaskType,
    reads_files,
)
from warmstart.cli.terminal.answers import Format, check_format, print_table, written
from warmstart.cli.terminal.costs import (
    MaxFit,
    MaxMemory,
    MaxPredict,
    MaxSize,
    Objectives,
)
from warmstart.cli.terminal.data_files import data_file
from warmstart.cli.terminal.errors import each_file
from warmstart.cli.terminal.flags import as_typed
from warmstart.cli.terminal.output import remarks, warn

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestions import Suggestions


class Strategy(str, Enum):
    """How suggestions are chosen, see :func:`warmstart.suggest`."""

    auto = "auto"
    pmf = "pmf"
    portfolio = "portfolio"
    nearest_datasets = "nearest_datasets"
    random = "random"
    anytime = "anytime"


@reads_files
def suggest(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE…",
            help=f"{FILES} Several share one process. None where there is no data yet: see "
            "--description.",
        ),
    ] = None,
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
        typer.Option(metavar="SECONDS", help="Seconds that one fit of each may take together."),
    ] = None,
    objectives: Objectives = None,
    max_predict_s: MaxPredict = None,
    max_fit_s: MaxFit = None,
    max_size_mb: MaxSize = None,
    max_memory_mb: MaxMemory = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="TASK", help="Known task or family to leave out; repeatable."),
    ] = None,
    knowledge: Knowledge = None,
    strategy: Annotated[
        Strategy, typer.Option(help="How to choose; auto is pmf where the data is familiar.")
    ] = Strategy.auto,
    similarity: Annotated[
        str,
        typer.Option(
            help="What known tasks are compared by: auto, metafeatures, text, sentence, "
            "gw_otdd, dataset2vec, dida, task2vec, or mix for all there are."
        ),
    ] = "auto",
    description: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="What the data is about, for --similarity text; or, without FILE, what it "
            "will be: say its --task-type.",
        ),
    ] = None,
    n_rows: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Rows of data that is not there yet, for its seconds."
        ),
    ] = None,
    task_type: TaskType = None,
    kind: KindsOption = None,
    groups: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Column that says which rows belong together, such as customers.",
        ),
    ] = None,
    time: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column that says when a row is from.")
    ] = None,
    look: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="Time to try candidates on the data first; what was measured is shown.",
        ),
    ] = None,
    instant: Annotated[
        bool, typer.Option("--instant", help="Answer at once, without a look.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(help="Fits of the look at a time; -1 for one a core.")
    ] = None,
    proba: Annotated[
        bool, typer.Option("--proba", help="Only classifiers that predict probabilities.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The same seed gives the same answer.")] = 0,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say why: neighbours and evidence.")
    ] = False,
    form: Annotated[
        Format,
        typer.Option(
            "--format", "-f", help="How to print suggestions; jsonl has a line a file."
        ),
    ] = Format.table,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write an HTML page, complete in one file."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As --format json.")] = False,
    *,
    reading: dict[str, Any],
) -> None:
    """Suggest configurations for a dataset, with what to expect of each.

    Example: warmstart suggest credit.csv --target class

    Before there is data: warmstart suggest --description "loan default" --task-type binary
    """
    files = files or []
    if not files:
        _check_described(description, reading)
    form = Format.json if as_json else form
    check_format(form)
    if instant and look:
        raise typer.BadParameter("--instant answers without a look, --look asks for one")
    if len(files) > 1 and report is not None:
        raise typer.BadParameter("--report writes the page of one file; name one FILE")
    if len(files) > 1 and form not in (Format.table, Format.jsonl):
        raise typer.BadParameter(
            f"of several files --format is jsonl or table, not {form.value}"
        )
    question: dict[str, Any] = {
        "target": target,
        "n": n,
        "metric": metric,
        "space": space or None,
        "time_budget_s": time_budget,
        "objectives": objectives,
        "max_predict_s": max_predict_s,
        "max_fit_s": max_fit_s,
        "max_size_mb": max_size_mb,
        "max_memory_mb": max_memory_mb,
        "exclude": exclude or (),
        "knowledge": knowledge,
        "strategy": strategy.value,
        "similarity": similarity,
        "description": description,
        "n_rows": n_rows,
        "task_type": task_type,
        "kinds": kinds_of(kind),
        "proba": proba,
        "groups": groups,
        "time": time,
        "look_s": 0.0 if instant else look,
        "n_jobs": jobs,
        "random_state": seed,
    }

    def answer(file: str | None) -> None:
        data = None if file is None else data_file(file, **reading)
        import warmstart
        from warmstart.report.look_progress import LookMeter

        with LookMeter(remarks(), look) as meter:
            suggestions: Suggestions = warmstart.suggest(data, **question, progress=meter)
        if report is not None:
            suggestions.report(report)
        if form is Format.table:
            print_table(suggestions, explain)
        else:
            typer.echo(written(suggestions, form, file or ""))
            if explain:
                remarks().print(as_typed(suggestions.explain()), soft_wrap=True)
        # The explanation ends with the warnings.
        if not explain:
            prefix = f"{file}: " if len(files) > 1 else ""
            warn(f"{prefix}{warning}" for warning in suggestions.warnings)

    if files:
        each_file(files, answer, as_jsonl=form is Format.jsonl)
    else:
        answer(None)


def _check_described(description: str | None, reading: dict[str, Any]) -> None:
    """Without a file there must be words, and nothing that says how a file is read."""
    if description is None:
        raise typer.BadParameter(
            "name a FILE; or say what the data will be, by --description and --task-type"
        )
    if any(value is not None for value in reading.values()):
        raise typer.BadParameter("options that say how a file is read need a FILE")


def kinds_of(given: Iterable[str] | None) -> dict[str, str] | None:
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
