"""Hand-made meta-features as a vector: each value becomes its quantile among known tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import NotFittedError
from warmstart.similarity.laplace import mean_distance
from warmstart.similarity.quantiles import QuantileNormaliser
from warmstart.similarity.task_view import TaskView, require_part

if TYPE_CHECKING:
    from typing_extensions import Self

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(slots=True, kw_only=True)
class MetafeatureEmbedding:
    """Mean absolute difference of the quantiles of meta-features.

    References
    ----------
    .. [1] Vanschoren. "Meta-Learning: A Survey." 2018.

    Examples
    --------
    >>> known = [TaskView(metafeatures=pd.Series({"rows": n})) for n in (10.0, 20.0, 30.0)]
    >>> measure = MetafeatureEmbedding().fit(known)
    >>> int(measure.distances(TaskView(metafeatures=pd.Series({"rows": 29.0}))).argmin())
    1
    """

    normaliser_: QuantileNormaliser | None = field(default=None, repr=False, compare=False)
    vectors_: Floats | None = field(default=None, repr=False, compare=False)

    def fit(self, views: Sequence[TaskView]) -> Self:
        """Learn what is usual, and keep each task's quantiles.

        Raises
        ------
        SimilarityError
            If a task has no meta-features.
        """
        frame = pd.DataFrame(
            [
                require_part(view, "metafeatures", "metafeatures").rename(k)
                for k, view in enumerate(views)
            ]
        )
        self.normaliser_ = QuantileNormaliser.fit(frame)
        self.vectors_ = self.normaliser_.transform(frame)
        return self

    def transform(self, view: TaskView) -> Floats:
        """Quantiles of a task's meta-features, shape (n_features,); 0.5 where there is none."""
        phi = require_part(view, "metafeatures", "metafeatures")
        if self.normaliser_ is None:
            raise NotFittedError("fit the meta-features to known tasks first")
        result: Floats = self.normaliser_.transform(phi.to_frame().T)[0]
        return result

    def distances(self, view: TaskView) -> Floats:
        """Mean absolute difference to each known task, shape (n_tasks,), in [0, 1]."""
        vector = self.transform(view)
        assert self.vectors_ is not None  # both are set by fit
        found: Floats = mean_distance(vector[None], self.vectors_)[0]
        return found

    def arrays(self) -> dict[str, Any]:
        """Sorted known values, their names in UTF-8, and the quantiles: numbers."""
        if self.normaliser_ is None or self.vectors_ is None:
            raise NotFittedError("fit the meta-features to known tasks first")
        names = "\n".join(self.normaliser_.names).encode()
        return {
            "grid": self.normaliser_.grid,
            "names": np.frombuffer(names, dtype=np.uint8).astype(np.int16),
            "vectors": self.vectors_,
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, Any]) -> Self:
        """Take up what :meth:`arrays` gave."""
        names = np.asarray(arrays["names"]).astype(np.uint8).tobytes().decode()
        made = cls()
        made.normaliser_ = QuantileNormaliser(
            tuple(names.split("\n")) if names else (), np.asarray(arrays["grid"])
        )
        made.vectors_ = np.asarray(arrays["vectors"], dtype="float64")
        return made
