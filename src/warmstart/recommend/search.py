"""A search that starts where other tasks ended and learns from each result."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from warmstart._shown import shown
from warmstart.errors import KnowledgeError
from warmstart.recommend.answer.suggestion import Suggestion
from warmstart.recommend.ask_tell import AskTell
from warmstart.recommend.observations import Result, base_digest
from warmstart.recommend.question.arguments import check_count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from typing_extensions import Self

_log = logging.getLogger(__name__)

FORMAT = 1
"""Of the JSON that a search writes."""


class Search(AskTell):
    """Suggests one configuration after another, each informed by the scores told so far.

    Made by :func:`warmstart.search` or :meth:`warmstart.Recommender.search`.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> import warmstart
    >>> search = warmstart.search(load_wine(as_frame=True))
    >>> search.run(lambda suggestion: suggestion.score, n=2) == search.best
    True
    """

    def run(
        self,
        objective: Callable[[Suggestion], float | Mapping[int, float]],
        n: int,
        *,
        callback: Callable[[Self, Result], None] | None = None,
        progress: Callable[[int, int], None] | None = None,
        share: bool = False,
    ) -> Result | None:
        """Ask, evaluate and tell `n` times.

        Parameters
        ----------
        objective : callable
            From a Suggestion to its score, higher better, or to scores by number of rounds
            (:class:`warmstart.downstream.ReadOffObjective` is one: it fits boosters once
            with the most rounds, and the best number of them is recorded); the seconds it
            takes are told too. What it raises is told as a failure and logged, and warned
            of if nothing succeeds; Ctrl-C stops the run and keeps what was told.
        n : int
            Fewer where no more are left or the time budget is spent; `warnings` says so.
        callback : callable, optional
            Called with the search and each result.
        progress : callable, optional
            Called with the evaluations done and those in all.
        share : bool
            Pipelines of suggestions that the objective fits, here and not in other
            processes, fit what they begin with once; scores are the same to the last bit.
            Saves time where preparing the data takes long, and costs some on small tables.

        Returns
        -------
        Result or None
            :attr:`best`.
        """
        from warmstart.spaces.pipelines.stages.memory import StageMemory, shared_stages

        memory = StageMemory()
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
                with shared_stages(memory) if share else nullcontext():
                    score = objective(suggestion)
                if not isinstance(score, Mapping):
                    score = float(score)
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
            self.note(f"Every evaluation of the run failed, the last with {error!r}.")
        return self.best

    def to_json(self) -> str:
        """Everything told and asked; :func:`warmstart.resume` goes on exactly from there."""
        return json.dumps(
            {
                "warmstart_search": FORMAT,
                "question": self.question.to_dict(),
                **self.engine.to_json(),
                "warnings": list(self.warnings),
                "base": base_digest(self._fitted),
            },
            allow_nan=False,
        )

    @classmethod
    def from_json(cls, text: str, knowledge: Any = None) -> Search:
        """Go on from what :meth:`to_json` wrote; :func:`warmstart.resume` by another name.

        Parameters
        ----------
        text : str
        knowledge : path, Recommender or MetaDataset, optional
            The base the search was begun with; the embedded one by default.
        """
        search: Search = shown("resume")(text, knowledge)
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
