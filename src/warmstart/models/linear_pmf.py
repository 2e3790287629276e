"""Linear probabilistic matrix factorization: one factor-analysis Gaussian over tasks."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.decomposition import FactorAnalysis
from sklearn.exceptions import ConvergenceWarning

from warmstart.errors import NotFittedError
from warmstart.metadataset.table import Floats, ScoreTable
from warmstart.models.pmf import PMFPosterior, ideal_score, log_loss_response, standardise
from warmstart.models.posterior import Factor, MixturePosterior

if TYPE_CHECKING:
    from typing_extensions import Self

_FLOOR = 1e-3
"""Least noise of a configuration, as a share of the mean variance."""


@dataclass(slots=True, kw_only=True)
class LinearPMF:
    r"""Factor analysis of the response, :math:`u_t = \mu + W z_t + \epsilon`.

    With :math:`z_t \sim N(0, I)` integrated out a task is one draw from
    :math:`N(\mu, W W^T + D)`, and results on a new one condition that Gaussian exactly.
    W and D maximise the likelihood by expectation maximisation, D diagonal. Neither
    meta-features nor the scale of the task enter: it is what the default model adds
    those to.

    Parameters
    ----------
    n_latent : int
        Columns of W, at least 1.
    n_rounds : int
        Rounds of expectation maximisation at most.

    References
    ----------
    .. [1] Salakhutdinov, Mnih. "Probabilistic Matrix Factorization." NeurIPS 2007.
    .. [2] Lawrence, Urtasun. "Non-linear Matrix Factorization with Gaussian Processes."
       ICML 2009, section 2.
    .. [3] Rubin, Thayer. "EM Algorithms for ML Factor Analysis." Psychometrika 47, 1982.
    """

    n_latent: int = 20
    n_rounds: int = 100
    mean_: Floats | None = field(default=None, repr=False, compare=False)
    factor_: Factor | None = field(default=None, repr=False, compare=False)
    ideal_: float = field(default=0.0, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.n_latent < 1:
            raise ValueError(f"n_latent must be at least 1, got {self.n_latent}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:  # noqa: ARG002
        """Learn mean, loadings and noise; nothing is random."""
        self.ideal_ = ideal_score(table)
        completed, levels, scales = standardise(log_loss_response(table.scores, self.ideal_))
        response = levels[:, None] + scales[:, None] * completed
        self.mean_ = response.mean(axis=0)
        self.factor_ = factor_analysis(response - self.mean_, self.n_latent, self.n_rounds)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> PMFPosterior:  # noqa: ARG002
        """Belief about a new task; its meta-features change nothing."""
        if self.mean_ is None or self.factor_ is None:
            raise NotFittedError("fit the linear PMF to a table first")
        one = np.ones(1)
        mixture = MixturePosterior(one, self.mean_[None, :], one, np.zeros(1), [self.factor_])
        return PMFPosterior(mixture, self.ideal_)


def factor_analysis(centred: Floats, n_latent: int, n_rounds: int = 100) -> Factor:
    """Maximum likelihood loadings and noise of centred rows, shape (n_tasks, n_configs)."""
    analysis = FactorAnalysis(
        n_components=min(n_latent, *centred.shape), svd_method="lapack", max_iter=n_rounds
    )
    with warnings.catch_warnings():
        # The last rounds change the likelihood, not what is picked.
        warnings.simplefilter("ignore", ConvergenceWarning)
        analysis.fit(centred)
    # A column that the factors explain wholly would otherwise be known without trying it.
    floor = _FLOOR * max(float((centred**2).mean()), _FLOOR)
    return Factor(analysis.components_.T, np.maximum(analysis.noise_variance_, floor))
