"""What a measure of how far tasks are apart must do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.similarity.task_view import TaskView


@runtime_checkable
class Similarity(Protocol):
    """How far the tasks of a meta-dataset are from a new one."""

    def fit(self, table: ScoreTable) -> Self:
        """Remember the tasks to compare with."""
        ...

    def distances(
        self,
        metafeatures: pd.Series[Any] | None = None,
        scores: Mapping[int, float] | None = None,
    ) -> NDArray[np.float64]:
        """Distance of the new task to each task of the table, shape (n_tasks,).

        Never negative; infinite where there is nothing to compare. The new task is known
        by its meta-features, by its scores so far (column to score), or both.

        Parameters
        ----------
        metafeatures : Series, optional
            Of the new task, shape (n_features,) by name.
        scores : mapping of int to float, optional
            Column to the score of the new task.

        Raises
        ------
        NotFittedError
            If it was not fitted.
        """
        ...


@runtime_checkable
class TaskDistance(Protocol):
    """How far a new task is from known ones, by whatever is known of each."""

    def fit(self, views: Sequence[TaskView]) -> Self:
        """Remember the known tasks.

        Raises
        ------
        SimilarityError
            If one lacks what the measure compares tasks by; it never guesses.
        """
        ...

    def distances(self, view: TaskView) -> NDArray[np.float64]:
        """Distance of a task to each known one, shape (n_tasks,), finite, never negative.

        Raises
        ------
        NotFittedError
            If it was not fitted.
        SimilarityError
            If the task lacks what the measure compares tasks by.
        """
        ...


@runtime_checkable
class TaskEmbedding(TaskDistance, Protocol):
    """A :class:`TaskDistance` of vectors: a base keeps one of each known task, and no rows."""

    def transform(self, view: TaskView) -> NDArray[np.float64]:
        """Vector of a task, shape (n_features,)."""
        ...
