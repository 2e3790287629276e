import errno
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warmstart.errors import HistoryError
from warmstart.metadataset.storage import files
from warmstart.metadataset.storage.files import (
    digest,
    remove_leftovers,
    write_atomically,
    write_json,
    write_parquet,
)
from warmstart.metadataset.storage.folders.replacing import replaced_folder

TABLE = pa.table({"key": ["b", "a", "c"], "value": [0.1, None, 0.3]})


def test_the_same_rows_give_the_same_bytes(tmp_path):
    one, two = tmp_path / "one.parquet", tmp_path / "deep" / "two.parquet"
    write_parquet(TABLE, one, sort_by=["key"])
    write_parquet(TABLE.take([2, 0, 1]), two, sort_by=["key"])
    assert one.read_bytes() == two.read_bytes()
    assert digest(one) == digest(two)
    assert len(digest(one)) == 64
    read = pq.read_table(one)
    assert read["key"].to_pylist() == ["a", "b", "c"]
    assert read["value"].to_pylist() == [None, 0.1, 0.3]


def test_json_is_sorted_and_finite(tmp_path):
    path = tmp_path / "x.json"
    write_json({"b": 1, "a": [1.5]}, path)
    assert path.read_text() == '{\n "a": [\n  1.5\n ],\n "b": 1\n}\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(float("nan"), path)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    write_json("old", path)

    def no_space(number):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", no_space)
    with pytest.raises(HistoryError, match=r"cannot write .*x\.json: No space left on device"):
        write_json("new", path)
    assert path.read_text() == '"old"\n'
    assert list(tmp_path.iterdir()) == [path]


def test_a_killed_write_leaves_a_temporary_file_that_is_removed(tmp_path):
    path = tmp_path / "sub" / "x.json"

    def killed(temporary):
        temporary.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, killed)
    assert not path.exists()
    remove_leftovers(tmp_path)
    assert list(path.parent.iterdir()) == []


def test_a_place_where_no_folder_can_be(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(HistoryError, match=r"cannot write .*file/x.json"):
        write_json(1, tmp_path / "file" / "x.json")


def test_a_folder_is_replaced_whole(tmp_path):
    path = tmp_path / "base"
    for content in ("one", "two"):
        with replaced_folder(path) as folder:
            write_json(content, folder / "manifest.json")
    assert (path / "manifest.json").read_text() == '"two"\n'

    def fail_halfway():
        with replaced_folder(path) as folder:
            write_json("three", folder / "manifest.json")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(HistoryError, match=r"cannot write .*base: No space left"):
        fail_halfway()
    assert (path / "manifest.json").read_text() == '"two"\n'
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("names", [["notes.txt"], ["manifest.json", "units.sqlite"]])
def test_a_folder_of_something_else_is_not_replaced(tmp_path, names):
    for name in names:
        (tmp_path / name).write_text("mine")
    with (
        pytest.raises(HistoryError, match="holds something other than a finished"),
        replaced_folder(tmp_path),
    ):
        pass
    assert {path.name for path in tmp_path.iterdir()} == set(names)
