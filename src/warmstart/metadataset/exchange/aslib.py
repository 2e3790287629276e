"""Scenarios of ASlib [1]_, a folder of ARFF files; auto-sklearn keeps its runs so.

An algorithm is a configuration, an instance a task, a repetition a run. Where auto-sklearn's
``configurations.csv`` is there, it holds the hyperparameters.

.. [1] Bischl et al. "ASlib: A Benchmark Library for Algorithm Selection." Artificial
   Intelligence 237, 2016.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from warmstart._extras import require
from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.arff import read_arff
from warmstart.errors import ArgumentError, DatasetError, MetaDatasetError
from warmstart.metadataset.core.columns import complete, encoded
from warmstart.metadataset.core.configurations import Configurations, canonical, some
from warmstart.metadataset.core.evaluations import RunEvaluations
from warmstart.metadataset.core.score_matrix import OK, STATUSES
from warmstart.metadataset.damage import undamaged

if TYPE_CHECKING:
    from warmstart.metadataset.core.core import M

_STATUSES = {"ok": "ok", "timeout": "timeout", "memout": "memout"}
"""Every other status of ASlib (crash, not_applicable, other) is a failure."""

_KEYS = ("instance_id", "repetition", "algorithm", "runstatus")


def read_aslib(
    make: type[M], folder: Path, *, metric: str | None, higher_is_better: bool | None
) -> M:
    """See ``MetaDataset.from_aslib``."""
    with undamaged(folder):
        return _read(make, folder, metric, higher_is_better)


def _read(make: type[M], folder: Path, metric: str | None, higher_is_better: bool | None) -> M:
    runs = _arff(folder / "algorithm_runs.arff")
    if missing := [name for name in _KEYS if name not in runs]:
        raise MetaDatasetError(f"{folder / 'algorithm_runs.arff'} lacks {some(missing)}")
    measures = [str(name) for name in runs if name not in _KEYS]
    said = _description(folder / "description.txt")
    measure: str = metric or (said["performance_measures"] or measures)[0]
    if measure not in measures:
        raise MetaDatasetError(f"no run is measured in {measure!r}; there are {some(measures)}")
    if higher_is_better is None:
        if not said["maximize"]:
            raise MetaDatasetError(
                f"{folder / 'description.txt'} does not say whether {measure} is to be "
                "maximized; say higher_is_better"
            )
        named = said["performance_measures"] or measures
        place = named.index(measure) if measure in named else 0
        higher_is_better = said["maximize"][min(place, len(said["maximize"]) - 1)] == "true"
    scenario = (said["scenario_id"] or [folder.name])[0]
    for name in ("instance_id", "algorithm", "runstatus"):
        runs[name] = runs[name].astype(str)
    task_names = sorted(runs["instance_id"].unique())
    names = sorted(runs["algorithm"].unique())
    values = runs[measure].to_numpy(np.float64)
    status = np.array(
        [STATUSES.index(_STATUSES.get(s.lower(), "failed")) for s in runs["runstatus"]]
    )
    status[(status == OK) & ~np.isfinite(values)] = STATUSES.index("failed")
    scores = np.where(status == OK, values if higher_is_better else 0.0 - values, np.nan)
    repetition = pd.to_numeric(runs["repetition"]).to_numpy(np.int64)
    ids = [
        f"{scenario}:{task}:{name}:{number}"
        for task, name, number in zip(
            runs["instance_id"], runs["algorithm"], repetition, strict=True
        )
    ]
    columns = {
        "task_id": encoded(pd.Index(task_names).get_indexer(runs["instance_id"]), task_names),
        "configuration_id": encoded(pd.Index(names).get_indexer(runs["algorithm"]), names),
        "metric": encoded(np.zeros(len(runs), np.int32), [measure]),
        "score": pa.array(scores, from_pandas=True),
        "status": encoded(status, list(STATUSES)),
        "seed": pa.array(repetition),
        "source_run_id": pa.array(ids),
    }
    if "runtime" in said["performance_type"] and np.nanmin(values) >= 0:
        columns["cost_s"] = pa.array(np.where(np.isfinite(values), values, np.nan))
    rows = complete(columns, len(runs), "aslib")
    return make.from_parts(
        pd.Index(task_names, name="task_id"),
        RunEvaluations(lambda _: [rows], (measure,), task_names, names),
        Configurations(
            pd.Index(names, name="configuration_id"),
            texts=_hyperparameters(folder / "configurations.csv", names),
            spaces=[f"aslib-{scenario}"] * len(names),
            learners=names,
        ),
        metafeatures=_features(folder / "feature_values.arff", task_names),
        info={"sources": [f"ASlib scenario {scenario}"]},
    )


def _arff(file: Path) -> pd.DataFrame:
    try:
        frame = read_arff(file.read_bytes(), str(file), Notes())
    except FileNotFoundError:
        raise MetaDatasetError(f"there is no file {file}; is it an ASlib scenario?") from None
    except DatasetError as error:
        raise MetaDatasetError(str(error)) from error
    return frame.rename(columns=lambda name: name.lower() if name.lower() in _KEYS else name)


def _description(file: Path) -> dict[str, list[str]]:
    """Those entries of the description that matter, each a list of words."""
    wanted = ("scenario_id", "performance_measures", "maximize", "performance_type")
    said: dict[str, list[str]] = {name: [] for name in wanted}
    if not file.exists():
        return said
    yaml = require("yaml", extra="aslib")
    with undamaged(file):
        # The base loader makes text, lists and mappings, whatever a value looks like.
        found = yaml.load(file.read_bytes(), Loader=yaml.BaseLoader)
    if not isinstance(found, dict):
        raise MetaDatasetError(f"{file} is no mapping of names to values")
    for name, value in found.items():
        if str(name).lower() in said:
            cells = value if isinstance(value, list) else re.split(r"[,\s]+", str(value))
            said[str(name).lower()] = [str(cell).strip() for cell in cells if str(cell).strip()]
    said["maximize"] = [word.lower() for word in said["maximize"]]
    return said


def _features(file: Path, task_names: list[str]) -> pd.DataFrame | None:
    """Mean over repetitions; NaN where an instance lacks a feature."""
    if not file.exists():
        return None
    frame = _arff(file)
    frame["instance_id"] = frame["instance_id"].astype(str)
    numbers = frame.drop(columns=["instance_id", "repetition"], errors="ignore")
    numbers = numbers.apply(pd.to_numeric, errors="coerce").replace([np.inf, -np.inf], np.nan)
    means: pd.DataFrame = numbers.groupby(frame["instance_id"]).mean()
    return means.loc[means.index.isin(task_names)].sort_index()


def _hyperparameters(file: Path, names: list[str]) -> list[str]:
    if not file.exists():
        return ["{}"] * len(names)
    with undamaged(file):
        table = pd.read_csv(file, dtype={"idx": str})
    if "idx" not in table:
        raise MetaDatasetError(f"{file} has no column 'idx'; it has {some(table.columns)}")
    rows: dict[str, dict[str, Any]] = {}
    for row in table.to_dict("records"):
        name = str(row.pop("idx"))
        rows[name] = {str(key): value for key, value in row.items() if not pd.isna(value)}
    try:
        return [canonical(rows.get(name, {})) for name in names]
    except ArgumentError as error:
        raise MetaDatasetError(f"{file}: {error}") from error
