"""A pool of configurations in a file: what a build evaluates, the most telling first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from warmstart.domain import Configuration, TaskType
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.pipelines.learners import SPACE

_KINDS: Mapping[str, tuple[TaskType, ...]] = {
    "classification": ("binary", "multiclass"),
    "regression": ("regression",),
    "image": ("image",),
}


def read_pool(
    path: str | Path, *, most: int | None = None
) -> dict[TaskType, list[Configuration]]:
    """Read a pool: JSON Lines with ``kind``, ``values``, and others that are not read.

    Parameters
    ----------
    path : path
    most : int, optional
        Only so many of each kind, the first.

    Returns
    -------
    dict
        Configurations by task type, in the order of the file.

    Raises
    ------
    SpaceMismatchError
        If a line is not one of a pool; the message says which.
    """
    found: dict[TaskType, list[Configuration]] = {
        task_type: [] for types in _KINDS.values() for task_type in types
    }
    with Path(path).open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                types, values = _KINDS[row["kind"]], row["values"]
                point = Configuration(space=SPACE, learner=values["learner"], values=values)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise SpaceMismatchError(
                    f"line {number} of {path} is no configuration of a pool "
                    f"({type(error).__name__}: {error}); it needs kind, one of "
                    f"{', '.join(_KINDS)}, and values with a learner"
                ) from error
            for task_type in types:
                found[task_type].append(point)
    return {task_type: points[:most] for task_type, points in found.items()}
