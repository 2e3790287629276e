"""From a dataset to its meta-features, the public entry."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from warmstart.errors import MetaFeatureWarning
from warmstart.metafeatures.feature import Feature, MetaFeature
from warmstart.metafeatures.planning.sampled import is_sampled
from warmstart.metafeatures.prepared import MAX_COLUMNS, MAX_ROWS, Prepared, Table
from warmstart.metafeatures.registry import is_built_in, metafeatures_for

_log = logging.getLogger(__name__)

Status = Literal["exact", "sampled", "undefined"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Extracted:
    """Meta-features of a dataset, and how far each can be relied on."""

    values: pd.Series[float]
    """Name to float64, finite."""

    status: pd.Series[str]
    """"exact"; "sampled" where rows or columns were; "undefined" where the quantity does not
    exist on the dataset, and its neutral value stands for it."""

    left_out: Mapping[str, float]
    """Groups that the budget did not allow, and the CPU seconds each would have taken."""


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
    budget_s: float | None = None,
) -> pd.Series[float]:
    """Describe a dataset by numbers: the 46 of auto-sklearn and more.

    All datasets of a task family (classification, regression) get the same names in the
    same order. What each means, with formula, unit, range and source, is listed by
    ``warmstart metafeatures --list`` and :func:`warmstart.metafeatures.catalogue.catalogue`.
    Where a quantity is not defined, such as the skewness of numeric columns where there are
    none, it is 0. Above the caps, statistics come from a random sample, landmarkers from at
    most 1,500 rows and 100 columns of it; counts come from all rows.

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
        By default "general", "statistical", "information", "landmarking" and "target", which
        ``suggest`` compares datasets by; others of ``warmstart metafeatures --list``, or
        ``"all"``.
    max_rows, max_columns : int
        Above these, statistics use a sample.
    random_state : int
        Seed of samples, folds and the random landmarker.
    budget_s : float, optional
        CPU seconds. Whole groups are left out, the dearest first, by what they are estimated
        to cost; a :class:`~warmstart.errors.MetaFeatureWarning` names them.

    Returns
    -------
    pandas.Series, shape (n_metafeatures,)
        Name to float64, finite. Shares are in [0, 1], entropies in bits, scores of landmarkers
        accuracies or R². Which are exact, of a sample or not defined:
        :func:`extract_with_status`.

    Raises
    ------
    DatasetError
        If the data cannot be read or learned from.
    ValueError
        If a group or the task type does not exist, a cap is below 1, or the budget is not
        positive.

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
    found = extract_with_status(
        data,
        y,
        target=target,
        task_type=task_type,
        groups=groups,
        max_rows=max_rows,
        max_columns=max_columns,
        random_state=random_state,
        budget_s=budget_s,
    )
    if found.left_out:
        costs = ", ".join(f"{group} ({cost:.2g} s)" for group, cost in found.left_out.items())
        warnings.warn(
            f"groups left out, beyond {budget_s:g} s: {costs}", MetaFeatureWarning, stacklevel=2
        )
    return found.values


def extract_with_status(
    data: Any,
    y: Any = None,
    *,
    target: str | int | None = None,
    task_type: str | None = None,
    max_rows: int = MAX_ROWS,
    random_state: int = 0,
    **options: Any,
) -> Extracted:
    """As :func:`extract_metafeatures`, with how far each value can be relied on.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> found = extract_with_status(load_iris(as_frame=True).frame, target="target")
    >>> found.status[["NumberOfInstances", "SymbolsMean"]].tolist()
    ['exact', 'undefined']
    """
    from warmstart.datasets.load import MAX_ROWS as MAX_READ
    from warmstart.datasets.load import load_dataset

    # Of a sparse matrix only the rows that are looked at are ever made dense.
    X = data[0] if isinstance(data, tuple) and data else data
    dataset = load_dataset(
        data,
        y,
        target=target,
        task_type=task_type,
        max_rows=max(max_rows, 1) if hasattr(X, "tocsr") else MAX_READ,
        random_state=random_state,
    )
    return described(dataset, max_rows=max_rows, random_state=random_state, **options)


def metafeatures_of(dataset: Table, **options: Any) -> pd.Series[float]:
    """Meta-features of a dataset already read, shape (n_metafeatures,).

    Arguments as of :func:`extract_metafeatures`.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from warmstart.datasets.load import load_dataset
    >>> iris = load_dataset(load_iris(as_frame=True))
    >>> metafeatures_of(iris, groups=["general"])["NumberOfClasses"]
    np.float64(3.0)
    """
    return described(dataset, **options).values


def described(
    dataset: Table,
    *,
    groups: Iterable[str] | None = None,
    max_rows: int = MAX_ROWS,
    max_columns: int = MAX_COLUMNS,
    random_state: int = 0,
    budget_s: float | None = None,
) -> Extracted:
    """Meta-features of a dataset already read, with how far each can be relied on.

    Arguments and errors as of :func:`extract_metafeatures`.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from warmstart.datasets.load import load_dataset
    >>> iris = load_dataset(load_iris(as_frame=True))
    >>> described(iris, groups=["general"]).status["NumberOfClasses"]
    'exact'
    """
    features = metafeatures_for(dataset.task_type, groups)
    prepared = Prepared(
        dataset, max_rows=max_rows, max_columns=max_columns, random_state=random_state
    )
    left_out: dict[str, float] = {}
    if budget_s is not None:
        from warmstart.metafeatures.planning.costs import affordable

        wanted = dict.fromkeys(feature.group for feature in features)
        kept, left_out = affordable(wanted, prepared, budget_s)
        features = [feature for feature in features if feature.group in kept]
    values: dict[str, float] = {}
    status: dict[str, Status] = {}
    # On matrices this small, BLAS threads cost several times what they save. Quantities that
    # overflow or do not exist are told by their status.
    with threadpool_limits(limits=1, user_api="blas"), np.errstate(all="ignore"):
        for feature in features:
            values[feature.name], status[feature.name] = _measured(feature, prepared)
    return Extracted(
        values=pd.Series(values, dtype="float64"),
        status=pd.Series(status, dtype="object"),
        left_out=left_out,
    )


def _measured(feature: MetaFeature, prepared: Prepared) -> tuple[float, Status]:
    formula = feature.formula if isinstance(feature, Feature) else feature
    value = float(formula(prepared))
    if not math.isfinite(value):
        neutral = feature.neutral if isinstance(feature, Feature) else 0.0
        if not is_built_in(feature.name):
            # Of those built in it is known that they are not defined everywhere.
            _log.warning(
                "meta-feature %s was %s; it is kept as %g", feature.name, value, neutral
            )
        return neutral, "undefined"
    return value, "sampled" if is_sampled(feature.group, prepared) else "exact"
