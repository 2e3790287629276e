"""What a configuration and its data look like to a model of costs: logarithms and words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

N_SIZES = 6
"""Rows, columns, classes, the nodes of trees, whether a tree may have more than one, and the
values of categorical columns, which encoders keep."""

STOPPED = ", stopped early"
"""Behind the learner's name in the name of a regime."""

_ROUNDS = ("n_estimators", "max_iter")
_LEAVES = ("num_leaves", "max_leaf_nodes")
_DEPTHS = ("max_depth", "depth")
_LEARNT = 5.0
"""Rounds times learning rate at which boosting that stops early has usually stopped."""

_RECORDED_ROWS = 2000 * 2 / 3
_COPIES, _ENCODED_COPIES, _MOST_ENCODED = 2.7, 2.6, 60.0
"""Of the columns of a table, 8 bytes a cell, and of those that one-hot encoding makes of
categories, and most of those that are counted: learnt on six tables of 20,000 and 100,000 rows
(``benchmarks/cost_growth.py``)."""

_KEPT_ROWS = {"nearest_neighbors": 1.0, "rbf_svm": 0.5}
"""Share of the rows that are part of the model: all neighbours, and about half as support
vectors."""

_MORE_LEAVES = {"random_forest": 0.25, "extra_trees": 0.25}
"""Exponent of the rows beyond those recorded in the size of forests, more than few rows tell:
learnt on the same tables but one."""

_KERNEL_CACHE_MB = 200.0
"""Most that libsvm keeps of the kernel."""

_HELD_OUT = 0.1
"""Share of the rows that boosting which stops early is stopped by."""

_ROWS_A_LEAF = ("min_samples_leaf", "min_child_samples", "min_child_weight")


class DataSize(NamedTuple):
    """How large the data of a run is."""

    n_rows: float
    """Rows that were fitted on."""

    n_columns: float
    n_classes: float = 1.0
    """1 for regression."""

    n_symbols: float = 0.0
    """Different values of all categorical columns together."""


def log_sizes(size: DataSize, values: Mapping[str, Any]) -> Array:
    nodes = _nodes(values, size.n_rows)
    sizes = np.array([size.n_rows, size.n_columns, size.n_classes, nodes], dtype=np.float64)
    splits = float(_can_split(values, size.n_rows))
    logs: Array = np.append(
        np.log(np.maximum(sizes, 1.0)), [splits, np.log1p(max(size.n_symbols, 0.0))]
    )
    return logs


def data_megabytes(
    size: DataSize, learner: str = "", values: Mapping[str, Any] | None = None
) -> float:
    """Megabytes of what a fit holds of the rows beyond those recorded.

    Of most recorded runs, with at most 2,000 rows, copies of the data are lost among all else.

    Parameters
    ----------
    size : DataSize
    learner : str
    values : mapping, optional
        Hyperparameters by name; ``encoding`` says whether categories become columns.

    Examples
    --------
    >>> data_megabytes(DataSize(1000, 10)), round(data_megabytes(DataSize(101_333, 10)))
    (0.0, 22)
    >>> wide = DataSize(101_333, 10, n_symbols=20)
    >>> round(data_megabytes(wide, "ridge", {"encoding": "one_hot"}))
    63
    """
    more = max(size.n_rows - _RECORDED_ROWS, 0.0)
    columns = _COPIES * size.n_columns
    if values is not None and values.get("encoding") == "one_hot":
        columns += _ENCODED_COPIES * min(size.n_symbols, _MOST_ENCODED)
    megabytes = more * columns * 8 / 1e6
    if learner == "rbf_svm" and more:
        megabytes += min(size.n_rows**2 * 8 / 1e6, _KERNEL_CACHE_MB)
    return megabytes


def kept_megabytes(size: DataSize, learner: str, values: Mapping[str, Any]) -> float:
    """Megabytes of the rows that a fitted model keeps, where it does.

    Parameters
    ----------
    size : DataSize
    learner : str
    values : mapping
        Hyperparameters by name; ``encoding`` says whether categories become columns.

    Examples
    --------
    >>> kept_megabytes(DataSize(100_000, 10), "nearest_neighbors", {})
    8.0
    """
    columns = size.n_columns
    if values.get("encoding") == "one_hot":
        columns += min(size.n_symbols, _MOST_ENCODED)
    return _KEPT_ROWS.get(learner, 0.0) * size.n_rows * columns * 8 / 1e6


