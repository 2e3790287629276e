"""Models of size and memory: read beside a base's models, or learnt from its recorded runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError, KnowledgeError
from warmstart.metadataset.storage.files import write_json
from warmstart.models.costs.features import DataSize
from warmstart.models.costs.resources import ResourceModel

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset

FILE = "resources.json"
_FORMAT = 3
_READ = (2, 3)
"""Formats that are read: the second has no slope of the values of categorical columns."""
SYMBOLS = "SymbolsSum"
"""Meta-feature that counts the values of categorical columns."""

_TRAIN_SHARE = 2 / 3
"""Of a run's rows each fold of three is fitted on so many."""

_LEAST_MB = 1.0
"""What a fit took beyond what was taken before is not told apart below."""

_RECORDED = {"size_mb": "model_bytes", "memory_mb": "peak_memory_mb"}


def learn_resources(
    runs: pd.DataFrame, learners: pd.Series[Any], values: Mapping[Any, Any], tasks: pd.DataFrame
) -> dict[str, ResourceModel]:
    """Models of what was recorded of runs.

    Parameters
    ----------
    runs : DataFrame
        Columns task_id, configuration_id, rows, status, model_bytes, peak_memory_mb.
    learners : Series
        By configuration.
    values : mapping
        Hyperparameters by configuration.
    tasks : DataFrame
        Indexed by task, with n_columns, n_classes and, where known, n_symbols.

    Returns
    -------
    dict
        "size_mb" and "memory_mb", those that some run tells.
    """
    known = runs[(runs["status"] == "ok") & runs["task_id"].isin(tasks.index)]
    sizes = _sizes(known, tasks)
    of = known["configuration_id"]
    found = {}
    for name, column in _RECORDED.items():
        costs = known[column].to_numpy(dtype=np.float64)
        costs = costs / 1e6 if name == "size_mb" else np.maximum(costs, _LEAST_MB)
        if not (np.isfinite(costs) & (costs > 0)).any():
            continue
        found[name] = ResourceModel(f"{name[:-3]} in megabytes").fit(
            learners.loc[of].astype(str).tolist(),
            [values[one] for one in of],
            sizes,
            costs,
        )
    return found


def resources_of(md: MetaDataset) -> dict[str, ResourceModel]:
    """Models of what a base recorded of its own runs; empty where it recorded nothing."""
    runs = md.measured("runs")
    if not len(runs):
        return {}
    ids = runs["configuration_id"].unique()
    values = {one: md.configuration(one) for one in ids}
    return learn_resources(runs, md.learners, values, sized_tasks(md))


def sized_tasks(md: MetaDataset) -> pd.DataFrame:
    """Tasks of a base with what their sizes are to models of costs.

    Parameters
    ----------
    md : MetaDataset

    Returns
    -------
    DataFrame
        One row a task; its columns and n_symbols, 0 where no meta-feature says it.
    """
    symbols = md.metafeatures.get(SYMBOLS, pd.Series(dtype=float))
    return md.tasks.assign(n_symbols=symbols.reindex(md.tasks.index).fillna(0.0))


def _sizes(runs: pd.DataFrame, tasks: pd.DataFrame) -> list[DataSize]:
    """Of the rows that each run was fitted on."""
    described = tasks.reindex(columns=["n_columns", "n_classes", "n_symbols"]).astype(float)
    described = described.fillna({"n_classes": 1.0, "n_symbols": 0.0})
    rows = runs["rows"].to_numpy(float) * _TRAIN_SHARE
    others = described.loc[runs["task_id"]].to_numpy()
    return [DataSize(n, *map(float, one)) for n, one in zip(rows, others, strict=True)]


def write_resources(models: Mapping[str, ResourceModel], path: Path) -> None:
    """Write models as JSON; :func:`read_resources` reads them back.

    Parameters
    ----------
    models : mapping of str to ResourceModel
        By name of the resource.
    path : path
        The file.
    """
    said = {name: model.to_dict() for name, model in models.items()}
    write_json({"format": _FORMAT, "models": said}, path)


def read_resources(path: Path) -> dict[str, ResourceModel]:
    """Read what :func:`write_resources` wrote.

    Raises
    ------
    KnowledgeError
        If it is damaged, or of another format.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["format"] not in _READ:
            raise KnowledgeError(
                f"{path} has format {said['format']!r}, this version reads "
                f"{' and '.join(map(str, _READ))}; save "
                "the base again"
            )
        return {
            str(name): ResourceModel.from_dict(model) for name, model in said["models"].items()
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        if isinstance(error, KnowledgeError) and not isinstance(error, ArgumentError):
            raise
        raise KnowledgeError(f"{path} is damaged: {error}") from error
