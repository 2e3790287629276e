"""Tasks compared by measures whose vectors stand among their meta-features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import NotFittedError
from warmstart.similarity.known.measures import MEASURES, vector_distances
from warmstart.similarity.quantiles import METAFEATURES, SIZE, QuantileNormaliser, columns_by

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What is remembered of one measure."""

    name: str
    columns: list[Any]
    normaliser: QuantileNormaliser | None
    """Of meta-features and sizes, which are compared by their quantiles."""

    known: Floats
    median: float
    """Distance of known tasks."""

    @classmethod
    def of(cls, name: str, frame: pd.DataFrame) -> _Part:
        columns = columns_by(frame.columns, (name,))
        normaliser = None
        known = frame[columns].to_numpy("float64")
        if name in (METAFEATURES, SIZE) and columns:
            normaliser = QuantileNormaliser.fit(frame[columns])
            known = normaliser.transform(frame[columns])
        each = [_distances(name, vector, known) for vector in known]
        apart = np.array(each)[np.triu_indices(len(known), 1)] if each else np.empty(0)
        apart = apart[np.isfinite(apart)]
        median = max(float(np.median(apart)), 1e-12) if len(apart) else 1.0
        return cls(
            name=name, columns=columns, normaliser=normaliser, known=known, median=median
        )

    def distances(self, metafeatures: pd.Series[Any] | None) -> Floats:
        if metafeatures is None or not self.columns:
            return np.full(len(self.known), np.inf)
        if self.normaliser is not None:
            vector = self.normaliser.transform(metafeatures.to_frame().T)[0]
        else:
            vector = metafeatures.reindex(self.columns).to_numpy("float64")
        return _distances(self.name, vector, self.known)


@dataclass(slots=True, kw_only=True)
class ByColumns:
    """Tasks compared by some measures' vectors, which stand among their meta-features.

    With several measures the distance is the mean of theirs, each in units of the median
    distance of known tasks.

    Parameters
    ----------
    by : sequence of str
        Measures, of :data:`~warmstart.similarity.known.measures.MEASURES`.

    References
    ----------
    .. [1] Feurer, Klein, Eggensperger, Springenberg, Blum, Hutter. "Efficient and Robust
       Automated Machine Learning." NeurIPS 2015 (near tasks by vectors of them; each
       measure's paper is in :data:`~warmstart.similarity.known.measures.MEASURES`).

    Examples
    --------
    >>> frame = pd.DataFrame({"dida:0": [0.0, 3.0], "dida:1": [0.0, 4.0]})
    >>> ByColumns(by=("dida",)).fit_frame(frame).distances(frame.iloc[0]).tolist()
    [0.0, 5.0]
    """

    by: tuple[str, ...]
    parts_: tuple[_Part, ...] | None = field(default=None, repr=False, compare=False)

    def fit(self, table: ScoreTable) -> Self:
        """Remember the tasks of a table by their columns."""
        phi = table.metafeatures
        frame = pd.DataFrame(index=table.task_ids)
        if phi is not None:
            frame = phi.reindex(table.task_ids)
        return self.fit_frame(frame)

    def fit_frame(self, frame: pd.DataFrame) -> Self:
        """Remember tasks, shape (n_tasks, n_columns); a task may lack a measure's vector."""
        self.parts_ = tuple(_Part.of(name, frame) for name in self.by)
        return self

    def distances(
        self,
        metafeatures: pd.Series[Any] | None = None,
        scores: Mapping[int, float] | None = None,  # noqa: ARG002 - not compared by results
    ) -> Floats:
        """Distance to each known task, shape (n_tasks,); infinite where one lacks a vector.

        Parameters
        ----------
        metafeatures : Series, optional
            Of the new task, with the measures' columns.
        scores : mapping, optional
            Not looked at.

        Raises
        ------
        NotFittedError
            If it was not fitted.
        """
        if self.parts_ is None:
            raise NotFittedError("fit the similarity to a table first")
        each = [part.distances(metafeatures) for part in self.parts_]
        if len(each) == 1:
            return each[0]
        scaled = [d / part.median for d, part in zip(each, self.parts_, strict=True)]
        result: Floats = np.mean(scaled, axis=0)
        return result

    @property
    def usual(self) -> float:
        """Median distance of known tasks."""
        return self.parts_[0].median if self.parts_ and len(self.parts_) == 1 else 1.0


def _distances(name: str, vector: Floats, known: Floats) -> Floats:
    """Distances by one measure; infinite where either lacks it."""
    norm = MEASURES[name].norm if name in MEASURES else "mean"
    both = np.isfinite(known).all(axis=1) & bool(np.isfinite(vector).all())
    found = np.full(len(known), np.inf)
    if both.any():
        found[both] = vector_distances(norm, vector, known[both])
    return found
