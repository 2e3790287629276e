import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.errors import HistoryError
from warmstart.execution.resampling import cap_rows, folds, n_splits

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
