"""A scikit-learn search that starts where other tasks ended and learns from every score."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from joblib import effective_n_jobs
from sklearn.utils import check_random_state

from warmstart.downstream.sklearn_search.failed_fits import append_failures
from warmstart.downstream.sklearn_search.known_rows import known_rows
from warmstart.downstream.sklearn_search.race import (
    SearchRace,
    each_row_once,
    other_folds,
    take_out,
)
from warmstart.downstream.sklearn_search.run import CandidateRun
from warmstart.recommend.question.documented import documented
from warmstart.spaces.pipelines.stages.memory import shared_stages
from warmstart.spaces.pipelines.target_pipeline import TargetPipeline

if TYPE_CHECKING:
    from typing_extensions import Self


from warmstart.downstream.sklearn_search.begun import BegunSearch, instead

_SHARED_ROWS = 5000
"""Below, looking up what was prepared costs more than preparing it again."""


@documented
class WarmStartSearchCV(BegunSearch):
    """Cross-validated search over configurations, led by what is known of other datasets.

    Without an estimator the candidates are the pipelines of the knowledge base, legal for
    the data. With one, they are the settings its own history tried and, where
    distributions are given, new draws from them. Each next candidate is the one of highest
    expected improvement given all scores so far.

    Where `space` names one learner that the base has surfaces of (LightGBM, XGBoost, CatBoost,
    histogram boosting, random forest, extra trees, MLP, elastic net and RBF support vectors in
    the embedded one), candidates are anywhere in that learner's space, or in the distributions
    of an estimator of one's own: parameters that no table was scored with are searched too.
    Penalties of networks, linear models and support vectors are those for a standardised
    target, as the base's own pipelines have it: wrap such a regressor in scikit-learn's
    ``TransformedTargetRegressor``.

    Parameters
    ----------
    estimator : estimator, optional
        One's own; its history is `knowledge`.
    param_distributions : mapping or list of mappings, optional
        For an estimator of one's own, as in ``RandomizedSearchCV``.
    n_iter : int
        Candidates to try.
    knowledge : path, Recommender or MetaDataset, optional
        The embedded base by default.
    space : str or iterable of str, optional
        Learners to restrict the base to; of an own estimator, which of them it is.
    {arguments}
    mapping : mapping, optional
        Between the names of the history's parameters and the estimator's, as the injectors
        take it.
    n_candidates : int
        Draws from `param_distributions` to choose from.
    n_finalists : int
        So many of the best, at most a third of the candidates, are cross-validated once
        more at the end, on folds they were not chosen by; what is kept is chosen by all
        that is known of them, not by the luckiest score. None are where the splitter
        always gives the same folds, or fewer than two would be.
    early_stopping : bool
        Judge candidates after each fold by how those before them went on, boosters and
        forests also while their first fold is fitted, after some of their rounds, by curves
        of other tables and of the candidates before; and make no further rounds or folds
        where the candidate will not gain on the best.
    look : Look, optional
        What :func:`warmstart.suggest` measured on the same data, ``suggestions.look``: first
        knowledge of the search over pipelines of the base.
    rounds : "auto", sequence of int or None
        Where `space` names a booster or forest that the base has surfaces of, numbers of
        rounds that each fit is scored at: all are fitted with the largest, and each candidate
        is kept with its best. By default those of `param_distributions`, or 30 to 500. With
        one job the first fold comes first: who is there more than a standard deviation behind
        is fitted to no other (NaN in ``cv_results_``; its mean is what it would have reached
        had it gained on them what the best did). None searches rounds like any parameter.
    batch_size : int
        Candidates chosen before their scores are seen; more for many jobs.
    scoring, n_jobs, refit, cv, verbose, pre_dispatch, random_state, error_score, \
