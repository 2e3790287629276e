"""Cells learnt from a sample and given out block by block, against all at once."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import pairwise_distances_argmin

from warmstart.metadataset.combine import clusters as cells
from warmstart.metadataset.combine import construct as constructed
from warmstart.metadataset.combine.clusters import Axes, QuantileBins, given_out, sampled
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.spaces.encoding import ConfigurationEncoder


def points(n=200, seed=0):
    """Configurations of a number that is not always active and a choice."""
    rng = np.random.default_rng(seed)
    return [
        {"kind": str(rng.choice(["a", "b", "c"])), "z": int(rng.integers(5))}
        | ({"x": float(rng.uniform())} if rng.random() < 0.8 else {})
        for _ in range(n)
    ]


def blocks_of(known, size):
    return lambda: (known[begin : begin + size] for begin in range(0, len(known), size))


class TestBins:
    @pytest.mark.parametrize("size", [7, 64, 200])
    def test_equals_pandas_in_blocks_of_any_size(self, size):
        known = points()
        bins = QuantileBins(known, 3)
        found = np.concatenate([bins(block) for block in blocks_of(known, size)()])
        frame = pd.DataFrame(known)
        keys = pd.DataFrame({"kind": pd.factorize(frame.kind, sort=True)[0]})
        for name in ("x", "z"):
            cuts = np.unique(frame[name].dropna().quantile([1 / 3, 2 / 3]))
            place = 1 + sum((frame[name] >= cut).astype(int) for cut in cuts)
            keys[name] = place.where(frame[name].notna(), 0)
        expected = keys.groupby(["kind", "x", "z"]).ngroup()
        assert bins.in_order()[found].tolist() == expected.tolist()

    def test_what_the_sample_has_not(self):
        bins = QuantileBins([{"x": 1.0, "k": "a"}, {"x": 2.0, "k": "b"}], 2)
        found = bins([{"x": "many", "k": "a"}, {"k": "a"}, {"x": 9, "k": "new", "other": 1}])
        assert found.tolist() == [0, 0, 1]

    def test_a_value_of_none_is_a_choice(self):
        bins = QuantileBins([{"x": None}, {"x": None}], 2)
        assert bins([{"x": None}, {}]).tolist() == [0, 0]


class TestGivenOut:
    @pytest.mark.parametrize("size", [1, 13, 200])
    def test_equals_all_at_once(self, size):
        known = points()
        axes = Axes(ConfigurationEncoder.fit(known, activity=True))
        positions = axes(known)
        middles = positions[[3, 50, 120]]
        found, centres = given_out(
            blocks_of(known, size), axes, lambda _, at: pairwise_distances_argmin(at, middles)
        )
        expected = pairwise_distances_argmin(positions, middles)
        assert found.tolist() == expected.tolist()
        for cell, centre in enumerate(centres):
            members = np.flatnonzero(expected == cell)
            mean = positions[members].mean(axis=0)
            distances = ((positions[members] - mean) ** 2).sum(axis=1)
            nearest = members[distances <= distances.min() + 1e-12]
            assert centre in nearest

    def test_a_cell_without_members(self):
        known = points(10)
        axes = Axes(ConfigurationEncoder.fit(known))
        _, centres = given_out(blocks_of(known, 4), axes, lambda some, _: np.full(len(some), 2))
        assert (centres[:2] == -1).all()
        assert centres[2] >= 0


def test_the_sample_is_all_or_drawn_by_the_seed(monkeypatch):
    assert sampled(5, 0).tolist() == [0, 1, 2, 3, 4]
    monkeypatch.setattr(cells, "SAMPLE", 100)
    drawn = sampled(1_000, 3)
    assert len(set(drawn)) == 100
    assert (np.diff(drawn) > 0).all()
    assert drawn.tolist() == sampled(1_000, 3).tolist() != sampled(1_000, 4).tolist()


@pytest.mark.parametrize("method", ["medoids", "bins"])
@pytest.mark.parametrize("from_disk", [False, True])
def test_blocks_change_nothing_and_a_sample_little(tmp_path, monkeypatch, method, from_disk):
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(points(600)).assign(
        task=np.arange(600) % 4, score=rng.normal(size=600)
    )
    frame["score"] += frame.z
    md = MetaDataset.from_evaluations(frame, task="task", parameters=["kind", "x", "z"])
    if from_disk:
        md = MetaDataset.open(md.save(tmp_path / "meta"))
    whole = md.construct(method, n=5)
    monkeypatch.setattr(constructed, "BLOCK", 50)
    small = md.construct(method, n=5)
    pd.testing.assert_frame_equal(whole.matrix(), small.matrix())
    pd.testing.assert_frame_equal(whole.configurations, small.configurations)
    monkeypatch.setattr(cells, "SAMPLE", 300)
    some = md.construct(method, n=5)
    said, expected = (one.info["constructed"] for one in (some, whole))
    assert said["configurations"] == len(md.configuration_ids)
    # Quantiles of a few integers may fall on one value more or less.
    assert abs(said["columns"] - expected["columns"]) <= expected["columns"] // 3
    assert abs(said["within_cell_variance"] - expected["within_cell_variance"]) < 0.3
    runs = next(some.runs())
    assert sum(runs["n_folds"].to_pylist()) == len(frame)
