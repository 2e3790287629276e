"""Linear probabilistic matrix factorization: one Gaussian of low rank over tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError, NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.completion.complete import standardise
from warmstart.models.gaussian.factor import Factor
from warmstart.models.gaussian.posterior import MixturePosterior
from warmstart.models.log_loss import ideal_score, log_loss_response
from warmstart.models.pmf.posterior import PMFPosterior

if TYPE_CHECKING:
    from typing_extensions import Self

_FLOOR = 1e-6
"""Least noise variance, for a table its latents explain wholly."""


@dataclass(slots=True, kw_only=True)
class LinearPMF:
    r"""Probabilistic PCA of the response, :math:`u_t = \mu + W z_t + \epsilon`.

    With :math:`z_t \sim N(0, I)` and :math:`\epsilon \sim N(0, \sigma^2 I)` integrated out
    a task is one draw from :math:`N(\mu, W W^T + \sigma^2 I)`, and results on a new one
    condition that Gaussian exactly. Neither meta-features nor the scale of the task enter:
    it is what the default model adds those to.

    Parameters
    ----------
    n_latent : int
        Columns of W, at least 1. With too few, what they leave out counts as noise and a
        task unlike most is never understood.

    References
    ----------
    .. [1] Lawrence, Urtasun. "Non-linear Matrix Factorization with Gaussian Processes."
       ICML 2009 (section 2: the linear model with one side integrated out).
    .. [2] Tipping, Bishop. "Probabilistic Principal Component Analysis." JRSS B 61, 1999.
    """

    gives_belief: ClassVar[bool] = True
    n_latent: int = 30
    mean_: Floats | None = field(default=None, repr=False, compare=False)
    factor_: Factor | None = field(default=None, repr=False, compare=False)
    ideal_: float = field(default=0.0, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.n_latent < 1:
            raise ArgumentError(f"n_latent must be at least 1, got {self.n_latent}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:  # noqa: ARG002
        """Learn mean, loadings and noise; nothing is random.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        random_state : int
        """
        self.ideal_ = ideal_score(table)
        completed, levels, scales = standardise(log_loss_response(table.scores, self.ideal_))
        response = levels[:, None] + scales[:, None] * completed
        self.mean_ = response.mean(axis=0)
        self.factor_ = probabilistic_pca(response - self.mean_, self.n_latent)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> PMFPosterior:  # noqa: ARG002
        """Belief about a new task; its meta-features change nothing."""
        if self.mean_ is None or self.factor_ is None:
            raise NotFittedError("fit the linear PMF to a table first")
        one = np.ones(1)
        mixture = MixturePosterior(one, self.mean_[None, :], one, np.zeros(1), [self.factor_])
        return PMFPosterior(mixture, self.ideal_)


def probabilistic_pca(centred: Floats, n_latent: int) -> Factor:
    r"""Maximum likelihood :math:`W = V_q (\Lambda_q - \sigma^2 I)^{1/2}` and noise.

    With :math:`\Lambda_q, V_q` the leading eigenvalues and vectors of the covariance of the
    rows of `centred`, shape (n_tasks, n_configs), and :math:`\sigma^2` the mean of the
    eigenvalues left.

    Parameters
    ----------
    centred : ndarray, shape (n_tasks, n_configs)
        About their mean.
    n_latent : int
        Components kept.
    """
    n_tasks, n_configs = centred.shape
    _, singular, vt = np.linalg.svd(centred / np.sqrt(n_tasks), full_matrices=False)
    kept = min(n_latent, len(singular) - 1, n_configs - 1)
    eigenvalues = singular**2
    noise = max(float(eigenvalues[kept:].sum()) / (n_configs - kept), _FLOOR)
    strength = np.sqrt(np.maximum(eigenvalues[:kept] - noise, 0.0))
    return Factor(vt[:kept].T * strength, np.full(n_configs, noise))
