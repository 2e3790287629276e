import pytest
from benchmarks.tuners.points import Tuner

import warmstart
from warmstart.errors import SpaceMismatchError
from warmstart.testing.downstream import GOOD, DownstreamContract


class TestPoints(DownstreamContract):
    Tuner = Tuner

    def test_seeding_again_adds_nothing(self, tuner):
        tuner.seed([GOOD])
        report = tuner.seed([GOOD])
        assert report.accepted == []
        assert report.dropped[0].reason == "the tuner has it already"
        assert len(tuner.queue) == 1


def test_a_list_is_not_needed():
    space = TestPoints().space()
    report = warmstart.downstream.points.seed([GOOD], space=space)
    assert report.accepted == [GOOD]


def test_a_space_is_needed():
    with pytest.raises(SpaceMismatchError, match="got NoneType"):
        warmstart.downstream.points.seed([GOOD])
