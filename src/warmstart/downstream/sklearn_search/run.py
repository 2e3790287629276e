"""One search of scikit-learn in progress: what is asked, evaluated and told."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sklearn.exceptions import FitFailedWarning

from warmstart.downstream.sklearn_search.failed_fits import failed_candidates
from warmstart.errors import KnowledgeError

if TYPE_CHECKING:
    from warmstart.downstream.sklearn_search.race import SearchRace
    from warmstart.downstream.sklearn_search.rounds.read_off import ReadOff
    from warmstart.downstream.sklearn_search.stopping.folds import FoldStopping
    from warmstart.models.curves.records import Stop
    from warmstart.recommend.answer.suggestion import Suggestion
    from warmstart.recommend.search import Search


class CandidateRun:
    """One search in progress: what is asked, evaluated and told.

    Parameters
    ----------
    search : Search
    params : callable
        From a suggestion to the parameters of the estimator.
    """

    def __init__(self, search: Search, params: Callable[[Suggestion], dict[str, Any]]) -> None:
        self.search, self._params = search, params
        self.failed: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self.results: Mapping[str, Any] | None = None
        """Those of scikit-learn so far; None before there are any."""

        self.places: list[int] = []
        """Of the rows of the results, in the search's pool."""

        self.race: SearchRace | None = None
        self.read_off: ReadOff | None = None
        """How rounds are read off each fit, where they are."""

        self.stopping: FoldStopping | None = None
        """What judges candidates after each fold, where they may be stopped."""

        self._error: ValueError | None = None

    @property
    def n_evaluated(self) -> int:
        """Rows of the results before the race."""
        return len(self.places)

    @property
    def n_rows(self) -> int:
        """Of the data, as far as it is known."""
        schema, phi = self.search.question.schema, self.search.question.metafeatures or {}
        return int(phi.get("NumberOfInstances", 0)) if schema is None else schema.n_rows

    def n_open(self) -> int:
        """Candidates that were not tried yet; zero makes ``ask`` refuse."""
        return len(self.search.question.pool) - len(self.search.history)

    def ask(self, n: int) -> Sequence[Suggestion]:
        """The next `n` candidates, of those that are open."""
        return self.search.ask(n)

    def evaluate(
        self,
        asked: Sequence[Suggestion],
        evaluate_candidates: Callable[..., Mapping[str, Any]],
        metric: Callable[[Mapping[str, Any]], str],
        error_score: Any,
    ) -> None:
        """Cross-validate some candidates and learn from their scores."""
        params = [self._params(one) for one in asked]
        if self.read_off is not None:
            self.read_off.begin(params)
        try:
            results = evaluate_candidates(params)
        except ValueError as error:
            # scikit-learn takes a round in which every fit failed for a mistake of the user.
            if error_score == "raise" or "fits failed" not in str(error):
                raise
            if len(asked) > 1:
                for one in asked:
                    self.evaluate([one], evaluate_candidates, metric, error_score)
                return
            warnings.warn(
                f"{params[0]} is told as failed: {error}", FitFailedWarning, stacklevel=2
            )
            self._error = error
            self.failed += params
            self.search.tell(asked[0], status="failed")
            return
        self.results = results
        told = [self._as_run(one, given) for one, given in zip(asked, params, strict=True)]
        self.places += [self.search.engine.add(one) for one in told]
        name, n = metric(results), len(asked)
        scores = results[f"mean_test_{name}"][-n:]
        failed = failed_candidates(results, name, error_score)[-n:]
        for one, score, bad in zip(told, scores, failed, strict=True):
            if bad:
                self.search.tell(one, status="failed")
                continue
            if (
                self.search.question.metric is not None
                and score > self.search.score_range[1] + 1e-9
            ):
                raise KnowledgeError(
                    f"a candidate scored {score:g} in {name!r}, which is no "
                    f"{self.search.question.metric}, the metric of the base; score by that"
                )
            self.search.tell(one, float(score))
        if self.stopping is not None:
            self.stopping.learn(results, name, range(len(self.places) - n, len(self.places)))

    def _as_run(self, asked: Suggestion, params: dict[str, Any]) -> Any:  # noqa: ARG002 - for others
        """What was evaluated in the end."""
        return asked

    def stop(self, asked: Sequence[Suggestion]) -> list[Suggestion]:
        """Fit candidates fold by fold where that is asked for; those that were not stopped.

        The others are told as pruned, and are in the results without a score.
        """
        if self.stopping is None:
            return list(asked)
        left = []
        for one in asked:
            params = self._params(one)
            stop = self.stopping.stopped(len(self.search.history), one, params)
            if stop is None:
                left.append(one)
                continue
            self.failed.append(params)
            self._tell_stopped(one, stop)
        return left

    def _tell_stopped(self, asked: Suggestion, stop: Stop) -> None:  # noqa: ARG002 - for others
        self.search.tell(asked, status="pruned")

    def check_any(self) -> None:
        """Refuse to end without a single score, as scikit-learn does."""
        if self._error is not None and not self.places:
            raise self._error
