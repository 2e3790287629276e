"""A Gaussian process with a kernel of edit distances, about what other datasets found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.linalg import cho_factor, cho_solve

from warmstart.architectures.prior import ArchitecturePrior
from warmstart.errors import ArgumentError, NotFittedError
from warmstart.models.belief import IndependentBelief
from warmstart.models.log_loss import ideal_score

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable

Array = npt.NDArray[np.float64]

_NOISE = 1e-3
"""Variance of a score's noise, in units of the process."""


@dataclass(slots=True)
class EditGP:
    r"""A Gaussian process over architectures, which any acquisition function may ask.

    .. math:: k(a, b) = \exp(-d(a, b) / \ell), \quad
              y(a) = c + m\, \mu(a) + s f(a)

    d counts the places in which two architectures differ. :math:`\mu` is the prior's
    expected score; slope m, level c and scale s are those of the scores told, by least
    squares drawn to m of the known datasets. Cold, :math:`\mu` is nothing and the first
    architectures are random; warm, the first are the prior's. The scale is that of scores, not
    of log losses: an edit's effect on an accuracy is what the kernel describes.

    Parameters
    ----------
    n_initial : int
        Architectures before the process is asked.
    length : float
        :math:`\ell`, in differing places.
    warm : bool

    References
    ----------
    .. [1] Jin, Song, Hu. "Auto-Keras: An Efficient Neural Architecture Search System."
       KDD 2019.

    Examples
    --------
    >>> from warmstart.metadataset.core.score_table import ScoreTable
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1, 0.2]]), task_ids=pd.RangeIndex(1),
    ...     configuration_ids=pd.Index(list("abcd")), families=np.arange(1),
    ...     configurations=pd.DataFrame(
    ...         {"edge": ["conv", "conv", "skip", "skip"], "act": ["relu", "tanh"] * 2}))
    >>> EditGP(n_initial=2).fit(table).start().design[:2]
    [0, 1]
    """

    gives_belief: ClassVar[bool] = True
    reads_configurations: ClassVar[bool] = True
    random_answers: ClassVar[bool] = True
    n_initial: int = 5
    length: float = 3.0
    warm: bool = True
    ideal_: float = field(default=0.0, repr=False, compare=False)
    range_: tuple[float, float] = field(default=(0.0, 1.0), repr=False, compare=False)
    """Mean worst and mean best score of the known datasets."""

    prior_: ArchitecturePrior | None = field(default=None, repr=False, compare=False)
    rng_: np.random.Generator = field(
        default_factory=np.random.default_rng, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if self.n_initial < 1:
            raise ArgumentError(f"n_initial must be at least 1, got {self.n_initial}")
        if not self.length > 0:
            raise ArgumentError(f"length must be positive, got {self.length}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Learn the prior; a cold process takes only the choices from it."""
        self.prior_ = ArchitecturePrior().fit(table)
        self.ideal_ = ideal_score(table)
        known = table.scores[np.isfinite(table.scores).any(axis=1)]
        if len(known):
            lowest, highest = np.nanmin(known, axis=1), np.nanmax(known, axis=1)
            self.range_ = float(lowest.mean()), float(highest.mean())
        self.rng_ = np.random.default_rng(random_state)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> EditGPBelief:  # noqa: ARG002
        """Begin a dataset with a process of its own."""
        if self.prior_ is None or self.prior_.choices_ is None:
            raise NotFittedError("fit the process to a table first")
        n = len(self.prior_.choices_.codes)
        order = self.prior_.first(n) if self.warm else self.rng_.permutation(n)
        return EditGPBelief(self, [int(k) for k in order])


class EditGPBelief(IndependentBelief):
    """The process of one dataset: a Gaussian over each score, as a response with its sign
    turned."""

    def __init__(self, model: EditGP, design: Sequence[int]) -> None:
        assert model.prior_ is not None  # it was started
        assert model.prior_.choices_ is not None
        self.design, self.n_initial, self.ideal = design, model.n_initial, model.ideal_
        self._choices, self._prior = model.prior_.choices_, model.prior_
        self._length, self._warm, self._range = model.length, model.warm, model.range_
        self._rows: list[Array] = []
        self._observed: list[int] = []
        self._scores: list[float] = []

    @property
    def observed(self) -> Sequence[int]:
        """Architectures told."""
        return self._observed

    def response(self, score: float) -> float:
        """A score with its sign turned: lower is better."""
        return -float(score)

    def score(self, responses: Array) -> Array:
        """Responses as scores, none above the ideal one."""
        return np.minimum(-responses, self.ideal)

    def tell(self, index: int, score: float) -> None:
        """Learn a finite score.

        Parameters
        ----------
        index : int
            Place of the architecture.
        score : float
            Higher is better.
        """
        self._observed.append(int(index))
        self._scores.append(float(score))
        self._rows.append(np.exp(-self._choices.distances(int(index)) / self._length))

    def predict(self) -> tuple[Array, Array, float]:
        """Means and standard deviations of every response, and the lowest told."""
        if not self._scores:
            worst, best = self._range
            share = self._prior.expected() if self._warm else np.full(len(self.design), 0.5)
            usual = 0.25 * (best - worst) or 1.0
            return -(worst + (best - worst) * share), np.full(len(share), usual), np.inf
        mean, std = self._posterior()
        return -mean, std, -max(self._scores)

    def _posterior(self) -> tuple[Array, Array]:
        """Means and standard deviations of every score, (n_architectures,) each."""
        y, mean = np.array(self._scores), self._mean()
        spread = float(np.std(y - mean[self._observed])) or 1.0
        across = np.stack(self._rows)
        gram = across[:, self._observed] + _NOISE * np.eye(len(y))
        factor = cho_factor(gram, lower=True)
        rest = cho_solve(factor, (y - mean[self._observed]) / spread)
        solved = cho_solve(factor, across)
        variance = np.maximum(1.0 - (across * solved).sum(axis=0), 1e-12)
        return mean + spread * (rest @ across), spread * np.sqrt(variance)

    def _mean(self) -> Array:
        """What the prior expects, on the scale of the scores told."""
        y = np.array(self._scores)
        if not self._warm:
            return np.full(len(self._choices.codes), y.mean())
        seen = dict(zip(self._observed, self._scores, strict=True))
        mu = self._prior.expected(self._prior.weights(seen))
        x = mu[self._observed]
        # Drawn to the slope that the range of the scores told would have.
        usual = np.ptp(y) / np.ptp(x) if np.ptp(x) > 0 and np.ptp(y) > 0 else 0.0
        about = x - x.mean()
        slope = (about @ (y - y.mean()) + 0.1 * usual * np.var(mu)) / (
            about @ about + 0.1 * np.var(mu) + 1e-12
        )
        return np.asarray(y.mean() + max(slope, 0.0) * (mu - x.mean()))
