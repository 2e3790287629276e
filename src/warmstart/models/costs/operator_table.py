"""Costs that add up over choices: a look-up table learnt from measured configurations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import ArgumentError, NotFittedError

Array = npt.NDArray[np.float64]

_RIDGE = 1e-6
_PAIR_RIDGE = 1.0
"""What two choices take together beyond each is believed once some runs speak of it."""

Words = tuple[str, ...]
"""The choice of one place, or those of two."""


@dataclass(slots=True)
class CostTable:
    r"""Seconds (or bytes) of each choice of each place, added up.

    .. math:: c(x) = c_0 + \sum_p t_p(x_p)

    Learnt by least squares, so that a table of operators needs no operator timed by itself.
    Every term is measured against the choice seen first, whose cost is in :math:`c_0`. With
    pairs, two choices may take more or less together than each of them adds,

    .. math:: c(x) = c_0 + \sum_p t_p(x_p) + \sum_{p < q} t_{pq}(x_p, x_q)

    as where operators that follow each other are fused; two never measured together add what
    each of them does.

    Parameters
    ----------
    pairs : bool

    References
    ----------
    .. [1] Wu et al. "FBNet: Hardware-Aware Efficient ConvNet Design via Differentiable
       Neural Architecture Search." CVPR 2019.
    .. [2] Cai, Gan, Wang, Zhang, Han. "Once-for-All: Train One Network and Specialize it
       for Efficient Deployment." ICLR 2020.

    Examples
    --------
    >>> cells = [{"a": "skip", "b": "skip"}, {"a": "conv", "b": "skip"},
    ...          {"a": "skip", "b": "conv"}]
    >>> table = CostTable().fit(cells, [1.0, 3.0, 2.0])
    >>> table.predict([{"a": "conv", "b": "conv"}]).round(3).tolist()
    [4.0]
    """

    pairs: bool = False

    base_: float = 0.0
    terms_: dict[str, dict[str, float]] = field(default_factory=dict)
    """Cost of each choice beyond the first one seen, by place."""

    pair_terms_: dict[tuple[str, str], dict[Words, float]] = field(default_factory=dict)
    """Cost of two choices together beyond each of them, by both places."""

    names_: tuple[str, ...] = ()

    spread_: float = 0.0
    """Standard deviation of what was measured about what the terms add up to: a limit is kept
    more surely by as much less."""

    def fit(self, configurations: Sequence[Mapping[str, Any]], costs: Any) -> CostTable:
        """Learn from measured configurations.

        Parameters
        ----------
        configurations : sequence of mapping, length n
            One choice a place; a place that one leaves out has the choice "none".
        costs : array, shape (n,)
            Finite.

        Raises
        ------
        ValueError
            If lengths differ, there is none, or a cost is not finite.
        """
        measured = np.asarray(costs, dtype=np.float64)
        if not len(configurations) == len(measured) > 0:
            raise ArgumentError(
                f"{len(configurations)} configurations and {len(measured)} costs were given; "
                "one of each, at least one, is needed"
            )
        if not np.isfinite(measured).all():
            at = int(np.flatnonzero(~np.isfinite(measured))[0])
            raise ArgumentError(f"cost {at} is {measured[at]}; leave out what was not measured")
        self.names_ = tuple(dict.fromkeys(name for one in configurations for name in one))
        words = [tuple(_choice(one, name) for name in self.names_) for one in configurations]
        first = [next(iter(dict.fromkeys(column))) for column in zip(*words, strict=True)]
        places: list[tuple[int, ...]] = [(p,) for p in range(len(self.names_))]
        if self.pairs:
            places += list(combinations(range(len(self.names_)), 2))
        columns = {
            (where, seen): k
            for k, (where, seen) in enumerate(
                (where, seen)
                for where in places
                for seen in dict.fromkeys(tuple(row[p] for p in where) for row in words)
                if all(word != first[p] for p, word in zip(where, seen, strict=True))
            )
        }
        x = np.zeros((len(words), len(columns) + 1))
        x[:, -1] = 1.0
        for i, row in enumerate(words):
            for where in places:
                k = columns.get((where, tuple(row[p] for p in where)))
                if k is not None:
                    x[i, k] = 1.0
        # Of choices that always come together only the sum is known: shared evenly.
        ridge = [_RIDGE if len(where) == 1 else _PAIR_RIDGE for where, _ in columns]
        found = np.linalg.solve(x.T @ x + np.diag([*ridge, _RIDGE]), x.T @ measured)
        self.base_ = float(found[-1])
        free = max(len(measured) - x.shape[1], 1)
        self.spread_ = float(np.sqrt(((measured - x @ found) ** 2).sum() / free))
        self.terms_ = {name: {first[p]: 0.0} for p, name in enumerate(self.names_)}
        self.pair_terms_ = {}
        for (where, seen), k in columns.items():
            if len(where) == 1:
                self.terms_[self.names_[where[0]]][seen[0]] = float(found[k])
            else:
                both = self.names_[where[0]], self.names_[where[1]]
                self.pair_terms_.setdefault(both, {})[seen] = float(found[k])
        return self

    def predict(self, configurations: Sequence[Mapping[str, Any]]) -> Array:
        """Cost of each configuration, shape (n,).

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        ValueError
            If a choice was never measured.
        """
        if not self.terms_:
            raise NotFittedError("fit the cost table to measured configurations first")
        return np.array([self._sum(one) for one in configurations])

    def _sum(self, configuration: Mapping[str, Any]) -> float:
        new = set(configuration) - set(self.names_)
        if new:
            raise ArgumentError(f"the table knows no {sorted(new)}; it has {self.names_}")
        total = self.base_
        for name, terms in self.terms_.items():
            word = _choice(configuration, name)
            if word not in terms:
                raise ArgumentError(
                    f"{name}={word} was never measured; measured were {sorted(terms)}"
                )
            total += terms[word]
        for (one, other), pairs in self.pair_terms_.items():
            seen = _choice(configuration, one), _choice(configuration, other)
            total += pairs.get(seen, 0.0)
        return total


def _choice(configuration: Mapping[str, Any], name: str) -> str:
    return str(configuration.get(name, "none"))
