"""Tests of metadataset.build.local.

Also of: metadataset.build.folder.
"""

import dataclasses
import errno
import os
import random
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest
from tests.unit.histories.faulty import configuration
from tests.unit.metadataset.builder import PROTOCOL, configurations, tasks

from warmstart.domain import Evaluation
from warmstart.errors import HistoryError
from warmstart.execution.local import Limits, UnitResult, run_id
from warmstart.metadataset.build import local as build_module
from warmstart.metadataset.build.folder import BY_RUN, forget
from warmstart.metadataset.build.local import build_local
from warmstart.metadataset.build.units import BuildLock, Units
from warmstart.metadataset.storage import files

TIMES = ["cost_s", "predict_cost_s", "timestamp"]


def rows(build):
    """What a build has, without what is measured: one row an evaluation and metric."""
    parts = sorted((build / "evaluations" / "source=local").glob("part-*.parquet"))
    found = [row for part in parts for row in pq.read_table(part).to_pylist()]
    kept = [{k: v for k, v in row.items() if k not in TIMES} for row in found]
    return sorted(kept, key=lambda row: [row[name] for name in BY_RUN])


def build(folder, *, found=None, **options):
    options = {"protocol": PROTOCOL, "unit_size": 2, **options}
    return build_local(
        tasks(folder), configurations() if found is None else found, folder / "build", **options
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Rows of a build that nobody interrupts."""
    folder = tmp_path_factory.mktemp("whole")
    report = build(folder, n_jobs=2)
    assert report.statuses == {"ok": 24, "failed": 3}
    assert (report.n_evaluations, report.n_before, report.problems) == (27, 0, {})
    found = rows(folder / "build")
    assert len(found) == 8 * (5 + 5 + 3) + 3
    return found


@pytest.fixture
def at_once(monkeypatch):
    """Evaluate without fitting anything: for laws that do not depend on how it is done."""
    monkeypatch.setattr(build_module, "evaluate_units", pretend)


def pretend(units, protocol, *, n_jobs, tick):
    for unit in units:
        if not unit.task.path.exists():
            yield UnitResult(unit=unit, evaluations=[], errors={}, problem="cannot load it")
            continue
        found = []
        for point in unit.configurations:
            failed = point.learner == "raise"
            for metric in ["a"] if failed else ["a", "b"]:
                row = Evaluation(
                    task_id=unit.task.task_id,
                    configuration_id=point.configuration_id,
                    metric=metric,
                    score=float("nan") if failed else len(metric) / 3,
                    status="failed" if failed else "ok",
                    source_run_id=run_id(unit.task.task_id, point.configuration_id),
                )
                found.append(row)
            tick()
        yield UnitResult(unit=unit, evaluations=found, errors={})


@pytest.fixture
def all_rows(tmp_path_factory, at_once):
    folder = tmp_path_factory.mktemp("all")
    build(folder)
    return rows(folder / "build")


def start(folder):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.unit.metadataset.builder", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def wait_for(process, done):
    """Wait until so many evaluations are done."""
    for line in process.stdout:
        if int(line) >= done:
            return


def children_of(pid):
    listed = subprocess.run(
        ["ps", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    pairs = [line.split() for line in listed.stdout.splitlines()]
    return [int(child) for child, parent in pairs if int(parent) == pid]


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_killed_at_any_moment_nothing_is_lost_or_doubled(tmp_path, whole):
    process = start(tmp_path)
    wait_for(process, 12)
    time.sleep(random.uniform(0, 0.05))
    process.kill()
    process.wait()
    process.stdout.close()
    n_done = len(rows(tmp_path / "build"))
    report = build(tmp_path)
    assert n_done < len(whole)
    assert report.n_before > 0
    assert report.n_before + report.n_evaluations == 27
    assert rows(tmp_path / "build") == whole
    assert build(tmp_path).n_evaluations == 0
    assert not list((tmp_path / "build").glob("**/.writing-*"))


def test_ctrl_c_is_clean_and_leaves_no_process(tmp_path, whole):
    process = start(tmp_path)
    wait_for(process, 4)
    with pytest.raises(HistoryError, match="another process is building in"):
        build(tmp_path)
    children = children_of(process.pid)
    assert children
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=200) == -signal.SIGINT
    process.stdout.close()
    for _ in range(600):
        if not any(alive(child) for child in children):
            break
        time.sleep(0.1)
    else:
        pytest.fail(f"children {children} are still there")
    with BuildLock(tmp_path / "build" / "build.lock"):
        pass


def test_a_kill_between_the_rename_and_the_record(tmp_path, all_rows, monkeypatch):
    record, calls = Units.record, []

    def killed_at_the_second(self, unit):
        calls.append(unit)
        if len(calls) == 2:
            raise KeyboardInterrupt
        record(self, unit)

    with monkeypatch.context() as patch:
        patch.setattr(Units, "record", killed_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            build(tmp_path)
    parts = tmp_path / "build" / "evaluations" / "source=local"
    assert len(list(parts.iterdir())) == 2
    # The same work in units of another size must not meet the part left behind.
    assert build(tmp_path, unit_size=5).n_before == 2
    assert rows(tmp_path / "build") == all_rows


def test_only_new_pairs_are_evaluated(tmp_path, all_rows):
    few = configurations()[3:]
    assert build(tmp_path, found=few[:2]).n_evaluations == 6
    by_type = {"binary": few, "multiclass": few[:2], "regression": few[:3]}
    report = build(tmp_path, found=by_type)
    assert (report.n_before, report.n_evaluations) == (6, len(few) - 2 + 1)
    assert build(tmp_path).n_before == len(few) + 2 + 3
    assert rows(tmp_path / "build") == all_rows


def test_a_lost_or_damaged_part_is_made_again(tmp_path, all_rows, caplog):
    build(tmp_path)
    parts = sorted((tmp_path / "build" / "evaluations" / "source=local").iterdir())
    parts[0].unlink()
    parts[1].write_bytes(parts[1].read_bytes()[:-1])
    report = build(tmp_path)
    assert 2 <= report.n_evaluations <= 4
    assert "missing or damaged" in caplog.text
    assert rows(tmp_path / "build") == all_rows


def test_a_task_that_cannot_be_read_does_not_stop_the_others(tmp_path, at_once, caplog):
    listed = tasks(tmp_path)
    path = listed[1].path
    moved = path.rename(path.with_name("moved.csv"))
    found = [configuration()]
    out = tmp_path / "build"
    report = build_local(listed, found, out, protocol=PROTOCOL)
    assert report.problems == {"m": "cannot load it"}
    assert "m: cannot load it" in caplog.text
    assert report.n_evaluations == 2
    with Units(out / "units.sqlite") as units:
        assert [unit.task_id for unit in units.read("evaluations", "failed")] == ["m"]
    moved.rename(path)
    report = build_local(listed, found, out, protocol=PROTOCOL)
    assert (report.n_before, report.n_evaluations, report.problems) == (2, 1, {})


def test_results_of_two_protocols_are_not_mixed(tmp_path, at_once):
    build(tmp_path, found=[])
    other = dataclasses.replace(PROTOCOL, limits=Limits(time_limit_s=7))
    with pytest.raises(HistoryError, match=r"was built with another limits: .*20.* not .*7"):
        build(tmp_path, found=[], protocol=other)


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(HistoryError, match=r"cannot build in .*file/build"):
        build_local(tasks(tmp_path), [], tmp_path / "file" / "build", protocol=PROTOCOL)


def test_a_full_disk_loses_nothing(tmp_path, all_rows, monkeypatch):
    done = []

    def full(number):
        done.append(number)
        if len(done) > 6:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        with pytest.raises(HistoryError, match="No space left on device; nothing already"):
            build(tmp_path)
    assert 0 < len(rows(tmp_path / "build")) < len(all_rows)
    assert build(tmp_path).n_before > 0
    assert rows(tmp_path / "build") == all_rows


def test_progress_counts_what_was_there(tmp_path, at_once):
    found = configurations()[:3]
    build(tmp_path, found=found[:1])
    calls = []
    build(tmp_path, found=found, progress=lambda *call: calls.append(call))
    assert [call[:2] for call in calls] == [(n, 9) for n in range(3, 10)]
    assert calls[0][2] == 0.0
    assert all(call[2] > 0 for call in calls[1:])


def test_what_is_forgotten_is_done_again(tmp_path, all_rows):
    build(tmp_path)
    out = tmp_path / "build"
    assert forget(out) == 0
    assert forget(out, statuses=["failed"]) == 3
    assert {row["status"] for row in rows(out)} == {"ok"}
    report = build(tmp_path)
    assert report.statuses == {"failed": 3}
    assert rows(out) == all_rows
    assert forget(out, learners=["well"]) == 24
    with BuildLock(out / "build.lock"), pytest.raises(HistoryError, match="another process"):
        forget(out, statuses=["ok"])
    assert build(tmp_path).statuses == {"ok": 24}
    assert rows(out) == all_rows
