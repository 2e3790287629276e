"""What may be named within limits, and what each candidate is expected to cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy.typing as npt

if TYPE_CHECKING:
    from warmstart.recommend.pareto.front import Front
    from warmstart.recommend.question.task_query import TaskQuery
    from warmstart.recommend.question.understand import Understood
    from warmstart.recommend.store.store import Store


def within(
    store: Store, query: TaskQuery, task: Understood, columns: npt.NDArray[Any]
) -> tuple[npt.NDArray[Any], Front | None, tuple[str, ...]]:
    """Candidates that may keep the limits, their costs, and what was left out.

    Parameters
    ----------
    store : Store
    query : TaskQuery
    task : Understood
    columns : ndarray of int
        Of the base, of what is legal.

    Returns
    -------
    columns : ndarray of int
    front : Front, optional
        None where nothing beside the score was asked for.
    notes : tuple of str
    """
    if query.asked is None:
        return columns, None, ()
    from warmstart.recommend.pareto.asked import front_over

    return front_over(
        query.asked,
        columns,
        task.fitted,
        store.md,
        store.resources(),
        task.sizes,
        store.speed(),
    )
