"""Pareto fronts and the volume that they dominate; every objective is higher-is-better."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import ArgumentError

Array = npt.NDArray[np.float64]


def non_dominated(points: Any) -> npt.NDArray[np.bool_]:
    """Which points no other is at least as good as everywhere and better somewhere.

    Parameters
    ----------
    points : array, shape (n_points, n_objectives)
        Higher is better. A point with NaN is never on the front.

    Returns
    -------
    ndarray of bool, shape (n_points,)
        Of equal points all are kept, or none.

    Examples
    --------
    >>> non_dominated([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]).tolist()
    [True, True, False, True]
    """
    values = _checked(points)
    kept: npt.NDArray[np.bool_] = np.asarray(~np.isnan(values).any(axis=1))
    for i in np.flatnonzero(kept):
        others = values[kept]
        better = (others >= values[i]).all(axis=1) & (others > values[i]).any(axis=1)
        kept[i] = not better.any()
    return kept


def hypervolume(points: Any, reference: Any) -> float:
    """Volume of what the points dominate above a reference point.

    Parameters
    ----------
    points : array, shape (n_points, n_objectives)
        Higher is better.
    reference : array, shape (n_objectives,)
        What is no better than this in every objective counts nothing.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the reference is not finite.

    Notes
    -----
    Exact, by slices along the last objective; the time grows as the number of points on
    the front to the power of the number of objectives less one.

    References
    ----------
    .. [1] While, Hingston, Barone, Huband. "A Faster Algorithm for Calculating
       Hypervolume." IEEE Transactions on Evolutionary Computation 10(1), 2006.

    Examples
    --------
    >>> hypervolume([[2.0, 1.0], [1.0, 2.0]], [0.0, 0.0])
    3.0
    """
    values, base = _checked(points), np.asarray(reference, dtype=np.float64)
    if base.shape != (values.shape[1],) or not np.isfinite(base).all():
        raise ArgumentError(
            f"reference must be {values.shape[1]} finite numbers, one an objective, "
            f"got {reference!r}"
        )
    above = values[(values > base).all(axis=1)] - base
    return _volume(above[non_dominated(above)]) if len(above) else 0.0


def hypervolume_improvement(new: Any, front: Any, reference: Any) -> float:
    """What new points add to the volume of a front.

    Parameters
    ----------
    new, front : array, shape (n_points, n_objectives)
    reference : array, shape (n_objectives,)

    Examples
    --------
    >>> hypervolume_improvement([[2.0, 2.0]], [[2.0, 1.0], [1.0, 2.0]], [0.0, 0.0])
    1.0
    """
    old, more = _checked(front), _checked(new)
    together = np.concatenate([old.reshape(-1, more.shape[1]), more])
    return hypervolume(together, reference) - hypervolume(
        old.reshape(-1, more.shape[1]), reference
    )


def _volume(front: Array) -> float:
    """Of a front above the origin, shape (n_points, n_objectives), none dominated."""
    if front.shape[1] == 1:
        return float(front.max())
    if front.shape[1] == 2:
        order = np.argsort(-front[:, 0], kind="stable")
        x, y = front[order, 0], front[order, 1]
        widths = x - np.append(x[1:], 0.0)
        return float((widths * np.maximum.accumulate(y)).sum())
    total, order = 0.0, np.argsort(-front[:, -1], kind="stable")
    heights = front[order, -1]
    floors = np.append(heights[1:], 0.0)
    for k in range(len(order)):
        if heights[k] > floors[k]:
            slice_ = front[order[: k + 1], :-1]
            total += (heights[k] - floors[k]) * _volume(slice_[non_dominated(slice_)])
    return float(total)


def _checked(points: Any) -> Array:
    values = np.asarray(points, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 1:
        raise ArgumentError(
            f"points must have shape (n_points, n_objectives), got {values.shape}"
        )
    return values
