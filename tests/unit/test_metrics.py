"""Tests of metrics.

Also of: metrics.formulas.
"""

import math

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.errors import HistoryError
from warmstart.metrics import (
    METRICS,
    Prediction,
    default_metric,
    find_metric,
    metrics_for,
    score_prediction,
)


@st.composite
def folds(draw, n_classes=None):
    """Truth, labels and a coarse ranking (so that there are ties) of one held-out fold."""
    k = n_classes or draw(st.integers(2, 5))
    n = draw(st.integers(2, 40))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, draw(st.integers(1, k)), n)
    ranking = rng.integers(0, draw(st.integers(1, 30)) + 1, (n, k)) / 30
    return truth, rng.integers(0, k, n), ranking, k


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@pytest.mark.filterwarnings("ignore:A single label was found")
@settings(deadline=None)
@given(folds())
def test_metrics_of_labels_agree_with_sklearn(fold):
    truth, labels, _, k = fold
    scores = score_prediction("multiclass", truth, Prediction(labels=labels), k)
    assert scores == pytest.approx(
        {
            "balanced_accuracy": sklearn.metrics.balanced_accuracy_score(truth, labels),
            "accuracy": sklearn.metrics.accuracy_score(truth, labels),
            "f1_macro": sklearn.metrics.f1_score(
                truth, labels, average="macro", zero_division=0
            ),
        }
    )


@settings(deadline=None)
@given(folds(n_classes=2))
def test_binary_auc_agrees_with_sklearn_ties_included(fold):
    truth, _, ranking, _ = fold
    score = METRICS["roc_auc"].score(truth, ranking, 2)
    if len(set(truth)) < 2:
        assert math.isnan(score)
    else:
        assert score == pytest.approx(sklearn.metrics.roc_auc_score(truth, ranking[:, 1]))


@settings(deadline=None)
@given(folds())
def test_multiclass_auc_is_the_mean_over_classes_that_have_one(fold):
    truth, _, ranking, k = fold
    areas = [
        sklearn.metrics.roc_auc_score(truth == c, ranking[:, c])
        for c in range(k)
        if 0 < (truth == c).sum() < len(truth)
    ]
    if k == 2:
        areas = areas[1:]
    score = METRICS["roc_auc"].score(truth, ranking, k)
    assert score == pytest.approx(np.mean(areas)) if areas else math.isnan(score)


def test_multiclass_auc_agrees_with_sklearn_on_probabilities():
    rng = np.random.default_rng(0)
    truth = np.arange(300) % 4
    probabilities = rng.dirichlet(np.ones(4), 300).round(2)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    expected = sklearn.metrics.roc_auc_score(truth, probabilities, multi_class="ovr")
    assert METRICS["roc_auc"].score(truth, probabilities, 4) == pytest.approx(expected)


def test_a_class_unknown_to_the_estimator_has_an_area_of_one_half():
    truth = np.array([0, 0, 1, 1, 2])
    ranking = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [0, 0]], dtype=float)
    ranking = np.column_stack([ranking, np.full(5, -np.inf)])
    assert METRICS["roc_auc"].score(truth, ranking, 3) == pytest.approx((1 + 1 + 0.5) / 3)


@settings(deadline=None)
@given(folds(), st.sampled_from([np.float32, np.float64]))
def test_log_loss_agrees_with_sklearn_zeros_included(fold, precision):
    truth, labels, _, k = fold
    # One-hot rows: certain and often wrong, where only the clipping decides.
    probabilities = np.eye(k)[labels].astype(precision)
    probabilities[::2] = 1 / k
    expected = sklearn.metrics.log_loss(truth, probabilities, labels=list(range(k)))
    assert -METRICS["log_loss"].score(truth, probabilities, k) == pytest.approx(
        expected, rel=1e-5 if precision is np.float32 else 1e-12
    )


# Rounded: squares of numbers next to nothing overflow in scikit-learn's own quotient.
targets = st.lists(
    st.floats(-1e6, 1e6).map(lambda value: round(value, 9)), min_size=2, max_size=30
)


@settings(deadline=None)
@given(targets, st.integers(0, 2**32 - 1))
def test_regression_metrics_agree_with_sklearn(truth, seed):
    truth = np.array(truth)
    values = truth + np.random.default_rng(seed).normal(size=len(truth))
    scores = score_prediction("regression", truth, Prediction(values=values))
    assert scores == pytest.approx(
        {
            "r2": sklearn.metrics.r2_score(truth, values),
            "rmse": -sklearn.metrics.root_mean_squared_error(truth, values),
            "mae": -sklearn.metrics.mean_absolute_error(truth, values),
        },
        rel=1e-6,
    )


@pytest.mark.parametrize(("predicted", "expected"), [(3.0, 1.0), (4.0, 0.0)])
def test_r2_of_a_constant_truth_is_sklearns(predicted, expected):
    truth, values = np.full(4, 3.0), np.full(4, predicted)
    assert METRICS["r2"].score(truth, values) == expected
    assert sklearn.metrics.r2_score(truth, values) == expected


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_perfect_prediction_has_the_best_score_and_no_loss(metric):
    truth = np.array([0, 1, 0, 1])
    perfect = np.eye(2)[truth] if metric.needs in ("ranking", "probabilities") else truth
    score = metric.score(truth, perfect, 2)
    assert score == pytest.approx(metric.best)
    assert metric.loss(score) == pytest.approx(0)
    wrong = 1 - perfect
    assert metric.loss(metric.score(truth, wrong, 2)) > 0


@pytest.mark.parametrize("task_type", ["binary", "multiclass", "regression"])
def test_sklearns_names_are_understood(task_type):
    for metric in metrics_for(task_type):
        assert find_metric(metric.name, task_type) is metric
        for synonym in metric.synonyms:
            assert find_metric(synonym, task_type) is metric
    known = {name for m in metrics_for(task_type) for name in (m.name, *m.synonyms)}
    assert known & set(sklearn.metrics.get_scorer_names())


def test_default_metrics():
    assert default_metric("binary").name == default_metric("multiclass").name
    assert default_metric("multiclass").name == "balanced_accuracy"
    assert default_metric("regression").name == "r2"


def test_an_unknown_metric_names_those_there_are():
    with pytest.raises(HistoryError, match=r"r2, rmse, mae; did you mean 'rmse'"):
        find_metric("rmsee", "regression")
    with pytest.raises(HistoryError, match="balanced_accuracy, accuracy, roc_auc"):
        find_metric("r2", "binary")


def test_an_estimator_without_probabilities_has_no_log_loss():
    truth = np.array([0, 1])
    prediction = Prediction(labels=truth, ranking=np.eye(2))
    assert "log_loss" not in score_prediction("binary", truth, prediction, 2)
