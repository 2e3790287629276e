"""What was asked for beside the score, with what each candidate is expected to cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import KnowledgeError
from warmstart.recommend.pareto.drawn_costs import largest_drawn_front
from warmstart.recommend.pareto.objectives import UNITS

if TYPE_CHECKING:
    from warmstart.recommend.pareto.costs import Costs
    from warmstart.recommend.pareto.objectives import CostName

Array = npt.NDArray[np.float64]

_LIKELY = 0.1
"""Probability of keeping the limits below which a configuration is no candidate."""

_N_DRAWS = 128
"""Draws that a front is chosen on."""

_MARGIN = 0.1
"""How much dearer the reference is than the dearest candidate, as a share of how far costs are
apart: the best configuration is often the dearest, and belongs on a front too."""


def largest_front(
    regrets: Any, costs: Costs, objectives: Sequence[CostName], n: int, *, random_state: int
) -> list[int]:
    """The best in score, and what makes the front with it expected to be the largest.

    Costs count by their logarithms, and are drawn like the regrets: they are not known either.

    Parameters
    ----------
    regrets : array, shape (n_samples, n_candidates)
        Draws, lower is better.
    costs : Costs
        Of each candidate.
    objectives : sequence of str
        One or two of the costs.
    n : int
    random_state : int
        Of the draws of the costs.

    Examples
    --------
    >>> from warmstart.recommend.pareto.costs import Costs
    >>> costs = Costs({"fit_s": np.array([8.0, 1.0, 2.0])}, {"fit_s": np.full(3, 0.1)})
    >>> largest_front([[0.0, 0.1, 0.9]] * 8, costs, ["fit_s"], 2, random_state=0)
    [0, 1]
    """
    drawn = np.asarray(regrets, dtype=np.float64)[:_N_DRAWS]
    low = drawn.min(axis=1, keepdims=True)
    spread = drawn.max(axis=1, keepdims=True) - low
    scores = 1.0 - (drawn - low) / np.where(spread > 0, spread, 1.0)
    rng = np.random.default_rng([random_state, 3])
    logs = costs.draw(objectives, len(scores), rng)
    best = int(scores.mean(axis=0).argmax())
    return largest_drawn_front(scores, logs, n, margin=_MARGIN, first=best)


def dearest(logs: Array) -> Array:
    """Logarithms of the costs above which nothing counts, shape (n_costs,).

    Parameters
    ----------
    logs : ndarray, shape (n_candidates, n_costs)
        Of the candidates' costs.
    """
    worst: Array = logs.max(axis=0) + _MARGIN * np.ptp(logs, axis=0)
    return worst


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """Objectives and limits over the candidates of one answer."""

    costs: Costs
    """Of each candidate."""

    objectives: tuple[CostName, ...]
    """Costs to be low, beside the score."""

    limits: Mapping[CostName, float]

    def possible(self) -> npt.NDArray[np.intp]:
        """Candidates that may keep the limits and whose costs are known.

        Raises
        ------
        KnowledgeError
            If there is none, with the limit that is out of reach.
        """
        known = np.ones(len(self.feasible()), dtype=bool)
        for name in self.objectives:
            known &= np.isfinite(self.costs.medians[name])
        kept = np.flatnonzero(known & (self.feasible() >= _LIKELY))
        if not len(kept):
            raise KnowledgeError(self._out_of_reach())
        return kept

    def feasible(self) -> Array:
        """Probability that each candidate keeps the limits, shape (n_candidates,)."""
        return self.costs.feasible(self.limits)

    def take(self, places: npt.NDArray[np.intp]) -> Front:
        """The same of some of the candidates."""
        return Front(self.costs.take(places), self.objectives, self.limits)

    def within(self, regrets: Any, rng: np.random.Generator) -> Any:
        """Draws of regrets in which what breaks a limit is as bad as the worst.

        Parameters
        ----------
        regrets : ndarray, shape (n_samples, n_candidates)
        """
        if not self.limits:
            return regrets
        kept = self.costs.draw_feasible(self.limits, len(regrets), rng)
        return np.where(kept, regrets, regrets.max(axis=1, keepdims=True))

    def expected_costs(self) -> tuple[tuple[float, ...], ...]:
        """Of each candidate, one an objective."""
        medians = [self.costs.medians[name].tolist() for name in self.objectives]
        return tuple(zip(*medians, strict=True))

    def cost_spreads(self) -> tuple[tuple[float, ...], ...]:
        """Standard deviations of their logarithms, likewise."""
        spreads = [self.costs.spreads[name].tolist() for name in self.objectives]
        return tuple(zip(*spreads, strict=True))

    def pick(self, regrets: Any, n: int, random_state: int) -> list[int]:
        """As :func:`largest_front`, of the candidates."""
        return largest_front(regrets, self.costs, self.objectives, n, random_state=random_state)

    def predicted_costs(self, picks: list[int]) -> tuple[dict[str, float], ...]:
        """Expected costs of chosen candidates, and how likely they keep the limits."""
        feasible = self.feasible()
        return tuple(
            {
                name: float(values[k])
                for name, values in self.costs.medians.items()
                if name != "fit_s"  # told of every suggestion, as cost_s
            }
            | ({"p_feasible": float(feasible[k])} if self.limits else {})
            for k in picks
        )

    def notes(self, n_all: int, n_possible: int) -> tuple[str, ...]:
        """What was left out.

        Parameters
        ----------
        n_all : int
            Candidates before limits.
        n_possible : int
            Those that may keep them.
        """
        if n_possible == n_all:
            return ()
        asked = ", ".join(f"max_{name}={limit:g}" for name, limit in self.limits.items())
        reason = f"within {asked}" if asked else "of known cost"
        return (f"{n_possible} of {n_all} configurations are likely enough {reason}.",)

    def _out_of_reach(self) -> str:
        for name, limit in self.limits.items():
            medians = self.costs.medians[name]
            if not np.isfinite(medians).any():
                return f"max_{name}={limit:g}: the base does not know {name} of any candidate"
            if not (self.costs.feasible({name: limit}) >= _LIKELY).any():
                return (
                    f"nothing keeps max_{name}={limit:g}: the least is expected to take "
                    f"{np.nanmin(medians):.3g} {UNITS[name]}; raise the limit"
                )
        return "nothing is likely to keep all limits at once, so raise one of " + ", ".join(
            f"max_{name}={limit:g}" for name, limit in self.limits.items()
        )
