"""One meta-dataset of several: tasks and configurations by id, evaluations by run.

Merging the same source twice changes nothing: a run is known by its source and the
source's id of it, or by all it says where it has none, see
:mod:`warmstart.metadataset.storage.runs.run_keys`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.combine.merge_runs import kept_rows
from warmstart.metadataset.combine.merge_tasks import (
    Conflicts,
    united_families,
    united_info,
    united_metafeatures,
    united_tasks,
)
from warmstart.metadataset.core.configurations import Configurations
from warmstart.metadataset.core.evaluations import RunEvaluations
from warmstart.metadataset.storage.measured import UnitedMeasured

if TYPE_CHECKING:
    from warmstart.metadataset.core.core import M, Views


def merge(parts: Sequence[M], conflicts: Conflicts) -> M:
    """Unite meta-datasets; see ``MetaDataset.merge``."""
    if conflicts not in get_args(Conflicts):
        raise MetaDatasetError(
            f"conflicts must be one of {get_args(Conflicts)}, got {conflicts!r}"
        )
    notes: list[str] = []
    task_ids = _united_labels([md.tasks.index for md in parts], "task", notes)
    tasks = [_relabelled(md.tasks, task_ids) for md in parts]
    described = [_relabelled(md.metafeatures, task_ids) for md in parts]
    versions = [str(md.info.get("extractor_version", "")) for md in parts]
    configurations = _united_configurations(parts, conflicts, notes)
    masks = kept_rows(parts, conflicts, notes)
    united = type(parts[0]).from_parts(
        task_ids,
        RunEvaluations(
            _reader(parts, masks),
            tuple(dict.fromkeys(name for md in parts for name in md.metrics)),
            [str(label) for label in task_ids],
            [str(label) for label in configurations.ids],
        ),
        configurations,
        tasks=united_tasks(tasks, task_ids, conflicts, notes),
        families=united_families(tasks),
        metafeatures=united_metafeatures(described, versions, conflicts, notes),
        info=united_info([md.info for md in parts], notes),
    )
    opened = tuple(one for md in parts for one in md._opened)
    recorded = UnitedMeasured([md.measured_table for md in parts if md._measured])
    return replace(united, _opened=opened, _measured=recorded.table)


def _united_labels(indexes: Sequence[pd.Index], what: str, notes: list[str]) -> pd.Index:
    """Ids in the order in which they are first met; integers stay so where all are."""
    integers = [pd.api.types.is_integer_dtype(index.dtype) for index in indexes]
    if any(integers) and not all(integers):
        notes.append(f"{what} ids are integers here and text there; all are text now")
        indexes = [index.astype(str) for index in indexes]
    names = {index.name for index in indexes}
    labels = dict.fromkeys(label for index in indexes for label in index)
    kinds = {index.dtype for index in indexes}
    index: pd.Index = pd.Index(list(labels), dtype=kinds.pop() if len(kinds) == 1 else None)
    return index.set_names(names.pop()) if len(names) == 1 else index


def _relabelled(frame: pd.DataFrame, labels: pd.Index) -> pd.DataFrame:
    """The frame with ids of the type the merged meta-dataset has."""
    integers = [pd.api.types.is_integer_dtype(i.dtype) for i in (labels, frame.index)]
    if integers != [False, True]:
        return frame
    relabelled = frame.set_axis(frame.index.astype(str), axis=0)
    if "family" in frame:
        relabelled["family"] = frame["family"].astype(str).to_numpy()
    return relabelled


def _united_configurations(
    parts: Sequence[Views], conflicts: Conflicts, notes: list[str]
) -> Configurations:
    """Every configuration once; one of unknown values gives way to one of known ones."""
    ids = _united_labels([md.configuration_ids for md in parts], "configuration", notes)
    as_text = not pd.api.types.is_integer_dtype(ids.dtype)
    texts: dict[Any, str] = {}
    named: dict[str, dict[Any, str]] = {"space": {}, "learner": {}}
    for md in parts:
        known = md._configurations
        labels = [str(label) for label in known.ids] if as_text else list(known.ids)
        for label, text in zip(labels, known.to_texts(), strict=True):
            before = texts.setdefault(label, text)
            if text in ("{}", before):
                continue
            if before != "{}" and conflicts == "refuse":
                raise MetaDatasetError(
                    f"configuration {label!r} is {before} in one meta-dataset and {text} in "
                    "another; give them different ids, or say conflicts='first' or 'last'"
                )
            if before == "{}" or conflicts == "last":
                texts[label] = text
        for kind, values in (("space", md.spaces), ("learner", md.learners)):
            for label, value in zip(labels, values, strict=True):
                if value:
                    named[kind].setdefault(label, value)
    return Configurations(
        ids,
        texts=[texts[label] for label in ids],
        spaces=[named["space"].get(label, "") for label in ids],
        learners=[named["learner"].get(label, "") for label in ids],
    )


def _reader(
    parts: Sequence[Views], masks: Sequence[NDArray[np.bool_]]
) -> Callable[[Sequence[str] | None], Iterator[pa.Table]]:
    """Read the rows of the union, a table of a meta-dataset at a time."""

    def load(columns: Sequence[str] | None) -> Iterator[pa.Table]:
        for md, mask in zip(parts, masks, strict=True):
            start = 0
            for rows in md._evaluations.rows(columns):
                kept = mask[start : start + len(rows)]
                start += len(rows)
                yield rows if kept.all() else rows.filter(pa.array(kept))

    return load
