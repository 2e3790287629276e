"""POP: slots by the probability to reach a target, over processes or a cluster."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from warmstart.downstream.schedulers.slots import next_trial
from warmstart.downstream.schedulers.trials import Step, Trial, run_trials
from warmstart.errors import HistoryError
from warmstart.execution.executors.choose import make_executor
from warmstart.models.curves.records import Stop
from warmstart.models.curves.stopping import Judgement

if TYPE_CHECKING:
    from warmstart.execution.executors.base import Executor
    from warmstart.models.protocols import CurveModel

Prior = Callable[[Mapping[str, Any]], "tuple[float, float]"]
"""From a configuration to mean and standard deviation of its end."""


@dataclass(kw_only=True)
class POPScheduler:
    """Runs trials so that one of them reaches a target soon.

    After each step a trial's chance to reach the target by the last budget is judged from its
    curve and previous ones. Trials of a small chance are poor and stopped; those above a
    threshold are promising and keep slots of their own; the opportunistic rest takes turns
    on the other slots. See :func:`~warmstart.downstream.schedulers.slots.divide`.

    Parameters
    ----------
    model : CurveModel
        Fitted to previous curves.
    budgets : sequence of float
        Rising; trials are judged after each.
    target : float
        Score to reach, higher is better.
    p_poor : float
        Chance below which a trial is stopped.
    n_least : int
        Points of a curve before it is judged.
    prior : callable, optional
        What is expected of a configuration's end beforehand; then trials are judged, and
        ordered, before their first step too. See
        :func:`~warmstart.downstream.schedulers.end_prior.end_prior`.
    revive : bool
        Where none is left and the target is not reached, the likeliest of the stopped go on.

    Attributes
    ----------
    stops : list of Stop
        With their reasons, in the order of time.

    References
    ----------
    .. [1] Rasley et al. "HyperDrive: Exploring Hyperparameters with POP Scheduling."
       Middleware 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from warmstart.models.curves.curves import Curves
    >>> from warmstart.models.curves.previous_curves import PreviousCurves
    >>> budgets = [1.0, 2.0, 4.0, 8.0]
    >>> past = np.linspace(0.4, 1, 30)[:, None] * (1 - 0.5 / np.array(budgets))
    >>> model = PreviousCurves().fit(Curves(budgets=np.array(budgets), values=past))
    >>> def step(configuration, budget, state):
    ...     return configuration["height"] * (1 - 0.5 / budget), budget
    >>> pop = POPScheduler(model=model, budgets=budgets, target=0.9)
    >>> trials = pop.run(step, [{"height": h} for h in (0.5, 0.6, 0.99, 0.7)])
    >>> trials[2].best > 0.9, sorted(stop.trial for stop in pop.stops)
    (True, [0, 1, 3])
    """

    model: CurveModel
    budgets: Sequence[float]
    target: float
    p_poor: float = 0.05
    n_least: int = 2
    prior: Prior | None = None
    revive: bool = True
    stops: list[Stop] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        if not 0 <= self.p_poor < 1:
            raise HistoryError(f"p_poor is a chance between 0 and 1, got {self.p_poor}")
        if not math.isfinite(self.target):
            raise HistoryError(f"target is a score, got {self.target}")
        self._priors: dict[int, tuple[float, float]] = {}
        self._again: set[int] = set()

    def run(
        self,
        step: Step,
        configurations: Iterable[Mapping[str, Any]],
        *,
        n_jobs: int = 1,
        workers: int | None = None,
        scheduler: str | None = None,
        executor: Executor | None = None,
        watch: Callable[[Trial], None] | None = None,
    ) -> list[Trial]:
        """Run until a trial reaches the target or none is left; see :func:`run_trials`.

        Parameters
        ----------
        step : callable
            From configuration, budget and state to score and state.
        configurations : iterable of mapping
        n_jobs : int
            Processes of joblib.
        workers, scheduler : optional
            Dask instead: workers on this machine, or the address of a cluster.
        executor : Executor, optional
            One of one's own.
        watch : callable, optional
            Called with each trial that has a new point.
        """
        wanted = list(configurations)
        self.stops.clear()
        self._again.clear()
        self._priors = {}
        if self.prior is not None:
            self._priors = {k: self.prior(one) for k, one in enumerate(wanted)}
        if executor is None:
            executor = make_executor(n_jobs=n_jobs, workers=workers, scheduler=scheduler)
        return run_trials(
            step, wanted, self.budgets, self, executor, target=self.target, watch=watch
        )

    def next(self, trials: Sequence[Trial], n_slots: int) -> Trial | None:
        """Whose turn a free slot is."""
        for trial in trials:
            if not trial.judged and trial.number in self._priors:
                mean, std = self._priors[trial.number]
                trial.chance, trial.judged = self._chance(mean, std), True
        found = next_trial(trials, n_slots)
        if found is None and not any(trial.status == "running" for trial in trials):
            found = self._revived(trials)
        return found

    def _revived(self, trials: Sequence[Trial]) -> Trial | None:
        """The likeliest of the stopped, where nothing else is left: slots would stand empty."""
        stopped = [trial for trial in trials if trial.status == "stopped"]
        found = max(stopped, key=lambda trial: (trial.chance, -trial.number), default=None)
        if found is not None and self.revive:
            found.status = "waiting"
            self._again.add(found.number)
            return found
        return None

    def judge(self, trial: Trial, trials: Sequence[Trial]) -> None:  # noqa: ARG002 - by itself
        """Set a trial's chance; stop it where that is small."""
        if trial.status == "ended" or len(trial.curve) < self.n_least:
            return
        budgets = sorted(trial.curve)
        scores = [trial.curve[budget] for budget in budgets]
        prior = self._priors.get(trial.number)
        mean, std = self.model.predict(budgets, scores, float(self.budgets[-1]), prior=prior)
        if math.isinf(std):
            return
        trial.chance, trial.judged = self._chance(mean, std), True
        if trial.chance >= self.p_poor or trial.number in self._again:
            return
        trial.status = "stopped"
        trial.reason = f"chance to reach {self.target:.6g} is {trial.chance:.2g}"
        judgement = Judgement(
            stop=True,
            probability=trial.chance,
            expected=mean,
            std=std,
            best=self.target,
            budget=budgets[-1],
            reason=trial.reason,
        )
        self.stops.append(
            Stop(
                trial=trial.number,
                budgets=tuple(budgets),
                scores=tuple(scores),
                judgement=judgement,
                prior=prior,
            )
        )

    def _chance(self, mean: float, std: float) -> float:
        return 0.5 * math.erfc(-(mean - self.target) / max(std, 1e-12) / math.sqrt(2))
