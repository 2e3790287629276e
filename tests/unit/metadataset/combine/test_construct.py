"""Columns made of similar configurations, and what they say of themselves."""

import numpy as np
import pandas as pd
import pytest
from tests.extra_data import FOLDER, needs

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.combine.clusters import QuantileBins
from warmstart.metadataset.metadataset import MetaDataset


def unshared(n_tasks=6, n_runs=40, **more):
    """Every run has its own configuration; the score depends on x, a little on the rest."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "task_id": np.repeat([f"t{i}" for i in range(n_tasks)], n_runs),
            "x": rng.uniform(size=n_tasks * n_runs),
            "kind": rng.choice(["a", "b"], size=n_tasks * n_runs),
            "seconds": 2.0,
        }
    )
    frame["score"] = frame.x + rng.normal(scale=0.05, size=len(frame))
    return frame, MetaDataset.from_evaluations(
        frame, parameters=["x", "kind"], cost_s="seconds", **more
    )


class TestBins:
    def test_equals_pandas(self):
        frame, md = unshared()
        cells = md.construct("bins", n=2)
        half = frame.x >= frame.x.quantile(0.5)
        expected = frame.groupby([frame.task_id, half, frame.kind]).score
        assert cells.matrix().shape == (6, 4)
        ours = np.sort(cells.matrix().to_numpy(), axis=None)
        np.testing.assert_allclose(ours, np.sort(expected.mean().to_numpy()))
        ours = np.sort(cells.score_std().to_numpy(), axis=None)
        np.testing.assert_allclose(ours, np.sort(expected.std().to_numpy()))
        assert (cells.costs() == 2.0).all(axis=None)

    def test_says_that_it_is_constructed(self, tmp_path):
        frame, md = unshared()
        said = md.construct("bins", n=4).info["constructed"]
        assert (said["method"], said["columns"], said["configurations"]) == ("bins", 8, 240)
        assert 0.9 < said["filled"] <= 1
        # Uniform in a quarter of the range: a sixteenth of the variance, and the noise.
        assert 1 / 16 < said["within_cell_variance"] < 0.15
        cells = md.construct("bins", n=4)
        cells.save(tmp_path / "meta")
        opened = MetaDataset.open(tmp_path / "meta", verify=True)
        assert opened.info["constructed"] == said
        pd.testing.assert_frame_equal(opened.score_std(), cells.score_std())
        rows = next(opened.runs())
        assert sum(rows["n_folds"].to_pylist()) == len(frame)
        assert set(rows["sampler"].to_pylist()) == {"constructed: bins"}

    def test_inactive_is_a_bin_of_its_own(self):
        points = [{"x": 1}, {"x": 2}, {}, {"x": 2}]
        cells = QuantileBins(points, 2)(points)
        assert len(set(cells[[0, 1, 2]])) == 3
        assert cells[1] == cells[3]


class TestMedoids:
    def test_columns_are_configurations_that_were_run(self):
        _, md = unshared()
        cells = md.construct("medoids", n=10, random_state=3)
        assert cells.configuration_ids.str.startswith("medoids-10:").all()
        for name in cells.configuration_ids:
            assert cells.configuration(name) == md.configuration(name.partition(":")[2])
        assert cells.info["constructed"]["within_cell_variance"] < 0.15

    def test_the_same_seed_the_same_cells(self):
        _, md = unshared()
        one, two = (md.construct("medoids", n=7, random_state=s) for s in (0, 0))
        pd.testing.assert_frame_equal(one.matrix(), two.matrix())

    def test_more_medoids_keep_more(self):
        _, md = unshared()
        shares = [
            md.construct("medoids", n=n).info["constructed"]["within_cell_variance"]
            for n in (2, 8, 32)
        ]
        assert shares == sorted(shares, reverse=True)

    def test_every_configuration_its_own_medoid(self):
        _, md = unshared(n_tasks=2, n_runs=5)
        cells = md.construct("medoids", n=10)
        assert cells.matrix().count().tolist() == [1] * 10
        assert cells.score_std().isna().all(axis=None)


def test_tasks_families_and_failures_stay():
    frame, _ = unshared()
    frame.loc[frame.x < 0.5, "score"] = np.nan
    md = MetaDataset.from_evaluations(
        frame, parameters=["x", "kind"], families={"t0": "f", "t1": "f"}
    ).select(["t1", "t0", "t4"])
    cells = md.construct("bins", n=2)
    assert cells.tasks.index.tolist() == ["t1", "t0", "t4"]
    assert cells.families.tolist() == ["f", "f", "t4"]
    assert set(cells.status().to_numpy().ravel()) == {"ok", "failed"}


@pytest.mark.parametrize(
    ("method", "n", "match"),
    [("grid", 2, "got 'grid'"), ("bins", 1, "got 1"), ("medoids", 999, "only 240")],
)
def test_refusals(method, n, match):
    _, md = unshared()
    with pytest.raises(MetaDatasetError, match=match):
        md.construct(method, n=n)


def test_configurations_without_values():
    md = MetaDataset.from_matrix(pd.DataFrame([[1.0, 2.0]]))
    with pytest.raises(MetaDatasetError, match="no values"):
        md.construct("bins")


@needs("openml_pimp")
def test_real_runs():
    """Bins of the random forests of openml_pimp: columns, density and share lost."""
    frame = pd.read_parquet(FOLDER / "openml_pimp" / "random_forest.parquet")
    frame = frame[frame.openml_task_id.isin(frame.openml_task_id.unique()[:8])]
    parameters = [name for name in frame.columns if "__" in name]
    md = MetaDataset.from_evaluations(
        frame, task="openml_task_id", score="predictive_accuracy", parameters=parameters
    )
    said = md.construct("bins", n=2).info["constructed"]
    assert said["columns"] == 96
    assert said["filled"] > 0.95
    assert 0.05 < said["within_cell_variance"] < 0.6
