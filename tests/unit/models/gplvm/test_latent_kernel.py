"""Latent kernel: its entries one by one, and its factors."""

import numpy as np
import pytest

from warmstart.models.gplvm.latent_kernel import LatentKernel


def kernel(n_configs=30, n_latent=3, seed=0, **changes):
    rng = np.random.default_rng(seed)
    given = {
        "latents": rng.standard_normal((n_configs, n_latent)),
        "lengthscales": rng.uniform(0.5, 2.0, n_latent),
        "variance": 1.7,
        "noise": 0.3,
    }
    return LatentKernel(**(given | changes))


def by_hand(k):
    n = len(k.latents)
    found = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            square = sum(
                (a - b) ** 2 / ell**2
                for a, b, ell in zip(k.latents[i], k.latents[j], k.lengthscales, strict=True)
            )
            found[i, j] = k.variance * np.exp(-square / 2) + (k.noise if i == j else 0.0)
    return found


def test_matrix_and_columns():
    k = kernel(n_configs=8)
    expected = by_hand(k)
    np.testing.assert_allclose(k.matrix(), expected, rtol=1e-12)
    for j in range(8):
        own = np.eye(8)[j] * k.noise
        np.testing.assert_allclose(k.column(j) + own, expected[:, j], rtol=1e-12)


def test_factor_is_the_matrix_where_rank_allows():
    k = kernel()
    factor = k.factor()
    found = factor.loadings @ factor.loadings.T + np.diag(factor.noise)
    np.testing.assert_allclose(found, by_hand(k), atol=1e-7)


def test_low_rank_keeps_the_variances_and_nears_the_matrix():
    k = kernel(n_configs=60)
    off = ~np.eye(60, dtype=bool)
    worst = []
    for rank in (5, 20, 50):
        factor = k.factor(rank)
        assert factor.loadings.shape == (60, rank)
        found = factor.loadings @ factor.loadings.T + np.diag(factor.noise)
        np.testing.assert_allclose(np.diag(found), k.variance + k.noise, rtol=1e-9)
        worst.append(abs(found - by_hand(k))[off].max())
    assert worst[0] > worst[1] > worst[2]
    assert worst[2] < 0.05


def test_copies_need_one_pivot_each():
    points = np.repeat(np.array([[0.0], [3.0]]), 20, axis=0)
    factor = kernel(latents=points, lengthscales=np.ones(1)).factor(10)
    assert factor.loadings.shape == (40, 2)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"lengthscales": np.ones(2)}, "one lengthscale a column"),
        ({"lengthscales": np.array([1.0, 0.0, 1.0])}, "positive"),
        ({"latents": np.full((4, 3), np.nan)}, "learning rate"),
        ({"variance": 0.0}, "variance and noise"),
        ({"noise": -1.0}, "variance and noise"),
    ],
)
def test_refuses_the_impossible(changes, match):
    with pytest.raises(ValueError, match=match):
        kernel(**changes)
