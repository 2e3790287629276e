"""What a meta-feature is: a name, a group, the tasks it applies to and a formula."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from warmstart.domain import TaskType
from warmstart.metafeatures.scaling import Floats

if TYPE_CHECKING:
    from warmstart.metafeatures.prepared import Prepared

ANY_TASK: frozenset[TaskType] = frozenset({"binary", "multiclass", "regression", "image"})
CLASSIFICATION: frozenset[TaskType] = frozenset({"binary", "multiclass", "image"})
REGRESSION: frozenset[TaskType] = frozenset({"regression"})

SUMMARIES: dict[str, Callable[[npt.NDArray[np.float64]], float]] = {
    "Min": lambda values: float(values.min()),
    "Max": lambda values: float(values.max()),
    "Mean": lambda values: float(values.mean()),
    "STD": lambda values: float(values.std()),
}
"""How one number a column becomes one number a dataset, with auto-sklearn's suffixes."""


@runtime_checkable
class MetaFeature(Protocol):
    """A number describing a dataset; see :func:`warmstart.metafeatures.registry.register`."""

    @property
    def name(self) -> str:
        """Unique among all meta-features."""
        ...

    @property
    def group(self) -> str:
        """What it is computed and chosen with."""
        ...

    @property
    def task_types(self) -> frozenset[TaskType]:
        """Types of task it is defined for; both classification types or neither."""
        ...

    def __call__(self, prepared: Prepared) -> float:
        """Its value: finite for every dataset, the same again for the same seed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One number describing a dataset; the built-in :class:`MetaFeature`.

    Examples
    --------
    >>> doubled = Feature(name="DoubleRows", group="general", description="Twice the rows.",
    ...                   formula=lambda prepared: 2.0 * prepared.n_rows)
    >>> doubled.name, sorted(doubled.task_types)
    ('DoubleRows', ['binary', 'image', 'multiclass', 'regression'])
    """

    name: str
    group: str
    formula: Callable[[Prepared], float]
    description: str
    """One sentence: what it measures and its unit."""

    task_types: frozenset[TaskType] = ANY_TASK
    unit: str = ""
    """Empty for a plain number."""

    limits: tuple[float, float] = (-math.inf, math.inf)
    """Between which every value lies."""

    source: str = ""
    """Who defined it; a short name out of :data:`SOURCES`."""

    written: str = ""
    """The formula in words; those built in are in ``FORMULAS`` of their group."""

    neutral: float = 0.0
    """Stands for a quantity that is not defined on a dataset, or too large for a float."""

    def __call__(self, prepared: Prepared) -> float:
        """Its value on one dataset; finite."""
        value = float(self.formula(prepared))
        return value if math.isfinite(value) else self.neutral


SOURCES = {
    "auto-sklearn": "Feurer et al. Efficient and Robust Automated Machine Learning. NeurIPS "
    "2015.",
    "statlog": "Michie, Spiegelhalter, Taylor. Machine Learning, Neural and Statistical "
    "Classification. 1994.",
    "openml": "Vanschoren et al. OpenML: networked science in machine learning. SIGKDD "
    "Explorations 2014; the names of its qualities.",
    "pymfe": "Alcobaça et al. MFE: Towards reproducible meta-feature extraction. JMLR 2020.",
    "lorena": "Lorena et al. How Complex is your classification problem? ACM Computing Surveys "
    "2019.",
    "landmarking": "Pfahringer, Bensusan, Giraud-Carrier. Meta-Learning by Landmarking Various "
    "Learning Algorithms. ICML 2000.",
    "peng": "Peng, Flach, Soares, Brazdil. Improved Dataset Characterisation for "
    "Meta-learning. DS 2002; Bensusan, Giraud-Carrier, Kennedy. 2000 (trees).",
    "vukicevic": "Vukicevic et al. Extending meta-learning framework for clustering gene "
    "expression data. 2016; Pimentel, de Carvalho. A new data characterization. 2019.",
    "vilalta": "Vilalta. Understanding accuracy performance through concept characterization. "
    "1999; Vilalta, Drissi. 2002.",
    "song": "Song, Wang, Wang. Automatic recommendation of classification algorithms based on "
    "data set characteristics. 2012.",
    "amasyali": "Amasyali, Ersoy. A Study of Meta Learning for Regression. 2009.",
    "warmstart": "Defined here.",
}
"""Papers and programs that the definitions are of."""


