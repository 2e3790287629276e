"""New configurations placed among known ones, against scikit-learn's Gaussian process."""

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern

from warmstart.models.completion.fold_in import RIDGE, FoldIn

KNOWN = [{"x": float(x), "kind": k} for x in np.linspace(0, 1, 7) for k in ("a", "b")]
NEW = [{"x": 0.31, "kind": "a"}, {"x": 0.9, "kind": "b"}]


def test_predicts_as_a_gaussian_process_does():
    fold_in = FoldIn.fit(KNOWN)
    targets = np.sin(3 * fold_in.points[:, 0]) + fold_in.points[:, 1]
    kernel = Matern(length_scale=fold_in.lengthscale, nu=0.5)
    process = GaussianProcessRegressor(kernel, alpha=RIDGE, optimizer=None)
    process.fit(fold_in.points, targets)
    mean, std = process.predict(fold_in.encoder.transform(NEW), return_std=True)
    weights, unexplained = fold_in.weights(NEW)
    np.testing.assert_allclose(weights @ targets, mean)
    np.testing.assert_allclose(unexplained, std**2)


def test_a_known_point_is_mostly_itself():
    weights, unexplained = FoldIn.fit(KNOWN).weights(KNOWN[3:4])
    assert weights[0].argmax() == 3
    assert unexplained[0] < 0.05


def test_a_point_unlike_all_known_leaves_everything_unsaid():
    known = [{"x": 0.0}, {"x": 0.1}, {"x": 0.2}]
    _, unexplained = FoldIn.fit(known).weights([{"x": 50.0}])
    assert unexplained[0] > 0.99


def test_configurations_that_are_only_names_cannot_be_told_apart():
    weights, _ = FoldIn.fit([{}, {}, {}]).weights([{}])
    np.testing.assert_allclose(weights[0], weights[0, 0])
