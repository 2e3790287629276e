"""A history whose tasks share no configuration, as the recommender keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import KnowledgeError
from warmstart.models.completion.complete import complete
from warmstart.models.gaussian.shared_gp import LowRank
from warmstart.models.gaussian.transfer_gp import active_values, encode
from warmstart.models.log_loss import log_loss_response, score_of

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.models.gaussian.shared_gp import SharedKernel
    from warmstart.models.pmf.pmf import PMF
    from warmstart.spaces.encoding import ConfigurationEncoder

Array = np.ndarray[Any, np.dtype[np.float64]]
Columns = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Unaligned:
    """Every evaluation of a history, and what brings its tasks together."""

    history: ScoreTable
    columns: Columns
    """Those of the history's configurations that may be suggested."""

    encoder: ConfigurationEncoder
    kernel: SharedKernel

    @classmethod
    def of(cls, history: ScoreTable, columns: Columns, pmf: PMF) -> Unaligned:
        """Keep what `pmf` was fitted to.

        Parameters
        ----------
        history : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        columns : ndarray of int, shape (n_candidates,)
            Configurations that are kept to suggest from.
        pmf : PMF
            Fitted.

        Raises
        ------
        KnowledgeError
            If `pmf` was not completed by processes over hyperparameters.
        """
        encoded = encode(history)
        if encoded is None or pmf.kernel_ is None:
            raise KnowledgeError(
                "the saved model is of a history whose tasks share configurations, this "
                "meta-dataset is not; save the base again"
            )
        return cls(history=history, columns=columns, encoder=encoded[0], kernel=pmf.kernel_)

    @cached_property
    def ignorance(self) -> LowRank:
        """Prior covariance without other tasks: a process over hyperparameters alone."""
        assert self.history.configurations is not None  # or there were no processes
        rows = active_values(self.history.configurations.iloc[self.columns])
        return LowRank.fit(self.kernel, self.encoder.transform(rows))

    def predicted_scores(self, pmf: PMF) -> Array:
        """What each task is expected to score, shape (n_tasks, n_columns)."""
        history, ideal, offset = self.history, pmf.ideal, pmf.loss_offset
        filled = complete(
            log_loss_response(history.scores, ideal, offset),
            history,
            self.columns,
            how="gp",
            kernel=self.kernel,
        )
        expected = filled.levels[:, None] + filled.scales[:, None] * filled.responses
        return score_of(expected, ideal, offset)

    def note(self) -> str:
        """What was done about it, for the warnings of an answer."""
        history = self.history
        per_task = int(np.median(np.isfinite(history.scores).sum(axis=1)))
        text = (
            f"The {history.n_tasks} tasks share few configurations: what each would have "
            "done on those of the others is predicted from their hyperparameters, by a "
            f"Gaussian process on its own evaluations (median {per_task})."
        )
        if len(self.columns) < history.n_configs:
            text += (
                f" {len(self.columns)} of {history.n_configs} configurations are kept to "
                "suggest from, the best of each task among them."
            )
        return text
