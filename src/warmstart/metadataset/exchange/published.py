"""Public tables as meta-datasets, fetched once and kept."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import platformdirs
import pyarrow as pa

from warmstart.metadataset.core.columns import complete, encoded
from warmstart.metadataset.core.configurations import Configurations, canonical
from warmstart.metadataset.core.core import Views
from warmstart.metadataset.core.evaluations import (
    Evaluations,
    MatrixEvaluations,
    RunEvaluations,
)
from warmstart.metadataset.core.schema import EVALUATIONS, SCHEMA_VERSION
from warmstart.metadataset.core.score_matrix import OK, STATUSES, ScoreMatrix
from warmstart.metadataset.exchange.archives import publication, read_published
from warmstart.metadataset.exchange.published_table import PublishedTable
from warmstart.metadataset.storage.folders.settling import MANIFEST
from warmstart.metadataset.storage.writing import write

_log = logging.getLogger(__name__)

_TIMEOUT = STATUSES.index("timeout")
_CONVERSION = 1
"""Raised when a table is read differently, so that old copies are left behind."""


def fetch(name: str, cache: str | Path | None = None) -> Path:
    """Make sure that a public table is in the cache.

    Parameters
    ----------
    name : str
        "oboe", "tensor-oboe", "pmf", "lcdb", "nas-bench-201", "nas-bench-graph" or "alphad3m".
    cache : path, optional
        The user's cache folder without. An archive put into its folder ``archives`` is
        taken from there instead of downloaded.

    Returns
    -------
    path
        A folder that :meth:`MetaDataset.open` reads.

    Raises
    ------
    HistoryError
        If there is no such table, or it cannot be obtained.
    """
    source = publication(name)
    root = Path(cache) if cache is not None else platformdirs.user_cache_path("warmstart")
    folder = root / "published" / f"{name}-{source.version}-v{SCHEMA_VERSION}.{_CONVERSION}"
    if not (folder / MANIFEST).is_file():
        table = read_published(name, archives=root / "archives")
        write(as_metadataset(name, table), folder)
        _log.info("%s is in %s", name, folder)
    return folder


def as_metadataset(name: str, table: PublishedTable) -> Views:
    """Put a published table into the terms of a meta-dataset."""
    source = publication(name)
    task_ids = pd.Index(table.task_ids, name="task_id")
    tasks = (
        pd.DataFrame(index=task_ids) if table.tasks is None else table.tasks.reindex(task_ids)
    )
    tasks = tasks.assign(source=table.source, source_id=[str(label) for label in task_ids])
    return Views.from_parts(
        task_ids,
        _evaluations(name, table),
        Configurations(
            pd.Index(list(table.configurations), name="configuration_id"),
            texts=[canonical(values) for values in table.configurations.values()],
            spaces=[name] * len(table.configurations),
            learners=table.learners,
        ),
        metafeatures=table.metafeatures,
        families=tasks.get("family"),
        tasks=tasks,
        info={
            "sources": [source.requirement],
            "licences": {source.requirement: source.licence},
            "cite": source.cite,
            **table.notes,
        },
    )


def _evaluations(name: str, table: PublishedTable) -> Evaluations:
    task_names = [str(label) for label in table.task_ids]
    configuration_names = list(table.configurations)
    if table.runs is not None:
        rows = _rows(name, table.runs, task_names, configuration_names)
        return RunEvaluations(lambda _: [rows], table.metrics, task_names, configuration_names)
    assert table.losses is not None
    status = np.where(np.isnan(table.losses), 0, OK).astype(np.uint8)
    if table.timeouts is not None:
        status[table.timeouts] = _TIMEOUT
    matrix = ScoreMatrix(0.0 - table.losses, status, table.costs)
    return MatrixEvaluations(
        {table.metrics[0]: matrix}, task_names, configuration_names, source=name
    )


def _rows(
    name: str, runs: pd.DataFrame, task_names: list[str], configuration_names: list[str]
) -> pa.Table:
    """Long rows in the schema of the store."""
    positions = np.zeros(len(runs), np.int32)
    metrics, metric_names = pd.factorize(runs["metric"])
    columns = {
        "task_id": encoded(
            pd.Index(task_names).get_indexer(pd.Index(runs["task_id"].astype(str))), task_names
        ),
        "configuration_id": encoded(
            pd.Index(configuration_names).get_indexer(pd.Index(runs["configuration_id"])),
            configuration_names,
        ),
        "metric": encoded(metrics, list(metric_names)),
        "status": encoded(positions, ["ok"]),
    }
    for column in ("score", "score_std", "n_folds", "cost_s", "budget"):
        columns[column] = pa.array(
            runs[column], EVALUATIONS.field(column).type, from_pandas=True
        )
    return complete(columns, len(runs), name)
