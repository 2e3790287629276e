"""What few tasks say of a new one: trust in their mean, spread between tasks, heavy tails."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import lognorm, norm

from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.pmf import task_spread
from warmstart.models.pmf.pmf import PMF
from warmstart.models.pmf.task_spread import Agreement, Components, Width

RNG = np.random.default_rng(0)


class TestAgreement:
    def test_of_one_task_only_the_prior_is_known(self):
        one = Agreement.of(RNG.standard_normal(30), 1.0, 1, 1)
        assert one.trust == pytest.approx(0.4)
        assert one.seen == 0
        # Total variance of a standardised response: that of what is expected, and the rest.
        assert one.trust**2 + one.unseen == pytest.approx(1.0)

    def test_many_tasks_speak_for_themselves(self):
        z = RNG.standard_normal(40) * 0.8 + 0.6 * RNG.standard_normal((500, 40))
        many = Agreement.of(z.mean(axis=0), float((z**2).mean()), 500, 500)
        assert many.trust == pytest.approx(1.0, abs=0.01)
        assert many.seen == pytest.approx(1.0, abs=0.01)
        assert many.unseen < 0.01

    @given(st.integers(2, 40), st.integers(0, 2**32 - 1))
    @settings(max_examples=40, deadline=None)
    def test_laws(self, n, seed):
        z = np.random.default_rng(seed).standard_normal((n, 12))
        found = Agreement.of(z.mean(axis=0), float((z**2).mean()), n, n)
        assert 0 < found.trust <= 1
        assert found.seen > 0
        assert found.unseen > 0

    def test_tasks_of_one_family_say_as_much_as_one(self):
        z = RNG.standard_normal(30) + 0.01 * RNG.standard_normal((25, 30))
        twins = Agreement.of(z.mean(axis=0), float((z**2).mean()), 25, 1)
        assert twins.trust == pytest.approx(0.4)
        assert twins.seen == 0


class TestWidth:
    @pytest.mark.parametrize(("seen", "evidence"), [(0.0, 0.0), (0.2, 3.0), (1.5, 30.0)])
    def test_against_quadrature(self, seen, evidence):
        def density(std):
            prior = lognorm(task_spread.UNSURE, scale=0.5).pdf(std)
            squares = (evidence + 1) * seen if evidence else 0.0
            return prior * std**-evidence * np.exp(-0.5 * squares / std**2)

        whole = quad(density, 1e-3, 30, points=(0.3, 1, 3), limit=300)[0]
        width = Width.of(0.5, seen, evidence)
        for at in (0.05, 0.5, 0.9):
            [value] = width.predictive(np.array([at]))
            below = quad(
                lambda std, value=value: density(std) * norm.cdf(value / std),
                1e-3,
                30,
                points=(0.3, 1, 3),
                limit=300,
            )[0]
            assert below / whole == pytest.approx(at, abs=2e-3)

    def test_evidence_narrows(self):
        few, many = Width.of(0.5, 0.04, 2.0), Width.of(0.5, 0.04, 200.0)
        at = np.array([0.05, 0.95])
        assert np.ptp(many.predictive(at)) < np.ptp(few.predictive(at))
        assert many.quantiles(np.array([0.5]))[0] == pytest.approx(0.2, rel=0.05)


class TestComponents:
    def test_many_tasks_give_their_own_quantiles(self):
        logs = RNG.standard_normal(2000)
        levels = -0.5 * logs + 0.3 * RNG.standard_normal(2000)
        found = Components.of(np.exp(logs), levels, 6, 2000)
        at = (np.arange(6) + 0.5) / 6
        np.testing.assert_allclose(np.log(found.scales), np.quantile(logs, at), atol=0.03)
        np.testing.assert_allclose(
            found.levels[1:-1], -0.5 * np.log(found.scales)[1:-1], atol=0.1
        )
        np.testing.assert_allclose(found.tails, 1.0, atol=0.05)

    def test_one_task_is_no_law(self):
        found = Components.of(np.array([0.3]), np.array([-1.2]), 6, 1)
        assert np.ptp(np.log(found.scales)) > 0.5
        assert (found.level_stds > 0.3).all()
        assert found.tails[0] < 1 < found.tails[-1]
        assert np.median(found.levels) == pytest.approx(-1.2, abs=0.05)

    @pytest.mark.parametrize("n", [1, 2, 5, 12])
    def test_where_scores_have_no_bound_units_do_not_matter(self, n):
        rng = np.random.default_rng(n)
        scales, levels = np.exp(rng.standard_normal(n)), 3 * rng.standard_normal(n)
        one = Components.of(scales, levels, 6, n, bounded=False)
        large = Components.of(50 * scales, 50 * levels, 6, n, bounded=False)
        for name in ("scales", "levels", "level_stds"):
            np.testing.assert_allclose(getattr(large, name), 50 * getattr(one, name), rtol=1e-9)
        np.testing.assert_allclose(large.tails, one.tails)


def studies(rng, n):
    """Tasks of unlike difficulty that agree somewhat on 25 configurations."""
    shared = rng.standard_normal(25)
    own = rng.standard_normal((n, 25))
    level = rng.uniform(-2.0, -1.2) + rng.uniform(0.3, 0.9) * rng.standard_normal((n, 1))
    scale = np.exp(-1.5 + 0.5 * rng.standard_normal((n, 1)))
    return np.clip(1 - np.exp(level + scale * (0.65 * shared + 0.75 * own)), 0, 1)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 10, 20])
def test_intervals_hold_whatever_number_of_tasks_is_known(n):
    """A small version of benchmarks/few_tasks.py."""
    held = []
    for seed in range(24):
        scores = studies(np.random.default_rng([7, n, seed]), n + 8)
        md = MetaDataset.from_matrix(pd.DataFrame(scores[:n]))
        low, high = PMF().fit(md.table()).start().score_quantiles((0.05, 0.95))
        held.append(((low <= scores[n:]) & (scores[n:] <= high)).mean())
    assert 0.8 < np.mean(held) < 0.985


@pytest.mark.parametrize("n", [1, 3, 10])
def test_nor_are_they_too_wide_for_scores_without_bounds(n):
    held = []
    for seed in range(16):
        rng = np.random.default_rng([8, n, seed])
        level = rng.lognormal(0.0, 0.7) * rng.standard_normal((n + 8, 1))
        scores = 500 + 80 * (level + rng.standard_normal((n + 8, 20)))
        md = MetaDataset.from_matrix(pd.DataFrame(scores[:n]))
        low, high = PMF().fit(md.table()).start().score_quantiles((0.05, 0.95))
        held.append(((low <= scores[n:]) & (scores[n:] <= high)).mean())
    assert 0.8 < np.mean(held) < 0.985
