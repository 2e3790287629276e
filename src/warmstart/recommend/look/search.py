"""The look itself: explore by expected gain a second, then race the best few."""

from __future__ import annotations

import math

import numpy as np

from warmstart.recommend.look.belief import Array
from warmstart.recommend.look.measuring.fits import Fit
from warmstart.recommend.look.race import Race
from warmstart.recommend.look.underway import Underway


class LookSearch:
    """One look.

    Parameters
    ----------
    look : Underway
        That nothing was begun of.
    first : ndarray, shape (n_configs,)
        What each configuration is expected to gain, to choose the first by.
    random_state : int
    """

    def __init__(self, look: Underway, first: Array, *, random_state: int = 0) -> None:
        self.look, self._first = look, first
        self._rng = np.random.default_rng(random_state)

    def run(self) -> str:
        """Look until there is nothing to gain or no time; say why it ended."""
        try:
            ended = self._explore()
            ended = Race(self.look, self._rng).run() or ended
        except KeyboardInterrupt:
            ended = "interrupted"
        finally:
            self.look.fits.close()
        self.look.update()  # what was measured last is believed too
        return ended

    def _explore(self) -> str:
        """One configuration after another, each on as many folds as it deserves."""
        look = self.look
        until = look.deadline(look.rules.explore_share)
        parts, ended = look.parts(0), ""
        if not parts:
            return "a class is too rare, or comes too late, for any fold to be scored"
        while True:
            while len(look.running) < look.n_jobs and not ended:
                index, ended = self._next(until)
                if index is not None:
                    look.begin_fit(Fit(index, parts[0]))
            if not look.running:
                return ended
            outcome = look.take()
            if outcome is None:
                return "the time was over"
            look.learn(outcome)
            index, later = outcome.job.index, parts.index(outcome.job.part) + 1
            if later < len(parts) and self._deserves_more(index):
                if look.fits_in(index, look.deadline(1.0)):
                    look.begin_fit(Fit(index, parts[later]))
                else:
                    ended = ended or "the time was over"

    def _next(self, until: float) -> tuple[int | None, str]:
        """The next configuration to try, or why there is none."""
        look = self.look
        n_max = look.bounds.n_configs
        if n_max is not None and len(look.record.scores) >= n_max:
            return None, f"{n_max} configuration{'s were' if n_max > 1 else ' was'} tried"
        predicted = len(look.parts(0)) * look.seconds.predicted()
        affordable = look.open & (look.fits.now() + predicted <= until)
        if not affordable.any():
            all_tried = not look.open.any()
            return None, "all were tried" if all_tried else "the time was over"
        seconds = predicted if look.rules.per_second else np.ones_like(predicted)
        measured = look.record.measured
        if not measured:
            # Nothing to improve on yet but a middling configuration.
            worth = np.log(np.maximum(self._first, 1e-9)) - np.log(seconds)
            return int(np.where(affordable, worth, -np.inf).argmax()), ""
        gain = look.belief.improvement(measured)
        if gain[look.open].max() < look.rules.enough:
            return None, "nothing was left to gain"
        worth = np.log(np.maximum(gain, 1e-300)) - np.log(seconds)
        return int(np.where(affordable, worth, -np.inf).argmax()), ""

    def _deserves_more(self, index: int) -> bool:
        """Whether a configuration may still turn out to be the best."""
        look = self.look
        measured = look.record.measured
        if index not in measured or look.rules.give_up <= 0 or len(measured) < 2:
            return index in measured
        mixture = look.belief.posterior.mixture
        means, stds = mixture.mean(), mixture.std()
        best = min((i for i in measured if i != index), key=lambda i: means[i])
        gap = float(means[index] - means[best])
        error = math.hypot(float(stds[index]), float(stds[best]))
        return gap <= 0 or 0.5 * math.erfc(gap / (error * math.sqrt(2))) > look.rules.give_up
