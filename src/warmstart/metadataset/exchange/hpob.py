"""HPO-B's JSON [1]_: space → dataset → {"X": configurations, "y": scores}.

``X`` holds positions of numbers in their range and indicators of choices, as HPO-B's own
files do; the names of its columns are in ``meta-dataset-descriptors.json`` beside it.

.. [1] Pineda Arango, Jomaa, Wistuba, Grabocka. "HPO-B: A Large-Scale Reproducible Benchmark
   for Black-Box HPO based on OpenML." NeurIPS Datasets and Benchmarks 2021.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from warmstart.domain import configuration_id
from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core.columns import complete, encoded
from warmstart.metadataset.core.configurations import Configurations, canonical, some
from warmstart.metadataset.core.evaluations import RunEvaluations
from warmstart.metadataset.core.score_table import Floats
from warmstart.metadataset.damage import undamaged
from warmstart.metadataset.storage.files import write_atomically, write_json
from warmstart.spaces.encoding import ConfigurationEncoder

if TYPE_CHECKING:
    from warmstart.metadataset.core.core import M, Views

DATA = "meta-dataset.json"
DESCRIPTORS = "meta-dataset-descriptors.json"


def write_hpob(metadataset: Views, folder: Path, metric: str | None) -> Path:
    """See ``MetaDataset.to_hpob``."""
    matrix = metadataset.score_matrix(metric)
    spaces = [
        space or learner or "space"
        for space, learner in zip(metadataset.spaces, metadataset.learners, strict=True)
    ]
    known = metadataset._configurations
    task_names = [str(label) for label in metadataset.tasks.index]
    data: dict[str, dict[str, Any]] = {}
    descriptors: dict[str, Any] = {}
    for space in dict.fromkeys(spaces):
        columns = np.flatnonzero([name == space for name in spaces])
        points = [known.values(int(place)) for place in columns]
        encoder = ConfigurationEncoder.fit(points, activity=True)
        X = encoder.transform(points)
        if not X.shape[1] or len(np.unique(X, axis=0)) < len(columns):
            raise MetaDatasetError(
                f"configurations of {space!r} cannot be told apart by their values, and "
                "HPO-B has no ids"
            )
        of_tasks = data.setdefault(space, {})
        for row, name in enumerate(task_names):
            scores = matrix.scores[row, columns]
            there = ~np.isnan(scores)
            if there.any():
                of_tasks[name] = {
                    "X": X[there].tolist(),
                    "y": scores[there, None].tolist(),
                }
        descriptors[space] = {
            "variables_order": _column_names(encoder),
            "metric": metric or metadataset.metrics[0],
            "higher_is_better": True,
        }
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    write_json(descriptors, folder / DESCRIPTORS)
    write_atomically(folder / DATA, lambda path: _write_text(path, text))
    return folder


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _column_names(encoder: ConfigurationEncoder) -> list[str]:
    return [
        *(number.name for number in encoder.numbers),
        *(f"{name}={value}" for name, value in encoder.choices),
        *(f"{name} is active" for name in encoder.sometimes),
    ]


def read_hpob(
    make: type[M],
    path: Path,
    *,
    spaces: Sequence[str] | None,
    metric: str,
    higher_is_better: bool,
) -> M:
    """See ``MetaDataset.from_hpob``."""
    with undamaged(path):
        file = path / DATA if path.is_dir() else path
        return _read(make, file, spaces, metric, higher_is_better)


def _read(
    make: type[M], file: Path, spaces: Sequence[str] | None, metric: str, higher_is_better: bool
) -> M:
    data = _json(file)
    descriptors = _json(file.with_name(DESCRIPTORS), missing={})
    if unknown := [name for name in spaces or () if name not in data]:
        raise MetaDatasetError(f"{file} has no space {some(unknown)}; it has {some(data)}")
    ids: list[str] = []
    texts: list[str] = []
    of_space: list[str] = []
    parts = []
    task_names = list(dict.fromkeys(name for space in spaces or data for name in data[space]))
    place = {name: number for number, name in enumerate(task_names)}
    for space in spaces or data:
        found = [(name, *_points(file, space, name, v)) for name, v in data[space].items()]
        width = {X.shape[1] for _, X, _ in found}
        if len(width) != 1:
            raise MetaDatasetError(
                f"{file}: configurations of space {space!r} have {sorted(width)} columns"
            )
        names = descriptors.get(space, {}).get("variables_order", [])
        if len(names) != max(width):
            names = [f"x{i}" for i in range(max(width))]
        points, inverse = np.unique(
            np.concatenate([X for _, X, _ in found]), axis=0, return_inverse=True
        )
        values = [dict(zip(names, row, strict=True)) for row in points.tolist()]
        parts.append(
            (
                np.repeat([place[name] for name, _, _ in found], [len(y) for *_, y in found]),
                inverse.reshape(-1) + len(ids),
                np.concatenate([y for *_, y in found]),
            )
        )
        ids += [configuration_id(f"hpob-{space}", point) for point in values]
        texts += [canonical(point) for point in values]
        of_space += [space] * len(values)
    tasks, configs, scores = (np.concatenate(part) for part in zip(*parts, strict=True))
    rows = complete(
        {
            "task_id": encoded(tasks, task_names),
            "configuration_id": encoded(configs, ids),
            "metric": encoded(np.zeros(len(tasks), np.int32), [metric]),
            "score": pa.array(scores if higher_is_better else 0.0 - scores),
            "status": encoded(np.zeros(len(tasks), np.int32), ["ok"]),
        },
        len(tasks),
        "hpob",
    )
    return make.from_parts(
        pd.Index(task_names, name="task_id"),
        RunEvaluations(lambda _: [rows], (metric,), task_names, ids),
        Configurations(
            pd.Index(ids, name="configuration_id"),
            texts=texts,
            spaces=[f"hpob-{space}" for space in of_space],
            learners=[""] * len(ids),
        ),
        info={"sources": [f"HPO-B JSON {file.name}"]},
    )


def _points(file: Path, space: str, task: str, values: Any) -> tuple[Floats, Floats]:
    where = f"{file}: space {space!r}, dataset {task!r}"
    try:
        X = np.asarray(values["X"], np.float64)
        y = np.asarray(values["y"], np.float64).reshape(-1)
    except (KeyError, TypeError, ValueError) as error:
        raise MetaDatasetError(f"{where} has no X and y of numbers: {error!r}") from error
    if X.ndim != 2 or len(X) != len(y) or not len(y):
        raise MetaDatasetError(f"{where}: X has shape {X.shape}, y {y.shape}")
    if not (np.isfinite(X).all() and np.isfinite(y).all()):
        raise MetaDatasetError(f"{where} has values that are not finite")
    return X, y


def _json(file: Path, missing: dict[str, Any] | None = None) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if missing is not None:
            return missing
        raise MetaDatasetError(f"there is no file {file}") from None
    except (OSError, ValueError) as error:
        raise MetaDatasetError(f"cannot read {file}: {error}") from error
    if not isinstance(found, dict) or not all(isinstance(v, dict) for v in found.values()):
        raise MetaDatasetError(f"{file} is not space → dataset → X and y")
    return found
