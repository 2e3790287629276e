"""Meta-features of a list of datasets: the same bytes on any executor, resumable.

Also of: metadataset.build.metafeatures, metadataset.hardware.
"""

import dataclasses

import pyarrow.parquet as pq
import pytest
from tests.unit.metadataset.builder import PROTOCOL, configurations, tasks

from warmstart.errors import HistoryError
from warmstart.execution.executors.choose import make_executor
from warmstart.execution.executors.local import Serial
from warmstart.metadataset.build import describe as describing
from warmstart.metadataset.build.local import build_local
from warmstart.metadataset.build.metafeatures import build_metafeatures
from warmstart.metadataset.build.publish import publish
from warmstart.metadataset.build.units import BuildLock


def contents(folder):
    kept = [*folder.glob("*.parquet"), *(folder / "datasets").glob("*.json")]
    return {path.relative_to(folder): path.read_bytes() for path in kept}


@pytest.mark.filterwarnings("ignore")  # of what Dask's own threads leave behind
def test_the_same_bytes_whatever_executes(tmp_path):
    wanted = tasks(tmp_path)
    found = {}
    for name, options in (("one", {}), ("loky", {"n_jobs": 2}), ("dask", {"workers": 1})):
        report = build_metafeatures(wanted, tmp_path / name, executor=make_executor(**options))
        assert (report.n_described, report.problems, report.n_deaths) == (3, {}, 0)
        found[name] = contents(tmp_path / name)
    assert found["one"] == found["loky"] == found["dask"]
    assert len(found["one"]) == 6
    table = pq.read_table(tmp_path / "one" / "metafeatures.parquet")
    assert table["task_id"].to_pylist() == ["b", "m", "r"]


def test_what_is_done_is_not_done_again(tmp_path, monkeypatch):
    wanted = tasks(tmp_path)
    build_metafeatures(wanted[:2], tmp_path / "out")
    before = contents(tmp_path / "out")
    seen = []
    real = describing.describe_dataset
    monkeypatch.setattr(
        describing, "describe_dataset", lambda task: seen.append(task.task_id) or real(task)
    )
    report = build_metafeatures(wanted, tmp_path / "out")
    assert seen == ["r"]
    assert (report.n_described, report.n_before) == (1, 2)
    assert (
        contents(tmp_path / "out").items()
        >= {name: text for name, text in before.items() if name.suffix == ".json"}.items()
    )


def test_problems_are_told_and_left_out(tmp_path):
    wanted = tasks(tmp_path)
    wanted[1] = dataclasses.replace(wanted[1], path=tmp_path / "gone.csv")
    report = build_metafeatures(wanted, tmp_path / "out")
    assert list(report.problems) == ["m"]
    assert "DatasetNotFoundError" in report.problems["m"]
    assert pq.read_table(tmp_path / "out" / "tasks.parquet")["task_id"].to_pylist() == [
        "b",
        "r",
    ]


def test_small_datasets_travel_together():
    batches = describing.Batches([*range(0)])
    assert list(batches) == []
    batches = describing.Batches(
        [
            describing.LocalTask(
                task_id=str(i),
                name="",
                family="",
                task_type="binary",
                path=describing.Path(f"{i}.csv"),
                target="y",
            )
            for i in range(12)
        ]
    )
    units = iter(batches)
    first = next(units)
    assert len(first) == 1
    batches.seconds, batches.n_done = 0.1, 1
    assert len(next(units)) == 5
    batches.seconds, batches.n_done = 30.0, 6
    assert [len(unit) for unit in units] == [1] * 6


def test_two_at_once(tmp_path):
    out = tmp_path / "out"
    build_metafeatures(tasks(tmp_path)[:1], out)
    with BuildLock(out / "build.lock"), pytest.raises(HistoryError, match="another process"):
        build_metafeatures(tasks(tmp_path)[:1], out)


def test_evaluations_through_an_executor(tmp_path):
    """The same rows as from joblib's threads, and one folder for both kinds of unit."""
    wanted, out = tasks(tmp_path)[:1], tmp_path / "build"
    build_metafeatures(wanted, out)
    points = configurations()[-3:]
    ticks = []
    report = build_local(
        wanted,
        points,
        out,
        protocol=PROTOCOL,
        executor=Serial(),
        unit_size=2,
        progress=lambda done, total, rate: ticks.append(done),
    )
    assert report.statuses == {"ok": 2, "failed": 1}
    assert ticks == [0, 1, 2, 3]
    build_local(wanted, points, tmp_path / "other", protocol=PROTOCOL, unit_size=2)
    one, two = (
        publish(folder, tmp_path / f"{folder.name}-md") for folder in (out, tmp_path / "other")
    )
    assert one["counts"] == two["counts"]
    scores = [
        pq.read_table(tmp_path / f"{name}-md" / "evaluations")["score"].to_pylist()
        for name in ("build", "other")
    ]
    assert scores[0] == pytest.approx(scores[1], nan_ok=True)
