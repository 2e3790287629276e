"""Boosted trees: the order is that of scikit-learn's prediction for every pair."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import zscore
from sklearn.ensemble import HistGradientBoostingRegressor

from warmstart.models.gaussian.feature_gp import configuration_features
from warmstart.models.surrogates.boosted_trees import BoostedTrees
from warmstart.testing.performance_model import make_table


def test_order_is_that_of_one_regression_on_all_pairs():
    table = make_table()
    table = table.take(range(22))  # those with meta-features
    rows, targets = [], []
    features = configuration_features(table)
    for task, scores in zip(table.task_ids, table.scores, strict=True):
        for j, loss in enumerate(zscore(-scores)):
            rows.append([*table.metafeatures.loc[task], *features[j]])
            targets.append(loss)
    other = HistGradientBoostingRegressor(max_iter=20, early_stopping=False).fit(rows, targets)
    new_task = pd.Series({"constant": 7.0, "noise": 0.5, "kind": 1.0})
    pairs = [[1.0, 0.5, 7.0, *x] for x in features]
    expected = np.argsort(other.predict(pairs), kind="stable")
    state = BoostedTrees(n_trees=20).fit(table).start(new_task)
    assert state.batch(12) == expected.tolist()


def test_kinds_of_tasks_are_told_apart():
    model = BoostedTrees().fit(make_table(n_tasks=60))
    rising = model.start(pd.Series({"kind": 1.0, "noise": 0.5, "constant": 7.0})).next()
    falling = model.start(pd.Series({"kind": 0.0, "noise": 0.5, "constant": 7.0})).next()
    assert rising >= 9
    assert falling <= 2


def test_refuses_no_trees():
    with pytest.raises(ValueError, match="n_trees"):
        BoostedTrees(n_trees=0)


def test_a_metafeature_no_task_has_changes_nothing():
    table = make_table()
    more = replace(table, metafeatures=table.metafeatures.assign(unknown=np.nan))
    new_task = pd.Series({"constant": 7.0, "noise": 0.5, "kind": 1.0, "unknown": 2.0})
    orders = [BoostedTrees(n_trees=5).fit(t).start(new_task).batch(12) for t in (table, more)]
    assert orders[0] == orders[1]
