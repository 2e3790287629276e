"""Linear PMF: conditioning on results is the textbook regression on the latents."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from warmstart.models.log_loss import log_loss_response
from warmstart.models.surrogates.linear_pmf import LinearPMF, probabilistic_pca
from warmstart.testing.performance_model import make_table


def test_prediction_is_the_regression_on_the_latents():
    """E[z | u] = (I + W' D^-1 W)^-1 W' D^-1 (u - mu) over the columns told."""
    model = LinearPMF(n_latent=3).fit(make_table())
    belief = model.start()
    told, scores = [1, 4, 9], np.array([0.55, 0.6, 0.7])
    for j, score in zip(told, scores, strict=True):
        belief.tell(j, score)
    w, d = model.factor_.loadings, model.factor_.noise
    precision = np.eye(w.shape[1]) + w[told].T @ (w[told] / d[told, None])
    gap = log_loss_response(scores, belief.ideal) - model.mean_[told]
    latent = np.linalg.solve(precision, w[told].T @ (gap / d[told]))
    left = np.setdiff1d(np.arange(len(d)), told)
    expected = model.mean_ + w @ latent
    np.testing.assert_allclose(belief.mixture.mean()[left], expected[left], atol=1e-10)
    spread = np.einsum("jk,kl,jl->j", w, np.linalg.inv(precision), w) + d
    np.testing.assert_allclose(belief.mixture.variances[0, left], spread[left], atol=1e-10)


def test_covariance_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((200, 3)) @ rng.standard_normal((3, 8))
    rows += 0.3 * rng.standard_normal(rows.shape)
    rows -= rows.mean(axis=0)
    factor = probabilistic_pca(rows, n_latent=3)
    found = factor.loadings @ factor.loadings.T + np.diag(factor.noise)
    # scikit-learn divides by one less.
    expected = PCA(n_components=3).fit(rows).get_covariance() * 199 / 200
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_refuses_no_latents():
    with pytest.raises(ValueError, match="n_latent"):
        LinearPMF(n_latent=0)
