"""Each formula against an independent computation.

Also of: metafeatures.groups.association, metafeatures.groups.model_based,
metafeatures.groups.order, metafeatures.groups.sorted_columns, metafeatures.groups.text_date,
metafeatures.planning.order.
"""

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from sklearn import metrics
from sklearn.datasets import load_iris, load_wine
from sklearn.tree import DecisionTreeClassifier

from warmstart.metafeatures.extract import described
from warmstart.metafeatures.groups import association, model_based, order
from warmstart.metafeatures.planning.order import column_order
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import standardise
from warmstart.testing.tables import numeric_table, table

X, Y = load_wine(return_X_y=True)
WINE = numeric_table(X, Y)
RNG = np.random.default_rng(0)


def of(given, *groups):
    found = described(given, groups=list(groups))
    return found.values.where(found.status != "undefined")


def near(found, prefix, values, **options):
    """All seven summaries against numpy."""
    values = np.asarray(values, dtype=float)
    expected = {
        "Mean": values.mean(), "SD": values.std(ddof=1), "Min": values.min(),
        "Q1": np.quantile(values, 0.25), "Median": np.median(values),
        "Q3": np.quantile(values, 0.75), "Max": values.max(),
    }  # fmt: skip
    for suffix, value in expected.items():
        assert found[f"{prefix}{suffix}"] == pytest.approx(value, **options), (prefix, suffix)


def test_distribution_of_columns():
    found = of(WINE, "columns")
    near(found, "ColumnMean", X.mean(axis=0))
    near(found, "ColumnVariance", X.var(axis=0, ddof=1))
    near(found, "ColumnInterquartileRange", scipy.stats.iqr(X, axis=0))
    near(found, "ColumnMAD", scipy.stats.median_abs_deviation(X, axis=0, scale=1 / 1.4826))
    near(found, "ColumnTrimmedMean", scipy.stats.trim_mean(X, 0.2))
    near(found, "ColumnGeometricMean", scipy.stats.gmean(X))
    near(found, "ColumnHarmonicMean", scipy.stats.hmean(X))
    near(found, "SkewnessType2", scipy.stats.skew(X, bias=False))
    near(found, "KurtosisType2", scipy.stats.kurtosis(X, bias=False))
    n = len(X)
    near(found, "SkewnessType3", scipy.stats.skew(X) * ((n - 1) / n) ** 1.5)
    near(found, "KurtosisType3", (scipy.stats.kurtosis(X) + 3) * (1 - 1 / n) ** 2 - 3)
    distinct = np.array([len(np.unique(column)) for column in X.T])
    near(found, "ColumnSparsity", (n / distinct - 1) / (n - 1))
    normal = sum(scipy.stats.shapiro(column).pvalue > 0.05 for column in X.T)
    assert found["NumberOfNormalColumns"] == normal


def test_missing_cells_are_left_out_column_by_column():
    holes = np.where(RNG.random(X.shape) < 0.2, np.nan, X)
    found = of(numeric_table(holes, Y), "columns")
    near(found, "ColumnMedian", np.nanmedian(holes, axis=0))
    near(found, "ColumnSD", np.nanstd(holes, axis=0, ddof=1))
    near(found, "ColumnInterquartileRange", scipy.stats.iqr(holes, axis=0, nan_policy="omit"))
    trimmed = [scipy.stats.trim_mean(c[np.isfinite(c)], 0.2) for c in holes.T]
    near(found, "ColumnTrimmedMean", trimmed)


def test_means_that_need_signs():
    found = of(
        numeric_table(np.c_[[1.0, 4, 2], [0.0, 1, 2], [-1.0, 1, 2]], list("aab")), "columns"
    )
    near(found, "ColumnGeometricMean", [2.0, 0.0])
    near(found, "ColumnHarmonicMean", [scipy.stats.hmean([1, 4, 2]), 0.0])


def test_how_columns_vary_together():
    found = of(WINE, "discriminant")
    pairs = np.tril_indices(X.shape[1], -1)
    near(found, "AbsoluteCorrelation", np.abs(np.corrcoef(X.T))[pairs])
    near(found, "AbsoluteCovariance", np.abs(np.cov(X.T))[pairs])
    near(found, "CovarianceEigenvalue", np.linalg.eigvalsh(np.cov(X.T)), rel=1e-5, abs=1e-9)


def test_canonical_correlations_are_those_of_discriminant_analysis():
    """Eigenvalues of within⁻¹ between are r² / (1 - r²)."""
    z = standardise(X).z
    means = np.array([z[k == Y].mean(axis=0) for k in range(3)])
    within = sum((z[k == Y] - means[k]).T @ (z[k == Y] - means[k]) for k in range(3))
    between = sum((k == Y).sum() * np.outer(means[k], means[k]) for k in range(3))
    values = np.sort(np.linalg.eigvals(np.linalg.solve(within, between)).real)[::-1][:2]
    found = of(WINE, "discriminant")
    assert found["NumberOfDiscriminants"] == 2
    assert found["LawleyHotellingTrace"] == pytest.approx(values.sum())
    assert found["RoyRoot"] == pytest.approx(values[0])
    assert found["WilksLambda"] == pytest.approx(np.prod(1 / (1 + values)))
    assert found["PillaiTrace"] == pytest.approx((values / (1 + values)).sum())
    sizes = np.bincount(Y)
    raw = [X[k == Y].mean(axis=0) for k in (sizes.argmax(), sizes.argmin())]
    assert found["CentreOfGravity"] == pytest.approx(np.linalg.norm(raw[0] - raw[1]))


