"""What a mixture of Gaussians was told, and what it makes of joint draws."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(slots=True)
class Results:
    """Results in order; of each what conditioning on it left behind."""

    observed: list[int] = field(default_factory=list)
    """Configurations."""

    values: list[float] = field(default_factory=list)
    """Their responses."""

    noise_variances: list[float] = field(default_factory=list)
    owns: list[Array] = field(default_factory=list)
    """Variances that each had beyond what was expected, shape (n_components,) each."""

    whitened: list[Array] = field(default_factory=list)
    """Rows of L⁻¹ C[observed, :], with L the Cholesky factor of the observed block, of shape
    (n_components, n_configs) each."""

    roots: list[Array] = field(default_factory=list)
    """Root of its variance when it was told, shape (n_components,) each."""

    residuals: list[Array] = field(default_factory=list)
    """How far off it was, in units of that."""

    def add(
        self,
        index: int,
        value: float,
        noise: float,
        own: Array,
        row: Array,
        root: Array,
        residual: Array,
    ) -> None:
        """Keep one more; see the fields.

        Parameters
        ----------
        row : ndarray, shape (n_components, n_configs)
        own, root, residual : ndarray, shape (n_components,)
        """
        self.observed.append(index)
        self.values.append(value)
        self.noise_variances.append(noise)
        self.owns.append(own)
        self.whitened.append(row)
        self.roots.append(root)
        self.residuals.append(residual)

    def copy(self) -> Results:
        """The same results, without what is of the configurations they were kept for."""
        return Results(
            list(self.observed),
            list(self.values),
            list(self.noise_variances),
            list(self.owns),
            [],
            list(self.roots),
            list(self.residuals),
        )

    def condition(
        self,
        draws: Array,
        g: int,
        rng: np.random.Generator,
        columns: npt.NDArray[np.intp] | None,
    ) -> None:
        """Make prior draws of a component posterior draws, in place.

        Parameters
        ----------
        draws : ndarray, shape (n_draws, n_configs)
            Of all configurations, or of `columns`.
        g : int
            Component.
        rng : Generator
        columns : ndarray of int, optional
            Ascending; those told are among them.
        """
        observed = np.array(self.observed, dtype=np.intp)
        chosen: Any = slice(None) if columns is None else columns
        rows = np.stack([row[g, chosen] for row in self.whitened])
        at_observed = np.stack([row[g, observed] for row in self.whitened])
        places = observed if columns is None else np.searchsorted(columns, observed)
        # The same rank-one steps as telling, with the draw's own values as the prior mean;
        # first where results were told, then everywhere at once.
        for place, own in zip(places.tolist(), self.owns, strict=True):
            if own[g] > 0:
                more = math.sqrt(own[g]) * rng.standard_normal(len(draws))
                draws[:, place] += more.astype(draws.dtype)
        drawn = draws[:, places].astype(np.float64)
        residuals = np.zeros((len(draws), len(observed)))
        for k, (value, noise) in enumerate(zip(self.values, self.noise_variances, strict=True)):
            # row[index] is c / root with root² = c + noise.
            seen = at_observed[k, k]
            root = (seen + math.sqrt(seen**2 + 4 * noise)) / 2
            if root <= 0:
                continue
            error = math.sqrt(noise) * rng.standard_normal(len(draws)) if noise else 0.0
            residuals[:, k] = (value + error - drawn[:, k]) / root
            drawn += np.outer(residuals[:, k], at_observed[k])
        draws += residuals.astype(draws.dtype) @ rows.astype(draws.dtype)
