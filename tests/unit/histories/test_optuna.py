"""Studies made by Optuna itself, read back.

Also of: histories.curves.intermediate_values, histories.optuna_storage,
histories.runs.protocol.
"""

import contextlib
import json
import math
import sqlite3
import time
from datetime import datetime, timezone

import pytest

from warmstart.errors import HistoryError
from warmstart.histories.optuna import read
from warmstart.metadataset.import_runs import import_histories
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.testing.history_source import HistorySourceContract, contents

optuna = pytest.importorskip("optuna")

N_TRIALS = 8

optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(trial):
    if trial.number == 3:
        raise RuntimeError
    rate = trial.suggest_float("rate", 1e-3, 1.0, log=True)
    if trial.suggest_categorical("kernel", ["rbf", "linear"]) == "rbf":
        trial.suggest_int("degree", 1, 5)
    trial.suggest_categorical("weights", [None, "balanced"])
    trial.report(0.99, step=7)
    if trial.number == 4:
        raise optuna.TrialPruned
    return 1 - (rate - 0.1) ** 2 if trial.number != 5 else math.inf


def make_study(storage, name="mine", direction="maximize", **attributes):
    study = optuna.create_study(
        storage=storage,
        study_name=name,
        direction=direction,
        sampler=optuna.samplers.TPESampler(seed=1),
    )
    for key, value in attributes.items():
        study.set_user_attr(key, value)
    study.optimize(objective, n_trials=N_TRIALS, catch=(RuntimeError,))
    study.enqueue_trial({"rate": 0.5})
    return study


def journal(path):
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    return JournalStorage(JournalFileBackend(str(path)))


@pytest.fixture(scope="module", params=["sqlite", "journal"])
def location(request, tmp_path_factory):
    path = tmp_path_factory.mktemp(request.param) / "studies"
    if request.param == "sqlite":
        make_study(f"sqlite:///{path}")
    else:
        make_study(journal(path))
    return path


class TestContract(HistorySourceContract):
    n_ok = 5
    statuses = frozenset({"ok", "pruned", "failed"})

    @pytest.fixture
    def read(self, location):
        return lambda **options: read(location, **options)


def test_rows_say_what_the_trials_said(location):
    history = read(location, task="credit", metric="accuracy")
    rows = history.to_frame()
    path = str(location)
    storage = journal(path) if path_is_journal(location) else f"sqlite:///{path}"
    trials = optuna.load_study(study_name="mine", storage=storage).trials[:N_TRIALS]
    for row, trial in zip(rows.itertuples(), trials, strict=True):
        assert json.loads(row.values) == trial.params
        began = datetime.fromisoformat(row.timestamp)
        assert began == trial.datetime_start.astimezone(timezone.utc)
        assert row.cost_s == trial.duration.total_seconds()
        assert row.sampler == "unknown"
    assert rows["status"].tolist() == ["ok"] * 3 + ["failed", "pruned", "failed"] + ["ok"] * 2
    assert rows["budget"][4] == 7
    assert rows["score"].dropna().tolist() == [t.value for t in trials if t.number in _OK]
    assert list(history.remarks) == [
        "1 run told as failed: their value is infinite",
        "1 run left out: queued, never started",
    ]


_OK = (0, 1, 2, 6, 7)


def path_is_journal(path):
    return path.read_bytes()[:1] == b"{"


def test_losses_change_sign_and_directions_must_agree(tmp_path):
    study = optuna.create_study(direction="minimize", study_name="s")
    study.optimize(lambda trial: trial.suggest_float("x", 1, 2), n_trials=3)
    rows = read(study, task="t", metric="log_loss").to_frame()
    assert rows["score"].tolist() == [-t.value for t in study.trials]
    assert set(rows["direction"]) == {"minimize"}
    with pytest.raises(HistoryError, match="records direction minimize, given was maximize"):
        read(study, task="t", metric="error", direction="maximize").to_frame()
    with pytest.raises(HistoryError, match="accuracy is better high"):
        read(study, task="t", metric="accuracy").to_frame()


def test_several_objectives_are_several_metrics():
    study = optuna.create_study(directions=["maximize", "minimize"], study_name="s")
    study.optimize(lambda trial: (trial.suggest_float("x", 1, 2), 3.0), n_trials=2)
    rows = read(study, task="t", metric=["accuracy", "size"]).to_frame()
    assert rows["metric"].tolist() == ["accuracy", "size"] * 2
    assert rows["score"][1] == -3.0
    with pytest.raises(HistoryError, match="2 objectives, metric names 1"):
        read(study, task="t", metric="accuracy").to_frame()


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    path = tmp_path_factory.mktemp("two") / "two.db"
    make_study(f"sqlite:///{path}", "one", dataset="credit", n_estimators=100)
    make_study(f"sqlite:///{path}", "two", dataset="wine")
    return path


class TestTasks:
    def test_named_by_an_attribute_of_the_study(self, two):
        rows = read(two, task_tag="dataset", metric="accuracy").to_frame()
        assert rows["task"].unique().tolist() == ["credit", "wine"]

    def test_named_for_each_study(self, two):
        history = read(two, task={"two": "wine"}, metric="accuracy")
        assert history.to_frame()["task"].unique().tolist() == ["wine"]
        assert "study one was left out: task= names no task for it" in history.remarks
        with pytest.raises(HistoryError, match="names study 'three', which is not there"):
            read(two, task={"three": "x"}, metric="accuracy").to_frame()

    def test_one_name_for_several_studies_is_refused(self, two):
        with pytest.raises(HistoryError, match=r"holds 2 studies \(one, two"):
            read(two, task="credit", metric="accuracy").to_frame()
        rows = read(two, study=["one", "two"], task="credit", metric="accuracy").to_frame()
        assert len(rows) == 2 * N_TRIALS

    def test_an_attribute_that_is_missing(self, two):
        with pytest.raises(HistoryError, match="trial 0 of study 'one' has no 'data'"):
            read(two, task_tag="data", metric="accuracy").to_frame()

    def test_constants_are_hyperparameters(self, two):
        rows = read(
            two, task_tag="dataset", metric="accuracy", constants=["n_estimators"]
        ).to_frame()
        has = rows["values"].str.contains('"n_estimators":100')
        assert has.tolist() == [True] * N_TRIALS + [False] * N_TRIALS


