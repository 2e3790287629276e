"""Vectors of known tasks by measure: what a base keeps, and a new task beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import KnowledgeError, SimilarityError
from warmstart.similarity.known.measures import MEASURES, refuse_not_kept
from warmstart.similarity.quantiles import SIZE, column_names
from warmstart.similarity.task_view import require_part

if TYPE_CHECKING:
    from warmstart.similarity.task_view import TaskView

Floats = np.ndarray[Any, np.dtype[np.float64]]

_WIDEST = 32
"""Coordinates of a measure that a model sees; wider vectors are turned to their axes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeptMeasure:
    """One measure, fitted to known tasks."""

    name: str
    task_ids: tuple[str, ...]
    fitted: Any
    """What transforms a new task; its ``vectors_`` are those of the known ones."""

    settings: Mapping[str, float] = field(default_factory=dict)
    """How tasks were seen, such as the rows that were sampled."""

    @property
    def axes(self) -> Floats | None:
        """Directions wide vectors are turned to, shape (n_features, n_axes).

        The leading ones of the known vectors (latent semantic analysis, where these are of
        texts); None where all coordinates are few enough.
        """
        vectors = np.asarray(self.fitted.vectors_)
        if vectors.shape[1] <= _WIDEST:
            return None
        _, _, rows = np.linalg.svd(vectors, full_matrices=False)
        # Of which sign an axis is, is left to chance.
        signs = np.sign(rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)])
        result: Floats = (rows * signs[:, None])[:_WIDEST].T
        return result


@dataclass(frozen=True, slots=True, eq=False)
class KnownTasks:
    """What is known of tasks beside meta-features, by measure.

    Examples
    --------
    >>> from warmstart.similarity.task_view import TaskView
    >>> texts = {"a": "heart disease", "b": "wine quality", "c": "heart attacks"}
    >>> known = KnownTasks().with_measure(
    ...     "text", {task: TaskView(text=text) for task, text in texts.items()})
    >>> known.columns(("text",)).shape
    (3, 3)
    """

    kept: Mapping[str, KeptMeasure] = field(default_factory=dict)
    _axes: dict[str, Floats | None] = field(default_factory=dict, repr=False)

    def with_measure(
        self,
        name: str,
        views: Mapping[Any, TaskView],
        *,
        measure: Any = None,
        settings: Mapping[str, float] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> KnownTasks:
        """These, and a measure fitted to the tasks that have what it compares.

        Parameters
        ----------
        name : str
            Of the measure.
        views : mapping of task id to TaskView
        measure : object, optional
            Unfitted, such as a trained embedding; by default as the measure is made.
        settings : mapping, optional
            How the tasks were seen.
        progress : callable, optional
            Called with tasks done and tasks in all.

        Raises
        ------
        SimilarityError
            If a base can keep nothing of it, or no task has what it compares.
        """
        refuse_not_kept(name)
        part = MEASURES[name].part
        able = {t: view for t, view in views.items() if getattr(view, part) is not None}
        if not able:
            raise SimilarityError(f"similarity {name!r} compares {part}, and no task has any")
        made = MEASURES[name].make() if measure is None else measure
        made.fit(list(_counted(able.values(), len(able), progress)))
        kept = KeptMeasure(
            name=name,
            task_ids=tuple(map(str, able)),
            fitted=made,
            settings=dict(settings or {}),
        )
        return KnownTasks({**self.kept, name: kept})

    def columns(self, names: Sequence[str], tasks: Iterable[Any] | None = None) -> pd.DataFrame:
        """Coordinates of the known tasks, one column each, indexed by task id as text.

        Parameters
        ----------
        names : sequence of str
            Measures.
        tasks : iterable of ids, optional
            In this order; NaN for those that a measure does not know.
        """
        frames = []
        for name in names:
            kept = self.measure(name)
            values = self._turned(name, np.asarray(kept.fitted.vectors_, dtype="float64"))
            names_of = column_names(name, values.shape[1])
            frames.append(pd.DataFrame(values, index=list(kept.task_ids), columns=names_of))
        frame = pd.concat(frames, axis=1) if frames else pd.DataFrame()
        return frame if tasks is None else frame.reindex([str(task) for task in tasks])

    def describe(self, names: Sequence[str], view: TaskView) -> pd.Series[Any]:
        """Coordinates of a new task, under the same names.

        Parameters
        ----------
        names : sequence of str
            Measures.
        view : TaskView
            Of the new task.

        Raises
        ------
        SimilarityError
            If the task lacks what one of them compares.
        """
        parts = []
        for name in names:
            kept = self.measure(name)
            require_part(view, MEASURES[name].part, name)
            vector = np.asarray(kept.fitted.transform(view), dtype="float64")
            values = self._turned(name, vector[None])[0]
            parts.append(pd.Series(values, index=column_names(name, len(values))))
        return pd.concat(parts) if parts else pd.Series(dtype="float64")

    def select(self, tasks: Iterable[Any]) -> KnownTasks:
        """Only what is known of some tasks; measures that know none of them are left out."""
        wanted = {str(task) for task in tasks}
        kept = {}
        for name, one in self.kept.items():
            rows = [k for k, task in enumerate(one.task_ids) if task in wanted]
            if not rows:
                continue
            arrays = one.fitted.arrays()
            fitted = type(one.fitted).from_arrays(
                {**arrays, "vectors": arrays["vectors"][rows]}
            )
            ids = tuple(one.task_ids[k] for k in rows)
            kept[name] = replace(one, task_ids=ids, fitted=fitted)
        return KnownTasks(kept)

    def measure(self, name: str) -> KeptMeasure:
        """What is kept of one measure.

        Raises
        ------
        KnowledgeError
            If that is nothing.
        """
        refuse_not_kept(name)
        if name not in self.kept:
            has = ", ".join(self.kept) or "none"
            raise KnowledgeError(
                f"the base keeps no vectors of similarity {name!r} (it keeps: {has}); make "
                "them of its tables with: warmstart build similarity FOLDER --tasks LIST"
            )
        return self.kept[name]

    def _turned(self, name: str, vectors: Floats) -> Floats:
        if name not in self._axes:
            self._axes[name] = self.measure(name).axes
        axes = self._axes[name]
        result: Floats = vectors if axes is None else vectors @ axes
        return result


def sizes_of(tasks: pd.DataFrame) -> pd.DataFrame:
    """SampledRows and classes of known tasks as columns, shape (n_tasks, 2)."""
    empty = pd.Series(np.nan, index=tasks.index)
    values = [
        pd.to_numeric(tasks[name], errors="coerce") if name in tasks else empty
        for name in ("n_rows", "n_classes")
    ]
    frame = pd.concat(values, axis=1).astype("float64")
    frame.columns = pd.Index(column_names(SIZE, 2))
    return frame


def size_of(n_rows: float | None, n_classes: float | None) -> pd.Series[Any]:
    """SampledRows and classes of a new task under the same names, NaN where unknown."""
    values = [np.nan if n is None else float(n) for n in (n_rows, n_classes)]
    return pd.Series(values, index=column_names(SIZE, 2))


def _counted(
    views: Iterable[TaskView], n: int, progress: Callable[[int, int], None] | None
) -> Iterable[TaskView]:
    for done, view in enumerate(views, start=1):
        yield view
        if progress is not None:
            progress(done, n)
