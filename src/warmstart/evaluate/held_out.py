"""Searches on held-out tasks: the ones users get, over what was recorded of each task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from warmstart.domain import plain_value
from warmstart.errors import KnowledgeError, MetaDatasetError
from warmstart.evaluate.trace import HeldOutTask
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.engine import Engine
from warmstart.recommend.question.kind import resolve_kind
from warmstart.recommend.question.metric import resolve_metric
from warmstart.recommend.question.search_question import Question
from warmstart.recommend.recommender import Recommender

if TYPE_CHECKING:
    from warmstart.recommend.base.fitted import Fitted


class HeldOut:
    """Begins searches on tasks that a recommender must not know of.

    Parameters
    ----------
    recommender : Recommender
        Is fitted without the tasks held out, and those of their families.
    md : MetaDataset
        What was recorded of the tasks.
    table : ScoreTable
        Of `md`, in one metric.
    tried : ndarray of bool, shape (n_tasks, n_configs)
        What was evaluated at all.
    rows : sequence of int
        Tasks of the table held out.
    """

    def __init__(
        self,
        recommender: Recommender,
        md: MetaDataset,
        table: ScoreTable,
        tried: NDArray[np.bool_],
        rows: Sequence[int] | NDArray[np.intp],
    ) -> None:
        self._recommender, self._md, self._table = recommender, md, table
        self._tried = tried
        known = recommender.md.tasks
        gone = known.index.isin(table.task_ids[rows]) | known["family"].isin(
            table.families[rows]
        )
        self._excluded = tuple(map(plain_value, known.index[gone]))
        self._columns = {
            plain_value(name): column for column, name in enumerate(table.configuration_ids)
        }
        self._questions: dict[Any, Question] = {}

    def fitted(self, row: int) -> Fitted:
        """What the recommender knows of the kind of task that a row of the table is."""
        kind, metric = self._kind(row)
        try:
            return self._recommender.fitted(kind, metric, self._excluded)
        except KnowledgeError as error:
            raise MetaDatasetError(f"task {self._table.task_ids[row]!r}: {error}") from error

    def _kind(self, row: int) -> tuple[str | None, str | None]:
        known = self._recommender.task_types()
        types = self._md.tasks.get("task_type")
        task_type = None if types is None else types.loc[self._table.task_ids[row]]
        said = task_type if isinstance(task_type, str) and task_type else None
        kind = resolve_kind(known, said)
        if self._table.metric in self._recommender.md.metrics:
            return kind, self._table.metric
        return kind, resolve_metric(self._recommender.md.metrics, self._table.metric, kind)

    def begin(self, row: int, random_state: int) -> tuple[Engine, HeldOutTask]:
        """A search on one task, and what it may be told.

        Its pool is what the base knows, or, where the task tried what the base does not
        know, what it tried.
        """
        fitted = self.fitted(row)
        tried = self._table.configuration_ids[self._tried[row]]
        if all(plain_value(name) in fitted.known.columns for name in tried):
            key = self._kind(row)
            if key not in self._questions:
                self._questions[key] = self._question(fitted, self._shared(fitted), key)
            question = self._questions[key]
        else:
            question = self._question(fitted, list(map(plain_value, tried)), self._kind(row))
        phi = self._metafeatures(row)
        question = replace(question, metafeatures=phi, random_state=random_state)
        columns = [self._columns[name] for name in question.pool_ids]
        task = HeldOutTask(self._table.scores[row, columns], self._tried[row, columns])
        return Engine(fitted, question), task

    def _shared(self, fitted: Fitted) -> list[Any]:
        return [name for name in fitted.known.ids if name in self._columns]

    def _question(
        self, fitted: Fitted, ids: Sequence[Any], key: tuple[str | None, str | None]
    ) -> Question:
        known, md = fitted.known, self._md
        columns = [known.columns.get(name, -1) for name in ids]
        given = [name for name, column in zip(ids, columns, strict=True) if column < 0]
        new = {name: md.configuration(name) for name in given}
        called = {} if not given else md.learners.loc[given].to_dict()
        return Question(
            kind=key[0],
            metric=key[1],
            metafeatures=None,
            schema=None,
            pool=tuple(
                dict(known.values[c]) if c >= 0 else new[name]
                for name, c in zip(ids, columns, strict=True)
            ),
            pool_ids=tuple(ids),
            learners=tuple(
                known.learners[c] if c >= 0 else str(called[name])
                for name, c in zip(ids, columns, strict=True)
            ),
            acquisition="ei",
            n_initial=1,
            time_budget_s=None,
            excluded=self._excluded,
            random_state=0,
            speed=1.0,
            model=self._recommender.model_name,
        )

    def _metafeatures(self, row: int) -> dict[str, float] | None:
        known, task = self._table.metafeatures, self._table.task_ids[row]
        if known is None or task not in known.index:
            return None
        return {str(name): float(value) for name, value in known.loc[task].items()}
