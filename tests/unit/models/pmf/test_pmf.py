"""PMF: its pieces against independent computations, and its arrays.

Also of: models.log_loss, models.pmf.arrays, models.pmf.incremental, models.pmf.prior,
models.pmf.settings, models.pmf.training.
"""

import io
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from warmstart.errors import NotFittedError
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.models.completion.complete import standardise
from warmstart.models.gaussian.covariance import shared_share
from warmstart.models.gplvm.latent_kernel import LatentKernel
from warmstart.models.log_loss import ideal_score, log_loss_response, score_of
from warmstart.models.pmf import training
from warmstart.models.pmf.pmf import PMF
from warmstart.models.pmf.task_spread import Agreement
from warmstart.testing.performance_model import make_table

pytestmark = pytest.mark.usefixtures("small_forests")

NEW = pd.Series({"kind": 1.0, "noise": 0.5, "constant": 7.0})


@cache
def fitted(described=True):
    """The default model; what is asked of it does not change it."""
    return PMF().fit(make_table(described=described))


def plain_table(scores, metric=None):
    scores = np.asarray(scores, float)
    return ScoreTable(
        scores=scores,
        task_ids=pd.RangeIndex(len(scores)),
        configuration_ids=pd.RangeIndex(scores.shape[1]),
        families=np.arange(len(scores)),
        metric=metric,
    )


class TestResponse:
    @pytest.mark.parametrize("ideal", [0.0, 1.0, 97.5])
    def test_is_inverted(self, ideal):
        scores = ideal - np.array([0.0, 1e-3, 0.5, 20.0])
        found = score_of(log_loss_response(scores, ideal), ideal)
        np.testing.assert_allclose(found, scores, atol=1e-12)

    def test_never_better_than_ideal(self):
        assert log_loss_response(np.array([1.5]), 1.0) == np.log(0.01)
        assert score_of(np.array([-50.0]), 1.0) <= 1.0

    def test_falls_as_scores_rise(self):
        response = log_loss_response(np.linspace(-2, 1, 50), 1.0)
        assert (np.diff(response) < 0).all()

    @pytest.mark.parametrize(
        ("scores", "metric", "ideal"),
        [
            ([[0.4, 0.9]], None, 1.0),
            ([[-4.0, -0.9]], None, 0.0),
            # Of anything at all nobody knows the best: well above what was seen.
            ([[40.0, 93.0]], None, 199.0),
            ([[-1.0, 1.0]], None, 5.0),
            ([[-3.0, 0.2]], "r2", 1.0),
            ([[-4.0, -0.9]], "rmse", 0.0),
            ([[0.4, 0.9]], "my own", 1.0),
        ],
    )
    def test_ideal_score(self, scores, metric, ideal):
        assert ideal_score(plain_table(scores, metric)) == ideal


def test_standardise_uses_known_entries_only():
    response = np.array([[1.0, 3.0, np.nan, 5.0], [2.0, 2.0, 2.0, 2.0]])
    completed, levels, scales = standardise(response)
    np.testing.assert_allclose(levels, [3.0, 2.0])
    np.testing.assert_allclose(scales, [np.std([1, 3, 5]), 1e-3])
    np.testing.assert_allclose(completed[0, [0, 1, 3]], (np.array([1, 3, 5]) - 3) / scales[0])
    assert (completed[1] == 0).all()


