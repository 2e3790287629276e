"""The folder: what was saved opens again, and damage is told.

Also of: metadataset.damage.
"""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core import schema
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.storage import reading as store


@pytest.fixture
def md():
    scores = pd.DataFrame(
        [[0.9, 0.8, np.nan], [0.5, 0.7, 0.6]],
        index=pd.Index([31, 7], name="dataset"),
        columns=["a", "b", "c"],
    )
    return MetaDataset.from_matrix(
        scores,
        costs=scores * 2,
        metafeatures=pd.DataFrame({"rows": [5.0]}, index=[7]),
        configurations={"a": {"depth": 3, "rate": 0.5}, "b": {"flag": True, "kind": "x"}},
        families={7: 31},
        metric="accuracy",
    )


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


class TestRoundTrip:
    def test_all_parts(self, md, tmp_path):
        md.save(tmp_path / "meta")
        opened = MetaDataset.open(tmp_path / "meta", verify=True)
        pd.testing.assert_frame_equal(opened.matrix(), md.matrix())
        pd.testing.assert_frame_equal(opened.costs("accuracy"), md.costs())
        pd.testing.assert_frame_equal(opened.status(), md.status(), check_dtype=False)
        pd.testing.assert_frame_equal(opened.metafeatures, md.metafeatures, check_names=False)
        assert opened.families.tolist() == [31, 31]
        assert opened.metrics == ("accuracy",)
        assert opened.configuration("a") == {"depth": 3, "rate": 0.5}
        assert opened.configuration("b") == {"flag": True, "kind": "x"}
        assert opened.configurations.loc["b", "kind"] == "x"

    def test_same_input_same_bytes(self, md, tmp_path):
        md.save(tmp_path / "one")
        MetaDataset.open(tmp_path / "one").save(tmp_path / "two")
        assert contents(tmp_path / "one") == contents(tmp_path / "two")

    def test_save_over_itself(self, md, tmp_path):
        md.save(tmp_path / "meta")
        MetaDataset.open(tmp_path / "meta").drop(tasks=[7]).save(tmp_path / "meta")
        opened = MetaDataset.open(tmp_path / "meta", verify=True)
        assert opened.tasks.index.tolist() == [31]
        assert [p.name for p in tmp_path.iterdir()] == ["meta"]

    def test_history_keeps_its_runs(self, tmp_path):
        frame = pd.DataFrame({"task_id": ["x", "x", "y"], "score": [1, 2, 3], "p": [1, 1, 5]})
        md = MetaDataset.from_evaluations(frame, parameters=["p"])
        md.save(tmp_path / "meta")
        opened = MetaDataset.open(tmp_path / "meta")
        pd.testing.assert_frame_equal(opened.matrix(), md.matrix(), check_names=False)
        assert (
            json.loads((tmp_path / "meta/manifest.json").read_text())["counts"]["evaluations"]
            == 3
        )
        assert opened.spaces.tolist() == ["history", "history"]

    def test_labels_of_other_types_are_refused(self, tmp_path):
        md = MetaDataset.from_matrix(pd.DataFrame([[1.0]], index=[2.5]))
        with pytest.raises(MetaDatasetError, match=r"task ids .* 2\.5"):
            md.save(tmp_path / "meta")
        assert not list(tmp_path.iterdir())


class TestDamage:
    def test_no_meta_dataset(self, tmp_path):
        with pytest.raises(MetaDatasetError, match="holds no meta-dataset"):
            MetaDataset.open(tmp_path)

    def test_other_schema_version(self, md, tmp_path):
        folder = md.save(tmp_path / "meta")
        manifest = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps({**manifest, "schema_version": 99}))
        with pytest.raises(MetaDatasetError, match="schema version 99"):
            MetaDataset.open(folder)

    def test_broken_manifest(self, md, tmp_path):
        folder = md.save(tmp_path / "meta")
        (folder / "manifest.json").write_text("{")
        with pytest.raises(MetaDatasetError, match="damaged"):
            MetaDataset.open(folder)

    @pytest.mark.parametrize("change", [lambda p: p.write_bytes(b"x"), lambda p: p.unlink()])
    def test_digests(self, md, tmp_path, change):
        folder = md.save(tmp_path / "meta")
        change(folder / "tasks.parquet")
        with pytest.raises(MetaDatasetError, match=r"'tasks\.parquet'"):
            MetaDataset.open(folder, verify=True)
        with pytest.raises(MetaDatasetError, match=r"tasks\.parquet is missing or damaged"):
            MetaDataset.open(folder)

    def test_never_overwrites_something_else(self, md, tmp_path):
        (tmp_path / "notes.txt").write_text("mine")
        with pytest.raises(MetaDatasetError, match="something other"):
            md.save(tmp_path)
        assert (tmp_path / "notes.txt").read_text() == "mine"

    def test_evaluation_of_an_unknown_task(self, md, tmp_path):
        folder = md.save(tmp_path / "meta")
        tasks = pq.read_table(folder / "tasks.parquet")
        pq.write_table(tasks.slice(0, 1), folder / "tasks.parquet")
        with pytest.raises(MetaDatasetError, match="'7'"):
            MetaDataset.open(folder).matrix()


