"""Nearest known tasks, and whether there are any."""

import numpy as np
import pandas as pd
import pytest
from tests.unit.recommend.toy import NEW, metafeatures, task_ids

from warmstart.recommend.base.neighbours import Relatives
from warmstart.similarity.laplace import mean_distance
from warmstart.similarity.quantiles import QuantileNormaliser

PHI = metafeatures(task_ids())
ALONE = np.arange(len(PHI))


@pytest.fixture
def relatives():
    return Relatives.fit(PHI, ALONE, ALONE)


def test_within_the_known_range_distances_are_of_quantiles(relatives):
    rows, distances = relatives.nearest(NEW)
    scale = QuantileNormaliser.fit(PHI)
    expected = mean_distance(scale.transform(NEW.to_frame().T), scale.transform(PHI))[0]
    np.testing.assert_allclose(distances, np.sort(expected))
    np.testing.assert_allclose(expected[rows], distances)


def test_a_known_task_is_nearest_to_itself(relatives):
    for task in range(0, len(PHI), 5):
        rows, distances = relatives.nearest(PHI.iloc[task])
        assert rows[0] == task
        assert distances[0] == 0
        assert not relatives.judge(distances)


def test_rows_are_those_of_the_table():
    rows, _ = Relatives.fit(PHI, ALONE, 100 + ALONE).nearest(PHI.iloc[4])
    assert rows[0] == 104


def test_one_known_task_in_twenty_is_called_unlike_when_left_out():
    rng = np.random.default_rng(0)
    phi = pd.DataFrame(rng.random((200, 6)), columns=list("abcdef"))
    relatives = Relatives.fit(phi, np.arange(200), np.arange(200))
    flags = []
    for task in range(200):
        _, distances = relatives.nearest(phi.iloc[task])
        flags.append(bool(relatives.judge(distances[1:])))  # without itself
    assert np.mean(flags) == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("factor", [1e3, -1e3, 1e300])
def test_far_away_in_every_feature_is_unlike(relatives, factor):
    _, distances = relatives.nearest(PHI.max() * factor)
    judged = relatives.judge(distances)
    assert judged
    assert judged.distance > judged.threshold
    assert "unlike those known" in judged.reason


def test_one_wild_feature_is_not_enough_to_drown_the_others():
    rng = np.random.default_rng(0)
    phi = pd.DataFrame(rng.random((60, 30)))
    relatives = Relatives.fit(phi, np.arange(60), np.arange(60))
    wild = phi.iloc[0].copy()
    wild[3] = 1e12
    rows, distances = relatives.nearest(wild)
    assert rows[0] == 0
    assert distances[0] <= 2 / 30


def test_a_task_without_any_known_feature_is_in_the_middle(relatives):
    _, distances = relatives.nearest(pd.Series({"other": 3.0}))
    assert np.isfinite(distances).all()


def test_a_task_of_one_family_is_not_compared_with_it():
    """Twins at every point: only other families say how far apart tasks are."""
    twins = np.repeat(np.arange(8), 3)
    phi = PHI.iloc[twins].set_axis(np.arange(24))
    with_twins = Relatives.fit(phi, np.arange(24), np.arange(24))
    without = Relatives.fit(phi, twins, np.arange(24))
    assert with_twins.threshold < without.threshold


def test_too_few_families_to_tell():
    relatives = Relatives.fit(PHI, np.zeros(len(PHI)), ALONE)
    judged = relatives.judge(relatives.nearest(PHI.max() * 1e3)[1])
    assert judged.flag is None
    assert judged  # nobody may take it for "like those known"
    assert judged.reason.startswith("Cannot tell")
