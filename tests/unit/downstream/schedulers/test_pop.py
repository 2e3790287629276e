"""POP: slots are divided by the paper's formula, trials go on, stop, and end as they should.

Also of: downstream.schedulers.slots, downstream.schedulers.trials.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.downstream.schedulers.steps import BUDGETS, HEIGHTS, rising

from warmstart.downstream.schedulers.pop import POPScheduler
from warmstart.downstream.schedulers.slots import divide, next_trial
from warmstart.downstream.schedulers.trials import Trial, run_trials
from warmstart.errors import HistoryError
from warmstart.execution.executors.local import Serial
from warmstart.models.curves.curves import Curves
from warmstart.models.curves.previous_curves import PreviousCurves

CONFIGURATIONS = [{"height": height} for height in HEIGHTS]


@pytest.fixture(scope="module")
def model():
    past = np.linspace(0.4, 1, 40)[:, None] * (1 - 0.5 / np.array(BUDGETS))
    return PreviousCurves().fit(Curves(budgets=np.array(BUDGETS), values=past))


def pop(model, target=0.88, **more):
    return POPScheduler(model=model, budgets=BUDGETS, target=target, **more)


class TestSlots:
    @given(
        st.lists(st.floats(0, 1, allow_subnormal=False), max_size=12),
        st.integers(min_value=1, max_value=8),
    )
    def test_the_threshold_is_the_best_of_all(self, chances, n_slots):
        told = dict(enumerate(chances))
        found = divide(told, n_slots)

        def effective(p):
            return min(sum(c >= p for c in chances), n_slots * p)

        best = max((effective(p) for p in chances), default=0.0)
        assert effective(found.threshold) == pytest.approx(best) or best == 0
        assert found.n_slots <= min(n_slots, len(found.promising))
        assert all(told[k] >= found.threshold for k in found.promising)

    def test_the_promising_go_first_and_the_rest_by_turns(self):
        def trial(number, chance, spent_s, judged=True):
            one = Trial(number=number, configuration={}, chance=chance, judged=judged)
            one.spent_s = spent_s
            return one

        trials = [trial(0, 0.1, 3.0), trial(1, 0.9, 9.0), trial(2, 0.2, 1.0)]
        first = next_trial(trials, 2)
        assert first.number == 1
        first.status = "running"
        assert next_trial(trials, 2).number == 2  # it had less time than 0
        for one in trials:
            one.status = "running"
        assert next_trial(trials, 2) is None


class TestRunning:
    def test_reaches_the_target_and_says_why_others_stopped(self, model):
        scheduler = pop(model)
        trials = scheduler.run(rising, CONFIGURATIONS)
        assert trials[2].best >= 0.88
        stopped = {trial.number: trial for trial in trials if trial.status == "stopped"}
        assert set(stopped) == {stop.trial for stop in scheduler.stops} >= {0, 1, 4}
        assert all("chance to reach 0.88" in trial.reason for trial in stopped.values())
        assert all(len(trial.curve) < len(BUDGETS) for trial in stopped.values())

    def test_where_nobody_reaches_it_the_likeliest_go_on_to_their_ends(self, model):
        trials = pop(model, target=0.999).run(rising, CONFIGURATIONS)
        assert {trial.status for trial in trials} == {"ended"}
        strict = pop(model, target=0.999, revive=False).run(rising, CONFIGURATIONS)
        assert {trial.status for trial in strict} == {"stopped"}

    def test_a_prior_orders_and_stops_before_many_steps(self, model):
        seen = []
        scheduler = pop(model, prior=lambda values: (values["height"] * 0.94, 0.01))
        scheduler.run(rising, CONFIGURATIONS, watch=lambda trial: seen.append(trial.number))
        assert set(seen) == {2}

    def test_a_failure_takes_no_other_with_it(self, model):
        failing = [{"height": 0.95, "fails": 2.0}, *CONFIGURATIONS]
        trials = pop(model).run(rising, failing)
        assert trials[0].status == "failed"
        assert "no memory left" in trials[0].reason
        assert trials[3].best >= 0.88

    def test_states_are_handed_on(self):
        seen = []

        def step(configuration, budget, state):
            seen.append(state)
            return 0.5, budget

        class InTurn:
            def next(self, trials, n_slots):
                return next((t for t in trials if t.status == "waiting"), None)

            def judge(self, trial, trials):
                pass

        trials = run_trials(step, [{}], BUDGETS, InTurn(), Serial())
        assert seen == [None, *BUDGETS[:-1]]
        assert trials[0].state is None

    @pytest.mark.parametrize("where", [{"n_jobs": 2}, {"workers": 2}])
    def test_over_processes_and_dask(self, model, where):
        trials = pop(model).run(rising, CONFIGURATIONS, **where)
        assert trials[2].best >= 0.88


@pytest.mark.parametrize(
    ("more", "match"),
    [({"target": math.inf}, "target is a score"), ({"p_poor": 1.0}, "got 1.0")],
)
def test_bad_arguments(model, more, match):
    with pytest.raises(HistoryError, match=match):
        pop(model, **more)


def test_bad_budgets(model):
    with pytest.raises(HistoryError, match="budgets must rise"):
        POPScheduler(model=model, budgets=[2, 1], target=0.5).run(rising, CONFIGURATIONS)
    with pytest.raises(HistoryError, match="no configuration"):
        pop(model).run(rising, [])
