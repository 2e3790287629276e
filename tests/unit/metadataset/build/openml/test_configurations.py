"""Tests of metadataset.build.openml.configurations.

Also of: metadataset.build.openml.units.parts.
"""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warmstart.domain import configuration_id
from warmstart.metadataset.build.openml import configurations as openml_configurations
from warmstart.metadataset.build.openml.configurations import write_configurations
from warmstart.metadataset.build.openml.units.parts import configurations_path
from warmstart.metadataset.core.schema import CONFIGURATIONS
from warmstart.metadataset.storage.files import write_parquet

KEYS = ["a", "b", "c"]


@pytest.fixture
def units(tmp_path):
    """Three units of 40 configurations each, half of which the next unit has too."""
    frames = []
    for number, key in enumerate(KEYS):
        texts = [f'{{"x":{x}}}' for x in range(20 * number, 20 * number + 40)]
        frame = pd.DataFrame(
            {
                "configuration_id": [configuration_id("s", {"x": text}) for text in texts],
                "space": "s",
                "learner": "l",
                "values": texts,
            }
        )
        table = pa.Table.from_pandas(frame, schema=CONFIGURATIONS, preserve_index=False)
        write_parquet(table, configurations_path(tmp_path, key), sort_by=["configuration_id"])
        frames.append(frame)
    together = pd.concat(frames).drop_duplicates().sort_values("configuration_id")
    return tmp_path, together.reset_index(drop=True)


@pytest.mark.parametrize("rows", [1, 10, 6_000])
def test_each_once_by_id_in_any_number_of_buckets(units, monkeypatch, rows):
    out, expected = units
    monkeypatch.setattr(openml_configurations, "BUCKET_ROWS", rows)
    assert write_configurations(out, KEYS) == len(expected)
    found = pq.read_table(out / "configurations.parquet")
    assert found.schema.equals(CONFIGURATIONS, check_metadata=True)
    pd.testing.assert_frame_equal(found.to_pandas(), expected)


def test_no_bucket_is_left(units, monkeypatch):
    out, _ = units
    monkeypatch.setattr(openml_configurations, "BUCKET_ROWS", 10)
    write_configurations(out, KEYS)
    assert {path.name for path in out.iterdir()} == {"runs", "configurations.parquet"}


def test_a_damaged_unit_leaves_what_was_there(units, monkeypatch):
    out, _ = units
    monkeypatch.setattr(openml_configurations, "BUCKET_ROWS", 10)
    write_configurations(out, KEYS)
    before = (out / "configurations.parquet").read_bytes()
    table = pq.read_table(configurations_path(out, "b"))

    def broken(folder, key):
        if key == "c":
            raise OSError("no space left")
        return table

    monkeypatch.setattr(openml_configurations, "read_unit_configurations", broken)
    with pytest.raises(ValueError, match=r"cannot write .*configurations\.parquet"):
        write_configurations(out, KEYS)
    assert (out / "configurations.parquet").read_bytes() == before
    assert not list(out.glob("*bucket*"))


def test_no_unit_at_all(tmp_path):
    assert write_configurations(tmp_path, []) == 0
    assert pq.read_table(tmp_path / "configurations.parquet").num_rows == 0
