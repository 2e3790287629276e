"""Runs of W&B: an export of the runs table, and an API that answers as wandb's does."""

import json
from types import SimpleNamespace

import pytest

from warmstart.errors import HistoryError
from warmstart.histories.wandb import read
from warmstart.testing.history_source import HistorySourceContract

OPTIONS = {"metric": "accuracy", "direction": "maximize", "metric_key": "val_acc"}
EXPORT = """"Name","State","Notes","User","Tags","Created","Runtime","Sweep","depth","rate",\
"dataset","val_acc"
"calm-river-1","finished","-","me","","2026-01-01T10:00:00.000Z","12","","3","0.1","wine","0.9"
"calm-river-2","crashed","-","me","","2026-01-01T11:00:00.000Z","3","","4","1","wine",""
"calm-river-3","running","-","me","","2026-01-01T12:00:00.000Z","1","","5","0.3","wine","0.2"
"calm-river-4","failed","-","me","","2026-01-01T13:00:00.000Z","","","","0.3","wine","0.5"
"""


@pytest.fixture
def location(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(EXPORT)
    return path


class TestContract(HistorySourceContract):
    n_ok = 1
    statuses = frozenset({"ok", "failed", "running"})

    @pytest.fixture
    def read(self, location):
        return lambda **options: read(
            location, params=["depth", "rate"], metric_key="val_acc", **options
        )


def test_an_export(location):
    rows = read(location, params=["depth", "rate"], task_tag="dataset", **OPTIONS).to_frame()
    assert set(rows["source"]) == {"wandb"}
    assert rows["status"].tolist() == ["ok", "failed", "running", "failed"]
    assert rows["values"][1] == '{"depth":4,"rate":1.0}'
    assert rows["cost_s"].tolist()[:2] == [12, 3]
    assert rows["timestamp"][0] == "2026-01-01T10:00:00+00:00"
    assert set(rows["task"]) == {"wine"}


def test_an_export_does_not_tell_hyperparameters(location):
    with pytest.raises(HistoryError, match="does not tell hyperparameters from results"):
        read(location, task="t", **OPTIONS)
    with pytest.raises(HistoryError, match="has no column 'leaves'"):
        read(location, params=["leaves"], task="t", **OPTIONS)


def test_a_project():
    def run(name, state, **summary):
        return SimpleNamespace(
            id=name,
            name=name,
            state=state,
            created_at="2026-01-01T10:00:00Z" if name == "a" else "2026-01-01T10:00:01",
            config={"depth": 3, "opt": {"lr": 0.1}, "dataset": "wine", "_wandb": {}},
            summary=summary,
        )

    asked = []
    runs = [
        run("b", "finished", val_acc="NaN"),
        run("a", "finished", val_acc=0.9, _runtime=7.5),
        run("c", "killed", val_acc=0.3),
    ]
    api = SimpleNamespace(runs=lambda path: asked.append(path) or runs)
    rows = read("me/project", api=api, task_tag="dataset", **OPTIONS).to_frame()
    assert asked == ["me/project"]
    assert rows["source_run_id"].tolist() == ["a", "b", "c"]
    assert rows["status"].tolist() == ["ok", "failed", "failed"]
    assert rows["score"][0] == 0.9
    assert rows["cost_s"][0] == 7.5
    assert json.loads(rows["values"][0]) == {"depth": 3, "opt/lr": 0.1}
    assert rows["timestamp"].tolist()[:2] == [
        "2026-01-01T10:00:00+00:00",
        "2026-01-01T10:00:01+00:00",
    ]


def test_what_a_projects_runs_logged_by_steps_is_a_curve():
    def run(name, rows):
        return SimpleNamespace(
            id=name,
            state="finished",
            created_at="2026-01-01T10:00:00Z",
            config={"depth": 3},
            summary={"val_acc": 0.8, "_runtime": 9},
            scan_history=lambda keys: [{k: row[k] for k in keys if k in row} for row in rows],
        )

    long = [
        {"_step": 0, "epoch": 1, "val_acc": 0.5, "_runtime": 1.5},
        {"_step": 10, "epoch": 2, "val_acc": "NaN", "_runtime": 3.0},
        {"_step": 20, "epoch": 3, "val_acc": 0.8, "_runtime": 4.5},
    ]
    api = SimpleNamespace(runs=lambda path: [run("a", long), run("b", long[:1])])
    by_step = read(
        "me/project", api=api, task="t", budget_kind="iterations", **OPTIONS
    ).curves()
    assert by_step["source_run_id"].to_pylist() == ["a", "a"]
    assert by_step["budget"].to_pylist() == [1, 21]
    assert by_step["cost_s"].to_pylist() == [1.5, 4.5]
    by_epoch = read("me/project", api=api, step="epoch", task="t", **OPTIONS).curves()
    assert by_epoch["budget"].to_pylist() == [1, 3]
    assert by_epoch["score"].to_pylist() == [0.5, 0.8]
    assert set(by_epoch["kind"].to_pylist()) == {"epochs"}
