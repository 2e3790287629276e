"""Draws of a new task's regrets: the order from a belief, the values from a known task."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.models.pmf.pmf import PMF

Array = np.ndarray[Any, np.dtype[np.float64]]
Single = np.ndarray[Any, np.dtype[np.float32]]
Columns = npt.NDArray[np.intp]

WIDEST = 4000
"""Configurations above which sorting every draw takes longer than it is worth."""

_BY_SIMILARITY = 0.5
"""Share of the draws whose task is drawn by what meta-features say; the rest by chance."""

_FEW, _ROWS_WORTH = 3, 30.0
"""Known tasks that alone are believed for the choice of a batch, and how many there are when
half of its draws are still rows of known tasks as they were."""

_FEW_KNOWN = 0.5
"""Share of the choosable configurations below which they say little of usual regrets."""

_MOST_HOLES = 0.1
"""Share of the configurations that a known task may lack to be drawn as it was."""


@dataclass(frozen=True)
class KnownRegrets:
    """What known tasks lost by each configuration, in units of the score."""

    losses: Array
    """How far each score falls short of its task's best, shape (n_tasks, n_configs); NaN
    where not evaluated."""

    described: Columns
    """Tasks with meta-features, in the order in which a model weighs them."""

    n_families: int

    @classmethod
    def of(cls, table: ScoreTable) -> KnownRegrets:
        """Those of a table; the best score of a task is the best one known."""
        best = np.nanmax(table.scores, axis=1, keepdims=True)
        rows, _ = table.described()
        return cls(best - table.scores, rows, len(np.unique(table.families)))

    @property
    def n_tasks(self) -> int:
        """Number of known tasks."""
        return len(self.losses)

    @property
    def row_share(self) -> float:
        """Share of a batch's draws that are known tasks as they were.

        Of very few tasks nothing is known but what they were; of many a model tells more.
        """
        if self.n_families <= _FEW:
            return 1.0
        return _ROWS_WORTH / (_ROWS_WORTH + self.n_families)

    def weights(self, model: PMF, metafeatures: pd.Series[Any] | None) -> Array:
        """How likely a new task is to be like each known one, shape (n_tasks,).

        Parameters
        ----------
        model : PMF
            Of regrets, fitted.
        metafeatures : Series, optional
            Of the new task, shape (n_features,) by name.
        """
        even = np.full(self.n_tasks, 1 / self.n_tasks)
        prior = model.prior_
        if metafeatures is None or prior is None or prior.described is None:
            return even
        said = np.maximum(prior.described.weights(metafeatures.to_frame().T)[0], 0.0)
        return self.mixed(even, said)

    def mixed(self, even: Array, said: Array) -> Array:
        """Half of what is `even`, half of what is `said` of the described tasks.

        Parameters
        ----------
        even : ndarray, shape (n_tasks,)
            Weights of all known tasks.
        said : ndarray, shape (n_described,)
            Weights of the described ones.
        """
        # A model that was told of tasks since knows no meta-features of them.
        similar = np.zeros(self.n_tasks)
        similar[self.described[: len(said)]] = said
        if not similar.sum() > 0:
            return even
        mixed: Array = (1 - _BY_SIMILARITY) * even + _BY_SIMILARITY * similar / similar.sum()
        return mixed

    def among(self, columns: Columns | None = None) -> RegretsAmong:
        """The regrets where only some configurations may be chosen, in that order.

        A column of -1 stands for a configuration that no known task tried.
        """
        if columns is None:
            return RegretsAmong(self.losses, self.losses)
        chosen = np.where(columns >= 0, self.losses[:, columns], np.nan)
        # Few of one's own pool are known: what regrets are like is told by all the known.
        few = (columns >= 0).mean() < _FEW_KNOWN
        return RegretsAmong(chosen, self.losses if few else chosen)


@dataclass(frozen=True)
class RegretsAmong:
    """Regrets of known tasks among the configurations that may be chosen."""

    losses: Array
    """As of :class:`KnownRegrets`, shape (n_tasks, n_configs)."""

    usual: Array
    """Losses that tell what regrets are like, shape (n_tasks, any number)."""

    @cached_property
    def usable(self) -> npt.NDArray[np.bool_]:
        """Tasks that tell what regrets are like, shape (n_tasks,)."""
        n_known = np.isfinite(self.usual).sum(axis=1)
        result: npt.NDArray[np.bool_] = n_known >= min(2, self.usual.shape[1])
        return result

    @cached_property
    def _span(self) -> tuple[Array, Array]:
        known = np.isfinite(self.usual)
        least = np.min(self.usual, axis=1, initial=np.inf, where=known)
        worst = np.max(self.usual, axis=1, initial=-np.inf, where=known)
        empty = ~known.any(axis=1)
        least[empty], worst[empty] = 0.0, 0.0
        return least, np.where(worst > least, worst - least, 1.0)

    @property
    def ranges(self) -> Array:
        """Regret of the worst, in units of the score, shape (n_tasks,); 1 if all are alike."""
        return self._span[1]

    @cached_property
    def regrets(self) -> Array:
        """Of each task to its best, in units of the score, shape (n_tasks, n_configs)."""
        return np.asarray(self.losses - self._span[0][:, None])

    @cached_property
    def profiles(self) -> Single:
        """Normalised regrets of each task in ascending order, shape (n_tasks, n_configs).

        Of a task with holes, or of other configurations, its own quantiles stretched.
        """
        n = self.losses.shape[1]
        least, ranges = self._span
        ordered = np.sort((self.usual - least[:, None]) / ranges[:, None], axis=1)
        if ordered.shape[1] == n and np.isfinite(ordered).all():
            return ordered.astype(np.float32)
        stretched = np.zeros((len(ordered), n), dtype=np.float32)
        for row in np.flatnonzero(self.usable):
            known = ordered[row, : np.isfinite(ordered[row]).sum()]
            at = np.linspace(0, len(known) - 1, n)
            stretched[row] = np.interp(at, np.arange(len(known)), known)
        return stretched

    def draw(
        self, order: Array, weights: Array, rng: np.random.Generator, *, row_share: float = 0.0
    ) -> tuple[Single, Columns]:
        """Normalised regrets of the new task.

        Parameters
        ----------
        order : ndarray, shape (n_samples, n_configs)
            Draws of responses, lower is better, of which only the order counts.
        weights : ndarray, shape (n_tasks,)
            Of the known tasks whose regrets the values are.
        row_share : float
            Share of the draws that are a known task as it was.

        Returns
        -------
        regrets : ndarray, shape (n_samples, n_configs)
        tasks : ndarray of int, shape (n_samples,)
            Whose they are: times that task's range they are in units of the score.

        References
        ----------
        .. [1] Schefzik, Thorarinsdottir, Gneiting. "Uncertainty Quantification in Complex
           Simulation Models Using Ensemble Copula Coupling." Statistical Science 28, 2013
           (order from one source, values from another).
        """
        weights = np.where(self.usable, weights, 0.0)
        weights = weights if weights.sum() > 0 else np.ones(len(weights))
        tasks = rng.choice(len(weights), size=len(order), p=weights / weights.sum())
        drawn = np.empty(order.shape, dtype=np.float32)
        np.put_along_axis(drawn, order.argsort(axis=1), self.profiles[tasks], axis=1)
        known = np.isfinite(self.losses)
        full = known.mean(axis=1) >= 1 - _MOST_HOLES
        some = np.flatnonzero(full[tasks])[: round(row_share * len(order))]
        rows = tasks[some]
        as_it_was = self.regrets[rows] / self.ranges[rows, None]
        drawn[some] = np.where(known[rows], as_it_was, drawn[some])
        return drawn, tasks
