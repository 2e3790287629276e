"""Learning curves: reading, extrapolation, stopping; each formula by an independent way.

Also of: models.curves.previous_curves, models.curves.records, models.curves.stopping.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.linear_model import Ridge

from warmstart.errors import HistoryError, NotFittedError
from warmstart.models.curves.curves import Curves
from warmstart.models.curves.previous_curves import LastValue, PowerLaw, PreviousCurves
from warmstart.models.curves.records import Stop
from warmstart.models.curves.stopping import StoppingRule, usual_gain
from warmstart.testing.curve_model import CurveModelContract

BUDGETS = np.array([1.0, 2.0, 4.0, 8.0, 16.0])


def rising(n=20, seed=0):
    rng = np.random.default_rng(seed)
    ends, speeds = rng.uniform(0.6, 0.9, (n, 1)), rng.uniform(0.3, 1.5, (n, 1))
    return Curves(budgets=BUDGETS, values=ends - 0.3 * BUDGETS**-speeds)


class TestReading:
    def test_long_frame_round_trip(self):
        curves = rising(4)
        frame = pd.DataFrame(curves.values, columns=BUDGETS).melt(
            ignore_index=False, var_name="budget", value_name="score"
        )
        frame = frame.reset_index(names="trial").assign(task=lambda f: f.trial % 2)
        again = Curves.from_frame(
            frame.sample(frac=1, random_state=0),
            curve="trial",
            budget="budget",
            score="score",
            task="task",
        )
        np.testing.assert_allclose(again.values, curves.values)
        assert again.tasks.tolist() == [0, 1, 0, 1]
        assert len(again.without([1])) == 2

    def test_losses_change_sign(self):
        frame = pd.DataFrame({"t": [0, 0], "n": [1, 2], "loss": [0.9, 0.4]})
        curves = Curves.from_frame(
            frame, curve="t", budget="n", score="loss", higher_is_better=False
        )
        assert curves.values.tolist() == [[-0.9, -0.4]]

    def test_nothing_is_made_up_beyond_a_curves_ends(self):
        values = np.array([[np.nan, 0.5, np.nan, 0.7, np.nan]])
        curves = Curves(budgets=BUDGETS, values=values)
        found = curves.at([1.0, 2.0, 4.0, 16.0])[0]
        assert np.isnan(found[[0, 3]]).all()
        assert found[1] == 0.5

    @pytest.mark.parametrize(
        ("budgets", "match"), [([2.0, 1.0], "rise"), ([0.0, 1.0], "above zero")]
    )
    def test_budgets_that_do_not_rise(self, budgets, match):
        with pytest.raises(HistoryError, match=match):
            Curves(budgets=np.array(budgets), values=np.zeros((1, 2)))

    def test_two_scores_at_one_budget(self):
        frame = pd.DataFrame({"t": [0, 0], "n": [1, 1], "s": [0.1, 0.2]})
        with pytest.raises(HistoryError, match=r"curve \[0\] has two scores at budget 1"):
            Curves.from_frame(frame, curve="t", budget="n", score="s")

    def test_a_column_that_is_not_there(self):
        with pytest.raises(HistoryError, match="no column 'auc'"):
            Curves.from_frame(
                pd.DataFrame({"t": [0], "n": [1]}), curve="t", budget="n", score="auc"
            )


class TestPreviousCurves:
    @given(seed=st.integers(0, 50), n=st.integers(2, 4))
    @settings(max_examples=20, deadline=None)
    def test_the_affine_fit_is_a_ridge_towards_slope_one(self, seed, n):
        rng = np.random.default_rng(seed)
        x, y, end = rng.uniform(size=n), rng.uniform(size=n), rng.uniform()
        curves = Curves(budgets=BUDGETS[: n + 1], values=np.array([[*x, end]]))
        model = PreviousCurves(pull=0.5).fit(curves)
        found, _ = model.predict(BUDGETS[:n], y, BUDGETS[n])
        weights = 10.0 ** (np.arange(1, n + 1) / n)
        ridge = Ridge(alpha=0.5 * np.exp(-n / 2) * weights.sum(), tol=1e-12)
        # y - x = (a - 1) x + b, with a - 1 drawn to zero.
        ridge.fit(x[:, None], y - x, sample_weight=weights)
        assert found == pytest.approx(end + ridge.predict([[end]])[0], abs=1e-8)

    def test_curves_like_earlier_ones_are_continued(self):
        model = PreviousCurves(n_kept=5).fit(rising(200))
        for curve in rising(20, seed=1).values:
            mean, std = model.predict(BUDGETS[:4], curve[:4], BUDGETS[4])
            assert abs(mean - curve[4]) < 0.02
            assert std < 0.05

    def test_a_prior_of_the_end_draws_the_prediction(self):
        model, curve = PreviousCurves().fit(rising()), rising(1, seed=3).values[0]
        plain, _ = model.predict(BUDGETS[:2], curve[:2], 16)
        drawn, _ = model.predict(BUDGETS[:2], curve[:2], 16, prior=(plain + 0.05, 0.05))
        assert drawn > plain

    def test_nothing_is_known_where_no_curve_goes(self):
        mean, std = PreviousCurves().fit(rising()).predict([1, 2], [0.5, 0.6], 99)
        assert (mean, std) == (0.6, np.inf)

    def test_bad_input(self):
        with pytest.raises(NotFittedError, match="fit the curve model"):
            PreviousCurves().predict([1], [0.5], 2)
        with pytest.raises(HistoryError, match="finite scores"):
            PreviousCurves().fit(rising()).predict([1, 2], [0.5, np.nan], 4)
        with pytest.raises(HistoryError, match="no previous curve"):
            PreviousCurves().fit(Curves(budgets=BUDGETS, values=np.zeros((0, 5))))


class TestContract(CurveModelContract):
    @pytest.fixture(params=[PreviousCurves, PowerLaw, LastValue])
    def model(self, request):
        return request.param()


def test_a_power_law_is_found_again():
    n = np.array([1.0, 2, 4, 8])
    mean, std = PowerLaw().fit(rising()).predict(n, 0.9 - 0.4 * n**-0.55, 64)
    assert mean == pytest.approx(0.9 - 0.4 * 64**-0.55, abs=1e-6)
    assert std < 1e-6


class TestStopping:
    def test_the_better_the_rival_the_sooner(self):
        rule = StoppingRule(model=PreviousCurves().fit(rising()), target=16)
        curve = rising(1, seed=5).values[0]
        chances = [
            rule.judge(BUDGETS[:3], curve[:3], best).probability for best in (0.5, 0.8, 0.99)
        ]
        assert chances == sorted(chances, reverse=True)
        assert rule.judge(BUDGETS[:3], curve[:3], 5.0).stop

    def test_nothing_is_stopped_without_a_rival_or_too_early(self):
        rule = StoppingRule(model=PreviousCurves().fit(rising()), target=16)
        assert not rule.judge([1.0, 2.0, 4.0], [0.1, 0.1, 0.1], -np.inf).stop
        assert not rule.judge([1.0], [0.1], 0.9).stop

    @pytest.mark.parametrize("p_stop", [0.0, 1.0, -0.1])
    def test_a_chance_that_is_none(self, p_stop):
        with pytest.raises(HistoryError, match=f"got {p_stop}"):
            StoppingRule(model=LastValue(), target=2, p_stop=p_stop)

    def test_the_gain_is_that_of_an_integral(self):
        class Model:
            def predict(self, budgets, scores, target, *, prior=None):
                return 0.7, 0.1

        found = StoppingRule(model=Model(), target=16).judge([1.0, 2.0], [0.5, 0.6], 0.75)
        ends = np.linspace(-0.3, 1.7, 200_001)
        density = norm(0.7, 0.1).pdf(ends)
        gain = np.trapezoid(np.maximum(ends - 0.75, 0) * density, ends)
        assert found.gain == pytest.approx(gain, rel=1e-6)
        assert found.probability == pytest.approx(norm(0.7, 0.1).sf(0.75))

    def test_a_trial_that_ends_level_is_stopped_by_its_gain_only(self):
        model, curve = PreviousCurves().fit(rising()), rising(1, seed=5).values[0]
        level, _ = model.predict(BUDGETS[:3], curve[:3], 16)
        by_chance = StoppingRule(model=model, target=16)
        by_gain = StoppingRule(model=model, target=16, least_gain=0.02)
        assert not by_chance.judge(BUDGETS[:3], curve[:3], level).stop
        judged = by_gain.judge(BUDGETS[:3], curve[:3], level)
        assert judged.stop
        assert "expected gain over" in judged.reason

    def test_a_low_prior_stops_sooner(self):
        rule = StoppingRule(model=PreviousCurves().fit(rising()), target=16)
        curve = rising(1, seed=5).values[0]
        alone = rule.judge(BUDGETS[:3], curve[:3], 0.8)
        low = rule.judge(BUDGETS[:3], curve[:3], 0.8, prior=(0.4, 0.05))
        assert low.probability < alone.probability

    def test_the_usual_gain_is_within_tasks(self):
        values = np.array([[0.1, 0.2], [0.1, 0.4], [0.1, 0.8], [0.1, 0.9]])
        curves = Curves(budgets=BUDGETS[:2], values=values, tasks=np.array([0, 0, 1, 1]))
        assert usual_gain(curves, 2.0) == pytest.approx(0.02 * np.median([0.1, 0.05]))
        with pytest.raises(HistoryError, match="target of 99"):
            usual_gain(curves, 99.0)

    @pytest.mark.parametrize("gain", [0.0, -1.0, np.inf])
    def test_a_gain_that_is_none(self, gain):
        with pytest.raises(HistoryError, match="least_gain is above zero"):
            StoppingRule(model=LastValue(), target=2, least_gain=gain)


class TestRecords:
    def test_a_stop_is_read_and_judged_again(self):
        rule = StoppingRule(model=PreviousCurves().fit(rising()), target=16)
        judged = rule.judge([1.0, 2.0, 4.0], [0.1, 0.2, 0.3], 0.9)
        seen = {"budgets": (1.0, 2.0, 4.0), "scores": (0.1, 0.2, 0.3)}
        stop = Stop(trial=3, judgement=judged, others=(1,), **seen)
        again = Stop.from_json(stop.to_json())
        assert again == stop
        assert again.replay(rule) == judged
        assert "chance to end above 0.9" in again.reason

    def test_infinite_numbers_are_kept(self):
        rule = StoppingRule(model=LastValue(), target=16)
        judged = rule.judge([1.0], [0.1], -np.inf)
        stop = Stop(trial=0, budgets=(1.0,), scores=(0.1,), judgement=judged, prior=(0.1, 0.2))
        assert Stop.from_json(stop.to_json()) == stop

    @pytest.mark.parametrize("text", ["", "{}", "[1]", '{"judgement": 3}'])
    def test_what_is_no_record(self, text):
        with pytest.raises(HistoryError, match="no record of a stop"):
            Stop.from_json(text)


@given(seed=st.integers(0, 200), gaps=st.floats(0, 0.6))
@settings(max_examples=30, deadline=None)
def test_between_budgets_each_curve_is_interpolated_by_itself(seed, gaps):
    rng = np.random.default_rng(seed)
    values = rng.uniform(size=(6, 5))
    values[rng.uniform(size=values.shape) < gaps] = np.nan
    wanted = np.exp(rng.uniform(np.log(0.5), np.log(20), size=4))
    found = Curves(budgets=BUDGETS, values=values).at(wanted)
    for row, curve in enumerate(values):
        seen = np.isfinite(curve)
        expected = np.full(4, np.nan)
        if seen.any():
            at, known = np.log(wanted), np.log(BUDGETS[seen])
            expected = np.interp(at, known, curve[seen], left=np.nan, right=np.nan)
        np.testing.assert_allclose(found[row], expected, atol=1e-12)
