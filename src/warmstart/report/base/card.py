"""A base's data card: which tables it knows, under which licences, and what it took."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.execution.resampling import MAX_ROWS, n_splits
from warmstart.report.numbers import duration

if TYPE_CHECKING:
    import pandas as pd

    from warmstart.metadataset.metadataset import MetaDataset

_SIZES: Mapping[str, tuple[int, ...]] = {
    "n_rows": (0, 200, 500, 2_000, 10_000, 50_000),
    "n_columns": (0, 5, 10, 30, 100),
    "n_classes": (2, 3, 4, 7, 11),
}
_NAMES = {"n_rows": "rows", "n_columns": "columns", "n_classes": "classes"}


def data_card(md: MetaDataset, folder: str | Path | None = None) -> str:
    """What is known, counted by family; Markdown.

    Parameters
    ----------
    md : MetaDataset
    folder : path, optional
        Where it is kept: its size is told, and its size packed as wheels pack it.

    Returns
    -------
    str
        Families by type of task, rows, columns, classes, ways of holding out and licences;
        configurations by learner; CPU time of all fits, as recorded.

    Examples
    --------
    >>> import pandas as pd
    >>> from warmstart import MetaDataset
    >>> md = MetaDataset.from_matrix(pd.DataFrame({"a": [0.9, 0.7], "b": [0.8, None]}))
    >>> print(data_card(md).splitlines()[2])
    2 tasks of 2 families; 2 configurations; 3 scores.
    """
    tasks = md.tasks
    first = (
        f"{len(tasks):,} tasks of {tasks['family'].nunique():,} families; "
        f"{len(md.configuration_ids):,} configurations; {len(_runs(md)):,} scores."
    )
    parts = [f"# Data card\n\n{first}"]
    for column, edges in _SIZES.items():
        if column in tasks and (tasks[column].fillna(0) > 0).any():
            parts.append(_by_type(tasks, _binned(tasks, column, edges), _NAMES[column]))
    parts.append(_by_type(tasks, _ways(tasks), "held out"))
    learners = md.learners[md.learners != ""].value_counts()
    parts.append(_pairs("learner", "configurations", learners.items()))
    licences = md.info.get("licences") or {}
    of_task = {str(key): str(value) or "not stated" for key, value in licences.items()}
    counted = _families_by(tasks, [of_task.get(str(one), "not stated") for one in tasks.index])
    parts.append(_pairs("licence", "families", counted))
    parts.append("\n".join(_cost(md, folder)))
    return "\n\n".join(part for part in parts if part) + "\n"


def _runs(md: MetaDataset) -> pd.DataFrame:
    """One row a run: each task's in its default metric."""
    import pandas as pd

    found = []
    for metric, of in md.tasks.groupby("metric_default").groups.items():
        rows = md.evaluations(str(metric))
        found.append(rows[rows["task_id"].isin(of)])
    return pd.concat(found) if found else pd.DataFrame()


def _binned(tasks: pd.DataFrame, column: str, edges: tuple[int, ...]) -> list[str]:
    """Which range each task is in; empty where unknown, or a regression's classes."""
    names = [_range(low, high) for low, high in pairwise(edges)] + [f"{edges[-1]:,} or more"]
    values = tasks[column].fillna(0).to_numpy(dtype=float)
    places = np.searchsorted(edges, values, side="right") - 1
    known = values >= max(edges[0], 1)
    return [names[k] if ok else "" for k, ok in zip(places, known, strict=True)]


def _range(low: int, high: int) -> str:
    if low == 0:
        return f"under {high:,}"
    return f"{low:,}" if high == low + 1 else f"{low:,} to {high - 1:,}"


def _ways(tasks: pd.DataFrame) -> list[str]:
    """How the rows of each task were held out, and how many were used."""
    words = {"groups": "whole groups", "forward": "later rows"}
    ways = tasks["resampling"].fillna("") if "resampling" in tasks else [""] * len(tasks)
    caps = (
        tasks["max_rows"].fillna(MAX_ROWS) if "max_rows" in tasks else [MAX_ROWS] * len(tasks)
    )
    return [
        f"{words.get(way, 'at random')}, of at most {int(cap):,} rows"
        for way, cap in zip(ways, caps, strict=True)
    ]


def _by_type(tasks: pd.DataFrame, labels: list[str], name: str) -> str:
    """Table of families, a row a label and a column a type of task."""
    types = [str(one) for one in sorted(set(tasks["task_type"])) if one]
    known = [label for label in labels if label]
    rows = sorted(set(known), key=lambda one: (_start(one), one))
    lines = [f"| {name} | " + " | ".join([*types, "families"]) + " |"]
    lines.append("| --- |" + " --- |" * (len(types) + 1))
    kinds = tasks["task_type"].astype(str).to_numpy()
    chosen = np.asarray(labels, dtype=object)
    for label in rows:
        here = chosen == label
        cells = [tasks["family"][here & (kinds == one)].nunique() for one in types]
        cells.append(tasks["family"][here].nunique())
        lines.append(f"| {label} | " + " | ".join(f"{count:,}" for count in cells) + " |")
    return "\n".join(lines) if rows else ""


def _start(label: str) -> float:
    """Where a range begins; names of no range come first, by their letters."""
    if label.startswith("under "):
        return -0.5
    head = label.split(" ", 1)[0].replace(",", "")
    return float(head) if head.isdecimal() else -1.0


def _families_by(tasks: pd.DataFrame, labels: list[str]) -> list[tuple[str, int]]:
    """Families a label, the most first."""
    counts = tasks["family"].groupby(np.asarray(labels, dtype=object)).nunique()
    return sorted(
        ((str(k), int(n)) for k, n in counts.items()), key=lambda one: (-one[1], one[0])
    )


def _pairs(name: str, of: str, rows: Iterable[tuple[Any, int]]) -> str:
    told = [f"| {str(label).replace('|', 'or')} | {count:,} |" for label, count in rows]
    return "\n".join([f"| {name} | {of} |", "| --- | --- |", *told]) if told else ""


def _cost(md: MetaDataset, folder: str | Path | None) -> list[str]:
    """Sentences on seconds and bytes."""
    lines = []
    runs = _runs(md)
    timed = runs[runs["cost_s"].notna()] if "cost_s" in runs else runs[:0]
    if len(timed):
        sizes: Mapping[Any, float] = {}
        if "n_rows" in md.tasks:
            sizes = md.tasks["n_rows"].fillna(MAX_ROWS).to_dict()
        rows = [int(sizes.get(task, MAX_ROWS)) for task in timed["task_id"]]
        fits = np.array([n_splits(count) for count in rows])
        seconds = float((fits * timed["cost_s"].to_numpy()).sum())
        lines.append(
            f"To evaluate all of it anew takes {duration(seconds)} of CPU time in fits, by the "
            f"{int(fits.sum()):,} fits that were timed."
        )
    if folder is not None:
        files = [path for path in sorted(Path(folder).rglob("*")) if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        lines.append(f"On disk {size / 1e6:.1f} MB, {_packed_size(files) / 1e6:.1f} MB packed.")
    return lines


def _packed_size(files: Iterable[Path]) -> int:
    """Bytes that files take when they are compressed as wheels are."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for number, path in enumerate(files):
            archive.write(path, str(number))
    return held.getbuffer().nbytes
