"""GP-LVM: likelihood and gradient against scipy, training, and answers without torch.

Also of: models.gplvm.likelihood, models.gplvm.training.
"""

import subprocess
import sys
import textwrap
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.optimize import approx_fprime
from scipy.stats import multivariate_normal

from warmstart.errors import KnowledgeError, NotFittedError
from warmstart.models.gplvm.gplvm import GPLVM
from warmstart.models.gplvm.likelihood import likelihood
from warmstart.models.gplvm.training import PUBLISHED, Recipe, principal_latents, rbf_ard, train
from warmstart.testing.performance_model import make_table

NEW = pd.Series({"kind": 1.0, "noise": 0.5, "constant": 7.0})
SHORT = Recipe(n_epochs=8)


def drawn(*, n_tasks=9, n_configs=7, seed=0, missing=0.35):
    """A covariance, responses, and what is known of them; a task with all, one with none."""
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((n_configs, n_configs))
    covariance = root @ root.T / n_configs + 0.4 * np.eye(n_configs)
    y = rng.multivariate_normal(np.zeros(n_configs), covariance, size=n_tasks)
    known = rng.random(y.shape) >= missing
    known[0], known[1], known[2], known[3] = True, False, known[4], True
    return covariance, np.where(known, y, 0.0), known


def by_scipy(covariance, y, known):
    """Negative log likelihood, one task after the other."""
    total = 0.0
    for row, seen in zip(y, known, strict=True):
        at = np.flatnonzero(seen)
        if len(at):
            block = covariance[np.ix_(at, at)]
            total -= multivariate_normal(np.zeros(len(at)), block).logpdf(row[at])
    return total


def with_torch(covariance, y, known):
    loss, gradient = likelihood(*(torch.tensor(a) for a in (covariance, y, known)))
    return loss, gradient.numpy()


class TestLikelihood:
    # From hardly any holes to mostly holes: both ways of factorising, and both at once.
    @pytest.mark.parametrize("missing", [0.0, 0.1, 0.35, 0.5, 0.8])
    def test_is_that_of_scipy(self, missing):
        given = drawn(missing=missing)
        assert with_torch(*given)[0] == pytest.approx(by_scipy(*given), rel=1e-10)

    @pytest.mark.parametrize("missing", [0.0, 0.35, 0.8])
    def test_gradient_by_the_covariance(self, missing):
        covariance, y, known = drawn(n_configs=5, missing=missing)
        _, gradient = with_torch(covariance, y, known)
        np.testing.assert_allclose(gradient, gradient.T, atol=1e-12)
        for i in range(5):
            for j in range(i, 5):
                step = np.zeros((5, 5))
                step[i, j] = step[j, i] = 1e-6
                rise = by_scipy(covariance + step, y, known)
                fall = by_scipy(covariance - step, y, known)
                found = gradient[i, j] + (gradient[j, i] if i != j else 0.0)
                assert found == pytest.approx((rise - fall) / 2e-6, abs=1e-4), (i, j)

    def test_gradient_by_the_parameters(self):
        _, y, known = drawn(n_configs=6)
        rng = np.random.default_rng(3)
        shapes = [(6, 2), (2,), (1,), (1,)]
        flat = rng.normal(size=sum(int(np.prod(s)) for s in shapes)) * 0.5

        def unpack(values):
            ends = np.cumsum([int(np.prod(s)) for s in shapes])
            return [
                part.reshape(s) for part, s in zip(np.split(values, ends), shapes, strict=False)
            ]

        def loss(values):
            x, log_ell, log_v, log_noise = unpack(values)
            gaps = (x[:, None] - x[None]) / np.exp(log_ell)
            k = np.exp(log_v) * np.exp(-0.5 * (gaps**2).sum(axis=-1))
            return by_scipy(k + (np.exp(log_noise) + 1e-8) * np.eye(6), y, known)

        parameters = [torch.tensor(p, requires_grad=True) for p in unpack(flat)]
        covariance = rbf_ard(parameters, slice(None))
        _, gradient = likelihood(covariance.detach(), torch.tensor(y), torch.tensor(known))
        covariance.backward(gradient)
        found = np.concatenate([p.grad.numpy().ravel() for p in parameters])
        np.testing.assert_allclose(found, approx_fprime(flat, loss, 1e-7), rtol=2e-4, atol=2e-4)

    def test_a_table_of_nothing(self):
        covariance, y, known = drawn()
        loss, gradient = with_torch(covariance, 0 * y, np.zeros_like(known))
        assert loss == 0.0
        assert not gradient.any()


