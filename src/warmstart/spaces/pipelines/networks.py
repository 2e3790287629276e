"""Neural networks whose number of rounds is a hyperparameter, not a limit to be reached."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

if TYPE_CHECKING:
    from typing_extensions import Self


class NetworkClassifier(MLPClassifier):  # type: ignore[misc]
    """:class:`sklearn.neural_network.MLPClassifier` that stops after `max_iter` in silence.

    Few rounds keep a network from learning its noise, so they were tuned; scikit-learn warns
    at each fit that more would fit the training data better.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """As scikit-learn does."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            super().fit(X, y, **_if_given(sample_weight))
        return self


class NetworkRegressor(MLPRegressor):  # type: ignore[misc]
    """:class:`sklearn.neural_network.MLPRegressor` that stops after `max_iter` in silence."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """As scikit-learn does."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            super().fit(X, y, **_if_given(sample_weight))
        return self


def _if_given(sample_weight: Any) -> dict[str, Any]:
    # scikit-learn before 1.7 takes no weights here.
    return {} if sample_weight is None else {"sample_weight": sample_weight}
