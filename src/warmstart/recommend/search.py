"""Ask and tell: a search that starts where other tasks ended and learns from each result."""

from __future__ import annotations

import json
import logging
import math
import time
import warnings as python_warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from warmstart._shown import shown
from warmstart.domain import Status
from warmstart.errors import ArgumentError, HistoryWarning, KnowledgeError, MetaDatasetError
from warmstart.recommend.answer.suggestions import Suggestion
from warmstart.recommend.engine import Engine
from warmstart.recommend.observations import base_digest, beyond_perfect, read_result
from warmstart.recommend.question.arguments import check_count
from warmstart.recommend.question.search_question import Question, Result

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.recommender import Recommender

_log = logging.getLogger(__name__)

Also = Sequence[Mapping[str, Any]]

_FORMAT = 1


class Search:
    """Suggests one configuration after another, each informed by the scores told so far.

    Made by :func:`warmstart.search` or :meth:`warmstart.Recommender.search`.
    """

    def __init__(
        self, fitted: Fitted, question: Question, *, warnings: tuple[str, ...] = ()
    ) -> None:
        self._fitted, self.question = fitted, question
        self.warnings = warnings
        """What was repaired, dropped, capped or assumed when the search was begun."""

        self.engine = Engine(fitted, question)
        """What decides, in places of its pool: the object that replay drives."""

    @property
    def ideal(self) -> float:
        """The score that no configuration can beat, in the search's metric."""
        return float(self._fitted.pmf.ideal)

    @property
    def history(self) -> tuple[Result, ...]:
        """Everything told, in order."""
        return tuple(self.engine.results)

    @property
    def best(self) -> Result | None:
        """The configuration of the highest mean score; None before any score is told."""
        means, pool = self.engine.belief.mean_scores(), self.engine.pool
        if not means:
            return None
        index = max(means, key=lambda k: means[k])
        name = pool.ids[index]
        told = [r.cost_s for r in self.history if r.configuration_id == name]
        costs = [cost_s for cost_s in told if not math.isnan(cost_s)]
        return Result(
            configuration=dict(pool.values[index]),
            configuration_id=name,
            score=means[index],
            cost_s=float(np.mean(costs)) if costs else math.nan,
        )

    @property
    def takes_new(self) -> bool:
        """Whether configurations of no pool can be judged, and so asked: see :meth:`ask`.

        Not within a time budget, nor where configurations do not say what they are made of.
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

        Fewer than `n` where fewer are left, or fit what is left of the time budget.

        What was asked and not yet told is not asked again.

        Parameters
        ----------
        n : int, optional
        also : sequence of mapping
            Configurations of no pool that may be asked as well, once a score is told; see
            :attr:`takes_new`.

        Raises
        ------
        KnowledgeError
            If every configuration was asked, or none fits what is left of the budget.
        """
        if n is not None:
            n = check_count("n", n)
        asked = self.engine.ask(n or 1, also=also)
        if not asked:
            raise KnowledgeError(self._why_closed())
        regrets = self.engine.regrets.of(asked)
        told = zip(asked, regrets.regrets, regrets.p_best, strict=True)
        named = tuple(self._suggestion(*one) for one in told)
        return named[0] if n is None else named

    def tell(
        self,
        configuration: Suggestion | Mapping[str, Any] | Any,
        score: float | None = None,
        *,
        cost_s: float | None = None,
        status: Status = "ok",
    ) -> None:
        """Report a result; the same configuration may be told again, its scores average.

        Parameters
        ----------
        configuration : Suggestion, mapping or configuration id
            A mapping need not be of the base: a new one is placed by its features.
        score : float, optional
            Higher is better, in the search's metric; required unless it failed.
        cost_s : float, optional
            Seconds it took.
        status : {"ok", "failed", "timeout", "memout", "pruned"}
            A failure is no score: it lowers what is expected of configurations like it.
            What was pruned is taken to be no better than half of what was scored.

        Raises
        ------
        HistoryError
            If the score is missing, NaN or infinite, the cost is no duration, there is no
            such status, or the configuration is unknown. Nothing is learnt then.

        Warns
        -----
        HistoryWarning
            If the score is better than any can be in the metric, such as a percentage or
            a loss without its minus sign.
        """
        engine = self.engine
        values, name = engine.pool.identify(configuration, engine.pending)
        result = read_result(values, name, score=score, cost_s=cost_s, status=status)
        if note := beyond_perfect(result, self.question.metric):
            self._note(note)
        engine.tell(engine.pool.place(values, name), result)

    def reserve(self, configuration: Suggestion | Mapping[str, Any] | Any) -> None:
        """Take a configuration as asked: someone else is trying it.

        It is not asked again, and the next picks expect it to turn out as predicted, until
        it is told.

        Raises
        ------
        HistoryError
            If the configuration is unknown.
        """
        index = self.engine.add(configuration)
        if index not in self.engine.pending:
            self.engine.pending.append(index)

    def close(self, configuration: Suggestion | Mapping[str, Any] | Any) -> None:
        """Never ask a configuration, and expect nothing of it.

        Raises
        ------
        HistoryError
            If the configuration is unknown.
        """
        self.engine.closed.add(self.engine.add(configuration))

    def run(
        self,
        objective: Callable[[Suggestion], float],
        n: int,
        *,
        callback: Callable[[Search, Result], None] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Result | None:
        """Ask, evaluate and tell `n` times.

        Parameters
        ----------
        objective : callable
            From a Suggestion to its score, higher better; the seconds it takes are told
            too. What it raises is told as a failure and logged, and warned of if nothing
            succeeds; Ctrl-C stops the run and keeps what was told.
        n : int
            Fewer where no more are left or the time budget is spent; `warnings` says so.
        callback : callable, optional
            Called with the search and each result.
        progress : callable, optional
            Called with the evaluations done and those in all.

        Returns
        -------
        Result or None
            :attr:`best`.
        """
        n, error = check_count("n", n), None
        first = len(self.history)
        for done in range(1, n + 1):
            try:
                suggestion = self.ask()
            except KnowledgeError as closed:
                if done == 1:
                    raise
                self.warnings += (
                    f"The run ended after {done - 1} of {n} evaluations: {closed}.",
                )
                _log.info("%s", self.warnings[-1])
                break
            begun = time.perf_counter()
            try:
                score = float(objective(suggestion))
            except Exception as raised:  # noqa: BLE001 - an objective may fail in any way
                error = raised
                _log.warning("configuration %s failed: %s", suggestion.configuration_id, error)
                self.tell(suggestion, status="failed", cost_s=time.perf_counter() - begun)
            else:
                self.tell(suggestion, score, cost_s=time.perf_counter() - begun)
            if callback is not None:
                callback(self, self.history[-1])
            if progress is not None:
                progress(done, n)
        if error is not None and all(r.status != "ok" for r in self.history[first:]):
            self._note(f"Every evaluation of the run failed, the last with {error!r}.")
        return self.best

    def to_json(self) -> str:
        """Everything told and asked; :func:`warmstart.resume` goes on exactly from there."""
        return json.dumps(
            {
                "warmstart_search": _FORMAT,
                "question": self.question.to_dict(),
                **self.engine.to_json(),
                "warnings": list(self.warnings),
                "base": base_digest(self._fitted),
            },
            allow_nan=False,
        )

    @classmethod
    def from_json(
        cls, text: str, knowledge: str | Path | Recommender | MetaDataset | None = None
    ) -> Search:
        """Read what :meth:`to_json` wrote, for the same knowledge base.

        Parameters
        ----------
        text : str
        knowledge : path, Recommender or MetaDataset, optional
            The base the search was begun with; the embedded one by default.

        Raises
        ------
        ValueError
            If the text is not JSON of a search.
        KnowledgeError
            If the base has no such scores as the search was begun with.

        Warns
        -----
        HistoryWarning
            If the base has changed since: what it asks next may be something else.
        """
        # By the front door: the embedded base is in a room that stands on this one.
        import warmstart

        values = json.loads(text)
        if not isinstance(values, dict) or values.get("warmstart_search") != _FORMAT:
            raise ArgumentError(f"not the JSON of a search: {text[:60]!r}")
        base = warmstart.open_knowledge(knowledge)
        try:
            asked = Question.from_dict(values["question"])
            if asked.model != base.model_name:
                raise KnowledgeError(
                    f"the search was led by model {asked.model!r}, the base given has "
                    f"{base.model_name!r}; pass a Recommender with that model"
                )
            fitted = base.fitted(
                asked.kind,
                asked.metric,
                asked.excluded,
                resampling=asked.resampling,
                n_rows=asked.n_rows,
            )
            search = cls(fitted, asked, warnings=tuple(values.get("warnings", ())))
            search.engine.restore(values)
        except (KeyError, TypeError, AttributeError) as error:
            raise ArgumentError(f"the JSON of a search is incomplete: {error!r}") from error
        except MetaDatasetError as error:
            raise KnowledgeError(
                f"the search was begun with another knowledge base; pass that one: {error}"
            ) from error
        if values.get("base", digest := base_digest(fitted)) != digest:
            search._note(
                "The search was begun with another knowledge base, or this one has changed "
                "since; what it asks next may be something else."
            )
        return search

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw every score told, what was expected of it, and the best so far.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Drawn into; a new one without.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        ValueError
            If no score was told yet.
        """
        drawn: Axes = shown("plot_search")(self, ax=ax)
        return drawn

    def __repr__(self) -> str:
        return str(shown("search_text")(self))

    def _repr_html_(self) -> str:
        return str(shown("text_html")(repr(self)))

    def _note(self, note: str) -> None:
        """Warn of something, and keep it; once is enough."""
        if note not in self.warnings:
            self.warnings += (note,)
            python_warnings.warn(note, HistoryWarning, stacklevel=3)

    def _why_closed(self) -> str:
        if self.question.time_budget_s is None:
            return f"all {len(self.question.pool)} configurations have been asked"
        return f"nothing fits the {self.engine.seconds_left():.3g} s left of the time budget"

    def _suggestion(self, index: int, regret: float, p_best: float) -> Suggestion:
        levels = (0.05, 0.16, 0.5, 0.84, 0.95)
        quantiles = self.engine.belief.score_quantiles(levels, index)
        low, below, median, above, high = quantiles
        cost = float(self.engine.pool.costs()[index])
        return Suggestion(
            configuration=dict(self.engine.pool.values[index]),
            configuration_id=self.engine.pool.ids[index],
            learner=self.engine.pool.learners[index],
            score=float(median),
            score_std=float(above - below) / 2,
            score_low=float(low),
            score_high=float(high),
            # NaN equals itself as one object only, and suggestions are compared.
            regret=math.nan if math.isnan(regret) else float(regret),
            p_best=float(p_best),
            cost_s=cost if cost > 0 else math.nan,
            schema=self.question.schema,
            random_state=self.question.random_state,
        )
