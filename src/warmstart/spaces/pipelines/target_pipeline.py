"""A scikit-learn pipeline that reads its target as the dataset was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklearn.pipeline import Pipeline

from warmstart.domain import TargetForm
from warmstart.errors import DatasetError
from warmstart.spaces.pipelines.stages.memory import shared_memory
from warmstart.spaces.pipelines.stages.sharing import share, unshared
from warmstart.tables.frames import n_rows_of, take_rows
from warmstart.tables.targets import rows_of, typed_target

if TYPE_CHECKING:
    import numpy as np
    from typing_extensions import Self


class TargetPipeline(Pipeline):  # type: ignore[misc]
    """A pipeline that takes every target that :func:`warmstart.suggest` takes.

    Rows whose target is missing or infinite are left out of fitting and scoring; numbers
    stored as words ("1,304"), durations, nullable and categorical types become numbers or
    labels that scikit-learn takes; labels of mixed types become strings.

    Parameters
    ----------
    steps, transform_input, memory, verbose :
        As in :class:`sklearn.pipeline.Pipeline`.
    task_type : {"binary", "multiclass", "regression"}, optional
        What the target is; without it the target is passed on as it is.
    target_form : TargetForm
        See :class:`warmstart.domain.Schema`.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> model = TargetPipeline([("model", Ridge(alpha=1e-9))], task_type="regression")
    >>> model.fit([[1], [2], [3]], ["1,001", None, "1,003"]).predict([[2]]).round().tolist()
    [1002.0]
    """

    steps: Any

    def __init__(
        self,
        steps: Any,
        *,
        task_type: str | None = None,
        target_form: TargetForm = "plain",
        transform_input: Any = None,
        memory: Any = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(steps, transform_input=transform_input, memory=memory, verbose=verbose)
        self.task_type = task_type
        self.target_form = target_form

    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Fit to the rows whose target is known.

        Raises
        ------
        DatasetError
            If X and y differ in length, or `y` cannot be a target of this kind.
        """
        X, y, params = self.known_rows(X, y, params)
        memory = shared_memory()
        if memory is None or self.memory is not None or len(self.steps) < 2:
            super().fit(X, y, **params)
            return self
        self.steps = unshared(share(self, memory).fit(X, y, **params)).steps
        return self

    def score(self, X: Any, y: Any = None, sample_weight: Any = None, **params: Any) -> float:
        """Score of the last step, on the rows whose target is known."""
        given = {**params, "sample_weight": sample_weight}
        X, y, given = self.known_rows(X, y, given)
        return float(super().score(X, y, **given))

    def fit_transform(self, X: Any, y: Any = None, **params: Any) -> np.ndarray[Any, Any]:
        """As the last step does, of the rows whose target is known."""
        X, y, params = self.known_rows(X, y, params)
        return super().fit_transform(X, y, **params)  # type: ignore[no-any-return]

    def known_rows(
        self, X: Any, y: Any, params: dict[str, Any]
    ) -> tuple[Any, Any, dict[str, Any]]:
        """X, y as scikit-learn takes it, and weights, of the rows whose target is known.

        Raises
        ------
        DatasetError
            If X and y differ in length, or `y` cannot be a target of this kind.
        """
        if self.task_type is None or y is None:
            return X, y, params
        read, positions = typed_target(y, self.task_type, self.target_form)
        n_rows, n_given = n_rows_of(X), n_rows_of_target(y)
        if n_rows != n_given:
            raise DatasetError(
                f"X has {n_rows:,} rows but y has {n_given:,} values; "
                "both must describe the same rows"
            )
        if len(read) == n_given:
            return X, read, params
        kept = {name: rows_of(value, n_rows, positions) for name, value in params.items()}
        return take_rows(X, positions), read, kept


def n_rows_of_target(y: Any) -> int:
    """How many values a target has."""
    shape = getattr(y, "shape", None)
    return int(shape[0]) if isinstance(shape, tuple) and shape else len(y)
