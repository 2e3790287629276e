"""A recurrent network that draws one choice after the other, each knowing those before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart._extras import require

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


class RecurrentChoices:
    r"""An LSTM over places, which reads the choice before and gives logits of the next.

    .. math:: h_p = \mathrm{LSTM}(e(a_{p-1}), h_{p-1}), \quad
              \pi(a_p \mid a_{<p}) = \mathrm{softmax}(\ell_p + W_p h_p)

    :math:`\ell` are logits of each place as a factorised policy has them, so that a prior
    starts it; W begins at nothing: before the first step this is the factorised policy.
    All of it is moved by plain gradients.

    Parameters
    ----------
    logits : list of ndarray, shape (n_options,)
        One a place, to begin with.
    n_hidden : int
        Length of h and of the embedding e.
    seed : int
        Of the network's first weights.

    References
    ----------
    .. [1] Hochreiter, Schmidhuber. "Long Short-Term Memory." Neural Computation 9, 1997.
    .. [2] Zoph, Le. "Neural Architecture Search with Reinforcement Learning." ICLR 2017.

    Examples
    --------
    >>> even = RecurrentChoices([np.zeros(2), np.zeros(4)])
    >>> np.exp(even.log_chances(np.array([[0, 3]]))).round(6).tolist()
    [0.125]
    """

    def __init__(self, logits: Sequence[Array], n_hidden: int = 16, seed: int = 0) -> None:
        torch = require("torch", extra="torch")
        rng = np.random.default_rng(seed)
        self._sizes = [len(one) for one in logits]
        self._starts = np.cumsum([0, *self._sizes])
        n_options = int(self._starts[-1])
        self.cell = torch.nn.LSTMCell(n_hidden, n_hidden, dtype=torch.float64)
        reach = n_hidden**-0.5
        with torch.no_grad():
            for one in self.cell.parameters():
                one.copy_(torch.as_tensor(rng.uniform(-reach, reach, tuple(one.shape))))
        # The last row stands for the beginning, before any choice.
        words = reach * rng.standard_normal((n_options + 1, n_hidden))
        self.words = torch.tensor(words, requires_grad=True)
        self.base = torch.tensor(np.concatenate(list(logits)), requires_grad=True)
        self.head = torch.zeros(n_options, n_hidden, dtype=torch.float64, requires_grad=True)

    def parameters(self) -> list[Any]:
        """Tensors that are moved: logits, head, embedding, and the cell's."""
        return [self.base, self.head, self.words, *self.cell.parameters()]

    def sample(self, n: int, rng: np.random.Generator) -> Codes:
        """Architectures drawn with replacement, shape (n, n_places).

        Parameters
        ----------
        n : int
        rng : Generator
        """
        torch = require("torch", extra="torch")
        rows = np.zeros((n, len(self._sizes)), dtype=np.intp)
        with torch.no_grad():
            state = None
            for p in range(len(self._sizes)):
                logs, state = self._step(p, rows, state)
                heights = np.cumsum(np.exp(logs.numpy()), axis=1)
                lifted = rng.random((n, 1)) * heights[:, -1:]
                rows[:, p] = np.minimum((heights < lifted).sum(axis=1), self._sizes[p] - 1)
        return rows

    def log_chances(self, rows: Codes) -> Array:
        """Log-probabilities of architectures, shape (n,).

        Parameters
        ----------
        rows : ndarray of int, shape (n, n_places)
        """
        torch = require("torch", extra="torch")
        with torch.no_grad():
            found: Array = self._forward(rows)[0].numpy()
        return found

    def gradient(self, rows: Codes, weights: Array, entropy: float = 0.0) -> list[Array]:
        """Of what :meth:`ascend` climbs, by each of :meth:`parameters`.

        Parameters
        ----------
        rows : ndarray of int, shape (n, n_places)
        weights : ndarray, shape (n,)
        entropy : float
            Of each choice given those before it, summed over places, mean over `rows`.
        """
        torch = require("torch", extra="torch")
        chances, spread = self._forward(rows)
        goal = (torch.as_tensor(weights) * chances).sum() + entropy * spread
        found = torch.autograd.grad(goal, self.parameters(), allow_unused=True)
        return [
            np.zeros(tuple(one.shape)) if step is None else step.numpy()
            for one, step in zip(self.parameters(), found, strict=True)
        ]

    def ascend(self, rows: Codes, weights: Array, *, rate: float, entropy: float = 0.0) -> None:
        """One step up the weighted log-probabilities and the entropy.

        Parameters
        ----------
        rows : ndarray of int, shape (n, n_places)
        weights : ndarray, shape (n,)
        rate, entropy : float
        """
        torch = require("torch", extra="torch")
        steps = self.gradient(rows, weights, entropy)
        with torch.no_grad():
            for one, step in zip(self.parameters(), steps, strict=True):
                one += rate * torch.as_tensor(step)

    def _step(self, p: int, rows: Codes, state: Any) -> tuple[Any, Any]:
        """Log-probabilities of a place's options, (n, n_options), and the state after it."""
        torch = require("torch", extra="torch")
        start, end = int(self._starts[p]), int(self._starts[p + 1])
        before = np.full(len(rows), self._starts[-1])
        if p:
            before = rows[:, p - 1] + self._starts[p - 1]
        state = self.cell(self.words[torch.as_tensor(before)], state)
        logits = self.base[start:end] + state[0] @ self.head[start:end].T
        return torch.log_softmax(logits, dim=1), state

    def _forward(self, rows: Codes) -> tuple[Any, Any]:
        """Log-probabilities, (n,), and mean entropy of the choices on the way."""
        torch = require("torch", extra="torch")
        chances, spread, state = 0.0, 0.0, None
        for p in range(len(self._sizes)):
            logs, state = self._step(p, rows, state)
            chances = chances + logs.gather(1, torch.as_tensor(rows[:, p])[:, None])[:, 0]
            spread = spread - (logs.exp() * logs).sum(dim=1).mean()
        return chances, spread
