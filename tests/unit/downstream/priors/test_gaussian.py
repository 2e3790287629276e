"""Priors for NePS and CMA-ES.

Also of: downstream.priors.neps, downstream.priors.positions.
"""

import cmaes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from tests.unit.recommend.answer.test_ranges import suggestions

from warmstart.downstream.priors.gaussian import gaussian_prior
from warmstart.downstream.priors.neps import neps_priors
from warmstart.errors import SpaceMismatchError

SPACE = {
    "rate": FloatDistribution(1e-3, 1.0, log=True),
    "depth": IntDistribution(0, 10),
    "kind": CategoricalDistribution(["a", "b"]),
}
ROWS = [
    {"gbm:rate": 0.01, "gbm:depth": 4, "kind": "a"},
    {"gbm:rate": 0.1, "gbm:depth": 6, "kind": "b"},
    {"gbm:rate": 0.02, "gbm:depth": 99, "kind": "a"},
]


@given(st.integers(0, 10**6))
def test_is_the_promising_distribution_where_all_weigh_the_same(seed):
    """Against cmaes' own, which takes the top share of results as equals."""
    rng = np.random.default_rng(seed)
    points = rng.random((20, 3))
    names = list("xyz")
    rows = [dict(zip(names, point.tolist(), strict=True)) for point in points]
    space = {name: FloatDistribution(0.0, 1.0) for name in names}
    prior = gaussian_prior(suggestions(rows, [0.5] * 20), space, alpha=0.1)
    mean, sigma, cov = cmaes.get_warm_start_mgd(
        [(point, 0.0) for point in points], gamma=1.0, alpha=0.1
    )
    np.testing.assert_allclose(prior.mean, mean)
    np.testing.assert_allclose(prior.sigma**2 * prior.cov, sigma**2 * cov, atol=1e-10)
    assert np.linalg.det(prior.cov) == pytest.approx(1.0)


def test_positions_scales_and_what_is_left_out():
    prior = gaussian_prior(suggestions(ROWS, [0.9, 0.1, 0.1]), SPACE)
    assert prior.names == ("rate", "depth")
    assert prior.left_out == ("kind",)
    assert prior.mean == pytest.approx([1 / 3, 0.4])  # the best outweighs the others
    assert prior.values(prior.mean) == pytest.approx({"rate": 0.01, "depth": 4.0})
    assert prior.values([0.0, 1.0]) == {"rate": 1e-3, "depth": 10.0}


def test_starts_cma_es_where_it_says():
    prior = gaussian_prior(suggestions(ROWS), SPACE, alpha=0.02)
    optimizer = prior.cma(seed=0, population_size=200)
    asked = np.array([optimizer.ask() for _ in range(200)])
    assert asked.mean(axis=0) == pytest.approx(prior.mean, abs=0.1)
    assert ((asked >= 0) & (asked <= 1)).all()


def test_a_configuration_without_a_parameter_says_nothing_of_it():
    prior = gaussian_prior(suggestions([{"rate": 1.0}, {"depth": 10}], [0.5, 0.5]), SPACE)
    assert prior.mean == pytest.approx([0.75, 0.75])


def test_neps_takes_the_best_and_how_sure():
    priors = neps_priors(suggestions(ROWS, [0.9, 0.1, 0.1]), SPACE)
    assert priors == {
        "rate": {"prior": pytest.approx(0.01), "prior_confidence": "high"},
        "depth": {"prior": 4, "prior_confidence": "high"},
        "kind": {"prior": "a", "prior_confidence": "high"},
    }
    assert isinstance(priors["depth"]["prior"], int)
    apart = neps_priors(
        suggestions([{"rate": 1e-3, "kind": "a"}, {"rate": 1.0, "kind": "b"}], [0.5, 0.5]),
        SPACE,
    )
    assert {p["prior_confidence"] for p in apart.values()} == {"low"}
    near = neps_priors(suggestions([{"depth": 1}, {"depth": 4}], [0.5, 0.5]), SPACE)
    assert near["depth"]["prior_confidence"] == "medium"


def test_neps_gets_no_illegal_value():
    priors = neps_priors(suggestions([{"kind": "c", "depth": 40}]), SPACE)
    assert priors == {"depth": {"prior": 10, "prior_confidence": "high"}}


def test_the_narrowed_ranges_are_a_space_too():
    s = suggestions(ROWS)
    prior = gaussian_prior(s, s.ranges(1.0))
    assert prior.names == ("gbm:rate", "gbm:depth")
    assert 0 < prior.sigma < 1


@pytest.mark.parametrize(
    ("space", "options", "error", "words"),
    [
        ({"lr": SPACE["rate"]}, {}, SpaceMismatchError, r"any of \['lr'\]"),
        ({"kind": SPACE["kind"]}, {}, SpaceMismatchError, "is a number in any"),
        (SPACE, {"alpha": 0}, ValueError, "alpha must be positive, got 0"),
        (SPACE, {"mapping": {"lr": "rat"}}, SpaceMismatchError, "'lr' with 'rat'"),
    ],
)
def test_bad_spaces(space, options, error, words):
    with pytest.raises(error, match=words):
        gaussian_prior(suggestions(ROWS), space, **options)


def test_names_are_mapped():
    prior = gaussian_prior(suggestions(ROWS), {"lr": SPACE["rate"]}, mapping={"lr": "gbm:rate"})
    assert prior.names == ("lr",)
