"""An Optuna pruner that knows how curves of previous trials went on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import optuna
from optuna.study import StudyDirection
from optuna.trial import TrialState

from warmstart.errors import HistoryError
from warmstart.models.curves.curves import Curves
from warmstart.models.curves.previous_curves import PreviousCurves
from warmstart.models.curves.stopping import Judgement, StoppingRule


class PreviousCurvesPruner(optuna.pruners.BasePruner):
    """Stop trials that, as previous curves went on, will not end above the best.

    Report scores with ``trial.report(score, step)``, steps counted from 1 or in the budget's
    own unit. Finished trials of the study become previous curves too.

    Parameters
    ----------
    curves : Curves
        Of other tasks, or of earlier studies; scores higher-is-better, whatever the study's
        direction.
    target : float, optional
        The last budget; the largest of `curves` by default.
    p_stop : float
        Chance to end above the best below which a trial is stopped.
    n_least : int
        Reports before a trial is judged.

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
    (['COMPLETE', 'PRUNED'], 3.0)
    """

    def __init__(
        self,
        curves: Curves,
        *,
        target: float | None = None,
        p_stop: float = 0.05,
        n_least: int = 3,
    ) -> None:
        if not len(curves):
            raise HistoryError("the pruner needs at least one previous curve")
        self.curves = curves
        self.target = float(curves.budgets[-1] if target is None else target)
        self.p_stop, self.n_least = p_stop, n_least
        self.judgements: dict[int, Judgement] = {}
        self._rule(curves)

    def prune(self, study: optuna.Study, trial: optuna.trial.FrozenTrial) -> bool:
        """Whether `trial` should stop now."""
        sign = -1.0 if study.direction == StudyDirection.MINIMIZE else 1.0
        steps = sorted(step for step, value in trial.intermediate_values.items() if step > 0)
        scores = [sign * trial.intermediate_values[step] for step in steps]
        if not scores or not np.isfinite(scores).all():
            return False
        done = [
            one
            for one in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
            if one.value is not None and math.isfinite(one.value)
        ]
        best = max((sign * float(one.value or 0.0) for one in done), default=-math.inf)
        rule = self._rule(self._with(done, sign))
        judgement = rule.judge([float(step) for step in steps], scores, best)
        if judgement.stop:
            self.judgements[trial.number] = judgement
        return judgement.stop

    def _rule(self, curves: Curves) -> StoppingRule:
        model = PreviousCurves().fit(curves)
        return StoppingRule(
            model=model, target=self.target, p_stop=self.p_stop, n_least=self.n_least
        )

    def _with(self, done: list[Any], sign: float) -> Curves:
        """Previous curves and those of finished trials, on the grid of the former."""
        rows = []
        for trial in done:
            points = sorted((s, v) for s, v in trial.intermediate_values.items() if s > 0)
            if len(points) >= 2:
                at, values = np.array(points, dtype="float64").T
                grid = np.log(self.curves.budgets)
                rows.append(np.interp(grid, np.log(at), sign * values, right=np.nan))
        if not rows:
            return self.curves
        return Curves(
            budgets=self.curves.budgets, values=np.vstack([self.curves.values, *rows])
        )
