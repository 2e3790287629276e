"""One writer at a time, folders replaced whole, kills put right, names that stay inside.

Also of: metadataset.storage.folders.locking, metadataset.storage.folders.owners,
metadataset.storage.folders.settling.
"""

import os
import platform
import shutil
import subprocess
import sys
import threading

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.errors import HistoryError, MetaDatasetError
from warmstart.histories.runs.schema import Run, RunHistory
from warmstart.metadataset.build.units import BuildLock
from warmstart.metadataset.import_runs import import_histories
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.storage.folders import locking, settling
from warmstart.metadataset.storage.folders.locking import LOCK, Appeared, locked
from warmstart.metadataset.storage.folders.replacing import replaced_folder, staged
from warmstart.metadataset.storage.folders.settling import NEXT
from warmstart.metadataset.storage.runs.deduplicate import source_folder, source_of
from warmstart.recommend.recommender import Recommender


def metadataset(score, metric="accuracy", tasks=3):
    draw = np.random.default_rng(0)
    names = [f"t{i}" for i in range(tasks)]
    scores = pd.DataFrame({"a": score, "b": draw.random(tasks)}, index=names)
    kinds = pd.DataFrame({"task_type": "binary"}, index=names)
    return MetaDataset.from_matrix(scores, metric=metric, tasks=kinds)


def history(prefix, n=20):
    runs = [
        Run(
            task="t", values={"n": i}, metric="accuracy", direction="maximize", score=i / n,
            source="made", source_run_id=f"{prefix}{i}",
        )
        for i in range(n)
    ]  # fmt: skip
    return RunHistory("made", prefix, lambda _: iter(runs))


def score(folder):
    return MetaDataset.open(folder).matrix("accuracy").loc["t0", "a"]


@pytest.fixture
def folder(tmp_path):
    return metadataset(0.25).save(tmp_path / "meta")


WRITERS = {
    "import": lambda folder: import_histories([history("x")], folder, task_type="binary"),
    "append": lambda folder: metadataset(0.5).append_to(folder),
    "save": lambda folder: metadataset(0.5).save(folder),
    "knowledge": lambda folder: Recommender("knn_rank").fit(metadataset(0.5)).save(folder),
}


@pytest.mark.parametrize("name", ["import", "append", "save"])
def test_every_writer_takes_the_lock(folder, monkeypatch, name):
    monkeypatch.setattr(locking, "WAIT_S", 0.05)
    with (
        BuildLock(folder / LOCK),
        pytest.raises(HistoryError, match=r"another process is writing to .*meta; wait for it"),
    ):
        WRITERS[name](folder)
    assert score(folder) == 0.25
    WRITERS[name](folder)
    assert not (folder / LOCK).exists()


@pytest.mark.parametrize("is_there", [True, False])
def test_imports_at_once_lose_nothing(tmp_path, is_there):
    out = tmp_path / "m"
    if is_there:
        import_histories([history("first")], out, task_type="binary")
    failed = []

    def work(prefix):
        try:
            import_histories([history(prefix)], out, task_type="binary")
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=work, args=(prefix,)) for prefix in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(MetaDataset.open(out).to_frame()) == 20 * (3 + is_there)
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_what_another_made_since_is_not_replaced_without_its_lock(tmp_path):
    """A folder that was not there had no lock; by now it is there, and somebody's."""
    place = tmp_path / "m"
    with locked(place) as folder:
        metadataset(0.5).save(place)
        with pytest.raises(Appeared), staged(folder, only_new=True):
            raise AssertionError("it was to be filled")
    assert score(place) == 0.5


class Killed(BaseException):
    """Nobody handles it, as nobody handles a kill."""


@pytest.mark.parametrize("writer", ["save", "import"])
@pytest.mark.parametrize("step", range(12))
def test_a_kill_at_any_step_leaves_the_old_or_the_new(folder, monkeypatch, writer, step):
    """Every rename and removal is a step; what is left is put right by the next reader."""
    left = iter(range(step))
    real = {(module, name): getattr(module, name) for module, name in _STEPS}

    def killing(function):
        def call(*args, **kwargs):
            if next(left, None) is None:
                raise Killed
            return function(*args, **kwargs)

        return call

    for (module, name), function in real.items():
        monkeypatch.setattr(module, name, killing(function))
    # A kill runs no clean-up either.
    monkeypatch.setattr(shutil, "rmtree", lambda *args, **kwargs: None)
    killed = False
    try:
        WRITERS[writer](folder)
    except Killed:
        killed = True
    monkeypatch.undo()
    n = len(MetaDataset.open(folder, verify=True).to_frame())
    if writer == "save":
        assert score(folder) in ((0.25, 0.5) if killed else (0.5,))
    else:
        assert n in ((6, 26) if killed else (26,))
    WRITERS[writer](folder)
    assert not list(folder.glob(".[!.]*"))


