"""What meta-features say of a task before anything is evaluated on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.similarity.forest import ForestWeights
from warmstart.similarity.laplace import LaplaceRidge
from warmstart.similarity.quantiles import QuantileNormaliser

if TYPE_CHECKING:
    from warmstart.models.pmf.described.described_tasks import DescribedTasks

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class PriorMean:
    """Kernel ridge and forest, stacked: a new task's responses as weights on known tasks.

    Both predictors are linear in the training targets, so the whole prior mean is one
    weight per described task, whatever is predicted.

    References
    ----------
    .. [1] Wolpert. "Stacked Generalization." Neural Networks 5, 1992.
    """

    normaliser: QuantileNormaliser
    ridge: LaplaceRidge
    forest: ForestWeights
    share: float
    """Of the ridge, between 0 and 1: the one that predicts families left out best."""

    @classmethod
    def fit(
        cls,
        metafeatures: pd.DataFrame,
        targets: Array,
        families: npt.NDArray[Any] | None = None,
        *,
        random_state: int = 0,
    ) -> PriorMean:
        """Learn from described tasks.

        Parameters
        ----------
        metafeatures : DataFrame, shape (n_tasks, n_features)
        targets : ndarray, shape (n_tasks, n_targets)
            What the forest's splits should tell apart; centred, about unit scale.
        families : ndarray, shape (n_tasks,), optional
            Tasks of one family are drawn for a tree together.
        """
        from warmstart.models.pmf.described.described_tasks import DescribedTasks

        tasks = DescribedTasks.fit(metafeatures, [targets], families, random_state=random_state)
        return cls.of(tasks, targets)

    @classmethod
    def of(cls, tasks: DescribedTasks, targets: Array) -> PriorMean:
        """Learn one of the targets that `tasks` were fitted to, shape (n_tasks, n_targets).

        Parameters
        ----------
        tasks : DescribedTasks
        targets : ndarray, shape (n_tasks, n_targets)
        """
        # Whoever reads a fitted base needs nothing of this.
        from warmstart.similarity.kernels.spectra import fit_ridge

        ridge = fit_ridge(
            tasks.points, targets, tasks.families, spectra=tasks.spectra, groups=tasks.groups
        )
        by_forest = tasks.forest.out_of_bag(targets)
        apart = ridge.left_out(targets, tasks.families) - by_forest
        power = (apart**2).sum()
        share = (apart * (targets - by_forest)).sum() / power if power > 0 else 0.5
        return cls(tasks.normaliser, ridge, tasks.forest, float(np.clip(share, 0.0, 1.0)))

    def weights(self, metafeatures: pd.DataFrame) -> Array:
        """Weights on the training tasks' centred targets, shape (n, n_tasks)."""
        points = self.normaliser.transform(metafeatures)
        return self._stacked(self.ridge.weights(points), self.forest.weights(points))

    def left_out(self, targets: Array, families: npt.NDArray[Any]) -> Array:
        """Prior means of the training tasks, each from what other families say.

        Parameters
        ----------
        targets, families : ndarray
            As in :meth:`fit`.

        Returns
        -------
        ndarray, shape (n_tasks, n_targets)
        """
        ridge, forest = self.ridge.left_out(targets, families), self.forest.out_of_bag(targets)
        return self._stacked(ridge, forest)

    def _stacked(self, ridge: Array, forest: Array) -> Array:
        result: Array = self.share * ridge + (1 - self.share) * forest
        return result


def shrinkage(predicted: Array, targets: Array) -> Array:
    r"""How far to trust each predicted target, :math:`b = \operatorname{clip}(
    \sum p\,y / \sum p^2, 0, 1)`, shape (n_targets,).

    Parameters
    ----------
    predicted : ndarray, shape (n_tasks, n_targets)
        Of tasks left out.
    targets : ndarray, shape (n_tasks, n_targets)
        What they are.
    """
    power = (predicted**2).sum(axis=0)
    agreement = (predicted * targets).sum(axis=0)
    # What only rounding tells from no prediction earns no trust.
    said = power > 1e-20 * (targets**2).sum(axis=0)
    result: Array = np.clip(agreement / np.where(said, power, np.inf), 0.0, 1.0)
    return result
