"""What is measured of runs: kept by builds, published, saved, packed, and unpacked again."""

import dataclasses
import shutil

import pandas as pd
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal
from tests.unit.metadataset.builder import PROTOCOL, configurations, tasks

from warmstart.errors import HistoryError, MetaDatasetError
from warmstart.execution.local import chunked, evaluate_units
from warmstart.metadataset.build import local
from warmstart.metadataset.build.local import build_local
from warmstart.metadataset.build.pack import pack, unpack
from warmstart.metadataset.build.publish import publish
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.storage.measured import measured_table, thinned_curves
from warmstart.models.curves.curves import curves_of

TABLES = ["runs", "folds", "curves"]
POINTS = configurations()[-3:]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    build_local(tasks(folder), POINTS, folder / "build", protocol=PROTOCOL, n_jobs=1)
    publish(folder / "build", folder / "base")
    return folder


def evaluations(md):
    frame = md.to_frame().sort_values(["metric", "task_id", "configuration_id"])
    return frame.drop(columns=["timestamp"]).reset_index(drop=True)


def test_every_run_and_fold_is_kept(built):
    md = MetaDataset.open(built / "base", verify=True)
    runs, folds = md.measured("runs"), md.measured("folds")
    assert runs["status"].value_counts().to_dict() == {"ok": 6, "failed": 3}
    assert runs.loc[runs["status"] == "failed", "error"].str.contains("RuntimeError").all()
    good = runs[runs["status"] == "ok"]
    assert (good["model_bytes"] > 100).all()
    assert (good["rows"] == 60).all()
    assert len(folds) == 6 * 9  # small tables are split three times
    assert (folds["n_train"] + folds["n_test"] == 60).all()
    mean = folds.groupby(["task_id", "configuration_id"])["r2"].mean().loc["r"]
    expected = md.matrix("r2").loc["r"].dropna()
    assert_frame_equal(
        mean.to_frame("r2"),
        expected.to_frame("r2"),
        rtol=1e-4,
        check_names=False,
        check_dtype=False,
    )


def test_recorded_folds_are_curves_over_folds(built):
    md = MetaDataset.open(built / "base")
    curves = curves_of(md, metric="r2", kind="folds")
    folds = md.measured("folds").dropna(subset=["r2"]).sort_values("fold")
    assert curves.budgets.tolist() == list(range(1, 10))
    ends = folds.groupby("configuration_id")["r2"].mean().to_numpy()
    assert sorted(curves.values[:, -1]) == pytest.approx(sorted(ends))
    firsts = folds[folds["fold"] == 0]["r2"].to_numpy()
    assert sorted(curves.values[:, 0]) == pytest.approx(sorted(firsts))


def test_a_build_with_rungs_records_curves_over_rows(tmp_path):
    protocol = dataclasses.replace(PROTOCOL, row_rungs=(10, 20))
    (task,) = tasks(tmp_path)[2:]
    build_local([task], POINTS[:1], tmp_path / "build", protocol=protocol, n_jobs=1)
    publish(tmp_path / "build", tmp_path / "base")
    md = MetaDataset.open(tmp_path / "base")
    assert curves_of(md, metric="r2", kind="rows").budgets.tolist() == [10, 20, 40]
    plain = build_local([task], POINTS[:1], tmp_path / "again", protocol=PROTOCOL, n_jobs=1)
    assert plain.n_evaluations == 1
    publish(tmp_path / "again", tmp_path / "plain")
    assert md.matrix("r2").equals(MetaDataset.open(tmp_path / "plain").matrix("r2"))
    with pytest.raises(HistoryError, match="row_rungs"):
        build_local([task], POINTS[:1], tmp_path / "again", protocol=protocol, n_jobs=1)


def test_saving_and_selecting_keep_what_was_measured(built, tmp_path):
    md = MetaDataset.open(built / "base")
    md.save(tmp_path / "one")
    again = MetaDataset.open(tmp_path / "one", verify=True)
    for name in TABLES:
        assert_frame_equal(again.measured(name), md.measured(name))
    only = again.select(["b"])
    assert set(only.measured("folds")["task_id"]) == {"b"}
    only.save(tmp_path / "two")
    assert set(MetaDataset.open(tmp_path / "two").measured("runs")["task_id"]) == {"b"}