class TestTraining:
    @staticmethod
    def responses(missing=0.2, seed=0):
        """Twenty configurations along a curve, smooth in one latent."""
        rng = np.random.default_rng(seed)
        at = np.linspace(0, 4, 20)
        k = np.exp(-0.5 * (at[:, None] - at) ** 2) + 0.05 * np.eye(20)
        y = rng.multivariate_normal(np.zeros(20), k, size=60)
        y[rng.random(y.shape) < missing] = np.nan
        return y, k

    def test_likelihood_rises(self):
        seen = []
        recipe = Recipe(
            n_epochs=15, progress=lambda done, of, nll: seen.append((done, of, nll))
        )
        train(self.responses()[0], recipe)
        assert [s[:2] for s in seen] == [(e + 1, 15) for e in range(15)]
        assert seen[-1][2] < seen[0][2] - 0.1

    def test_told_likelihood_is_in_units_of_the_responses(self):
        seen = []
        recipe = Recipe(n_epochs=1, tasks_per_step=99, progress=lambda *a: seen.append(a[2]))
        y, _ = self.responses()
        first = train(y, replace(recipe, n_epochs=0)).matrix()
        train(y, recipe)
        known = np.isfinite(y)
        expected = by_scipy(first, np.where(known, y, 0.0), known) / known.sum()
        assert seen[0] == pytest.approx(expected, rel=1e-5)

    def test_finds_the_covariance_that_made_the_table(self):
        y, truth = self.responses(missing=0.1)
        learnt = train(y, Recipe(n_latent=2, learning_rate=0.05, n_epochs=60)).matrix()
        untrained = train(y, Recipe(n_latent=2, n_epochs=0)).matrix()
        assert abs(learnt - truth).mean() < 0.5 * abs(untrained - truth).mean()

    def test_same_seed_same_kernel(self):
        y, _ = self.responses()
        recipe = replace(SHORT, tasks_per_step=13, configurations_per_step=9)
        one, two, other = (train(y, recipe, random_state=s) for s in (4, 4, 5))
        np.testing.assert_array_equal(one.latents, two.latents)
        assert (one.variance, one.noise) == (two.variance, two.noise)
        assert not np.array_equal(one.latents, other.latents)

    def test_published_steps_barely_move(self):
        y, _ = self.responses()
        start, end = (train(y, replace(PUBLISHED, n_epochs=n)) for n in (0, 20))
        assert 0 < abs(end.latents - start.latents).max() < 1e-3

    def test_units_of_the_responses_scale_the_kernel(self):
        y, _ = self.responses()
        # A power of two: rounding, which training would amplify, is the same.
        one, four = (train(times * y, SHORT).matrix() for times in (1.0, 4.0))
        np.testing.assert_allclose(four, 16 * one, rtol=1e-9)

    def test_an_equal_table_trains(self):
        kernel = train(np.zeros((4, 3)), replace(SHORT, n_epochs=2))
        assert np.isfinite(kernel.matrix()).all()

    def test_principal_latents_keep_alike_configurations_together(self):
        rng = np.random.default_rng(0)
        table = rng.standard_normal((30, 6))
        table[:, 1] = table[:, 0] + 0.01 * rng.standard_normal(30)
        x = principal_latents(table, 4)
        apart = np.linalg.norm(x[:, None] - x[None], axis=-1)
        assert x.shape == (6, 4)
        assert apart[0, 1] < 0.1 * np.median(apart[apart > 0])

    def test_divergence_names_the_learning_rate(self):
        y, _ = self.responses()
        with pytest.raises(ValueError, match=r"lower the learning rate, which is 1e\+06"):
            train(y, Recipe(optimiser="sgd", learning_rate=1e6, n_epochs=5))

    @pytest.mark.skipif(torch.cuda.is_available(), reason="there is one")
    def test_no_such_device(self):
        with pytest.raises(ValueError, match="'cuda:1': torch finds no CUDA"):
            train(self.responses()[0], Recipe(device="cuda:1"))

    @pytest.mark.parametrize(
        ("changes", "match"),
        [
            ({"n_latent": 0}, "n_latent must be at least 1, got 0"),
            ({"tasks_per_step": 0}, "tasks_per_step"),
            ({"n_epochs": -1}, "n_epochs"),
            ({"optimiser": "lbfgs"}, "'lbfgs'"),
            ({"learning_rate": 0.0}, "learning_rate"),
            ({"configurations_per_step": 1}, "configurations_per_step"),
        ],
    )
    def test_recipes_refuse(self, changes, match):
        with pytest.raises(ValueError, match=match):
            Recipe(**changes)


