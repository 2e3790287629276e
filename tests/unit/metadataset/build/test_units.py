import multiprocessing

import pytest

from warmstart.errors import HistoryError
from warmstart.metadataset.build.units import BuildLock, UnitRecord, Units


def unit(key, **values):
    defaults = {"kind": "evaluations", "state": "done", "task_id": "t"}
    return UnitRecord(key=key, **{**defaults, **values})


def test_units_are_remembered(tmp_path):
    path = tmp_path / "units.sqlite"
    whole = unit("b", configuration_ids=("x", "y"), rows=10, digest="d", error='{"x": "why"}')
    with Units(path) as units:
        units.record(whole)
        units.record(unit("a", state="failed", error="no"))
        units.record(unit("c", kind="dataset"))
    with Units(path) as units:
        assert units.read("evaluations", "done") == [whole]
        assert [u.key for u in units.read("evaluations")] == ["a", "b"]
        assert [u.key for u in units.read("dataset")] == ["c"]


def test_a_unit_is_there_once_and_can_be_forgotten(tmp_path):
    with Units(tmp_path / "units.sqlite") as units:
        units.record(unit("a", state="failed", error="no"))
        units.record(unit("a"))
        assert units.read("evaluations") == [unit("a")]
        units.forget(["a", "unknown"])
        assert units.read("evaluations") == []


def _record_many(path, name, n):
    with Units(path) as units:
        for number in range(n):
            units.record(unit(f"{name}{number}"))


def test_many_processes_write_at_once(tmp_path):
    path = tmp_path / "units.sqlite"
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=_record_many, args=(path, n, 30)) for n in "ab"]
    for other in others:
        other.start()
    _record_many(path, "c", 30)
    for other in others:
        other.join()
        assert other.exitcode == 0
    with Units(path) as units:
        assert len(units.read("evaluations", "done")) == 90


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "units.sqlite"
    path.write_text("something else, and long enough to be looked at" * 50)
    with pytest.raises(HistoryError, match=r"cannot use .*not a database"):
        Units(path)
    with pytest.raises(HistoryError, match=r"cannot use .*: unable to open"):
        Units(tmp_path / "nowhere" / "units.sqlite")


def test_one_builder_at_a_time(tmp_path):
    path = tmp_path / "build.lock"
    with BuildLock(path), pytest.raises(HistoryError, match="another process is building in"):
        BuildLock(path)
    with BuildLock(path):
        pass
    with pytest.raises(HistoryError, match=r"cannot use .*: unable to open"):
        BuildLock(tmp_path / "nowhere" / "build.lock")