def test_merging_keeps_what_was_measured_once(built):
    md = MetaDataset.open(built / "base")
    bare = MetaDataset.from_matrix(pd.DataFrame({"a": [1.0]}, index=["x"]), metric="r2")
    again = md.select(["b"]).merge(bare, md)
    assert set(again.tasks.index) == {*md.tasks.index, "x"}
    for name in TABLES:
        keys = ["task_id", "configuration_id"]
        assert_frame_equal(
            again.measured(name).sort_values(keys, kind="stable", ignore_index=True),
            md.measured(name).sort_values(keys, kind="stable", ignore_index=True),
        )
    assert len(bare.merge(bare).measured("runs")) == 0


def test_a_history_without_them_has_empty_tables():
    md = MetaDataset.from_matrix(pd.DataFrame({"a": [1.0]}, index=["x"]))
    assert [len(md.measured(name)) for name in TABLES] == [0, 0, 0]
    with pytest.raises(MetaDatasetError, match="'scores' is none of the tables runs, folds"):
        md.measured("scores")


def test_a_build_goes_on_from_a_pack(built, tmp_path, monkeypatch):
    assert pack(built / "build", tmp_path / "pack") == 9
    assert pack(built / "build", tmp_path / "pack") == 0
    wanted = tasks(built)
    assert unpack(tmp_path / "pack", tmp_path / "build", wanted, PROTOCOL) == 9
    assert unpack(tmp_path / "pack", tmp_path / "build", wanted, PROTOCOL) == 0
    publish(tmp_path / "build", tmp_path / "unpacked")  # without evaluating anything more

    def refuse(units, *_, **__):
        assert not list(units)
        yield from ()

    monkeypatch.setattr(local, "evaluate_units", refuse)
    report = build_local(wanted, POINTS, tmp_path / "build", protocol=PROTOCOL)
    assert (report.n_before, report.n_evaluations) == (9, 0)
    publish(tmp_path / "build", tmp_path / "base")
    before, after = (MetaDataset.open(folder / "base") for folder in (built, tmp_path))
    unpacked = MetaDataset.open(tmp_path / "unpacked")
    assert_frame_equal(evaluations(unpacked), evaluations(after))
    assert set(unpacked.configuration_ids) == set(after.configuration_ids)
    assert_frame_equal(evaluations(after), evaluations(before), rtol=5e-3)
    for name in TABLES:
        assert_frame_equal(after.measured(name), before.measured(name))


def test_a_pack_only_grows(built, tmp_path):
    some, rest = POINTS[:1], POINTS[1:]
    out, packed = tmp_path / "build", tmp_path / "pack"
    build_local(tasks(built), some, out, protocol=PROTOCOL)
    assert pack(out, packed) == 3
    first = {file: file.read_bytes() for file in packed.rglob("*.parquet")}
    build_local(tasks(built), rest, out, protocol=PROTOCOL)
    assert pack(out, packed) == 6
    assert all(file.read_bytes() == data for file, data in first.items())
    assert sorted(folder.name for folder in packed.iterdir() if folder.is_dir()) == [
        "0001",
        "0002",
    ]
    assert unpack(packed, tmp_path / "again", tasks(built), PROTOCOL) == 9


def curve_rows(budgets, *, task="t", point="c", metrics=("r2", "rmse")):
    named = {"task_id": task, "configuration_id": point, "rows": 60, "kind": "iterations"}
    return [
        {**named, "metric": metric, "budget": budget, "score": 0.5 - 1 / budget, "cost_s": 0.1}
        for metric in metrics
        for budget in budgets
    ]


def test_packed_curves_keep_some_points_and_their_ends():
    long, short = [2**k for k in range(10)] + [700], [1, 2, 3]
    rows = curve_rows(long) + curve_rows(short, point="d")
    thin = thinned_curves(measured_table("curves", rows)).to_pandas()
    assert set(thin["metric"]) == {"r2"}
    by_point = thin.groupby("configuration_id")["budget"].apply(list).to_dict()
    assert by_point == {"c": [1, 4, 16, 64, 256, 700], "d": [1, 3]}
    once = thinned_curves(measured_table("curves", rows))
    assert thinned_curves(once).equals(once)
    assert len(thinned_curves(measured_table("curves", []))) == 0


