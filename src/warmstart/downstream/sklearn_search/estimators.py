"""Pipelines of the tabular space as estimators whose parameters are a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.metaestimators import available_if

from warmstart.spaces.pipelines.pipeline import build_estimator

if TYPE_CHECKING:
    import numpy as np
    from typing_extensions import Self

    from warmstart.domain import Schema


def _fitted_has(method: str) -> Any:
    def check(self: Any) -> bool:
        return hasattr(self.pipeline_, method)

    return check


class ConfiguredPipeline(BaseEstimator):  # type: ignore[misc]
    """A pipeline that is built when it is fitted, from whatever configuration it has then.

    Parameters
    ----------
    schema : Schema
        Of the data it will be fitted to.
    random_state : int
    **configuration :
        A whole configuration of the tabular space.

    Attributes
    ----------
    pipeline_ : sklearn.pipeline.Pipeline
    """

    def __init__(
        self, schema: Schema | None = None, random_state: int = 0, **configuration: Any
    ) -> None:
        self.schema, self.random_state = schema, random_state
        self.configuration = configuration

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - scikit-learn's
        """Schema, seed and every hyperparameter of the configuration."""
        return {
            "schema": self.schema,
            "random_state": self.random_state,
            **self.configuration,
        }

    def set_params(self, **params: Any) -> Self:
        """Set any of them; hyperparameters need not be there before."""
        for name, value in params.items():
            if name in ("schema", "random_state"):
                setattr(self, name, value)
            else:
                self.configuration[name] = value
        return self

    def unfitted(self) -> Any:
        """The pipeline that would be fitted now."""
        assert self.schema is not None  # whoever searches has read the data
        values: Mapping[str, Any] = self.configuration
        return build_estimator(values, self.schema, random_state=self.random_state)

    def fit(self, X: Any, y: Any, **fit_params: Any) -> Self:
        """Build the pipeline and fit it."""
        self.pipeline_ = self.unfitted().fit(X, y, **fit_params)
        return self

    def predict(self, X: Any) -> np.ndarray[Any, Any]:
        """Predict by the pipeline."""
        return self.pipeline_.predict(X)  # type: ignore[no-any-return]

    @available_if(_fitted_has("predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> np.ndarray[Any, Any]:
        """Class probabilities by the pipeline."""
        return self.pipeline_.predict_proba(X)  # type: ignore[no-any-return]

    @available_if(_fitted_has("decision_function"))  # type: ignore[untyped-decorator]
    def decision_function(self, X: Any) -> np.ndarray[Any, Any]:
        """Decision values by the pipeline."""
        return self.pipeline_.decision_function(X)  # type: ignore[no-any-return]


class ConfiguredClassifier(ClassifierMixin, ConfiguredPipeline):  # type: ignore[misc]
    """A classifier of the tabular space."""

    @property
    def classes_(self) -> np.ndarray[Any, Any]:
        """Labels, once fitted."""
        return self.pipeline_.classes_  # type: ignore[no-any-return]


class ConfiguredRegressor(RegressorMixin, ConfiguredPipeline):  # type: ignore[misc]
    """A regressor of the tabular space."""
