"""Single path one-shot: weights that suit any path, then evolution over paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from warmstart._extras import require
from warmstart.architectures.differentiable.cells import EDGES, OPERATIONS, edge_name, one_path
from warmstart.architectures.differentiable.proxyless import drawn
from warmstart.architectures.differentiable.run import (
    Found,
    Schedule,
    batches,
    begin,
    optimisers,
)
from warmstart.models.evolution.predicted import evolve_predicted

_POPULATION, _GENERATIONS = 20, 4
_PARENTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SinglePath:
    """Each batch trains the weights of one sampled path; accuracy of paths then ranks cells.

    Cold, paths are drawn evenly; with `alpha0` those likely to be good elsewhere are trained
    more often, and begin the evolution.

    Parameters
    ----------
    schedule : Schedule
        `alpha_rate` is not used: nothing moves the logits.

    References
    ----------
    .. [1] Guo, Zhang, Mu, Heng, Liu, Wei, Sun. "Single Path One-Shot Neural Architecture
       Search with Uniform Sampling." ECCV 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> short = Schedule(n_epochs=1, channels=2, n_cells=1)
    >>> found = SinglePath(schedule=short).search(X[:64].reshape(-1, 8, 8), y[:64])
    >>> set(found.cell.values()) <= set(OPERATIONS)
    True
    """

    schedule: Schedule = field(default_factory=Schedule)

    def search(self, X: Any, y: Any, *, alpha0: Any = None, device: str = "cpu") -> Found:
        """As :meth:`warmstart.architectures.differentiable.darts.DARTS.search`.

        Parameters
        ----------
        X : array, shape (n, height, width) or (n, channels, height, width)
        y : array, shape (n,)
        alpha0 : array, shape (n_edges, n_operations), optional
        device : str
        """
        torch = require("torch", extra="torch")
        plan = self.schedule
        new = begin(X, y, plan, alpha0, device)
        net, weights, alpha, train, valid = (
            new.net,
            new.weights,
            new.alpha,
            new.train,
            new.valid,
        )
        by_weights, _ = optimisers(weights, [alpha], plan)
        rng, step = np.random.default_rng(plan.random_state), 0
        history: list[tuple[int, float, float]] = []

        def accuracy(cell: Mapping[str, str]) -> float:
            mixed = torch.tensor(one_path(cell), dtype=torch.float32, device=device)
            return net.accuracy(weights, mixed, *valid)

        likely = Found.of(alpha, ()).cell
        for _ in range(plan.n_epochs):
            for small, _other in batches(train, valid, plan, rng):
                by_weights.zero_grad()
                path, _ = drawn(alpha, rng, 1)
                net.loss(weights, path, *small).backward()
                by_weights.step()
                step += 1
            path, _ = drawn(alpha, rng, 1)
            history.append((step, net.accuracy(weights, path, *valid), accuracy(likely)))

        def score(cells: Sequence[Mapping[str, str]]) -> list[float]:
            return [accuracy(cell) for cell in cells]

        best = evolve_predicted(
            {edge_name(edge): OPERATIONS for edge in EDGES},
            score,
            1,
            first=self._first(alpha, rng) if alpha0 is not None else (),
            population_size=_POPULATION,
            n_generations=_GENERATIONS,
            random_state=plan.random_state,
        )[0]
        history.append((step, accuracy(best), accuracy(best)))
        return Found(one_path(best), tuple(history))

    @staticmethod
    def _first(alpha: Any, rng: np.random.Generator) -> list[dict[str, str]]:
        """Paths drawn by the prior, to begin the evolution with."""
        found = []
        for _ in range(_PARENTS):
            _, places = drawn(alpha, rng, 1)
            found.append(
                {
                    edge_name(edge): OPERATIONS[int(place)]
                    for edge, place in zip(EDGES, places[:, 0], strict=True)
                }
            )
        return found
