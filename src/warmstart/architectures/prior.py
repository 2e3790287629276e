"""What other datasets found, as a prior over choices, architectures and their scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.architectures.encoding import Choices, choices_of
from warmstart.errors import ArgumentError, NotFittedError

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable

Array = npt.NDArray[np.float64]

_FEWEST_SEEN = 5
"""Scores of the new dataset from which they say which known ones it is like."""

_SHARPNESS = 5.0
"""Weights are exp of so many times the rank correlation."""

_HALF_BELIEVED = 30
"""Scores of the new dataset at which a rank correlation counts half of what it says."""

_RIDGE = 1e-3


@dataclass(slots=True)
class ArchitecturePrior:
    r"""One prior that starts any architecture search.

    A choice o of place p has the log-odds

    .. math:: \ell_{p}(o) = \log \frac{\sum_t w_t\, n_{t}(p, o) + s}{\sum_t w_t\, n_t + s K_p}
              - \log \frac{n(p, o) + s}{n + s K_p}

    where :math:`n_t(p, o)` counts those among dataset t's best architectures that made it,
    n(p, o) those among all, :math:`K_p` the options of the place and w the weights of the
    known datasets. An architecture is expected to score the weighted mean of its scores on
    the known datasets, each as a share of that dataset's range; where it was not tried, what
    its choices add up to.

    Parameters
    ----------
    top_share : float
        Share of a dataset's architectures that count as its best.
    smoothing : float
        s: counts that every choice has beforehand.

    References
    ----------
    .. [1] Zoph, Le. "Neural Architecture Search with Reinforcement Learning." ICLR 2017
       (what the logits start).
    .. [2] Grobelnik, Vanschoren. "Warm-starting DARTS using Meta-learning."
       arXiv:2205.06355, 2022.

    Examples
    --------
    >>> from warmstart.metadataset.core.score_table import ScoreTable
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1, 0.2]]), task_ids=pd.RangeIndex(1),
    ...     configuration_ids=pd.Index(list("abcd")), families=np.arange(1),
    ...     configurations=pd.DataFrame(
    ...         {"edge": ["conv", "conv", "skip", "skip"], "act": ["relu", "tanh"] * 2}))
    >>> prior = ArchitecturePrior(top_share=0.5).fit(table)
    >>> edge, act = prior.logits()
    >>> bool(edge[0] > edge[1]), bool(act[0] == act[1])
    (True, True)
    >>> prior.first(2)
    [0, 1]
    """

    top_share: float = 0.01
    smoothing: float = 1.0
    choices_: Choices | None = field(default=None, repr=False)
    scores_: Array | None = field(default=None, repr=False)
    """As a share of each dataset's range, shape (n_tasks, n_architectures)."""

    def __post_init__(self) -> None:
        if not 0 < self.top_share <= 1:
            raise ArgumentError(f"top_share is a share above 0, got {self.top_share}")
        if not self.smoothing > 0:
            raise ArgumentError(f"smoothing must be positive, got {self.smoothing}")

    def fit(self, table: ScoreTable) -> Self:
        """Learn from the datasets of a table."""
        self.choices_ = choices_of(table)
        self.scores_ = 1.0 - table.regret()
        return self

    def weights(self, seen: Mapping[int, float] | None = None) -> Array:
        """Weights of the known datasets, shape (n_tasks,), summing to one.

        Parameters
        ----------
        seen : mapping of int to float, optional
            Scores of the new dataset so far, by architecture. From five on, a dataset
            weighs by how alike it ranks them, the more the more there are, for a correlation of
            a few scores is mostly luck; before, all weigh the same.
        """
        _, scores = self._fitted()
        even = np.full(len(scores), 1.0 / len(scores))
        if seen is None or len(seen) < _FEWEST_SEEN:
            return even
        found = pd.Series(seen, dtype="float64").rank()
        agreement = np.zeros(len(scores))
        for t, row in enumerate(scores):
            known = pd.Series(row[list(seen)], index=found.index).rank()
            both = known.notna() & found.notna()
            if both.sum() >= _FEWEST_SEEN and known[both].std() and found[both].std():
                agreement[t] = np.corrcoef(known[both], found[both])[0, 1]
        believed = len(found) / (len(found) + _HALF_BELIEVED)
        raw = np.exp(_SHARPNESS * believed * agreement)
        weights: Array = raw / raw.sum()
        return weights

    def logits(self, weights: Array | None = None) -> list[Array]:
        """Log-odds of each place's choices, one array of shape (n_options,) a place.

        Parameters
        ----------
        weights : ndarray, shape (n_tasks,), optional
        """
        choices, scores = self._fitted()
        share = self.weights() if weights is None else np.asarray(weights, dtype=float)
        best = np.zeros(scores.shape[1])
        for weight, row in zip(share, scores, strict=True):
            known = np.flatnonzero(np.isfinite(row))
            n = max(round(self.top_share * len(known)), 1)
            best[known[np.argsort(-row[known], kind="stable")[:n]]] += weight * len(scores)
        found = []
        for p, options in enumerate(choices.options):
            column, k = choices.codes[:, p], len(options)
            good = np.bincount(column, weights=best, minlength=k) + self.smoothing
            usual = np.bincount(column, minlength=k) + self.smoothing
            found.append(np.log(good / good.sum()) - np.log(usual / usual.sum()))
        return found

    def expected(self, weights: Array | None = None) -> Array:
        """Expected score of every architecture, 1 the best known, shape (n_architectures,)."""
        choices, scores = self._fitted()
        share = self.weights() if weights is None else np.asarray(weights, dtype=float)
        known = np.isfinite(scores)
        weight = share @ known
        total = share @ np.where(known, scores, 0.0)
        means = total / np.where(weight > 0, weight, 1.0)
        if (weight > 0).all():
            return np.asarray(means)
        informed = weight > 0
        if sum(map(len, choices.options)) >= len(means):  # nothing is shared by two of them
            return np.asarray(
                np.where(informed, means, means[informed].mean() if informed.any() else 0.0)
            )
        x = np.column_stack([np.ones(len(means)), choices.one_hot()])
        gram = x[informed].T @ x[informed] + _RIDGE * np.eye(x.shape[1])
        effects = np.linalg.solve(gram, x[informed].T @ means[informed])
        return np.asarray(np.where(informed, means, x @ effects))

    def first(self, n: int, weights: Array | None = None) -> list[int]:
        """The `n` architectures expected to be best, best first."""
        order = np.argsort(-self.expected(weights), kind="stable")
        return [int(k) for k in order[:n]]

    def _fitted(self) -> tuple[Choices, Array]:
        if self.choices_ is None or self.scores_ is None:
            raise NotFittedError("fit the architecture prior to a table first")
        return self.choices_, self.scores_
