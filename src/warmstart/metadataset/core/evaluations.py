"""Evaluations in memory: long rows or dense matrices, viewed one metric at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from warmstart.metadataset.core.columns import codes, complete, encoded, floats
from warmstart.metadataset.core.score_matrix import STATUSES, Aggregate, ScoreMatrix, scatter
from warmstart.metadataset.core.score_table import Floats
from warmstart.metadataset.damage import each_undamaged, undamaged
from warmstart.metadataset.storage.runs.blocks import BlockPlan, Compact, joined

_IDS = ("task_id", "configuration_id", "metric")
_COMPACT = (*_IDS, "score", "cost_s", "status", "budget")
"""Columns of a row that a matrix is made of."""

_ROWS_AT_ONCE = 1_000_000


class Evaluations(Protocol):
    """Where a meta-dataset's scores come from."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics, the first one first."""
        ...

    def score_matrix(self, metric: str, aggregate: Aggregate = "mean") -> ScoreMatrix:
        """View the evaluations in one metric, one score a cell."""
        ...

    def rows(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Every evaluation as a row of :data:`~warmstart.metadataset.core.schema.EVALUATIONS`.

        In tables of a bounded size, always in the same order, with a column ``source``
        that names where each row came from. Text may be dictionary-encoded. Only the
        named `columns` where some are named; there may be more.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class MatrixEvaluations:
    """One dense matrix a metric."""

    matrices: dict[str, ScoreMatrix]
    task_names: list[str]
    configuration_names: list[str]
    source: str = "matrix"

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics."""
        return tuple(self.matrices)

    def score_matrix(
        self,
        metric: str,
        aggregate: Aggregate = "mean",  # noqa: ARG002 - a cell has one score as it is
    ) -> ScoreMatrix:
        """View one metric."""
        return self.matrices[metric]

    def rows(
        self,
        columns: Sequence[str] | None = None,  # noqa: ARG002 - making them all is quick
    ) -> Iterator[pa.Table]:
        """Every evaluated cell as a row, task by task; all columns, whichever are named."""
        n_together = max(1, _ROWS_AT_ONCE // len(self.configuration_names))
        for metric, matrix in self.matrices.items():
            for begin in range(0, len(self.task_names), n_together):
                tasks, configs = np.nonzero(matrix.status[begin : begin + n_together])
                tasks += begin
                filled = {
                    "task_id": encoded(tasks, self.task_names),
                    "configuration_id": encoded(configs, self.configuration_names),
                    "metric": encoded(np.zeros(len(tasks), np.int32), [metric]),
                    "score": pa.array(matrix.scores[tasks, configs], from_pandas=True),
                    "status": encoded(matrix.status[tasks, configs], list(STATUSES)),
                }
                if matrix.costs is not None:
                    filled["cost_s"] = pa.array(matrix.costs[tasks, configs], from_pandas=True)
                yield complete(filled, len(tasks), self.source)


@dataclass(eq=False)
class RunEvaluations:
    """Long rows, one an evaluation, read when first asked for.

    Where a configuration was evaluated several times on a task, the runs at the largest
    budget count (no budget is the largest); their scores are averaged, or their median taken.
    """

    load: Callable[[Sequence[str] | None], Iterable[pa.Table]]
    """Reads the named columns of the rows, or all and the source, in one table or more."""

    metrics: tuple[str, ...]
    task_names: list[str]
    configuration_names: list[str]

    blocks: Callable[[str, Sequence[str]], BlockPlan | None] | None = None
    """How to read columns of the rows in a metric some tasks at a time; None to read all at
    once, as where they are few."""

    origin: str = ""
    """The folder they are read from, for errors; empty where they are in memory."""

    _matrices: dict[tuple[str, Aggregate], ScoreMatrix] = field(default_factory=dict)

    def rows(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """All rows, with all their columns and the source where none are named."""
        with undamaged(self.origin):
            found = self.load(columns)
        yield from each_undamaged(self.origin, found)

    def score_matrix(self, metric: str, aggregate: Aggregate = "mean") -> ScoreMatrix:
        """Scatter the rows of one metric into matrices."""
        if (metric, aggregate) not in self._matrices:
            with undamaged(self.origin):
                self._matrices[metric, aggregate] = self._made(metric, aggregate)
        return self._matrices[metric, aggregate]

    def _made(self, metric: str, aggregate: Aggregate) -> ScoreMatrix:
        plan = None if self.blocks is None else self.blocks(metric, _COMPACT)
        if plan is None:
            return self._scattered(metric, aggregate)
        return self._streamed(plan, metric, aggregate)

    def _scattered(self, metric: str, aggregate: Aggregate) -> ScoreMatrix:
        """All rows at once; they are kept until every metric was looked at."""
        place = self.metrics.index(metric)
        shape = len(self.task_names), len(self.configuration_names)
        metrics, tasks, configs, *values = self._compact
        cells = tasks.astype(np.intp) * shape[1] + configs
        chosen = slice(None) if len(self.metrics) == 1 else metrics == place
        # The scores of failed rows are overwritten, so no view of what is kept.
        scores = values[0][chosen].copy()
        status, costs, budgets = (part[chosen] for part in values[1:])
        matrix = scatter(
            shape, cells[chosen], scores, status, costs, budgets, aggregate=aggregate
        )
        seen = {name for name, _ in self._matrices} | {metric}
        if len(seen) == len(self.metrics):
            # The rows are larger than the matrices made of them.
            del self.__dict__["_compact"]
        return matrix

    @cached_property
    def _tasks(self) -> pa.Array:
        return pa.array(self.task_names, pa.string())

    @cached_property
    def _configurations(self) -> pa.Array:
        return pa.array(self.configuration_names, pa.string())

    @cached_property
    def _compact(self) -> Compact:
        return joined(compacted(rows, self) for rows in self.load(_COMPACT))

    def _streamed(self, plan: BlockPlan, metric: str, aggregate: Aggregate) -> ScoreMatrix:
        """Some tasks at a time, each as soon as all of its rows were read."""
        place = self.metrics.index(metric)
        shape = len(self.task_names), len(self.configuration_names)
        matrix = ScoreMatrix(np.full(shape, np.nan), np.zeros(shape, np.uint8), None)
        costs: Floats | None = None
        for part, finished in plan.parts(lambda rows: _of_metric(compacted(rows, self), place)):
            block = _block(part, finished, shape, aggregate)
            del part  # the next one takes its place
            matrix.scores[finished], matrix.status[finished] = block.scores, block.status
            if block.costs is not None:
                costs = np.full(shape, np.nan) if costs is None else costs
                costs[finished] = block.costs
        return ScoreMatrix(matrix.scores, matrix.status, costs)


def _block(
    part: Compact, finished: NDArray[np.intp], shape: tuple[int, int], aggregate: Aggregate
) -> ScoreMatrix:
    """The rows of some tasks as a matrix of these tasks."""
    _, tasks, configs, *values = part
    local = np.full(shape[0], -1, np.intp)
    local[finished] = np.arange(len(finished))
    cells = local[tasks] * shape[1] + configs
    return scatter((len(finished), shape[1]), cells, *values, aggregate=aggregate)


def _of_metric(part: Compact, place: int) -> Compact:
    chosen = part[0] == place
    return part if chosen.all() else tuple(values[chosen] for values in part)


def compacted(rows: pa.Table, of: RunEvaluations) -> Compact:
    """Of each row: positions of metric, task, configuration; score, status, cost, budget."""
    return (
        codes(rows, "metric", of.metrics).astype(np.int16),
        codes(rows, "task_id", of._tasks),
        codes(rows, "configuration_id", of._configurations),
        floats(rows, "score"),
        codes(rows, "status", STATUSES).astype(np.uint8),
        floats(rows, "cost_s"),
        floats(rows, "budget").astype(np.float32),
    )
