"""The look itself, on made-up fits with a clock of their own.

Also of: recommend.look.belief, recommend.look.measuring.record, recommend.look.race,
recommend.look.request, recommend.look.underway.
"""

import numpy as np
import pytest
from tests.unit.recommend.toy import N_CONFIGS, NEW, toy

from warmstart.recommend.look.belief import LookBelief
from warmstart.recommend.look.measuring.fits import FitOutcome
from warmstart.recommend.look.measuring.record import Record
from warmstart.recommend.look.measuring.seconds import Seconds
from warmstart.recommend.look.request import Rules
from warmstart.recommend.look.search import LookSearch
from warmstart.recommend.look.underway import Underway
from warmstart.recommend.question.arguments import Bounds
from warmstart.recommend.recommender import Recommender

pytestmark = pytest.mark.usefixtures("small_forests")

COLUMNS = list(range(N_CONFIGS))
TIRELESS = Rules(enough=0.0)
"""Goes on whatever is left to gain: the base of these tests knows too much."""


class MadeUp:
    """Scores by configuration, fold and luck; each fit takes its seconds on its own clock."""

    def __init__(self, scores, seconds=0.1, noise=0.0, failing=(), hanging=(), interrupt=None):
        self.scores, self.noise, self.failing, self.hanging = scores, noise, failing, hanging
        self.seconds = np.broadcast_to(seconds, len(scores))
        self.clock, self.jobs, self.done, self.closed = 0.0, [], [], False
        self.interrupt = interrupt

    def now(self):
        return self.clock

    def submit(self, job):
        self.jobs.append(job)

    def wait(self, until):
        job = self.jobs[0]
        if len(self.done) == self.interrupt:
            raise KeyboardInterrupt
        took = np.inf if job.index in self.hanging else self.seconds[job.index]
        if self.clock + took > until:
            self.clock = until
            return None
        self.jobs.pop(0)
        self.clock += took
        self.done.append(job)
        if job.index in self.failing:
            return FitOutcome(job=job, score=np.nan, cost_s=took, status="failed", error="no")
        seed = [job.index, job.part.division, job.part.fold]
        luck = self.noise * np.random.default_rng(seed).normal()
        fold = 0.05 * np.random.default_rng(seed[1:]).normal()
        score = float(self.scores[job.index] + fold + luck)
        return FitOutcome(job=job, score=score, cost_s=took)

    def close(self):
        self.closed = True


@pytest.fixture(scope="module")
def fitted():
    return Recommender().fit(toy()).fitted(None, None)


@pytest.fixture
def begin(fitted):
    def make(fits, bounds, rules=None, random_state=0, **more):
        look = Underway(
            LookBelief.of(fitted, NEW, COLUMNS),
            Seconds(np.full(N_CONFIGS, 0.1), ["a"] * N_CONFIGS),
            fits,
            Record(1.0, 100),
            np.ones(N_CONFIGS, dtype=bool),
            bounds=bounds,
            rules=rules or TIRELESS,
            weight=lambda division: 1.0,
            **more,
        )
        return LookSearch(look, np.linspace(0.5, 0.9, N_CONFIGS), random_state=random_state)

    return make


GOOD = 0.6 + np.linspace(-0.2, 0.2, N_CONFIGS)
"""As the base says of such a task: the last is best."""


def test_finds_the_best_and_races_it(begin):
    fits = MadeUp(GOOD, noise=0.005)
    search = begin(fits, Bounds(seconds=4.0))
    search.run()
    best = min(search.look.record.measured, key=lambda k: search.look.belief.means[k])
    assert best == N_CONFIGS - 1
    assert fits.closed
    # The clear losers were not fitted to every fold.
    n_folds = {k: len(found) for k, found in search.look.record.scores.items()}
    assert n_folds[best] == max(n_folds.values()) > min(n_folds.values())