_STEPS = [(os, "replace"), (settling, "_drop"), (settling, "_drop_all_but"), (os, "fsync")]


def test_a_symlink_stays_one(folder, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(folder)
    for name, write in WRITERS.items():
        write(link)
        assert link.is_symlink(), name
    assert MetaDataset.open(folder).matrix("accuracy").loc["t0", "a"] == 0.5
    with replaced_folder(link) as new:
        shutil.copytree(folder, new, dirs_exist_ok=True, ignore=lambda *_: [LOCK, new.name])
    assert link.is_symlink()


def test_what_others_put_there_stays(folder):
    (folder / "README.md").write_text("a data card")
    (folder / "notes").mkdir()
    (folder / "notes" / "x.txt").write_text("mine")
    metadataset(0.5).save(folder)
    assert (folder / "README.md").read_text() == "a data card"
    assert (folder / "notes" / "x.txt").read_text() == "mine"


def test_what_was_there_before_is_gone(folder, tmp_path):
    Recommender("knn_rank").fit(metadataset(0.5)).save(folder)
    metadataset(0.25, tasks=2).append_to(folder)
    metadataset(0.75).save(folder)
    fresh = metadataset(0.75).save(tmp_path / "fresh")
    names = [
        sorted(p.relative_to(where).as_posix() for p in where.rglob("*") if p.name != LOCK)
        for where in (folder, fresh)
    ]
    assert names[0] == names[1]


def test_a_folder_left_half_moved_that_cannot_be_mended(folder, monkeypatch):
    (folder / NEXT).mkdir()
    (folder / NEXT / "manifest.json").write_text("{}")
    monkeypatch.setattr(locking, "WAIT_S", 0.01)
    with (
        BuildLock(folder / LOCK),
        pytest.raises(MetaDatasetError, match=r"left while it was being replaced.*\.next"),
    ):
        MetaDataset.open(folder)


def test_rows_of_a_folder_written_anew_are_not_mixed(folder):
    before = MetaDataset.open(folder)
    metadataset(0.5).save(folder)
    with pytest.raises(MetaDatasetError, match=r"written anew since it was opened; open it"):
        before.matrix()
    loaded = MetaDataset.open(folder)
    loaded.matrix()
    metadataset(0.75).save(folder)
    assert loaded.matrix().loc["t0", "a"] == 0.5  # was read before


def test_no_folder_is_left_where_nothing_was_written(tmp_path):
    with (
        pytest.raises(RuntimeError, match="no"),
        locked(tmp_path / "deep" / "m") as folder,
        staged(folder),
    ):
        raise RuntimeError("no")
    assert not list((tmp_path / "deep").iterdir())


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(HistoryError, match="is a file; name a folder"),
        replaced_folder(tmp_path / "file"),
    ):
        pass


def test_what_a_dead_process_left_beside_is_removed(tmp_path):
    told = [sys.executable, "-c", "import os; print(os.getpid())"]
    done = subprocess.run(told, capture_output=True, text=True, check=True)
    start = f".writing-m-{platform.node()}"
    dead, alive = (tmp_path / f"{start}-{pid}-x" for pid in (done.stdout.strip(), os.getpid()))
    dead.mkdir()
    alive.mkdir()
    metadataset(0.5).save(tmp_path / "m")
    assert not dead.exists()
    assert alive.exists()


class TestNamesStayInside:
    def test_of_metrics_and_sources(self, tmp_path):
        name = "../../x"
        md = metadataset(0.5, metric=name)
        Recommender("knn_rank", random_state=0).fit(md).save(tmp_path / "a" / "b" / "kb")
        md.append_to(tmp_path / "a" / "b" / "kb")
        run = Run(
            task="t", values={"n": 1}, metric=name, direction="maximize", score=0.5,
            source=name, source_run_id=name, learner=name, space=name,
        )  # fmt: skip
        out = tmp_path / "a" / "c" / "m"
        import_histories([RunHistory(name, "here", lambda _: iter([run]))], out)
        MetaDataset.open(out).append_to(tmp_path / "a" / "b" / "kb")
        assert sorted(p.name for p in tmp_path.iterdir()) == ["a"]
        assert sorted(p.name for p in (tmp_path / "a").iterdir()) == ["b", "c"]
        assert MetaDataset.open(out).to_frame()["source"].tolist() == [name]
        opened = Recommender.load(tmp_path / "a" / "b" / "kb")
        assert name in opened.md.metrics

    @settings(max_examples=100)
    @given(st.text(max_size=16))
    def test_any_name_is_one_folder_and_comes_back(self, source):
        from pathlib import Path

        path = Path("evaluations") / source_folder(source) / "part-0.parquet"
        assert len(path.parts) == 3
        assert "\0" not in str(path)
        assert source_of(path) == source

    def test_too_long(self):
        with pytest.raises(MetaDatasetError, match="too long to name a file after"):
            source_folder("x" * 300)
