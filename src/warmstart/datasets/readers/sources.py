"""What a user may hand in, taken apart into features and target."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from warmstart.datasets.checks import no_target, unknown_target
from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.data_file import DataFile
from warmstart.errors import DatasetError
from warmstart.tables.frames import as_frame, read_frame, usable_names


@dataclass(frozen=True)
class Source:
    """Features and target of a dataset, not yet typed."""

    X: Any
    """pandas frame, array, sparse matrix or frame of another library."""

    y: Any

    name: str = "dataset"
    target: str | int | None = None


def read_source(data: Any, y: Any, target: Any, notes: Notes) -> Source:
    """Features and target of whatever `data` is.

    Raises
    ------
    DatasetError
        If `data` cannot be read, or the target is not known, or known twice.
    """
    if y is not None and target is not None:
        raise DatasetError(
            f"the target is given twice, as y and as target={target!r}; give one of them"
        )
    if isinstance(y, str):
        raise DatasetError(f"y must hold one value a row; to name a column pass target={y!r}")
    if isinstance(data, str | Path | DataFile):
        return _read_address(data, y, target, notes)
    if isinstance(data, dict) and hasattr(data, "data") and hasattr(data, "target"):
        return _read_bunch(data, y, target)
    if isinstance(data, tuple) and len(data) == 2 and y is None and target is None:
        data, y = data
        if y is None or isinstance(y, str):
            raise DatasetError("of a pair (X, y), y must hold one value a row")
    if y is not None:
        return Source(data, y, target=_name_of(y))
    return split_target(data, target)


def _name_of(y: Any) -> str | None:
    name = getattr(y, "name", None)
    return str(name) if isinstance(name, str) and name else None


def _read_address(address: str | Path | DataFile, y: Any, target: Any, notes: Notes) -> Source:
    if not isinstance(address, DataFile) and str(address).startswith("openml:"):
        from warmstart.datasets.readers.openml import read_openml

        frame, default_target, name = read_openml(str(address), target)
        target = default_target if target is None and y is None else target
    else:
        from warmstart.datasets.readers.files import bare_name, read_file

        file = address if isinstance(address, DataFile) else DataFile(path=address)
        frame, name = read_file(file, notes, target), bare_name(file.path)
    if y is not None:
        return Source(frame, y, name, _name_of(y))
    source = split_target(frame, target)
    return Source(source.X, source.y, name, source.target)


def _read_bunch(bunch: Any, y: Any, target: Any) -> Source:
    name = str(getattr(bunch, "filename", "") or "dataset").partition(".")[0]
    frame = getattr(bunch, "frame", None)
    if target is not None:
        if not isinstance(frame, pd.DataFrame):
            raise DatasetError(
                f"this Bunch has no frame to take target={target!r} from; leave target out "
                "to use its own, or load it with as_frame=True"
            )
        source = split_target(frame, target)
        return Source(source.X, source.y, name, source.target)
    X, y = bunch.data, bunch.target if y is None else y
    if y is None:
        raise DatasetError("this Bunch has no target; pass y")
    features = getattr(bunch, "feature_names", None)
    if getattr(X, "ndim", 0) == 2 and not hasattr(X, "columns") and features is not None:
        X = as_frame(X)
        if len(features) == X.shape[1]:
            X = X.set_axis([str(feature) for feature in features], axis=1)
    return Source(X, y, name, _name_of(y))


def split_target(data: Any, target: Any) -> Source:
    """Take the target column out of a table.

    Raises
    ------
    DatasetError
        If `target` is None, no column, or the name of two.
    """
    frame = read_frame(data)
    given = list(frame.columns)
    names = usable_names(given) or given
    if target is None:
        raise no_target(names)
    if isinstance(target, list | set | np.ndarray | pd.Index | pd.Series):
        shown = list(target)
        advice = f"pass target={shown[0]!r}" if len(shown) == 1 else "choose one of them"
        raise DatasetError(f"target names one column, got {shown!r}; {advice}")
    found = [i for i, name in enumerate(given) if name == target]
    if not found:
        found = [i for i, name in enumerate(names) if str(name) == str(target)]
    if not found:
        raise unknown_target(target, names)
    if len(found) > 1:
        raise DatasetError(f"{len(found)} columns are named {target!r}; rename the target")
    position = found[0]
    y = frame.iloc[:, position]
    # Deleting from a shallow copy leaves the other columns where they are in memory.
    features = frame.copy(deep=False)
    features.columns = pd.RangeIndex(len(given))
    del features[position]
    features.columns = frame.columns.delete(position)
    plain = names[position]
    return Source(features, y, target=plain)
