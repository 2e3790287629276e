"""What choices are worth, one by one and in neighbouring pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from warmstart.architectures.encoding import Choices, choices_of
from warmstart.errors import NotFittedError

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

_RIDGE = 1.0
"""Evaluations' worth of belief in what other datasets say of each choice."""


class LinearValue:
    r"""Log-odds that an architecture is among the best, by its choices and neighbouring pairs.

    .. math:: v(a) = \sum_p u_p(a_p) + \sum_p q_p(a_{p-1}, a_p)

    u compares how common a choice is among the best of the known datasets with how common it
    is among all, q does so for pairs beyond their choices: a bigram model of what was good.
    Both are moved by ridge regression to what was observed on the new dataset.

    Parameters
    ----------
    choices : Choices
    scores : ndarray, shape (n_tasks, n_architectures), optional
        Of known datasets; without them all weights are 0 until something is observed.
    top_share : float
        Share of a dataset's architectures that count as its best.
    """

    n_fewest: ClassVar[int] = 2
    """Scores before they move it."""

    def __init__(
        self, choices: Choices, scores: Array | None = None, *, top_share: float = 0.01
    ) -> None:
        self._codes = choices.codes
        self._sizes = [len(options) for options in choices.options]
        pairs = [a * b for a, b in zip(self._sizes[:-1], self._sizes[1:], strict=True)]
        self._starts = np.cumsum([0, *self._sizes, *pairs])
        self._n_places = len(self._sizes)
        self._rows, self._targets = np.zeros((0, self.n_features)), np.zeros(0)
        self.first = np.zeros(self.n_features)
        """Weights before anything is observed."""

        if scores is not None:
            self.first = self._learnt(choices.codes, scores, top_share)
        self.weights = self.first.copy()

    @property
    def n_features(self) -> int:
        """Choices of one place, and of two places beside each other."""
        return int(self._starts[-1])

    def columns(self, codes: Codes) -> Codes:
        """Features that architectures have, shape (n, 2 n_places - 1)."""
        n = self._n_places
        singles = codes + self._starts[:n]
        pairs = codes[:, :-1] * np.array(self._sizes[1:], dtype=np.intp) + codes[:, 1:]
        return np.hstack([singles, pairs + self._starts[n:-1]]).astype(np.intp)

    def observe(self, places: Sequence[int], scores: Sequence[float]) -> None:
        """Take everything observed on the new dataset; standardised here.

        Parameters
        ----------
        places : sequence of int, length n
            Of the architectures.
        scores : sequence of float, length n
        """
        y = np.asarray(scores, dtype=np.float64)
        x = self._features(self._codes[list(places)])
        # On the scale of what the known datasets make of these.
        expected = x @ self.first
        spread = float(y.std())
        scale = (float(expected.std()) or 1.0) if len(y) > 2 else 1.0
        z = expected.mean() + scale * (y - y.mean()) / (spread if spread > 0 else 1.0)
        # As many unknowns as evaluations: far fewer than there are weights.
        gram = x @ x.T + _RIDGE * np.eye(len(y))
        self.weights = self.first + x.T @ np.linalg.solve(gram, z - expected)

    def gains(self, depth: int, previous: int) -> Array:
        """What each option of a place adds, given the choice before it, shape (n_options,).

        Parameters
        ----------
        depth : int
            The place.
        previous : int
            Choice of the place before; ignored for the first place.
        """
        start, size = self._starts[depth], self._sizes[depth]
        found = self.weights[start : start + size].copy()
        if depth:
            at = self._starts[self._n_places + depth - 1] + previous * size
            found += self.weights[at : at + size]
        result: Array = found
        return result

    def most(self, depth: int) -> float:
        """The most a choice of a place adds by itself."""
        start = self._starts[depth]
        return float(self.weights[start : start + self._sizes[depth]].max())

    def _features(self, codes: Codes) -> Array:
        x = np.zeros((len(codes), self.n_features))
        np.put_along_axis(x, self.columns(codes), 1.0, axis=1)
        return x

    def _learnt(self, codes: Codes, scores: Array, top_share: float) -> Array:
        """Log-odds of a choice, and of a pair beyond its choices, among each dataset's best."""
        good, usual = np.zeros(self.n_features), np.zeros(self.n_features)
        columns = self.columns(codes)
        for row in scores:
            known = np.flatnonzero(np.isfinite(row))
            n = max(round(top_share * len(known)), 1)
            best = known[np.argsort(-row[known], kind="stable")[:n]]
            good += self._shares(columns[best]) / len(scores)
            usual += self._shares(columns[known]) / len(scores)
        odds: Array = np.log(good) - np.log(usual)
        n_places = self._n_places
        for p in range(n_places - 1):
            left, right = odds[self._block(p)], odds[self._block(p + 1)]
            odds[self._block(n_places + p)] -= np.add.outer(left, right).ravel()
        return odds

    def _shares(self, columns: Codes) -> Array:
        """How common each feature is among others of its place, shape (n_features,)."""
        counts = np.bincount(columns.ravel(), minlength=self.n_features).astype(np.float64)
        for block in map(self._block, range(len(self._starts) - 1)):
            # One more evaluation, spread evenly over the options.
            counts[block] += 1.0 / len(counts[block])
            counts[block] /= counts[block].sum()
        return counts

    def _block(self, k: int) -> slice:
        return slice(int(self._starts[k]), int(self._starts[k + 1]))


@dataclass(slots=True)
class LedByValue:
    """What searches share that such a value leads: cold it begins from nothing.

    Parameters
    ----------
    warm : bool
    """

    reads_configurations: ClassVar[bool] = True
    random_answers: ClassVar[bool] = True
    warm: bool = True
    choices_: Choices | None = field(default=None, repr=False, compare=False)
    scores_: Array | None = field(default=None, repr=False, compare=False)
    rng_: np.random.Generator = field(
        default_factory=np.random.default_rng, repr=False, compare=False
    )

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Learn what the best had in common; a cold search takes only the choices.

        Parameters
        ----------
        table : ScoreTable
            Scores of known datasets, (n_tasks, n_architectures).
        random_state : int
        """
        self.choices_ = choices_of(table)
        self.scores_ = table.scores if self.warm else None
        self.rng_ = np.random.default_rng(random_state)
        return self

    def _begun(self) -> tuple[Choices, LinearValue]:
        """The choices, and a value of a new dataset's own."""
        if self.choices_ is None:
            raise NotFittedError("fit the search to a table first")
        return self.choices_, LinearValue(self.choices_, self.scores_)
