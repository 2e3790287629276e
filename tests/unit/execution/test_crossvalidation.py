"""Tests of execution.crossvalidation.

Also of: execution.loaded_task, execution.prediction, execution.prepared_folds.
"""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, RidgeClassifier
from sklearn.metrics import balanced_accuracy_score, log_loss
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from warmstart.errors import HistoryError
from warmstart.execution import loaded_task
from warmstart.execution.crossvalidation import GiveUpError, cross_validate
from warmstart.execution.loaded_task import load_task
from warmstart.execution.prediction import predict
from warmstart.metrics import METRICS

TYPES = {2: "binary", 3: "multiclass"}
LOADER = "warmstart.datasets.load:load_dataset"


def frame(n_rows, labels, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n_rows, 3)) * [1, 100, 1], columns=["a", "b", "c"])
    codes = rng.integers(0, len(labels), n_rows)
    X.a += codes
    return X.assign(y=np.array(labels, dtype=object)[codes])


def load(tmp_path, table, task_type, max_rows=2000):
    path = tmp_path / "data.parquet"
    table.to_parquet(path)
    return load_task(
        str(path), target="y", task_type=task_type, max_rows=max_rows, loader=LOADER
    )


@pytest.fixture
def task(tmp_path):
    return load(tmp_path, frame(120, ["x", "y", "z"]), "multiclass")


def test_scores_are_those_of_scikit_learn(task):
    model = GaussianNB()
    answer = cross_validate(task, lambda: model, time_limit_s=60)
    expected = [
        balanced_accuracy_score(
            fold.y_test,
            GaussianNB().fit(fold.X_train, fold.y_train).predict(fold.X_test),
        )
        for fold in task.folds
    ]
    assert answer["n_folds"] == len(expected) == 9
    mean, std = answer["scores"]["balanced_accuracy"]
    assert (mean, std) == pytest.approx((np.mean(expected), np.std(expected)))


def test_prepared_folds_do_not_mix_configurations(task):
    for scaler in (StandardScaler(), MinMaxScaler()):
        for alpha in (1, 100):
            model = make_pipeline(clone(scaler), RidgeClassifier(alpha=alpha))
            shared = cross_validate(task, lambda found=model: found, time_limit_s=60)
            alone = [
                balanced_accuracy_score(
                    fold.y_test, model.fit(fold.X_train, fold.y_train).predict(fold.X_test)
                )
                for fold in task.folds
            ]
            assert shared["scores"]["balanced_accuracy"][0] == pytest.approx(np.mean(alone))
    assert len(task.prepared) == 2 * 9


def test_prepared_folds_are_kept_up_to_a_size(task, monkeypatch):
    monkeypatch.setattr(loaded_task.PreparedFolds, "max_bytes", 8 * 3 * 120 * 2)
    model = make_pipeline(StandardScaler(), RidgeClassifier())
    first = cross_validate(task, lambda: model, time_limit_s=60)
    assert len(task.prepared) == 2
    again = make_pipeline(StandardScaler(), RidgeClassifier())
    assert cross_validate(task, lambda: again, time_limit_s=60)["scores"] == first["scores"]


@pytest.mark.parametrize(
    "model",
    [
        RandomForestClassifier(5, random_state=0),
        LinearDiscriminantAnalysis(),
        RidgeClassifier(),
        SVC(),
    ],
)
@pytest.mark.parametrize("labels", ["xy", "xyz"])
def test_one_pass_gives_the_labels_that_predict_gives(tmp_path, model, labels):
    task = load(
        tmp_path, frame(90, list(labels)), "multiclass" if len(labels) > 2 else "binary"
    )
    fold = task.folds[0]
    model.fit(fold.X_train, fold.y_train)
    found = predict(model, fold.X_test, task.n_classes)
    np.testing.assert_array_equal(found.labels, model.predict(fold.X_test))
    assert found.ranking.shape == (len(fold.X_test), len(labels))
    assert (found.probabilities is not None) == hasattr(model, "predict_proba")


def test_one_column_a_pair_of_classes_is_no_ranking(tmp_path):
    task = load(tmp_path, frame(120, list("wxyz")), "multiclass")
    answer = cross_validate(task, lambda: SVC(decision_function_shape="ovo"), time_limit_s=60)
    assert set(answer["scores"]) == {"balanced_accuracy", "accuracy", "f1_macro"}


