"""What a meta-dataset holds, in a few lines and as a list of its tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from warmstart.report.numbers import duration

if TYPE_CHECKING:
    import pandas as pd

    from warmstart.metadataset.metadataset import MetaDataset


def contents(md: MetaDataset) -> dict[str, list[str]]:
    """Lines to print under a heading each.

    Parameters
    ----------
    md : MetaDataset

    Returns
    -------
    dict
        Heading to lines: tasks, configurations, evaluations, and what the manifest says of
        protocol, hardware, libraries, sources and licences.

    Examples
    --------
    >>> import pandas as pd
    >>> from warmstart.metadataset.metadataset import MetaDataset
    >>> md = MetaDataset.from_matrix(pd.DataFrame({"a": [0.9, 0.7], "b": [0.8, None]}))
    >>> contents(md)["evaluations"]
    ['3 in score: 3 ok']
    """
    info = md.info
    found = {
        "tasks": _tasks(md.tasks),
        "configurations": _configurations(md),
        "evaluations": _evaluations(md),
        "meta-features": [_metafeatures(md.metafeatures)],
        "evaluated by": _protocol(info.get("protocol") or {}),
        "hardware": _hardware(info.get("hardware") or {}),
        "libraries": _pairs(info.get("libraries") or {}),
        "sources": _counted(md.tasks.get("source", ())),
        "licences": _counted(_licences(info.get("licences") or {})),
        "cite": [str(info["cite"])] if info.get("cite") else [],
        "notes": _notes(info),
    }
    return {heading: lines for heading, lines in found.items() if lines}


def _metafeatures(known: pd.DataFrame) -> str:
    n_tasks, n_features = known.shape
    of_tasks = "1 task" if n_tasks == 1 else f"each of {n_tasks:,} tasks"
    return f"{n_features} for {of_tasks}"


def _notes(info: Mapping[str, Any]) -> list[str]:
    own = [str(info["notes"])] if info.get("notes") else []
    return [*own, *info.get("merge_notes", ()), *info.get("import_notes", ())]


def task_list(md: MetaDataset) -> pd.DataFrame:
    """One row a task: id, name, family, kind, size, number of configurations evaluated."""
    wanted = ["name", "family", "task_type", "n_rows", "n_columns", "n_classes"]
    tasks = md.tasks[[column for column in wanted if column in md.tasks]].copy()
    counts = Counter(name for metric in _default_metrics(md) for name in _tried(md, metric))
    tasks["n_evaluated"] = [counts[task_id] for task_id in tasks.index]
    return tasks.reset_index(names="task_id")


def _default_metrics(md: MetaDataset) -> list[str]:
    return list(dict.fromkeys(md.tasks["metric_default"]))


def _tried(md: MetaDataset, metric: str) -> list[Any]:
    """Task ids, once for each configuration tried, of the tasks measured in the metric."""
    own = md.tasks.index[md.tasks["metric_default"] == metric]
    ids = md.evaluations(metric)["task_id"]
    return ids[ids.isin(own)].tolist()


def _tasks(tasks: pd.DataFrame) -> list[str]:
    lines = [f"{len(tasks):,} of {tasks['family'].nunique():,} families"]
    for task_type, members in tasks.groupby("task_type", sort=True):
        if task_type:
            n_families = members["family"].nunique()
            lines.append(f"{task_type!s}: {len(members):,} of {n_families:,} families")
    if "n_rows" in tasks and tasks["n_rows"].notna().any():
        rows, columns = tasks["n_rows"], tasks["n_columns"]
        lines.append(
            f"{rows.min():,.0f} to {rows.max():,.0f} rows (median {rows.median():,.0f}), "
            f"{columns.min():,.0f} to {columns.max():,.0f} columns "
            f"(median {columns.median():,.0f})"
        )
    return lines


def _configurations(md: MetaDataset) -> list[str]:
    learners = _counted(md.learners[md.learners != ""], most=None)
    return [f"{len(md.configuration_ids):,}", *learners]


def _evaluations(md: MetaDataset) -> list[str]:
    """Counted in the default metrics: a failure is recorded in these alone."""
    lines = []
    default = _default_metrics(md)
    for metric in default:
        ended = md.evaluations(metric)["status"].value_counts()
        counts = ", ".join(f"{n:,} {status}" for status, n in ended.items())
        lines.append(f"{ended.sum():,} in {metric}: {counts}")
    others = [metric for metric in md.metrics if metric not in default]
    if others:
        lines.append(f"the same also in {', '.join(others)}")
    return lines


def _protocol(protocol: Mapping[str, Any]) -> list[str]:
    limits = protocol.get("limits") or {}
    lines = []
    if "max_rows" in protocol:
        lines.append(f"cross-validation on at most {protocol['max_rows']:,} rows of a table")
    if limits:
        lines.append(
            f"at most {duration(limits['time_limit_s'])} and "
            f"{limits['memory_limit_mb']:,.0f} MB for an evaluation"
        )
    if protocol.get("sampler"):
        lines.append(f"configurations chosen: {protocol['sampler']}")
    return lines


def _hardware(hardware: Mapping[str, Any]) -> list[str]:
    lines = [f"{hardware['cpu']}, one core an evaluation"] if "cpu" in hardware else []
    if "reference_s" in hardware:
        lines.append(f"reference work: {hardware['reference_s']} s; costs scale with it")
    return lines


def _licences(licences: Mapping[str, Any]) -> list[str]:
    return [str(licence) or "not stated" for licence in licences.values()]


def _pairs(values: Mapping[str, Any]) -> list[str]:
    return [", ".join(f"{name} {value}" for name, value in values.items())] if values else []


def _counted(names: Any, most: int | None = None) -> list[str]:
    """How often each name occurs, the most frequent first, in one line."""
    counts = Counter(str(name) for name in names if name)
    if not counts:
        return []
    shown = [f"{name} ({n:,})" for name, n in counts.most_common(most)]
    return [", ".join(shown)]
