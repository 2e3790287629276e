"""What several meta-datasets say of the same tasks, brought together or refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core.configurations import plain, some

Conflicts = Literal["refuse", "first", "last"]

_IDENTITY = ("task_type", "n_rows", "n_classes")
"""Columns of a task that cannot differ between two descriptions of the same one."""

_LISTS = ("sources",)
_MAPPINGS = ("licences",)


def united_tasks(
    frames: Sequence[pd.DataFrame],
    task_ids: pd.Index,
    conflicts: Conflicts,
    notes: list[str],
) -> pd.DataFrame:
    """All columns of all tasks; what one meta-dataset does not know, another may.

    Raises
    ------
    MetaDatasetError
        If two say something else of what a task is, and `conflicts` is "refuse".
    """
    columns = list(dict.fromkeys(str(name) for frame in frames for name in frame))
    united = {}
    for name in columns:
        if name == "family":
            continue
        values = pd.Series(None, index=task_ids, dtype=object)
        for frame in frames:
            if name not in frame:
                continue
            given = frame[name].astype(object)
            said = given[~_unsaid(given, name)]
            before = values.loc[said.index]
            clash = before.notna() & (before != said)
            if clash.any() and name in _IDENTITY and conflicts == "refuse":
                first = clash.index[clash][0]
                raise MetaDatasetError(
                    f"tasks {some(clash.index[clash])} are described differently: {name} of "
                    f"{plain(first)!r} is {before[first]!r} here and {said[first]!r} there; "
                    "drop one, give it another id, or say conflicts='first' or 'last'"
                )
            if clash.any():
                notes.append(
                    f"{name} differs for tasks {some(clash.index[clash])}; the "
                    f"{'last' if conflicts == 'last' else 'first'} counts"
                )
            new = said if conflicts == "last" else said[before.isna()]
            values.loc[new.index] = new
        united[name] = values
    frame = pd.DataFrame(united, index=task_ids)
    for name in united:
        # Where every meta-dataset has a column, it keeps its type.
        kinds = {part[name].dtype for part in frames if name in part}
        if len(kinds) == 1 and frame[name].notna().all():
            frame[name] = frame[name].astype(kinds.pop())
        elif all(pd.api.types.is_numeric_dtype(kind) for kind in kinds):
            frame[name] = pd.to_numeric(frame[name])
    for name in ("name", "task_type", "metric_default"):
        unknown = frame[name].isna() if name in frame else pd.Series(True, index=task_ids)
        own = pd.Series([str(label) for label in task_ids] if name == "name" else "", task_ids)
        frame[name] = own if name not in frame else frame[name].where(~unknown, own)
    return frame


def _unsaid(values: pd.Series[Any], name: str) -> pd.Series[Any]:
    """Where a column says nothing: missing, empty, or a name that only repeats the id."""
    unsaid = values.isna() | (values == "")
    if name == "name":
        unsaid |= values == pd.Series([str(label) for label in values.index], values.index)
    return unsaid


def united_families(frames: Iterable[pd.DataFrame]) -> dict[Any, Any]:
    """Family of each task: those that any meta-dataset puts together are together.

    Examples
    --------
    >>> one = pd.DataFrame({"family": ["x", "x", "c"]}, index=["a", "b", "c"])
    >>> two = pd.DataFrame({"family": ["y", "y"]}, index=["b", "c"])
    >>> united_families([one, two])
    {'a': 'x', 'b': 'x', 'c': 'x'}
    """
    parent: dict[Any, Any] = {}

    def root(node: Any) -> Any:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    names: dict[Any, Any] = {}
    for frame in frames:
        for task, family in zip(frame.index, frame["family"], strict=True):
            member, group = root(("task", task)), root(("family", family))
            # A family may be named after the task it began with.
            for node in (member, group, root(("task", family))):
                parent[root(node)] = root(member)
            names.setdefault(task, family)
    label: dict[Any, Any] = {}
    for task, family in names.items():
        if family != task:
            label.setdefault(root(("task", task)), family)
    return {task: label.get(root(("task", task)), task) for task in names}


def united_metafeatures(
    frames: Sequence[pd.DataFrame],
    versions: Sequence[str],
    conflicts: Conflicts,
    notes: list[str],
) -> pd.DataFrame | None:
    """All meta-features of all tasks, NaN where nobody says.

    Raises
    ------
    MetaDatasetError
        If meta-features of one name were extracted by two versions, and `conflicts` is
        "refuse".
    """
    known = [(f, v) for f, v in zip(frames, versions, strict=True) if len(f)]
    if not known:
        return None
    if conflicts == "last":
        known.reverse()
    united, version = known[0]
    for frame, other in known[1:]:
        shared = united.columns.intersection(frame.columns)
        if len(shared) and version and other and version != other and conflicts == "refuse":
            raise MetaDatasetError(
                f"meta-features {some(shared)} were extracted by version {version} here and "
                f"{other} there and do not compare; extract one of them anew and use "
                "describe(), or say conflicts='first' or 'last'"
            )
        both = united.index.intersection(frame.index)
        first = united.loc[both, shared].to_numpy(np.float64)
        there = frame.loc[both, shared].to_numpy(np.float64)
        differs = ~np.isclose(first, there, rtol=1e-6, equal_nan=True)
        differs &= ~np.isnan(first) & ~np.isnan(there)
        if differs.any():
            notes.append(
                f"meta-features differ for tasks {some(both[differs.any(axis=1)])}; the "
                f"{'last' if conflicts == 'last' else 'first'} count"
            )
        columns = united.columns.append(frame.columns.difference(united.columns, sort=False))
        rows = united.index.append(frame.index.difference(united.index, sort=False))
        united = (
            united.reindex(index=rows, columns=columns)
            .combine_first(frame.reindex(index=rows, columns=columns))[columns]
            .loc[rows]
        )
    return united


def united_info(infos: Sequence[Mapping[str, Any]], notes: Sequence[str]) -> dict[str, Any]:
    """Sources and licences of all; other entries of the first that has them.

    Where they differ, ``merged_from`` keeps those of each meta-dataset.
    """
    united: dict[str, Any] = {}
    rest = []
    for info in infos:
        for name in _LISTS:
            if name in info:
                united[name] = list(dict.fromkeys([*united.get(name, []), *info[name]]))
        for name in _MAPPINGS:
            if name in info:
                united[name] = {**info[name], **united.get(name, {})}
        others = {k: v for k, v in info.items() if k not in (*_LISTS, *_MAPPINGS)}
        of_parts = others.pop("merged_from", None)
        before = others.pop("merge_notes", [])
        united["merge_notes"] = list(dict.fromkeys([*united.get("merge_notes", []), *before]))
        rest += [part for part in of_parts or [others] if part and part not in rest]
        for name, value in others.items():
            united.setdefault(name, value)
    united["merge_notes"] = list(dict.fromkeys([*united["merge_notes"], *notes]))
    if len(rest) > 1:
        united["merged_from"] = rest
    if not united["merge_notes"]:
        del united["merge_notes"]
    return united
