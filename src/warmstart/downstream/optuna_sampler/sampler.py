"""An Optuna sampler that begins where other tasks ended, goes on from there, and hands over."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from warmstart._extras import require
from warmstart.downstream.optuna_sampler.claims import (
    Claims,
    has_claim,
    is_decided,
)
from warmstart.downstream.optuna_sampler.proposers.continuous import with_rounds
from warmstart.downstream.optuna_sampler.proposers.make_proposer import make_proposer
from warmstart.downstream.optuna_sampler.proposers.proposer import Proposal
from warmstart.downstream.optuna_sampler.space import SeenSpace
from warmstart.downstream.optuna_sampler.study_results import StudyResults
from warmstart.downstream.optuna_sampler.trials import Reader
from warmstart.recommend.answer.suggestions import Suggestions
from warmstart.recommend.question.documented import documented
from warmstart.recommend.question.task_query import SearchQuery
from warmstart.recommend.search import Search

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler
    from optuna.study import Study
    from optuna.trial import FrozenTrial

    from warmstart.domain import LearnerName, MetricName
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.recommend.look.result import Look
    from warmstart.recommend.question.arguments import Acquisition
    from warmstart.recommend.recommender import Recommender

from warmstart.downstream.optuna_sampler.whole_configurations import (
    WholeConfigurationSampler,
    check_turns,
    minimizes,
)

_optuna = require("optuna", extra="optuna")
_log = logging.getLogger(__name__)

_MAX_ROUNDS = 5


@documented
class WarmStartSampler(WholeConfigurationSampler):
    """Run the first trials where a knowledge base expects most, the rest by another sampler.

    Each of the first trials is given a whole configuration when it begins: the one of
    highest expected improvement under the posterior of all finished trials of the study,
    whoever ran them.

    Where the base has surfaces of the one learner that `space` names (LightGBM, XGBoost,
    CatBoost, histogram boosting, random forest, extra trees, MLP, elastic net and RBF support
    vectors in the embedded one), it searches the study's own space, led by how that learner
    scored all over its ranges on other tables. Parameters that no table was scored with are
    searched as well; those that the study does not ask for are at the estimator's default. A
    study's space is known from its first finished trial on, or from `distributions`. Penalties
    of networks, linear models and support vectors are those for a standardised target, as the
    base's own pipelines have it.

    Elsewhere it chooses among the base's configurations; after five results also new ones,
    near the study's best or anywhere in its space, as the base's own are a coarse grid. From
    the sixth trial on the other sampler, whom no base misleads, has some of them: see
    `then_every`.

    A given configuration answers every ``suggest_*`` the objective calls; what the study's
    distributions do not allow is repaired, what the suggestion does not know is sampled by
    `then`, and both are written to the trial's user attribute ``"warmstart"``. Everything
    rests in the study's storage, so workers on one storage never try the same
    configuration twice, and a study is taken up again in another process.

    Parameters
    ----------
    source : dataset, Search, Suggestions or Recommender, optional
        What the study is about: a dataset as in :func:`warmstart.search`, a search begun
        on it, suggestions (tried in order; nothing is learnt from results), or a
        recommender of one's own.
    y : array-like, optional
        Target of the dataset.
    n_trials : int
        Trials this sampler decides, over all workers; enqueued ones do not count.
        Where nothing can be said of new configurations (suggestions, a base without the
        hyperparameters of its configurations) it hands over when those it knows are used up.
    then : optuna.samplers.BaseSampler, optional
        Decides the others; ``TPESampler(seed=seed)`` by default.
    mapping : mapping, optional
        Between the configurations' parameter names and the study's (``{"learning_rate":
        "lr"}``), as the injectors take it. Equal names, and names equal without the
        learner's prefix, need none.
    distributions : mapping of str to distribution, optional
        The study's space where it is known beforehand: configurations whose choices it
        does not have are then left out from the start, not from the second trial on.
    to_score : callable, optional
        From an objective value to a score in the metric, higher better. By default a value
        to be maximised is the score, one to be minimised how far it is from perfect
        (1 - accuracy; a loss itself).
    then_every : int, optional
        From the sixth trial on `then` decides one in this many, by the trial's number, if
        results are learnt from; every second where surfaces lead, else every third, by
        default. None leaves it none before the end.
    rounds : int, optional
        With how many rounds every trial is fitted, where its value is the best over fewer
        read off the fit: see :func:`warmstart.downstream.report_rounds`. Needs surfaces.
    seed : int
        Of the search, and of the default `then`. Workers share it, and each gives its own
        `then` a seed of its own: two TPE of one seed draw the same.
    patience_s : float
        How long to wait for an earlier trial of another worker that has begun and not
        chosen yet.
    {arguments}

    Raises
    ------
    SpaceMismatchError
        If the mapping names nothing known, or `distributions` allow no configuration.
    KnowledgeError
        When a trial returns what cannot be a score in the metric.
    MissingExtraError
        On import, if Optuna is not installed.

    Examples
    --------
    >>> import optuna
    >>> from sklearn.datasets import load_wine
    >>> optuna.logging.set_verbosity(optuna.logging.WARNING)
    >>> sampler = WarmStartSampler(load_wine(as_frame=True), space="random_forest", n_trials=2)
    >>> study = optuna.create_study(direction="maximize", sampler=sampler)
    >>> def objective(trial):
    ...     return trial.suggest_float("max_features", 0.1, 1.0)  # stands for a real score
    >>> study.optimize(objective, n_trials=3)
    >>> [sampler.suggested(trial) is not None for trial in study.trials]
    [True, True, False]
    """

    def __init__(
        self,
        source: Any = None,
        y: Any = None,
        *,
        n_trials: int = 50,
        then: BaseSampler | None = None,
        mapping: Mapping[str, Any] | None = None,
        distributions: Mapping[str, BaseDistribution] | None = None,
        to_score: Callable[[float], float] | None = None,
        then_every: int | Literal["auto"] | None = "auto",
        rounds: int | None = None,
        seed: int = 0,
        patience_s: float = 10.0,
        knowledge: str | Path | Recommender | MetaDataset | None = None,
        target: Any = None,
        metafeatures: pd.Series[Any] | Mapping[str, float] | None = None,
        candidates: pd.DataFrame | None = None,
        n_initial: int = 1,
        acquisition: Acquisition = "ei",
        space: LearnerName | str | Iterable[LearnerName | str] | None = None,
        metric: MetricName | str | None = None,
        time_budget_s: float | None = None,
        exclude: str | Iterable[Any] = (),
        task_type: str | None = None,
        kinds: Mapping[Any, str] | None = None,
        groups: Any = None,
        time: Any = None,
        look: Look | None = None,
        max_predict_s: float | None = None,
        max_fit_s: float | None = None,
        max_size_mb: float | None = None,
        max_memory_mb: float | None = None,
        random_state: int | None = None,
    ) -> None:
        check_turns(n_trials, then_every, then)
        self._claims = Claims(patience_s)
        if random_state is None and not isinstance(source, Search | Suggestions):
            random_state = seed
        query = SearchQuery(
            y=y,
            target=target,
            metafeatures=metafeatures,
            candidates=candidates,
            n_initial=n_initial,
            acquisition=acquisition,
            space=space,
            metric=metric,
            time_budget_s=time_budget_s,
            exclude=exclude,
            task_type=task_type,
            kinds=kinds,
            groups=groups,
            time=time,
            look=look,
            max_predict_s=max_predict_s,
            max_fit_s=max_fit_s,
            max_size_mb=max_size_mb,
            max_memory_mb=max_memory_mb,
            random_state=random_state,
        )
        proposer = make_proposer(source, query, knowledge)
        if rounds is not None:
            proposer.continuous = with_rounds(proposer.continuous, rounds)
        usual = 3 if proposer.continuous is None else 2
        self.n_trials, self.then_every = n_trials, usual if then_every == "auto" else then_every
        self.then = _optuna.samplers.TPESampler(seed=seed) if then is None else then
        self.reader = Reader(proposer, mapping, to_score)
        self._distributions = dict(distributions or {})
        self._proposals: dict[int, Proposal] = {}
        self._lock = threading.Lock()
        self._study: tuple[int, StudyResults] | None = None
        if proposer.continuous is None:
            SeenSpace(self.reader, self._distributions).refuse_none_legal()

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Give the trial a configuration, or leave it to the other sampler."""
        self._raise_error_if_multi_objective(study)
        if is_decided(trial):  # enqueued, or a failed one retried
            if not has_claim(trial):
                self.then.before_trial(study, trial)
            return
        for _ in range(0 if self._is_left(trial) else _MAX_ROUNDS):
            trials = self._claims.await_turn(study, trial, self.n_trials)
            others = [other for other in trials if other.number != trial.number]
            proposal = None
            if sum(map(has_claim, others)) < self.n_trials:
                proposal = self._propose(study, others)
                if proposal is None:
                    _log.info("trial %d: no configuration is left", trial.number)
            if proposal is None:
                break
            claim = {"id": proposal.configuration_id, "values": dict(proposal.values)}
            if self._claims.claim(study, trial, claim):
                with self._lock:
                    self._proposals[trial._trial_id] = proposal
                return
        self._claims.claim(study, trial, None)
        self.then.before_trial(study, trial)

    def _propose(self, study: Study, others: Sequence[FrozenTrial]) -> Proposal | None:
        seen = self._of(study)
        results, running, closed = seen.open_to(others, minimizes(study))
        with self._lock:
            return self.reader.proposer.propose(results, running, closed, seen.space)
