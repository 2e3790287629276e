"""The commands that exchange meta-datasets and describe lists of datasets.

Also of: cli.build.exchange.
"""

import csv
import json

import pandas as pd
import pytest
from tests.unit.metadataset.builder import tasks
from tests.unit.metadataset.test_exchange import scenario  # noqa: F401 - a fixture
from typer.testing import CliRunner

from warmstart.cli import app
from warmstart.metadataset.metadataset import MetaDataset


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def meta(tmp_path):
    frame = pd.DataFrame({"task_id": ["t", "t", "u"], "score": [1, 2, 3], "p": [1, 2, 1]})
    return MetaDataset.from_evaluations(frame, parameters=["p"]).save(tmp_path / "meta")


def test_export_and_back(meta, tmp_path):
    done = run("build", "export", meta, tmp_path / "csv")
    assert done.exit_code == 0
    assert "evaluations.csv" in done.output
    assert run("build", "export", meta, tmp_path / "hpob", "--format", "hpob").exit_code == 0
    done = run("build", "hpob", tmp_path / "hpob", tmp_path / "back", "--metric", "score")
    assert "2 tasks, 2 configurations, metrics: score" in done.output
    assert MetaDataset.open(tmp_path / "back").matrix().count().sum() == 3
    assert "must be csv or hpob" in run("build", "export", meta, "x", "--format", "x").output


def test_aslib(scenario, tmp_path):  # noqa: F811
    done = run("build", "aslib", scenario, tmp_path / "meta")
    assert "2 tasks, 2 configurations, metrics: error" in done.output
    assert (
        "--direction must be"
        in run("build", "aslib", scenario, "x", "--direction", "up").output
    )


def test_metafeatures(tmp_path):
    listed = tmp_path / "tasks.csv"
    with listed.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["task_id", "task_type", "path", "target"])
        writer.writerows([t.task_id, t.task_type, t.path, t.target] for t in tasks(tmp_path))
        writer.writerow(["gone", "binary", "gone.csv", "y"])
    done = run("build", "metafeatures", "--tasks", listed, "--out", tmp_path / "out")
    assert done.exit_code == 0
    assert "3 datasets described now, 0 before" in done.output
    assert "dataset of gone" in done.output
    assert len(pd.read_parquet(tmp_path / "out" / "metafeatures.parquet")) == 3
    both = run(
        "build",
        "metafeatures",
        "--tasks",
        listed,
        "--out",
        tmp_path / "out",
        "--workers",
        1,
        "--scheduler",
        "tcp://127.0.0.1:9",
    )
    assert both.exit_code == 2
    assert "not both" in both.output


def test_json_says_what_was_written(meta, tmp_path):
    exported = run("build", "export", meta, tmp_path / "csv", "--json")
    assert exported.exit_code == 0, exported.output
    assert "tasks.csv" in json.loads(exported.output)["files"]
    run("build", "export", meta, tmp_path / "hpob", "--format", "hpob")
    back = run("build", "hpob", tmp_path / "hpob", tmp_path / "back", "--json")
    assert back.exit_code == 0, back.output
    assert json.loads(back.output)["n_tasks"] == len(MetaDataset.open(tmp_path / "back"))
