"""The command that adds foreign histories to a meta-dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from warmstart.cli.history import (
    CURVES,
    KINDS,
    MAPPING,
    datasets_listed,
    pairs_in,
    reader_of,
    task_in,
)
from warmstart.cli.options import (
    AsJson,
    Budget,
    CostColumn,
    LoggedSet,
    StepKey,
    StepKind,
    TaskType,
)
from warmstart.cli.terminal.output import print_json, results, warn

if TYPE_CHECKING:
    from warmstart.metadataset.combine.same_runs import Changed


Pairs = list[str] | None


def import_history(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help=", ".join((*KINDS, *CURVES)) + ".")
    ],
    location: Annotated[
        str, typer.Argument(help="File, folder or URL of the history; never written to.")
    ],
    out: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="Meta-dataset to add to; begun if not there."),
    ],
    task: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Task of all runs; or STUDY=NAME for each study, repeatable."
        ),
    ] = None,
    task_tag: Annotated[
        str | None,
        typer.Option(metavar="TAG", help="Attribute, tag or column that names the task."),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="What was measured; one for each objective."),
    ] = None,
    direction: Annotated[
        list[str] | None,
        typer.Option(metavar="WHICH", help="maximize or minimize; needed for most sources."),
    ] = None,
    metric_key: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="What the source calls the metric, if otherwise."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(metavar="JSON", help=f"Columns of a table by meaning: {MAPPING}"),
    ] = None,
    study: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Study or experiment to read; repeatable."),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The task's dataset, described and not kept."),
    ] = None,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Target column of the dataset.")
    ] = None,
    datasets: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV", help="Datasets of several tasks: task_id, task_type, path, target."
        ),
    ] = None,
    task_type: TaskType = None,
    family: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Original that the task's dataset derives from."),
    ] = None,
    rename: Annotated[
        Pairs,
        typer.Option(metavar="OLD=NEW", help="Another name for a hyperparameter; repeatable."),
    ] = None,
    fixed: Annotated[
        Pairs,
        typer.Option(
            metavar="NAME=VALUE", help="What all these runs had the same; repeatable."
        ),
    ] = None,
    default: Annotated[
        Pairs,
        typer.Option(
            metavar="NAME=VALUE", help="Value where a study did not vary it; repeatable."
        ),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Column of an export that is a hyperparameter."),
    ] = None,
    budget: Budget = None,
    budget_kind: StepKind = None,
    cost: CostColumn = None,
    step: StepKey = None,
    logged_set: LoggedSet = None,
    constant: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="User attribute that is a hyperparameter."),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Recorded name that is no hyperparameter; repeatable."
        ),
    ] = None,
    learner: Annotated[
        str, typer.Option(metavar="NAME", help="What was trained, such as lightgbm.")
    ] = "",
    space: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Name of the configuration space; by default the learner."
        ),
    ] = "",
    sampler: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="How configurations were chosen: tpe, random, …"),
    ] = None,
    run_prefix: Annotated[
        str,
        typer.Option(
            metavar="TEXT", help="Put before run ids, where another history has the same."
        ),
    ] = "",
    changed: Annotated[
        str,
        typer.Option(
            metavar="WHAT", help="Of a run whose record changed: refuse or update it."
        ),
    ] = "refuse",
    as_json: AsJson = False,
) -> None:
    """Add the runs of another tool to a meta-dataset; running it again adds what is new.

    Learning curves come with their runs: what Optuna, Ray, MLflow and W&B logged by steps, and
    files of curves (curves, boosting, lcdb). Failed and pruned runs are kept with a status.
    Nothing is guessed: say the task and the metric, and whether it is better high or low.
    """
    from warmstart._plugins import plugins
    from warmstart.errors import HistoryError
    from warmstart.metadataset.combine.attach_datasets import AttachedDataset
    from warmstart.metadataset.import_runs import import_histories

    sources = (*KINDS, *CURVES, *plugins("histories"))
    if source not in sources:
        table = source.lower() in ("csv", "parquet")
        hint = f"; a {source} file of runs is a table" if table else ""
        raise HistoryError(f"source {source!r} is none of {', '.join(sources)}{hint}")
    options: dict[str, Any] = {
        "task": task_in(task or []),
        "task_tag": task_tag,
        "metric": metric or (),
        "direction": direction or None,
        "metric_key": metric_key,
        "rename": {
            old: str(new) for old, new in pairs_in("rename", rename, typed=False).items()
        },
        "fixed": pairs_in("fixed", fixed),
        "ignore": tuple(ignore or ()),
        "learner": learner,
        "space": space,
        "sampler": sampler,
        "run_prefix": run_prefix,
    }
    more = {
        "study": study,
        "constants": constant,
        "mapping": mapping,
        "params": param,
        "budget": budget,
        "budget_kind": budget_kind,
        "cost": cost,
        "step": step,
        "logged_set": logged_set,
    }
    history = reader_of(source, {k: v for k, v in more.items() if v})(location, options)
    attached: dict[str, Any] = {}
    if dataset is not None or target is not None:
        if dataset is None or not isinstance(options["task"], str):
            raise HistoryError(
                "--dataset FILE and --target COLUMN describe the one task of --task NAME; "
                "describe several with --datasets CSV"
            )
        attached[options["task"]] = AttachedDataset(
            data=dataset, target=target, task_type=task_type, family=family
        )
    if datasets is not None:
        attached |= datasets_listed(datasets)
    families = (
        {options["task"]: family} if family and isinstance(options["task"], str) else None
    )
    report = import_histories(
        [history],
        out,
        datasets=attached or None,
        families=families,
        defaults=pairs_in("default", default) or None,
        task_type=None if attached else task_type,
        changed=cast("Changed", changed),
    )
    if as_json:
        print_json(
            {
                "out": str(out),
                "n_added": report.n_added,
                "n_updated": report.n_updated,
                "n_known": report.n_known,
                "statuses": dict(report.statuses),
                "tasks": list(report.tasks),
                "warnings": list(report.notes),
            }
        )
        return
    ended = ", ".join(f"{n:,} {status}" for status, n in sorted(report.statuses.items()))
    ended = f" ({ended})" if ended else ""
    tasks = ", ".join(report.tasks[:3]) + ("" if len(report.tasks) < 4 else " …")
    updated = f", {report.n_updated:,} brought up to date" if report.n_updated else ""
    results().print(
        f"{out}: {report.n_added:,} evaluations added{ended}{updated}, "
        f"{report.n_known:,} known before; task{'s' * (len(report.tasks) != 1)} {tasks}",
        soft_wrap=True,
    )
    warn(report.notes)