def test_box_m():
    few, y = X[:, :4], Y
    n, p, k = len(few), 4, 3
    sizes = np.bincount(y)
    inner = [np.cov(few[y == c].T) for c in range(k)]
    pooled = sum((m - 1) * s for m, s in zip(sizes, inner, strict=True)) / (n - k)
    gamma = 1 - (2 * p * p + 3 * p - 1) / (6 * (p + 1) * (k - 1)) * (
        (1 / (sizes - 1)).sum() - 1 / (n - k)
    )
    logs = [np.log(np.linalg.det(s)) for s in inner]
    m = gamma * ((n - k) * np.log(np.linalg.det(pooled)) - (sizes - 1) @ logs)
    found = of(numeric_table(few, y), "discriminant")
    assert found["SDRatio"] == pytest.approx(np.exp(m / (p * (n - k))))


def test_association_by_contingency_tables():
    a, b = RNG.integers(3, size=200), RNG.integers(4, size=200)
    y = np.where(RNG.random(200) < 0.7, a, RNG.integers(3, size=200))
    given = table({"a": ("categorical", a.astype(str)), "b": ("categorical", b.astype(str))}, y)
    found = of(given, "association")
    mutual = [metrics.mutual_info_score(c, y) / np.log(2) for c in (a, b)]
    near(found, "ColumnInformation", mutual, abs=1e-12)
    near(found, "NominalInformation", mutual, abs=1e-12)
    entropy = [scipy.stats.entropy(np.bincount(c), base=2) for c in (a, b)]
    near(found, "ColumnEntropy", entropy)
    of_class = scipy.stats.entropy(np.bincount(y), base=2)
    near(found, "JointEntropy", np.array(entropy) + of_class - mutual)
    assert found["EquivalentNumberOfColumns"] == pytest.approx(of_class / np.mean(mutual))
    assert found["NoiseToSignalRatio"] == pytest.approx(
        (sum(entropy) - sum(mutual)) / sum(mutual)
    )
    tau = []
    for column in (a, b):
        p = pd.crosstab(column, y, normalize=True).to_numpy()
        chance = (p.sum(axis=1) ** 2).sum()
        tau.append(((p**2 / p.sum(axis=0)).sum() - chance) / (1 - chance))
    near(found, "ClassConcentration", tau)


def test_bins_hold_as_many_rows_each():
    rows = RNG.normal(size=(1100, 2))
    rows[0, 1] = np.nan
    full, one_missing = Prepared(numeric_table(rows, np.arange(1100) % 2)).once(
        association.symbols
    )
    assert np.bincount(full).tolist() == [110] * 10
    assert np.flatnonzero(one_missing == 0).tolist() == [0]
    empty = table({"a": ("numeric", np.full(9, np.nan))}, list("aabbaabba"))
    assert set(Prepared(empty).once(association.symbols)[0]) == {0}


def test_indices_of_clusters():
    z = standardise(X).z
    found = of(WINE, "clustering")
    assert found["ClassSilhouette"] == pytest.approx(metrics.silhouette_score(z, Y))
    assert found["ClassDaviesBouldin"] == pytest.approx(metrics.davies_bouldin_score(z, Y))
    assert found["ClassCalinskiHarabasz"] == pytest.approx(
        metrics.calinski_harabasz_score(z, Y)
    )
    distance = metrics.pairwise_distances(z)
    upper = np.triu_indices(len(z), 1)
    same = (Y[:, None] == Y)[upper]
    expected = scipy.stats.pointbiserialr(same, distance[upper]).statistic
    assert found["ClassPointBiserial"] == pytest.approx(expected)
    blocks = [distance[np.ix_(i == Y, j == Y)] for i, j in ((0, 1), (0, 2), (1, 2))]
    assert found["ClassDistance"] == pytest.approx(np.mean([b.mean() for b in blocks]))
    widest = max(distance[np.ix_(k == Y, k == Y)].max() for k in range(3))
    assert found["ClassDunn"] == pytest.approx(min((b / b.size).min() for b in blocks) / widest)


