"""The command ``warmstart import``.

Also of: cli.history, histories.curves.files.
"""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from warmstart.cli import app
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.curves.curves import curves_of


@pytest.fixture
def call(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: CliRunner().invoke(app, ["import", *map(str, arguments)])


@pytest.fixture
def files(tmp_path):
    """A table of runs, its mapping and the dataset of its task."""
    runs = pd.DataFrame({"lr": [0.1, 0.2], "how": [1, 2], "acc": [0.9, None]})
    runs.to_csv(tmp_path / "runs.csv", index=False)
    columns = {"metric": {"acc": "maximize"}, "params": ["lr", "how"]}
    (tmp_path / "map.json").write_text(json.dumps(columns))
    rng = np.random.default_rng(0)
    data = pd.DataFrame(rng.normal(size=(80, 3)), columns=["a", "b", "c"])
    data.assign(y=np.where(data["a"] > 0, "p", "n")).to_csv(tmp_path / "data.csv", index=False)
    return tmp_path


def test_a_table_with_its_dataset(call, files):
    arguments = (
        "table", files / "runs.csv", "--mapping", files / "map.json", "--out", files / "m",
        "--task", "mine", "--dataset", files / "data.csv", "--target", "y",
        "--rename", "lr=rate", "--fixed", "depth=3", "--ignore", "how", "--family", "f",
    )  # fmt: skip
    result = call(*arguments)
    assert result.exit_code == 0, result.output
    assert "2 evaluations added (1 failed, 1 ok), 0 known before; task mine" in result.output
    assert "warning: " in result.stderr
    md = MetaDataset.open(files / "m")
    assert md.configurations[["rate", "depth"]].values.tolist() == [[0.1, 3], [0.2, 3]]
    assert md.tasks.loc["mine", ["task_type", "family"]].tolist() == ["binary", "f"]
    assert len(md.metafeatures) == 1
    again = call(*arguments)
    assert "0 evaluations added, 2 known before" in again.output


def test_datasets_of_several_tasks(call, files):
    pd.DataFrame({"t": ["x", "z"], "p": [1, 2], "acc": [0.5, 0.6]}).to_csv(
        files / "two.csv", index=False
    )
    columns = {"metric": {"acc": "maximize"}, "params": ["p"], "task": "t"}
    (files / "two.json").write_text(json.dumps(columns))
    (files / "list.csv").write_text(
        "task_id,task_type,path,target\nx,binary,data.csv,y\nz,binary,data.csv,y\n"
    )
    result = call(
        "table", files / "two.csv", "--mapping", files / "two.json", "--out", files / "m",
        "--datasets", files / "list.csv",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert len(MetaDataset.open(files / "m").metafeatures) == 2


def test_an_optuna_study(call, tmp_path):
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    path = tmp_path / "s.db"
    study = optuna.create_study(storage=f"sqlite:///{path}", study_name="s")
    study.set_user_attr("trees", 50)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    result = call(
        "optuna", path, "--task", "s=credit", "--metric", "error", "--out", tmp_path / "m",
        "--constant", "trees", "--default", "k=3", "--sampler", "tpe",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    md = MetaDataset.open(tmp_path / "m")
    assert md.tasks.index.tolist() == ["credit"]
    assert set(md.configurations["trees"]) == {50}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("excel", "runs.csv"), "source 'excel' is none of optuna, mlflow"),
        (("csv", "runs.csv"), "; a csv file of runs is a table"),
        (("table", "runs.csv", "--task", "t"), "a table needs --mapping JSON"),
        (("table", "runs.csv", "--mapping", "map.json"), "name the task the runs belong to"),
        (("table", "runs.csv", "--mapping", "map.json", "--study", "s"), "takes no --study"),
        (
            ("table", "runs.csv", "--mapping", "map.json", "--task", "t", "--fixed", "depth"),
            "--fixed takes NAME=VALUE, got 'depth'",
        ),
        (
            ("table", "runs.csv", "--mapping", "map.json", "--task", "t", "--target", "y"),
            "describe the one task",
        ),
        (("optuna", "none.db", "--task", "t", "--metric", "m"), "no Optuna storage none.db"),
        (("optuna", "runs.csv", "--task", "t"), "name the metric"),
    ],
)
def test_one_line_says_what_is_missing(call, files, monkeypatch, arguments, message):
    monkeypatch.chdir(files)
    result = call(*arguments, "--out", "m")
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (files / "m").exists()


def test_what_was_imported_answers_and_its_bias_is_told_in_a_line(call, files):
    rng = np.random.default_rng(0)
    runs = pd.DataFrame(
        {
            "dataset": np.repeat([f"d{k}" for k in range(12)], 5),
            "lr": rng.random(60),
            "acc": rng.random(60),
        }
    )
    runs.to_csv(files / "many.csv", index=False)
    columns = {"task": "dataset", "metric": {"acc": "maximize"}, "params": ["lr"]}
    (files / "many.json").write_text(json.dumps(columns))
    imported = call(
        "table", files / "many.csv", "--mapping", files / "many.json", "--out", files / "m"
    )
    assert imported.exit_code == 0, imported.output
    result = CliRunner().invoke(
        app,
        ["suggest", str(files / "data.csv"), "--target", "y", "--knowledge", str(files / "m")],
    )
    assert result.exit_code == 0, result.output
    assert "warning: 100 % of the runs were chosen by samplers" in result.stderr
    assert "HistoryWarning" not in result.stderr


