"""From a dataset to its meta-features, the public entry."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits

from warmstart.metafeatures.prepared import MAX_COLUMNS, MAX_ROWS, Prepared, Table
from warmstart.metafeatures.registry import metafeatures_for

_log = logging.getLogger(__name__)


def extract_metafeatures(
    data: Any,
    y: Any = None,
    *,
    target: str | int | None = None,
    task_type: str | None = None,
    groups: Iterable[str] | None = None,
    max_rows: int = MAX_ROWS,
    max_columns: int = MAX_COLUMNS,
    random_state: int = 0,
) -> pd.Series[float]:
    """Describe a dataset by numbers: the 46 of auto-sklearn and more.

    All datasets of a task family (classification, regression) get the same names in the
    same order. Where a quantity is not defined, such as the skewness of numeric columns
    where there are none, it is 0. Above the caps, statistics come from a random sample,
    landmarkers from at most 1,500 rows and 100 columns of it; counts come from all rows.

    Parameters
    ----------
    data : DataFrame, array, sparse matrix, Bunch or path
        Whatever :func:`warmstart.suggest` takes, shape (n_rows, n_columns).
    y : array-like, shape (n_rows,), optional
        Target, if not a column of `data`.
    target : str or int, optional
        Column of `data` that holds the target.
    task_type : {"binary", "multiclass", "classification", "regression"}, optional
        By default inferred from the target.
    groups : iterable of str, optional
        Some of "general", "statistical", "information", "landmarking", "target"; by default
        all.
    max_rows, max_columns : int
        Above these, statistics use a sample.
    random_state : int
        Seed of samples, folds and the random landmarker.

    Returns
    -------
    pandas.Series, shape (n_metafeatures,)
        Name to float64, finite. Shares are in [0, 1], entropies in bits, scores of landmarkers
        accuracies or R².

    Raises
    ------
    DatasetError
        If the data cannot be read or learned from.
    ValueError
        If a group or the task type does not exist, or a cap is below 1.

    References
    ----------
    .. [1] Feurer, Klein, Eggensperger, Springenberg, Blum, Hutter. "Efficient and Robust
       Automated Machine Learning." NeurIPS 2015.
    .. [2] Pfahringer, Bensusan, Giraud-Carrier. "Meta-Learning by Landmarking Various
       Learning Algorithms." ICML 2000.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> iris = load_iris(as_frame=True).frame
    >>> values = extract_metafeatures(iris, target="target")
    >>> values[["NumberOfInstances", "NumberOfFeatures", "NumberOfClasses"]].tolist()
    [150.0, 4.0, 3.0]
    >>> print(f"{values['ClassEntropy']:.3f} bits")
    1.585 bits
    >>> bool(values["Landmark1NN"] > 0.9)
    True
    """
    from warmstart.datasets.load import load_dataset

    dataset = load_dataset(
        data, y, target=target, task_type=task_type, random_state=random_state
    )
    return metafeatures_of(
        dataset,
        groups=groups,
        max_rows=max_rows,
        max_columns=max_columns,
        random_state=random_state,
    )


def metafeatures_of(
    dataset: Table,
    *,
    groups: Iterable[str] | None = None,
    max_rows: int = MAX_ROWS,
    max_columns: int = MAX_COLUMNS,
    random_state: int = 0,
) -> pd.Series[float]:
    """Meta-features of a dataset already read; see :func:`extract_metafeatures`."""
    features = metafeatures_for(dataset.task_type, groups)
    prepared = Prepared(
        dataset, max_rows=max_rows, max_columns=max_columns, random_state=random_state
    )
    values = {}
    # On matrices this small, BLAS threads cost several times what they save.
    with threadpool_limits(limits=1, user_api="blas"):
        for feature in features:
            value = feature(prepared)
            if not math.isfinite(value):
                _log.warning("meta-feature %s was %s; it is kept as 0", feature.name, value)
                value = 0.0
            values[feature.name] = value
    return pd.Series(values, dtype="float64")
