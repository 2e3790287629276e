"""Fitted models in a folder, as plain arrays; no pickles."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from warmstart.errors import KnowledgeError
from warmstart.execution.resampling import MAX_ROWS
from warmstart.metadataset.storage.files import write_atomically
from warmstart.metadataset.storage.runs.deduplicate import quoted
from warmstart.metrics import METRICS
from warmstart.models.pmf.pmf import PMF

Key = tuple[str | None, str | None]
"""Kind of task and metric."""

_CHOICE = "choice_"
"""Prefix of the arrays of the model batches are chosen by."""

_DAMAGED = (
    *(OSError, EOFError, KeyError, ValueError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What reading a damaged file raises, according to where the damage is."""


def metrics_of(recorded: tuple[str, ...], kind: str | None) -> list[str | None]:
    """Recorded metrics that make sense for one kind of task.

    Parameters
    ----------
    recorded : tuple of str
    kind : str, optional
        "classification" or "regression"; None where tasks do not say.
    """
    if kind is None:
        return [recorded[0]]
    regression = kind == "regression"
    return [
        m
        for m in recorded
        if m not in METRICS or ("regression" in METRICS[m].task_types) == regression
    ]


def saved_keys(path: Path, kinds: Iterable[str | None], recorded: tuple[str, ...]) -> list[Key]:
    """Kinds of task and metrics that a folder holds models for.

    Parameters
    ----------
    path : path
    kinds : iterable of str
        Of the tasks of its meta-dataset.
    recorded : tuple of str
        Its metrics.
    """
    keys = [(kind, metric) for kind in kinds for metric in metrics_of(recorded, kind)]
    return [key for key in keys if _file(path, key).exists()]


def save_models(
    path: Path,
    key: Key,
    pmf: PMF,
    chooser: PMF,
    *,
    max_rows: int = MAX_ROWS,
    alone: bool = False,
) -> None:
    """Write the models of scores and of regrets; :func:`load_models` reads them back.

    Parameters
    ----------
    path : path
        A folder.
    key : tuple
        Kind of task and metric.
    pmf : PMF
        Fitted.
    chooser : PMF
        Fitted to regrets.
    max_rows : int
        Most rows that the tasks were scored with for which these models answer.
    alone : bool
        Whether they know no tasks scored with fewer.
    """
    arrays = pmf.to_arrays()
    arrays |= {_CHOICE + name: array for name, array in chooser.to_arrays().items()}

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)

    write_atomically(_file(path, key, max_rows, alone=alone), write)


def load_models(
    path: Path, key: Key, *, max_rows: int = MAX_ROWS, alone: bool = False
) -> tuple[PMF, PMF] | None:
    """The models of scores and of regrets for one kind of task in one metric.

    None where none were saved.

    Parameters
    ----------
    path : path
        A folder.
    key : tuple
        Kind of task and metric.
    max_rows : int
        Most rows that the tasks were scored with for which they answer.
    alone : bool
        Whether they know no tasks scored with fewer.

    Raises
    ------
    KnowledgeError
        If the file is damaged.
    """
    file = _file(path, key, max_rows, alone=alone)
    if not file.exists():
        return None
    try:
        # numpy leaves a damaged file open; this does not.
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            both = dict(arrays)
        choice = {
            name.removeprefix(_CHOICE): array
            for name, array in both.items()
            if name.startswith(_CHOICE)
        }
        return PMF.from_arrays(both), PMF.from_arrays(choice)
    except _DAMAGED as error:
        raise KnowledgeError(f"{file} is not a model warmstart wrote: {error}") from error


def _file(path: Path, key: Key, max_rows: int = MAX_ROWS, *, alone: bool = False) -> Path:
    kind, metric = (part or "any" for part in key)
    rows = "" if max_rows == MAX_ROWS else f"-{max_rows}-rows{'-alone' * alone}"
    return path / "models" / f"{quoted(f'{kind}-{metric}')}{rows}.npz"
