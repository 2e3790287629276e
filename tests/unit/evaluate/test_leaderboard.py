"""The leaderboard: what scikit-learn measures, beside what was expected.

Also of: execution.leaderboard.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification, make_regression
from sklearn.metrics import make_scorer, matthews_corrcoef
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, cross_val_score

from warmstart.domain import Column, Schema
from warmstart.errors import DatasetError, SpaceMismatchError
from warmstart.evaluate.leaderboard import SCORERS
from warmstart.execution.leaderboard import Leaderboard
from warmstart.metrics import METRICS
from warmstart.recommend.answer.suggestion import Suggestion
from warmstart.recommend.answer.suggestions import Suggestions

PREPARED = {"imputation": "median", "encoding": "one_hot", "scaling": "standard"}


def suggestion(learner, score, task_type="binary", schema=True, **own):
    values = {**PREPARED, "learner": learner, "reduction": "none"}
    columns = tuple(Column(k, "numeric") for k in range(4))
    least = None if task_type == "regression" else 20
    known = Schema(columns=columns, task_type=task_type, n_rows=90, min_class_count=least)
    return Suggestion(
        configuration={**values, **{f"{learner}:{k}": v for k, v in own.items()}},
        configuration_id=learner,
        learner=learner,
        score=score,
        schema=known if schema else None,
    )


def answer(*items, metric="balanced_accuracy", task_type="binary"):
    return Suggestions(items=items, metric=metric, strategy="pmf", task_type=task_type)


BAYES = suggestion("naive_bayes", 0.8, var_smoothing=1e-9)
LOGISTIC = suggestion("logistic_regression", 0.7, C=1.0, class_weight="none")
BROKEN = suggestion("nearest_neighbors", 0.9, n_neighbors=80, weights="uniform", p=2)
X, Y = make_classification(90, 4, n_informative=3, n_redundant=0, random_state=0)


def test_measures_what_scikit_learn_does():
    board = answer(BAYES, LOGISTIC).cross_validate(X, Y, cv=3)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    for rank, one in ((1, BAYES), (2, LOGISTIC)):
        scores = cross_val_score(one.estimator(), X, Y, cv=folds, scoring="balanced_accuracy")
        assert board.loc[rank, "measured"] == pytest.approx(scores.mean())
        error = scores.std(ddof=1) / np.sqrt(3)
        assert board.loc[rank, "measured_std"] == pytest.approx(error)
        assert board.loc[rank, "expected"] == one.score
    assert board["measured"].is_monotonic_decreasing
    assert (board["fit_s"] > 0).all()


def test_failures_are_rows_and_the_best_is_fitted():
    done = []
    board = answer(BROKEN, BAYES).cross_validate(
        X, Y, cv=3, progress=lambda *told: done.append(told)
    )
    assert board["status"].tolist() == ["ok", "failed"]
    assert "n_neighbors" in board.loc[1, "error"]
    assert np.isnan(board.loc[1, "measured"])
    assert done == [(1, 2), (2, 2)]
    assert isinstance(board, Leaderboard)
    expected = BAYES.estimator().fit(X, Y).predict(X)
    np.testing.assert_array_equal(board.best_estimator_.predict(X), expected)


def test_nothing_is_fitted_unasked():
    assert answer(BAYES).cross_validate(X, Y, cv=2, refit=False).best_estimator_ is None
    assert answer(BROKEN).cross_validate(X, Y, cv=2).best_estimator_ is None


def test_groups_are_never_split():
    groups = np.repeat(np.arange(9), 10)
    seen = []

    def scorer(estimator, X_test, y_test):
        seen.append(len(y_test))
        return 0.5

    board = answer(BAYES).cross_validate(X, Y, cv=3, groups=groups, scoring=scorer, refit=False)
    assert board.loc[1, "measured"] == 0.5
    assert sum(seen) == 90
    assert all(n % 10 == 0 for n in seen)


@pytest.mark.parametrize("scoring", ["matthews_corrcoef", make_scorer(matthews_corrcoef)])
def test_other_scores(scoring):
    board = answer(BAYES).cross_validate(X, Y, cv=KFold(2), scoring=scoring)
    scores = cross_val_score(BAYES.estimator(), X, Y, cv=KFold(2), scoring=scoring)
    assert board.loc[1, "measured"] == pytest.approx(scores.mean())


def test_regression():
    X, y = make_regression(60, 4, noise=9.0, random_state=0)
    ridge = suggestion("ridge", -9.0, "regression", alpha=1.0)
    groups = np.repeat(np.arange(6), 10)
    board = answer(ridge, metric="rmse", task_type="regression").cross_validate(
        pd.DataFrame(X), pd.Series(y), cv=3, groups=groups
    )
    scores = cross_val_score(
        ridge.estimator(), X, y, cv=GroupKFold(3), groups=groups, scoring=SCORERS["rmse"]
    )
    assert board.loc[1, "measured"] == pytest.approx(scores.mean())


def test_every_metric_has_a_scorer():
    assert set(SCORERS) == set(METRICS)
    for name in ("roc_auc", "log_loss", "f1_macro", "accuracy"):
        board = answer(LOGISTIC, metric=name).cross_validate(X, Y, cv=2, refit=False)
        assert board["status"].tolist() == ["ok"]


@pytest.mark.parametrize(
    ("y", "more", "said"),
    [
        (Y[:-1], {}, "X has 90 rows, y has 89"),
        (Y, {"groups": Y[:5]}, "X has 90 rows, groups has 5"),
        (np.where(np.arange(90) < 2, np.nan, Y), {}, "2 of 90 rows have no value in y"),
    ],
)
def test_refuses_before_any_work(y, more, said):
    with pytest.raises(DatasetError, match=said):
        answer(BAYES).cross_validate(X, y, **more)
    with pytest.raises(ValueError, match="cv must be at least 2 folds, got 1"):
        answer(BAYES).cross_validate(X, Y, cv=1)


def test_what_is_no_pipeline():
    other = replace(BAYES, schema=None)
    with pytest.raises(SpaceMismatchError, match="suggested without a dataset"):
        answer(other).cross_validate(X, Y)
    board = answer(other, BAYES).cross_validate(X, Y, cv=2)
    assert board["status"].tolist() == ["ok", "failed"]
