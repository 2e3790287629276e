"""What tables agree on and how they differ, against the formulas with plain loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.errors import ArgumentError, KnowledgeError
from warmstart.models.gaussian.shared_gp import SharedKernel
from warmstart.models.surfaces.box import FLOOR, Axis, Box
from warmstart.models.surfaces.sources import MOST_RESULTS, Sources, Surface, most_telling

AXES = (
    Axis(name="a", low=0, high=1, default=0, log=False),
    Axis(name="b", low=0, high=1, default=0, log=False),
)
KERNEL = SharedKernel(np.array([0.5, 0.7]), 0.02)


def tables(n: int = 4, n_points: int = 20) -> list[Surface]:
    rng = np.random.default_rng(1)
    made = []
    for k in range(n):
        points = rng.random((n_points + k, 2))
        scores = 0.7 + 0.1 * k - 0.2 * (points[:, 0] - 0.3 - 0.1 * k) ** 2
        made.append(Surface(name=f"t{k}", points=points, scores=scores))
    return made


@pytest.mark.parametrize("floor", [FLOOR, 0.5])
def test_mean_and_loadings_are_those_of_the_tables_own_processes(floor):
    made, at = tables(), np.random.default_rng(2).random((300, 2))
    box = Box(learner="made up", axes=AXES, floor=floor)
    mean, loadings = Sources.fit(made, kernel=KERNEL, box=box).expect(at)
    each = []
    for one in made:
        w = np.maximum(one.scores, np.quantile(one.scores, floor))
        z = (w - w.mean()) / w.std()
        inverse = np.linalg.inv(
            KERNEL.between(one.points, one.points) + KERNEL.noise * np.eye(len(z))
        )
        level = inverse.sum(axis=0) @ z / inverse.sum()
        each.append(level + KERNEL.between(at, one.points) @ inverse @ (z - level))
    g = np.array(each)
    np.testing.assert_allclose(mean, g.mean(axis=0), atol=1e-8)
    np.testing.assert_allclose(loadings @ loadings.T, np.cov(g.T, bias=True), atol=1e-8)


def test_lengthscales_are_learnt_where_none_are_given():
    rng = np.random.default_rng(3)
    made = []
    for k in range(12):
        points = rng.random((40, 2))
        made.append(Surface(name=str(k), points=points, scores=np.sin(6 * points[:, 0])))
    kernel = Sources.fit(made).kernel
    assert kernel.lengthscales[0] < 0.5 * kernel.lengthscales[1]


def test_a_table_on_which_everything_does_the_same_is_left_out():
    flat = Surface(
        name="flat", points=np.random.default_rng(0).random((5, 2)), scores=np.ones(5)
    )
    assert Sources.fit([*tables(2), flat], kernel=KERNEL).names == ("t0", "t1")
    with pytest.raises(KnowledgeError, match="none of 1 tables"):
        Sources.fit([flat])


def test_bad_surfaces_are_refused():
    with pytest.raises(ArgumentError, match=r"floor of made up must be in \[0, 1\), got 1.2"):
        Box(learner="made up", axes=AXES, floor=1.2)
    with pytest.raises(ArgumentError, match="one score a row"):
        Surface(name="x", points=np.zeros((3, 2)), scores=np.zeros(2))
    with pytest.raises(ArgumentError, match="x: points and scores must be finite"):
        Surface(name="x", points=np.zeros((2, 2)), scores=np.array([1.0, np.nan]))


@given(st.integers(1, 400), st.integers(0, 5))
def test_the_most_telling_results_are_few_and_the_best_among_them(n, seed):
    scores = np.random.default_rng(seed).standard_normal(n)
    rows = most_telling(scores, np.arange(n))
    assert len(rows) == len(set(rows.tolist())) == min(n, MOST_RESULTS)
    best = np.argsort(-scores)[: min(n, MOST_RESULTS // 2)]
    assert set(best.tolist()) <= set(rows.tolist())
