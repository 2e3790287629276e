import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.errors import HistoryError
from warmstart.execution.resampling import (
    N_FOLDS,
    cap_rows,
    folds,
    forward_folds,
    group_folds,
    n_splits,
)

class_lists = st.lists(st.integers(0, 4), min_size=6, max_size=80)


@settings(deadline=None)
@given(class_lists)
def test_every_row_is_held_out_once_a_repeat(classes):
    classes = np.array(classes)
    splits = list(folds(classes, len(classes)))
    assert len(splits) == n_splits(len(classes)) == 9
    held_out = np.concatenate([test for _, test in splits])
    assert np.bincount(held_out).tolist() == [3] * len(classes)
    for train, test in splits:
        assert sorted([*train, *test]) == list(range(len(classes)))


@settings(deadline=None)
@given(class_lists)
def test_classes_are_spread_evenly(classes):
    classes = np.array(classes)
    for _, test in folds(classes, len(classes)):
        for c in np.unique(classes):
            share = (classes == c).sum() / 3
            assert abs((classes[test] == c).sum() - share) < 1
        assert abs(len(test) - len(classes) / 3) < 1


def test_the_same_task_is_split_the_same_and_repeats_differ():
    classes = np.arange(60) % 2
    first, second = list(folds(classes, 60)), list(folds(classes, 60))
    for (_, a), (_, b) in zip(first, second, strict=True):
        assert a.tolist() == b.tolist()
    assert first[0][1].tolist() != first[3][1].tolist()
    other = next(iter(folds(classes, 60, seed=1)))
    assert other[1].tolist() != first[0][1].tolist()


def test_large_tasks_are_split_once_and_regression_too():
    assert len(list(folds(None, 500))) == 3
    assert len(list(folds(None, 499))) == 9


def test_too_few_rows():
    with pytest.raises(HistoryError, match="5 rows are too few for 3-fold"):
        list(folds(None, 5))


@settings(deadline=None)
@given(class_lists, st.integers(5, 100))
def test_capping_keeps_the_shares_of_classes(classes, max_rows):
    classes = np.array(classes)
    kept = cap_rows(classes, len(classes), max_rows=max_rows)
    assert len(kept) == len(set(kept.tolist())) == min(max_rows, len(classes))
    assert (np.diff(kept) > 0).all()
    for c in np.unique(classes):
        share = (classes == c).sum() * len(kept) / len(classes)
        assert abs((classes[kept] == c).sum() - share) <= 1


def test_capping_is_seeded():
    classes = np.arange(5000) % 3
    one, two, other = (cap_rows(classes, 5000, seed=s).tolist() for s in (0, 0, 1))
    assert one == two != other


@given(st.integers(3, 40), st.integers(20, 700), st.integers(0, 5))
def test_no_group_is_on_both_sides(n_groups, n_rows, seed):
    rng = np.random.default_rng(seed)
    groups = np.append(np.arange(n_groups), rng.integers(0, n_groups, n_rows))
    seen = np.zeros(len(groups), int)
    for train, test in group_folds(groups, seed=seed):
        assert not set(groups[train]) & set(groups[test])
        assert len(train) + len(test) == len(groups)
        seen[test] += 1
    assert (seen == n_splits(len(groups)) // N_FOLDS).all()


@given(st.integers(10, 300), st.integers(0, 5))
def test_what_is_held_out_is_later(n_rows, seed):
    times = np.random.default_rng(seed).integers(0, max(4, n_rows // 3), n_rows)
    if len(np.unique(times)) < 4:
        return
    parts = list(forward_folds(times))
    assert len(parts) == 3
    for train, test in parts:
        assert times[train].max() <= times[test].min()
        assert len(test) > 0
    assert max(len(train) for train, _ in parts) + len(parts[-1][1]) == n_rows


def test_days_stay_whole_where_there_are_enough():
    times = np.repeat(np.arange(20), 10)
    for train, test in forward_folds(times):
        assert times[train].max() < times[test].min()


def test_too_few_groups_or_times():
    with pytest.raises(HistoryError, match="2 groups are too few for 3 folds"):
        list(group_folds(np.repeat([0, 1], 20)))
    with pytest.raises(HistoryError, match="3 times are too few"):
        list(forward_folds(np.repeat([0, 1, 2], 20)))
