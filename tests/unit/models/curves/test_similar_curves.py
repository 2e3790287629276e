"""SimilarCurves: what similar curves still gained, by an independent way and by its laws."""

import numpy as np
import pytest

from warmstart.errors import HistoryError, NotFittedError
from warmstart.models.curves.curves import Curves
from warmstart.models.curves.similar_curves import SimilarCurves
from warmstart.models.surfaces.box import Axis, Box
from warmstart.testing.curve_model import CurveModelContract

BUDGETS = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
BOX = Box(
    learner="booster",
    prefix="booster:",
    axes=(Axis(name="learning_rate", low=0.01, high=1.0, default=0.1),),
)


def peaking(n=200, seed=0):
    """The faster a curve is, the sooner it peaks and the deeper it falls."""
    rng = np.random.default_rng(seed)
    speed = rng.uniform(0, 1, n)
    values = shape(speed) + rng.normal(0, 0.002, (n, 5))
    return Curves(budgets=BUDGETS, values=values, points=speed[:, None], box=BOX)


def shape(speed):
    peak = 4 * (1 - np.asarray(speed)[..., None])
    return 0.9 - 0.02 * (np.log2(BUDGETS) - peak) ** 2


class TestContract(CurveModelContract):
    @pytest.fixture
    def model(self):
        return SimilarCurves(end="last")


class TestContractOfTheBest(CurveModelContract):
    @pytest.fixture
    def model(self):
        return SimilarCurves()


def test_the_best_is_never_below_what_was_seen():
    model = SimilarCurves().fit(peaking())
    for speed in (0.1, 0.5, 0.9):
        curve = shape(speed)
        for n in (1, 2, 3, 4):
            mean, std = model.predict(BUDGETS[:n], curve[:n], 16)
            assert mean >= curve[:n].max() - 1e-12
            assert std > 0


def test_a_curve_that_fell_has_little_to_gain():
    model = SimilarCurves().fit(peaking())
    mean, std = model.predict(BUDGETS[:3], shape(0.95)[:3], 16)
    assert mean == pytest.approx(shape(0.95).max(), abs=0.003)
    assert std < 0.003


def test_the_configuration_says_what_one_point_cannot():
    model, curve = SimilarCurves().fit(peaking()), shape(0.2)
    best = curve.max()
    alone = abs(model.predict([1.0], curve[:1], 16)[0] - best)
    values = {"booster:learning_rate": 0.01 * 100**0.2, "other": 1}
    told = abs(model.of(values).predict([1.0], curve[:1], 16)[0] - best)
    assert told < 0.5 * alone
    assert model.of({"other": 1}).predict([1.0], curve[:1], 16) == model.predict(
        [1.0], curve[:1], 16
    )


def test_by_an_independent_computation():
    curves = peaking(40)
    values = {"learning_rate": 0.1}
    model = SimilarCurves(n_kept=40).fit(curves).of(values)
    y = np.array([0.5, 0.56, 0.61])
    weights = 10.0 ** (np.arange(1, 4) / 3)
    weights /= weights.sum()
    x, later = curves.values[:, :3], curves.values[:, 3:].max(axis=1)
    moved = np.array([np.cov(row, aweights=weights, ddof=0) for row in x])
    pull = 0.03 * np.median(moved) + 1e-12
    means, logs = [], []
    errors = []
    for row, move in zip(x, moved, strict=True):
        together = np.cov(row, y, aweights=weights, ddof=0)[0, 1]
        slope = np.clip((together + pull) / (move + pull), 0.1, 10)
        rest = (y - weights @ y) - slope * (row - weights @ row)
        errors.append(weights @ rest**2 + pull * (slope - 1) ** 2)
        means.append(slope)
    scale = np.quantile(errors, 0.02)
    ends = np.maximum(y[-1] + np.array(means) * (later - x[:, -1]), y.max())
    apart = ((curves.points[:, 0] - 0.5) / 0.15) ** 2
    logs = -0.25 * np.array(errors) / scale - 0.5 * apart
    shares = np.exp(logs - logs.max())
    shares /= shares.sum()
    mean, std = model.predict(BUDGETS[:3], y, 16)
    assert mean == pytest.approx(shares @ ends)
    assert std == pytest.approx(np.sqrt(shares @ (ends - shares @ ends) ** 2))


def test_the_studys_own_curves_count_more():
    elsewhere = Curves(budgets=BUDGETS, values=np.tile(0.5 + 0.01 * np.arange(5), (50, 1)))
    here = Curves(budgets=BUDGETS, values=np.array([[0.5, 0.51, 0.6, 0.7, 0.8]] * 3))
    model = SimilarCurves().fit(elsewhere)
    alone = model.predict([1.0, 2.0], [0.5, 0.51], 16)[0]
    told = model.of(None, here).predict([1.0, 2.0], [0.5, 0.51], 16)[0]
    assert alone == pytest.approx(0.54)
    assert told > 0.7


def test_curves_that_begin_later_are_laid_on_what_they_have():
    values = peaking(50).values.copy()
    whole = SimilarCurves().fit(Curves(budgets=BUDGETS, values=values))
    values[:, 0] = np.nan
    late = SimilarCurves().fit(Curves(budgets=BUDGETS, values=values))
    curve = shape(0.4)
    assert late.predict(BUDGETS[:3], curve[:3], 16)[0] == pytest.approx(
        whole.predict(BUDGETS[:3], curve[:3], 16)[0], abs=0.02
    )


def test_scores_in_other_units_are_the_same_question():
    curves, curve = peaking(), shape(0.3)[:3]
    mean, std = SimilarCurves().fit(curves).predict(BUDGETS[:3], curve, 16)
    larger = Curves(budgets=BUDGETS, values=100 * curves.values + 7)
    again = SimilarCurves().fit(larger).predict(BUDGETS[:3], 100 * curve + 7, 16)
    assert again == pytest.approx((100 * mean + 7, 100 * std), rel=1e-3)


def test_refusals():
    with pytest.raises(NotFittedError, match="fit the curve model"):
        SimilarCurves().predict([1.0], [0.5], 16)
    with pytest.raises(HistoryError, match="no previous curve"):
        SimilarCurves().fit(Curves(budgets=BUDGETS, values=np.zeros((0, 5))))
    with pytest.raises(HistoryError, match="finite scores"):
        SimilarCurves().fit(peaking()).predict([1.0, 2.0], [0.5, np.nan], 16)
    with pytest.raises(HistoryError, match="points are one a curve"):
        Curves(budgets=BUDGETS, values=np.zeros((2, 5)), points=np.zeros((3, 1)))
