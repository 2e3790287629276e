"""What regrets a new task may have, to choose a batch on and to tell what it will leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.models.regrets.expected_regret import Expected, expect
from warmstart.models.regrets.regret_draws import WIDEST

if TYPE_CHECKING:
    from warmstart.models.pmf.posterior import PMFPosterior
    from warmstart.models.regrets.regret_draws import RegretsAmong

Array = np.ndarray[Any, np.dtype[np.float64]]

_N_DRAWS = 400
"""Draws that expectations are told from; the batch was not chosen on them."""


@dataclass(frozen=True)
class Outlook:
    """Regrets of the known tasks among what may be chosen, and how like them a new one is."""

    among: RegretsAmong
    weights: Array
    """Of the known tasks, shape (n_tasks,)."""

    row_share: float
    """See :attr:`warmstart.models.regrets.regret_draws.KnownRegrets.row_share`."""

    optimism: Array | None
    """See :func:`warmstart.models.regrets.expected_regret.measure_optimism`."""

    scale: float
    """What regrets are multiplied by to be in the new task's metric; NaN where unknown."""

    def draws(self, belief: PMFPosterior, n_samples: int, rng: np.random.Generator) -> Any:
        """Regrets to choose a batch on, shape (n_samples, n_configs).

        Of very many configurations as the belief has them, for sorting takes long.

        Parameters
        ----------
        belief : PMFPosterior
            Of the regrets of what may be chosen.
        n_samples : int
            How many draws.
        rng : Generator
        """
        order = belief.mixture.sample(n_samples, rng)
        if order.shape[1] > WIDEST:
            return np.exp(order, out=order)
        return self.among.draw(order, self.weights, rng, row_share=self.row_share)[0]

    def expected(
        self, belief: PMFPosterior, picks: Sequence[int], rng: np.random.Generator
    ) -> Expected:
        """What to expect of configurations in the order they are to be tried.

        Parameters
        ----------
        belief : PMFPosterior
            Of the regrets of what may be chosen.
        picks : sequence of int
            Places of what was chosen, best first.
        rng : Generator
        """
        return self.expected_by(belief.mixture.sample(_N_DRAWS, rng), picks, rng)

    def expected_by(
        self, order: Array, picks: Sequence[int], rng: np.random.Generator
    ) -> Expected:
        """The same by draws of responses, lower is better, shape (n_samples, n_configs).

        Parameters
        ----------
        order : ndarray, shape (n_draws, n_choosable)
            Draws; of each only the order counts.
        picks : sequence of int
            Places of what was chosen, best first.
        rng : Generator
        """
        plain = expect(order, picks, self.among, self.weights, self.optimism, rng)
        return replace(
            plain, regrets=plain.regrets * self.scale, of_best=plain.of_best * self.scale
        )
