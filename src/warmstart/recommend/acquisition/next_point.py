"""The next configuration, by an acquisition function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.models.protocols import Belief
from warmstart.recommend.acquisition import functions as acq
from warmstart.recommend.acquisition.batch import N_SAMPLES, best_of_n
from warmstart.recommend.acquisition.by_name import acquisition_named

if TYPE_CHECKING:
    from warmstart.models.gaussian.posterior import MixturePosterior
    from warmstart.recommend.question.arguments import Acquisition

Array = np.ndarray[Any, np.dtype[np.float64]]

_IMPROVEMENTS = ("ei", "log_ei", "ei_per_second", "pi")
"""Names of what is an improvement, its logarithm or its probability."""

_LEAST = 1e-30
"""Improvement below which only its logarithm keeps the order of configurations."""


def worth(
    marginals: tuple[Array, Array, Array],
    incumbent: float,
    acquisition: Acquisition,
    costs: Array | None = None,
    chances: Array | None = None,
) -> Array:
    """How much each configuration is worth trying next, shape (n_configs,); any but Thompson.

    Parameters
    ----------
    marginals : tuple of ndarray
        Means and standard deviations, (n_components, n_configs), and weights.
    incumbent : float
        Lowest response seen.
    costs : ndarray, shape (n_configs,), optional
        Predicted seconds, for "ei_per_second".
    chances : ndarray, shape (n_configs,), optional
        Probability that each keeps the limits: improvement counts with it.

    Notes
    -----
    Improvement is multiplied by the chance. Of a bound, or of a function of another package,
    whose scale is not known, only those count that keep the limits in every second case, or
    those that keep them most often where none does.

    References
    ----------
    .. [1] Gardner et al. "Bayesian Optimization with Inequality Constraints." ICML 2014.
    """
    result = acquisition_named(acquisition)(*marginals, incumbent)
    if acquisition not in _IMPROVEMENTS:
        if chances is None:
            return result
        return np.where(chances >= min(0.5, chances.max()), result, -np.inf)
    if acquisition == "pi":
        return result if chances is None else result * chances
    if acquisition == "ei_per_second" and costs is not None:
        result = result - np.log(np.maximum(costs, 1e-3))
    if chances is not None:
        result = result + np.log(np.maximum(chances, 1e-12))
    return result


def pick(
    mixture: MixturePosterior,
    open_: npt.NDArray[np.bool_],
    incumbent: float,
    acquisition: Acquisition,
    *,
    pending: Sequence[int],
    costs: Array,
    rng: np.random.Generator,
    chances: Array | None = None,
) -> int:
    """Position of the configuration most worth trying.

    Parameters
    ----------
    mixture : MixturePosterior
        Told everything known; changed where something is pending.
    open_ : ndarray of bool, shape (n_configs,)
        What may be picked.
    incumbent : float
        Lowest response seen.
    pending : sequence of int
        Asked and not told yet: each is taken to turn out as expected, so that the next
        pick looks elsewhere.
    costs : ndarray, shape (n_configs,)
        Predicted seconds, for "ei_per_second".
    chances : ndarray, shape (n_configs,), optional
        See :func:`worth`.

    References
    ----------
    .. [1] Ginsbourger, Le Riche, Carraro. "Kriging Is Well-Suited to Parallelize
       Optimization." 2010 (the kriging believer, for what is pending).
    """
    for index in pending:
        mixture.tell(index, float(mixture.mean()[index]))
    if acquisition == "thompson":
        value = -mixture.sample(1, rng)[0]
        return int(np.where(open_, value, -np.inf).argmax())
    marginals = mixture.means, np.sqrt(mixture.variances), mixture.weights
    return pick_from(marginals, open_, incumbent, acquisition, costs=costs, chances=chances)


def pick_from(
    marginals: tuple[Array, Array, Array],
    open_: npt.NDArray[np.bool_],
    incumbent: float,
    acquisition: Acquisition,
    *,
    costs: Array | None = None,
    chances: Array | None = None,
) -> int:
    """As :func:`pick`, of beliefs about each configuration by itself; any but Thompson.

    Parameters
    ----------
    marginals : tuple of ndarray
        Means and standard deviations, (n_components, n_configs), and weights.
    open_ : ndarray of bool, shape (n_configs,)
        What may be picked.
    incumbent : float
        Lowest response seen.
    acquisition : str
        Name of what ranks.
    costs : ndarray, shape (n_configs,)
        Predicted seconds, for "ei_per_second".
    chances : ndarray, shape (n_configs,), optional
        Probability that each keeps the limits.
    """
    if acquisition in ("ei", "log_ei") and chances is None:
        means, stds, weights = marginals
        best = acq.most_improving(means, stds**2, weights, incumbent, open_)
        gain = acq.expected_improvement(means[:, [best]], stds[:, [best]], weights, incumbent)
        if gain[0] > _LEAST:
            return best
    value = worth(marginals, incumbent, acquisition, costs, chances)
    return int(np.where(open_, value, -np.inf).argmax())


class ByAcquisition:
    """The task state of a model that only believes: its design first, then an acquisition.

    Parameters
    ----------
    belief : Belief
        Over the configurations of the table its model was fitted to.
    acquisition : str
    first : Belief, optional
        What a start without a design is chosen by, where it is another belief.
    random_state : int
        Of the draws that Thompson sampling, and a start without a design, are chosen on.
    costs : ndarray, shape (n_configs,), optional
    """

    def __init__(
        self,
        belief: Belief,
        acquisition: Acquisition = "ei",
        *,
        first: Belief | None = None,
        random_state: int = 0,
        costs: Array | None = None,
    ) -> None:
        self.belief, self._first = belief, first or belief
        self._acquisition, self._costs, self._seed = acquisition, costs, random_state
        n = len(belief.design) or belief.marginals()[0].shape[1]
        self._out = np.zeros(n, dtype=bool)

    def next(self) -> int:
        """The next of the design, or the one most worth trying once it is done."""
        if self._improves:
            # One is found at a fraction of what an order of all of them costs.
            believed, best = self.belief.marginals(), self.belief.incumbent()
            return pick_from(believed, ~self._out, best, self._acquisition)
        left = self.batch(1)
        if not left:
            raise IndexError("every configuration has been told")
        return left[0]

    @property
    def _improves(self) -> bool:
        """Whether the next is the one of largest expected improvement, by results told."""
        belief = self.belief
        begun = len(belief.observed) >= max(belief.n_initial, 1) and not self._out.all()
        by_gain = self._acquisition in ("ei", "log_ei")
        return begun and by_gain and bool(np.isfinite(belief.incumbent()))

    def batch(self, n: int) -> list[int]:
        """The design while too little was told, then those most worth trying."""
        belief = self.belief
        if len(belief.observed) < belief.n_initial:
            return [int(k) for k in belief.design if not self._out[k]][:n]
        left = np.flatnonzero(~self._out)
        rng = np.random.default_rng([self._seed, len(belief.observed)])
        if not len(belief.observed) and len(left) and not len(belief.design):
            losses = -self._first.draws(N_SAMPLES, rng)[:, left]
            return [int(left[k]) for k in best_of_n(losses, n)]
        means, stds, weights = belief.marginals()
        if self._acquisition == "thompson":
            value = belief.draws(1, rng)[0]
        else:
            incumbent = belief.incumbent()
            if not np.isfinite(incumbent):  # before any result: below the best expected
                incumbent = float((weights @ means).min())
            value = worth((means, stds, weights), incumbent, self._acquisition, self._costs)
        order = np.lexsort((weights @ means, -value))
        return [int(k) for k in order[~self._out[order]][:n]]

    def tell(self, index: int, score: float) -> None:
        """Learn a score; NaN rules the configuration out.

        Parameters
        ----------
        index : int
            Place of the configuration.
        score : float
            Higher is better; NaN where there is none.
        """
        self._out[index] = True
        if np.isfinite(score):
            self.belief.tell(index, score)
