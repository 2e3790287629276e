"""Landmarkers by error rate, kappa and area; trees that are read from larger ones.

Also of: metafeatures.landmarking, metafeatures.landmarks.fold_trees,
metafeatures.landmarks.learners, metafeatures.landmarks.one_split,
metafeatures.landmarks.sample.
"""

import numpy as np
import pytest
from sklearn import metrics
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from warmstart.metafeatures.extract import described
from warmstart.metafeatures.landmarking import full_trees
from warmstart.metafeatures.landmarks import landmarkers
from warmstart.metafeatures.landmarks.one_split import one_split, split_gains
from warmstart.metafeatures.landmarks.sample import landmark_sample
from warmstart.metafeatures.prepared import Prepared
from warmstart.testing.tables import numeric_table

PREPARED = Prepared(numeric_table(*load_breast_cancer(return_X_y=True)))
ROWS = PREPARED.once(landmark_sample)
WINE = numeric_table(*load_wine(return_X_y=True))


def held_out(learner):
    """Chances by a learner of scikit-learn, fold after fold."""
    found = np.zeros((len(ROWS.y), 2))
    for k in range(5):
        train, test = ROWS.fold != k, ROWS.fold == k
        found[test] = learner().fit(ROWS.X[train], ROWS.y[train]).predict_proba(ROWS.X[test])
    return found


@pytest.mark.parametrize(
    ("name", "learner"),
    [
        ("NaiveBayes", GaussianNB),
        ("Neighbour", lambda: KNeighborsClassifier(1)),
        ("Stump", lambda: DecisionTreeClassifier(
            max_depth=1, criterion="entropy", random_state=0)),
        *((f"PrunedTree{digits}", lambda alpha=alpha: DecisionTreeClassifier(
            ccp_alpha=alpha, random_state=0))
          for digits, alpha in (("001", 0.001), ("005", 0.005), ("02", 0.02))),
        ("TreeDepth1", lambda: DecisionTreeClassifier(max_depth=1, random_state=0)),
        ("TreeDepth2", lambda: DecisionTreeClassifier(max_depth=2, random_state=0)),
    ],
)  # fmt: skip
def test_chances_are_those_of_scikit_learn(name, learner):
    chances = landmarkers.LEARNERS[name][0](PREPARED)
    # Of splits that tell as much, a tree takes one at random.
    assert (np.abs(chances - held_out(learner)) < 1e-6).mean() > 0.97


def test_a_tree_cut_nowhere_is_the_full_one():
    found = np.zeros((len(ROWS.y), 2))
    for tree in PREPARED.once(full_trees):
        found[tree.held_out] = tree.cut(100)
        np.testing.assert_array_equal(tree.cut(100), tree.pruned(0.0))
    np.testing.assert_allclose(
        found, held_out(lambda: DecisionTreeClassifier(random_state=0)), atol=1e-12
    )


def test_most_and_least_telling_columns():
    found = described(PREPARED.dataset, groups=["landmarkers"]).values
    assert found["LandmarkEliteNeighbourErrorRate"] < found["LandmarkWorstStumpErrorRate"]


def test_landmarkers_by_scores_of_scikit_learn():
    prepared = Prepared(WINE)
    rows = prepared.once(landmark_sample)
    chances = landmarkers.LEARNERS["NaiveBayes"][0](prepared)
    truth = rows.y.astype(int)
    found = described(WINE, groups=["landmarkers"]).values
    predicted = chances.argmax(axis=1)
    assert found["LandmarkNaiveBayesErrorRate"] == pytest.approx(np.mean(predicted != truth))
    kappa = metrics.cohen_kappa_score(truth, predicted)
    assert found["LandmarkNaiveBayesKappa"] == pytest.approx(kappa)
    area = metrics.roc_auc_score(truth, chances, multi_class="ovr", average="weighted")
    assert found["LandmarkNaiveBayesAUC"] == pytest.approx(area)
    ranks = [found[f"RankOf{name}"] for name in landmarkers.RANKED]
    assert sum(ranks) == 28


@pytest.mark.parametrize("prepared", [PREPARED, Prepared(WINE)])
def test_gains_are_those_of_scikit_learn_column_by_column(prepared):
    """The fall of the entropy from the root of a stump to its leaves."""
    rows = prepared.once(landmark_sample)
    for k, gains in split_gains(rows.X, rows.y, rows.n_classes, rows.fold).items():
        train = rows.fold != k
        for column, gain in enumerate(gains):
            stump = DecisionTreeClassifier(max_depth=1, criterion="entropy")
            tree = stump.fit(rows.X[train][:, [column]], rows.y[train]).tree_
            leaves = tree.children_left < 0
            after = tree.impurity[leaves] @ tree.n_node_samples[leaves] / train.sum()
            assert gain == pytest.approx(tree.impurity[0] - after, abs=1e-8)


def test_gains_of_few_rows():
    one = split_gains(np.zeros((1, 2)), np.zeros(1), 1, np.zeros(1, dtype=int))
    assert one == {}
    same = split_gains(np.ones((4, 2)), np.array([0.0, 1, 0, 1]), 2, np.array([0, 0, 1, 1]))
    assert {k: found.tolist() for k, found in same.items()} == {0: [0, 0], 1: [0, 0]}


@pytest.mark.parametrize("n_classes", [2, 5])
def test_a_split_on_one_column_is_that_of_scikit_learn(n_classes):
    rng = np.random.default_rng(n_classes)
    for values in (rng.normal(size=200), rng.integers(4, size=200), np.zeros(200)):
        y = rng.integers(n_classes, size=200)
        x = values.astype(float)
        fitted = DecisionTreeClassifier(max_depth=1, criterion="entropy").fit(x[:, None], y)
        np.testing.assert_allclose(
            one_split(x, y.astype(float), n_classes).chances(x),
            fitted.predict_proba(x[:, None]),
            atol=1e-12,
        )
