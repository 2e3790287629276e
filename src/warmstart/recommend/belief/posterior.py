"""What a search believes of its task: the prior, told every result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.models.log_loss import log_loss_response
from warmstart.models.pmf.posterior import REACH, PMFPosterior
from warmstart.recommend.belief.first_knowledge import tell_look
from warmstart.recommend.belief.prior import believe, believe_regrets

if TYPE_CHECKING:
    from warmstart.models.pmf.pmf import PMF
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.candidates.pool import Pool
    from warmstart.recommend.history.identity import Point
    from warmstart.recommend.observations import Result
    from warmstart.recommend.question.search_question import Question

Array = np.ndarray[Any, np.dtype[np.float64]]


class TaskBelief:
    """Belief about the configurations of a pool, and the results it rests on.

    A result is conditioned on as it comes in where that gives what building the belief anew
    would; otherwise it is built anew when next asked for.

    Parameters
    ----------
    fitted : Fitted
    question : Question
    pool : Pool
        May grow, and does with every result of a new configuration.
    """

    def __init__(self, fitted: Fitted, question: Question, pool: Pool) -> None:
        self._fitted, self._phi, self._pool = fitted, question.phi, pool
        self._look, self._schema = question.look, question.schema
        self.results: list[Result] = []
        """What was told, in order."""

        self._prior: PMFPosterior | None = None
        self._current: PMFPosterior | None = None
        self._regrets: PMFPosterior | None = None

    @property
    def scale(self) -> float:
        """What the model's scores of this task are multiplied by to be in its metric."""
        return self._fitted.units.scale(self._phi)

    def before(self, pool: Sequence[Point], *, model: PMF | None = None) -> PMFPosterior:
        """A belief about any configurations that was told nothing, as of :func:`believe`.

        Parameters
        ----------
        pool : sequence of Point
        model : PMF, optional
            What to believe in; the base's model of scores by default.
        """
        return believe(self._fitted, self._phi, pool, model=model)

    def first_regrets(self) -> PMFPosterior:
        """What was believed of the regrets of the pool before any result."""
        if self._regrets is None or self._regrets.mixture.n_configs < len(self._pool):
            self._regrets = believe_regrets(self._fitted, self._phi, self._pool.points)
        return self._regrets

    def learn(self, result: Result) -> None:
        """Condition the belief on one more result, of a configuration of the pool."""
        self.results.append(result)
        self._regrets = None  # nobody asks for them any more
        index = self._pool.index(result.configuration_id)
        again = [r.configuration_id == self._pool.ids[index] for r in self.results]
        plain = all(one.status == "ok" for one in self.results)
        belief = self._current
        if (
            belief is None
            or not plain
            or again.count(True) > 1
            or index >= belief.mixture.n_configs
        ):
            self._current = None
        else:
            belief.mixture.tell(index, self.response(result.score), reach=REACH)

    def now(self) -> PMFPosterior:
        """The belief over the pool, told everything."""
        if self._current is None:
            self._current = self.rebuilt()
        elif (n_known := self._current.mixture.n_configs) < len(self._pool):
            if self._fitted.unaligned is None:
                self._current = self.rebuilt()
            else:
                more = self.before(self._pool.points[n_known:])
                self._current.mixture = self._current.mixture.extended(more.mixture)
        return self._current

    def score_quantiles(self, levels: Sequence[float], index: int) -> Array:
        """Quantiles of one configuration's score in the task's metric, shape (n_levels,).

        Parameters
        ----------
        levels : sequence of float
            In (0, 1).
        index : int
            Place in the pool.
        """
        column = self._pool.points[index].column
        # What was pruned before any score says nothing yet.
        at_first = self._look is None and all(r.status == "pruned" for r in self.results)
        if at_first and column >= 0:
            # As an answer that is given at once tells it.
            first = self._fitted.models.pmf_with_level.predictive(self._phi, np.array([column]))
            quantiles = first.score_quantiles(levels, np.array([0]))
        else:
            quantiles = self.now().score_quantiles(levels, np.array([index]))
        result: Array = self._fitted.units.as_reported(quantiles, self._phi)[:, 0]
        return result

    def rebuilt(self) -> PMFPosterior:
        """As :meth:`now`, in a copy that may be told more."""
        return self.after_results(self._untold())

    def at_first(self) -> PMFPosterior:
        """What was believed before any result: the prior, and a look if there was one."""
        return self._with_look(self._untold())

    def _with_look(self, belief: PMFPosterior) -> PMFPosterior:
        if self._look is not None:
            tell_look(
                belief,
                self._look,
                self._fitted,
                self._pool.points,
                scale=self.scale,
                n_rows=None if self._schema is None else self._schema.n_rows,
            )
        return belief

    def _untold(self) -> PMFPosterior:
        """A belief over the pool that was told nothing."""
        if self._prior is None or (
            # What a pool's members have to do with each other depends on all of them.
            self._fitted.unaligned is None and self._prior.mixture.n_configs < len(self._pool)
        ):
            self._prior = self.before(self._pool.points)
        elif (n_known := self._prior.mixture.n_configs) < len(self._pool):
            more = self.before(self._pool.points[n_known:])
            self._prior.mixture = self._prior.mixture.extended(more.mixture)
        return PMFPosterior(self._prior.mixture.untold(), self._prior.ideal, self._prior.offset)

    def after_results(self, belief: PMFPosterior) -> PMFPosterior:
        """Tell a belief every score; repeated ones as one mean, failures as warnings."""
        self._with_look(belief)
        means = self.mean_scores()
        for index, score in means.items():
            belief.mixture.tell(index, self.response(score), reach=REACH)
        scored = set(means)
        mixture = belief.mixture
        failed = self._with_status("failed", "timeout", "memout") - scored
        for index in sorted(failed):
            # As bad as the worst that is expected of any, but only softly so.
            mixture.tell(index, float(mixture.mean().max()), float(mixture.std()[index]) ** 2)
        if scored:
            middle = float(np.median([self.response(score) for score in means.values()]))
            for index in sorted(self._with_status("pruned") - scored - failed):
                expected, std = float(mixture.mean()[index]), float(mixture.std()[index])
                mixture.tell(index, max(expected, middle), std**2)
        return belief

    def mean_scores(self) -> dict[int, float]:
        """Mean of the scores told of each configuration, by its place in the pool."""
        scores: dict[int, list[float]] = {}
        for result in self.results:
            if result.status == "ok":
                index = self._pool.index(result.configuration_id)
                scores.setdefault(index, []).append(result.score)
        return {index: float(np.mean(values)) for index, values in scores.items()}

    def all_scores(self) -> dict[int, float]:
        """As :meth:`mean_scores`, with failures as the worst and what was pruned as half."""
        means = self.mean_scores()
        if not means:
            return {}
        low, middle = min(means.values()), float(np.median(list(means.values())))
        others = {self._pool.index(r.configuration_id): r.status for r in self.results}
        rest = {k: middle if s == "pruned" else low for k, s in others.items()}
        return {**means, **{k: score for k, score in rest.items() if k not in means}}

    def _with_status(self, *statuses: str) -> set[int]:
        named = (r.configuration_id for r in self.results if r.status in statuses)
        return {self._pool.index(name) for name in named}

    def response(self, score: float) -> float:
        """A score as the model sees it: a log loss, lower is better."""
        pmf, plain = self._fitted.pmf, np.asarray(score / self.scale)
        return float(log_loss_response(plain, pmf.ideal, pmf.loss_offset))
