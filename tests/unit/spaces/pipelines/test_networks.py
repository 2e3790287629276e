"""Networks and histogram boosting that neither warn nor fail where the tuned value is meant."""

import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline

from warmstart.spaces.pipelines.fill import EmptyColumnsFilled
from warmstart.spaces.pipelines.networks import NetworkClassifier, NetworkRegressor

X = np.random.default_rng(0).normal(size=(40, 3))


@pytest.mark.parametrize(
    ("ours", "theirs", "y"),
    [
        (NetworkClassifier, MLPClassifier, (X[:, 0] > 0).astype(int)),
        (NetworkRegressor, MLPRegressor, X[:, 0]),
    ],
)
def test_few_rounds_are_meant(ours, theirs, y):
    model = clone(ours(hidden_layer_sizes=(5,), max_iter=3, random_state=0)).fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = theirs(hidden_layer_sizes=(5,), max_iter=3, random_state=0).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), other.predict(X))


def test_weights_are_passed_on():
    y = (X[:, 0] > 0).astype(int)
    model = NetworkClassifier(hidden_layer_sizes=(5,), max_iter=200, random_state=0)
    model.fit(X, y, sample_weight=np.where(y == 1, 1.0, 0.0))
    assert model.predict(X).mean() > 0.75  # half of them are


def test_a_column_of_nothing():
    cells = X.copy()
    cells[:, 1] = np.nan
    cells[::3, 0] = np.nan
    y = (X[:, 2] > 0).astype(int)
    model = make_pipeline(EmptyColumnsFilled(), HistGradientBoostingClassifier(max_iter=5))
    model.fit(cells, y)
    # What comes later in that column changes nothing.
    np.testing.assert_array_equal(model.predict(X), model.predict(np.where([0, 1, 0], 9, X)))
    assert np.isnan(model[0].transform(cells)[:, 0]).sum() == np.isnan(cells[:, 0]).sum()
    assert model[0].get_feature_names_out(["a", "b", "c"]).tolist() == ["a", "b", "c"]
