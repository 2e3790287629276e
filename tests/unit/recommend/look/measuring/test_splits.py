"""Rows of a look: stratified, whole groups, drawn anew for every division."""

import numpy as np
import pandas as pd
import pytest

from warmstart.datasets.load import load_dataset
from warmstart.metrics import METRICS
from warmstart.recommend.look.measuring.splits import Divided, Part


def table(n, n_groups=None):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"row": np.arange(n) + 0.5, "y": rng.permutation(np.arange(n) % 4 == 0)}
    )
    groups = None if n_groups is None else rng.integers(n_groups, size=n)
    return load_dataset(frame, target="y"), groups


def rows(fold):
    """Numbers of the rows fitted to and scored on."""
    return set(fold.X_train["row"]), set(fold.X_test["row"])


def test_the_first_division_scores_every_row_once():
    dataset, _ = table(90)
    folds = [rows(Divided(dataset=dataset).fold(Part(0, k))) for k in range(3)]
    scored = [row for _, test in folds for row in test]
    assert sorted(scored) == sorted(dataset.X["row"])
    assert all(not train & test and len(train | test) == 90 for train, test in folds)


def test_classes_keep_their_shares():
    dataset, _ = table(400)
    fold = Divided(dataset=dataset, max_rows=120).fold(Part(0, 1))
    assert len(fold.y_train) + len(fold.y_test) == 120
    assert fold.y_train.mean() == pytest.approx(0.25, abs=0.02)


def test_another_division_has_other_folds():
    dataset, _ = table(90)
    data = Divided(dataset=dataset)
    assert rows(data.fold(Part(0, 0))) != rows(data.fold(Part(1, 0)))
    again = Divided(dataset=dataset)
    assert rows(data.fold(Part(1, 2))) == rows(again.fold(Part(1, 2)))
    other = Divided(dataset=dataset, random_state=1)
    assert rows(data.fold(Part(0, 0))) != rows(other.fold(Part(0, 0)))


def test_a_large_table_is_scored_on_more_rows_than_it_is_fitted_to():
    dataset, _ = table(900)
    data = Divided(dataset=dataset, max_rows=120)
    train, test = rows(data.fold(Part(1, 0)))
    assert (len(train), len(test)) == (80, 820)
    assert not train & test
    assert data.weight(0) == 1.0 < data.weight(1) < 2.0


def test_the_schema_is_that_of_the_rows_used():
    dataset, _ = table(900)
    schema = Divided(dataset=dataset, max_rows=120).schema
    assert (schema.n_rows, schema.min_class_count) == (120, 30)


@pytest.mark.parametrize("max_rows", [60, 2000])
def test_groups_stay_together(max_rows):
    dataset, groups = table(300, n_groups=25)
    data = Divided(dataset=dataset, groups=groups, max_rows=max_rows)
    group_of = dict(zip(dataset.X["row"], groups, strict=True))
    scored = []
    for k in range(3):
        train, test = rows(data.fold(Part(0, k)))
        assert not {group_of[row] for row in train} & {group_of[row] for row in test}
        assert train
        assert test
        scored += test
    assert len(scored) == len(set(scored)) >= min(max_rows, 300)


def test_groups_of_another_length_are_refused():
    dataset, _ = table(90)
    with pytest.raises(ValueError, match="3 groups were given for 90 rows"):
        Divided(dataset=dataset, groups=np.arange(3))


@pytest.mark.parametrize(("n", "max_rows"), [(90, 2000), (900, 120)])
@pytest.mark.parametrize("division", [0, 1])
def test_later_rows_are_scored_by_what_earlier_ones_said(n, max_rows, division):
    dataset, _ = table(n)
    when = np.random.default_rng(1).permutation(n) // 2  # two rows a day
    of_row = dict(zip(dataset.X["row"], when, strict=True))
    data = Divided(dataset=dataset, times=when, max_rows=max_rows)
    for k in range(3):
        train, test = rows(data.fold(Part(division, k)))
        assert max(of_row[row] for row in train) < min(of_row[row] for row in test)
        assert len(train | test) <= max_rows
    assert data.weight(division) == 1.0
    again = Divided(dataset=dataset, times=when, max_rows=max_rows)
    assert rows(again.fold(Part(division, 1))) == rows(data.fold(Part(division, 1)))
    assert rows(data.fold(Part(0, 2))) != rows(data.fold(Part(1, 2)))


def test_a_rare_time_that_was_not_drawn_takes_all_rows():
    dataset, _ = table(90)
    when = np.r_[np.zeros(87), [1, 2, 3]]
    train, test = rows(Divided(dataset=dataset, times=when).fold(Part(1, 0)))
    assert train
    assert test


def test_groups_come_before_times():
    dataset, groups = table(300, n_groups=20)
    both = Divided(dataset=dataset, groups=groups, times=np.arange(300))
    alone = Divided(dataset=dataset, groups=groups)
    assert rows(both.fold(Part(0, 1))) == rows(alone.fold(Part(0, 1)))


def test_times_of_other_rows_are_refused():
    dataset, _ = table(90)
    with pytest.raises(ValueError, match="3 times were given for 90 rows"):
        Divided(dataset=dataset, times=np.arange(3))


@pytest.mark.parametrize(("n_rare", "n_folds"), [(1, 0), (2, 2), (3, 3)])
def test_a_fold_without_one_of_two_classes_cannot_be_ranked(n_rare, n_folds):
    frame = pd.DataFrame({"x": np.arange(60.0), "y": np.arange(60) < n_rare})
    data = Divided(dataset=load_dataset(frame, target="y"))
    parts = data.parts(0, METRICS["roc_auc"])
    assert len(parts) == n_folds
    assert all(len(np.unique(data.fold(part).y_test)) == 2 for part in parts)
    # Other metrics only need two classes to learn from.
    assert len(data.parts(0, METRICS["accuracy"])) == (3 if n_rare > 1 else 2)


def test_folds_before_a_class_comes_cannot_be_learnt_from():
    frame = pd.DataFrame({"x": np.arange(100.0), "y": np.arange(100) >= 70})
    dataset = load_dataset(frame, target="y")
    data = Divided(dataset=dataset, times=np.arange(100.0))
    for part in data.parts(0, METRICS["accuracy"]):
        assert len(np.unique(data.fold(part).y_train)) == 2
    assert len(data.parts(0, METRICS["accuracy"])) < 3
