"""What the rows of a dataset of OpenML say of it; they themselves are not kept."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from warmstart.errors import DatasetError
from warmstart.histories.openml.client import Client
from warmstart.histories.openml.errors import UnusableError
from warmstart.metadataset.build.openml.tasks import OpenMLTask


def description_of(client: Callable[[Path], Client], task: OpenMLTask) -> dict[str, Any]:
    """Meta-features and fingerprint of a task's rows, and what was repaired in reading them.

    The package's cache is made anew: a download that was killed would stay in it, short.

    Raises
    ------
    UnusableError
        If nothing can be learned from the dataset.
    """
    # They bring scikit-learn, which a build that downloads no rows has no use for.
    from warmstart.datasets.load import load_dataset
    from warmstart.metafeatures.extract import metafeatures_of

    with tempfile.TemporaryDirectory() as folder:
        frame = client(Path(folder)).dataset(task.data_id).frame
    kind = "regression" if task.is_regression else "classification"
    try:
        dataset = load_dataset(frame, target=task.target, task_type=kind)
    except DatasetError as error:
        raise UnusableError(f"dataset {task.data_id} cannot be described: {error}") from error
    described = metafeatures_of(dataset)
    return {
        "fingerprint": dataset.fingerprint,
        "warnings": list(dataset.warnings),
        "metafeatures": {name: float(value) for name, value in described.items()},
    }
