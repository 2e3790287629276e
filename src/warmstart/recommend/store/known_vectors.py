"""What a base keeps of its tasks for other measures than meta-features."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from warmstart.errors import KnowledgeError
from warmstart.similarity.known.known_tasks import KnownTasks, size_of, sizes_of
from warmstart.similarity.quantiles import METAFEATURES, SENTENCE, SIZE, TITLE
from warmstart.similarity.task_view import TaskView

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset

_TEXTS = ("name", "description")
"""Columns of a base's tasks that hold text."""


@dataclass(frozen=True, eq=False)
class KnownVectors:
    """Vectors of a base's tasks: those in its folder, and of names and descriptions."""

    known: KnownTasks
    tasks: pd.DataFrame

    @classmethod
    def of(cls, md: MetaDataset, folder: Path | None) -> KnownVectors:
        """Read them from a base's folder, if there is one.

        Parameters
        ----------
        md : MetaDataset
        folder : path, optional
            Where the base is saved.
        """
        from warmstart.similarity.known.files import read_known

        known = KnownTasks() if folder is None else read_known(folder)
        return cls(known, md.tasks).with_titles()

    def with_titles(self) -> KnownVectors:
        """The same, with vectors of names and descriptions, where tasks have any."""
        views = self._texts()
        if not views:
            return self
        return replace(self, known=self.known.with_measure(TITLE, views))

    def comparing(self, names: Iterable[str]) -> KnownTasks:
        """What measures compare; sentences are read when they are first asked for.

        Parameters
        ----------
        names : iterable of str
            Measures.

        Raises
        ------
        KnowledgeError
            If no task has a name whose meaning could be compared.
        MissingExtraError
            If what reads sentences is not installed.
        """
        return self._with_sentences if SENTENCE in names else self.known

    @cached_property
    def _with_sentences(self) -> KnownTasks:
        views = self._texts()
        if not views:
            raise KnowledgeError("the base has no names or descriptions of its tasks to read")
        return self.known.with_measure(SENTENCE, views)

    def _texts(self) -> dict[Any, TaskView]:
        texts = known_texts(self.tasks)
        return {task: TaskView(text=text) for task, text in texts.items() if text}

    def beside(self, md: MetaDataset) -> KnownVectors:
        """The same vectors for a base of more tasks."""
        return KnownVectors(self.known, md.tasks).with_titles()

    @property
    def measures(self) -> tuple[str, ...]:
        """Those there are vectors for."""
        return tuple(self.known.kept)

    def n_rows(self, names: tuple[str, ...]) -> int | None:
        """SampledRows that known tasks were sampled to, None where it was not kept."""
        found = [self.known.kept[n].settings.get("n_rows") for n in names if n in self.measures]
        known = [int(n) for n in found if n]
        return max(known) if known else None

    def described(self, md: MetaDataset, by: tuple[str, ...]) -> MetaDataset:
        """The base with the vectors of some measures beside its meta-features.

        Parameters
        ----------
        md : MetaDataset
        by : tuple of str
            Measures; "size" are rows and classes.
        """
        names = [name for name in by if name not in (METAFEATURES, SIZE)]
        beside = self.comparing(names).columns(names, md.tasks.index)
        beside.index = md.tasks.index
        parts = [md.metafeatures, beside]
        if SIZE in by:
            parts.append(sizes_of(md.tasks))
        frame = pd.concat(parts, axis=1).reindex(md.tasks.index)
        # A task that nothing at all is known of stays one that is not described.
        return md.describe(frame[frame.notna().any(axis=1)])

    def describe(
        self,
        by: tuple[str, ...],
        view: TaskView,
        *,
        n_rows: float | None,
        n_classes: float | None,
    ) -> pd.Series[Any]:
        """A new task under the same names.

        Parameters
        ----------
        by : tuple of str
            Measures.
        view : TaskView
            What is known of it.
        n_rows, n_classes : float, optional
            As far as they are known.
        """
        names = [name for name in by if name not in (METAFEATURES, SIZE)]
        parts = [self.comparing(names).describe(names, view)]
        if view.metafeatures is not None:
            parts.insert(0, view.metafeatures)
        if SIZE in by:
            parts.append(size_of(n_rows, n_classes))
        joined: pd.Series[Any] = pd.concat(parts)
        return joined


def known_texts(tasks: pd.DataFrame) -> pd.Series[Any]:
    """Name and description of each known task as one text, empty where there is neither."""
    parts = [tasks[name].fillna("").astype(str) for name in _TEXTS if name in tasks]
    texts = [" ".join(words).strip() for words in zip(*parts, strict=True)] if parts else ""
    return pd.Series(texts, index=tasks.index, dtype=object)
