"""The end of a look: its best few on folds that none of them was chosen by."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from warmstart.recommend.look.measuring.fits import Fit
from warmstart.recommend.look.underway import Underway

_N_DRAWS = 400


class Race:
    """Fits the best few to further folds, those longest that may be the best.

    Parameters
    ----------
    look : Underway
        That has explored.
    rng : Generator
    """

    def __init__(self, look: Underway, rng: np.random.Generator) -> None:
        self._look, self._rng = look, rng
        self._n_left = self._fits_left()

    def run(self) -> str:
        """Race until one is left or the time is over, which is what is said then."""
        look = self._look
        look.racing = True
        look.update()
        finalists = self._finalists()
        for division in range(look.rules.max_divisions):
            for part in look.parts(division):
                finalists = self._still_in(finalists)
                if len(finalists) < 2:
                    return ""
                todo = [i for i in finalists if part not in look.record.scores[i]]
                if (ended := self._lap([Fit(i, part) for i in todo])) is not None:
                    return ended
                look.update()
        return ""

    def _lap(self, jobs: Sequence[Fit]) -> str | None:
        """Fit finalists to one more fold; None if there was time for all."""
        look, until = self._look, self._look.deadline(1.0)
        for job in jobs:
            if self._n_left <= 0 or not look.fits_in(job.index, until):
                return "the time was over" if self._n_left > 0 else ""
            self._n_left -= 1
            look.begin_fit(job)
            if len(look.running) >= look.n_jobs and not self._take_and_keep():
                return "the time was over"
        while look.running:
            if not self._take_and_keep():
                return "the time was over"
        return None

    def _take_and_keep(self) -> bool:
        outcome = self._look.take()
        if outcome is not None:
            self._look.keep(outcome)
        return outcome is not None

    def _fits_left(self) -> float:
        """Fits that the race may have where fits are counted."""
        look = self._look
        if look.bounds.n_configs is None:
            return math.inf
        share = look.rules.explore_share
        return math.ceil(look.record.n_fits * (1 - share) / share)

    def _finalists(self) -> list[int]:
        look, means = self._look, self._look.belief.means
        return sorted(look.record.measured, key=lambda i: means[i])[: look.rules.n_finalists]

    def _still_in(self, finalists: Sequence[int]) -> list[int]:
        """Finalists that may be the best, the best expected first."""
        look = self._look
        left = [i for i in finalists if i not in look.record.failures]
        if len(left) < 2:
            return left
        draws = look.belief.draws(_N_DRAWS, self._rng)[:, left]
        chances = np.bincount(draws.argmin(axis=1), minlength=len(left)) / len(draws)
        means = look.belief.means
        kept = [i for i, p in zip(left, chances, strict=True) if p >= look.rules.drop]
        return sorted(kept, key=lambda i: means[i])
