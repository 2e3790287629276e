"""An objective for tuners that fits each setting once and scores it at many rounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from sklearn.model_selection import cross_val_score

from warmstart.downstream.optuna_sampler.proposers.proposer import ROUNDS as ROUNDS_OF_TRIAL
from warmstart.execution.measure.read_off import (
    ROUNDS,
    RoundScores,
    best_rounds,
    check_rounds,
    cross_validate_rounds,
    has_rounds,
)

if TYPE_CHECKING:
    from optuna.trial import Trial

    from warmstart.recommend.answer.suggestion import Suggestion


class ReadOffObjective:
    """Cross-validates boosters and forests with one fit a fold, at many numbers of rounds.

    The number of rounds is then no hyperparameter to search: every trial is told with the
    best it has. The first fold comes first: who is there more than one standard deviation
    behind the best so far is fitted to no other, and told what it would have reached had it
    gained on the others what the best did.

    For Optuna, with or without :class:`~warmstart.downstream.WarmStartSampler`; that one is
    told the largest of `rounds` (``rounds=500``) so that it proposes for such trials. Also
    for :meth:`warmstart.Search.run`.

    With `prune` the study's pruner hears of the first fold's score after each of `rounds`
    while it is fitted (raised by what the best gained on its other folds), and a trial that
    is to be pruned is fitted no further; see :func:`end_trial`.
    ``PreviousCurvesPruner(curves, value="best", stop_leaders=True)`` judges such trials.

    Parameters
    ----------
    X, y : array-like, shape (n_rows, n_features) and (n_rows,)
    make : callable, optional
        From a trial to an unfitted estimator, which need not ask for rounds. Suggestions
        make their own.
    rounds : sequence of int
        Scored; every fit has the largest.
    cv, scoring
        As in ``cross_val_score``.
    first_fold : bool
        Whether who is behind on the first fold is given up.
    prune : bool
        Whether the study's pruner may stop fits. A study of Optuna has one unless it is told
        otherwise, by the median.

    Attributes
    ----------
    incumbent : RoundScores or None
        The best so far.

    Examples
    --------
    >>> import optuna
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.ensemble import HistGradientBoostingClassifier
    >>> optuna.logging.set_verbosity(optuna.logging.WARNING)
    >>> def make(trial):
    ...     rate = trial.suggest_float("learning_rate", 0.01, 0.3, log=True)
    ...     return HistGradientBoostingClassifier(learning_rate=rate, random_state=0)
    >>> X, y = load_wine(return_X_y=True)
    >>> objective = ReadOffObjective(X, y, make, rounds=(5, 10, 20), cv=3)
    >>> sampler = optuna.samplers.RandomSampler(seed=0)
    >>> study = optuna.create_study(direction="maximize", sampler=sampler)
    >>> study.optimize(objective, n_trials=2)
    >>> best = study.best_trial
    >>> best.value > 0.8, best.user_attrs["warmstart:rounds"] in (5, 10, 20)
    (True, True)
    """

    def __init__(
        self,
        X: Any,
        y: Any,
        make: Callable[[Any], Any] | None = None,
        *,
        rounds: Sequence[int] = ROUNDS,
        cv: Any = None,
        scoring: Any = None,
        first_fold: bool = True,
        prune: bool = False,
    ) -> None:
        self.X, self.y, self.make = X, y, make
        self.rounds, self.cv, self.scoring = check_rounds(rounds), cv, scoring
        self.first_fold, self.prune = first_fold, prune
        self.incumbent: RoundScores | None = None

    def __call__(self, asked: Trial | Suggestion) -> float | RoundScores:
        """Value of a trial, with a note of its rounds; scores by rounds of a suggestion.

        A learner without rounds is cross-validated as it is.
        """
        estimator = asked.estimator() if self.make is None else self.make(asked)  # type: ignore[union-attr]
        if not has_rounds(estimator):
            scores = cross_val_score(
                estimator, self.X, self.y, cv=self.cv, scoring=self.scoring
            )
            return float(scores.mean())
        watch = self._watch(asked)
        found = cross_validate_rounds(
            estimator,
            self.X,
            self.y,
            rounds=self.rounds,
            cv=self.cv,
            scoring=self.scoring,
            incumbent=self.incumbent if self.first_fold else None,
            watch=watch,
        )
        best = self.incumbent
        if watch is not None and len(found) < len(self.rounds):
            gain = 0.0 if best is None else best.gain_after_first()
            return end_trial(cast("Trial", asked), {k: v + gain for k, v in found.items()})
        if not found.stopped and (best is None or found.best_score > best.best_score):
            self.incumbent = found
        # Optuna need not be there to run a search.
        is_trial = hasattr(asked, "set_user_attr")
        return report_rounds(cast("Trial", asked), found) if is_trial else found

    def _watch(self, asked: Any) -> Callable[[int, float], bool] | None:
        """What tells a trial's pruner; None where none is to be told."""
        if not self.prune or not hasattr(asked, "should_prune"):
            return None
        best = self.incumbent
        gain = 0.0 if best is None else best.gain_after_first()

        def watch(rounds: int, score: float) -> bool:
            asked.report(score + gain, rounds)
            return rounds < self.rounds[-1] and bool(asked.should_prune())

        return watch


def report_rounds(trial: Trial, found: Mapping[int, float]) -> float:
    """The value of an Optuna trial, its best over rounds, and a note of how many those are.

    For :class:`~warmstart.downstream.WarmStartSampler` with ``rounds=``.

    Parameters
    ----------
    trial : optuna.Trial
        To be told; the number of rounds is its user attribute.
    found : RoundScores or mapping of int to float
        What :func:`cross_validate_rounds` gave, or rounds to score.

    Returns
    -------
    float
        The highest score.

    Examples
    --------
    >>> import optuna
    >>> trial = optuna.trial.create_trial(value=0.0)
    >>> trial = optuna.create_study().ask()
    >>> report_rounds(trial, {50: 0.71, 100: 0.74, 200: 0.73})
    0.74
    """
    best = best_rounds(found)
    trial.set_user_attr(ROUNDS_OF_TRIAL, int(best))
    return float(found[best])


def end_trial(trial: Trial, found: Mapping[int, float]) -> float:
    """End a trial that its pruner stops: with its best if it leads the study, else pruned.

    Optuna forgets the value of a pruned trial; with this one
    ``PreviousCurvesPruner(value="best", stop_leaders=True)`` may stop those that lead too.

    Parameters
    ----------
    trial : optuna.Trial
    found : mapping of int to float
        Rounds, or epochs, to score, in the study's own direction.

    Returns
    -------
    float
        Its best value.

    Raises
    ------
    optuna.TrialPruned
        If another trial is as good.

    Examples
    --------
    >>> import optuna
    >>> study = optuna.create_study(direction="maximize")
    >>> study.add_trial(optuna.trial.create_trial(value=0.7))
    >>> end_trial(study.ask(), {10: 0.71, 20: 0.74, 40: 0.73})
    0.74
    """
    from optuna import TrialPruned
    from optuna.study import StudyDirection
    from optuna.trial import TrialState

    study = trial.study
    sign = -1.0 if study.direction == StudyDirection.MINIMIZE else 1.0
    best = max(found, key=lambda rounds: (sign * found[rounds], -rounds))
    trial.set_user_attr(ROUNDS_OF_TRIAL, int(best))
    done = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    values = [sign * one.value for one in done if one.value is not None]
    if sign * found[best] > max(values, default=-math.inf):
        return float(found[best])
    raise TrialPruned
