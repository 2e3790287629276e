"""Manhattan distance of tasks over scaled meta-features, as in auto-sklearn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.errors import MetaDatasetError, NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable

if TYPE_CHECKING:
    from typing_extensions import Self

_SCALING = ("low", "spread", "median", "scaled")


@dataclass(slots=True)
class Manhattan:
    r"""Sum of differences of meta-features, each scaled to [0, 1] over the known tasks.

    .. math:: d(t, t') = \sum_k \frac{|\phi_k(t) - \phi_k(t')|}{\max \phi_k - \min \phi_k}

    A missing meta-feature counts as its median over the known tasks. A task without any
    is infinitely far.

    References
    ----------
    .. [1] Feurer, Klein, Eggensperger, Springenberg, Blum, Hutter. "Efficient and Robust
       Automated Machine Learning." NeurIPS 2015, supplement.

    Examples
    --------
    >>> metafeatures = pd.DataFrame({"rows": [100, 300, 200], "classes": [2, 4, 2]})
    >>> table = ScoreTable(
    ...     scores=np.zeros((3, 1)), task_ids=pd.RangeIndex(3), metafeatures=metafeatures,
    ...     configuration_ids=pd.Index(["c"]), families=np.arange(3))
    >>> Manhattan().fit(table).distances(pd.Series({"rows": 200, "classes": 4}))
    array([1.5, 0.5, 1. ])
    """

    names_: pd.Index | None = field(default=None, repr=False, compare=False)
    n_tasks_: int = field(default=0, repr=False, compare=False)
    rows_: Any = field(default=None, repr=False, compare=False)
    low_: Any = field(default=None, repr=False, compare=False)
    spread_: Any = field(default=None, repr=False, compare=False)
    median_: Any = field(default=None, repr=False, compare=False)
    scaled_: Any = field(default=None, repr=False, compare=False)

    def fit(self, table: ScoreTable) -> Self:
        """Remember the meta-features of the tasks of `table`; it may have none."""
        rows, values = table.described()
        self.n_tasks_, self.rows_ = table.n_tasks, rows
        self.names_ = pd.Index([]) if table.metafeatures is None else table.metafeatures.columns
        # What no task has tells nothing apart.
        kept = ~np.isnan(values).all(axis=0) if len(rows) else np.ones(values.shape[1], bool)
        self.names_, values = self.names_[np.flatnonzero(kept)], values[:, kept]
        if len(rows):
            self.median_ = np.nanmedian(values, axis=0)
            values = np.where(np.isnan(values), self.median_, values)
            self.low_ = values.min(axis=0)
            spread = values.max(axis=0) - self.low_
            self.spread_ = np.where(spread > 0, spread, 1.0)
            self.scaled_ = (values - self.low_) / self.spread_
        return self

    def distances(
        self,
        metafeatures: pd.Series[Any] | None = None,
        scores: Mapping[int, float] | None = None,  # noqa: ARG002 - known by meta-features only
    ) -> Floats:
        """Distance of a task with these meta-features to each known task.

        Parameters
        ----------
        metafeatures : Series, optional
            Of the new task, shape (n_features,) by name.
        scores : mapping, optional
            Not looked at.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        MetaDatasetError
            If `metafeatures` has none of the meta-features of the known tasks.
        """
        if self.names_ is None:
            raise NotFittedError("fit the similarity to a table first")
        found = np.full(self.n_tasks_, np.inf)
        if metafeatures is None or not len(self.rows_):
            return found
        known = metafeatures.reindex(self.names_).to_numpy(np.float64)
        if np.isnan(known).all():
            raise MetaDatasetError(
                f"none of the meta-features {list(metafeatures.index[:3])} … is one of "
                f"{list(self.names_[:3])} …"
            )
        known = np.where(np.isnan(known), self.median_, known)
        scaled = (known - self.low_) / self.spread_
        found[self.rows_] = np.abs(self.scaled_ - scaled).sum(axis=1)
        return found

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything remembered, as plain arrays.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        if self.names_ is None:
            raise NotFittedError("fit the similarity to a table first")
        arrays = {
            "names": np.asarray([str(name) for name in self.names_], dtype=str),
            "n_tasks": np.asarray(self.n_tasks_),
            "rows": np.asarray(self.rows_),
        }
        if len(self.rows_):
            arrays |= {name: getattr(self, f"{name}_") for name in _SCALING}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Manhattan:
        """Read what :meth:`to_arrays` gave."""
        scaling = {f"{name}_": arrays[name] for name in _SCALING if len(arrays["rows"])}
        return cls(
            names_=pd.Index([str(name) for name in arrays["names"]]),
            n_tasks_=int(arrays["n_tasks"]),
            rows_=arrays["rows"],
            **scaling,
        )
