"""Curves over epochs and rows: from the same fit where there is one, else from further fits."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import balanced_accuracy_score
from sklearn.preprocessing import StandardScaler

from warmstart.errors import HistoryError
from warmstart.execution.crossvalidation import cross_validate
from warmstart.execution.evaluation_protocol import EvaluationProtocol
from warmstart.execution.loaded_task import load_task
from warmstart.execution.measure.rungs import row_curve
from warmstart.execution.measure.staged import network_in, stages
from warmstart.execution.prepared_folds import PreparedFold
from warmstart.execution.resampling import cap_rows
from warmstart.spaces.pipelines.labels import LabelEncodedClassifier
from warmstart.spaces.pipelines.networks import (
    NetworkClassifier,
    NetworkRegressor,
    keeping_epochs,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3))
NUMBERS = X @ [1.0, 2.0, 0.5] + RNG.normal(size=120) / 4
WORDS = np.array(["no", "yes"])[(NUMBERS > 0).astype(int)]


def classifier(epochs):
    return LabelEncodedClassifier(
        NetworkClassifier(hidden_layer_sizes=(8,), max_iter=epochs, random_state=0)
    )


def regressor(epochs):
    network = NetworkRegressor(hidden_layer_sizes=(8,), max_iter=epochs, random_state=0)
    return TransformedTargetRegressor(
        network, transformer=StandardScaler(), check_inverse=False
    )


@pytest.mark.parametrize(("make", "y"), [(classifier, WORDS), (regressor, NUMBERS)])
def test_an_epoch_predicts_as_a_network_of_so_many_to_the_last_bit(make, y):
    with keeping_epochs((1, 4, 16, 64)):
        model = make(20).fit(X, y)
    plain = make(20).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), plain.predict(X))
    total, found = stages(model, X)
    found = dict(found)
    assert (total, list(found)) == (20, [1, 4, 16])
    for epochs in (1, 4, 16):
        smaller = make(epochs).fit(X, y)
        ask = getattr(smaller, "predict_proba", smaller.predict)
        np.testing.assert_array_equal(found[epochs].answers, ask(X))
    assert network_in(model) is not None
    assert network_in(plain) is None
    assert stages(plain, X)[0] == 0


@pytest.fixture
def task(tmp_path):
    path = tmp_path / "data.parquet"
    pd.DataFrame(X, columns=list("abc")).assign(y=WORDS).to_parquet(path)
    return load_task(
        str(path),
        target="y",
        task_type="binary",
        loader="warmstart.datasets.load:load_dataset",
        max_rows=2000,
    )


def test_a_network_is_scored_as_ever_and_after_its_epochs(task):
    made = cross_validate(task, lambda: classifier(10), time_limit_s=60, measure=True)
    plain = cross_validate(task, lambda: classifier(10), time_limit_s=60)
    assert made["scores"] == plain["scores"]
    assert [point["rounds"] for point in made["curve"]] == [1, 2, 4, 8, 10]
    assert {point["kind"] for point in made["curve"]} == {"epochs"}
    ends = made["curve"][-1]["scores"]
    assert ends["log_loss"] == pytest.approx(made["scores"]["log_loss"][0])
    with keeping_epochs(range(99)):
        heavy = classifier(10).fit(X, WORDS)
    assert made["model_bytes"] < 2 * 10_000
    assert heavy.estimator_.epoch_weights_


def test_learners_without_rounds_are_fitted_to_rows_where_it_is_asked(task):
    def make():
        return LinearDiscriminantAnalysis()

    assert cross_validate(task, make, time_limit_s=60, measure=True)["curve"] == []
    found = cross_validate(
        task, make, time_limit_s=60, measure=True, row_rungs=(1, 20, 40, 999)
    )
    assert found["scores"] == cross_validate(task, make, time_limit_s=60)["scores"]
    # One row is of one class: nothing can be fitted to it.
    assert [point["rounds"] for point in found["curve"]] == [20, 40, 80]
    assert {point["kind"] for point in found["curve"]} == {"rows"}
    by_hand = []
    for fold in task.folds:
        rows = cap_rows(fold.y_train, len(fold.y_train), max_rows=20, seed=20)
        model = make().fit(fold.X_train.to_numpy()[rows], fold.y_train[rows])
        by_hand.append(
            balanced_accuracy_score(fold.y_test, model.predict(fold.X_test.to_numpy()))
        )
    assert found["curve"][0]["scores"]["balanced_accuracy"] == pytest.approx(np.mean(by_hand))


def test_no_rung_is_fitted_when_the_time_is_over(task):
    fold = task.folds[0]
    ready = PreparedFold(
        train=fold.X_train, test=fold.X_test, fit_s=0.0, transform_s=0.0, n_bytes=0
    )
    model = LinearDiscriminantAnalysis().fit(fold.X_train, fold.y_train)
    record = {"fit_s": 2.0, "predict_s": 1.0, "scores": {}}
    curve, spent = row_curve(task, model, fold, ready, record, (20, 40), limit_s=2.9)
    assert (curve.total, spent) == (0, 0.0)
    curve, spent = row_curve(task, model, fold, ready, record, (20, 40), limit_s=9.0)
    assert (curve.total, spent > 0) == (80, True)


def test_rungs_are_rows():
    with pytest.raises(HistoryError, match="row_rungs are numbers of rows"):
        EvaluationProtocol(row_rungs=(0,))
