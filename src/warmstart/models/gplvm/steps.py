"""Steps of training by mini-batches: who is seen when, and who moves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from warmstart._extras import require

_ADAM = (0.9, 0.999)
"""How fast Adam forgets gradients and their squares."""


def turns_of(
    n_configs: int, at_most: int, rng: np.random.Generator
) -> Iterator[np.ndarray[Any, np.dtype[np.intp]]]:
    """Which configurations each step sees, ascending: as many, all about as often.

    Parameters
    ----------
    n_configs, at_most : int
        How many there are, and a step sees.
    rng : Generator
        Draws them where a step does not see all.
    """
    while True:
        order = np.arange(n_configs) if at_most == n_configs else rng.permutation(n_configs)
        for start in range(0, n_configs - at_most + 1, at_most):
            yield np.sort(order[start : start + at_most])


class Steps:
    """Gradient steps; where a step sees some configurations, only those move.

    Momentum would carry the others on, so that with Adam each counts its own steps.

    Parameters
    ----------
    parameters : list of Tensor
        The first holds a row a configuration.
    optimiser : {"sgd", "adam"}
    rate : float
    some : bool
        Whether a step sees only some configurations.
    """

    def __init__(
        self, parameters: list[Any], optimiser: str, rate: float, *, some: bool
    ) -> None:
        torch = require("torch", extra="torch")
        self._parameters, self._rate = parameters, rate
        self._apart = some and optimiser == "adam"
        maker = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimiser]
        shared = parameters[1:] if self._apart else parameters
        self._shared = maker(shared, lr=rate)
        if self._apart:
            latents = parameters[0].detach()
            self._first, self._second = torch.zeros_like(latents), torch.zeros_like(latents)
            self._counts = torch.zeros_like(latents[:, :1])

    def forget(self) -> None:
        """Begin a step without gradients."""
        for parameter in self._parameters:
            parameter.grad = None

    def take(self, drawn: Any) -> None:
        """Move by the gradients; of configurations only `drawn`, a tensor of places."""
        self._shared.step()
        if not self._apart:
            return
        latents, near = self._parameters[0].detach(), _ADAM
        gradient = self._parameters[0].grad[drawn]
        self._counts[drawn] += 1
        n = self._counts[drawn]
        first = near[0] * self._first[drawn] + (1 - near[0]) * gradient
        second = near[1] * self._second[drawn] + (1 - near[1]) * gradient**2
        self._first[drawn], self._second[drawn] = first, second
        spread = (second / (1 - near[1] ** n)).sqrt() + 1e-8
        latents[drawn] -= self._rate * first / (1 - near[0] ** n) / spread
