"""Ensembles of known tasks' responses and the new task's own process: what they share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from warmstart.errors import NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.completion.complete import standardise
from warmstart.models.gaussian.feature_gp import (
    FeatureGP,
    configuration_features,
    median_distance,
)
from warmstart.models.log_loss import ideal_score, log_loss_response
from warmstart.models.rankings.portfolio import portfolio_order, tempered
from warmstart.models.surrogates.process_belief import ProcessBelief

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True, slots=True)
class KnownResponses:
    """What an ensemble remembers of a table."""

    responses: Floats
    """Standardised and completed, shape (n_tasks, n_configs); lower is better."""

    features: Floats
    """Of the configurations, shape (n_configs, n_features)."""

    span: float
    """Median distance between two of them, the lengthscale a process begins with."""

    design: list[int]
    """A greedy portfolio."""

    ideal: float
    """Score no configuration can beat."""


@dataclass(slots=True, kw_only=True)
class TaskEnsemble:
    """A model that weighs known tasks by how well they order the new task's results.

    Parameters
    ----------
    n_initial : int
        Configurations of a portfolio before the ensemble is asked.
    """

    gives_belief: ClassVar[bool] = True
    reads_configurations: ClassVar[bool] = True
    random_answers: ClassVar[bool] = False
    n_initial: int = 3
    known_: KnownResponses | None = field(default=None, repr=False, compare=False)

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:  # noqa: ARG002
        """Standardise the tasks' responses and complete them.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        random_state : int
        """
        ideal = ideal_score(table)
        responses, _, _ = standardise(log_loss_response(table.scores, ideal))
        features = configuration_features(table)
        self.known_ = KnownResponses(
            responses=responses,
            features=features,
            span=median_distance(features),
            design=portfolio_order(tempered(table.regret()), 100),
            ideal=ideal,
        )
        return self

    @property
    def known(self) -> KnownResponses:
        """What it was fitted to.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        if self.known_ is None:
            raise NotFittedError(f"fit {type(self).__name__} to a table first")
        return self.known_


class EnsembleBelief(ProcessBelief):
    """Belief about a task by known tasks' responses and a process on its own results.

    Parameters
    ----------
    known : KnownResponses
    n_initial : int
        Results before the belief is asked.
    """

    def __init__(self, known: KnownResponses, n_initial: int) -> None:
        process = FeatureGP(known.features, known.span)
        super().__init__(process, known.ideal, known.design, n_initial)
        self.known = known
