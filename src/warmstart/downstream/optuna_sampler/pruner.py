"""An Optuna pruner that knows how curves of previous trials went on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import optuna
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from warmstart.downstream.schedulers.rule import Curve, PreviousCurvesRule, Value
from warmstart.models.curves.curves import Curves
from warmstart.models.curves.records import STOP, Stop
from warmstart.models.curves.stopping import Judgement

Prior = Callable[[optuna.Study, FrozenTrial], "tuple[float, float] | None"]


class PreviousCurvesPruner(optuna.pruners.BasePruner):
    """Stop trials that, as previous curves went on, will not end above the best.

    Report scores with ``trial.report(score, step)``, steps in the curves' unit of budget;
    where a study counts from 0, its first step is budget 1. Finished trials of the study
    become previous curves too. Each stop is recorded with its reason in the trial's user
    attribute ``"warmstart:stop"``, and :meth:`replay` judges it again.

    Parameters
    ----------
    curves : Curves
        Of other tasks, or of earlier studies; scores higher-is-better, whatever the study's
        direction. :func:`warmstart.knowledge.curves.known_curves` has some of boosters.
    target : float, optional
        The last budget; the largest of `curves` by default.
    p_stop : float, optional
        Chance to end above the best below which a trial is stopped.
    least_gain : float, optional
        Expected improvement over the best below which a trial is stopped, in units of the
        score. By default a fiftieth of how far trials of one task end apart.
    n_least : int
        Reports before a trial is judged.
    value : {"last", "best"}
        What a trial is worth: its score at the last budget, or its best until then, as where
        the number of rounds is read off (:func:`warmstart.downstream.report_rounds`) or a
        network is kept as it was at its best. Of the best much more can be stopped: a curve
        that has turned down is at its end, and curves of similar configurations say how much
        is to come. A trial that leads is not stopped, so that none is lost.
    stop_leaders : bool
        Of the best, stop leading trials too once they will hardly rise; for objectives that
        end by :func:`warmstart.downstream.end_trial`, which keeps their value.
    prior : callable, optional
        From the study and a trial to mean and standard deviation of its end as its
        configuration lets expect, scores higher-is-better; None where nothing is known.
        See :class:`~warmstart.downstream.schedulers.end_prior.BeliefPrior`.

    Attributes
    ----------
    judgements : dict
        Trial number to the :class:`~warmstart.models.curves.stopping.Judgement` that stopped
        it.

    References
    ----------
    .. [1] Chandrashekaran, Lane. "Speeding Up Hyper-parameter Optimization by Extrapolation
       of Learning Curves Using Previous Builds." ECML PKDD 2017.

    Examples
    --------
    >>> budgets = np.arange(1.0, 9.0)
    >>> rising = np.linspace(0.5, 1, 5)[:, None] * (1 - 1 / (1 + budgets))
    >>> pruner = PreviousCurvesPruner(Curves(budgets=budgets, values=rising))
    >>> optuna.logging.set_verbosity(optuna.logging.WARNING)
    >>> def objective(trial):
    ...     height = trial.suggest_float("height", 0.5, 1)
    ...     for step in budgets:
    ...         trial.report(height * (1 - 1 / (1 + step)), int(step))
    ...         if trial.should_prune():
    ...             raise optuna.TrialPruned
    ...     return height * (1 - 1 / 9)
    >>> study = optuna.create_study(direction="maximize", pruner=pruner)
    >>> study.enqueue_trial({"height": 1.0})
    >>> study.enqueue_trial({"height": 0.5})
    >>> study.optimize(objective, n_trials=2)
    >>> [trial.state.name for trial in study.trials], pruner.judgements[1].budget
    (['COMPLETE', 'PRUNED'], 2.0)
    >>> [stop.trial for stop, again in pruner.replay(study) if again.stop]
    [1]
    """

    def __init__(
        self,
        curves: Curves,
        *,
        target: float | None = None,
        p_stop: float | None = None,
        least_gain: float | None = None,
        n_least: int = 2,
        value: Value = "last",
        stop_leaders: bool = False,
        prior: Prior | None = None,
    ) -> None:
        self._rule = PreviousCurvesRule(
            curves,
            target=target,
            p_stop=p_stop,
            least_gain=least_gain,
            n_least=n_least,
            value=value,
            stop_leaders=stop_leaders,
        )
        self._prior = prior
        self.judgements: dict[int, Judgement] = {}

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        """Whether `trial` should stop now."""
        sign = -1.0 if study.direction == StudyDirection.MINIMIZE else 1.0
        curve = _curve(trial, sign)
        if not curve or not np.isfinite(list(curve.values())).all():
            return False
        finished = study.get_trials(
            deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED)
        )
        done = _ended(finished)
        best = max((sign * float(one.value or 0.0) for one in done), default=-math.inf)
        prior = None if self._prior is None else self._prior(study, trial)
        judgement = self._rule.judge(
            curve,
            best,
            ended=[_curve(one, sign) for one in done],
            prior=prior,
            values=trial.params,
            ended_values=[one.params for one in done],
            reached=_reached(finished, sign),
        )
        if judgement.stop:
            self.judgements[trial.number] = judgement
            stop = Stop(
                trial=trial.number,
                budgets=tuple(sorted(curve)),
                scores=tuple(curve[budget] for budget in sorted(curve)),
                judgement=judgement,
                prior=prior,
                others=tuple(one.number for one in done),
                reached=tuple(_reached(finished, sign)),
            )
            study._storage.set_trial_user_attr(trial._trial_id, STOP, stop.to_json())
        return judgement.stop

    def replay(self, study: optuna.Study) -> list[tuple[Stop, Judgement]]:
        """Every recorded stop, and what this pruner says of the same curve now."""
        sign = -1.0 if study.direction == StudyDirection.MINIMIZE else 1.0
        trials = study.get_trials(deepcopy=False)
        found = []
        for trial in trials:
            if STOP in trial.user_attrs:
                stop = Stop.from_json(trial.user_attrs[STOP])
                others = [trials[int(number)] for number in stop.others]
                rule = self._rule.rule(
                    [_curve(one, sign) for one in others],
                    trial.params,
                    [one.params for one in others],
                    stop.reached,
                )
                found.append((stop, stop.replay(rule)))
        return found


def _curve(trial: FrozenTrial, sign: float) -> Curve:
    """What a trial reported, by budgets above zero."""
    told: dict[int, Any] = trial.intermediate_values
    shift = 1 if 0 in told else 0
    return {float(k + shift): sign * v for k, v in told.items() if k + shift > 0}


def _ended(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    complete = [one for one in trials if one.state == TrialState.COMPLETE]
    return [one for one in complete if one.value is not None and math.isfinite(one.value)]


def _reached(trials: Sequence[FrozenTrial], sign: float) -> list[float]:
    """The best that each finished trial has shown."""
    shown = (_curve(one, sign).values() for one in trials)
    found = (max(values, default=math.nan) for values in shown)
    return [best for best in found if math.isfinite(best)]