def test_another_table_numbered_from_0(call, tmp_path):
    columns = {"metric": {"auc": "maximize"}, "params": ["lr"], "run_id": "run"}
    (tmp_path / "map.json").write_text(json.dumps(columns))
    (tmp_path / "one.csv").write_text("run,lr,auc\n0,0.1,0.70\n")
    (tmp_path / "two.csv").write_text("run,lr,auc\n0,0.5,0.95\n")
    told = ("--mapping", tmp_path / "map.json", "--out", tmp_path / "m", "--task", "t")
    assert call("table", tmp_path / "one.csv", *told).exit_code == 0
    refused = call("table", tmp_path / "two.csv", *told)
    assert refused.exit_code == 2
    assert "--run-prefix second/" in refused.stderr
    assert "--changed update" in refused.stderr
    prefixed = call("table", tmp_path / "two.csv", *told, "--run-prefix", "two/")
    assert "1 evaluations added (1 ok), 0 known before" in prefixed.output
    updated = call("table", tmp_path / "two.csv", *told, "--changed", "update")
    assert "0 evaluations added (1 ok), 1 brought up to date, 0 known before" in updated.output


def test_files_of_learning_curves(call, tmp_path):
    frame = pd.DataFrame(
        {"lr": [0.1, 0.1, 0.3, 0.3], "epoch": [1, 2, 1, 2], "acc": [0.6, 0.8, 0.5, 0.7]}
    )
    frame.to_csv(tmp_path / "c.csv", index=False)
    told = call(
        "curves", tmp_path / "c.csv", "--param", "lr", "--budget", "epoch", "--budget-kind",
        "epochs", "--metric", "accuracy", "--metric-key", "acc", "--direction", "maximize",
        "--task", "mine", "--out", tmp_path / "m", "--task-type", "binary",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    md = MetaDataset.open(tmp_path / "m")
    curves = curves_of(md, metric="accuracy", kind="epochs")
    assert sorted(curves.values.tolist()) == [[0.5, 0.7], [0.6, 0.8]]


def test_boosters_logs(call, tmp_path):
    line = {"params": {"eta": 0.1}, "evals_result": {"valid_0": {"auc": [0.6, 0.7, 0.75]}}}
    (tmp_path / "logs.jsonl").write_text(json.dumps(line) + "\n")
    arguments = (
        "boosting", tmp_path / "logs.jsonl", "--metric", "roc_auc", "--metric-key", "auc",
        "--direction", "maximize", "--task", "t", "--out", tmp_path / "m",
        "--task-type", "binary",
    )  # fmt: skip
    told = call(*arguments, "--logged-set", "valid_0")
    assert told.exit_code == 0, told.output
    md = MetaDataset.open(tmp_path / "m")
    assert curves_of(md, metric="roc_auc").budgets.tolist() == [1, 2, 3]
    told = call(*arguments, "--logged-set", "valid_1")
    assert told.exit_code == 2
    assert "logged no set 'valid_1'" in told.stderr
    (tmp_path / "logs.jsonl").write_text("{}\n")
    assert 'is no object with "params"' in call(*arguments).stderr


def test_a_table_of_lcdb(call, tmp_path):
    frame = pd.DataFrame(
        {"openmlid": 3, "learner": "SVC", "size_train": [16, 32], "score_test": [0.6, 0.8]}
    ).assign(traintime=0.1)
    frame.to_csv(tmp_path / "lcdb.csv", index=False)
    arguments = (
        "lcdb",
        tmp_path / "lcdb.csv",
        "--out",
        tmp_path / "m",
        "--task-type",
        "binary",
    )
    told = call(*arguments)
    assert told.exit_code == 0, told.output
    md = MetaDataset.open(tmp_path / "m")
    assert curves_of(md, metric="accuracy", kind="rows").budgets.tolist() == [16, 32]
    assert "says itself what --task would" in call(*arguments, "--task", "t").stderr


@pytest.mark.parametrize(
    ("source", "option", "message"),
    [
        ("curves", (), "columns of hyperparameters of a table of curves by --param"),
        ("sklearn", ("--budget-kind", "epochs"), "takes no --budget-kind"),
        ("mlflow", ("--step", "epoch"), "takes no --step"),
    ],
)
def test_options_of_curves_that_a_source_lacks(call, tmp_path, source, option, message):
    told = call(source, tmp_path / "x.csv", "--out", tmp_path / "m", *option)
    assert told.exit_code == 2
    assert message in told.stderr
