"""Quantile transfer: Thompson sampling from what Gaussian quantiles are on known tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from scipy.special import ndtri
from scipy.stats import rankdata

from warmstart.errors import NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.rankings.ranked import RankedState

if TYPE_CHECKING:
    from typing_extensions import Self


def gaussian_quantiles(scores: Floats) -> Floats:
    r"""Each loss as the normal quantile of its place among the known ones of its task.

    .. math:: z = \Phi^{-1}\!\left(\frac{r - 1/2}{n}\right)

    with r the rank among n, 1 the best, ties shared. The paper clips the share of losses
    that are no larger at :math:`1 / (4 n^{1/4} \sqrt{\pi \log n})` and one minus that, to
    keep the quantiles finite. Middle ranks are finite as they are, and the few best of a
    task, which are what is sought, stay apart.

    Parameters
    ----------
    scores : ndarray, shape (n_tasks, n_configs)
        Higher is better; NaN stays NaN.

    Examples
    --------
    >>> gaussian_quantiles(np.array([[0.9, 0.5, 0.1, np.nan]])).round(2).tolist()
    [[-0.97, 0.0, 0.97, nan]]
    """
    n = (~np.isnan(scores)).sum(axis=1, keepdims=True)
    share = (rankdata(-scores, axis=1, nan_policy="omit") - 0.5) / np.maximum(n, 1)
    quantiles: Floats = ndtri(share)
    return quantiles


@dataclass(slots=True)
class QuantileTransfer:
    r"""Copula Thompson sampling (CTS): draw every configuration's quantile, take the lowest.

    .. math:: j = \arg\min_j \tilde z_j, \quad \tilde z_j \sim N(\mu_j, \sigma_j^2)

    The paper learns :math:`\mu(x)` and :math:`\sigma(x)` with a network on configuration
    features. Where tasks share their configurations, the likelihood is highest at the
    moments of each column, which are taken here; a column few tasks have tried is drawn
    towards the standard normal of all. Scores told change nothing.

    References
    ----------
    .. [1] Salinas, Shen, Perrone. "A Quantile-based Approach for Hyperparameter Transfer
       Learning." ICML 2020.
    """

    random_answers: ClassVar[bool] = True
    means_: Floats | None = field(default=None, repr=False, compare=False)
    stds_: Any = field(default=None, repr=False, compare=False)
    rng_: np.random.Generator = field(
        default_factory=np.random.default_rng, repr=False, compare=False
    )

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Learn the moments of each configuration's quantiles, and remember the seed.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        random_state : int
        """
        quantiles = gaussian_quantiles(table.scores)
        known = ~np.isnan(quantiles)
        n_seen = known.sum(axis=0) + 1.0
        filled = np.where(known, quantiles, 0.0)
        means = filled.sum(axis=0) / n_seen
        squares = ((filled - means) ** 2 * known).sum(axis=0) + means**2 + 1.0
        self.means_, self.stds_ = means, np.sqrt(squares / n_seen)
        self.rng_ = np.random.default_rng(random_state)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> RankedState:  # noqa: ARG002
        """Begin a task with its own draws; its meta-features change nothing."""
        if self.means_ is None:
            raise NotFittedError("fit quantile transfer to a table first")
        seed = int(self.rng_.integers(2**63))
        return RankedState(_draws(self.means_, self.stds_, np.random.default_rng(seed)))


def _draws(means: Floats, stds: Floats, rng: np.random.Generator) -> Iterator[int]:
    left = np.ones(len(means), dtype=bool)
    while left.any():
        drawn = rng.normal(means, stds)
        j = int(np.where(left, drawn, np.inf).argmin())
        left[j] = False
        yield j
