"""MLflow's runs: folders laid out as MLflow 3.17 does, and by MLflow itself where it is.

Also of: histories.curves.logged, histories.mlflow_folder, histories.parsing.sqlite_copy,
histories.runs.curve_points, histories.runs.directions, histories.runs.options,
histories.runs.schema.
"""

import json
from types import SimpleNamespace

import pytest

from warmstart.errors import HistoryError, MissingExtraError
from warmstart.histories import mlflow
from warmstart.histories.mlflow import read
from warmstart.histories.mlflow_folder import LoggedRun
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.curves.curves import curves_of
from warmstart.testing.history_source import HistorySourceContract

OPTIONS = {"metric": "accuracy", "direction": "maximize", "metric_key": "acc"}


def write_run(experiment, run_id, *, status=3, params=(), metrics=(), tags=(), end=5_000):
    folder = experiment / run_id
    for kind, entries in (("params", params), ("metrics", metrics), ("tags", tags)):
        (folder / kind).mkdir(parents=True)
        for name, text in dict(entries).items():
            path = folder / kind / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    (folder / "meta.yaml").write_text(
        f"artifact_uri: file:///x/{run_id}/artifacts\n"
        f"end_time: {end if end else 'null'}\n"
        "entry_point_name: ''\n"
        "lifecycle_stage: active\n"
        f"run_id: {run_id}\n"
        f"start_time: {1_700_000_000_000 if end is None else 1_000}\n"
        f"status: {status}\n"
        "tags: []\n"
        "user_id: root\n"
    )


@pytest.fixture(scope="module")
def location(tmp_path_factory):
    root = tmp_path_factory.mktemp("mlflow") / "mlruns"
    (root / "1101").mkdir(parents=True)
    (root / "1101" / "meta.yaml").write_text(
        "experiment_id: '1101'\nlifecycle_stage: active\nname: 'it''s credit'\n"
    )
    (root / "0").mkdir()
    (root / "0" / "meta.yaml").write_text(
        "experiment_id: '0'\nlifecycle_stage: active\nname: Default\n"
    )
    params = {"rate": "0.1", "depth": "None", "kernel": "rbf", "model/leaves": "31"}
    # Logged again at the same step and later steps: the last one counts, not the best.
    series = {"acc": "1000 0.94 0\n1010 0.8 1\n"}
    experiment, tags = root / "1101", {"dataset": "credit"}
    write_run(experiment, "a" * 32, params=params, metrics=series, tags=tags)
    write_run(experiment, "b" * 32, params={**params, "rate": "1"}, metrics=series, tags=tags)
    write_run(experiment, "c" * 32, status=4, params=params, tags=tags)
    write_run(experiment, "d" * 32, status=1, params=params, tags=tags, end=None)
    write_run(experiment, "e" * 32, params=params, metrics={"acc": "1000 nan 0\n"}, tags=tags)
    write_run(experiment, "f" * 32, metrics=series, tags=tags)
    return root


class TestContract(HistorySourceContract):
    n_ok = 2
    statuses = frozenset({"ok", "failed", "running"})

    @pytest.fixture
    def read(self, location):
        return lambda **options: read(location, metric_key="acc", **options)


def test_text_is_typed(location):
    history = read(location, task_tag="dataset", **OPTIONS)
    rows = history.to_frame()
    assert rows["status"].tolist() == ["ok", "ok", "failed", "failed", "running"]
    assert rows["score"].tolist()[:2] == [0.8, 0.8]
    values = json.loads(rows["values"][1])
    assert values == {"rate": 1.0, "depth": None, "kernel": "rbf", "model/leaves": 31}
    assert isinstance(values["rate"], float)
    assert rows["cost_s"][0] == 4.0
    assert rows["timestamp"][0] == "1970-01-01T00:00:01+00:00"
    assert set(rows["task"]) == {"credit"}
    assert "1 run left out: they logged no hyperparameters" in history.remarks


def test_experiments_by_name(location):
    named = read(location, study="it's credit", task={"it's credit": "c"}, **OPTIONS)
    assert set(named.to_frame()["task"]) == {"c"}
    assert len(read(location.as_uri(), task="c", **OPTIONS).to_frame()) == 5
    with pytest.raises(
        HistoryError, match=r"there is no experiment 'wine' in .*; there are Def"
    ):
        read(location, study="wine", task="t", **OPTIONS).to_frame()
    with pytest.raises(HistoryError, match="no run was found"):
        read(location, study="Default", task="t", **OPTIONS).to_frame()


def test_no_store(tmp_path):
    with pytest.raises(HistoryError, match="there is no MLflow store"):
        read(tmp_path / "none", task="t", **OPTIONS)


