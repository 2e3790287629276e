"""Large pools of one's own: placed once and in blocks, the same answer as small ones get.

Also of: recommend.acquisition.first_batch, recommend.candidates.pool.
"""

import numpy as np
import pandas as pd
import pytest

import warmstart
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.completion import fold_in
from warmstart.models.completion.fold_in import FoldIn
from warmstart.recommend.acquisition import first_batch
from warmstart.recommend.base import fitted as base
from warmstart.recommend.belief import prior
from warmstart.recommend.methods import METHODS

GRID = np.linspace(0, 1, 12)


@pytest.fixture
def recommender():
    best = np.random.default_rng(0).uniform(0.6, 0.9, size=(20, 1))
    names = [f"c{k:02d}" for k in range(len(GRID))]
    md = MetaDataset.from_matrix(
        pd.DataFrame(0.9 - 0.6 * np.abs(GRID - best), columns=names),
        configurations=pd.DataFrame({"x": GRID}, index=names),
    )
    return warmstart.Recommender().fit(md)


@pytest.fixture
def pool():
    return pd.DataFrame({"x": np.random.default_rng(1).uniform(size=60)})


def test_blocks_change_nothing(monkeypatch):
    known = [{"x": float(x)} for x in GRID]
    new = [{"x": float(x)} for x in np.random.default_rng(2).uniform(size=10)]
    placed = FoldIn.fit(known)
    whole = placed.weights(new)
    monkeypatch.setattr(fold_in, "_BLOCK", 3)
    for one, other in zip(placed.weights(new), whole, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_a_pool_taken_for_large_is_asked_alike(recommender, pool, monkeypatch):
    small = recommender.search(candidates=pool)
    for module, name, value in (
        (fold_in, "_BLOCK", 16),
        (prior, "_MANY", 16),
        (first_batch, "_WIDE", 30),
        (base, "_LARGE", 16),
    ):
        monkeypatch.setattr(module, name, value)
    large = recommender.search(candidates=pool)
    for _ in range(3):
        expected, one = small.ask(), large.ask()
        assert abs(one.configuration["x"] - expected.configuration["x"]) < 0.1
        score = 0.9 - abs(one.configuration["x"] - 0.7)
        small.tell(expected, 0.9 - abs(expected.configuration["x"] - 0.7))
        large.tell(one, score)


def test_it_is_placed_once(recommender, pool, monkeypatch):
    monkeypatch.setattr(base, "_LARGE", 16)
    placed = []
    weights = FoldIn.weights

    def counted(self, configurations):
        placed.append(len(configurations))
        return weights(self, configurations)

    monkeypatch.setattr(FoldIn, "weights", counted)
    search = recommender.search(candidates=pool)
    search.tell(search.ask(), 0.8)
    search.ask()
    assert placed == [60]


@pytest.mark.parametrize("method", ["evolution", "evolution_strategy"])
def test_evolution_begins_with_what_is_known_of_the_pool(method):
    """Those outside the pool leave no gaps that chance fills."""
    rng = np.random.default_rng(0)
    x = np.linspace(0, 1, 120)
    scores = 0.9 - np.abs(x - rng.uniform(0.6, 0.9, size=(12, 1)))
    names = [f"c{k:03d}" for k in range(len(x))]
    md = MetaDataset.from_matrix(
        pd.DataFrame(scores, columns=names),
        configurations=pd.DataFrame({"x": x}, index=names),
    )
    own = pd.DataFrame({"x": [*x[:6], *rng.uniform(size=40)]})
    search = warmstart.Recommender(model=METHODS[method]()).fit(md).search(candidates=own)
    asked = []
    for _ in range(6):
        suggestion = search.ask()
        asked.append(suggestion.configuration["x"])
        search.tell(suggestion, asked[-1])
    assert asked == sorted(x[:6], reverse=True)


def test_evolution_over_a_pool_nobody_tried_begins_near_what_was_good():
    """The nearest of the pool stand for the base's configurations of the same learner."""
    rng = np.random.default_rng(0)
    x = np.linspace(0, 1, 40)
    best = rng.uniform(0.6, 0.9, size=(12, 1))
    trees = pd.DataFrame({"learner": "tree", "tree:x": x})
    lines = pd.DataFrame({"learner": "line", "line:z": x})
    base = pd.concat([trees, lines], ignore_index=True)
    base.index = [f"c{k:02d}" for k in range(80)]
    scores = np.hstack([0.9 - np.abs(x - best), np.full((12, 40), 0.95) - x])
    md = MetaDataset.from_matrix(pd.DataFrame(scores, columns=base.index), configurations=base)
    own = pd.DataFrame({"learner": "tree", "tree:x": rng.uniform(size=60)})
    search = warmstart.Recommender(model=METHODS["evolution"]()).fit(md).search(candidates=own)
    asked = []
    for _ in range(4):
        suggestion = search.ask()
        asked.append(suggestion.configuration["tree:x"])
        search.tell(suggestion, 0.5)
    assert len(set(asked)) == 4
    assert all(0.5 < one < 1 for one in asked)
