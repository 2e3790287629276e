"""The two PMF models of a base, fitted together when one is first needed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from warmstart.errors import KnowledgeError

if TYPE_CHECKING:
    import numpy.typing as npt

    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.models.gaussian.mixture import Mixture
    from warmstart.models.pmf.pmf import PMF


class Models:
    """PMF of scores and of regrets.

    Parameters
    ----------
    settings : PMF
        Not fitted.
    history : ScoreTable
    columns : ndarray of int, optional
        As in :meth:`PMF.fit`.
    random_state : int
    saved : tuple of PMF, optional
        Both, fitted before to the same tasks.
    """

    def __init__(
        self,
        settings: PMF,
        history: ScoreTable,
        columns: npt.NDArray[np.intp] | None,
        random_state: int,
        *,
        saved: tuple[PMF, PMF] | None = None,
    ) -> None:
        self._settings, self._history, self._columns = settings, history, columns
        self._random_state = random_state
        self._saved, self._levelled, self._measured = saved is not None, False, False
        if saved is not None:
            self.__dict__["_both"] = saved

    @cached_property
    def _both(self) -> tuple[PMF, PMF]:
        from warmstart.models.regrets.regret_model import fit_with_choice

        pmf = self._settings
        chooser = fit_with_choice(
            pmf, self._history, columns=self._columns, random_state=self._random_state
        )
        return pmf, chooser

    @property
    def pmf(self) -> PMF:
        """Predicts scores."""
        return self._both[0]

    @property
    def chooser(self) -> PMF:
        """Predicts regrets, see :mod:`warmstart.models.regrets.regret_model`."""
        return self._both[1]

    @property
    def optimism(self) -> npt.NDArray[np.float64] | None:
        """How much worse batches are than expected; measured when first needed."""
        if self.chooser.optimism_ is None and self._columns is None:
            from warmstart.models.regrets.expected_regret import measure_optimism
            from warmstart.recommend.acquisition.batch import best_of_n

            self.chooser.optimism_ = measure_optimism(
                self.chooser, self._history, best_of_n, random_state=self._random_state
            )
        return self.chooser.optimism_

    @property
    def told_optimism(self) -> npt.NDArray[np.float64] | None:
        """How far regrets that are told after results are off; measured when first needed."""
        if self.pmf.told_optimism_ is None and self._columns is None and not self._measured:
            from warmstart.models.regrets.told_regrets import measure_told
            from warmstart.recommend.acquisition.next_point import pick_from

            def improve(mixture: Mixture, open_: npt.NDArray[np.bool_], best: float) -> int:
                marginals = mixture.means, np.sqrt(mixture.variances), mixture.weights
                return pick_from(marginals, open_, best, "ei")

            self._measured = True  # of few tasks there is nothing, and nothing to try again
            self.pmf.told_optimism_ = measure_told(
                self.pmf, self._history, improve, random_state=self._random_state
            )
        return self.pmf.told_optimism_

    @property
    def pmf_with_level(self) -> PMF:
        """:attr:`pmf`, with how hard tasks are; learnt when first needed.

        A base that was saved without it stays as it was saved.
        """
        if not self._saved and not self._levelled:
            self._levelled = True
            if self._columns is None:
                self.pmf.learn_level(self._history, random_state=self._random_state)
        return self.pmf

    def renewed(self, history: ScoreTable, pmf: PMF, chooser: PMF) -> Models:
        """The same settings with models that have learnt from more.

        Parameters
        ----------
        history : ScoreTable
            With the new tasks.
        pmf : PMF
            Fitted.
        chooser : PMF
            Fitted to regrets.
        """
        return Models(self._settings, history, None, self._random_state, saved=(pmf, chooser))

    def check(self, n_configs: int) -> None:
        """Fit, and refuse saved models of another base.

        Raises
        ------
        KnowledgeError
            If they know another number of configurations.
        """
        if self.pmf.n_configs != n_configs:
            raise KnowledgeError(
                f"the saved model knows {self.pmf.n_configs} configurations, the "
                f"meta-dataset {n_configs}; save the base again"
            )
