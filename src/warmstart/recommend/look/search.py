"""The look itself: explore by expected gain a second, then race the best few."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from warmstart.execution.resampling import N_FOLDS
from warmstart.recommend.look.belief import Array, LookBelief
from warmstart.recommend.look.measuring.fits import Fit, FitOutcome, Fits
from warmstart.recommend.look.measuring.record import Record
from warmstart.recommend.look.measuring.seconds import Seconds
from warmstart.recommend.look.measuring.splits import Part
from warmstart.recommend.look.request import Bounds, LookState, Progress, Rules


class LookSearch:
    """One look in progress.

    Parameters
    ----------
    belief : LookBelief
    first : ndarray, shape (n_configs,)
        What each configuration is expected to gain, to choose the first by.
    seconds : Seconds
    fits : Fits
    record : Record
    open_ : ndarray of bool, shape (n_configs,)
        What may be tried.
    weight : callable
        From the number of a division to how much more its folds say than the first's.
    """

    def __init__(
        self,
        belief: LookBelief,
        first: Array,
        seconds: Seconds,
        fits: Fits,
        record: Record,
        open_: npt.NDArray[np.bool_],
        *,
        bounds: Bounds,
        rules: Rules,
        weight: Callable[[int], float],
        n_jobs: int = 1,
        random_state: int = 0,
        progress: Progress | None = None,
    ) -> None:
        self._belief, self._first, self._seconds = belief, first, seconds
        self._fits, self.record, self._open = fits, record, open_.copy()
        self._bounds, self._rules, self._weight = bounds, rules, weight
        self._n_jobs, self._progress = n_jobs, progress
        self._rng = np.random.default_rng(random_state)
        self._running: list[Fit] = []
        self._early: dict[Fit, FitOutcome] = {}
        self._begin = fits.now()
        self._racing, self._n_learnt = False, 1

    @property
    def spent(self) -> float:
        """Seconds since the look began."""
        return self._fits.now() - self._begin

    def run(self) -> str:
        """Look until there is nothing to gain or no time; say why it ended."""
        try:
            ended = self._explore()
            return self._race() or ended
        except KeyboardInterrupt:
            return "interrupted"
        finally:
            self._fits.close()

    # Exploring: one configuration after another, each on as many folds as it deserves.

    def _explore(self) -> str:
        until = self._deadline(self._rules.explore_share)
        ended = ""
        while True:
            while len(self._running) < self._n_jobs and not ended:
                index, ended = self._next(until)
                if index is not None:
                    self._begin_fit(Fit(index, Part(0, 0)))
            if not self._running:
                return ended
            outcome = self._take()
            if outcome is None:
                return "the time was over"
            self._learn(outcome)
            index, fold = outcome.job.index, outcome.job.part.fold
            if fold + 1 < N_FOLDS and self._deserves_more(index):
                if self._fits_in(index, self._deadline(1.0)):
                    self._begin_fit(Fit(index, Part(0, fold + 1)))
                else:
                    ended = ended or "the time was over"

    def _next(self, until: float) -> tuple[int | None, str]:
        """The next configuration to try, or why there is none."""
        n_max = self._bounds.n_configs
        if n_max is not None and len(self.record.scores) >= n_max:
            return None, f"{n_max} configurations were tried"
        predicted = N_FOLDS * self._seconds.predicted()
        affordable = self._open & (self._fits.now() + predicted <= until)
        if not affordable.any():
            all_tried = not self._open.any()
            return None, "all were tried" if all_tried else "the time was over"
        seconds = predicted if self._rules.per_second else np.ones_like(predicted)
        measured = self.record.measured
        if not measured:
            # Nothing to improve on yet but a middling configuration.
            worth = np.log(np.maximum(self._first, 1e-9)) - np.log(seconds)
            return int(np.where(affordable, worth, -np.inf).argmax()), ""
        gain = self._belief.improvement(measured)
        if gain[self._open].max() < self._rules.enough:
            return None, "nothing was left to gain"
        worth = np.log(np.maximum(gain, 1e-300)) - np.log(seconds)
        return int(np.where(affordable, worth, -np.inf).argmax()), ""

    def _deserves_more(self, index: int) -> bool:
        """Whether a configuration may still turn out to be the best."""
        measured = self.record.measured
        if index not in measured or self._rules.give_up <= 0 or len(measured) < 2:
            return index in measured
        mixture = self._belief.posterior.mixture
        means, stds = mixture.mean(), mixture.std()
        best = min((i for i in measured if i != index), key=lambda i: means[i])
        gap = float(means[index] - means[best])
        error = math.hypot(float(stds[index]), float(stds[best]))
        return gap <= 0 or 0.5 * math.erfc(gap / (error * math.sqrt(2))) > self._rules.give_up

    # Racing: the best few on folds none of them was chosen by.

    def _race(self) -> str:
        self._racing = True
        self._update()
        until, n_left = self._deadline(1.0), self._fits_left()
        finalists = self._finalists()
        parts = [Part(d, f) for d in range(self._rules.max_divisions) for f in range(N_FOLDS)]
        for part in parts:
            finalists = self._still_in(finalists)
            if len(finalists) < 2:
                return ""
            todo = [i for i in finalists if part not in self.record.scores[i]]
            for index in todo:
                if n_left <= 0 or not self._fits_in(index, until):
                    return "the time was over" if n_left > 0 else ""
                n_left -= 1
                self._begin_fit(Fit(index, part))
                if len(self._running) >= self._n_jobs and not self._take_and_keep():
                    return "the time was over"
            while self._running:
                if not self._take_and_keep():
                    return "the time was over"
            self._update()
        return ""

    def _fits_left(self) -> float:
        """Fits that the race may have where fits are counted."""
        if self._bounds.n_configs is None:
            return math.inf
        share = self._rules.explore_share
        return math.ceil(self.record.n_fits * (1 - share) / share)

    def _finalists(self) -> list[int]:
        means = self._belief.means
        return sorted(self.record.measured, key=lambda i: means[i])[: self._rules.n_finalists]

    def _still_in(self, finalists: Sequence[int]) -> list[int]:
        """Finalists that may be the best, the best expected first."""
        left = [i for i in finalists if i not in self.record.failures]
        if len(left) < 2:
            return left
        draws = self._belief.draws(400, self._rng)[:, left]
        chances = np.bincount(draws.argmin(axis=1), minlength=len(left)) / len(draws)
        means = self._belief.means
        kept = [i for i, p in zip(left, chances, strict=True) if p >= self._rules.drop]
        return sorted(kept, key=lambda i: means[i])

    # What both have in common.

    def _deadline(self, share: float) -> float:
        seconds = self._bounds.seconds
        return math.inf if seconds is None else self._begin + share * seconds

    def _fits_in(self, index: int, until: float) -> bool:
        return self._fits.now() + float(self._seconds.predicted()[index]) <= until

    def _begin_fit(self, job: Fit) -> None:
        self._open[job.index] = False
        self.record.begin(job.index)
        self._running.append(job)
        self._fits.submit(job)

    def _take(self) -> FitOutcome | None:
        """What came of the job begun first; None if the time is over before it ends.

        In that order whichever ends first, so that the answer does not depend on it.
        """
        job = self._running[0]
        while job not in self._early:
            outcome = self._fits.wait(self._deadline(1.0 + self._rules.grace))
            if outcome is None:
                return None
            self._early[outcome.job] = outcome
        self._running.pop(0)
        return self._early.pop(job)

    def _take_and_keep(self) -> bool:
        outcome = self._take()
        if outcome is not None:
            self._keep(outcome)
        return outcome is not None

    def _keep(self, outcome: FitOutcome) -> None:
        self.record.add(outcome, self._weight(outcome.job.part.division))
        if self._bounds.seconds is not None and outcome.status == "ok":
            self._seconds.learn(outcome.job.index, outcome.cost_s)
        if self._progress is not None:
            self._progress(self._state())

    def _learn(self, outcome: FitOutcome) -> None:
        """Believe what a fit says; all of it anew as often as what was measured doubles."""
        self._keep(outcome)
        if outcome.status != "ok" or self.record.n_fits >= 2 * self._n_learnt:
            self._update()
            return
        score, std = self.record.latest(outcome, self.record.averages())
        self._belief.add(outcome.job.index, score, std)

    def _update(self) -> None:
        measured = self.record.measured
        if measured:
            self._belief.learn(measured, self.record.averages(), list(self.record.failures))
            self._n_learnt = self.record.n_fits

    def _state(self) -> LookState:
        measured = self.record.measured
        best = float(self._belief.scores()[measured].max()) if measured else math.nan
        return LookState(
            seconds=self.spent,
            n_configs=len(self.record.scores),
            n_fits=self.record.n_fits,
            best=best,
            racing=self._racing,
        )
