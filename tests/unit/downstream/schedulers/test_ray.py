"""The scheduler of Ray Tune, driven as its controller drives it; no Ray is started."""

import pytest

pytest.importorskip("ray.tune")

import numpy as np
from ray.tune.schedulers import FIFOScheduler, TrialScheduler

from warmstart.downstream.schedulers.ray import PreviousCurvesScheduler
from warmstart.errors import HistoryError
from warmstart.models.curves.curves import Curves

pytestmark = pytest.mark.tuners
BUDGETS = [1, 2, 4, 8, 16]


class Trial:
    """What the scheduler looks at of a trial."""

    status = "RUNNING"

    def __init__(self, number):
        self.trial_id = f"trial_{number}"


def curves(n=50):
    rng = np.random.default_rng(0)
    ends, speeds = rng.uniform(0.6, 0.9, (n, 1)), rng.uniform(0.3, 1.5, (n, 1))
    at = np.array(BUDGETS, dtype=float)
    return Curves(budgets=at, values=ends - 0.3 * at**-speeds)


def drive(scheduler, ends, sign):
    """Run trials one after the other; which of them ended."""
    ended = []
    for number, end in enumerate(ends):
        trial = Trial(number)
        for budget in BUDGETS:
            result = {"score": sign * (end - 0.3 * budget**-0.8), "training_iteration": budget}
            if scheduler.on_trial_result(None, trial, result) == TrialScheduler.STOP:
                break
        else:
            ended.append(number)
        scheduler.on_trial_complete(None, trial, result)
    return ended


@pytest.mark.parametrize("mode", ["max", "min"])
def test_keeps_the_best_and_stops_the_rest(mode):
    scheduler = PreviousCurvesScheduler(curves())
    assert scheduler.set_search_properties("score", mode)
    ends = np.random.default_rng(1).uniform(0.6, 0.9, 30)
    ended = drive(scheduler, ends, 1 if mode == "max" else -1)
    assert max(ends[ended]) == pytest.approx(max(ends), abs=0.005)
    assert len(scheduler.stops) > 15
    assert all(stop.judgement == again for stop, again in scheduler.replay())
    assert str(len(ended)) in scheduler.debug_string()
    assert isinstance(scheduler, FIFOScheduler)


def test_what_is_said_twice_is_refused_and_what_is_not_said_asked_for():
    scheduler = PreviousCurvesScheduler(curves(), metric="score", mode="max")
    assert not scheduler.set_search_properties("score", "min")
    nothing = PreviousCurvesScheduler(curves(), metric="score")
    with pytest.raises(HistoryError, match="mode="):
        nothing.on_trial_result(None, Trial(0), {"score": 0.5, "training_iteration": 1})
    with pytest.raises(HistoryError, match="got 'best'"):
        PreviousCurvesScheduler(curves(), mode="best")


def test_reports_without_a_number_are_passed_over():
    scheduler = PreviousCurvesScheduler(curves(), metric="score", mode="max")
    for result in ({}, {"score": float("nan"), "training_iteration": 1}, {"score": 1.0}):
        assert scheduler.on_trial_result(None, Trial(0), result) == TrialScheduler.CONTINUE


def test_of_the_best_what_a_stopped_trial_reported_counts():
    rng = np.random.default_rng(0)
    peaks, heights = rng.uniform(0.5, 3.5, (60, 1)), rng.uniform(0.6, 0.9, (60, 1))
    at = np.array(BUDGETS, dtype=float)
    known = Curves(budgets=at, values=heights - 0.02 * (np.log2(at) - peaks) ** 2)
    scheduler = PreviousCurvesScheduler(
        known, metric="score", mode="max", value="best", stop_leaders=True
    )
    made = 0
    for number in range(20):
        trial = Trial(number)
        trial.config = {"learning_rate": 0.1}
        height, peak = rng.uniform(0.6, 0.9), rng.uniform(0.5, 3.5)
        for budget in BUDGETS:
            score = height - 0.02 * (np.log2(budget) - peak) ** 2
            made += budget
            result = {"score": score, "training_iteration": budget}
            if scheduler.on_trial_result(None, trial, result) == TrialScheduler.STOP:
                break
        else:
            scheduler.on_trial_complete(None, trial, result)
    assert made < 0.5 * 20 * 16
    assert all(stop.judgement == again for stop, again in scheduler.replay())
