"""Oboe: D-optimal experiment design on the latent features of an error matrix."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError, NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.completion.soft_impute import soft_impute
from warmstart.models.log_loss import ideal_score

if TYPE_CHECKING:
    from typing_extensions import Self

_RIDGE = 1e-6
"""Keeps a design of fewer configurations than latent features from being singular."""


@dataclass(slots=True, kw_only=True)
class Oboe:
    r"""Design, least squares, then whatever is predicted best.

    The losses of known tasks factorise as :math:`E \approx X^T Y`, one latent vector
    :math:`y_j` a configuration. A new task first evaluates the configurations that say
    most of its own vector,

    .. math:: \max_S \log\det \sum_{j \in S} y_j y_j^T, \quad |S| = k,

    chosen greedily, then predicts :math:`\hat e_j = \hat x^T y_j` with :math:`\hat x` the
    least squares fit to what it has seen and goes on with the lowest. A design is a set:
    what known tasks fare best with is evaluated first. Given more results, the rank grows,
    see :func:`predicting_rank`.

    Parameters
    ----------
    rank : int
        k, configurations in the first design; at least 1.
    max_rank : int
        Where the rank stops growing.

    References
    ----------
    .. [1] Yang, Akimoto, Kim, Udell. "OBOE: Collaborative Filtering for AutoML Model
       Selection." KDD 2019.

    Examples
    --------
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1], [0.8, 0.7, 0.1], [0.1, 0.2, 0.5]]) - 1,
    ...     task_ids=pd.RangeIndex(3), configuration_ids=pd.Index(list("abc")),
    ...     families=np.arange(3))
    >>> state = Oboe(rank=2).fit(table).start()
    >>> state.batch(2)  # the likeliest to fail tells most, and comes last
    [0, 2]
    """

    rank: int = 6
    max_rank: int = 20
    losses_: Floats | None = field(default=None, repr=False, compare=False)
    features_: Any = field(default=None, repr=False, compare=False)
    ideal_: float = field(default=0.0, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 1 <= self.rank <= self.max_rank:
            raise ArgumentError(f"rank must be from 1 to {self.max_rank}, got {self.rank}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:  # noqa: ARG002
        """Factorise the losses; nothing is random.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        random_state : int
        """
        self.ideal_ = ideal_score(table)
        known = self.ideal_ - table.scores
        means = np.nanmean(known, axis=1, keepdims=True)
        # Completion expects rows about zero.
        losses = soft_impute(known - means) + means
        _, singular, vt = np.linalg.svd(losses, full_matrices=False)
        k = max(1, min(self.max_rank, int((singular > 1e-9 * singular[0]).sum())))
        scale = np.sqrt(len(losses))
        self.features_ = singular[:k, None] * vt[:k] / scale
        self.losses_ = losses.mean(axis=0)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> OboeState:  # noqa: ARG002
        """Begin a task; its meta-features change nothing."""
        if self.losses_ is None:
            raise NotFittedError("fit Oboe to a table first")
        return OboeState(self.features_, self.losses_, self.ideal_, self.rank)


class OboeState:
    """One task: the rest of the design, then the lowest predicted losses."""

    def __init__(self, features: Floats, means: Floats, ideal: float, rank: int) -> None:
        self._features, self._means, self._ideal = features, means, ideal
        self._rank = min(rank, len(features))
        self._observed: dict[int, float] = {}
        self._design: list[int] = []
        self._out = np.zeros(len(means), dtype=bool)

    def next(self) -> int:
        """The next of the design, or the lowest predicted loss once it is done."""
        left = self.batch(1)
        if not left:
            raise IndexError("every configuration has been told")
        return left[0]

    def batch(self, n: int) -> list[int]:
        """What is left of the design, then configurations by predicted loss."""
        picked = self._rest_of_design()
        order = np.argsort(self.predict(), kind="stable")
        rest = (int(j) for j in order if not self._out[j] and int(j) not in picked)
        return [*picked, *rest][:n]

    def _rest_of_design(self) -> list[int]:
        """Lowest mean loss first; one that failed is replaced."""
        missing = max(self._rank - len(self._observed), 0)
        left = [j for j in self._design if not self._out[j]][:missing]
        seen = [*self._observed, *left]
        features = self._features[: self._rank]
        left += d_optimal(features, seen, missing - len(left), exclude=self._out)
        self._design = left
        return sorted(left, key=lambda j: self._means[j])

    def tell(self, index: int, score: float) -> None:
        """Learn a score; NaN rules the configuration out.

        Parameters
        ----------
        index : int
            Place of the configuration.
        score : float
            Higher is better; NaN where there is none.
        """
        self._out[index] = True
        if np.isfinite(score):
            self._observed[int(index)] = self._ideal - score

    def predict(self) -> Floats:
        """Predicted loss of every configuration; the known tasks' mean before any result."""
        if not self._observed:
            return self._means
        observed = list(self._observed)
        rank = predicting_rank(len(observed), self._rank, len(self._features))
        y = self._features[:rank]
        latent, *_ = np.linalg.lstsq(
            y[:, observed].T, list(self._observed.values()), rcond=None
        )
        predicted: Floats = latent @ y
        return predicted


def predicting_rank(n_observed: int, rank: int, max_rank: int) -> int:
    """Latent features to fit: the first rank, then one for every two results.

    Never more than were told. Where the rank grows more slowly, tasks that the first few
    features describe badly do not find their best configurations.

    Parameters
    ----------
    n_observed : int
        Results so far.
    rank : int
        Of the table.
    max_rank : int
        At most.

    Examples
    --------
    >>> [predicting_rank(n, 4, 20) for n in (2, 4, 8, 16, 100)]
    [2, 4, 4, 8, 20]
    """
    return min(n_observed, max(rank, n_observed // 2), max_rank)


def d_optimal(features: Floats, chosen: list[int], n: int, *, exclude: Any = None) -> list[int]:
    r"""Add `n` columns, each raising :math:`\log\det \sum y_j y_j^T` most.

    By the matrix determinant lemma the gain of column j is
    :math:`\log(1 + y_j^T A^{-1} y_j)`, so the largest quadratic form is added.

    Parameters
    ----------
    features : ndarray, shape (n_latent, n_configs)
    chosen : list of int
        Columns already in the design.
    n : int
        How many to add.
    exclude : ndarray of bool, shape (n_configs,), optional
        Columns not to add.

    Examples
    --------
    >>> d_optimal(np.array([[3.0, 2.9, 0.0], [0.0, 0.1, 1.0]]), [], 2)
    [0, 2]
    """
    size = _RIDGE * float((features**2).sum(axis=0).max())
    inverse = np.linalg.inv(
        size * np.eye(len(features)) + features[:, chosen] @ features[:, chosen].T
    )
    barred = np.zeros(features.shape[1], bool) if exclude is None else np.array(exclude)
    barred[chosen] = True
    added: list[int] = []
    for _ in range(min(n, int((~barred).sum()))):
        gain = np.einsum("kj,kl,lj->j", features, inverse, features)
        j = int(np.where(barred, -np.inf, gain).argmax())
        barred[j] = True
        added.append(j)
        direction = inverse @ features[:, j]
        inverse = inverse - np.outer(direction, direction) / (1.0 + gain[j])
    return added
