"""Runs as a matrix, all at once and some tasks at a time: the same, and exact.

Also of: metadataset.core.score_matrix, metadataset.storage.runs.deduplicate,
metadataset.storage.runs.run_keys.
"""

import itertools

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core.score_matrix import FAILED, OK, scatter
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.storage import reading as store
from warmstart.metadataset.storage.runs import blocks

RUNS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(0, 2),
        st.one_of(st.none(), st.integers(-5, 5)),
        st.sampled_from([None, 1.0, 3.0]),
    ),
    min_size=1,
    max_size=30,
)


@pytest.mark.parametrize("aggregate", ["mean", "median"])
@settings(deadline=None, max_examples=40)
@given(runs=RUNS)
def test_scatter_equals_pandas(aggregate, runs):
    frame = pd.DataFrame(runs, columns=["task", "config", "score", "budget"], dtype=float)
    matrix = scatter(
        (4, 3),
        (frame.task * 3 + frame.config).to_numpy(np.intp),
        frame.score.to_numpy(copy=True),
        np.where(frame.score.isna(), FAILED, OK).astype(np.uint8),
        frame.score.abs().to_numpy(),
        frame.budget.to_numpy(np.float32),
        aggregate=aggregate,
    )
    full = frame.assign(budget=frame.budget.fillna(np.inf))
    largest = full.groupby(["task", "config"]).budget.transform("max")
    cells = full[full.budget == largest].groupby(["task", "config"]).score
    expected = cells.agg(aggregate).unstack().reindex(index=range(4), columns=range(3))
    np.testing.assert_allclose(matrix.scores, expected, rtol=1e-12)
    tried = cells.size().unstack().reindex(index=range(4), columns=range(3)).notna()
    assert ((matrix.status > 0) == tried.to_numpy()).all()
    assert ((matrix.status == OK) == expected.notna().to_numpy()).all()


def large(folder, *, order, n_tasks=40, metrics=("auc", "loss")):
    """A folder of several row groups; rows by task, or in a random order."""
    rng = np.random.default_rng(0)
    n_rows = 3000
    frame = pd.DataFrame(
        {
            "task_id": [f"t{i:03d}" for i in rng.integers(n_tasks, size=n_rows)],
            "configuration_id": [f"c{i}" for i in rng.integers(12, size=n_rows)],
            "score": rng.normal(size=n_rows).round(2),
            "cost": rng.random(n_rows),
            "depth": 1,
        }
    )
    parts = []
    for number, metric in enumerate(metrics):
        md = MetaDataset.from_evaluations(
            frame.assign(score=frame.score + number),
            configuration="configuration_id",
            parameters=["depth"],
            metric=metric,
            cost_s="cost",
        )
        parts.append(md)
    parts[0].merge(*parts[1:]).save(folder)
    file = folder / "evaluations" / "source=history" / "part-0.parquet"
    rows = pq.read_table(file)
    if order == "task":
        rows = rows.sort_by([("task_id", "ascending")])
    elif order == "metric":
        rows = rows.sort_by([("metric", "ascending"), ("task_id", "ascending")])
    pq.write_table(rows, file, row_group_size=500)
    return frame


@pytest.mark.parametrize(
    ("order", "aggregate"),
    list(itertools.product(["task", "metric", "none"], ["mean", "median"])),
)
def test_in_blocks_equals_at_once(tmp_path, monkeypatch, order, aggregate):
    frame = large(tmp_path / "meta", order=order)
    at_once = MetaDataset.open(tmp_path / "meta")
    expected = at_once.matrix("loss", aggregate=aggregate)
    costs = at_once.costs("loss", aggregate=aggregate)
    monkeypatch.setattr(store, "LARGE", 10)
    held = []
    take = blocks.Held.take

    def counted(self, finished):
        held.append(self._n)
        return take(self, finished)

    monkeypatch.setattr(blocks.Held, "take", counted)
    plan = blocks.BlockPlan
    monkeypatch.setattr(
        store, "BlockPlan", lambda **values: plan(**{**values, "held_rows": 800})
    )
    streamed = MetaDataset.open(tmp_path / "meta")
    found = streamed.matrix("loss", aggregate=aggregate)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-14)
    pd.testing.assert_frame_equal(
        streamed.costs("loss", aggregate=aggregate), costs, rtol=1e-14
    )
    assert (streamed.status("loss") == at_once.status("loss")).all(axis=None)
    exact = frame.groupby(["task_id", "configuration_id"]).score.agg(aggregate).unstack() + 1
    np.testing.assert_allclose(found, exact.reindex_like(found), rtol=1e-12)
    assert len(held) >= 3
    assert max(held) < 2000


class TestPlan:
    def group(self, first, last, n_rows=100):
        return blocks.RowGroup(file=None, number=0, n_rows=n_rows, first=first, last=last)

    def plan(self, groups, n_tasks, held_rows):
        return blocks.BlockPlan(
            groups=groups,
            task_names=[f"{i:02d}" for i in range(n_tasks)],
            columns=(),
            held_rows=held_rows,
        )

    def test_sorted_by_task_is_read_once(self):
        groups = [self.group(i, i + 1) for i in range(20)]
        assert self.plan(groups, 21, 100).ranges() == [(0, 21)]

    def test_scattered_is_read_in_passes(self):
        groups = [self.group(0, 19) for _ in range(10)]
        ranges = self.plan(groups, 20, 300).ranges()
        assert len(ranges) == 3
        assert (ranges[0][0], ranges[-1][1]) == (0, 20)

    def test_a_task_of_too_many_rows_is_held_whole(self):
        groups = [self.group(0, 1) for _ in range(10)]
        assert self.plan(groups, 2, 10).ranges() == [(0, 1), (1, 2)]


def test_unknown_aggregate():
    md = MetaDataset.from_matrix(pd.DataFrame([[1.0]]))
    with pytest.raises(MetaDatasetError, match="got 'max'"):
        md.matrix(aggregate="max")
    assert md.table(aggregate="median").scores[0, 0] == 1.0