class TestBelief:
    def test_prefers_what_metafeatures_say(self):
        model = fitted()
        for kind, best_half in ((0.0, slice(0, 6)), (1.0, slice(6, 12))):
            mean = model.start(pd.Series({**NEW, "kind": kind})).mixture.mean()
            assert mean[best_half].mean() < mean.mean()

    def test_without_metafeatures_is_the_average_task(self):
        table = make_table()
        model = PMF(use_metafeatures=False).fit(table)
        completed, _, _ = standardise(log_loss_response(table.scores, 1.0))
        rank = np.corrcoef(model.start(NEW).mixture.mean(), completed.mean(axis=0))[0, 1]
        assert rank == pytest.approx(1.0)

    def test_without_metafeatures_a_task_may_differ_by_what_they_would_tell(self):
        """Where they tell nearly all, the belief without them is that of a model without."""
        blind = PMF(use_metafeatures=False).fit(make_table()).start().mixture
        untold, told = fitted().start().mixture, fitted().start(NEW).mixture
        usual = (blind.variances.mean(), untold.variances.mean(), told.variances.mean())
        assert usual[2] < 0.7 * usual[0]
        assert usual[1] == pytest.approx(usual[0], rel=0.3)

    def test_covariance_is_that_of_the_residuals(self):
        table = make_table(described=False)
        model = PMF(n_components=1).fit(table)
        completed, _, _ = standardise(log_loss_response(table.scores, 1.0))
        residual = completed - completed.mean(axis=0)
        shared = shared_share(residual)
        sigma = shared * residual.T @ residual / len(residual)
        sigma += (1 - shared) * np.diag((residual**2).mean(axis=0))
        power, n = (completed**2).mean(), len(completed)
        agreement = Agreement.of(completed.mean(axis=0), power, n, n)
        sigma = agreement.seen * sigma + agreement.unseen * np.eye(len(sigma))
        mixture = model.start().mixture
        for index in (0, 7):
            column = mixture.covariance_column(index)[0] - mixture.level_stds[0] ** 2
            np.testing.assert_allclose(column / mixture.scales[0] ** 2, sigma[index], atol=1e-6)

    def test_quantiles_of_scores_are_ordered_and_reach_what_is_told(self):
        posterior = fitted().start(NEW)
        low, middle, high = posterior.score_quantiles((0.05, 0.5, 0.95))
        assert (low < middle).all()
        assert (middle < high).all()
        assert (high <= 1.0).all()
        posterior.tell(3, 0.7)
        np.testing.assert_allclose(
            posterior.score_quantiles((0.05, 0.95))[:, 3], 0.7, atol=1e-6
        )

    def test_results_on_alike_configurations_move_the_mean(self):
        posterior = PMF(use_metafeatures=False).fit(make_table()).start()
        before = posterior.mixture.mean()
        for index in (0, 1, 2):
            posterior.tell(index, 0.95)
        for index in (10, 11):
            posterior.tell(index, 0.3)
        after = posterior.mixture.mean()
        assert after[3] < before[3]
        assert after[9] > before[9]


@pytest.mark.parametrize("described", [True, False])
class TestColumns:
    def test_a_subset_is_the_subset_of_the_whole(self, described):
        model = fitted(described)
        columns = np.array([7, 2, 11])
        whole, part = model.start(NEW).mixture, model.start(NEW, columns).mixture
        np.testing.assert_allclose(part.means, whole.means[:, columns])
        np.testing.assert_allclose(part.variances, whole.variances[:, columns])
        np.testing.assert_allclose(
            part.covariance_column(1), whole.covariance_column(2)[:, columns]
        )
        part.tell(0, -1.0)
        whole.tell(7, -1.0)
        np.testing.assert_allclose(part.mean(), whole.mean()[columns])
        np.testing.assert_allclose(part.weights, whole.weights)

    def test_draws_are_of_the_subset(self, described):
        model = fitted(described)
        columns = np.array([7, 2, 11])
        draws = model.start(NEW, columns).draw_losses(40, np.random.default_rng(0))
        assert draws.shape == (40, 3)


@pytest.mark.parametrize("described", [True, False])
class TestArrays:
    def test_round_trip_through_a_file_without_pickles(self, described):
        model = PMF().fit(make_table(described=described, missing=0.2))
        file = io.BytesIO()
        np.savez_compressed(file, **model.to_arrays())
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            again = PMF.from_arrays(dict(arrays))
        assert again.n_configs == model.n_configs == 12
        assert again.ideal == model.ideal
        one, other = model.start(NEW), again.start(NEW)
        for posterior in (one, other):
            posterior.tell(4, 0.8)
        np.testing.assert_allclose(one.mixture.mean(), other.mixture.mean(), atol=1e-4)
        np.testing.assert_allclose(one.mixture.std(), other.mixture.std(), atol=1e-4)
        np.testing.assert_allclose(
            one.score_quantiles((0.1, 0.9)), other.score_quantiles((0.1, 0.9)), atol=1e-4
        )

    def test_the_second_round_trip_is_exact(self, described):
        once = PMF.from_arrays(fitted(described).to_arrays())
        twice = PMF.from_arrays(once.to_arrays())
        np.testing.assert_array_equal(
            once.start(NEW).mixture.means, twice.start(NEW).mixture.means
        )


@pytest.mark.parametrize("n_tasks", [1, 2, 3, 12])
@pytest.mark.parametrize("n_configs", [1, 2, 5])
def test_small_tables(n_tasks, n_configs):
    table = make_table(n_tasks=max(n_tasks, 3), n_configs=n_configs).take(np.arange(n_tasks))
    posterior = PMF().fit(table).start(NEW)
    assert np.isfinite(posterior.score_quantiles((0.1, 0.5, 0.9))).all()
    posterior.tell(0, 0.5)
    assert np.isfinite(posterior.mixture.mean()).all()


def test_scores_that_never_differ():
    model = PMF().fit(plain_table(np.full((12, 4), 0.5)))
    assert model.start().score_quantiles((0.5,)) == pytest.approx(0.5, abs=0.02)


