"""What sequences of steps are worth, by the steps they hold and which follows which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.stats import rankdata

from warmstart.architectures.encoding import NONE, Choices

Array = npt.NDArray[np.float64]

_FEWEST_RUNS = 10
"""Scores from which a known dataset teaches anything."""

_RIDGE = 1.0
_RANK, _TOP, _TOP_SHARE = 0.5, 0.3, 0.1
"""What is learnt of a known dataset: half its ranks, and .3 for those among its best tenth."""

_SPREAD = 0.29
"""Standard deviation of ranks from -1/2 to 1/2: the unit that scores told are brought to."""

_SIGNAL, _NOISE = 0.3, 0.09
"""Standard deviations of what a dataset has of its own: by steps and pairs, and by luck."""


class SequenceValue:
    r"""A linear belief over steps and pairs of neighbours, wherever in the sequence they stand.

    .. math:: v(a) = \phi(a)^\top (w + u), \quad u \sim \mathcal{N}(0, \sigma^2 I)

    :math:`\phi` marks steps and pairs (a bigram model of pipelines), scaled to length one; w
    is learnt from other datasets by ridge regression, a dataset's own u by what is told.

    Parameters
    ----------
    choices : Choices
        One step a place, in order; "none" is no step.
    scores : ndarray, shape (n_tasks, n_architectures), optional
        Of known datasets, NaN where not evaluated; without them nothing is known beforehand.
    optimism : float
        Standard deviations that are added to what is expected.

    References
    ----------
    .. [1] Drori et al. "AlphaD3M: Machine Learning Pipeline Synthesis." AutoML workshop at
       ICML 2018, arXiv:2111.02508.

    Examples
    --------
    >>> import pandas as pd
    >>> steps = Choices.of(pd.DataFrame({"one": ["scale", "tree"] * 6, "two": ["tree"] * 12}))
    >>> value = SequenceValue(steps, np.array([[0.9, 0.1] * 6]))
    >>> bool(value.worth()[0] > value.worth()[1])
    True
    """

    n_fewest: ClassVar[int] = 1
    """Scores before they move it: of one it is learnt which others are alike."""

    def __init__(
        self, choices: Choices, scores: Array | None = None, *, optimism: float = 2.0
    ) -> None:
        self._features = sequence_features(choices)
        n = self._features.shape[0]
        self.optimism = optimism
        self.expected = np.zeros(n) if scores is None else self._learnt(scores)
        """Of each architecture before anything is told, shape (n_architectures,)."""

        self._mean, self._std = self.expected, np.full(n, _SIGNAL)
        self._columns: dict[int, Array] = {}

    def worth(self) -> Array:
        """What may be hoped of each architecture, shape (n_architectures,)."""
        hoped: Array = self._mean + self.optimism * self._std
        return hoped

    def observe(self, places: Sequence[int], scores: Sequence[float]) -> None:
        """Take everything observed on the new dataset; standardised here.

        Parameters
        ----------
        places : sequence of int, length n
            Of the architectures.
        scores : sequence of float, length n
        """
        y, expected = np.asarray(scores, dtype=np.float64), self.expected[list(places)]
        spread = float(y.std())
        level = (y - y.mean()) * (_SPREAD / spread if spread > 0 else 0.0)
        across = np.stack([self._column(place) for place in places], axis=1)
        gram = across[list(places)] + _NOISE**2 * np.eye(len(y))
        solved = np.linalg.solve(gram, across.T)
        about = self.expected - expected.mean()
        self._mean = about + (level - about[list(places)]) @ solved
        left = _SIGNAL**2 - np.einsum("ij,ji->i", across, solved)
        self._std = np.sqrt(np.maximum(left, 0.0))

    def _column(self, place: int) -> Array:
        """Covariance of every architecture with one, shape (n_architectures,)."""
        if place not in self._columns:
            found = self._features @ self._features[[place]].T
            self._columns = {**self._columns, place: _SIGNAL**2 * found.toarray().ravel()}
        return self._columns[place]

    def _learnt(self, scores: Array) -> Array:
        """Ridge regression over the known datasets, each with the weight of its root count."""
        blocks, goals = [], []
        for row in scores:
            known = np.flatnonzero(np.isfinite(row))
            if len(known) < _FEWEST_RUNS or np.ptp(row[known]) == 0:
                continue
            rank = (rankdata(row[known]) - 0.5) / len(known)
            best = row[known] >= np.quantile(row[known], 1.0 - _TOP_SHARE)
            goal = _RANK * rank + _TOP * best
            weight = len(known) ** -0.25
            blocks.append(self._features[known] * weight)
            goals.append((goal - goal.mean()) * weight)
        if not blocks:
            return np.zeros(self._features.shape[0])
        x, y = sparse.vstack(blocks), np.concatenate(goals)
        gram = (x.T @ x).toarray() + _RIDGE * np.eye(x.shape[1])
        found: Array = self._features @ np.linalg.solve(gram, x.T @ y)
        return found


def sequence_features(choices: Choices, fewest: int = 5) -> sparse.csr_matrix:
    """Steps and neighbouring pairs of each sequence, rows of length one or empty.

    Parameters
    ----------
    choices : Choices
        A place of a single option says nothing, and is left out.
    fewest : int
        Sequences that a step or a pair must be in to count.

    Returns
    -------
    csr_matrix, shape (n_architectures, n_features)
    """
    words: dict[tuple[str, ...], int] = {}
    rows: list[int] = []
    columns: list[int] = []
    places = [p for p, options in enumerate(choices.options) if len(options) > 1]
    for k, row in enumerate(choices.codes):
        steps = [choices.options[p][row[p]] for p in places]
        steps = [step for step in steps if step != NONE]
        pairs = zip(["", *steps], [*steps, ""], strict=True)
        found = {words.setdefault(one, len(words)) for one in (*((s,) for s in steps), *pairs)}
        rows += [k] * len(found)
        columns += sorted(found)
    shape = len(choices.codes), len(words)
    marks = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
    marks = marks[:, np.asarray(marks.sum(axis=0)).ravel() >= fewest]
    length = np.sqrt(np.maximum(np.asarray(marks.sum(axis=1)).ravel(), 1.0))
    return sparse.csr_matrix(sparse.diags(1.0 / length) @ marks)
