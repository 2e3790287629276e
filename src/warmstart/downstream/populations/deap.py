"""DEAP: a first population of its own individuals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from warmstart._extras import require
from warmstart.downstream.adapter import Fitting, TunerAdapter
from warmstart.downstream.point_forms import Points
from warmstart.errors import ArgumentError, SpaceMismatchError
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Space

if TYPE_CHECKING:
    from typing_extensions import Unpack


def seed(
    suggestions: Points,
    target: Any = None,
    *,
    space: Space | None = None,
    **fitting: Unpack[Fitting],
) -> SeedReport:
    """Make individuals of points, legal for a space and best first.

    DEAP has no space of its own: an individual is a list, and whatever is in it is evaluated.

    Parameters
    ----------
    suggestions : Suggestions, or iterable of Suggestion or of dict, or DataFrame
        ``suggestions.population(n)`` gives as many as a population has.
    target : type
        The class of individuals that ``creator.create`` made, a list with a ``fitness``.
    space : Space
        What each place of an individual holds, in its order.
    mapping, policy, defaults
        See :func:`warmstart.downstream.fit.fit_points`.
    scores : sequence of float, optional, shape (n_points,)
        Known scores, higher is better: they become valid fitnesses, with the sign that the
        weight of the one objective asks for, so that DEAP does not evaluate them again.

    Returns
    -------
    SeedReport
        Its ``arguments["population"]`` is a list of individuals.

    Raises
    ------
    SpaceMismatchError
        If there is no space, or the target is no class of lists.
    ValueError
        If there are scores for a fitness of several objectives.
    MissingExtraError
        If DEAP is not installed.

    Examples
    --------
    >>> import warmstart
    >>> from deap import base, creator
    >>> from warmstart.spaces.space import Number, Space
    >>> creator.create("Shortest", base.Fitness, weights=(-1.0,))
    >>> creator.create("Tree", list, fitness=creator.Shortest)
    >>> space = Space(parameters=(Number(name="depth", low=1, high=8, integer=True),))
    >>> report = warmstart.downstream.deap.seed([{"depth": 64}], creator.Tree, space=space)
    >>> report.arguments["population"]
    [[8]]
    """
    require("deap", extra="deap")
    if not (isinstance(target, type) and issubclass(target, list)):
        raise SpaceMismatchError(
            f"the target is the class of individuals that creator.create made of list, "
            f"got {target!r}"
        )
    if not isinstance(space, Space):
        raise SpaceMismatchError(
            "DEAP has no space; pass space= a Space with one parameter a place of an "
            f"individual, got {space!r}"
        )
    return _Individuals(target, space).seed(suggestions, **fitting)


class _Individuals(TunerAdapter):
    tuner = "deap"

    def __init__(self, kind: Any, space: Space) -> None:
        self._kind, self._space = kind, space

    def space(self) -> Space:
        return self._space

    def hand_over(self, report: SeedReport) -> SeedReport:
        population = []
        for point in report.points:
            individual = self._kind(point.values[name] for name in self._space.names)
            if point.score is not None:
                individual.fitness.values = (self._fitness(individual, point.score),)
            population.append(individual)
        return replace(report, arguments={"population": population} if population else {})

    def _fitness(self, individual: Any, score: float) -> float:
        weights = individual.fitness.weights
        if len(weights) != 1:
            raise ArgumentError(
                f"scores are of one objective, but the fitness has {len(weights)} weights"
            )
        return score if weights[0] > 0 else -score