def test_renamed_fixed_and_ignored(location):
    rows = read(
        location,
        task="t",
        metric="accuracy",
        rename={"rate": "learning_rate"},
        fixed={"max_depth": 3},
        ignore=["weights"],
        sampler="tpe",
        learner="lightgbm",
    ).to_frame()
    values = json.loads(rows["values"][0])
    assert {"learning_rate", "max_depth"} <= values.keys()
    assert not {"rate", "weights"} & values.keys()
    assert set(rows["sampler"]) == {"tpe"}
    assert set(rows["space"]) == {"lightgbm"}


def test_what_some_samplers_leave(tmp_path):
    study = optuna.create_study(
        sampler=optuna.samplers.GridSampler({"x": [1, 2]}), study_name="s"
    )
    study.enqueue_trial({"x": 2})
    study.optimize(lambda trial: trial.suggest_int("x", 1, 2), n_trials=3)
    rows = read(study, task="t", metric="loss").to_frame()
    assert rows["sampler"].tolist()[:2] == ["enqueued", "grid"]


def test_a_database_in_use(tmp_path):
    """A writer holds it open, part of it only in the log beside it."""
    path = tmp_path / "live.db"
    make_study(f"sqlite:///{path}")
    with contextlib.closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("UPDATE trials SET state = state")
        writer.commit()
        before = path.read_bytes()
        rows = read(path, task="t", metric="accuracy").to_frame()
        assert len(rows) == N_TRIALS
        assert path.read_bytes() == before
    assert contents(path)


def test_a_trial_that_was_running_is_brought_up_to_date(tmp_path):
    path, out = tmp_path / "s.db", tmp_path / "meta"
    study = optuna.create_study(storage=f"sqlite:///{path}", study_name="s")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    trial = study.ask()
    trial.suggest_float("x", 0, 1)
    history = read(path, task="t", metric="loss")
    first = import_histories([history], out)
    assert first.statuses == {"ok": 2, "running": 1}
    trial.report(0.5, step=3)
    study.tell(trial, state=optuna.trial.TrialState.PRUNED)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    again = import_histories([history], out)
    assert (again.n_added, again.n_updated, again.n_known) == (1, 1, 2)
    status = MetaDataset.open(out).evaluations()["status"]
    assert sorted(status) == ["ok", "ok", "ok", "pruned"]


def test_what_is_no_storage(tmp_path):
    with pytest.raises(HistoryError, match="there is no Optuna storage"):
        read(tmp_path / "none.db", task="t", metric="accuracy")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(HistoryError, match="neither an SQLite file nor an Optuna journal"):
        read(tmp_path / "text", task="t", metric="accuracy").to_frame()
    with contextlib.closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE a (b)")
        other.commit()
    with pytest.raises(HistoryError, match="no study this Optuna can read"):
        read(tmp_path / "other.db", task="t", metric="accuracy").to_frame()


def test_broken_constraints_are_failures():
    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        trial.set_constraint("c", x - 0.5)
        return x

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(1))
    study.optimize(objective, n_trials=8)
    rows = read(study, task="t", metric="accuracy")
    found = rows.to_frame()["status"].tolist()
    assert found == ["ok" if t.params["x"] <= 0.5 else "failed" for t in study.trials]
    assert set(found) == {"ok", "failed"}
    assert any("break the study's constraints" in line for line in rows.remarks)


@pytest.mark.parametrize("kind", ["sqlite", "journal", "journal of Optuna 4"])
def test_ids_are_the_same_in_every_time_zone(tmp_path, monkeypatch, kind):
    path = tmp_path / "study"
    make_study(f"sqlite:///{path}" if kind == "sqlite" else journal(path))
    if kind == "journal of Optuna 4":
        path.write_text(path.read_text().replace('+00:00"', '"'))
    found = []
    for zone in ("UTC", "Asia/Tokyo", "America/New_York"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        found.append(
            read(path, task="t", metric="accuracy").to_frame()["source_run_id"].tolist()
        )
    monkeypatch.undo()
    time.tzset()
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("redis://:secret@localhost/0", "JournalRedisBackend"),
        ("http://localhost:1", "GrpcStorageProxy"),
        ("nosuchdb://user:secret@localhost/x", "driver its URL names"),
    ],
)
def test_addresses_that_no_driver_takes(url, message):
    with pytest.raises(HistoryError, match=message) as raised:
        read(url, task="t", metric="accuracy").to_frame()
    assert "secret" not in str(raised.value)


def test_two_objectives_of_one_measure_are_refused():
    with pytest.raises(HistoryError, match=r"two of the metrics .* are log_loss"):
        read("x.db", task="t", metric=["log_loss", "neg_log_loss"])


def test_seeds_of_more_than_64_bits():
    study = optuna.create_study(direction="maximize")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    study.set_user_attr("seed", 2**63)
    history = read(study, task="t", metric="accuracy", constants=["seed"])
    assert history.to_frame()["seed"].isna().all()
    assert any("more than 64 bits" in line for line in history.remarks)
