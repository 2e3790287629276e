"""LabelEncodedClassifier: any labels for a classifier that takes 0 … k - 1."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import GaussianNB

from warmstart.spaces.pipelines.labels import LabelEncodedClassifier


class Picky(ClassifierMixin, BaseEstimator):
    """Refuses what XGBoost refuses: labels other than 0 … k - 1."""

    def fit(self, X, y):
        if sorted(set(y)) != list(range(len(set(y)))):
            raise ValueError(f"labels must be 0 … k - 1, got {sorted(set(y))}")
        self.model_ = GaussianNB().fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X):
        return self.model_.predict(X).astype(np.float32)  # as some libraries do

    def predict_proba(self, X):
        return self.model_.predict_proba(X)


X = np.random.default_rng(0).normal(size=(60, 2))
CODE = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0.5)


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["low", "middle", "high"]),
        np.array([3, 7, 11]),
        np.array([-1.0, 1.0, 2.0]),
        np.array(["a", "b", "c"], dtype=object),
    ],
)
def test_labels_come_back_as_they_were(labels):
    y = labels[CODE]
    model = LabelEncodedClassifier(Picky()).fit(X, y)
    assert sorted(model.classes_) == sorted(labels)
    assert model.predict(X).dtype == y.dtype
    expected = GaussianNB().fit(X, y)
    np.testing.assert_array_equal(model.predict(X), expected.predict(X))
    np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(X))


@pytest.mark.parametrize("make", [pd.Series, list, pd.Categorical])
def test_labels_of_other_types(make):
    y = make(np.array(["no", "yes"])[np.minimum(CODE, 1)])
    assert set(LabelEncodedClassifier(Picky()).fit(X, y).predict(X)) == {"no", "yes"}


def test_booleans_held_as_objects():
    y = np.array([True, False], dtype=object)[np.minimum(CODE, 1)]
    assert set(LabelEncodedClassifier(Picky()).fit(X, y).predict(X)) == {True, False}


def test_is_a_classifier_for_scikit_learn():
    model = LabelEncodedClassifier(Picky())
    copied = clone(model)
    assert copied is not model
    assert isinstance(copied.estimator, Picky)
    y = np.array(["no", "yes"])[np.minimum(CODE, 1)]
    assert cross_val_score(model, X, y, scoring="roc_auc", error_score="raise").min() > 0.5


def test_fit_leaves_the_given_estimator_alone():
    given = Picky()
    LabelEncodedClassifier(given).fit(X, CODE)
    assert not hasattr(given, "classes_")
