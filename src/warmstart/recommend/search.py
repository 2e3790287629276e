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

from warmstart.domain import Status
from warmstart.errors import HistoryWarning, KnowledgeError, MetaDatasetError
from warmstart.recommend.acquisition.batch import best_of_n
from warmstart.recommend.acquisition.next_point import pick
from warmstart.recommend.acquisition.policies import N_SAMPLES
from warmstart.recommend.arguments import check_count
from warmstart.recommend.belief.new_configurations import Beyond
from warmstart.recommend.belief.pool import Pool
from warmstart.recommend.belief.posterior import TaskBelief
from warmstart.recommend.observations import base_digest, beyond_perfect, read_result
from warmstart.recommend.question import Question, Result
from warmstart.recommend.suggestions import Suggestion

if TYPE_CHECKING:
    from pathlib import Path

    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.recommender import Recommender

_log = logging.getLogger(__name__)

Also = Sequence[Mapping[str, Any]]

_FORMAT = 1

_N_CENTRES, _N_NEAR = 4, 64
"""Best results whose surroundings are looked at, and how many configurations there."""


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

        self._pool = Pool(fitted, question)
        self._belief = TaskBelief(fitted, question, self._pool)
        self._pending: list[int] = []
        self._planned: list[int] = []
        self._closed: set[int] = set()
        self._n_asked = 0
        self._beyond = Beyond(fitted, question)

    @property
    def ideal(self) -> float:
        """The score that no configuration can beat, in the search's metric."""
        return float(self._fitted.pmf.ideal)

    @property
    def history(self) -> tuple[Result, ...]:
        """Everything told, in order."""
        return tuple(self._belief.results)

    @property
    def best(self) -> Result | None:
        """The configuration of the highest mean score; None before any score is told."""
        means = self._belief.mean_scores()
        if not means:
            return None
        index = max(means, key=lambda k: means[k])
        name = self._pool.ids[index]
        told = [r.cost_s for r in self.history if r.configuration_id == name]
        costs = [cost_s for cost_s in told if not math.isnan(cost_s)]
        return Result(
            configuration=dict(self._pool.values[index]),
            configuration_id=name,
            score=means[index],
            cost_s=float(np.mean(costs)) if costs else math.nan,
        )

    @property
    def takes_new(self) -> bool:
        """Whether configurations of no pool can be judged, and so asked: see :meth:`ask`.

        Not within a time budget, nor where configurations do not say what they are made of.
        """
        return self._beyond.possible

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
        asked = [self._ask_one(n or 1, also)]
        while len(asked) < (n or 1) and self._open().any():
            asked.append(self._ask_one(n or 1, also))
        return asked[0] if n is None else tuple(asked)

    def _ask_one(self, n_together: int, also: Also) -> Suggestion:
        open_, told = self._open(), bool(self._belief.mean_scores())
        if not open_.any() and not (told and also):
            raise KnowledgeError(self._why_closed())
        index = self._pick(open_, also) if told else self._next_planned(open_, n_together)
        self._pending.append(index)
        self._n_asked += 1
        return self._suggestion(index)

    def _pick(self, open_: Any, also: Also) -> int:
        """By the acquisition function, from the pool, near the best told, or from `also`."""
        new = also if also and self.takes_new else self._near()
        near = self._pool.new_points(new)
        costs = self._pool.costs()
        if near and self._fitted.unaligned is None:
            belief, more = self._beyond.anywhere.believe(self._pool.points, near)
            mixture = self._belief.told_all(belief).mixture.extended(more)
        else:
            # The picker tells the belief what it expects of the pending ones.
            belief = self._belief.rebuilt() if self._pending else self._belief.now()
            mixture = belief.mixture
            if near:
                # What is only its own is no reason to try one copy after another.
                mixture = mixture.extended(self._belief.before(near).mixture.shared_only())
        open_ = np.r_[open_, np.ones(len(near), dtype=bool)]
        if not open_.any():
            raise KnowledgeError(self._why_closed())
        costs = np.r_[costs, np.full(len(near), np.median(costs))]
        index = pick(
            mixture,
            open_,
            min(map(self._belief.response, self._belief.mean_scores().values())),
            self.question.acquisition,
            pending=self._pending,
            costs=costs,
            rng=self._rng(),
        )
        n_pool = len(self._pool)
        return index if index < n_pool else self._locate(dict(near[index - n_pool].values))

    def _near(self) -> list[dict[str, Any]]:
        """New configurations near those with the best scores."""
        if not self.question.local:
            return []
        means = self._belief.mean_scores()
        best = sorted(means, key=lambda k: -means[k])[:_N_CENTRES]
        rng = np.random.default_rng([self.question.random_state, self._n_asked, 1])
        found: list[dict[str, Any]] = []
        for rank, index in enumerate(best):
            n = _N_NEAR // 2 if rank == 0 else _N_NEAR // (2 * _N_CENTRES)
            found += self._fitted.neighbourhood.around(self._pool.values[index], n, rng)
        return found

    def _next_planned(self, open_: Any, n_together: int) -> int:
        """The start: a batch chosen as a whole, handed out in order."""
        self._planned = [k for k in self._planned if open_[k]]
        if not self._planned:
            regret = self._belief.before(self._pool.points, model=self._fitted.chooser)
            draws = regret.draw_losses(N_SAMPLES, self._rng())
            left = np.flatnonzero(open_)
            n = max(self.question.n_initial, n_together)
            within = self.question.time_budget_s is not None
            picks = best_of_n(
                draws[:, left],
                n,
                costs=self._pool.costs()[left] if within else None,
                budget_s=self._seconds_left() if within else None,
            )
            self._planned = [int(left[k]) for k in picks]
        return self._planned.pop(0)

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
        values, name = self._pool.identify(configuration, self._pending)
        result = read_result(values, name, score=score, cost_s=cost_s, status=status)
        if note := beyond_perfect(result, self.question.metric):
            self._note(note)
        index = self._pool.place(values, name)
        if index in self._pending:
            self._pending.remove(index)
        self._belief.learn(result)

    def fresh(self, n_asked: int = 0) -> Search:
        """The same question with nothing told; what is random is as after `n_asked` asked."""
        search = Search(self._fitted, self.question, warnings=self.warnings)
        search._n_asked, search._beyond = n_asked, self._beyond
        return search

    def reserve(self, configuration: Suggestion | Mapping[str, Any] | Any) -> None:
        """Take a configuration as asked: someone else is trying it.

        It is not asked again, and the next picks expect it to turn out as predicted, until
        it is told.

        Raises
        ------
        HistoryError
            If the configuration is unknown.
        """
        index = self._locate(configuration)
        if index not in self._pending:
            self._pending.append(index)

    def close(self, configuration: Suggestion | Mapping[str, Any] | Any) -> None:
        """Never ask a configuration, and expect nothing of it.

        Raises
        ------
        HistoryError
            If the configuration is unknown.
        """
        self._closed.add(self._locate(configuration))

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
                "results": [result.to_dict() for result in self.history],
                "pending": self._pending,
                "planned": self._planned,
                "closed": sorted(self._closed),
                "n_asked": self._n_asked,
                "added": self._pool.added,
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
            raise ValueError(f"not the JSON of a search: {text[:60]!r}")
        base = warmstart.open_knowledge(knowledge)
        try:
            asked = Question.from_dict(values["question"])
            fitted = base.fitted(asked.kind, asked.metric, asked.excluded)
            search = cls(fitted, asked, warnings=tuple(values.get("warnings", ())))
            for added in values.get("added", ()):
                search._locate(added)
            search._belief.results += map(Result.from_dict, values["results"])
            search._pending, search._planned = values["pending"], values["planned"]
            search._closed = set(values.get("closed", ()))
            search._n_asked = values["n_asked"]
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"the JSON of a search is incomplete: {error!r}") from error
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

    def _note(self, note: str) -> None:
        """Warn of something, and keep it; once is enough."""
        if note not in self.warnings:
            self.warnings += (note,)
            python_warnings.warn(note, HistoryWarning, stacklevel=3)

    def _locate(self, configuration: Any) -> int:
        """Place in the pool; a mapping not in it is added."""
        return self._pool.place(*self._pool.identify(configuration, self._pending))

    def _open(self) -> Any:
        """Which configurations may be asked."""
        open_ = np.zeros(len(self._pool), dtype=bool)
        open_[: len(self.question.pool)] = True
        for result in self.history:
            open_[self._pool.index(result.configuration_id)] = False
        open_[[*self._pending, *self._closed]] = False
        if self.question.time_budget_s is not None:
            open_ &= self._pool.costs() <= self._seconds_left()
        return open_

    def _why_closed(self) -> str:
        if self.question.time_budget_s is None:
            return f"all {len(self.question.pool)} configurations have been asked"
        return f"nothing fits the {self._seconds_left():.3g} s left of the time budget"

    def _seconds_left(self) -> float:
        predicted = self._pool.costs()
        spent = sum(
            predicted[self._pool.index(r.configuration_id)]
            if math.isnan(r.cost_s)
            else r.cost_s
            for r in self.history
        )
        asked = sum(predicted[index] for index in self._pending)
        return float((self.question.time_budget_s or math.inf) - spent - asked)

    def _rng(self) -> np.random.Generator:
        return np.random.default_rng([self.question.random_state, self._n_asked])

    def _suggestion(self, index: int) -> Suggestion:
        levels = (0.05, 0.16, 0.5, 0.84, 0.95)
        quantiles = self._belief.score_quantiles(levels, index)
        low, below, median, above, high = quantiles
        cost = float(self._pool.costs()[index])
        return Suggestion(
            configuration=dict(self._pool.values[index]),
            configuration_id=self._pool.ids[index],
            learner=self._pool.learners[index],
            score=float(median),
            score_std=float(above - below) / 2,
            score_low=float(low),
            score_high=float(high),
            cost_s=cost if cost > 0 else math.nan,
            schema=self.question.schema,
            random_state=self.question.random_state,
        )