def test_luck_is_not_kept(begin):
    level = np.full(N_CONFIGS, 0.7)
    level[3] = 0.74
    kept, luckiest = [], []
    for seed in range(6):
        fits = MadeUp(level, noise=0.04)
        fits.scores = level + 0.0 * seed
        search = begin(fits, Bounds(seconds=12.0), random_state=seed)
        search.run()
        record = search.look.record
        kept.append(min(record.measured, key=lambda k: search.look.belief.means[k]))
        first = {k: np.mean(list(v.values())[:3]) for k, v in record.scores.items()}
        luckiest.append(max(first, key=first.get))
    assert level[kept].mean() >= level[luckiest].mean()


def test_never_runs_over_its_seconds(begin):
    for hanging in ((), (N_CONFIGS - 1,), COLUMNS):
        fits = MadeUp(GOOD, seconds=0.3, hanging=hanging)
        begin(fits, Bounds(seconds=2.0)).run()
        assert fits.clock <= 2.0 * 1.3
        assert fits.closed


def test_what_is_not_expected_to_fit_is_not_begun(begin):
    fits = MadeUp(GOOD, seconds=0.1)
    search = begin(fits, Bounds(seconds=0.2))
    assert search.run() == "the time was over"
    assert not fits.done


def test_failures_do_not_end_it(begin):
    fits = MadeUp(GOOD, failing=(9, 8))
    search = begin(fits, Bounds(n_configs=5))
    search.run()
    assert set(search.look.record.failures) <= {8, 9}
    assert search.look.record.measured
    assert not set(search.look.record.measured) & {8, 9}


def test_everything_fails(begin):
    search = begin(MadeUp(GOOD, failing=COLUMNS), Bounds(seconds=20.0))
    assert search.run() == "all were tried"
    assert search.look.record.measured == []


def test_ctrl_c_answers_with_what_there_is(begin):
    fits = MadeUp(GOOD, interrupt=5)
    search = begin(fits, Bounds(seconds=60.0))
    assert search.run().startswith("interrupted")
    assert search.look.record.n_fits == 5
    assert fits.closed


def test_ends_when_nothing_is_left_to_gain(begin):
    sure = np.where(np.arange(N_CONFIGS) == 9, 0.999, 0.1)
    search = begin(MadeUp(sure), Bounds(seconds=1e3), Rules())
    ended = search.run()
    assert ended in ("nothing was left to gain", "all were tried")
    assert search.look.spent < 20


def test_counts_configurations(begin):
    search = begin(MadeUp(GOOD, noise=0.01), Bounds(n_configs=3))
    assert search.run() == "3 configurations were tried"
    assert len(search.look.record.scores) == 3


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_the_same_again_however_fits_end(begin, n_jobs):
    def asked(order):
        fits = MadeUp(GOOD, noise=0.01, seconds=np.linspace(*order, N_CONFIGS))
        begin(fits, Bounds(n_configs=6), n_jobs=n_jobs).run()
        return fits.done

    assert asked((0.1, 0.9)) == asked((0.9, 0.1))


def test_progress_is_told(begin):
    told = []
    rules = Rules(enough=0.0, drop=0.0)
    begin(MadeUp(GOOD), Bounds(n_configs=3), rules, progress=told.append).run()
    assert [state.n_fits for state in told] == list(range(1, len(told) + 1))
    assert told[-1].racing
    assert told[-1].best > 0.5


def test_cheap_ones_first_where_gain_is_counted_per_second(begin, fitted):
    costs = np.where(np.arange(N_CONFIGS) == 9, 1.5, 0.1)
    firsts = []
    for chosen in (Rules(), Rules(per_second=False)):
        fits = MadeUp(GOOD)
        search = begin(fits, Bounds(seconds=30.0), chosen)
        search.look.seconds = Seconds(costs, ["a"] * N_CONFIGS)
        search.run()
        firsts.append(fits.done[0].index)
    assert firsts == [8, 9]