return_train_score
        As in ``RandomizedSearchCV``. Without `scoring`, pipelines of the base are scored
        by its default metric, an estimator of one's own by its ``score``. Of several
        metrics the one to refit by, else the first, is what is learnt from.

    Attributes
    ----------
    best_estimator_ : estimator
        Fitted to all the data; without an estimator of one's own a plain ``Pipeline``.
    best_params_, best_score_, best_index_, cv_results_, …
        As in ``RandomizedSearchCV``. A candidate all of whose fits failed is in
        ``cv_results_``, after those that were scored.
    race_results_ : dict
        As ``cv_results_``, of the finalists on their other folds; empty columns without a
        race.
    stops_ : list of Stop
        Candidates that were stopped, with what they were judged by and the reason; they are
        in ``cv_results_`` without a score.
    warnings_ : tuple of str
        What was repaired, capped or assumed about the data and the scores.

    Raises
    ------
    SpaceMismatchError, DatasetError
        From `fit`, as :meth:`warmstart.Recommender.search` does.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> X, y = load_wine(return_X_y=True, as_frame=True)
    >>> search = WarmStartSearchCV(n_iter=2, space="random_forest", cv=3).fit(X, y)
    >>> len(search.cv_results_["params"]), bool(search.best_score_ > 0.9)
    (2, True)
    """

    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Search, and refit the best candidate to all the data.

        Parameters
        ----------
        X : array-like or DataFrame, shape (n_rows, n_features)
        y : array-like, shape (n_rows,)
            Pipelines of the base are fitted and scored on the rows where it is known, read
            as :func:`warmstart.suggest` reads it; an estimator of one's own gets it as it is.
        **params :
            For the estimator's ``fit``, the scorer and the splitter.

        Returns
        -------
        self
        """
        self._validate_params()
        # A new seed each time where none is given, as in scikit-learn.
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        if self.estimator is None:
            from warmstart.datasets.load import load_dataset

            dataset = load_dataset(X, y)
            known = known_rows(X, y, dataset.schema, self.cv, params)
            search, stand_in, scoring = self._embedded(dataset, seed)
            self._run = self._led(search) or CandidateRun(
                search, lambda one: dict(one.configuration)
            )
            told = instead(self, estimator=stand_in, scoring=scoring, cv=known.cv)
            # Candidates that prepare data alike do it once, where they run in this thread.
            share = dataset.schema.n_rows >= _SHARED_ROWS
            with shared_stages() if share else nullcontext(), told:
                self._fit_candidates(known.X, known.y, known.params)
            if self.refit:
                self.best_estimator_ = self.best_estimator_.pipeline_
        else:
            self._run = self._own(X, y, seed)
            self._fit_candidates(X, y, params)
        self.warnings_ = (*self._run.search.warnings, *self._run.notes)
        self.race_results_ = take_out(self.cv_results_, self._run.n_evaluated)
        append_failures(self.cv_results_, self._run.failed, self.error_score)
        self.stops_ = [] if self._run.stopping is None else self._run.stopping.stops
        del self._run  # with all of the base
        return self

    def score(self, X: Any, y: Any = None, **params: Any) -> float:
        """Score of the best estimator; of a pipeline of the base, where `y` is known."""
        best = getattr(self, "best_estimator_", None)
        if isinstance(best, TargetPipeline):
            X, y, params = best.known_rows(X, y, params)
        return float(super().score(X, y, **params))

    def _run_search(self, evaluate_candidates: Callable[..., Mapping[str, Any]]) -> None:
        run, left = self._run, self.n_iter
        if run.read_off is not None:
            # Elsewhere the folds of a candidate do not wait for each other.
            one_by_one = effective_n_jobs(self.n_jobs) == 1
            run.read_off.board.begin(self.n_splits_, one_by_one=one_by_one)
        while left > 0:
            n = min(self.batch_size, left, run.n_open())
            asked = run.ask(n) if n else ()
            if not asked:
                warnings.warn(
                    f"n_iter={self.n_iter}, but there are only {self.n_iter - left} candidates",
                    UserWarning,
                    stacklevel=2,
                )
                break
            left -= len(asked)
            if going := run.stop(asked):
                run.evaluate(going, evaluate_candidates, self._learnt_from, self.error_score)
        run.check_any()
        if run.read_off is not None:
            run.read_off.close()
        self._race(evaluate_candidates)

    def _race(self, evaluate_candidates: Callable[..., Mapping[str, Any]]) -> None:
        """Compare the best few on other folds; see :class:`SearchRace`."""
        run = self._run
        question = run.search.question
        folds = other_folds(
            self.cv,
            classes=question.kind == "classification",
            n_splits=self.n_splits_,
            seed=question.random_state,
        )
        if folds is None or run.results is None or callable(self.refit):
            return
        name = self._learnt_from(run.results)
        race = run.race = SearchRace(run.search, run.places, name, self.error_score)
        race.run(
            run.results,
            self.n_finalists,
            lambda params: evaluate_candidates(params, cv=folds),
            n_scored=run.n_rows // self.n_splits_,
            same_rows=each_row_once(folds),
        )

    def _select_best_index(
        self, refit: Any, refit_metric: str, results: Mapping[str, Any]
    ) -> int:
        """The row that the race kept; else, as in scikit-learn, the best mean score."""
        race = self._run.race
        if race is not None and race.kept is not None:
            return race.kept
        return int(super()._select_best_index(refit, refit_metric, results))

    def _learnt_from(self, results: Mapping[str, Any]) -> str:
        """Name of the metric whose scores the search is told."""
        if isinstance(self.refit, str) and f"mean_test_{self.refit}" in results:
            return self.refit
        prefix = "mean_test_"
        return next(k.removeprefix(prefix) for k in results if k.startswith(prefix))
