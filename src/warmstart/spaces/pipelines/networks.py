"""Neural networks whose number of rounds is a hyperparameter, not a limit to be reached."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

if TYPE_CHECKING:
    from typing_extensions import Self


_KEPT: ContextVar[frozenset[int]] = ContextVar("epochs whose weights are kept")


@contextmanager
def keeping_epochs(epochs: Collection[int]) -> Iterator[None]:
    """Networks fitted meanwhile keep their weights after these epochs, in `epoch_weights_`.

    They are fitted as ever, to the last bit.
    """
    token = _KEPT.set(frozenset(epochs))
    try:
        yield
    finally:
        _KEPT.reset(token)


class _ByEpochs:
    """What a network weighed after some of its epochs."""

    epoch_weights_: dict[int, tuple[list[Any], list[Any]]]

    def _update_no_improvement_count(self, *args: Any, **kwargs: Any) -> None:
        """Called by scikit-learn after each epoch; of releases that do not, nothing is kept."""
        super()._update_no_improvement_count(*args, **kwargs)  # type: ignore[misc]
        network: Any = self
        if network.n_iter_ in _KEPT.get(frozenset()):
            weights = [layer.copy() for layer in network.coefs_]
            self.epoch_weights_[network.n_iter_] = (
                weights,
                [layer.copy() for layer in network.intercepts_],
            )


class NetworkClassifier(_ByEpochs, MLPClassifier):  # type: ignore[misc]
    """:class:`sklearn.neural_network.MLPClassifier` that stops after `max_iter` in silence.

    Few rounds keep a network from learning its noise, so they were tuned; scikit-learn warns
    at each fit that more would fit the training data better.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """As scikit-learn does."""
        self.epoch_weights_ = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            super().fit(X, y, **_if_given(sample_weight))
        return self


class NetworkRegressor(_ByEpochs, MLPRegressor):  # type: ignore[misc]
    """:class:`sklearn.neural_network.MLPRegressor` that stops after `max_iter` in silence."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """As scikit-learn does."""
        self.epoch_weights_ = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            super().fit(X, y, **_if_given(sample_weight))
        return self


def _if_given(sample_weight: Any) -> dict[str, Any]:
    # scikit-learn before 1.7 takes no weights here.
    return {} if sample_weight is None else {"sample_weight": sample_weight}