def test_a_server_needs_the_client(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(MissingExtraError, match=r"warmstart\[mlflow\]"):
        read("http://127.0.0.1:1", task="t", **OPTIONS)


@pytest.mark.filterwarnings("ignore")
def test_as_mlflow_itself_tells_it(tmp_path, monkeypatch):
    """A folder MLflow wrote, read as files and through its client."""
    mlflow = pytest.importorskip("mlflow")
    from warmstart.histories import mlflow as reader

    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    root = tmp_path / "mlruns"
    mlflow.set_tracking_uri(root.as_uri())
    mlflow.set_experiment("mine: yes")
    with mlflow.start_run():
        for k in range(3):
            with mlflow.start_run(nested=True):
                mlflow.log_params({"rate": 0.1 * k, "sub/depth": None if k else 3})
                mlflow.log_metric("acc", 0.94, step=0)
                mlflow.log_metric("acc", 0.8 + k / 100, step=1)
                mlflow.set_tag("dataset", "credit")
    by_files = read(root, task_tag="dataset", **OPTIONS).to_frame()
    told = reader.from_client(root.as_uri(), None)
    from warmstart.histories.runs.options import Meaning
    from warmstart.histories.runs.remarks import Remarks
    from warmstart.histories.runs.schema import packed

    by_client = packed(
        list(reader.runs_logged(told, Meaning(task_tag="dataset", **OPTIONS), Remarks()))
    )
    assert by_files.equals(by_client.to_pandas())
    assert sorted(by_files["score"].round(6)) == [0.8, 0.81, 0.82]


def experiment(root, name, number="1"):
    (root / number).mkdir(parents=True)
    text = f"experiment_id: '{number}'\nlifecycle_stage: active\nname: {name}\n"
    (root / number / "meta.yaml").write_text(text)
    return root / number


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('"it\\u2028s"', "it\u2028s"),
        ("2024-01-01", "2024-01-01"),
        ("yes", "yes"),
        (">-\n  two\n  lines", "two lines"),
        ("'a: b # c'", "a: b # c"),
    ],
)
def test_meta_files_are_yaml(tmp_path, written, name):
    write_run(
        experiment(tmp_path, written), "a" * 32, params={"n": "1"}, metrics={"acc": "1 0.5 0"}
    )
    rows = read(tmp_path, task={name: "t"}, **OPTIONS).to_frame()
    assert rows["task"].tolist() == ["t"]


def test_experiments_of_one_name_are_both_read(tmp_path):
    for number in "12":
        write_run(
            experiment(tmp_path, "same", number), number * 32, params={"n": number},
            metrics={"acc": "1 0.5 0"},
        )  # fmt: skip
    assert len(read(tmp_path, task="t", **OPTIONS).to_frame()) == 2


def test_a_damaged_meta_file_is_named(tmp_path):
    folder = experiment(tmp_path, "x")
    write_run(folder, "a" * 32, params={"n": "1"}, metrics={"acc": "1 0.5 0"})
    path = folder / ("a" * 32) / "meta.yaml"
    for text, message in (
        ("- 1\n", "is no mapping of names"),
        ("a: [", "cannot be read: ParserError"),
        (
            path.read_text().replace("start_time: 1000", "start_time: soon"),
            "start_time is 'soon'",
        ),
    ):
        path.write_text(text)
        with pytest.raises(HistoryError, match=rf"meta.yaml.*{message}"):
            read(tmp_path, task="t", **OPTIONS).to_frame()


def curve_of(table, run_id):
    rows = table.to_pandas()
    rows = rows[rows["source_run_id"] == run_id].sort_values("budget")
    return rows["budget"].tolist(), rows["score"].tolist(), rows["cost_s"].tolist()


def test_values_logged_by_steps_are_a_curve(location):
    history = read(location, task_tag="dataset", **OPTIONS)
    table = history.curves()
    # Steps begin at 0, budgets at 1; seconds are since the run began.
    assert curve_of(table, "a" * 32) == ([1, 2], [0.94, 0.8], [0.0, 0.01])
    # A single value is no curve, nor is what is no number.
    assert set(table["source_run_id"].to_pylist()) == {"a" * 32, "b" * 32, "f" * 32}
    assert set(table["kind"].to_pylist()) == {"epochs"}
    rounds = read(location, task="t", budget_kind="iterations", **OPTIONS).curves()
    assert set(rounds["kind"].to_pylist()) == {"iterations"}
    with pytest.raises(HistoryError, match="rounds"):
        read(location, task="t", budget_kind="rounds", **OPTIONS)


def test_curves_are_kept_with_their_runs(location):
    history = read(location, task_tag="dataset", **OPTIONS)
    md = MetaDataset.from_histories([history])
    curves = curves_of(md, metric="accuracy", kind="epochs")
    # The run without hyperparameters was left out, and so is its curve.
    assert curves.values.tolist() == [[0.94, 0.8], [0.94, 0.8]]


def test_losses_and_the_clients_history(monkeypatch):
    logged = [
        SimpleNamespace(step=3, value=0.5, timestamp=3_000),
        SimpleNamespace(step=1, value=0.9, timestamp=2_000),
        SimpleNamespace(step=3, value=0.4, timestamp=4_000),
    ]
    run = LoggedRun(
        run_id="r",
        experiment="e",
        status="FINISHED",
        start_ms=1_000,
        end_ms=9_000,
        params={"lr": "0.1"},
        metrics={"loss": 0.4},
        tags={},
    )
    client = SimpleNamespace(get_metric_history=lambda run_id, key: logged)
    package = SimpleNamespace(MlflowClient=lambda tracking_uri: client)
    monkeypatch.setattr(mlflow, "require", lambda *_, **__: package)
    monkeypatch.setattr(mlflow, "from_client", lambda *_: iter([run]))
    history = read(
        "http://127.0.0.1:1",
        task="t",
        metric="log_loss",
        metric_key="loss",
        direction="minimize",
    )
    assert curve_of(history.curves(), "r") == ([1, 3], [-0.9, -0.4], [1.0, 3.0])