def more_leaves(size: DataSize, learner: str) -> float:
    """Factor by which a model has more leaves than fits to fewer rows tell.

    Parameters
    ----------
    size : DataSize
    learner : str

    Examples
    --------
    >>> more_leaves(DataSize(1000, 10), "extra_trees")
    1.0
    >>> round(more_leaves(DataSize(20_000, 10), "extra_trees"), 2)
    1.97
    """
    more = max(size.n_rows / _RECORDED_ROWS, 1.0)
    return float(more ** _MORE_LEAVES.get(learner, 0.0))


def regime(learner: str, values: Mapping[str, Any]) -> str:
    """Runs of a learner that are told apart: how many rounds it has is said, or is not.

    Parameters
    ----------
    learner : str
    values : mapping
        Hyperparameters by name.

    Examples
    --------
    >>> regime("lightgbm", {"lightgbm:early_stopping": 50}), regime("ridge", {})
    ('lightgbm, stopped early', 'ridge')
    """
    return f"{learner}{STOPPED}" if "early_stopping" in _numbers(values) else learner


def _numbers(values: Mapping[str, Any]) -> dict[str, float]:
    """Hyperparameters that are numbers, but for zeros, by their names within the learner."""
    return {
        name.rpartition(":")[2]: float(v) for name, v in values.items() if _is_number(v) and v
    }


def _can_split(values: Mapping[str, Any], n_rows: float) -> bool:
    """Whether the rows that a tree sees are enough for two leaves."""
    given = _numbers(values)
    least = max((given[name] for name in _ROWS_A_LEAF[:2] if name in given), default=0.0)
    seen = n_rows * given.get("subsample", 1.0)
    seen *= 1 - _HELD_OUT if "early_stopping" in given else 1.0
    return seen >= 2 * least


def _nodes(values: Mapping[str, Any], n_rows: float) -> float:
    """Leaves that all trees of a configuration may have together; 1 where it has none."""
    given = _numbers(values)
    if not given.keys() & {*_LEAVES, *_DEPTHS, *_ROWS_A_LEAF}:
        return 1.0
    most = [given[name] for name in _LEAVES if name in given]
    most += [2.0 ** min(given[name], 60.0) for name in _DEPTHS if name in given]
    most += [n_rows / max(given[name], 1.0) for name in _ROWS_A_LEAF if name in given]
    rounds = math.prod(given[name] for name in _ROUNDS if name in given)
    if "early_stopping" in given:
        useful = _LEARNT / given.get("learning_rate", _LEARNT)
        rounds = min(rounds, useful + given["early_stopping"])
    return rounds * max(min([n_rows, *most]), 1.0)


def hyperparameter_names(values: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Those that differ between the configurations: numbers by name, words by value."""
    numeric: dict[str, set[float]] = {}
    words: dict[str, set[str]] = {}
    for one in values:
        for name, value in one.items():
            if _is_number(value) and value:
                numeric.setdefault(name, set()).add(float(value))
            else:  # nothing has a logarithm of its own: zero is a word
                words.setdefault(name, set()).add(str(value))
    found = [name for name, seen in numeric.items() if len(seen) > 1]
    for name, seen in words.items():
        if len(seen) + (name in numeric) > 1:
            found += [f"{name}={value}" for value in seen]
    return tuple(sorted(found))


def hyperparameters(values: Mapping[str, Any], names: Sequence[str]) -> Array:
    """Logarithms of numbers, 0 and 1 of words; NaN of what is not set.

    Parameters
    ----------
    values : mapping
        Hyperparameters by name.
    names : sequence of str
        As :func:`hyperparameter_names` gives them.
    """
    x = np.full(len(names), np.nan)
    for at, name in enumerate(names):
        key, _, word = name.partition("=")
        value = values.get(key)
        if word:
            x[at] = float(value is not None and str(value) == word)
        elif _is_number(value) and value:
            x[at] = math.log(abs(float(value)))
    return x


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
