"""The mixture posterior against dense Gaussian conditioning.

Also of: models.gaussian.factor, models.gaussian.latents, models.gaussian.mixture,
models.gaussian.results.
"""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import multivariate_normal, norm

from warmstart.models.gaussian.factor import Factor
from warmstart.models.gaussian.posterior import MixturePosterior
from warmstart.models.pmf.described.average import condition_on_average

N_CONFIGS, N_LATENT = 7, 3


class Dense:
    """The same mixture with every covariance written out."""

    def __init__(self, weights, means, scales, level_stds, factors):
        self.weights, self.means = weights, means
        ones = np.ones((means.shape[1], means.shape[1]))
        self.covariances = [
            s**2 * (f.loadings @ f.loadings.T + np.diag(f.noise)) + t**2 * ones
            for s, t, f in zip(scales, level_stds, factors, strict=True)
        ]

    def given(self, told):
        """Component weights, means and covariances after (index, value, noise variance)."""
        index = [k for k, _, _ in told]
        values = np.array([v for _, v, _ in told])
        noise = np.diag([e for _, _, e in told])
        weights, means, covariances = [], [], []
        for w, mean, cov in zip(self.weights, self.means, self.covariances, strict=True):
            block = cov[np.ix_(index, index)] + noise
            gain = np.linalg.solve(block, cov[index]).T
            weights.append(w * multivariate_normal(mean[index], block).pdf(values))
            means.append(mean + gain @ (values - mean[index]))
            covariances.append(cov - gain @ cov[index])
        weights = np.array(weights)
        return weights / weights.sum(), np.array(means), np.array(covariances)


def parts(seed=0, *, shared=True):
    rng = np.random.default_rng(seed)
    factors = [
        Factor(rng.normal(size=(N_CONFIGS, N_LATENT)), rng.uniform(0.1, 0.5, N_CONFIGS))
        for _ in range(3)
    ]
    return (
        np.array([0.5, 0.3, 0.2]),
        rng.normal(size=(3, N_CONFIGS)),
        np.array([0.5, 1.0, 2.0]),
        np.array([0.1, 0.4, 0.0]),
        factors[:1] * 3 if shared else factors,
    )


EXACT = [(2, 0.4, 0.0), (5, -1.1, 0.0), (0, 0.3, 0.0)]
NOISY = [(2, 0.4, 0.3), (5, -1.1, 0.0), (2, 0.1, 0.2), (0, 0.3, 0.05)]


def told(given, told):
    posterior = MixturePosterior(*given)
    for index, value, noise in told:
        posterior.tell(index, value, noise)
    return posterior


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("results", [EXACT[:1], EXACT, NOISY])
class TestConditioning:
    def test_is_exact(self, shared, results):
        posterior = told(parts(shared=shared), results)
        weights, means, covariances = Dense(*parts(shared=shared)).given(results)
        np.testing.assert_allclose(posterior.weights, weights, rtol=1e-9)
        np.testing.assert_allclose(posterior.means, means, atol=1e-9)
        np.testing.assert_allclose(
            posterior.variances, np.diagonal(covariances, axis1=1, axis2=2), atol=1e-9
        )

    def test_moments_of_the_mixture(self, shared, results):
        posterior = told(parts(shared=shared), results)
        weights, means, covariances = Dense(*parts(shared=shared)).given(results)
        mean = weights @ means
        second = weights @ (np.diagonal(covariances, axis1=1, axis2=2) + means**2)
        np.testing.assert_allclose(posterior.mean(), mean, atol=1e-9)
        np.testing.assert_allclose(
            posterior.std(), np.sqrt(np.maximum(second - mean**2, 0)), atol=1e-6
        )

    def test_samples_have_its_mean_and_covariance(self, shared, results):
        posterior = told(parts(shared=shared), results)
        draws = posterior.sample(60_000, np.random.default_rng(1))
        weights, means, covariances = Dense(*parts(shared=shared)).given(results)
        mean = weights @ means
        gaps = means - mean
        covariance = np.einsum("g,gij->ij", weights, covariances)
        covariance += np.einsum("g,gi,gj->ij", weights, gaps, gaps)
        spread = np.sqrt(np.diagonal(covariance).max())
        np.testing.assert_allclose(draws.mean(axis=0), mean, atol=0.03 * spread)
        np.testing.assert_allclose(np.cov(draws.T), covariance, atol=0.05 * spread**2)

    def test_samples_of_some_are_those_of_all(self, shared, results):
        posterior = told(parts(shared=shared), results)
        columns = np.array([6, 2, 1])
        some = posterior.sample(60_000, np.random.default_rng(2), columns)
        whole = posterior.sample(60_000, np.random.default_rng(1))[:, columns]
        spread = whole.std(axis=0).max()
        np.testing.assert_allclose(some.mean(axis=0), whole.mean(axis=0), atol=0.04 * spread)
        np.testing.assert_allclose(np.cov(some.T), np.cov(whole.T), atol=0.06 * spread**2)

    def test_quantiles_are_the_mixtures(self, shared, results):
        posterior = told(parts(shared=shared), results)
        weights, means, covariances = Dense(*parts(shared=shared)).given(results)
        levels = (0.05, 0.5, 0.9)
        quantiles = posterior.quantiles(levels)
        assert quantiles.shape == (3, N_CONFIGS)
        for j in (1, 3, 6):
            stds = np.sqrt(covariances[:, j, j])
            for row, level in enumerate(levels):
                expected = brentq(
                    lambda x, j=j, s=stds, p=level: weights @ norm.cdf(x, means[:, j], s) - p,
                    -50,
                    50,
                )
                assert quantiles[row, j] == pytest.approx(expected, abs=1e-6)