def test_curves_come_back_from_a_pack_thinned(built, tmp_path):
    shutil.copytree(built / "build", tmp_path / "build")
    runs = next((tmp_path / "build" / "runs").glob("*.parquet"))
    [task, point] = [
        pq.read_table(runs)[name][0].as_py() for name in ("task_id", "configuration_id")
    ]
    table = measured_table("curves", curve_rows([1, 2, 4, 8, 11], task=task, point=point))
    path = tmp_path / "build" / "curves" / runs.name
    path.parent.mkdir(exist_ok=True)
    pq.write_table(table, path)
    pack(tmp_path / "build", tmp_path / "pack")
    unpack(tmp_path / "pack", tmp_path / "again", tasks(built), PROTOCOL)
    [kept] = (tmp_path / "again" / "curves").glob("*.parquet")
    found = pq.read_table(kept).to_pandas()
    assert found["budget"].tolist() == [1, 4, 11]
    assert found["score"].tolist() == pytest.approx([-0.5, 0.25, 0.5 - 1 / 11], rel=1e-3)
    shutil.copy(tmp_path / "build" / "configurations.parquet", tmp_path / "again")
    pack(tmp_path / "again", tmp_path / "twice")
    for name in TABLES:
        one, two = (
            tmp_path / folder / "0001" / f"{name}.parquet" for folder in ("pack", "twice")
        )
        assert one.read_bytes() == two.read_bytes()


def test_a_configuration_is_packed_once(built, tmp_path):
    out, packed = tmp_path / "build", tmp_path / "pack"
    first, *others = tasks(built)
    build_local([first], POINTS, out, protocol=PROTOCOL)
    pack(out, packed)
    build_local(others, POINTS, out, protocol=PROTOCOL)
    pack(out, packed)
    counts = [
        len(pq.read_table(file)) for file in sorted(packed.rglob("configurations.parquet"))
    ]
    assert counts == [3, 0]


def test_a_kill_while_packing_leaves_no_half_number(built, tmp_path):
    pack(built / "build", tmp_path / "pack")
    (tmp_path / "pack" / "0001" / "runs.parquet").unlink()  # it is written last
    assert unpack(tmp_path / "pack", tmp_path / "build", tasks(built), PROTOCOL) == 0
    assert pack(built / "build", tmp_path / "pack") == 9


def test_packs_of_another_protocol_are_refused(built, tmp_path):
    pack(built / "build", tmp_path / "pack")
    other = dataclasses.replace(PROTOCOL, max_rows=50)
    with pytest.raises(HistoryError, match="another protocol"):
        unpack(tmp_path / "pack", tmp_path / "build", tasks(built), other)
    shutil.copytree(built / "build", tmp_path / "other")
    path = tmp_path / "other" / "protocol.json"
    path.write_text(path.read_text().replace("2000", "50"))
    with pytest.raises(HistoryError, match="another protocol than"):
        pack(tmp_path / "other", tmp_path / "pack")
    with pytest.raises(HistoryError, match="holds no build"):
        pack(tmp_path / "nowhere", tmp_path / "pack")


def test_numbers_keep_the_digits_that_mean_something():
    row = {"task_id": "t", "configuration_id": "c", "rows": 60, "fold": 0}
    table = measured_table("folds", [{**row, "fit_s": 0.123456, "r2": 0.123456}])
    [found] = table.to_pylist()
    assert found["r2"] == pytest.approx(0.123456, rel=2e-5)
    assert found["fit_s"] == pytest.approx(0.123456, rel=4e-3)
    assert found["mae"] is None


def test_parts_of_a_build_have_the_rows_used(built):
    found = [
        row
        for file in (built / "build" / "evaluations").rglob("part-*.parquet")
        for row in pq.read_table(file).to_pylist()
    ]
    assert {row["budget"] for row in found} == {60.0}


def test_units_carry_what_was_measured_through_executors(built):
    from warmstart.execution.executors.local import Serial

    [task, *_] = tasks(built)
    [result] = evaluate_units(chunked(task, POINTS[:1], 5), PROTOCOL, executor=Serial())
    assert [len(result.measured[name]) for name in TABLES] == [1, 9, 0]
