"""Costs of configurations as far as they are known: medians, spreads, draws."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

if TYPE_CHECKING:
    from warmstart.recommend.pareto.objectives import CostName

Array = npt.NDArray[np.float64]

_SHARED = 0.5
"""Of the variance of what costs are off by, what a learner's configurations share."""


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """Log-normal costs of some configurations."""

    medians: Mapping[CostName, Array]
    """By what is counted, shape (n_configs,); NaN where nothing is known of it."""

    spreads: Mapping[CostName, Array]
    """Standard deviations of the logarithms, shape (n_configs,)."""

    learners: Sequence[str] = ()
    """Of each configuration: what one was told too dear of, its others likely were too."""

    def feasible(self, limits: Mapping[CostName, float]) -> Array:
        """Probability that each configuration keeps every limit, shape (n_configs,).

        0 where a limited cost is not known: nobody could say that it is kept.
        """
        kept = np.ones(len(next(iter(self.medians.values()))))
        for name, limit in limits.items():
            slack = np.log(limit) - np.log(self.medians[name])
            kept *= np.nan_to_num(ndtr(slack / np.maximum(self.spreads[name], 1e-9)))
        return kept

    def draw_feasible(
        self, limits: Mapping[CostName, float], n_samples: int, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Whether limits are kept in joint draws, shape (n_samples, n_configs).

        Parameters
        ----------
        limits : mapping
        n_samples : int
        rng : Generator
        """
        n_configs = len(next(iter(self.medians.values())))
        kept = np.ones((n_samples, n_configs), dtype=bool)
        for name, limit in limits.items():
            errors = rng.standard_normal((n_samples, n_configs)) * self.spreads[name]
            with np.errstate(invalid="ignore"):
                kept &= np.log(self.medians[name]) + errors <= np.log(limit)
        return kept

    def take(self, places: npt.NDArray[np.intp]) -> Costs:
        """Those of some configurations."""
        return Costs(
            {name: values[places] for name, values in self.medians.items()},
            {name: values[places] for name, values in self.spreads.items()},
            [self.learners[k] for k in places] if len(self.learners) else (),
        )

    def stds(self, places: Sequence[int]) -> list[dict[str, float]]:
        """How surely costs of some configurations are known, by name."""
        spreads = self.spreads.items()
        return [{name: float(values[k]) for name, values in spreads} for k in places]

    def draw(
        self, names: Sequence[CostName], n_samples: int, rng: np.random.Generator
    ) -> Array:
        """Logarithms of what configurations may really cost; learners share half the variance.

        Parameters
        ----------
        names : sequence of str
            Which costs.
        n_samples : int
        rng : Generator

        Returns
        -------
        ndarray, shape (n_samples, n_configs, n_names)
        """
        n_configs = len(next(iter(self.medians.values())))
        kinds = np.asarray(self.learners if len(self.learners) else np.arange(n_configs))
        place = np.unique(kinds, return_inverse=True)[1]
        drawn = np.empty((n_samples, n_configs, len(names)))
        for k, name in enumerate(names):
            shared = rng.standard_normal((n_samples, place.max() + 1))[:, place]
            own = rng.standard_normal((n_samples, n_configs))
            errors = (shared + own) * math.sqrt(_SHARED) * self.spreads[name]
            drawn[:, :, k] = np.log(self.medians[name]) + errors
        return drawn
