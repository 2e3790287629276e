"""The configuration expected to add most to the front of what was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.recommend.acquisition.functions import expected_improvement
from warmstart.recommend.pareto.batch import CostCells
from warmstart.recommend.pareto.front import dearest
from warmstart.recommend.pareto.hypervolume import non_dominated

if TYPE_CHECKING:
    from warmstart.recommend.belief.posterior import TaskBelief
    from warmstart.recommend.candidates.pool import Pool
    from warmstart.recommend.question.search_question import Question

Array = npt.NDArray[np.float64]


def expected_front_gains(
    marginals: tuple[Array, Array, Array],
    costs: Array,
    seen: Sequence[tuple[int, float]],
    *,
    reference: float,
    worst: Any = None,
) -> Array:
    r"""Expected hypervolume improvement of each configuration by itself, in closed form.

    The front cuts the costs into cells, each with the lowest response :math:`r_c` reached at
    no more than its costs. A configuration improves the cells :math:`C_j` that it is cheap
    enough for, each by as much as its response falls below what is reached there:

    .. math:: \mathrm{EHVI}_j = \sum_{c \in C_j} |c| \; \mathrm{E}[(r_c - Y_j)_+]

    Parameters
    ----------
    marginals : tuple of ndarray
        Means and standard deviations of the response, (n_components, n_configs), lower is
        better, and weights.
    costs : ndarray, shape (n_configs, n_costs)
        One or two, known; lower is better.
    seen : sequence of (int, float)
        Which were tried, and their responses.
    reference : float
        Response above which nothing counts.
    worst : array, shape (n_costs,), optional
        Costs above which nothing counts; the largest of all without.

    Returns
    -------
    ndarray, shape (n_configs,)
        Response times cost; never negative.

    References
    ----------
    .. [1] Emmerich, Deutz, Klinkenberg. "Hypervolume-Based Expected Improvement:
       Monotonicity Properties and Exact Computation." CEC 2011.

    Examples
    --------
    >>> believed = np.array([[0.2, 0.9]]), np.zeros((1, 2)), np.ones(1)
    >>> costs = np.array([[2.0], [1.0]])
    >>> expected_front_gains(believed, costs, [(0, 0.2)], reference=1.0, worst=[3.0]).round(3)
    array([0. , 0.1])
    """
    cells = CostCells(costs, worst)
    reached = np.full(len(cells.sizes), float(reference))
    for place, response in seen:
        covered = cells.covered[place]
        reached[covered] = np.minimum(reached[covered], response)
    gains = np.zeros(len(costs))
    for level in np.unique(reached):
        widths = cells.covered[:, reached == level] @ cells.sizes[reached == level]
        gains += widths * expected_improvement(*marginals, float(level))
    return gains


def next_on_front(
    question: Question,
    pool: Pool,
    belief: TaskBelief,
    open_: npt.NDArray[np.bool_],
    pending: Sequence[int],
) -> int | None:
    """Place of the open configuration of the largest expected gain; None where none is open.

    Costs are those expected, by their logarithms. What is pending is taken to turn out as
    expected. Where nothing is expected to add anything, the best response is.

    Parameters
    ----------
    question : Question
        With objectives.
    pool : Pool
    belief : TaskBelief
        Told at least one score.
    open_ : ndarray of bool, shape (n_pool,)
    pending : sequence of int
    """
    if not open_.any():
        return None
    n = len(question.pool)
    logs = np.log(np.asarray(question.expected_costs))
    reference = float(belief.at_first().mixture.mean()[:n].max())
    observed = belief.mean_scores()
    # What is not of the question's pool has no cost that is known.
    seen = [(place, belief.response(score)) for place, score in observed.items() if place < n]
    mixture = (belief.rebuilt() if pending else belief.now()).mixture
    for place in (k for k in pending if k < n):
        expected = float(mixture.mean()[place])
        mixture.tell(place, expected)
        seen.append((place, expected))
    means, stds = mixture.means[:, :n], np.sqrt(mixture.variances[:, :n])
    gains = expected_front_gains(
        (means, stds, mixture.weights), logs, seen, reference=reference, worst=dearest(logs)
    )
    if (chances := pool.chances(n)) is not None:
        gains = gains * chances
    gains = np.where(open_[:n], gains, -np.inf)
    if gains.max() > 0:
        return int(gains.argmax())
    return int(np.where(open_[:n], mixture.mean()[:n], np.inf).argmin())


def observed_front(scores: Mapping[int, float], costs: Any) -> list[int]:
    """Places whose score and costs no other beats in all, by falling score.

    Parameters
    ----------
    scores : mapping of int to float
        Of what was tried, by place.
    costs : array, shape (n_known, n_costs)
        Lower is better; what has no row here is not on the front.

    Examples
    --------
    >>> observed_front({0: 0.7, 1: 0.6, 2: 0.8}, [[1.0], [2.0], [3.0]])
    [2, 0]
    """
    known = [place for place in scores if place < len(costs)]
    if not known:
        return []
    points = [[scores[place], *(-cost for cost in costs[place])] for place in known]
    kept = zip(known, non_dominated(points), strict=True)
    return sorted((place for place, on_it in kept if on_it), key=lambda k: -scores[k])
