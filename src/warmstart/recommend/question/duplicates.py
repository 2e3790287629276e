"""Known tasks with the same content as a new dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from warmstart.domain import plain_value

if TYPE_CHECKING:
    from warmstart.datasets.dataset import Dataset


_DUPLICATE = 0.5
"""Share of common content from which a known task is called the same dataset."""


def find_duplicates(
    tasks: pd.DataFrame, dataset: Dataset | None, excluded: set[Any]
) -> list[str]:
    """Known tasks with the same content, in words.

    Parameters
    ----------
    tasks : DataFrame
        Known tasks, with their ``fingerprint``.
    dataset : Dataset, optional
    excluded : set
        Ids of tasks that are not used.
    """
    if dataset is None or "fingerprint" not in tasks:
        return []
    from warmstart.datasets.fingerprints.fingerprint import similarity

    notes = []
    for label, known in tasks["fingerprint"].items():
        task_id = plain_value(label)
        if not isinstance(known, str) or not known:
            continue
        share = similarity(dataset.fingerprint, known)
        if share >= _DUPLICATE and task_id not in excluded:
            notes.append(
                f"The data looks like known task {task_id!r} ({100 * share:.0f} % alike), "
                f"whose results are used; leave them out with exclude=[{task_id!r}]."
            )
    return notes
