"""Tests of metadataset.build.publish."""

import json
import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.metadataset.build.test_local import at_once  # noqa: F401 - a fixture
from tests.unit.metadataset.builder import PROTOCOL, configurations, tasks

from warmstart.errors import HistoryError
from warmstart.metadataset.build import describe as describing
from warmstart.metadataset.build.describe import describe_datasets
from warmstart.metadataset.build.local import build_local
from warmstart.metadataset.build.publish import publish, rounded_to_bits
from warmstart.metadataset.build.units import BuildLock, Units
from warmstart.metadataset.core.schema import CONFIGURATIONS, EVALUATIONS, TASKS
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.storage.files import digest

FILES = ["configurations.parquet", "metafeatures.parquet", "tasks.parquet"]


@pytest.fixture
def built(tmp_path, at_once):  # noqa: F811
    out = tmp_path / "build"
    build_local(tasks(tmp_path), configurations(), out, protocol=PROTOCOL, unit_size=2)
    return out


def test_a_published_build_is_a_meta_dataset(built, tmp_path):
    out = tmp_path / "base"
    manifest = publish(built, out, notes="a test")
    assert sorted(path.name for path in out.iterdir()) == [
        *FILES[:1],
        "evaluations",
        "manifest.json",
        *FILES[1:],
    ]
    assert json.loads((out / "manifest.json").read_text()) == manifest
    for name, expected in manifest["digests"].items():
        assert digest(out / name) == expected
    assert manifest["counts"] == {
        "tasks": 3,
        "configurations": 9,
        "evaluations": 3 * (8 * 2 + 1),
        "metafeatures": pq.read_schema(out / "metafeatures.parquet").names.__len__() - 1,
    }
    assert manifest["licences"] == {"b": "CC0", "m": "CC0", "r": "CC0"}
    assert manifest["sources"] == ["made up"]
    assert manifest["notes"] == "a test"
    assert manifest["protocol"]["limits"]["time_limit_s"] == 20
    assert manifest["hardware"]["reference_s"] > 0
    assert manifest["libraries"]["numpy"] == np.__version__

    found = pq.read_table(out / "tasks.parquet")
    assert found.schema.equals(TASKS, check_metadata=True)
    binary, _, regression = found.to_pylist()
    assert (binary["task_id"], binary["name"], binary["n_rows"]) == ("b", "B", 60)
    assert (binary["metric_default"], binary["n_classes"]) == ("balanced_accuracy", 2)
    assert (regression["metric_default"], regression["n_classes"]) == ("r2", None)
    assert binary["fingerprint"]

    points = pq.read_table(out / "configurations.parquet")
    assert points.schema.equals(CONFIGURATIONS, check_metadata=True)
    assert {json.loads(text)["behave"] for text in points["values"].to_pylist()} == {
        "well",
        "raise",
    }
    rows = pq.read_table(out / "evaluations" / "source=local" / "part-0.parquet")
    assert rows.schema.equals(EVALUATIONS, check_metadata=True)
    keys = list(zip(*(rows[n].to_pylist() for n in ("metric", "task_id")), strict=True))
    assert keys == sorted(keys)


def test_metafeatures_are_nan_where_they_do_not_apply(built, tmp_path):
    publish(built, tmp_path / "base")
    table = pq.read_table(tmp_path / "base" / "metafeatures.parquet")
    binary, multiclass, regression = table.to_pylist()
    assert binary["NumberOfInstances"] == 60
    assert multiclass["NumberOfClasses"] == 3
    assert regression["NumberOfClasses"] is None or math.isnan(regression["NumberOfClasses"])
    assert b"warmstart.extractor_version" in table.schema.metadata


def test_publishing_twice_gives_the_same_bytes(built, tmp_path):
    one = publish(built, tmp_path / "one")
    two = publish(built, tmp_path / "two")
    again = publish(built, tmp_path / "one")
    assert one == two == again
    assert (tmp_path / "one" / "manifest.json").read_bytes() == (
        tmp_path / "two" / "manifest.json"
    ).read_bytes()


def test_a_running_build_is_published(built, tmp_path):
    with BuildLock(built / "build.lock"), Units(built / "units.sqlite"):
        assert publish(built, tmp_path / "base")["counts"]["tasks"] == 3


def test_tasks_with_too_little_are_left_out(tmp_path, at_once):  # noqa: F811
    found = {"binary": configurations(), "regression": configurations()[:2]}
    out = tmp_path / "build"
    build_local(tasks(tmp_path), found, out, protocol=PROTOCOL)
    assert publish(out, tmp_path / "base")["counts"]["tasks"] == 2
    counts = publish(out, tmp_path / "base", min_evaluations=3)["counts"]
    assert (counts["tasks"], counts["configurations"]) == (1, 9)
    with pytest.raises(HistoryError, match="no task with 10 evaluations yet"):
        publish(out, tmp_path / "base", min_evaluations=10)
    rows = sorted(MetaDataset.open(tmp_path / "base").tasks["n_rows"])
    publish(out, tmp_path / "base", min_rows=int(rows[-1]))
    assert (MetaDataset.open(tmp_path / "base").tasks["n_rows"] == rows[-1]).all()
    with pytest.raises(HistoryError, match=r"no task of \d+ rows or more with 1 evaluations"):
        publish(out, tmp_path / "base", min_rows=int(rows[-1]) + 1)


def test_a_dataset_is_described_once(built, tmp_path, monkeypatch):
    calls = []
    assert describe_datasets(built, progress=lambda *call: calls.append(call)) == {}
    assert calls == [(1, 3), (2, 3), (3, 3)]
    describe_datasets(built, progress=lambda *call: calls.append(call))
    assert len(calls) == 3
    monkeypatch.setattr(describing, "extractor_version", lambda: "next")
    describe_datasets(built, progress=lambda *call: calls.append(call))
    assert len(calls) == 6


def test_a_dataset_that_cannot_be_described_is_left_out(built, tmp_path, caplog):
    lost = tmp_path / "data" / "m.csv"
    lost.unlink()
    assert publish(built, tmp_path / "base")["counts"]["tasks"] == 2
    assert "m: DatasetNotFoundError" in caplog.text


def test_where_not_to_publish(built, tmp_path):
    with pytest.raises(HistoryError, match="to another folder"):
        publish(built, built)
    with pytest.raises(HistoryError, match="holds no build"):
        publish(tmp_path / "nowhere", tmp_path / "base")
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "thesis.tex").write_text("precious")
    with pytest.raises(HistoryError, match="something other than a finished meta-dataset"):
        publish(built, tmp_path / "base")
    assert (tmp_path / "base" / "thesis.tex").exists()


def test_rounding_keeps_significant_bits():
    values = np.array([0.0, 1e-300, -1e-7, 1 / 3, 2.0, 12345.678, np.inf, np.nan])
    rounded = rounded_to_bits(values, 24)
    np.testing.assert_allclose(rounded, values, rtol=2**-24)
    in_range = slice(3, 6)
    np.testing.assert_array_equal(
        rounded[in_range], values[in_range].astype(np.float32).astype(float)
    )
    assert pa.array(rounded).null_count == 0
