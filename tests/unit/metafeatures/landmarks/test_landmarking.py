import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import Ridge
from sklearn.model_selection import PredefinedSplit, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from warmstart.metafeatures.extract import metafeatures_of
from warmstart.metafeatures.landmarks.sample import (
    LANDMARK_COLUMNS,
    LANDMARK_FOLDS,
    LANDMARK_ROWS,
    landmark_sample,
    score,
)
from warmstart.metafeatures.prepared import Prepared
from warmstart.testing.tables import mixed_table, numeric_table, table


def by_scikit_learn(prepared, learner):
    sample = prepared.once(landmark_sample)
    return score(
        sample, cross_val_predict(learner, sample.X, sample.y, cv=PredefinedSplit(sample.fold))
    )


@pytest.mark.parametrize(
    ("name", "learner", "tolerance"),
    [
        ("Landmark1NN", KNeighborsClassifier(1), 0.005),
        ("LandmarkNaiveBayes", GaussianNB(), 0.005),
        ("LandmarkLDA", LinearDiscriminantAnalysis(), 0.01),
        ("LandmarkDecisionTree", DecisionTreeClassifier(random_state=0), 1e-12),
        (
            "LandmarkDecisionNodeLearner",
            DecisionTreeClassifier(criterion="entropy", max_depth=1, random_state=0),
            1e-12,
        ),
    ],
)
@pytest.mark.parametrize("data", ["iris", "breast cancer", "mixed"])
def test_accuracy_is_that_of_scikit_learns_learner(name, learner, tolerance, data):
    given = {
        "iris": lambda: numeric_table(*load_iris(return_X_y=True)),
        "breast cancer": lambda: numeric_table(*load_breast_cancer(return_X_y=True)),
        "mixed": lambda: mixed_table("multiclass", n=400),
    }[data]()
    value = metafeatures_of(given, groups=["landmarking"])[name]
    assert value == pytest.approx(by_scikit_learn(Prepared(given), learner), abs=tolerance)


@pytest.mark.parametrize(
    ("name", "learner"),
    [
        ("Landmark1NNR2", KNeighborsRegressor(1)),
        ("LandmarkRidgeR2", Ridge(alpha=1.0)),
        ("LandmarkDecisionTreeR2", DecisionTreeRegressor(random_state=0)),
        ("LandmarkDecisionNodeLearnerR2", DecisionTreeRegressor(max_depth=1, random_state=0)),
    ],
)
def test_r2_is_that_of_scikit_learns_learner(name, learner):
    given = numeric_table(*load_diabetes(return_X_y=True), "regression")
    value = metafeatures_of(given, groups=["landmarking"])[name]
    assert value == pytest.approx(by_scikit_learn(Prepared(given), learner), abs=1e-6)


def test_random_node_sees_one_column():
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=200)
    only = metafeatures_of(numeric_table(y[:, None] + 0.0, y), groups=["landmarking"])
    assert only["LandmarkRandomNodeLearner"] == 1
    hidden = np.c_[y, rng.normal(size=(200, 60))]
    lost = metafeatures_of(numeric_table(hidden, y), groups=["landmarking"])
    assert lost["LandmarkDecisionNodeLearner"] == 1
    assert lost["LandmarkRandomNodeLearner"] < 0.9


def test_scores_keep_their_range():
    rng = np.random.default_rng(0)
    noise = numeric_table(rng.normal(size=(30, 40)), rng.standard_cauchy(size=30), "regression")
    values = metafeatures_of(noise, groups=["landmarking"])
    assert ((values >= -1) & (values <= 1)).all()
    assert values.min() < 0


@pytest.mark.parametrize(
    ("X", "y"),
    [
        ([[0.0], [1.0]], ["a", "b"]),
        ([[0.0], [1.0], [2.0]], ["a", "b", "c"]),
        (np.zeros((6, 2)), list("aaabbb")),
        (np.random.default_rng(0).normal(size=(200, 3)), [f"k{i % 100}" for i in range(200)]),
        (np.random.default_rng(0).normal(size=(20, 300)), list("ab" * 10)),
    ],
    ids=["two rows", "a class a row", "constant columns", "100 classes", "wide"],
)
def test_difficult_data_have_accuracies_all_the_same(X, y):
    values = metafeatures_of(numeric_table(X, y), groups=["landmarking"])
    assert ((values >= 0) & (values <= 1)).all()


def test_a_class_with_one_member_costs_that_row_only():
    y = ["a"] * 20 + ["b"] * 20 + ["c"]
    x = np.r_[np.zeros(20), np.ones(20), 2.0]
    values = metafeatures_of(numeric_table(x[:, None], y), groups=["landmarking"])
    assert values["LandmarkDecisionTree"] == pytest.approx(40 / 41)


def test_ties_of_neighbours_do_not_favour_the_first_rows():
    # All rows alike, sorted by class: a neighbour is of either class.
    n = 400
    cells = ["x", "y"] * (n // 2)
    given = table({"c": ("categorical", cells)}, ["a"] * (n // 2) + ["b"] * (n // 2))
    assert 0.3 < metafeatures_of(given)["Landmark1NN"] < 0.7


def test_folds_are_stratified_whatever_the_class_size():
    y = ["a"] * 50 + ["b"] * 7 + ["c"]
    sample = Prepared(numeric_table(np.arange(58.0)[:, None], y)).once(landmark_sample)
    for k, size in enumerate([50, 7, 1]):
        per_fold = np.bincount(sample.fold[sample.y == k], minlength=LANDMARK_FOLDS)
        assert per_fold.sum() == size
        assert np.ptp(per_fold) <= 1
    assert np.ptp(np.bincount(sample.fold)) <= 1


def test_samples_keep_to_the_caps_and_the_seed():
    X = np.random.default_rng(0).normal(size=(3_000, 120))
    given = numeric_table(X, np.repeat(list("abc"), 1_000))
    first, again, other = (
        Prepared(given, random_state=s).once(landmark_sample) for s in (0, 0, 1)
    )
    assert first.X.shape == (LANDMARK_ROWS, LANDMARK_COLUMNS)
    np.testing.assert_array_equal(first.X, again.X)
    assert not np.array_equal(first.X, other.X)
