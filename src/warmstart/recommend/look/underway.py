"""A look in progress: what is running, what came of it, what is believed by now."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from warmstart.execution.resampling import N_FOLDS
from warmstart.recommend.look.belief import LookBelief
from warmstart.recommend.look.measuring.fits import Fit, FitOutcome, Fits
from warmstart.recommend.look.measuring.record import Record
from warmstart.recommend.look.measuring.seconds import Seconds
from warmstart.recommend.look.measuring.splits import Part
from warmstart.recommend.look.request import LookState, Progress, Rules
from warmstart.recommend.question.arguments import Bounds


def whole(division: int) -> Sequence[Part]:
    """Every fold of a division."""
    return [Part(division, fold) for fold in range(N_FOLDS)]


class Underway:
    """What exploring and racing have in common.

    Parameters
    ----------
    belief : LookBelief
    seconds : Seconds
    fits : Fits
    record : Record
    open_ : ndarray of bool, shape (n_configs,)
        What may be tried.
    bounds : Bounds
    rules : Rules
    weight : callable
        From the number of a division to how much more its folds say than the first's.
    parts : callable
        From the number of a division to those of its folds that can be scored.
    n_jobs : int
        Fits at a time.
    """

    def __init__(
        self,
        belief: LookBelief,
        seconds: Seconds,
        fits: Fits,
        record: Record,
        open_: npt.NDArray[np.bool_],
        *,
        bounds: Bounds,
        rules: Rules,
        weight: Callable[[int], float],
        parts: Callable[[int], Sequence[Part]] = whole,
        n_jobs: int = 1,
        progress: Progress | None = None,
    ) -> None:
        self.belief, self.seconds = belief, seconds
        self.fits, self.record, self.open = fits, record, open_.copy()
        self.bounds, self.rules, self.parts = bounds, rules, parts
        self.n_jobs, self.racing = n_jobs, False
        self.running: list[Fit] = []
        """In the order they were begun."""

        self._weight, self._progress = weight, progress
        self._early: dict[Fit, FitOutcome] = {}
        self._begin, self._n_learnt = fits.now(), 1

    @property
    def spent(self) -> float:
        """Seconds since the look began."""
        return self.fits.now() - self._begin

    def deadline(self, share: float) -> float:
        """When the clock says that a share of the seconds is over.

        Parameters
        ----------
        share : float
            1 for all.
        """
        seconds = self.bounds.seconds
        return math.inf if seconds is None else self._begin + share * seconds

    def fits_in(self, index: int, until: float) -> bool:
        """Whether one more fit of a configuration is expected to end in time."""
        return self.fits.now() + float(self.seconds.predicted()[index]) <= until

    def begin_fit(self, job: Fit) -> None:
        """Hand a fit over."""
        self.open[job.index] = False
        self.record.begin(job.index)
        self.running.append(job)
        self.fits.submit(job)

    def take(self) -> FitOutcome | None:
        """What came of the job begun first; None if the time is over before it ends.

        In that order whichever ends first, so that the answer does not depend on it.
        """
        job = self.running[0]
        while job not in self._early:
            outcome = self.fits.wait(self.deadline(1.0 + self.rules.grace))
            if outcome is None:
                return None
            self._early[outcome.job] = outcome
        self.running.pop(0)
        return self._early.pop(job)

    def keep(self, outcome: FitOutcome) -> None:
        """Note what came of a fit; what is believed stays."""
        self.record.add(outcome, self._weight(outcome.job.part.division))
        if self.bounds.seconds is not None and outcome.status == "ok":
            self.seconds.learn(outcome.job.index, outcome.cost_s)
        if self._progress is not None:
            self._progress(self._state())

    def learn(self, outcome: FitOutcome) -> None:
        """Believe what a fit says; all of it anew as often as what was measured doubles."""
        self.keep(outcome)
        if outcome.status != "ok" or self.record.n_fits >= 2 * self._n_learnt:
            self.update()
            return
        score, std = self.record.latest(outcome, self.record.averages())
        self.belief.add(outcome.job.index, score, std)

    def update(self) -> None:
        """Believe all that was measured, anew."""
        measured = self.record.measured
        if measured:
            self.belief.learn(measured, self.record.averages(), list(self.record.failures))
            self._n_learnt = self.record.n_fits

    def _state(self) -> LookState:
        measured = self.record.measured
        best = float(self.belief.scores()[measured].max()) if measured else math.nan
        return LookState(
            seconds=self.spent,
            n_configs=len(self.record.scores),
            n_fits=self.record.n_fits,
            best=best,
            racing=self.racing,
        )
