"""Learning curves in a meta-dataset: read with histories, kept, updated, never lost.

Also of: histories.curves.boosting, histories.curves.lcdb.
"""

import math

import numpy as np
import optuna
import pandas as pd
import pytest

from warmstart.errors import HistoryError
from warmstart.histories import optuna as optuna_histories
from warmstart.histories.curves import boosting, lcdb, table
from warmstart.histories.runs.curve_points import CurvePoint
from warmstart.metadataset.import_runs import import_histories
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.curves.curves import curves_of

KEY = ["task_id", "metric", "configuration_id", "source_run_id", "budget"]


def frame(seed=0, n=6, budgets=(1, 3, 9)):
    rng = np.random.default_rng(seed)
    rows = [
        {"task": f"t{t}", "rate": float(rate), "epoch": b, "acc": rng.uniform(), "s": b / 7}
        for t in range(2)
        for rate in range(1, n)
        for b in budgets
    ]
    return pd.DataFrame(rows)


def history(rows, **more):
    return table.read(
        rows,
        parameters=["rate"],
        budget="epoch",
        score="acc",
        cost_s="s",
        kind="epochs",
        task_tag="task",
        metric="accuracy",
        direction="maximize",
        **more,
    )


def sorted_curves(md):
    return md.measured("curves").sort_values(KEY).reset_index(drop=True)


def test_exact_round_trip(tmp_path):
    rows = frame()
    md = MetaDataset.from_histories([history(rows)])
    md.save(tmp_path / "md")
    again = MetaDataset.open(tmp_path / "md", verify=True)
    pd.testing.assert_frame_equal(sorted_curves(again), sorted_curves(md), check_exact=True)
    told = rows.sort_values(["task", "rate", "epoch"])
    found = sorted_curves(again).assign(
        rate=lambda f: [again.configuration(c)["rate"] for c in f["configuration_id"]]
    )
    found = found.sort_values(["task_id", "rate", "budget"])
    assert found["score"].tolist() == told["acc"].tolist()
    assert found["cost_s"].tolist() == told["s"].tolist()
    assert set(found["kind"]) == {"epochs"}


def test_an_import_again_changes_no_byte(tmp_path):
    for _ in range(2):
        import_histories([history(frame())], tmp_path / "md")
        now = {f.name: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()}
        seen = now if _ == 0 else seen  # noqa: F821
    assert now == seen


def test_a_run_that_went_on_has_its_longer_curve(tmp_path):
    short, whole = frame(budgets=(1, 3)), frame(budgets=(1, 3))
    more = whole[whole["epoch"] == 3].assign(epoch=9, acc=0.5)
    import_histories([history(short)], tmp_path / "md")
    report = import_histories([history(pd.concat([whole, more]))], tmp_path / "md")
    curves = MetaDataset.open(tmp_path / "md").measured("curves")
    assert report.n_updated == 10
    assert curves.groupby("configuration_id").size().eq(6).all()


def test_curves_follow_configurations_whose_defaults_are_filled():
    varied = frame().assign(depth=3)
    both = [
        history(frame().assign(task="x"), space="mine"),
        table.read(
            varied,
            parameters=["rate", "depth"],
            budget="epoch",
            score="acc",
            task_tag="task",
            metric="accuracy",
            direction="maximize",
            space="mine",
            source="other",
        ),
    ]
    md = MetaDataset.from_histories(both, defaults={"depth": 5})
    curves = md.measured("curves")
    of_x = curves[curves["task_id"] == "x"]["configuration_id"].unique()
    assert len(of_x) == 5
    assert {md.configuration(c)["depth"] for c in of_x} == {5}


def test_a_curve_without_its_run_is_left_out():
    whole = history(frame())
    lone = CurvePoint(
        source="curves", source_run_id="none", metric="accuracy", budget=1, score=1
    )
    read = whole.read_curves
    object.__setattr__(whole, "read_curves", lambda: [*read(), lone])
    assert "none" not in set(
        MetaDataset.from_histories([whole]).measured("curves").source_run_id
    )


def test_intermediate_values_of_optuna():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="minimize", pruner=optuna.pruners.NopPruner())

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        for step in range(4):
            trial.report(x / (step + 1), step)
            if trial.number == 1 and step == 1:
                raise optuna.TrialPruned
        return x / 4

    study.optimize(objective, n_trials=3)
    told = optuna_histories.read(
        study, task="mine", metric="rmse", run_prefix="first/", budget_kind="epochs"
    )
    curves = MetaDataset.from_histories([told], task_type="regression").measured("curves")
    assert curves.groupby("source_run_id").size().tolist() == [4, 2, 4]
    first = curves[curves["source_run_id"].str.contains("/0@")].sort_values("budget")
    x = study.trials[0].params["x"]
    assert first["budget"].tolist() == [1, 2, 3, 4]  # steps that begin at 0 are shifted
    assert first["score"].tolist() == [-x / (k + 1) for k in range(4)]
    assert first["cost_s"].isna().tolist() == [True, True, True, False]


def test_lcdb_reads_rows_and_averages_repetitions():
    rows = pd.DataFrame(
        {
            "openmlid": 3,
            "learner": ["a", "a", "a", "b"],
            "size_train": [16, 16, 32, 16],
            "traintime": [1.0, 3.0, 4.0, 1.0],
            "score_test": [0.5, 0.7, 0.8, 0.6],
        }
    )
    told = lcdb.read(rows)
    assert told.to_frame()["status"].tolist() == ["ok", "pruned"]
    md = MetaDataset.from_histories([told])
    curves = curves_of(md, metric="accuracy", kind="rows")
    np.testing.assert_allclose(curves.values, [[0.6, 0.8], [0.6, np.nan]])
    assert curves.tasks.tolist() == ["3", "3"]
    assert len(curves_of(md, metric="accuracy", kind="rows", exclude={"3"})) == 0


def test_boosters_logs():
    from lightgbm import LGBMClassifier

    X = np.random.default_rng(0).normal(size=(200, 3))
    y = X[:, 0] > 0
    model = LGBMClassifier(n_estimators=12, verbose=-1, n_jobs=1)
    model.fit(X[:150], y[:150], eval_X=(X[150:],), eval_y=(y[150:],))
    told = boosting.read(
        [({"learning_rate": 0.1}, model)],
        every=5,
        task="mine",
        metric="log_loss",
        metric_key="binary_logloss",
        direction="minimize",
    )
    points = told.curves()
    assert points["budget"].to_pylist() == [5, 10, 12]
    logged = model.evals_result_["valid_0"]["binary_logloss"]
    assert points["score"].to_pylist() == [-logged[k - 1] for k in (5, 10, 12)]
    assert told.to_frame()["score"].tolist() == [-logged[-1]]


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"budget": -1}, "budgets are above zero"),
        ({"budget": math.inf}, "budgets are above zero"),
        ({"kind": "weeks"}, "not 'weeks'"),
        ({"cost_s": -1.0}, "less than nothing"),
    ],
)
def test_points_that_are_none(more, match):
    given = {"source": "s", "source_run_id": "1", "metric": "r2", "budget": 1, "score": 0.5}
    with pytest.raises(HistoryError, match=match):
        CurvePoint(**given | more)


@pytest.mark.parametrize(
    ("log", "match"),
    [
        ({}, "logged no set"),
        ({"valid_0": {"auc": [0.5]}}, "logged no 'acc' of valid_0; it has auc"),
        (object(), "logged no evaluation"),
    ],
)
def test_logs_without_the_metric(log, match):
    with pytest.raises(HistoryError, match=match):
        boosting.read([({}, log)], task="t", metric="acc", direction="maximize")
