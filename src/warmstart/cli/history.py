"""The history that a command line names: its reader, and what is said of its runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warmstart.histories.runs.protocol import HistorySource


KINDS = ("optuna", "mlflow", "ray", "smac", "sklearn", "wandb", "flaml", "table")

CURVES = {"curves": "read_curves", "boosting": "read_logs", "lcdb": "read_lcdb"}
"""Sources that are learning curves from the start, and what reads their files."""


MAPPING = '{"task": "dataset", "metric": {"auc": "maximize"}, "params": ["lr", "depth"]}'


def reader_of(
    source: str, more: dict[str, Any]
) -> Callable[[str, dict[str, Any]], HistorySource]:
    """The source's own ``read``, with those of the options that it knows."""
    from importlib import import_module
    from inspect import signature

    from warmstart._plugins import load_plugin
    from warmstart.errors import HistoryError

    read: Callable[..., HistorySource]
    if source in CURVES:
        read = getattr(import_module("warmstart.histories.curves.files"), CURVES[source])
    elif source in KINDS:
        read = import_module(f"warmstart.histories.{source}").read
    else:
        read = load_plugin("histories", source).read
    known = signature(read).parameters
    if unknown := [name for name in more if name not in known]:
        option = unknown[0].rstrip("s").replace("_", "-")
        raise HistoryError(f"a history of {source} takes no --{option}")
    if source == "curves" and "params" not in more:
        raise HistoryError(
            "name the columns of hyperparameters of a table of curves by --param"
        )
    if source == "table" and "mapping" not in more:
        raise HistoryError(
            "a table needs --mapping JSON, a file that says what its columns mean, such as "
            f"{MAPPING}"
        )
    return lambda location, options: read(location, **more, **options)


def task_in(given: Sequence[str]) -> str | dict[str, str] | None:
    if not given:
        return None
    if len(given) == 1 and "=" not in given[0]:
        return given[0]
    return {study: str(task) for study, task in pairs_in("task", given, typed=False).items()}


def pairs_in(option: str, given: Sequence[str] | None, *, typed: bool = True) -> dict[str, Any]:
    from warmstart.errors import HistoryError
    from warmstart.histories.runs.values import typed_word

    found: dict[str, Any] = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            raise HistoryError(f"--{option} takes NAME=VALUE, got {text!r}")
        found[name] = typed_word(value) if typed else value
    return found


def datasets_listed(path: Path) -> dict[str, Any]:
    from warmstart.execution.tasks import read_tasks
    from warmstart.metadataset.combine.attach_datasets import AttachedDataset

    return {
        task.task_id: AttachedDataset(
            data=task.path, target=task.target, task_type=task.task_type, family=task.family
        )
        for task in read_tasks(path)
    }
