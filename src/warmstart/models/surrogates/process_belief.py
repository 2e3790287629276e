"""What beliefs that rest on a process over one task's own results share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from warmstart.metadataset.core.score_table import Floats
from warmstart.models.belief import IndependentBelief
from warmstart.models.gaussian.feature_gp import FeatureGP
from warmstart.models.log_loss import score_of


class ProcessBelief(IndependentBelief):
    """Results go to a process, which standardises them.

    Parameters
    ----------
    process : FeatureGP
    ideal : float
        The score no configuration can beat.
    design : sequence of int
        Configurations in the order to try them before the belief is asked.
    n_initial : int
        Results before the belief is asked.
    """

    def __init__(
        self, process: FeatureGP, ideal: float, design: Sequence[int], n_initial: int
    ) -> None:
        self.process, self.ideal = process, ideal
        self.design, self.n_initial = design, n_initial

    @property
    def observed(self) -> Sequence[int]:
        """Configurations told."""
        return self.process.observed

    def tell(self, index: int, score: float) -> None:
        """Learn a finite score.

        Parameters
        ----------
        index : int
            Place of the configuration.
        score : float
            Higher is better; NaN where there is none.
        """
        self.process.tell(index, self.response(score))

    def score(self, responses: Floats) -> Floats:
        """Standardised responses as scores, of any shape."""
        process = self.process
        return score_of(process.centre + process.scale * responses, self.ideal, self.offset)

    def lowest(self) -> float:
        """The lowest response told, standardised; infinite before."""
        lowest: Any = min(self.process.values, default=np.inf)
        return float((lowest - self.process.centre) / self.process.scale)