class TestReach:
    """A result far from what is expected is mostly the configuration's own."""

    WILD = ((2, 0.4), (5, -9.0), (0, 0.3), (6, 8.0))

    @pytest.fixture(params=[True, False])
    def given(self, request):
        return parts(shared=request.param)

    def posterior(self, given, reach):
        posterior = MixturePosterior(*given)
        for index, value in self.WILD:
            posterior.tell(index, value, reach=reach)
        return posterior

    def wider(self, given, reach):
        """The same prior with as much more noise on each as its result was further off."""
        weights, means, scales, level_stds, factors = given
        noise = np.array([factor.noise for factor in factors])
        for k, (index, value) in enumerate(self.WILD):
            now = [Factor(f.loadings, n) for f, n in zip(factors, noise, strict=True)]
            told_so_far = [(i, v, 0.0) for i, v in self.WILD[:k]]
            dense = Dense(weights, means, scales, level_stds, now)
            _, mean, covariance = (
                dense.given(told_so_far) if k else (0, means, dense.covariances)
            )
            for g, (m, c) in enumerate(zip(mean, covariance, strict=True)):
                own = max(((value - m[index]) / reach) ** 2 - c[index, index], 0.0)
                noise[g, index] += own / scales[g] ** 2
        return [Factor(f.loadings, n) for f, n in zip(factors, noise, strict=True)]

    def test_it_is_noise_of_that_one(self, given):
        posterior = self.posterior(given, 1.5)
        dense = Dense(*given[:4], self.wider(given, 1.5))
        weights, means, covariances = dense.given([(i, v, 0.0) for i, v in self.WILD])
        np.testing.assert_allclose(posterior.weights, weights, rtol=1e-8)
        np.testing.assert_allclose(posterior.means, means, atol=1e-8)
        np.testing.assert_allclose(
            posterior.variances, np.diagonal(covariances, axis1=1, axis2=2), atol=1e-8
        )
        draws = posterior.sample(60_000, np.random.default_rng(1))
        spread = np.sqrt(np.diagonal(covariances, axis1=1, axis2=2).max())
        np.testing.assert_allclose(draws.mean(axis=0), weights @ means, atol=0.03 * spread)
        for index, value in self.WILD:
            np.testing.assert_allclose(draws[:, index], value, atol=1e-6)

    def test_others_are_moved_by_less(self, given):
        before = MixturePosterior(*given).means
        untold = [1, 3, 4]
        moved = [
            np.abs(self.posterior(given, reach).means - before)[:, untold].max()
            for reach in (1.0, 3.0, np.inf)
        ]
        assert moved[0] < moved[1] < moved[2]

    def test_within_it_nothing_changes(self, given):
        exact = told(given, EXACT)
        posterior = MixturePosterior(*given)
        for index, value, _ in EXACT:
            posterior.tell(index, value, reach=100.0)
        np.testing.assert_array_equal(posterior.means, exact.means)
        np.testing.assert_array_equal(posterior.weights, exact.weights)

    def test_of_more_configurations_it_is_as_told(self, given):
        weights, means, scales, level_stds, factors = given
        first = [Factor(f.loadings[:5], f.noise[:5]) for f in factors]
        rest = [Factor(f.loadings[5:], f.noise[5:]) for f in factors]
        half = MixturePosterior(weights, means[:, :5], scales, level_stds, first)
        more = MixturePosterior(weights, means[:, 5:], scales, level_stds, rest)
        for index, value in ((2, 7.0), (0, -6.0)):
            half.tell(index, value, reach=1.5)
        joint = MixturePosterior(*given)
        for index, value in ((2, 7.0), (0, -6.0)):
            joint.tell(index, value, reach=1.5)
        both = half.extended(more)
        np.testing.assert_allclose(both.means, joint.means, atol=1e-9)
        np.testing.assert_allclose(both.variances, joint.variances, atol=1e-9)


