"""Tests of downstream.fit.

Also of: downstream.fitted_points, downstream.known_results, downstream.point_forms,
spaces.seed_report.
"""

import numpy as np
import pandas as pd
import pytest

from warmstart.downstream.fit import fit_points
from warmstart.downstream.point_forms import read_points
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.seed_report import Change
from warmstart.spaces.space import ABSENT, Choice, Number, Space

SPACE = Space(
    parameters=(
        Number(name="lr", low=0.001, high=1.0, log=True),
        Number(name="depth", low=1, high=8, integer=True, default=6),
        Choice(name="kind", choices=("a", "b")),
    )
)
POINT = {"lr": 0.5, "depth": 3, "kind": "a"}


def fit(points, **options):
    return fit_points(points, SPACE, tuner="test", **options)


class TestGiven:
    def test_frames_have_rows_and_empty_cells(self):
        frame = pd.DataFrame({"lr": [0.5, 0.25], "depth": [3, np.nan], "kind": ["a", None]})
        values = [point.values for point in read_points(frame)]
        assert values[0] == POINT
        assert "depth" not in values[1]

    def test_unscored_points_come_last_in_their_order(self):
        given = read_points(
            [{"x": 0}, {"x": 1}, {"x": 2}, {"x": 3}], scores=[None, 0.1, float("nan"), 0.2]
        )
        assert [point.position for point in given] == [3, 1, 0, 2]

    @pytest.mark.parametrize(
        ("points", "scores", "error", "message"),
        [
            (POINT, None, TypeError, "a sequence of dictionaries, got one dict"),
            ("abc", None, TypeError, "got one str"),
            ([3], None, TypeError, "a Suggestion or a dictionary of values, got int: 3"),
            ([{1: 2}], None, ValueError, "names of parameters are text, got 1"),
            ([POINT], [0.1, 0.2], ValueError, "1 points but 2 scores"),
            ([POINT], [float("inf")], ValueError, "must be finite, got inf"),
        ],
    )
    def test_what_is_no_point_is_refused(self, points, scores, error, message):
        with pytest.raises(error, match=message):
            read_points(points, scores)


class TestMapping:
    @pytest.mark.parametrize(
        ("mapping", "message"),
        [
            ({"lrr": "lr"}, r"names \['lrr'\], which no point has"),
            ({"lr": "eta"}, "sends 'lr' to 'eta', but the target's space has only"),
            ({"lr": "depth", "kind": "depth"}, r"sends two names to \['depth'\]"),
            ({"kind": ("kind", "z", "b")}, r"\('kind', 'z', 'b'\); say the tuner's name"),
        ],
    )
    def test_mistakes_are_named(self, mapping, message):
        with pytest.raises(SpaceMismatchError, match=message):
            fit([POINT], mapping=mapping)

    def test_two_names_for_one_parameter(self):
        report = fit([{**POINT, "eta": 0.25}], mapping={"eta": "lr"})
        assert report.accepted == [{**POINT, "lr": 0.25}]
        assert [(c.parameter, c.reason) for c in report.left_out] == [
            ("lr", "lr was taken from eta")
        ]

    def test_short_names_may_be_mapped(self):
        point = {"learner": "xgboost", "xgboost:eta": 0.5, "depth": 3, "kind": "a"}
        report = fit([point], mapping={"eta": "lr", "learner": None})
        assert report.accepted == [POINT]
        assert [c.reason for c in report.left_out] == ["left out by mapping"]

    def test_translations_to_illegal_values_are_repaired(self):
        report = fit([{**POINT, "kind": "z"}], mapping={"kind": ("kind", {"z": "B"})})
        assert report.accepted == [{**POINT, "kind": "b"}]
        assert report.repaired[0].reason == "translated by mapping; written otherwise"


class TestReport:
    def test_defaults_of_the_space_and_of_the_caller(self):
        report = fit([{"lr": 0.5}], defaults={"kind": "b"})
        assert report.accepted == [{"lr": 0.5, "depth": 6, "kind": "b"}]
        assert [(c.parameter, c.reason) for c in report.filled] == [
            ("depth", "missing; default of the space"),
            ("kind", "missing; default given"),
        ]

    @pytest.mark.parametrize(
        ("defaults", "message"),
        [
            ({"eta": 1}, r"defaults name \['eta'\]"),
            ({"depth": 9}, "defaults give depth the value 9: above the upper bound 8"),
        ],
    )
    def test_impossible_defaults_are_refused(self, defaults, message):
        with pytest.raises(SpaceMismatchError, match=message):
            fit([{"lr": 0.5}], defaults=defaults)

    def test_unknown_policies_are_refused(self):
        with pytest.raises(ValueError, match=r"policy must be one of .*, got 'ignore'"):
            fit([POINT], policy="ignore")
        with pytest.raises(ValueError, match=r"kind must be one of .*, got 'lost'"):
            Change(point=0, parameter="x", kind="lost", old=1, new=2, reason="")

    def test_the_tuners_own_objection_drops_a_point(self):
        space = Space(
            parameters=SPACE.parameters,
            objection=lambda values: "too deep" if values["depth"] > 4 else "",
        )
        report = fit_points([POINT, {**POINT, "depth": 5}], space, tuner="test")
        assert report.order == [0]
        assert report.dropped[0].reason == "too deep"

    def test_it_reads_well_and_tabulates(self):
        points = [POINT, {**POINT, "depth": 40, "iid": 1}, {"lr": 0.25, "kind": "c"}]
        report = fit(points)
        assert repr(report) == (
            "SeedReport of test: 2 accepted, 1 value repaired, 0 filled, 1 left out, "
            "1 point dropped\n"
            "  point 1: depth: 40 -> 8 (above the upper bound 8)\n"
            "  point 2: dropped (kind: 'c' is not among ['a', 'b'])\n"
            "  left out in 1 of 2: iid (not in the space)"
        )
        frame = report.to_frame()
        assert frame["what"].tolist() == ["unchanged", "repaired", "left out", "dropped"]
        assert frame["point"].tolist() == [0, 1, 1, 2]
        assert frame["new"].tolist()[2] is ABSENT
        assert str(report.left_out[0]) == "iid 1 (not in the space)"

    def test_nothing_given_is_nothing_done(self):
        report = fit([])
        assert report.accepted == []
        assert len(report.to_frame()) == 0
