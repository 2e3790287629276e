"""Tests of execution.process.child.

Also of: execution.evaluation_protocol, execution.process.watchdog, execution.process.worker.
"""

import dataclasses
import os
import signal
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.unit.histories.faulty import BUILDER, configuration

from warmstart.domain import Configuration
from warmstart.errors import HistoryError
from warmstart.execution.evaluation_protocol import EvaluationProtocol, Limits
from warmstart.execution.process import watchdog
from warmstart.execution.process.child import Child
from warmstart.execution.tasks import LocalTask


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(60, 3)), columns=["a", "b", "c"])
    X.assign(y=np.where(X.a + X.b > 0, "yes", "no")).to_parquet(folder / "binary.parquet")
    X.assign(y=X.a * 2).to_csv(folder / "regression.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def task(folder):
    return LocalTask(
        task_id="t",
        name="t",
        family="t",
        task_type="binary",
        path=folder / "binary.parquet",
        target="y",
    )


@pytest.fixture(scope="module")
def child():
    # Filling the memory may take seconds where pages are slow to come.
    yield from _child(Limits(time_limit_s=60.0, memory_limit_mb=400))


@pytest.fixture(scope="module")
def hurried_child():
    yield from _child(Limits(time_limit_s=1.0))


def _child(limits):
    child = Child(EvaluationProtocol(builder=BUILDER, limits=limits))
    with pytest.MonkeyPatch.context() as patch:
        # Only CPU time decides here, however busy the machine that runs the tests.
        patch.setattr(watchdog, "_WALL_FACTOR", 100.0)
        yield child
    child.close()


def test_a_configuration_is_scored(child, task):
    answer = child.evaluate(task, configuration())
    assert answer["status"] == "ok"
    assert set(answer["scores"]) == {
        "balanced_accuracy",
        "accuracy",
        "roc_auc",
        "log_loss",
        "f1_macro",
    }
    assert answer["n_folds"] == 9
    assert 0 <= answer["cost_s"] < 0.2
    assert 0 <= answer["predict_cost_s"] < 0.2


def test_scores_do_not_depend_on_what_ran_before(child, task):
    first = child.evaluate(task, configuration())
    child.evaluate(task, configuration(depth=1))
    os.kill(child.pid, signal.SIGKILL)
    while child.pid is not None:  # died while idle, so no configuration is to blame
        time.sleep(0.01)
    assert child.evaluate(task, configuration())["scores"] == first["scores"]


@pytest.mark.parametrize(
    ("behave", "status", "error"),
    [
        ("raise", "failed", "RuntimeError: broken on purpose"),
        ("illegal", "failed", "ValueError: not for this data"),
        ("nan", "failed", "HistoryError: predictions are not finite"),
        ("sys_exit", "failed", "SystemExit: 4"),
        ("exit", "failed", "child ended with 3: it said nothing"),
        ("killed", "memout", "child ended with -9"),
        ("greedy", "memout", "MemoryError"),
        ("hoard", "memout", "MemoryError"),
    ],
)
def test_misbehaviour_becomes_a_status(child, task, behave, status, error):
    answer = child.evaluate(task, configuration(behave))
    assert (answer["status"], answer["error"][: len(error)]) == (status, error)
    assert child.evaluate(task, configuration())["status"] == "ok"


@pytest.mark.parametrize(
    ("behave", "error"),
    [("spin", "took more than 1 s"), ("slow", "GiveUpError: one fold of 9 took")],
)
def test_too_slow_becomes_a_timeout(hurried_child, task, behave, error):
    answer = hurried_child.evaluate(task, configuration(behave))
    assert (answer["status"], answer["error"][: len(error)]) == ("timeout", error)
    assert hurried_child.evaluate(task, configuration())["status"] == "ok"


def test_prints_do_not_disturb(child, task):
    answer = child.evaluate(task, configuration("talk"))
    assert answer["status"] == "ok"
    assert answer["scores"]["accuracy"][0] > 0


def test_a_sleeper_is_ended_by_the_wall_clock(task, monkeypatch):
    monkeypatch.setattr(watchdog, "_WALL_FACTOR", 4.0)
    child = Child(EvaluationProtocol(builder=BUILDER, limits=Limits(time_limit_s=0.3)))
    try:
        child.load(task)
        start = time.monotonic()
        answer = child.evaluate(task, configuration("sleep"))
        assert answer["status"] == "timeout"
        assert 1.2 <= time.monotonic() - start < 200
    finally:
        child.close()


def test_regression_and_real_configurations(child, folder):
    from warmstart.spaces.pipelines.tabular import tabular_space

    task = LocalTask(
        task_id="r",
        name="r",
        family="r",
        task_type="regression",
        path=folder / "regression.csv",
        target="y",
    )
    answer = child.evaluate(task, configuration())
    assert set(answer["scores"]) == {"r2", "rmse", "mae"}
    values = tabular_space("regression", ["ridge"]).get_default_configuration()
    real = Child(EvaluationProtocol())
    try:
        found = real.evaluate(
            task, Configuration(space="tabular", learner="ridge", values=dict(values))
        )
        assert found["scores"]["r2"][0] > 0.9
        assert found["scores"]["rmse"][0] < 0
    finally:
        real.close()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"path": "nowhere.parquet"}, "cannot load .*nowhere.parquet"),
        ({"target": "z"}, "cannot load .*binary.parquet: .*z"),
    ],
)
def test_a_task_that_cannot_be_loaded_is_no_configurations_fault(child, task, changes, error):
    if "path" in changes:
        changes = {"path": Path(changes["path"])}
    broken = dataclasses.replace(task, task_id="broken", **changes)
    with pytest.raises(HistoryError, match=error):
        child.evaluate(broken, configuration())
    assert child.evaluate(task, configuration())["status"] == "ok"


def test_a_closed_child_starts_no_process(task):
    child = Child(EvaluationProtocol(builder=BUILDER))
    child.close()
    with pytest.raises(HistoryError, match="stopped"):
        child.evaluate(task, configuration())
    assert child.pid is None


def test_limits_are_positive():
    with pytest.raises(HistoryError, match="time_limit_s must be positive, got 0"):
        Limits(time_limit_s=0)
    with pytest.raises(HistoryError, match="memory_limit_mb must be positive, got nan"):
        Limits(memory_limit_mb=float("nan"))