def test_before_any_result_it_is_the_prior():
    posterior, dense = MixturePosterior(*parts()), Dense(*parts())
    np.testing.assert_allclose(posterior.weights, dense.weights)
    for index in (0, 4):
        np.testing.assert_allclose(
            posterior.covariance_column(index), [c[index] for c in dense.covariances]
        )
    draws = posterior.sample(60_000, np.random.default_rng(0))
    np.testing.assert_allclose(draws.mean(axis=0), dense.weights @ dense.means, atol=0.1)


def test_the_order_of_results_does_not_matter():
    one, other = told(parts(), EXACT), told(parts(), EXACT[::-1])
    np.testing.assert_allclose(one.means, other.means, atol=1e-9)
    np.testing.assert_allclose(one.weights, other.weights, rtol=1e-9)


def test_what_was_told_exactly_is_known():
    posterior = told(parts(), EXACT)
    draws = posterior.sample(50, np.random.default_rng(0))
    for index, value, _ in EXACT:
        assert posterior.mean()[index] == pytest.approx(value)
        assert posterior.std()[index] == pytest.approx(0.0, abs=1e-5)
        np.testing.assert_allclose(posterior.quantiles((0.1, 0.9))[:, index], value, atol=1e-6)
        np.testing.assert_allclose(draws[:, index], value, atol=1e-8)


def test_telling_the_same_again_changes_nothing():
    once, twice = told(parts(), EXACT), told(parts(), [*EXACT, EXACT[0]])
    np.testing.assert_allclose(once.means, twice.means, atol=1e-4)
    np.testing.assert_allclose(once.weights, twice.weights, atol=1e-4)
    assert np.isfinite(twice.sample(20, np.random.default_rng(0))).all()


def test_results_never_widen_a_component():
    before, after = told(parts(), EXACT[:1]), told(parts(), EXACT)
    assert (after.variances <= before.variances + 1e-12).all()


def test_a_very_unlikely_result_leaves_finite_weights():
    posterior = told(parts(), [(0, 1e4, 0.0), (1, -1e4, 0.0)])
    assert posterior.weights.sum() == pytest.approx(1.0)
    assert np.isfinite(posterior.mean()).all()


