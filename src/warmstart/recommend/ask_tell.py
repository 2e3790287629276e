"""Ask and tell: which configuration next, and what came of it."""

from __future__ import annotations

import math
import warnings as python_warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from warmstart.domain import Status
from warmstart.errors import HistoryWarning, KnowledgeError
from warmstart.recommend.answer.suggestion import Suggestion
from warmstart.recommend.base.score_units import LEVELS
from warmstart.recommend.engine import Engine
from warmstart.recommend.observations import Result, doubtful, read_result
from warmstart.recommend.question.arguments import check_count
from warmstart.recommend.question.search_question import Question

if TYPE_CHECKING:
    from warmstart.models.surfaces.region import Region
    from warmstart.models.surfaces.sources import Sources
    from warmstart.recommend.acquisition.by_surfaces import Allowed
    from warmstart.recommend.base.fitted import Fitted

Also = Sequence[Mapping[str, Any]]


class AskTell:
    """What :class:`warmstart.Search` asks and is told.

    Parameters
    ----------
    fitted : Fitted
    question : Question
    surfaces : Sources, optional
        What other tables say of the whole space of the question's learner.
    warnings : tuple of str
        What was repaired, dropped, capped or assumed when the search was begun.
    """

    def __init__(
        self,
        fitted: Fitted,
        question: Question,
        *,
        surfaces: Sources | None = None,
        warnings: tuple[str, ...] = (),
    ) -> None:
        self._fitted, self.question = fitted, question
        self.warnings = warnings
        """What was repaired, dropped, capped or assumed when the search was begun."""

        self.engine = Engine(fitted, question, surfaces)
        """What decides, in places of its pool: the object that replay drives."""

    @property
    def score_range(self) -> tuple[float, float]:
        """Scores no configuration can be below, or beat; -inf where there is no worst one."""
        return self._fitted.lowest, float(self._fitted.pmf.ideal)

    @property
    def history(self) -> tuple[Result, ...]:
        """Everything told, in order."""
        return tuple(self.engine.results)

    @property
    def best(self) -> Result | None:
        """The configuration of the highest mean score; None before any score is told."""
        means = self.engine.belief.mean_scores()
        return self._mean_result(max(means, key=lambda k: means[k])) if means else None

    def _mean_result(self, place: int) -> Result:
        """Mean of what was told of one configuration."""
        pool = self.engine.pool
        name = pool.ids[place]
        of_it = (r.cost_s for r in self.history if r.configuration_id == name)
        costs = [cost_s for cost_s in of_it if not math.isnan(cost_s)]
        return Result(
            configuration=dict(pool.values[place]),
            configuration_id=name,
            score=self.engine.belief.mean_scores()[place],
            cost_s=float(np.mean(costs)) if costs else math.nan,
        )

    @property
    def pareto(self) -> tuple[Result, ...]:
        """Results that no other beats in its mean score and all its expected costs.

        By falling score; the costs are the search's objectives, or seconds of a fit. What has
        no known cost is not among them.
        """
        from warmstart.recommend.pareto.next_on_front import observed_front

        costs = self.question.expected_costs or self.engine.pool.costs()[:, None]
        front = observed_front(self.engine.belief.mean_scores(), costs)
        return tuple(map(self._mean_result, front))

    @property
    def takes_new(self) -> bool:
        """Whether configurations of no pool can be judged, and so asked: see :meth:`ask`.

        Not within a time budget, nor where the hyperparameters of configurations are unknown.
        """
        return self.engine.takes_new

    @overload
    def ask(self, n: None = None, *, also: Also = ()) -> Suggestion: ...
    @overload
    def ask(self, n: int, *, also: Also = ()) -> tuple[Suggestion, ...]: ...
    def ask(
        self, n: int | None = None, *, also: Also = ()
    ) -> Suggestion | tuple[Suggestion, ...]:
        """Name the next configuration, or the next `n` to run side by side.

        Fewer than `n` where fewer are left, or fit what is left of the time budget. What was
        asked and not yet told is not asked again.

        Parameters
        ----------
        n : int, optional
        also : sequence of mapping
            Of no pool, and asked as well once a score is told; see :attr:`takes_new`.

        Raises
        ------
        KnowledgeError
            If every configuration was asked, or none fits what is left of the budget.
        """
        n = None if n is None else check_count("n", n)
        if not (asked := self.engine.ask(n or 1, also=also)):
            raise KnowledgeError(self._why_closed())
        of = self.engine.regrets.of(asked)
        named = tuple(map(self._suggestion, asked, of.regrets, of.p_best))
        return named[0] if n is None else named

    def ask_in(self, region: Region, allowed: Allowed) -> Suggestion | None:
        """The next configuration anywhere in a study's space, where surfaces lead there.

        None where nothing that was looked at is allowed.

        Parameters
        ----------
        region : Region
            What the study searches.
        allowed : callable
            From a configuration to whether it may be asked.
        """
        place = self.engine.ask_in(region, allowed)
        # How far it is from the best of a pool nobody knows: it is of none.
        return None if place is None else self._suggestion(place, math.nan, math.nan)

    def tell(
        self,
        configuration: Suggestion | Mapping[str, Any] | Any,
        score: float | Mapping[int, float] | None = None,
        *,
        cost_s: float | None = None,
        status: Status = "ok",
    ) -> None:
        """Report a result; the same configuration may be told again, its scores average.

        Parameters
        ----------
        configuration : Suggestion, mapping or configuration id
            New values are placed by their features; :attr:`warnings` names what none knows.
        score : float or mapping of int to float, optional
            Higher is better, in the search's metric; required unless it failed. Scores by
            number of rounds, as :func:`warmstart.downstream.cross_validate_rounds` reads
            them off one fit, tell of the configuration with the best number of them.
        cost_s : float, optional
            Seconds it took.
        status : {"ok", "failed", "timeout", "memout", "pruned"}
            A failure is no score: it lowers what is expected of configurations like it.
            What was pruned is taken to be no better than half of what was scored.

        Raises
        ------
        HistoryError
            If the score is missing, NaN or infinite, the cost is no duration, there is no
            such status, or the configuration is unknown or, told by rounds, has none.

        Warns
        -----
        HistoryWarning
            If the score is better than any can be in the metric, such as a percentage or
            a loss without its minus sign.
        """
        engine, asked = self.engine, None
        if isinstance(score, Mapping):
            from warmstart.recommend.rounds import best_of_rounds

            configuration, score, asked = best_of_rounds(engine, configuration, score)
        values, name = engine.pool.identify(configuration, engine.pending)
        result = read_result(values, name, score=score, cost_s=cost_s, status=status)
        if asked is not None:  # it was run, under another name
            engine.close(asked)
        if note := doubtful(result, self.question.metric, score):
            self.note(note)
        if not engine.pool.has(name) and (new := self._fitted.known.unheard(values)):
            note = f"No known configuration has {' or '.join(new)}: told, it is of no use."
            self.warnings = tuple(dict.fromkeys((*self.warnings, note)))
        engine.tell(engine.pool.place(values, name), result)

    def reserve(self, configuration: Suggestion | Mapping[str, Any] | Any) -> None:
        """Take a configuration as asked: someone else is trying it.

        It is not asked again, and the next picks expect it to turn out as predicted, until
        it is told; an unknown id is refused.
        """
        index = self.engine.add(configuration)
        if index not in self.engine.pending:
            self.engine.pending.append(index)

    def close(self, configuration: Suggestion | Mapping[str, Any] | Any) -> None:
        """Never ask a configuration, and expect nothing of it; an unknown id is refused."""
        self.engine.close(self.engine.add(configuration))

    def note(self, note: str) -> None:
        """Warn of something, and keep it; once is enough."""
        if note not in self.warnings:
            self.warnings += (note,)
            python_warnings.warn(note, HistoryWarning, stacklevel=3)

    def _why_closed(self) -> str:
        if self.question.time_budget_s is None:
            return f"all {len(self.question.pool)} configurations have been asked"
        return f"nothing fits the {self.engine.seconds_left():.3g} s left of the time budget"

    def _suggestion(self, index: int, regret: float, p_best: float) -> Suggestion:
        pool, quantiles = self.engine.pool, self.engine.belief.score_quantiles(LEVELS, index)
        low, below, median, above, high = quantiles
        cost = float(pool.costs()[index])
        return Suggestion(
            configuration=dict(pool.values[index]),
            configuration_id=pool.ids[index],
            learner=pool.learners[index],
            score=float(median),
            score_std=float(above - below) / 2,
            score_low=float(low),
            score_high=float(high),
            # NaN equals itself as one object only, and suggestions are compared.
            regret=math.nan if math.isnan(regret) else float(regret),
            p_best=float(p_best),
            cost_s=cost if cost > 0 else math.nan,
            **self.question.costs_of(index),
            schema=self.question.schema,
            random_state=self.question.random_state,
        )
