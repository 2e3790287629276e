"""Tests of execution.local.

Also of: execution.remote_unit, execution.stages.tree, execution.unit.
"""

import math
import subprocess

import numpy as np
import pandas as pd
import pytest
from tests.unit.histories.faulty import BUILDER, configuration

from warmstart.errors import HistoryError
from warmstart.execution.local import (
    EvaluationProtocol,
    Limits,
    LocalTask,
    Unit,
    evaluate_locally,
    evaluate_units,
    run_id,
)
from warmstart.execution.process import child as child_module

PROTOCOL = EvaluationProtocol(
    builder=BUILDER, limits=Limits(time_limit_s=60), sampler="by hand", seed=3
)


@pytest.fixture
def tasks(tmp_path):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(30, 2)), columns=["a", "b"])
    X.assign(y=np.where(X.a > 0, "yes", "no")).to_csv(tmp_path / "c.csv", index=False)
    X.assign(y=X.a).to_csv(tmp_path / "r.csv", index=False)
    kinds = {"c": "binary", "r": "regression"}
    return [
        LocalTask(
            task_id=name,
            name=name,
            family=name,
            task_type=kind,
            path=tmp_path / f"{name}.csv",
            target="y",
        )
        for name, kind in kinds.items()
    ]


@pytest.fixture
def processes(monkeypatch):
    """Every process started during the test."""
    started = []

    class Recorded(subprocess.Popen):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            started.append(self)

    monkeypatch.setattr(child_module.subprocess, "Popen", Recorded)
    return started


def test_every_pair_becomes_rows(tasks, processes):
    configurations = [configuration(), configuration("raise"), configuration(depth=1)]
    calls = []
    rows = list(
        evaluate_locally(
            tasks,
            configurations,
            protocol=PROTOCOL,
            n_jobs=2,
            progress=lambda *call: calls.append(call),
        )
    )
    assert calls == [(n, 6) for n in range(1, 7)]
    assert {p.poll() for p in processes} == {-9}  # none is left running
    assert len(rows) == 2 * (5 + 3) + 2
    assert len({(r.source_run_id, r.metric) for r in rows}) == len(rows)
    failed = [r for r in rows if r.status == "failed"]
    assert [(r.task_id, r.metric) for r in sorted(failed, key=lambda r: r.task_id)] == [
        ("c", "balanced_accuracy"),
        ("r", "r2"),
    ]
    assert all(math.isnan(r.score) and math.isnan(r.cost_s) for r in failed)
    for row in rows:
        assert row.source_run_id == run_id(row.task_id, row.configuration_id)
        assert (row.sampler, row.seed) == ("by hand", 3)
        if row.status == "ok":
            assert row.n_folds == 9
            assert row.cost_s >= 0
            assert row.score_std >= 0


def test_leaving_early_ends_the_processes(tasks, processes):
    many = [configuration(depth=depth) for depth in range(1, 40)]
    rows = evaluate_locally(tasks, many, protocol=PROTOCOL, n_jobs=2)
    next(rows)
    rows.close()
    assert processes
    assert {p.poll() for p in processes} == {-9}


def test_a_task_that_cannot_be_loaded(tasks):
    tasks[0].path.unlink()
    with pytest.raises(HistoryError, match=r"^c: cannot load .*c\.csv"):
        list(evaluate_locally(tasks, [configuration()], protocol=PROTOCOL))
    units = [Unit(task=task, configurations=(configuration(),)) for task in tasks]
    bad, good = evaluate_units(units, PROTOCOL)
    assert (bad.evaluations, bool(bad.problem)) == ([], True)
    assert (len(good.evaluations), good.problem) == (3, "")


def test_a_units_key_tells_what_is_in_it(tasks):
    unit = Unit(task=tasks[0], configurations=(configuration(), configuration(depth=1)))
    same = Unit(task=tasks[0], configurations=(configuration(), configuration(depth=1)))
    other = Unit(task=tasks[0], configurations=(configuration(depth=1), configuration()))
    elsewhere = Unit(task=tasks[1], configurations=unit.configurations)
    assert unit.key == same.key
    assert len({unit.key, other.key, elsewhere.key}) == 3