def test_metafeatures_that_never_vary():
    table = make_table()
    flat = table.metafeatures.assign(kind=1.0, noise=2.0)
    posterior = PMF().fit(replace(table, metafeatures=flat)).start(NEW)
    assert np.isfinite(posterior.mixture.mean()).all()


@pytest.mark.parametrize(
    "ask", [PMF.start, PMF.to_arrays, lambda model: model.ideal, lambda model: model.n_configs]
)
def test_before_fit(ask):
    with pytest.raises(NotFittedError, match=r"call fit\(table\) first"):
        ask(PMF())


class TestWide:
    """With many configurations few loadings stand for the tasks."""

    @staticmethod
    def residual(n_tasks=30, n_configs=60):
        rng = np.random.default_rng(2)
        return rng.standard_normal((n_tasks, 4)) @ rng.standard_normal((4, n_configs)) + (
            0.1 * rng.standard_normal((n_tasks, n_configs))
        )

    def test_keeps_variances_and_nears_covariances(self, monkeypatch):
        residual = self.residual()
        dense, noise = training.second_moment(residual, 0.98, 100)
        expected = dense @ dense.T + np.diag(noise)
        monkeypatch.setattr(training, "WIDE", 50)
        for rank, tolerance in ((4, 0.05), (30, 1e-4)):
            few, own = training.second_moment(residual, 0.98, rank)
            assert few.shape == (60, rank)
            assert few.dtype == np.float32
            found = few @ few.T + np.diag(own)
            np.testing.assert_allclose(np.diag(found), np.diag(expected), rtol=1e-4)
            np.testing.assert_allclose(found, expected, atol=tolerance)

    def test_believes_nearly_the_same(self, monkeypatch):
        table = make_table(n_configs=60)
        exact = PMF().fit(table).start(NEW)
        monkeypatch.setattr(training, "WIDE", 50)
        wide = PMF().fit(table).start(NEW)
        for posterior in (exact, wide):
            for index, score in ((3, 0.6), (40, 0.65), (20, 0.5)):
                posterior.tell(index, score)
        np.testing.assert_allclose(wide.mixture.means, exact.mixture.means, atol=1e-3)
        np.testing.assert_allclose(wide.mixture.std(), exact.mixture.std(), atol=1e-3)

    def test_refuses_no_loadings(self):
        with pytest.raises(ValueError, match="max_rank must be at least 1, got 0"):
            PMF(max_rank=0)


class TestKernel:
    """A covariance of another model mixed into the observed one."""

    class Source:
        """Gives a known kernel, and keeps what it was shown."""

        latents = np.linspace(0, 3, 12)[:, None]

        def fit_kernel(self, responses, *, random_state=0):
            self.shown = responses
            return LatentKernel(
                latents=self.latents, lengthscales=np.ones(1), variance=0.7, noise=0.2
            )

    def test_covariance_is_the_mix(self):
        table = make_table(missing=0.2)
        source = self.Source()
        plain = PMF().fit(table).start(NEW).mixture
        mixed = PMF(kernel=source, kernel_share=0.25).fit(table).start(NEW).mixture
        dense, found = (
            m.factors[0].loadings @ m.factors[0].loadings.T + np.diag(m.factors[0].noise)
            for m in (plain, mixed)
        )
        kernel = source.fit_kernel(source.shown)
        np.testing.assert_allclose(found, 0.75 * dense + 0.25 * kernel.matrix(), atol=1e-8)
        np.testing.assert_array_equal(mixed.prior_means, plain.prior_means)
        np.testing.assert_array_equal(np.isnan(source.shown), np.isnan(table.scores))

    def test_is_kept_in_the_arrays(self):
        model = PMF(kernel=self.Source()).fit(make_table())
        again = PMF.from_arrays(model.to_arrays())
        np.testing.assert_allclose(
            again.start(NEW).mixture.covariance_column(3),
            model.start(NEW).mixture.covariance_column(3),
            rtol=1e-5,
        )

    def test_refuses(self):
        with pytest.raises(ValueError, match="kernel_share is a share, got 2"):
            PMF(kernel_share=2)


class TestSpreads:
    def test_are_components_of_their_own(self):
        table = make_table()
        few = PMF(spreads=(1.0,)).fit(table).start(NEW).mixture
        more = PMF(spreads=(0.5, 1.0)).fit(table).start(NEW).mixture
        np.testing.assert_allclose(more.scales[1::2], few.scales)
        np.testing.assert_allclose(more.scales[::2], few.scales / 2)
        np.testing.assert_allclose(more.prior_means[::2], few.prior_means)
        assert more.weights.sum() == pytest.approx(1.0)

    def test_survive_storage(self):
        model = PMF(spreads=(0.5, 2.0)).fit(make_table())
        assert PMF.from_arrays(model.to_arrays()).spreads == (0.5, 2.0)