def test_several_metrics_budgets_and_statuses(tmp_path):
    """A folder as a build writes it: long rows, one a metric, failures with a status."""
    folder = tmp_path / "meta"
    (folder / "evaluations" / "source=local").mkdir(parents=True)
    tasks = pa.table(
        {
            "task_id": ["t1", "t2"],
            "name": ["one", "two"],
            "family": ["t1", "t2"],
            "task_type": ["binary", "regression"],
            "metric_default": ["auc", "r2"],
            **{
                name: pa.nulls(2, schema.TASKS.field(name).type)
                for name in schema.TASKS.names[5:]
            },
        },
        schema.TASKS,
    )
    pq.write_table(tasks, folder / "tasks.parquet")
    configurations = {
        "configuration_id": ["a", "b"],
        "space": ["tabular"] * 2,
        "learner": ["forest", "knn"],
        "values": ['{"depth":3}', "{}"],
    }
    pq.write_table(
        pa.table(configurations, schema.CONFIGURATIONS), folder / "configurations.parquet"
    )
    rows = [
        ("t1", "a", "auc", 0.5, "ok", 10.0, "r0"),
        ("t1", "a", "auc", 0.7, "ok", None, "r1"),
        ("t1", "a", "auc", 0.9, "ok", None, "r2"),
        ("t1", "a", "accuracy", 0.6, "ok", None, "r2"),
        ("t1", "b", "auc", None, "timeout", None, "r3"),
        ("t2", "b", "r2", -0.4, "ok", None, "r4"),
        ("t2", "a", "r2", None, "failed", None, "r5"),
        ("t2", "a", "r2", 0.2, "ok", None, "r6"),
    ]
    names = [
        "task_id",
        "configuration_id",
        "metric",
        "score",
        "status",
        "budget",
        "source_run_id",
    ]
    records = [dict(zip(names, row, strict=True)) for row in rows]
    pq.write_table(
        pa.Table.from_pylist(records, schema.EVALUATIONS),
        folder / "evaluations" / "source=local" / "part-0.parquet",
    )
    (folder / store.MANIFEST).write_text(json.dumps({"schema_version": schema.SCHEMA_VERSION}))

    md = MetaDataset.open(folder)
    assert set(md.metrics) == {"accuracy", "auc", "r2"}
    expected = pd.DataFrame([[0.8, np.nan], [0.2, -0.4]], md.tasks.index, ["a", "b"])
    pd.testing.assert_frame_equal(md.matrix(), expected)  # each task's default metric
    assert md.status().to_numpy().tolist() == [["ok", "timeout"], ["ok", "ok"]]
    assert md.matrix("accuracy").loc["t1", "a"] == 0.6
    assert md.matrix(task_type="classification").index.tolist() == ["t1"]
    assert md.table("auc").task_ids.tolist() == ["t1"]
    assert md.table().metric is None
    assert md.learners.tolist() == ["forest", "knn"]
    assert md.configurations.loc["a", "learner"] == "forest"
    md.save(tmp_path / "copy")
    copy = MetaDataset.open(tmp_path / "copy", verify=True)
    pd.testing.assert_frame_equal(copy.matrix(), expected)
    assert sorted(pq.read_schema(tmp_path / "copy/tasks.parquet").names) == sorted(
        schema.TASKS.names
    )
