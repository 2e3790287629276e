"""Evolution on predictions: the best configurations within a cost, none of them evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import ArgumentError

Array = npt.NDArray[np.float64]
Configuration = Mapping[str, Any]
Predictor = Callable[[Sequence[Configuration]], Any]

_PARENTS = 0.25
"""Share of a generation that the next one descends from."""

_CHANGED = 0.1
"""Chance of each choice of a child to be drawn anew; of one place at least."""

_TRIES = 100
"""Children drawn for each one that is kept before a generation stays smaller."""


def evolve_predicted(
    choices: Mapping[str, Sequence[Any]],
    score: Predictor,
    n: int = 5,
    *,
    cost: Predictor | None = None,
    limit: float | None = None,
    first: Sequence[Configuration] = (),
    population_size: int = 100,
    n_generations: int = 30,
    random_state: int = 0,
) -> list[dict[str, Any]]:
    """The configurations of the highest predicted score among those within a limit of cost.

    Half of a generation are its parents' mutants, half are crossed from two of them;
    whoever is too dear is drawn anew. Nothing is evaluated: the score comes from a predictor,
    the cost from a table such as :class:`warmstart.CostTable`.

    Parameters
    ----------
    choices : mapping of str to sequence
        What each place may hold.
    score : callable
        From configurations to predicted scores, shape (n_configurations,); higher is better.
    n : int
        How many are wanted.
    cost : callable, optional
        From configurations to costs, likewise; with `limit`.
    limit : float, optional
        Highest cost allowed.
    first : sequence of mapping
        Members of the first generation; the rest is drawn at random.
    population_size, n_generations : int
    random_state : int

    Returns
    -------
    list of dict
        Distinct, best first; fewer where fewer within the limit were found.

    Raises
    ------
    ValueError
        If nothing can be chosen, a number is out of range, there is a limit without a cost or
        a cost without one, or nothing within the limit was found.

    References
    ----------
    .. [1] Cai, Gan, Wang, Zhang, Han. "Once-for-All: Train One Network and Specialize it
       for Efficient Deployment." ICLR 2020.

    Examples
    --------
    >>> choices = {"width": [1, 2, 4, 8], "depth": [1, 2, 4, 8]}
    >>> evolve_predicted(
    ...     choices, lambda many: [c["width"] + 2 * c["depth"] for c in many], n=1,
    ...     cost=lambda many: [c["width"] * c["depth"] for c in many], limit=8)
    [{'width': 1, 'depth': 8}]
    """
    _check(choices, n, cost, limit, population_size, n_generations)
    rng = np.random.default_rng(random_state)
    search = _Search(choices, score, cost, limit, rng)
    search.keep([dict(one) for one in first])
    search.fill(population_size, search.drawn)
    if not search.scores:
        raise ArgumentError(f"nothing within limit={limit} was found; raise the limit")
    for _ in range(n_generations):
        best = search.best(max(round(_PARENTS * population_size), 2))
        parents = [search.members[key] for key in best]
        size = len(search.scores)
        search.fill(size + population_size // 2, partial(search.mutant, parents))
        search.fill(size + population_size, partial(search.crossed, parents))
    return [dict(search.members[key]) for key in search.best(n)]


class _Search:
    """Every configuration seen within the limit, each scored once."""

    def __init__(
        self,
        choices: Mapping[str, Sequence[Any]],
        score: Predictor,
        cost: Predictor | None,
        limit: float | None,
        rng: np.random.Generator,
    ) -> None:
        self._choices, self._score, self._rng = choices, score, rng
        self._cost, self._limit = cost, limit
        self.members: dict[str, dict[str, Any]] = {}
        self.scores: dict[str, float] = {}

    def best(self, n: int) -> list[str]:
        return sorted(self.scores, key=lambda key: -self.scores[key])[:n]

    def keep(self, found: Sequence[dict[str, Any]]) -> None:
        """Score those that are new and within the limit."""
        fresh = {key: one for one in found if (key := repr(one)) not in self.members}
        if not fresh:
            return
        self.members |= fresh
        names = list(fresh)
        if self._cost is not None:
            costs = np.asarray(self._cost(list(fresh.values())), dtype=np.float64)
            names = [key for key, c in zip(fresh, costs, strict=True) if c <= self._limit]
        if names:
            scores = self._score([fresh[key] for key in names])
            self.scores |= dict(zip(names, np.asarray(scores, dtype=float), strict=True))

    def fill(self, size: int, draw: Callable[[], dict[str, Any]]) -> None:
        """Draw until so many are within the limit, or hardly anything new is."""
        for _ in range(_TRIES):
            missing = size - len(self.scores)
            if missing <= 0:
                return
            self.keep([draw() for _ in range(missing)])

    def drawn(self) -> dict[str, Any]:
        return {name: self._one(name) for name in self._choices}

    def mutant(self, parents: Sequence[Configuration]) -> dict[str, Any]:
        child = dict(parents[int(self._rng.integers(len(parents)))])
        names = list(self._choices)
        changed = self._rng.random(len(names)) < _CHANGED
        changed[int(self._rng.integers(len(names)))] = True
        for name, anew in zip(names, changed, strict=True):
            if anew:
                child[name] = self._one(name)
        return child

    def crossed(self, parents: Sequence[Configuration]) -> dict[str, Any]:
        one, other = (parents[int(k)] for k in self._rng.integers(len(parents), size=2))
        from_one = self._rng.random(len(self._choices)) < 0.5
        pairs = zip(self._choices, from_one, strict=True)
        return {name: (one if mine else other)[name] for name, mine in pairs}

    def _one(self, name: str) -> Any:
        options = self._choices[name]
        return options[int(self._rng.integers(len(options)))]


def _check(
    choices: Mapping[str, Sequence[Any]],
    n: int,
    cost: Predictor | None,
    limit: float | None,
    population_size: int,
    n_generations: int,
) -> None:
    empty = [name for name, options in choices.items() if not len(options)]
    if not choices or empty:
        raise ArgumentError(f"every place needs options to choose from, got none for {empty}")
    if (cost is None) != (limit is None):
        raise ArgumentError(
            f"cost= and limit= go together, got limit={limit} and "
            f"{'no' if cost is None else 'a'} cost"
        )
    for name, value, least in (
        ("n", n, 1),
        ("population_size", population_size, 4),
        ("n_generations", n_generations, 0),
    ):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ArgumentError(f"{name} must be a whole number from {least}, got {value!r}")
