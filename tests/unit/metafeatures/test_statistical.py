import numpy as np
import pytest
import scipy.stats
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from warmstart.metafeatures.extract import metafeatures_of
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.statistical import correlations, principal_components
from warmstart.testing.tables import mixed_table, numeric_table, reordered


@pytest.fixture
def wine():
    return load_wine(return_X_y=True)


def test_summaries_over_the_columns_of_wine(wine):
    X, y = wine
    values = metafeatures_of(numeric_table(X, y), groups=["statistical"])
    for name, moment in (("Skewness", scipy.stats.skew), ("Kurtosis", scipy.stats.kurtosis)):
        columns = moment(X)
        assert values[f"{name}Min"] == pytest.approx(columns.min())
        assert values[f"{name}Max"] == pytest.approx(columns.max())
        assert values[f"{name}Mean"] == pytest.approx(columns.mean())
        assert values[f"{name}STD"] == pytest.approx(columns.std())


@pytest.mark.parametrize("n_rows", [178, 9], ids=["tall", "wide"])
def test_principal_components_are_scikit_learns(wine, n_rows):
    X = StandardScaler().fit_transform(wine[0])[:n_rows]
    found = principal_components(X)
    pca = PCA().fit(X)
    n_needed = 1 + int(np.argmax(np.cumsum(pca.explained_variance_ratio_) >= 0.95))
    scores = pca.transform(X)[:, 0]
    assert found.fraction == n_needed / 13
    assert found.skewness == pytest.approx(abs(scipy.stats.skew(scores)))
    assert found.kurtosis == pytest.approx(scipy.stats.kurtosis(scores))


def test_data_without_variance_has_no_components():
    found = principal_components(np.ones((5, 3)))
    assert (found.fraction, found.skewness, found.kurtosis) == (0, 0, 0)


def test_equal_shares_of_variance_need_no_extra_component():
    # 20 columns of equal variance: 19 explain 95 % but for rounding.
    X = np.vstack([np.eye(20), -np.eye(20)])
    assert principal_components(X).fraction == 0.95


def test_components_do_not_depend_on_the_order_of_rows_or_columns(wine):
    X, _ = wine
    whole = principal_components(X)
    rng = np.random.default_rng(0)
    other = principal_components(X[rng.permutation(178)][:, rng.permutation(13)])
    assert whole.skewness == pytest.approx(other.skewness)
    assert whole.kurtosis == pytest.approx(other.kurtosis)


def test_correlations_are_numpys(wine):
    X, y = wine
    found = correlations(Prepared(numeric_table(X, y)))
    expected = np.abs(np.corrcoef(X.T)[np.triu_indices(13, k=1)])
    np.testing.assert_allclose(np.sort(found), np.sort(expected))


def test_a_column_and_its_negative_correlate_fully():
    x = np.random.default_rng(0).normal(size=30)
    values = metafeatures_of(numeric_table(np.c_[x, -3 * x], list("abc" * 10)))
    assert values["CorrelationMax"] == pytest.approx(1)
    assert values["CorrelationMean"] == pytest.approx(1)


def test_one_column_has_no_correlation():
    values = metafeatures_of(numeric_table([[1.0], [2.0]], ["a", "b"]), groups=["statistical"])
    assert values["CorrelationMean"] == values["CorrelationMax"] == 0


def test_wide_data_stay_within_the_covariance_budget():
    X = np.random.default_rng(0).normal(size=(4_000, 450))
    given = numeric_table(X, list("ab" * 2_000))
    values = metafeatures_of(given, groups=["statistical"])
    assert 0.8 < values["PCAFractionOfComponentsFor95PercentVariance"] < 0.95


def test_column_order_does_not_matter_for_mixed_data():
    given = mixed_table("binary")
    turned = reordered(given, columns=range(len(given.schema.columns))[::-1])
    for name, value in metafeatures_of(given, groups=["statistical"]).items():
        assert metafeatures_of(turned, groups=["statistical"])[name] == pytest.approx(value)
