"""A vector of a whole table, learned so that parts of one table lie close together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from warmstart.similarity.embeddings.layers import dense, make_dense
from warmstart.similarity.embeddings.learned import LearnedEmbedding


class Dataset2Vec(LearnedEmbedding):
    r"""Dataset2Vec: a network of pairs (one column's value, one class's indicator).

    .. math:: \varphi(D) = h\Bigl(\tfrac{1}{MT} \sum_{m,t} g\bigl(\tfrac{1}{N} \sum_i
              f(x_{im}, y_{it})\bigr)\Bigr)

    over the M columns, T classes and N rows, so that the order of none matters. For
    regression the one y is the standardised target. It is trained to tell whether two
    patches of rows and columns are of one table; see :meth:`train`.

    Parameters
    ----------
    n_hidden : int
        Width of the layers.
    n_out : int
        Length of the vector.
    random_state : int
        Of the weights before training. An untrained one is a control no paper shows.

    References
    ----------
    .. [1] Jomaa, Schmidt-Thieme, Grabocka. "Dataset2Vec: Learning Dataset Meta-Features."
       Data Mining and Knowledge Discovery 35, 2021.

    Examples
    --------
    >>> from warmstart.similarity.task_view import SampledRows
    >>> rng = np.random.default_rng(0)
    >>> rows = SampledRows(X=rng.normal(size=(20, 3)), y=rng.integers(2, size=20),
    ...                    is_classification=True)
    >>> Dataset2Vec(n_out=8).embed(rows).shape
    (8,)
    """

    name = "dataset2vec"

    def make_weights(self, rng: np.random.Generator) -> dict[str, Any]:
        """Three networks: f of (x, y), g of its mean over rows, h of g's mean."""
        n = self.n_hidden
        return {
            **make_dense(rng, "f", (2, n, n, n, n)),
            **make_dense(rng, "g", (n, n, n)),
            **make_dense(rng, "h", (n, n, self.n_out)),
        }

    def forward(self, weights: Mapping[str, Any], x: Any, y: Any) -> Any:
        """Vector of one table.

        Parameters
        ----------
        weights : mapping
        x : array, shape (n_rows, n_columns)
        y : array, shape (n_rows, n_classes)
            Indicators of the classes, or one column of the standardised target.
        """
        # Every column's value beside every class's indicator, (n_rows, n_columns, n_classes).
        values = x[:, :, None] + 0 * y[:, None, :]
        labels = y[:, None, :] + 0 * x[:, :, None]
        pairs = self.stack([values, labels])
        inner = dense(weights, "f", pairs).mean(0)
        return dense(weights, "h", dense(weights, "g", inner).mean(1).mean(0))
