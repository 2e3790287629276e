"""Logs of FLAML: the lines are those that FLAML 2.7 wrote.

Also of: histories.runs.budgets, histories.runs.remarks.
"""

import json

import pytest

from warmstart.errors import HistoryError
from warmstart.histories.flaml import read
from warmstart.testing.history_source import HistorySourceContract

FOREST = {"n_estimators": 4, "max_features": 0.5, "max_leaves": 4, "criterion": "entropy"}
BOOSTED = {"n_estimators": 4, "num_leaves": 4, "learning_rate": 0.1, "log_max_bin": 8}


def line(number, loss, config, learner, sample_size=150):
    record = {
        "record_id": number,
        "iter_per_learner": 1,
        "logged_metric": {"pred_time": 0.0001},
        "trial_time": 0.38,
        "wall_clock_time": 0.41,
        "validation_loss": loss,
        "config": config,
        "learner": learner,
        "sample_size": sample_size,
    }
    return json.dumps(record) + "\n"


LINES = [
    line(0, 0.25, FOREST, "rf"),
    line(1, 0.5, BOOSTED, "lgbm"),
    line(2, float("inf"), BOOSTED, "lgbm"),
    line(3, 0.1, FOREST, "rf", sample_size=50),
    '{"curr_best_record_id": 0}\n',
]


@pytest.fixture
def location(tmp_path):
    path = tmp_path / "automl.log"
    path.write_text("".join(LINES))
    return path


class TestContract(HistorySourceContract):
    n_ok = 2
    statuses = frozenset({"ok", "pruned", "failed"})

    @pytest.fixture
    def read(self, location):
        return lambda **options: read(location, **options)


def test_a_loss_is_one_minus_what_is_better_high(location):
    rows = read(location, metric="accuracy", direction="maximize", task="t").to_frame()
    assert rows["score"].tolist()[:2] == [0.75, 0.5]
    rows = read(location, metric="log_loss", direction="minimize", task="t").to_frame()
    assert rows["score"].tolist()[:2] == [-0.25, -0.5]
    assert rows["space"].tolist()[:2] == rows["learner"].tolist()[:2] == ["rf", "lgbm"]
    assert json.loads(rows["values"][0]) == FOREST
    assert rows["status"].tolist() == ["ok", "ok", "failed", "pruned"]
    assert set(rows["sampler"]) == {"flaml"}


def test_a_log_that_grows(location):
    options = {"metric": "accuracy", "direction": "maximize", "task": "t"}
    before = read(location, **options).to_frame()["source_run_id"].tolist()
    grown = [*LINES[:-1], line(4, 0.2, FOREST, "rf"), '{"record_id": 5, ']
    location.write_text("".join(grown))
    history = read(location, **options)
    after = history.to_frame()["source_run_id"].tolist()
    assert after[:4] == before
    assert len(after) == 5
    assert "1 run left out: its line was cut off" in history.remarks


def test_what_is_none(tmp_path):
    options = {"metric": "accuracy", "direction": "maximize", "task": "t"}
    with pytest.raises(HistoryError, match="there is no FLAML log"):
        read(tmp_path / "none.log", **options)
    (tmp_path / "bad.log").write_text("hello\n")
    with pytest.raises(HistoryError, match=r"line 1 of .* is not JSON"):
        read(tmp_path / "bad.log", **options).to_frame()
    (tmp_path / "other.log").write_text('{"a": 1}\n')
    with pytest.raises(HistoryError, match="is none of FLAML's: no validation_loss"):
        read(tmp_path / "other.log", **options).to_frame()
