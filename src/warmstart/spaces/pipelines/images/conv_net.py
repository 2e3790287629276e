"""A small convolutional network on pixels that come as columns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from warmstart._extras import require

if TYPE_CHECKING:
    from typing_extensions import Self

_BATCH = 32


class ConvNetClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Convolutions, each followed by halving the image, and one dense layer; in torch.

    Columns are the pixels of square images, channel by channel, row by row, as
    :func:`warmstart.datasets.images.flat.load_images` lays them out.

    Parameters
    ----------
    width : int
        Filters of the first layer; each further one has twice as many.
    n_layers : int
    learning_rate : float
        Of Adam.
    weight_decay : float
    n_epochs : int
        Passes over the images.
    random_state : int

    Examples
    --------
    >>> X = np.random.default_rng(0).random((20, 16))
    >>> ConvNetClassifier(n_epochs=1).fit(X, list("ab") * 10).predict(X).shape
    (20,)
    """

    def __init__(
        self,
        *,
        width: int = 16,
        n_layers: int = 2,
        learning_rate: float = 1e-3,
        weight_decay: float = 1e-4,
        n_epochs: int = 10,
        random_state: int = 0,
    ) -> None:
        self.width = width
        self.n_layers = n_layers
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.n_epochs = n_epochs
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Train on pixels, shape (n_images, n_pixels).

        Raises
        ------
        MissingExtraError
            If torch is not installed.
        """
        torch = require("torch", extra="torch")
        X, y = validate_data(self, X, y, dtype="float32")
        self.classes_, codes = np.unique(y, return_inverse=True)
        self.shape_ = shape_of(X.shape[1])
        self.middle_, self.spread_ = float(X.mean()), float(X.std()) + 1e-6
        images, labels = self._images(torch, X), torch.from_numpy(codes.astype("int64"))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.random_state)
            self.network_ = self._network(torch)
            adam = torch.optim.AdamW(
                self.network_.parameters(),
                lr=self.learning_rate,
                weight_decay=self.weight_decay,
            )
            for _ in range(self.n_epochs):
                for part in torch.randperm(len(images)).split(_BATCH):
                    adam.zero_grad()
                    loss = torch.nn.functional.cross_entropy(
                        self.network_(images[part]), labels[part]
                    )
                    loss.backward()
                    adam.step()
        return self

    def predict_proba(self, X: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Probability of each class, shape (n_images, n_classes)."""
        check_is_fitted(self)
        torch = require("torch", extra="torch")
        X = validate_data(self, X, dtype="float32", reset=False)
        with torch.no_grad():
            logits = self.network_(self._images(torch, X))
            result: np.ndarray[Any, np.dtype[np.float64]] = (
                torch.softmax(logits.double(), dim=1).numpy().astype("float64")
            )
        return result

    def predict(self, X: Any) -> np.ndarray[Any, Any]:
        """The likeliest class of each, shape (n_images,)."""
        chances = self.predict_proba(X)
        result: np.ndarray[Any, Any] = self.classes_[chances.argmax(axis=1)]
        return result

    def _images(self, torch: Any, X: Any) -> Any:
        scaled = np.ascontiguousarray((X - self.middle_) / self.spread_)
        return torch.from_numpy(scaled).reshape(-1, *self.shape_)

    def _network(self, torch: Any) -> Any:
        nn = torch.nn
        layers: list[Any] = []
        n_in, width = self.shape_[0], self.width
        for _ in range(self.n_layers):
            layers += [nn.Conv2d(n_in, width, 3, padding=1), nn.ReLU()]
            layers += [nn.MaxPool2d(2, ceil_mode=True)]
            n_in, width = width, 2 * width
        return nn.Sequential(*layers, nn.Flatten(), nn.LazyLinear(len(self.classes_)))


def shape_of(n_pixels: int) -> tuple[int, int, int]:
    """Channels, height and width of so many pixels: squares, grey or of three channels.

    Anything else is one row.

    Examples
    --------
    >>> shape_of(256), shape_of(192), shape_of(30)
    ((1, 16, 16), (3, 8, 8), (1, 1, 30))
    """
    for channels in (1, 3):
        side = math.isqrt(n_pixels // channels)
        if channels * side * side == n_pixels:
            return channels, side, side
    return 1, 1, n_pixels