def summarised(
    prefix: str,
    group: str,
    values: Callable[[Prepared], Floats],
    what: str,
    *,
    unit: str = "",
    limits: tuple[float, float] = (-math.inf, math.inf),
    source: str = "pymfe",
    task_types: frozenset[TaskType] = ANY_TASK,
) -> tuple[Feature, ...]:
    """Mean, sample standard deviation and five quantiles of `values`, of those finite.

    Parameters
    ----------
    prefix : str
        How the names begin.
    group : str
    values : callable
        From a prepared dataset to an array, shape (n_values,); called once a dataset.
    what : str
        Ends the sentence that describes each.

    Examples
    --------
    >>> len(summarised("Width", "mine", lambda prepared: np.ones(3), "the widths"))
    7
    """

    def finite(prepared: Prepared) -> Floats:
        found = np.asarray(values(prepared), dtype=np.float64)
        return found[np.isfinite(found)]

    def one(suffix: str, name: str, summary: Callable[[Floats], float]) -> Feature:
        def formula(prepared: Prepared) -> float:
            found = prepared.once(finite)
            return summary(found) if found.size else math.nan

        spread = (0.0, math.inf) if suffix == "SD" else limits
        return Feature(
            name=f"{prefix}{suffix}",
            group=group,
            formula=formula,
            description=f"{name} of {what}.",
            task_types=task_types,
            unit=unit,
            limits=spread,
            source=source,
        )

    return tuple(one(suffix, *rest) for suffix, rest in _SEVEN.items())


def _sd(values: Floats) -> float:
    return float(values.std(ddof=1)) if values.size > 1 else math.nan


def _quantile(q: float) -> Callable[[Floats], float]:
    return lambda values: float(np.quantile(values, q))


_SEVEN: dict[str, tuple[str, Callable[[Floats], float]]] = {
    "Mean": ("Mean", lambda values: float(values.mean())),
    "SD": ("Sample standard deviation", _sd),
    "Min": ("Minimum", lambda values: float(values.min())),
    "Q1": ("First quartile", _quantile(0.25)),
    "Median": ("Median", _quantile(0.5)),
    "Q3": ("Third quartile", _quantile(0.75)),
    "Max": ("Maximum", lambda values: float(values.max())),
}


def summaries(
    prefix: str,
    group: str,
    values: Callable[[Prepared], npt.NDArray[np.float64]],
    what: str,
    *,
    which: Iterable[str] = tuple(SUMMARIES),
    task_types: frozenset[TaskType] = ANY_TASK,
) -> tuple[Feature, ...]:
    """One meta-feature a summary (Min, Max, Mean, STD) of `values`; 0 where there are none.

    Parameters
    ----------
    prefix : str
        How the names begin.
    group : str
        Of all of them.
    values : callable
        From a prepared dataset to an array, shape (n_values,).
    what : str
        Ends the sentence that describes each.
    which : iterable of str
        Keys of :data:`SUMMARIES`.
    task_types : frozenset of str
        That they are defined for.

    Examples
    --------
    >>> found = summaries("Width", "mine", lambda prepared: np.ones(3), "the widths")
    >>> [feature.name for feature in found]
    ['WidthMin', 'WidthMax', 'WidthMean', 'WidthSTD']
    """

    def one(suffix: str) -> Feature:
        summary = SUMMARIES[suffix]

        def formula(prepared: Prepared) -> float:
            found = values(prepared)
            return summary(found) if found.size else math.nan

        return Feature(
            name=f"{prefix}{suffix}",
            group=group,
            formula=formula,
            description=f"{_SPELLED[suffix]} of {what}; 0 without any.",
            task_types=task_types,
        )

    return tuple(one(suffix) for suffix in which)


_SPELLED = {"Min": "Minimum", "Max": "Maximum", "Mean": "Mean", "STD": "Standard deviation"}
