"""What exact results say of the latents that configurations share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from warmstart.models.gaussian.factor import Factor

Array = np.ndarray[Any, np.dtype[np.float64]]

LEAST = 1e-12
"""Variance that rounding may have taken away."""


class SharedLatents:
    """Components of a mixture by the factor they share, which is then worked with once.

    Parameters
    ----------
    factors : sequence of Factor, length n_components
    scales, level_stds : ndarray, shape (n_components,)
        As in :class:`warmstart.models.gaussian.posterior.MixturePosterior`.
    """

    def __init__(self, factors: Sequence[Factor], scales: Array, level_stds: Array) -> None:
        self._scales, self._level_stds = scales, level_stds
        by_factor: dict[int, list[int]] = {}
        for g, factor in enumerate(factors):
            by_factor.setdefault(id(factor), []).append(g)
        self._groups = [(factors[of[0]], np.array(of)) for of in by_factor.values()]
        # What was told of the latents: of each group (n_in_group, room, n_latent + 1), filled
        # up to the number of results.
        self.learnt: list[Array] = [
            np.empty((len(members), 0, factor.loadings.shape[1] + 1))
            for factor, members in self._groups
        ]

    @property
    def kind(self) -> Any:
        """Precision that all factors are kept in."""
        return np.result_type(*(factor.loadings for factor, _ in self._groups))

    def by_factor(self, compute: Callable[[Factor], Array]) -> Array:
        """One row a component, (n_components, n_configs); a shared factor is computed once."""
        n_configs = len(self._groups[0][0].noise)
        rows = np.empty((len(self._scales), n_configs))
        for factor, members in self._groups:
            rows[members] = compute(factor)
        return rows

    def read(self, learnt: Sequence[Array], k: int) -> Array:
        """What result k said of the latents, read here, shape (n_components, n_configs).

        Parameters
        ----------
        learnt : sequence of ndarray
            As :attr:`learnt`, of other configurations with the same latents.
        k : int
            Place of the result.
        """
        result = np.empty((len(self._scales), len(self._groups[0][0].noise)))
        for (factor, members), known in zip(self._groups, learnt, strict=True):
            scales, levels = self._scales[members], self._level_stds[members]
            weights = (scales[:, None] * known[:, k, :-1]).astype(factor.loadings.dtype)
            result[members] = weights @ factor.loadings.T + (levels * known[:, k, -1])[:, None]
        return result

    def column_after(self, observed: Sequence[int], index: int) -> Array:
        r"""Covariance with one given exact results on others, shape (n_components, n_configs).

        A configuration and another are alike only through their latents, with the level as
        one more: :math:`\operatorname{cov}(i, j) = h_i^T M h_j` with
        :math:`h_i = (s_g \lambda_i, \tau_g)` and M what is left of the latents' covariance,
        :math:`I - \sum u u^T` over one u for each result. What was told is known for good.

        Parameters
        ----------
        observed : sequence of int
            Configurations told so far, each once and exactly.
        index : int
            Another; what its result will say of the latents is remembered.
        """
        n_observed = len(observed)
        result: Array = np.empty((len(self._scales), len(self._groups[0][0].noise)), self.kind)
        for place, (factor, members) in enumerate(self._groups):
            scales, levels = self._scales[members], self._level_stds[members]
            h = np.column_stack([np.outer(scales, factor.loadings[index]), levels])
            u = self.learnt[place][:, :n_observed]
            v = h - ((u @ h[:, :, None]).transpose(0, 2, 1) @ u)[:, 0]
            # One product for all components of the group: it reads the loadings once.
            weights = (scales[:, None] * v[:, :-1]).astype(factor.loadings.dtype)
            column = weights @ factor.loadings.T
            column += (levels * v[:, -1]).astype(column.dtype)[:, None]
            column[:, index] += scales**2 * factor.noise[index]
            variance = np.maximum(column[:, index], LEAST)
            if n_observed == self.learnt[place].shape[1]:
                room = np.empty((len(members), max(n_observed, 8), v.shape[1]))
                self.learnt[place] = np.concatenate([self.learnt[place], room], axis=1)
            self.learnt[place][:, n_observed] = v / np.sqrt(variance)[:, None]
            if len(self._groups) == 1:
                result = column
            else:
                result[members] = column
        result[:, list(observed)] = 0.0
        return result

    def discount(self, k: int, factors: Array) -> None:
        """Have result k say less of the latents: factors of it, shape (n_components,)."""
        for (_, members), learnt in zip(self._groups, self.learnt, strict=True):
            learnt[:, k] *= factors[members, None]
