import numpy as np
import pytest
import scipy.stats
from sklearn.datasets import load_diabetes

from warmstart.metafeatures.extract import metafeatures_of
from warmstart.testing.tables import numeric_table, table


def target(given):
    return metafeatures_of(given, groups=["target"])


@pytest.fixture(scope="module")
def diabetes():
    return load_diabetes(return_X_y=True)


def test_moments_of_the_target_are_scipys(diabetes):
    X, y = diabetes
    values = target(numeric_table(X, y, "regression"))
    assert values["TargetStd"] == pytest.approx(y.std())
    assert values["TargetMAD"] == pytest.approx(np.abs(y - np.median(y)).mean())
    assert values["TargetRelativeMAD"] == pytest.approx(values["TargetMAD"] / y.std())
    assert values["TargetCoefficientOfVariation"] == pytest.approx(scipy.stats.variation(y))
    assert values["TargetSkewness"] == pytest.approx(scipy.stats.skew(y))
    assert values["TargetKurtosis"] == pytest.approx(scipy.stats.kurtosis(y))
    assert values["TargetDistinctRatio"] == pytest.approx(len(set(y)) / len(y))


def test_correlations_with_the_target_are_scipys(diabetes):
    X, y = diabetes
    values = target(numeric_table(X, y, "regression"))
    expected = [abs(scipy.stats.pearsonr(column, y).statistic) for column in X.T]
    assert values["TargetCorrelationMean"] == pytest.approx(np.mean(expected))
    assert values["TargetCorrelationMax"] == pytest.approx(max(expected))


def test_only_the_two_measures_in_its_unit_follow_the_unit(diabetes):
    X, y = diabetes
    once, thrice = (target(numeric_table(X, k * y, "regression")) for k in (1, 3))
    in_unit = ["TargetStd", "TargetMAD"]
    np.testing.assert_allclose(thrice[in_unit], 3 * once[in_unit])
    np.testing.assert_allclose(thrice.drop(in_unit), once.drop(in_unit))


def test_a_category_can_explain_the_target():
    given = table({"c": ("categorical", list("xyxy"))}, [0.0, 1.0, 0.0, 1.0], "regression")
    assert target(given)["TargetCorrelationMax"] == pytest.approx(1)


def test_outliers_lie_beyond_the_whiskers():
    y = np.r_[np.arange(19.0), 500.0]
    given = numeric_table(np.arange(20.0)[:, None], y, "regression")
    assert target(given)["TargetOutlierRatio"] == 1 / 20


def test_variation_about_zero_is_bounded():
    given = numeric_table(np.arange(4.0)[:, None], [-1.0, 1.0, -1.0, 1.0], "regression")
    assert target(given)["TargetCoefficientOfVariation"] == 1e6


def test_a_constant_target_has_zeros():
    given = numeric_table(np.arange(4.0)[:, None], np.full(4, 7.0), "regression")
    values = target(given)
    assert (values.drop("TargetDistinctRatio") == 0).all()
