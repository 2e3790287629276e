"""How far what is known of a learner's configurations carries to others of its space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import cholesky, solve_triangular

from warmstart.models.gaussian.shared_gp import SharedKernel
from warmstart.models.log_loss import log_loss_response
from warmstart.spaces.encoding import ConfigurationEncoder

if TYPE_CHECKING:
    from warmstart.recommend.base.fitted import Fitted

Array = np.ndarray[Any, np.dtype[np.float64]]

_MOST_NOISE = 0.05
"""Of one result, in units of the learner's own variance: more would say that a search
learns nothing."""

_JITTER = 1e-6


@dataclass(frozen=True, slots=True)
class Carried:
    """Points in terms of the known configurations and of further points."""

    weights: Array
    """Kriging weights on the known ones, shape (n_points, n_known)."""

    loadings: Array
    """On the known ones and then the further points, whitened, of a process with the
    learner's kernel: what lies beyond the first `n_known` is what kriging leaves open."""

    left: Array
    """Variance that neither says anything of, shape (n_points,)."""


@dataclass(frozen=True, slots=True)
class LearnerSpace:
    """A learner's hyperparameters as features, and how far each of them carries."""

    learner: str
    columns: npt.NDArray[np.intp]
    """The base's configurations of the learner."""

    encoder: ConfigurationEncoder
    points: Array
    """These as points, shape (n_known, n_features)."""

    kernel: SharedKernel

    @classmethod
    def fit(cls, fitted: Fitted, learner: str) -> LearnerSpace:
        """Learn from how the base's tasks compare the learner's configurations.

        Parameters
        ----------
        fitted : Fitted
            What is known of the kind of task.
        learner : str
            As the base calls it; "" where it names none.
        """
        points = fitted.known.points
        known = [k for k, one in enumerate(points) if learner_of(one) == learner]
        members = [points[k] for k in known]
        encoder = ConfigurationEncoder.fit(members, activity=True)
        encoded = encoder.transform(members)
        response = log_loss_response(
            fitted.table.scores[:, known], fitted.pmf.ideal, fitted.pmf.loss_offset
        )
        z = _standardised(response[np.isfinite(response).all(axis=1)])
        kernel = (
            SharedKernel.fit([(encoded, z.T)])
            if len(z)
            else SharedKernel.usual(encoded.shape[1])
        )
        return cls(learner, np.asarray(known, dtype=np.intp), encoder, encoded, kernel)

    @property
    def noise(self) -> float:
        """Variance of one result's own error, in units of the learner's own variance."""
        return min(self.kernel.noise, _MOST_NOISE)

    def carry(self, points: Array, further: Array) -> Carried:
        """Put points in terms of the known configurations and of `further` ones.

        Parameters
        ----------
        points, further : ndarray, shapes (n_points, n_features) and (n_further, n_features)

        References
        ----------
        .. [1] Snelson, Ghahramani. "Sparse Gaussian Processes using Pseudo-inputs." NeurIPS
           2005 (exact at the inducing points, independent beyond them).
        """
        n_known = len(self.points)
        inducing = np.vstack([self.points, further])
        inner = self.kernel.between(inducing, inducing)
        inner[np.diag_indices_from(inner)] += np.where(
            np.arange(len(inducing)) < n_known, self.noise, _JITTER
        )
        root = cholesky(inner, lower=True)
        across = self.kernel.between(inducing, points)
        loadings = solve_triangular(root, across, lower=True)
        weights = solve_triangular(
            root[:n_known, :n_known], loadings[:n_known], lower=True, trans="T"
        )
        left = np.maximum(1.0 - (loadings**2).sum(axis=0), 0.0)
        return Carried(weights.T, loadings.T, left)


def learner_space(fitted: Fitted, learner: str) -> LearnerSpace:
    """How far results carry within a learner's space, learnt when it is first needed.

    Parameters
    ----------
    fitted : Fitted
        What is known of the kind of task.
    learner : str
        As the base calls it; "" where it names none.
    """
    kept: dict[str, LearnerSpace] = fitted.kept.setdefault("learner spaces", {})
    if learner not in kept:
        kept[learner] = LearnerSpace.fit(fitted, learner)
    return kept[learner]


def _standardised(response: Array) -> Array:
    """Each task about zero with unit spread, without those that have none."""
    if response.shape[1] < 2:
        return response[:0]
    spread = response.std(axis=1, keepdims=True)
    some = spread[:, 0] > 0
    z: Array = (response - response.mean(axis=1, keepdims=True))[some] / spread[some]
    return z


def learner_of(values: Mapping[str, Any]) -> str:
    """The learner a configuration names; "" where it names none."""
    return str(values.get("learner", ""))
