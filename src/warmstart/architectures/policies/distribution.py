"""Distributions over architectures that a policy samples from and moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


class ChoiceDistribution(Protocol):
    """Probabilities of architectures, one choice a place, and how to raise them."""

    def sample(self, n: int, rng: np.random.Generator) -> Codes:
        """Architectures drawn with replacement, shape (n, n_places).

        Parameters
        ----------
        n : int
        rng : Generator
        """
        ...

    def log_chances(self, rows: Codes) -> Array:
        """Log-probabilities of architectures, shape (n,).

        Parameters
        ----------
        rows : ndarray of int, shape (n, n_places)
        """
        ...

    def ascend(self, rows: Codes, weights: Array, *, rate: float, entropy: float = 0.0) -> None:
        r"""One step up :math:`\sum_i w_i \log \pi(a_i) + \beta H(\pi)`.

        Parameters
        ----------
        rows : ndarray of int, shape (n, n_places)
        weights : ndarray, shape (n,)
            w, of either sign.
        rate : float
        entropy : float
            :math:`\beta`.
        """
        ...


class FactorisedChoices:
    """Each place is drawn by itself, from the softmax of its logits.

    Parameters
    ----------
    logits : list of ndarray, shape (n_options,)
        One a place.

    Examples
    --------
    >>> even = FactorisedChoices([np.zeros(2), np.zeros(4)])
    >>> np.exp(even.log_chances(np.array([[0, 3]]))).round(6).tolist()
    [0.125]
    """

    def __init__(self, logits: Sequence[Array]) -> None:
        self.logits = [np.array(one, dtype=np.float64) for one in logits]

    def probabilities(self) -> list[Array]:
        """Of each place's choices, one array of shape (n_options,) a place."""
        return [softmax(one) for one in self.logits]

    def sample(self, n: int, rng: np.random.Generator) -> Codes:
        """See :class:`ChoiceDistribution`.

        Parameters
        ----------
        n : int
        rng : Generator
        """
        drawn = [rng.choice(len(share), size=n, p=share) for share in self.probabilities()]
        return np.stack(drawn, axis=1).astype(np.intp)

    def log_chances(self, rows: Codes) -> Array:
        """See :class:`ChoiceDistribution`.

        Parameters
        ----------
        rows : ndarray of int, shape (n, n_places)
        """
        total = np.zeros(len(rows))
        for p, share in enumerate(self.probabilities()):
            total += np.log(np.maximum(share, 1e-300))[rows[:, p]]
        return total

    def gradient(self, rows: Codes, weights: Array, entropy: float = 0.0) -> list[Array]:
        """Of what :meth:`ascend` climbs, by the logits: one array a place.

        Parameters
        ----------
        rows : ndarray of int, shape (n, n_places)
        weights : ndarray, shape (n,)
        entropy : float
        """
        steps: list[Array] = []
        for p, share in enumerate(self.probabilities()):
            pushed = np.bincount(rows[:, p], weights=weights, minlength=len(share))
            logs = np.log(np.maximum(share, 1e-300))
            spread = share * (logs - share @ logs)
            steps.append(pushed - weights.sum() * share - entropy * spread)
        return steps

    def ascend(self, rows: Codes, weights: Array, *, rate: float, entropy: float = 0.0) -> None:
        """See :class:`ChoiceDistribution`.

        Parameters
        ----------
        rows : ndarray of int, shape (n, n_places)
        weights : ndarray, shape (n,)
        rate, entropy : float
        """
        for p, step in enumerate(self.gradient(rows, weights, entropy)):
            self.logits[p] = self.logits[p] + rate * step


def softmax(logits: Array) -> Array:
    """Shares that logits stand for, of the same shape.

    Parameters
    ----------
    logits : ndarray, shape (n_options,)
    """
    raised = np.exp(logits - logits.max())
    share: Array = raised / raised.sum()
    return share