def test_the_same_seed_gives_the_same_draws():
    posterior = told(parts(), NOISY)
    one, same = (posterior.sample(20, np.random.default_rng(4)) for _ in range(2))
    np.testing.assert_array_equal(one, same)
    assert one.shape == (20, N_CONFIGS)


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("results", [[], EXACT[:1], EXACT, NOISY])
def test_extended_is_as_if_told_of_all(shared, results):
    weights, means, scales, level_stds, factors = parts(shared=shared)
    n = 6  # every result is of one of the first six

    def some(columns):
        cut = {id(f): Factor(f.loadings[columns], f.noise[columns]) for f in factors}
        return MixturePosterior(
            weights, means[:, columns], scales, level_stds, [cut[id(f)] for f in factors]
        )

    posterior = some(slice(None, n))
    for index, value, noise in results:
        posterior.tell(index, value, noise)
    joint, whole = posterior.extended(some(slice(n, None))), told(parts(shared=shared), results)
    for after in ([], [(n, 0.7, 0.1), (1, -0.2, 0.0)]):
        for index, value, noise in after:
            joint.tell(index, value, noise)
            whole.tell(index, value, noise)
        np.testing.assert_allclose(joint.weights, whole.weights, rtol=1e-9)
        np.testing.assert_allclose(joint.means, whole.means, atol=1e-9)
        np.testing.assert_allclose(joint.variances, whole.variances, atol=1e-9)
        np.testing.assert_allclose(
            joint.sample(5, np.random.default_rng(0)),
            whole.sample(5, np.random.default_rng(0)),
            atol=1e-9,
        )
    with pytest.raises(ValueError, match="told already"):
        joint.untold()


def test_quantiles_of_some_are_those_of_all():
    posterior = told(parts(), EXACT)
    whole = posterior.quantiles([0.1, 0.5])
    np.testing.assert_allclose(
        posterior.quantiles([0.1, 0.5], np.array([4, 1])), whole[:, [4, 1]]
    )


class TestTies:
    def test_an_equal_outcome_is_no_evidence_for_small_scales(self):
        """Component 0 has the smallest scale; near-equal outcomes make it likelier."""
        weights, means, scales, levels, factors = parts()
        posterior = MixturePosterior(weights, np.zeros_like(means), scales, levels, factors)
        posterior.tell(0, 0.3)
        before = posterior.weights
        for index in (1, 2, 3):
            posterior.tell(index, 0.3)
        np.testing.assert_array_equal(posterior.weights, before)
        posterior.tell(4, 0.31)
        assert posterior.weights[0] != before[0]

    def test_what_is_expected_follows_all_the_same(self):
        posterior = MixturePosterior(*parts())
        posterior.tell(0, 0.3)
        posterior.tell(1, 0.3)
        np.testing.assert_allclose(posterior.means[:, 1], 0.3, atol=1e-9)
        np.testing.assert_allclose(posterior.variances[:, 1], 0.0, atol=1e-9)


@pytest.mark.parametrize("n_samples", [1, 2, 7, 100])
@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_draws_of_a_factor_mirror_each_other(n_samples, kind):
    rng = np.random.default_rng(0)
    factor = Factor(rng.normal(size=(6, 2)).astype(kind), rng.uniform(size=6))
    draws = factor.sample(n_samples, np.random.default_rng(1), scale=3.0)
    assert draws.dtype == kind
    assert draws.shape == (n_samples, 6)
    half = n_samples // 2
    np.testing.assert_array_equal(draws[-half:] if half else draws[:0], -draws[:half])
    into = np.empty((n_samples, 6), dtype=kind)
    factor.sample(n_samples, np.random.default_rng(1), scale=3.0, out=into)
    np.testing.assert_array_equal(into, draws)


class TestForetold:
    @pytest.mark.parametrize("shared", [True, False])
    def test_equals_dense_algebra(self, shared):
        average = np.random.default_rng(3).dirichlet(np.ones(N_CONFIGS))
        mixture, dense = MixturePosterior(*parts(shared=shared)), Dense(*parts(shared=shared))
        condition_on_average(mixture, average, 0.7, 0.2)
        for g, (mean, cov) in enumerate(zip(dense.means, dense.covariances, strict=True)):
            own = average @ cov @ average
            gain = cov @ average / own
            np.testing.assert_allclose(
                mixture.means[g], mean + gain * (0.7 - average @ mean), rtol=1e-9
            )
            after = cov - np.outer(gain, gain) * (own - 0.2)
            np.testing.assert_allclose(mixture.variances[g], np.diag(after), rtol=1e-8)
            # The average then has the distribution that was foretold.
            assert average @ after @ average == pytest.approx(0.2)

    def test_is_for_a_belief_that_was_told_nothing(self):
        mixture = MixturePosterior(*parts(shared=True))
        mixture.tell(1, 0.3)
        with pytest.raises(ValueError, match="1 results were told"):
            condition_on_average(mixture, np.full(N_CONFIGS, 1 / N_CONFIGS), 0.0, 1.0)
