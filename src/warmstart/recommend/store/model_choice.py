"""Which model decides what is suggested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warmstart.models.pmf.pmf import PMF
from warmstart.recommend.methods import make_method

if TYPE_CHECKING:
    from warmstart.models.protocols import PerformanceModel


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model by name or as an object, and PMF, which predicts scores in any case.

    Examples
    --------
    >>> ModelChoice.of("portfolio").name, ModelChoice.of("pmf").method
    ('portfolio', None)
    """

    given: str | PerformanceModel

    pmf: PMF
    """Its settings; not fitted."""

    method: PerformanceModel | None
    """What decides in place of PMF, if anything does; not fitted."""

    @classmethod
    def of(cls, model: str | PerformanceModel) -> ModelChoice:
        """Make what is named.

        Raises
        ------
        ValueError
            If no method has that name.
        TypeError
            If it is neither a name nor a performance model.
        """
        made = make_method(model)
        if isinstance(made, PMF):
            return cls(model, made, None)
        return cls(model, PMF(), made)

    @property
    def name(self) -> str:
        """Name of the model, or of its class."""
        return self.given if isinstance(self.given, str) else type(self.given).__name__

    def for_strategy(
        self, strategy: str, *, unlike: bool
    ) -> tuple[PerformanceModel | None, str]:
        """What chooses by a strategy, None for the base's own model, and its name.

        Parameters
        ----------
        strategy : str
            One of :data:`warmstart.recommend.question.task_query.STRATEGIES`.
        unlike : bool
            Whether the dataset is unlike everything known.
        """
        if strategy == "auto" and unlike and self.method is None:
            strategy = "portfolio"
        if strategy == "auto":
            return self.method, self.name
        by_pmf = strategy in ("pmf", "anytime")
        return (None if by_pmf else make_method(strategy)), strategy