@pytest.mark.parametrize("model", [GaussianNB(), RidgeClassifier()])
def test_a_class_the_training_rows_lack(tmp_path, model):
    table = frame(60, ["x", "z"])
    table.loc[7, "y"] = "y"  # between the others, so that columns must move
    task = load(tmp_path, table, "multiclass")
    lacking = [fold for fold in task.folds if 1 in fold.y_test]
    assert len(lacking) == 3
    fold = lacking[0]
    model.fit(fold.X_train, fold.y_train)
    found = predict(model, fold.X_test, 3)
    np.testing.assert_array_equal(found.labels, model.predict(fold.X_test))
    if hasattr(model, "predict_proba"):
        spread = found.probabilities
        np.testing.assert_array_equal(spread[:, 1], 0)
        np.testing.assert_array_equal(spread[:, [0, 2]], model.predict_proba(fold.X_test))
        expected = log_loss(fold.y_test, spread, labels=[0, 1, 2])
        assert METRICS["log_loss"].score(fold.y_test, spread, 3) == pytest.approx(-expected)
    answer = cross_validate(task, lambda: model, time_limit_s=60)
    assert answer["scores"]["roc_auc"][0] > 0.4


def test_regression(tmp_path):
    table = frame(40, ["x", "y"]).drop(columns="y")
    task = load(tmp_path, table.assign(y=3 * table.a), "regression")
    answer = cross_validate(task, LinearRegression, time_limit_s=60)
    assert answer["scores"]["r2"] == pytest.approx([1, 0])
    assert answer["scores"]["rmse"] == pytest.approx([0, 0], abs=1e-9)


def test_large_tasks_are_capped_and_the_schema_says_so(tmp_path):
    table = frame(800, ["x", "y"])
    table.loc[:2, "y"] = "rare"
    task = load(tmp_path, table, "multiclass", max_rows=600)
    assert task.schema.n_rows == 600
    assert 2 <= task.schema.min_class_count <= 3
    assert [len(fold.y_test) for fold in task.folds] == [200] * 3


class InPlace(GaussianNB):
    def fit(self, X, y):
        super().fit(X, y)
        X[:] = 0
        return self


def test_an_estimator_that_works_in_place_spoils_nothing(task):
    for model in (InPlace(), make_pipeline(StandardScaler(), InPlace())):
        first = cross_validate(task, lambda found=model: found, time_limit_s=60)
        second = cross_validate(task, lambda found=model: found, time_limit_s=60)
        assert first["scores"] == second["scores"]
        assert first["scores"]["accuracy"][0] > 0.4


class Useless(LinearRegression):
    def predict(self, X):
        return np.full(len(X), 1e200)


def test_a_score_that_is_not_finite_is_a_failure(tmp_path):
    table = frame(40, ["x", "y"]).drop(columns="y")
    task = load(tmp_path, table.assign(y=table.a), "regression")
    with np.errstate(over="ignore"), pytest.raises(HistoryError, match="r2 is not finite"):
        cross_validate(task, Useless, time_limit_s=60)


def test_giving_up(task):
    with pytest.raises(GiveUpError, match="one fold of 9 took"):
        cross_validate(task, GaussianNB, time_limit_s=1e-5)


@pytest.mark.parametrize("resampling", ["groups", "forward"])
def test_a_task_is_held_out_by_groups_or_by_time(tmp_path, resampling):
    table = frame(700, ["x", "y"]).assign(shop=np.arange(700) % 11, day=np.arange(700)[::-1])
    path = tmp_path / "data.parquet"
    table.to_parquet(path)
    task = load_task(
        str(path),
        target="y",
        task_type="binary",
        max_rows=600,
        loader=LOADER,
        groups="shop",
        time="day",
        resampling=resampling,
    )
    assert task.schema.n_rows == 600
    assert [column.name for column in task.schema.columns] == ["a", "b", "c", "day"]
    assert len(task.folds) == 3
    for fold in task.folds:
        if resampling == "forward":
            assert fold.X_train["day"].max() < fold.X_test["day"].min()
        else:
            shops = [set((699 - part["day"]) % 11) for part in (fold.X_train, fold.X_test)]
            assert not shops[0] & shops[1]


def test_where_one_class_was_seen_it_is_certain():
    class Wide:
        """As LightGBM, which gives two columns whatever it saw."""

        classes_ = np.array([1])

        def predict_proba(self, X):
            return np.tile([0.3, 0.7], (len(X), 1))

    said = predict(Wide(), np.zeros((4, 2)), 3)
    assert said.labels.tolist() == [1] * 4
    assert said.probabilities.tolist() == [[0.0, 1.0, 0.0]] * 4