class TestModel:
    def test_conditions_as_a_gaussian_does(self):
        table = make_table(missing=0.2)
        model = GPLVM(recipe=SHORT).fit(table)
        belief = model.start(NEW)
        told = {2: 0.7, 9: 0.55, 4: 0.61}
        for index, score in told.items():
            belief.tell(index, score)
        k, at = model.kernel_.matrix(), list(told)
        gain = k[:, at] @ np.linalg.inv(k[np.ix_(at, at)])
        y = -np.array(list(told.values()))
        means, stds, lowest = belief.predict()
        assert lowest == -0.7
        np.testing.assert_allclose(means, model.mean_ + gain @ (y - model.mean_[at]), atol=1e-6)
        left = np.setdiff1d(np.arange(12), at)
        variance = np.diag(k - gain @ k[at])
        np.testing.assert_allclose(stds[left] ** 2, variance[left], atol=1e-6)

    def test_begins_with_the_ranks_of_the_nearest_tasks(self):
        table = make_table()
        belief = GPLVM(recipe=SHORT).fit(table).start(NEW)
        near = np.flatnonzero(np.arange(22) % 2 == 1)
        assert belief.design[0] == table.scores[near].mean(axis=0).argmax()

    def test_never_tried_is_expected_to_be_average(self):
        table = make_table()
        scores = table.scores.copy()
        scores[:, 5] = np.nan
        model = GPLVM(recipe=SHORT).fit(replace(table, scores=scores))
        assert model.mean_[5] == pytest.approx(-np.nanmean(scores))

    def test_kernel_of_other_responses(self):
        y = np.random.default_rng(0).standard_normal((20, 6))
        assert GPLVM(recipe=SHORT).fit_kernel(y).latents.shape == (6, 6)

    @pytest.mark.parametrize("changes", [{"n_initial": -1}, {"max_rank": 0}])
    def test_refuses(self, changes):
        with pytest.raises(ValueError, match=next(iter(changes))):
            GPLVM(**changes)


class TestArrays:
    @pytest.fixture(scope="class")
    @staticmethod
    def model():
        return GPLVM(recipe=SHORT, n_initial=2).fit(make_table(missing=0.1))

    def test_come_back_the_same(self, model, tmp_path):
        again = GPLVM.load(model.save(tmp_path / "model.npz"))
        for phi in (NEW, None, NEW.drop("noise")):
            one, two = model.start(phi), again.start(phi)
            assert one.design == two.design
            for belief in (one, two):
                belief.tell(3, 0.8)
            for a, b in zip(one.predict(), two.predict(), strict=True):
                np.testing.assert_array_equal(a, b)

    def test_of_tasks_without_metafeatures(self, tmp_path):
        model = GPLVM(recipe=SHORT).fit(make_table(described=False))
        again = GPLVM.load(model.save(tmp_path / "model.npz"))
        assert again.start(None).design == model.start(None).design

    def test_hold_no_objects(self, model):
        assert all(array.dtype.kind in "fiuU" for array in model.to_arrays().values())

    def test_damage_is_named(self, model):
        arrays = model.to_arrays()
        with pytest.raises(KnowledgeError, match="latents"):
            GPLVM.from_arrays({k: v for k, v in arrays.items() if k != "latents"})
        with pytest.raises(KnowledgeError, match="means of 2 configurations"):
            GPLVM.from_arrays(arrays | {"mean": np.zeros(2)})

    def test_before_fit(self):
        with pytest.raises(NotFittedError):
            GPLVM().to_arrays()

    def test_answers_need_no_torch(self, model, tmp_path):
        path = model.save(tmp_path / "model.npz")
        program = f"""
            import sys

            class NotInstalled:
                def find_spec(self, name, path=None, target=None):
                    if name.partition(".")[0] == "torch":
                        raise ModuleNotFoundError(name, name=name)

            sys.meta_path.insert(0, NotInstalled())
            import pandas as pd
            from warmstart.models.gplvm.gplvm import GPLVM
            from warmstart.recommend.acquisition.next_point import ByAcquisition
            phi = pd.Series({NEW.to_dict()!r})
            state = ByAcquisition(GPLVM.load({str(path)!r}).start(phi))
            for _ in range(6):
                index = state.next()
                state.tell(index, 0.5 + 0.01 * index)
            print(state.next(), len(state.batch(99)))
            try:
                GPLVM().fit_kernel(__import__("numpy").eye(3))
            except ImportError as error:
                print(error)
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        first, second = done.stdout.splitlines()
        assert first.split()[1] == "6"
        assert "warmstart[torch]" in second
