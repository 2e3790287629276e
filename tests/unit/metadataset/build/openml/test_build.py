"""Building from a replayed OpenML: complete, interrupted, extended, and always the same.

Also of: metadataset.build.openml.estimate, metadataset.build.openml.evaluations,
metadataset.build.openml.finished, metadataset.build.openml.plan,
metadataset.build.openml.publish, metadataset.build.openml.remarks,
metadataset.build.openml.settings, metadataset.build.openml.tasks,
metadataset.build.openml.units.asked, metadataset.build.openml.units.described,
metadataset.build.openml.units.job, metadataset.build.openml.units.reading,
metadataset.build.openml.units.rows, metadataset.build.openml.units.todo,
metadataset.build.openml.units.traces, metadataset.build.status.
"""

import dataclasses
import errno
import itertools
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from tests.replay_openml import ANSWERS, Faults, RandomFaults, ReplayServer, synthetic_world
from tests.replay_openml.world import Flow, Input, Run, Setup

import warmstart
from warmstart.errors import HistoryError
from warmstart.metadataset.build.openml.build import Patience, build_openml
from warmstart.metadataset.build.openml.estimate import estimate_openml
from warmstart.metadataset.build.openml.evaluations import aggregate
from warmstart.metadataset.build.openml.plan import OpenMLPlan, parse_age
from warmstart.metadataset.build.openml.tasks import OpenMLTask
from warmstart.metadataset.build.status import build_status
from warmstart.metadataset.build.units import BuildLock, UnitRecord, Units
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.storage import files
from warmstart.metafeatures.registry import extractor_version, metafeatures_for

ACCURACY, AUC, CPU = "predictive_accuracy", "area_under_roc_curve", "usercpu_time_millis"
FOREST, RPART, J48 = 101, 201, 301
WORLD = synthetic_world()
QUICK = Patience(backoff_s=0.001, read_s=5.0, attempts=12)


def plan(server, **options):
    given = {"task_ids": (10, 30, 70, 80), "flows": (RPART, J48), **options}
    return OpenMLPlan(server=server.url, **given)


def build(server, out, *, patience=QUICK, plan_options=None, **options):
    return build_openml(plan(server, **(plan_options or {})), out, patience=patience, **options)