def test_concepts_by_loops():
    few, y = X[::6, :3], Y[::6]
    unit = (few - few.min(axis=0)) / np.ptp(few, axis=0)
    n = len(unit)
    variation, cohesion = [], []
    for i in range(n):
        total = other = near_by = 0.0
        for j in range(n):
            if i != j:
                gap = np.linalg.norm(unit[i] - unit[j])
                weight = 2 ** (-2 * gap / max(np.sqrt(3) - gap, 1e-9))
                total, other = total + weight, other + weight * (y[i] != y[j])
                near_by += 2.0 ** -max(np.ceil(gap), 1)
        variation.append(other / total)
        cohesion.append(near_by)
    found = of(numeric_table(few, y), "concept")
    near(found, "ConceptVariation", variation)
    near(found, "Cohesiveness", cohesion)


def test_itemsets_by_loops():
    a, b = np.array(list("xxyyz")), np.array(list("ppqqp"))
    given = table({"a": ("categorical", a), "b": ("categorical", b)}, list("uvuvu"))
    found = of(given, "itemset")
    near(found, "OneItemset", [0.4, 0.4, 0.2, 0.6, 0.4])
    pairs = [((a == i) ^ (b == j)).mean() for i in "xyz" for j in "pq"]
    near(found, "TwoItemset", pairs)


def test_a_tree_by_walking_it():
    fitted = DecisionTreeClassifier(max_depth=4, random_state=0).fit(
        *load_iris(return_X_y=True)
    )
    inner, depths = fitted.tree_, {}

    def walk(node, depth):
        depths[node] = depth
        if inner.feature[node] >= 0:
            walk(inner.children_left[node], depth + 1)
            walk(inner.children_right[node], depth + 1)

    walk(0, 0)
    found = model_based.read_tree(fitted, classify=True)
    assert found.depth.tolist() == [depths[node] for node in range(inner.node_count)]
    assert found.n_leaves == fitted.get_n_leaves()
    assert found.depth.max() == fitted.get_depth() == 4


def test_order_of_columns_is_that_of_their_content():
    shuffled = RNG.permutation(X.shape[1])
    z = standardise(X).z
    first = z[:, column_order(z)]
    again = z[:, shuffled]
    np.testing.assert_array_equal(first, again[:, column_order(again)])


def test_drift_is_the_distance_of_smirnov():
    z = standardise(np.c_[RNG.normal(size=100), np.arange(100) // 7]).z
    expected = [scipy.stats.ks_2samp(c[:50], c[50:]).statistic for c in z.T]
    np.testing.assert_allclose(order.drift(z), expected)


def test_rows_that_follow_each_other():
    walk = np.cumsum(RNG.normal(size=500))
    ordered = of(numeric_table(walk[:, None], walk, "regression"), "order")
    assert ordered["TargetAutocorrelation"] > 0.9
    assert ordered["ColumnAutocorrelationMean"] > 0.9
    shuffled = RNG.permutation(walk)
    mixed = of(numeric_table(shuffled[:, None], shuffled, "regression"), "order")
    assert abs(mixed["TargetAutocorrelation"]) < 0.2
    assert mixed["TargetDrift"] < ordered["TargetDrift"]


def test_groups_that_share_a_target():
    customer = np.repeat(np.arange(40), 5)
    level = RNG.normal(size=40)[customer]
    y = level + RNG.normal(size=200) * 0.5
    names = np.array([f"c{k}" for k in customer], dtype=object)
    found = of(table({"c": ("categorical", names)}, y, "regression"), "order")
    groups = y.reshape(40, 5)
    between = 5 * groups.mean(axis=1).var(ddof=1)
    within = groups.var(axis=1, ddof=1).mean()
    icc = (between - within) / (between + 4 * within)
    assert found["GroupCorrelationMax"] == pytest.approx(icc)
    noise = of(table({"c": ("categorical", names)}, RNG.permutation(y), "regression"), "order")
    assert abs(noise["GroupCorrelationMax"]) < 0.3


def test_time_is_an_order_of_its_own():
    day = pd.Timestamp("2020-01-01") + pd.to_timedelta(RNG.permutation(300), "D")
    y = np.sin(np.argsort(np.argsort(day)) / 20)
    found = of(table({"day": ("date", day)}, y, "regression"), "order")
    assert found["TargetAutocorrelationInTime"] > 0.9
    assert abs(found["TargetAutocorrelation"]) < 0.3


def test_what_is_missing_tells_of_the_target():
    y = np.repeat([0, 1], 50)
    found = of(numeric_table(np.where(y == 1, np.nan, RNG.normal(size=100))[:, None], y),
               "missingness")  # fmt: skip
    assert found["MissingWithTargetMax"] == pytest.approx(1.0)
    assert found["MissingShareOfColumnMax"] == 0.5
    assert found["MissingPatternsPerRow"] == 0.02


def test_texts_and_dates():
    day = pd.date_range("2020-01-01", periods=10, freq="7D")
    texts = np.array(["one two", "two three four"] * 5, dtype=object)
    given = table({"d": ("date", day), "t": ("text", texts)}, list("ab" * 5))
    found = of(given, "text-date")
    assert found["DateSpanMean"] == 63
    assert found["DateRegularityMean"] == 1
    assert found["TextWordsMean"] == 2.5
    assert found["TextDistinctWordsMean"] == pytest.approx(4 / 25)
