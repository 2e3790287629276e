"""A vector of a whole table from pairs of its labelled rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from warmstart.similarity.embeddings.layers import dense, make_dense
from warmstart.similarity.embeddings.learned import LearnedEmbedding


class DIDA(LearnedEmbedding):
    r"""DIDA: layers on labelled rows that do not see the order of rows, columns or classes.

    .. math:: z_i = \tfrac{1}{n} \sum_j v\bigl(\tfrac{1}{d} \sum_k u(x_{ik}, x_{jk}),
              [y_i = y_j]\bigr), \qquad
              \varphi = w\bigl(\tfrac{1}{n^2} \sum_{ij} v'(z_i, z_j, [y_i = y_j])\bigr)

    For regression [y = y'] is :math:`\exp(-|y - y'|)` of the standardised target. Trained as
    :meth:`train` says.

    Parameters
    ----------
    n_hidden : int
        Width of the layers.
    n_out : int
        Length of the vector.
    random_state : int
        Of the weights before training.

    References
    ----------
    .. [1] De Bie, Rakotoarison, Peyré, Sebag. "Distribution-Based Invariant Deep Networks for
       Learning Meta-Features." 2020.
    """

    name = "dida"
    max_rows = 96

    def make_weights(self, rng: np.random.Generator) -> dict[str, Any]:
        """u of two values, v of its mean and the label, v' of two rows, w of the whole."""
        n = self.n_hidden
        return {
            **make_dense(rng, "u", (2, n, n)),
            **make_dense(rng, "v", (n + 1, n, n)),
            **make_dense(rng, "pair", (2 * n + 1, n, n)),
            **make_dense(rng, "w", (n, n, self.n_out)),
        }

    def forward(self, weights: Mapping[str, Any], x: Any, y: Any) -> Any:
        """Vector of one table; `x` has shape (n_rows, n_columns), `y` (n_rows, n_classes).

        Parameters
        ----------
        weights : mapping of str to ndarray
            Of the network.
        x : ndarray, shape (n_rows, n_columns)
        y : ndarray, shape (n_rows, n_classes)
        """
        n = x.shape[0]
        same = self.agreement(y)[:, :, None]
        one = x[:, None, :] + 0 * x[None]
        other = 0 * one + x[None]
        local = dense(weights, "u", self.stack([one, other])).mean(2)
        z = dense(weights, "v", self.concatenate([local, same])).mean(1)
        width = z.shape[1]
        first = (z[:, None, :] + 0 * z[None]).reshape(n, n, width)
        second = 0 * first + z[None]
        pair = dense(weights, "pair", self.concatenate([first, second, same]))
        return dense(weights, "w", pair.mean(1).mean(0))