def published(out):
    """Bytes of all files of the meta-dataset, but for the port of the server."""
    names = ["manifest.json", *json.loads((out / "manifest.json").read_text())["digests"]]
    return {name: (out / name).read_bytes() for name in names}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A build of everything that nothing disturbs."""
    out = tmp_path_factory.mktemp("whole") / "meta"
    with ReplayServer(WORLD) as server:
        options = {
            "task_ids": (),
            "suites": ("Synthetic-Suite",),
            "flows": (FOREST, RPART, J48),
            "measures": (ACCURACY, AUC, CPU),
        }
        report = build(server, out, plan_options=options)
        assert (report.failed, report.left_out, report.n_before) == ({}, {}, 0)
        again = build(server, out, plan_options=options)
        assert (again.n_requests, again.n_units, again.n_before) == (0, 0, report.n_units)
    return out


def test_every_run_is_there(whole):
    md = MetaDataset.open(whole, verify=True)
    assert list(md.tasks.index) == list(range(10, 110, 10))
    assert md.metrics == (ACCURACY, AUC)  # times are costs, not scores
    found = pq.read_table(whole / "evaluations/source=openml/part-0.parquet").to_pandas()
    ok = [run for run in WORLD.runs if not run.error]
    for metric in md.metrics:
        rows = found[(found["metric"] == metric) & (found["status"] == "ok")]
        assert rows["n_runs"].sum() == len(ok)
    assert set(found["flow_version"]) == {1, 3}
    assert (found["n_folds"] == 10).all()
    failed = found[found["status"] != "ok"]
    assert failed["status"].tolist() == ["memout"] * len(failed)
    assert failed["score"].isna().all()
    assert len(failed) > 0


def test_scores_are_medians_of_the_runs_of_a_configuration(whole):
    """Against the world itself: setups that differ only in a seed are one configuration."""
    md = MetaDataset.open(whole)
    points = {name: md.configuration(name) for name in md.configuration_ids}
    matrix = md.matrix(AUC)
    for task_id in (10, 30, 100):
        groups = {}
        for run in WORLD.select({"task": [task_id], "flow": [RPART]}):
            values = dict(WORLD.setups[run.setup_id].values)
            key = tuple(values.get(number) for number in (2001, 2002, 2003, 2004))
            if not run.error:
                groups.setdefault(key, []).append(run.values[AUC][0][1])
        row = matrix.loc[task_id].dropna()
        ours = [row[name] for name in row.index if "cp" in points[name]]
        assert sorted(ours) == pytest.approx(sorted(map(np.median, groups.values())))


def test_what_is_known_of_the_tasks(whole):
    md = MetaDataset.open(whole)
    tasks = md.tasks
    assert tasks.loc[70, "family"] == tasks.loc[80, "family"] == "openml-data-7"
    assert tasks["family"].nunique() == 9
    assert tasks.loc[[10, 30, 100], "task_type"].tolist() == [
        "multiclass", "binary", "regression",
    ]  # fmt: skip
    assert (tasks["n_columns"] == 3).all()
    assert tasks.loc[30, "source_id"] == "3"
    # OpenML's qualities by our names and in our units: without the target, as shares.
    known = {f.name for f in metafeatures_for("multiclass")}
    assert set(md.metafeatures.columns) <= known
    assert md.metafeatures.loc[30, "NumberOfFeatures"] == 3
    assert md.metafeatures.loc[30, "DatasetRatio"] == pytest.approx(0.15)
    assert md.info["licences"]["10"] == "CC0"
    assert md.info["openml"]["flows"]["101"]["version"] == 3
    costs = md.table(AUC).costs
    assert np.nanmin(costs) > 0
    assert np.isfinite(costs).sum() >= np.isfinite(md.matrix(AUC).to_numpy()).sum()


def test_it_feeds_a_recommender(whole, small_forests):
    md = MetaDataset.open(whole)
    fitted = warmstart.Recommender(model="portfolio", random_state=0).fit(md)
    suggested = fitted.suggest(metafeatures=md.metafeatures.loc[30], n=3)
    assert len(suggested) == 3


def test_what_it_read_is_no_record_of_runs_made_here(whole):
    """A build keeps the runs it read in a folder of the name that recorded ones have."""
    assert MetaDataset.open(whole).measured("runs").empty


def test_a_new_dataset_is_compared_by_what_qualities_tell_and_the_answer_says_so(
    whole, small_forests
):
    md = MetaDataset.open(whole)
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(60, 3)), columns=list("abc"))
    frame["y"] = np.where(frame["a"] > 0, "yes", "no")
    fitted = warmstart.Recommender(model="pmf", random_state=0).fit(md)
    said = fitted.suggest(frame, target="y", n=2).warnings
    [note] = [note for note in said if "--describe" in note]
    assert re.search(r"\d+ of \d+ meta-features are compared", note)
    old = MetaDataset.open(whole)
    old.info["extractor_version"] = "openml-qualities"
    fitted = warmstart.Recommender(model="pmf", random_state=0).fit(old)
    found = fitted.suggest(frame, target="y", n=2)
    [note] = [note for note in found.warnings if "is not compared with" in note]
    assert len(found) == 2


def test_datasets_described_by_their_rows(tmp_path, monkeypatch):
    """Meta-features as of a new dataset, and families by content."""
    monkeypatch.setenv("OPENML_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    out, world = tmp_path / "meta", synthetic_world()
    # The same rows in another file: only reading them tells.
    world.datasets[8] = dataclasses.replace(
        world.datasets[8], arff=world.datasets[8].arff.replace(b"@DATA", b"% a copy\n@DATA")
    )
    only = {"flows": (J48,), "task_ids": (70, 80, 90)}
    with ReplayServer(world) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        build(server, out, plan_options=only)
        assert MetaDataset.open(out).tasks["family"].nunique() == 3
        report = build(server, out, plan_options={**only, "describe": True})
        assert report.failed == {}
        assert report.n_units == 3
        n_requests = len(server.requests)
        build(server, out, plan_options={**only, "describe": True})
        assert len(server.requests) == n_requests
    md = MetaDataset.open(out, verify=True)
    assert md.tasks.loc[70, "family"] == md.tasks.loc[80, "family"] == "openml-data-7"
    assert md.tasks["family"].nunique() == 2
    assert md.metafeatures.loc[90, "NumberOfFeatures"] == 3  # OpenML counts the target too
    assert set(md.metafeatures.columns) == {f.name for f in metafeatures_for("multiclass")}
    assert md.info["extractor_version"] == extractor_version()


def test_two_builds_merge_into_what_one_would_have_been(tmp_path):
    with ReplayServer(WORLD) as server:
        for name, flows in (("a", (FOREST,)), ("b", (J48,)), ("both", (FOREST, J48))):
            build(server, tmp_path / name, plan_options={"flows": flows})
    one, other, both = (MetaDataset.open(tmp_path / name) for name in ("a", "b", "both"))
    merged = one.merge(other)
    matrix = both.matrix()
    pd.testing.assert_frame_equal(merged.matrix().loc[matrix.index, matrix.columns], matrix)
    pd.testing.assert_frame_equal(one.merge(one).matrix(), one.matrix())


def test_where_it_comes_from(whole):
    with sqlite3.connect(whole / "units.sqlite") as connection:
        rows = connection.execute("SELECT provenance FROM units WHERE kind='openml-runs'")
        given = [json.loads(text) for (text,) in rows]
    assert len(given) == 90
    for row in given:
        assert row["url"].startswith("http://127.0.0.1:")
        assert f"/function/{row['measure']}/flow/{row['flow_id']}/" in row["url"]
        assert row["fetched_at"].endswith("+00:00")
        assert row["warmstart"] == warmstart.__version__
    found = build_status(whole)
    assert {kind.kind: kind.n_done for kind in found.kinds} == {
        "openml-dataset": 10, "openml-runs": 90, "openml-failures": 30,
    }  # fmt: skip
    assert found.is_published
    assert not found.is_building
    assert found.raw_bytes > 10_000


@pytest.mark.parametrize("seed", [0, 1])
def test_faults_change_no_byte(tmp_path, seed):
    kinds = [kind for kind in ANSWERS if kind != "stall"] + ["engine", "shuffle", "control"]
    with ReplayServer(WORLD) as server:
        report = build(server, tmp_path / "undisturbed", page_size=7)
        assert report.n_retries == 0
        server.faults = RandomFaults(0.2, seed, kinds)
        report = build(server, tmp_path / "disturbed", page_size=7)
    assert report.failed == {}
    assert report.n_retries > 0
    assert published(tmp_path / "disturbed") == published(tmp_path / "undisturbed")


def start(url, out):
    code = (
        "import sys; from warmstart.cli import app; app(['build', 'openml', '--tasks', "
        "'10,30,70,80', '--flow', '201', '--flow', '301', '--server', sys.argv[1], '--out', "
        "sys.argv[2], '--backoff', '0.01', '--timeout', '30'])"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, url, str(out)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        text=True,
    )


def wait_until(condition):
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to that")


def test_killed_at_random_moments(tmp_path):
    draw = random.Random(7)
    with ReplayServer(WORLD) as server:
        build(server, tmp_path / "undisturbed")
        n_needed = len(server.requests)
        out = tmp_path / "killed"
        for place in (3, 9, 15):
            process = start(server.url, out)
            at = max(n_needed + place, len(server.requests))
            while len(server.requests) <= at and process.poll() is None:
                time.sleep(0.001)
            time.sleep(draw.uniform(0, 0.02))
            process.kill()
            process.communicate()
        report = build(server, out)
    assert report.n_before > 0
    assert published(out) == published(tmp_path / "undisturbed")
    assert not list(out.rglob(".writing-*"))


def test_ctrl_c_while_the_server_is_silent(tmp_path):
    with ReplayServer(WORLD, Faults(dict.fromkeys(range(16, 1000), "stall"))) as server:
        process = start(server.url, tmp_path / "meta")
        wait_until(lambda: len(server.requests) >= 17)
        with pytest.raises(HistoryError, match="another process is building in"):
            build(server, tmp_path / "meta")
        assert build_status(tmp_path / "meta").is_building
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=100)
        assert process.returncode == 130
        assert "the same command goes on from there" in said
        server.faults = Faults()
        report = build(server, tmp_path / "meta")
    assert report.n_before > 0
    assert report.manifest["counts"]["tasks"] == 4


def test_a_plan_that_names_more_extends_the_build(tmp_path):
    out = tmp_path / "meta"
    with ReplayServer(WORLD) as server:
        build(server, out, plan_options={"task_ids": (10,), "flows": (RPART,)})
        assert len(MetaDataset.open(out)) == 1
        first = len(server.requests)
        build(server, out, plan_options={"task_ids": (70, 80, 30), "flows": (RPART, J48)})
        build(server, out, plan_options={"task_ids": (10,), "flows": (J48,)})
        paths = [request.path for request in server.requests[first:]]
        assert not any("/flow/201/task/10/" in path for path in paths)
        build(server, tmp_path / "at once")
    ours, theirs = published(out), published(tmp_path / "at once")
    assert json.loads(ours["manifest.json"]) == json.loads(theirs["manifest.json"])
    assert ours == theirs


def test_a_measure_added_later_takes_the_configurations_there_are(tmp_path):
    out = tmp_path / "meta"
    with ReplayServer(WORLD) as server:
        build(server, out, plan_options={"flows": (FOREST,)})
        first = len(server.requests)
        build(server, out, plan_options={"flows": (FOREST,), "measures": (ACCURACY, AUC)})
        kinds = [request.path.split("/xml/")[1] for request in server.requests[first:]]
    assert len(kinds) == 4
    assert all(kind.startswith("evaluation/list/function/area") for kind in kinds)
    assert MetaDataset.open(out).metrics == (ACCURACY, AUC)


def test_refresh_reads_what_is_old_and_keeps_what_is_gone(tmp_path):
    out, world = tmp_path / "meta", synthetic_world()
    only = {"task_ids": (10,), "flows": (J48,), "failures": False}
    with ReplayServer(world) as server:
        build(server, out, plan_options=only)
        before = MetaDataset.open(out).matrix()
        first = len(server.requests)
        young = build(server, out, plan_options=only, refresh_s=parse_age("1d"))
        assert (young.n_requests, young.n_units) == (0, 0)
        gone = next(run for run in world.select({"task": [10], "flow": [J48]}))
        world.runs = [run for run in world.runs if run is not gone]
        new = Run(9999, 10, 3010310, values={ACCURACY: ((1, 0.5),)})
        world.runs.append(new)
        world.index()
        time.sleep(1.1)
        report = build(server, out, plan_options=only, refresh_s=1.0)
        assert report.n_units == 2
        assert len(server.requests) > first
    after = MetaDataset.open(out).matrix()
    assert set(after.columns) > set(before.columns)
    pd.testing.assert_frame_equal(after[before.columns], before)
    runs = pq.read_table(next((out / "runs").glob("part-*.parquet")))["run_id"].to_pylist()
    assert gone.id in runs
    assert new.id in runs


def test_what_fails_is_told_and_done_again_when_asked(tmp_path):
    out = tmp_path / "meta"
    broken = synthetic_world()
    path = f"evaluation/setup/list/function/{ACCURACY}/flow/301/task/30/limit/1000/offset/0"
    with ReplayServer(broken) as server:
        refusal = b'<oml:error xmlns:oml="http://openml.org/openml"><oml:code>541</oml:code>'
        broken.verbatim[path] = refusal + b"<oml:message>no</oml:message></oml:error>"
        report = build(server, out)
        name = "predictive_accuracy of flow 301 on task 30"
        assert list(report.failed) == [name]
        assert "code 541" in report.failed[name]
        del broken.verbatim[path]
        n_before = len(server.requests)
        again = build(server, out)
        assert list(again.failed) == [name]
        assert len(server.requests) == n_before  # not asked unless told to
        [(said, why)] = build_status(out).failed.items()
        assert "flow 301, task 30" in said
        assert "541" in why
        mended = build(server, out, retry_failed=True)
        assert mended.failed == {}
        build(server, tmp_path / "undisturbed")
    assert published(out) == published(tmp_path / "undisturbed")


def test_a_server_that_is_down_for_a_moment_leaves_nothing_failed(tmp_path):
    out, world = tmp_path / "meta", synthetic_world()
    path = f"evaluation/setup/list/function/{ACCURACY}/flow/301/task/30/limit/1000/offset/0"
    plain = f"evaluation/list/function/{ACCURACY}/flow/301/task/30/limit/10000/offset/0"
    name = "predictive_accuracy of flow 301 on task 30"
    with ReplayServer(world) as server:
        for kept in (path, plain):
            world.verbatim[kept] = b"<html>down for maintenance</html>"
        report = build(server, out, patience=Patience(backoff_s=0.001, attempts=2))
        assert report.failed == {}
        assert list(report.unread) == [name]
        assert build_status(out).failed == {}
        world.verbatim.clear()
        again = build(server, out)
        assert (again.unread, again.n_units) == ({}, 1)
        build(server, tmp_path / "undisturbed")
    assert published(out) == published(tmp_path / "undisturbed")


def test_rows_whose_setup_is_not_told_are_asked_for_or_counted(tmp_path):
    world = synthetic_world()
    only = {"task_ids": (30,), "flows": (FOREST,), "measures": (ACCURACY, AUC)}
    with ReplayServer(world) as server:
        build(server, tmp_path / "undisturbed", plan_options=only)
        world.untold = {run.setup_id for run in world.select({"task": [30], "flow": [FOREST]})}
        report = build(server, tmp_path / "untold", plan_options=only)
        assert not any("OpenML does not say" in remark for remark in report.remarks)
        gone = next(run for run in world.runs if run.task_id == 30 and not run.error)
        world.gone = {gone.setup_id}
        report = build(server, tmp_path / "gone", plan_options=only)
    assert published(tmp_path / "untold") == published(tmp_path / "undisturbed")
    n_lost = sum(run.setup_id == gone.setup_id for run in world.select({"task": [30]}))
    assert report.failed == {}
    assert report.manifest["openml"]["n_without_setup"] == 2 * n_lost  # in both measures
    assert any("OpenML does not say with which hyperparameters" in r for r in report.remarks)
    whole, rest = (MetaDataset.open(tmp_path / name) for name in ("undisturbed", "gone"))
    assert set(rest.configuration_ids) < set(whole.configuration_ids)
    # No configuration of defaults was made up.
    assert len(rest.configuration_ids) == len(whole.configuration_ids) - 1


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-inf", "1e400", "null", "n/a"])
def test_a_score_that_is_no_finite_number_is_a_failure(tmp_path, text):
    out, world = tmp_path / "meta", synthetic_world()
    place = next(p for p, run in enumerate(world.runs) if run.task_id == 30 and not run.error)
    run = world.runs[place]
    world.runs[place] = dataclasses.replace(run, values={**run.values, ACCURACY: ((1, text),)})
    flow = world.setups[run.setup_id].flow_id
    with ReplayServer(world) as server:
        report = build(server, out, plan_options={"task_ids": (30,), "flows": (flow,)})
    assert report.failed == {}
    assert report.manifest["openml"]["n_not_finite"] == 1
    assert any("no finite number" in remark for remark in report.remarks)
    parts = [pq.read_table(path).to_pylist() for path in (out / "runs").glob("part-*.parquet")]
    [row] = [row for part in parts for row in part if row["run_id"] == run.id]
    assert row["status"] == "failed"
    assert np.isfinite(MetaDataset.open(out).matrix().to_numpy()).any()


def test_qualities_that_are_no_finite_numbers(tmp_path):
    world = synthetic_world()
    odd = {**world.datasets[3].qualities, "MeanOfX": "NaN", "Dimensionality": "1e400"}
    world.datasets[3] = dataclasses.replace(world.datasets[3], qualities=odd)
    with ReplayServer(world) as server:
        report = build(server, tmp_path / "meta", plan_options={"task_ids": (30,)})
    assert report.failed == {}
    assert len(MetaDataset.open(tmp_path / "meta")) == 1


def files_of(folder):
    return {
        path.relative_to(folder): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in [folder, *folder.rglob("*")]
    }


def test_the_repeat_of_a_finished_build_and_its_status_write_nothing(tmp_path):
    out = tmp_path / "meta"
    with ReplayServer(WORLD) as server:
        first = build(server, out)
        before = files_of(out)
        again = build(server, out)
        status = build_status(out)
        estimate_openml(plan(server), out, patience=QUICK)
    assert files_of(out) == before
    assert again.manifest == first.manifest
    assert (again.n_units, again.n_before, again.n_requests) == (0, first.n_units, 0)
    assert not status.is_building


def test_status_beside_a_builder(tmp_path):
    """Also where the log of a builder cannot be read in its folder."""
    out = tmp_path / "meta"
    with ReplayServer(WORLD) as server:
        build(server, out)
    with BuildLock(out / "build.lock"), Units(out / "units.sqlite") as units:
        units.record(UnitRecord(key="x", kind="openml-runs", state="done", task_id="1", rows=7))
        found = build_status(out)
        assert found.is_building
        n_rows = {kind.kind: kind.n_rows for kind in found.kinds}["openml-runs"]
        copied = tmp_path / "copy"
        copied.mkdir()
        for name in ("units.sqlite", "units.sqlite-wal"):
            (copied / name).write_bytes((out / name).read_bytes())
        assert {k.kind: k.n_rows for k in build_status(copied).kinds}["openml-runs"] == n_rows


SEARCH, TREE = 401, 402
SEARCH_FLOWS = (
    Flow(
        SEARCH,
        "sklearn.model_selection._search.RandomizedSearchCV(estimator=sklearn.tree.Tree)",
        1,
        "sklearn==1.0",
        (Input(4001, "scoring", "", "null"), Input(4002, "cv", "", "null")),
        (("estimator", TREE),),
    ),
    Flow(
        TREE,
        "sklearn.tree.Tree",
        1,
        "sklearn==1.0",
        (Input(4011, "max_depth", "", "null"), Input(4012, "splitter", "", '"best"')),
    ),
)


def searching_world():
    """A search of ten runs on two tasks, and a tree that was run on its own."""
    world = synthetic_world()
    world.flows.update({flow.id: flow for flow in SEARCH_FLOWS})
    scores = itertools.count()
    for task in (10, 30):
        for number in range(3):
            run_id = 9000 + task + number
            world.setups[run_id] = Setup(
                run_id, SEARCH, ((4001, ["null", '"roc_auc"', '"neg_log_loss"'][number]),
                                 (4002, "3"), (4011, "null"), (4012, '"best"')),
            )  # fmt: skip
            world.runs.append(Run(run_id, task, run_id, values={ACCURACY: ((1, 0.9),)}))
            world.traces[run_id] = [
                (0, fold, place, {"max_depth": str(place + 1)}, 0.5 + 0.01 * next(scores))
                for fold in range(2)
                for place in range(4)
            ]
    world.setups[8000] = Setup(8000, TREE, ((4011, "1"), (4012, '"best"')))
    world.runs.append(Run(8000, 10, 8000, values={ACCURACY: ((1, 0.75),)}))
    del world.traces[9030]
    world.index()
    return world


def test_what_searches_tried_are_evaluations_of_what_they_searched_over(tmp_path):
    out, world = tmp_path / "meta", searching_world()
    only = {"task_ids": (10, 30), "flows": (SEARCH, TREE), "measures": (ACCURACY, AUC)}
    with ReplayServer(world) as server:
        report = build(server, out, plan_options=only)
        asked = [r.path for r in server.requests if "/run/trace/" in r.path]
        again = build(server, out, plan_options=only)
        build(server, tmp_path / "without", plan_options={**only, "traces": False})
        found = estimate_openml(plan(server, **only), tmp_path / "new", patience=QUICK)
    assert report.failed == {}
    assert again.n_requests == 0
    # A scorer that OpenML has no measure for costs no request.
    assert len(asked) == 4
    told = report.manifest["openml"]
    assert told["n_tried_inside"] == 12
    assert (told["n_searches_without_trace"], told["n_searches_without_measure"]) == (1, 2)
    assert any("OpenML has no measure" in remark for remark in report.remarks)
    md = MetaDataset.open(out, verify=True)
    values = {name: md.configuration(name) for name in md.configuration_ids}
    depths = {
        v["max_depth"]: c for c, v in values.items() if set(v) == {"max_depth", "splitter"}
    }
    assert set(depths) == {1, 2, 3, 4}
    accuracy, auc = md.matrix(ACCURACY), md.matrix(AUC)
    # Run on its own: that score counts, not the inner one.
    assert accuracy.loc[10, depths[1]] == 0.75
    inner = [t[4] for t in world.traces[9010] if t[3] == {"max_depth": "2"}]
    assert accuracy.loc[10, depths[2]] == pytest.approx(np.mean(inner))
    assert auc.loc[30, list(depths.values())].notna().all()
    assert np.isnan(accuracy.loc[30, depths[2]])  # its trace is not there
    rows = pq.read_table(out / "evaluations/source=openml/part-0.parquet").to_pandas()
    assert not rows.duplicated(["task_id", "metric", "source_run_id"]).any()
    assert len(MetaDataset.open(tmp_path / "without").configuration_ids) < len(values)
    assert found.n_units == report.n_units


def test_a_server_gone_silent_ends_the_build_and_keeps_what_was_read(tmp_path):
    out = tmp_path / "meta"
    with ReplayServer(WORLD, Faults(dict.fromkeys(range(16, 10_000), "502"))) as server:
        quick = Patience(backoff_s=0.001, attempts=2)
        with pytest.raises(HistoryError, match="3 units in a row without an answer"):
            build(server, out, patience=quick)
        assert sum(kind.n_done for kind in build_status(out).kinds) > 0
        server.faults = Faults()
        report = build(server, out, retry_failed=True)
    assert report.n_before > 0
    assert report.failed == {}


def test_unknown_tasks_flows_suites(tmp_path):
    with ReplayServer(WORLD) as server:
        report = build(server, tmp_path / "a", plan_options={"task_ids": (10, 4711)})
        assert report.left_out == {4711: "OpenML has no such task, or hides it"}
        with pytest.raises(HistoryError, match=r"flow 7 cannot be read: .*code 181"):
            build(server, tmp_path / "b", plan_options={"flows": (7,)})
        with pytest.raises(HistoryError, match=r"code 601.*no such suite"):
            build(server, tmp_path / "c", plan_options={"suites": ("nothing",)})
        with pytest.raises(HistoryError, match="no task of the plan can be read: task 5"):
            build(server, tmp_path / "d", plan_options={"task_ids": (5,)})


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"flows": (), "task_ids": (1,)}, "name the flows"),
        ({"flows": (1,)}, "name a suite or tasks"),
        ({"flows": (1,), "task_ids": (1,), "measures": ()}, "name a measure; known are"),
        (
            {"flows": (1,), "task_ids": (1,), "measures": ("predictive_acuracy",)},
            "'predictive_acuracy' is better is not known.*did you mean 'predictive_accuracy'",
        ),
    ],
)
def test_a_senseless_plan(options, match):
    with pytest.raises(HistoryError, match=match):
        OpenMLPlan(**options)


def test_another_server_in_the_same_folder_is_refused(tmp_path):
    with ReplayServer(WORLD) as one, ReplayServer(WORLD) as other:
        build(one, tmp_path / "meta", plan_options={"task_ids": (10,)})
        with pytest.raises(HistoryError, match=r"was built from .*, not from"):
            build(other, tmp_path / "meta")


def test_another_folder_is_left_alone(tmp_path):
    (tmp_path / "letters.txt").write_text("dear")
    with (
        ReplayServer(WORLD) as server,
        pytest.raises(HistoryError, match="holds something other than a build from OpenML"),
    ):
        build(server, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_two_builders(tmp_path):
    out = tmp_path / "meta"
    out.mkdir()
    with (
        ReplayServer(WORLD) as server,
        BuildLock(out / "build.lock"),
        pytest.raises(HistoryError, match="another process is building in"),
    ):
        build(server, out)
    assert server.requests == []


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        ReplayServer(WORLD) as server,
        pytest.raises(HistoryError, match=r"cannot build in .*file"),
    ):
        build(server, tmp_path / "file" / "meta")


@pytest.mark.parametrize("where", ["raw", "runs", "configurations.parquet"])
def test_a_full_disk(tmp_path, monkeypatch, where):
    out = tmp_path / "meta"
    real, n_left = os.replace, [4]

    def full(source, target):
        if where in Path(target).parts or Path(target).name == where:
            n_left[0] -= 1
            if n_left[0] < 0 or where == "configurations.parquet":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(source, target)

    with ReplayServer(WORLD) as server:
        with monkeypatch.context() as patch:
            patch.setattr(files.os, "replace", full)
            with pytest.raises(HistoryError, match="No space left on device; nothing already"):
                build(server, out)
        assert not (out / "manifest.json").exists()
        build(server, out)
        build(server, tmp_path / "undisturbed")
    assert published(out) == published(tmp_path / "undisturbed")


def test_damaged_files_are_made_again(tmp_path):
    out = tmp_path / "meta"
    with ReplayServer(WORLD) as server:
        build(server, out)
        before = published(out)
        part = sorted((out / "runs").glob("part-*.parquet"))[0]
        part.write_bytes(part.read_bytes()[:-10])
        (out / "tasks.parquet").unlink()
        n_requests = len(server.requests)
        report = build(server, out)
        assert report.n_units == 1
        assert len(server.requests) == n_requests  # the raw answers are still there
    assert published(out) == before


def test_a_dry_run_says_what_it_would_cost(tmp_path):
    with ReplayServer(WORLD) as server:
        wanted = plan(server, task_ids=tuple(range(10, 100, 10)), flows=(J48, RPART))
        found = estimate_openml(wanted, tmp_path / "meta", patience=QUICK)
        n_asked = len(server.requests)
        assert not (tmp_path / "meta").exists()
        report = build_openml(wanted, tmp_path / "meta", patience=QUICK)
        after = estimate_openml(wanted, tmp_path / "meta", patience=QUICK)
    assert n_asked < 15
    assert found.n_units == report.n_units
    # Two requests for the flows come on top; failed runs need one for their setups.
    assert found.n_requests == pytest.approx(report.n_requests, abs=6)
    assert found.n_rows == pytest.approx(450, abs=10)
    assert found.n_sampled == 5
    assert (after.n_units, after.n_done, after.n_requests) == (0, report.n_units, 0)


def test_medians_engines_and_failures():
    task = OpenMLTask(
        task_id=1, data_id=1, name="x", is_regression=False, target="y",
        resampling="5 times 2-fold Crossvalidation",
    )  # fmt: skip
    rows = [
        # run, engine, configuration, measure, value, status
        (1, 1, "a", "e", 0.3, "ok"),
        (1, 2, "a", "e", 0.9, "ok"),  # another engine of the same run
        (2, 1, "a", "e", 0.1, "ok"),
        (3, 1, "a", "e", 0.2, "ok"),
        (4, 0, "a", "", np.nan, "failed"),  # failed once, went well otherwise
        (5, 0, "b", "", np.nan, "timeout"),
        (1, 1, "a", CPU, 4000.0, "ok"),
    ]
    frame = pd.DataFrame(
        rows,
        columns=["run_id", "engine_id", "configuration_id", "measure", "value", "status"],
    )
    frame = frame.assign(
        task_id=1, setup_id=1, flow_id=1, flow_version=2, uploader=1, upload_time="2020-01-01 1"
    )
    frame["measure"] = frame["measure"].replace("e", "root_mean_squared_error")
    found = aggregate(frame, task, ["root_mean_squared_error"]).to_pandas()
    assert found["configuration_id"].tolist() == ["a", "b"]
    assert found["score"].iloc[0] == pytest.approx(-0.2)
    assert found["n_runs"].tolist() == [3, 1]
    assert found["status"].tolist() == ["ok", "timeout"]
    assert found["cost_s"].iloc[0] == pytest.approx(0.4)  # 4 s over ten fits
    assert (found["n_folds"] == 10).all()
    assert dataclasses.replace(task, resampling="33% Holdout set").n_folds == 1


@pytest.mark.parametrize("text", ["", "30", "d", "30 days", "-1d"])
def test_no_age(text):
    with pytest.raises(HistoryError, match="an age looks like 30d"):
        parse_age(text)
