"""All evaluations in one metric as tasks x configurations arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from warmstart.domain import Status
from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core.score_table import Floats

STATUSES: tuple[str, ...] = ("", *get_args(Status))
"""Names of the status codes of a :class:`ScoreMatrix`; the empty one is "not evaluated"."""

Aggregate = Literal["mean", "median"]
"""How several runs of a configuration on a task become one score."""

OK = STATUSES.index("ok")
FAILED = STATUSES.index("failed")


@dataclass(frozen=True, slots=True, eq=False)
class ScoreMatrix:
    """All evaluations in one metric, as arrays of shape (n_tasks, n_configs)."""

    scores: Floats
    """Higher is better; NaN unless the status is "ok"."""

    status: NDArray[np.uint8]
    """Positions in :data:`STATUSES`."""

    costs: Floats | None = None
    """Seconds, NaN where unknown; None when no cost is known at all."""


def check_aggregate(aggregate: str) -> None:
    """Raise if there is no such way to bring runs together."""
    if aggregate not in get_args(Aggregate):
        raise MetaDatasetError(
            f"aggregate must be one of {get_args(Aggregate)}, got {aggregate!r}"
        )


def scatter(
    shape: tuple[int, int],
    cells: NDArray[np.intp],
    scores: Floats,
    status: NDArray[np.uint8],
    costs: Floats,
    budgets: NDArray[np.floating[Any]],
    *,
    aggregate: Aggregate = "mean",
) -> ScoreMatrix:
    """Put long rows into matrices; several rows of one cell are merged.

    Parameters
    ----------
    shape : (n_tasks, n_configs)
    cells : array, shape (n_rows,)
        Flat position of each row's cell.
    scores, costs : array, shape (n_rows,)
        NaN where unknown.
    status : array, shape (n_rows,)
        Codes, see :data:`STATUSES`.
    budgets : array, shape (n_rows,)
        Only the rows with the largest budget of their cell count; NaN is a full one.
    aggregate : {"mean", "median"}
        Of the scores and costs of one cell.

    Examples
    --------
    >>> ok, none = np.full(3, OK, np.uint8), np.full(3, np.nan)
    >>> scatter((1, 2), np.array([1, 0, 1]), np.array([1.0, 5.0, 2.0]), ok, none, none).scores
    array([[5. , 1.5]])
    """
    n_cells = shape[0] * shape[1]
    scores[status != OK] = np.nan

    def spread(values: NDArray[Any], empty: Any) -> NDArray[Any]:
        matrix = np.full(n_cells, empty, values.dtype)
        matrix[cells] = values
        return matrix

    known = bool(np.isfinite(costs).any())
    table, codes = spread(scores, np.nan), spread(status, 0)
    prices = spread(costs, np.nan) if known else None
    if np.count_nonzero(codes) < len(cells):
        # Most cells have one row; only the others are sorted.
        counts = np.bincount(cells)
        several = np.flatnonzero(counts[cells] > 1)
        if len(several):
            places, table_of, codes_of, prices_of = _merge(
                cells[several],
                scores[several],
                status[several],
                costs[several],
                budgets[several],
                aggregate,
            )
            table[places], codes[places] = table_of, codes_of
            if prices is not None:
                prices[places] = prices_of
    return ScoreMatrix(
        table.reshape(shape),
        codes.reshape(shape),
        None if prices is None else prices.reshape(shape),
    )


def _merge(
    cells: NDArray[np.intp],
    scores: Floats,
    status: NDArray[np.uint8],
    costs: Floats,
    budgets: NDArray[np.floating[Any]],
    aggregate: Aggregate,
) -> tuple[NDArray[np.intp], Floats, NDArray[np.uint8], Floats]:
    """One row a cell: the mean or median of its successful runs at the largest budget."""
    if not np.isnan(budgets).all():
        budgets = np.where(np.isnan(budgets), np.inf, budgets)
        largest = np.full(cells.max() + 1, -np.inf)
        np.maximum.at(largest, cells, budgets)
        full = budgets == largest[cells]
        cells, scores, status, costs = cells[full], scores[full], status[full], costs[full]
    # Successful runs sort before failures, so the first row of a cell tells its status.
    order = np.lexsort((status, cells))
    cells, scores, status, costs = cells[order], scores[order], status[order], costs[order]
    firsts = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]])
    together = _means if aggregate == "mean" else _medians
    return cells[firsts], together(scores, firsts), status[firsts], together(costs, firsts)


def _means(values: Floats, firsts: NDArray[np.intp]) -> Floats:
    """Mean of the known values of each run of rows; NaN where there is none."""
    known = ~np.isnan(values)
    counts = np.add.reduceat(known.astype(float), firsts)
    totals = np.add.reduceat(np.where(known, values, 0.0), firsts)
    means = np.full(len(firsts), np.nan)
    np.divide(totals, counts, out=means, where=counts > 0)
    return means


def _medians(values: Floats, firsts: NDArray[np.intp]) -> Floats:
    """Median of the known values of each run of rows; NaN where there is none."""
    lengths = np.diff(np.append(firsts, len(values)))
    ordered = values[np.lexsort((values, np.repeat(np.arange(len(firsts)), lengths)))]
    counts = np.add.reduceat((~np.isnan(values)).astype(np.intp), firsts)
    low = firsts + np.maximum(counts - 1, 0) // 2
    high = firsts + np.minimum(counts // 2, lengths - 1)
    # Half of each first: the sum of two large numbers may overflow. NaN sorts last.
    medians: Floats = np.where(counts > 0, ordered[low] / 2 + ordered[high] / 2, np.nan)
    return medians


def take_rows(matrix: ScoreMatrix, rows: NDArray[np.intp]) -> ScoreMatrix:
    """Restrict to the tasks at the given positions; the scores are a copy."""
    if len(rows) == len(matrix.scores) and (rows == np.arange(len(rows))).all():
        return ScoreMatrix(matrix.scores.copy(), matrix.status, matrix.costs)
    costs: Floats | None = None if matrix.costs is None else matrix.costs[rows]
    return ScoreMatrix(matrix.scores[rows], matrix.status[rows], costs)


def stack_rows(
    matrices: Mapping[str, ScoreMatrix], chosen: NDArray[Any], rows: NDArray[np.intp]
) -> ScoreMatrix:
    """Each task's row from the matrix of its own metric."""
    shape = len(rows), next(iter(matrices.values())).scores.shape[1]
    stacked = ScoreMatrix(
        np.full(shape, np.nan), np.zeros(shape, np.uint8), np.full(shape, np.nan)
    )
    for metric, matrix in matrices.items():
        rows_of_it = np.flatnonzero(chosen == metric)
        part = take_rows(matrix, rows[rows_of_it])
        stacked.scores[rows_of_it], stacked.status[rows_of_it] = part.scores, part.status
        if part.costs is not None and stacked.costs is not None:
            stacked.costs[rows_of_it] = part.costs
    return stacked
