"""Histories whose tasks share no configuration, brought onto common ones by a GP a task."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.models.gaussian.consensus import Consensus
from warmstart.models.gaussian.shared_gp import SharedKernel
from warmstart.spaces.encoding import ConfigurationEncoder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from warmstart.metadataset.core.score_table import ScoreTable

_log = logging.getLogger(__name__)

Array = np.ndarray[Any, np.dtype[np.float64]]
Columns = npt.NDArray[np.intp]


_MAX_RESULTS = 400
"""Results of one task its process is conditioned on; the cost grows with their cube."""

_N_LEARNT_FROM, _N_RESULTS_LEARNT_FROM = 30, 100
"""Tasks, and results of each, that lengthscales are learnt from."""


@dataclass(frozen=True, slots=True)
class Transferred:
    """What each task's own process says of common candidates."""

    means: Array
    """Standardised response, shape (n_tasks, n_candidates)."""

    variances: Array
    """What is not known of each task, the shape of `means`."""

    kernel: SharedKernel


def transfer(
    responses: Array,
    features: Array,
    columns: Columns | None = None,
    *,
    kernel: SharedKernel | None = None,
    agree: bool = False,
    random_state: int = 0,
) -> Transferred:
    """Complete a table by a Gaussian process a task, all with the same lengthscales.

    Parameters
    ----------
    responses : ndarray, shape (n_tasks, n_configs)
        Each task standardised over what is known of it; NaN elsewhere.
    features : ndarray, shape (n_configs, n_features)
        Hyperparameters of each configuration.
    columns : ndarray of int, optional
        Candidates to complete; all configurations by default.
    kernel : SharedKernel, optional
        Learnt before; learnt from these tasks otherwise.
    agree : bool
        Whether what tasks agree on comes first, see
        :class:`~warmstart.models.gaussian.consensus.Consensus`: a task that never looked near
        a configuration is expected to do there as those that did, and its own process says
        how it differs.

    References
    ----------
    .. [1] Wistuba, Schilling, Schmidt-Thieme. "Two-Stage Transfer Surrogate Model for
       Automatic Hyperparameter Optimization." ECML PKDD 2016 (a process a task, each
       standardised by itself).
    """
    rng = np.random.default_rng(random_state)
    at = features if columns is None else features[columns]
    known = [np.flatnonzero(np.isfinite(row)) for row in responses]
    if kernel is None:
        kernel = _learn(responses, features, known, rng)
    consensus = None
    if agree:
        seen = [
            (features[observed], responses[task, observed])
            for task, observed in enumerate(known)
        ]
        consensus = Consensus.fit(kernel, seen, rng)
    means = np.zeros((len(responses), len(at)))
    variances = np.ones_like(means)
    for task, observed in enumerate(known):
        some = most_telling(responses[task], observed, _MAX_RESULTS, rng)
        own = responses[task, some]
        if consensus is not None:
            own = own - consensus.predict(features[some])[0]
        means[task], variances[task] = kernel.predict(features[some], own, at)
    if consensus is not None:
        common, unknown = consensus.predict(at)
        means, variances = means + common, variances + unknown
    return Transferred(means, variances, kernel)


def _learn(
    responses: Array, features: Array, known: list[Columns], rng: np.random.Generator
) -> SharedKernel:
    telling = [task for task, observed in enumerate(known) if len(observed) > 2]
    samples = []
    for task in rng.permutation(telling or range(len(known)))[:_N_LEARNT_FROM]:
        some = rng.permutation(known[task])[:_N_RESULTS_LEARNT_FROM]
        samples.append((features[some], responses[task, some]))
    return SharedKernel.fit(samples)


def most_telling(
    responses: Array, observed: Columns, n_at_most: int, rng: np.random.Generator
) -> Columns:
    """The lowest responses and as many others, where there are too many."""
    if len(observed) <= n_at_most:
        return observed
    order = observed[np.argsort(responses[observed], kind="stable")]
    low, rest = order[: n_at_most // 2], order[n_at_most // 2 :]
    return np.sort(np.r_[low, rng.permutation(rest)[: n_at_most - len(low)]])


def encode(table: ScoreTable) -> tuple[ConfigurationEncoder, Array] | None:
    """Encoder and features of the table's configurations; None where they have no values."""
    if table.configurations is None:
        return None
    rows = active_values(table.configurations)
    encoder = ConfigurationEncoder.fit(rows, activity=True)
    features = encoder.transform(rows)
    return (encoder, features) if features.shape[1] else None


def active_values(configurations: pd.DataFrame) -> Sequence[Mapping[str, Any]]:
    """Hyperparameters of each row that are active."""
    return [
        {str(name): value for name, value in row.items() if not pd.isna(value)}
        for row in configurations.to_dict(orient="records")
    ]
