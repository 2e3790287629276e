"""What every injector promises, built in or a plugin's."""

from __future__ import annotations

import numpy as np
import pytest

from warmstart.errors import SpaceMismatchError
from warmstart.protocols import Downstream
from warmstart.spaces.space import ABSENT, Choice, Constant, Number, Space, when
from warmstart.testing.arrivals import Tally, compare
from warmstart.testing.random_spaces import random_points, random_space

GOOD = {"lr": 0.125, "depth": 7, "booster": "gbtree"}
BETTER = {"lr": 0.25, "depth": 3, "booster": "dart", "rate_drop": 0.5}
BEST = {"lr": 1e-4, "depth": 16, "booster": "gbtree"}


def nearly(point):
    """Equal but for a tuner's own arithmetic."""
    return {
        name: pytest.approx(value, rel=1e-9) if isinstance(value, float) else value
        for name, value in point.items()
    }


class DownstreamContract:
    """Subclass with ``Tuner``, which drives a tuner for real.

    ``Tuner(space)`` makes one for a neutral space; its ``seed(points, **options)`` calls the
    injector, its ``first(n)`` gives the first `n` configurations that the tuner runs.
    ``Tuner.lacks`` names what the tuner's spaces do not have.
    """

    Tuner = None

    @pytest.fixture
    def tuner(self):
        return self.Tuner(self.space())

    def space(self):
        flat = "conditions" in self.Tuner.lacks
        return Space(
            parameters=(
                Number(name="lr", low=1e-4, high=1.0, log=True),
                Number(name="depth", low=2, high=16, integer=True),
                Choice(name="booster", choices=("gbtree", "dart")),
                Number(name="rate_drop", low=0.0, high=1.0),
            ),
            conditions=() if flat else (when("rate_drop", "booster", "dart"),),
        )

    def full(self, *points):
        """Where there are no conditions, every parameter has a value."""
        if "conditions" in self.Tuner.lacks:
            return [{"rate_drop": 0.25, **point} for point in points]
        return [dict(point) for point in points]

    def runs(self, tuner, expected):
        ran = tuner.first(len(expected))
        assert [dict(point) for point in ran] == [nearly(point) for point in expected]

    def test_is_a_downstream(self):
        assert isinstance(self.Tuner.injector, Downstream)

    def test_legal_points_arrive_unchanged_and_in_order(self, tuner):
        points = self.full(GOOD, BETTER, BEST)
        report = tuner.seed(points)
        self.runs(tuner, points)
        assert report.accepted == [nearly(point) for point in points]
        assert report.order == [0, 1, 2]
        assert not report.repaired + report.filled + report.left_out + list(report.dropped)

    def test_numpy_values_are_values(self, tuner):
        [point] = self.full({"lr": 0.5, "depth": np.int64(4), "booster": np.str_("dart")})
        tuner.seed([{"rate_drop": np.float64(0.25), **point}])
        self.runs(tuner, [{"lr": 0.5, "depth": 4, "booster": "dart", "rate_drop": 0.25}])

    def test_illegal_numbers_are_repaired_and_told(self, tuner):
        bad = self.full({**GOOD, "depth": 64}, {**GOOD, "lr": 1e-9}, {**GOOD, "depth": 4.4})
        report = tuner.seed(bad)
        reported = [(c.point, c.parameter, c.old, c.new) for c in report.repaired]
        assert reported == [(0, "depth", 64, 16), (1, "lr", 1e-9, 1e-4), (2, "depth", 4.4, 4)]
        assert "above the upper bound 16" in repr(report)
        self.runs(
            tuner,
            self.full({**GOOD, "depth": 16}, {**GOOD, "lr": 1e-4}, {**GOOD, "depth": 4}),
        )

    def test_unknown_categories_drop_the_point_and_stop_nothing(self, tuner):
        report = tuner.seed(self.full({**GOOD, "booster": "xgb"}, BETTER))
        assert [d.point for d in report.dropped] == [0]
        assert "'xgb' is not among ['gbtree', 'dart']" in report.dropped[0].reason
        self.runs(tuner, self.full(BETTER))

    def test_categories_written_otherwise_are_translated(self, tuner):
        report = tuner.seed(self.full({**GOOD, "booster": "GBTree"}))
        assert [(c.old, c.new) for c in report.repaired] == [("GBTree", "gbtree")]
        self.runs(tuner, self.full(GOOD))

    def test_missing_values_take_defaults_and_are_told(self, tuner):
        [point] = self.full({"lr": 0.5, "booster": "gbtree"})
        report = tuner.seed([point], defaults={"depth": 5})
        assert [(c.parameter, c.old, c.new) for c in report.filled] == [("depth", ABSENT, 5)]
        self.runs(tuner, [{**point, "depth": 5}])

    def test_missing_values_without_a_default_are_filled_too(self, tuner):
        [point] = self.full({"lr": 0.5, "booster": "gbtree"})
        [change] = tuner.seed([point]).filled
        assert 2 <= change.new <= 16
        self.runs(tuner, [{**point, "depth": change.new}])

    def test_unknown_names_are_left_out_and_told(self, tuner):
        report = tuner.seed(self.full({**GOOD, "iid": True}))
        assert [(c.parameter, c.old) for c in report.left_out] == [("iid", True)]
        self.runs(tuner, self.full(GOOD))

    def test_inactive_values_are_left_out_and_told(self, tuner):
        points = [{**GOOD, "rate_drop": 0.75}]
        report = tuner.seed(points)
        if "conditions" in self.Tuner.lacks:
            self.runs(tuner, points)
            return
        assert [c.parameter for c in report.left_out] == ["rate_drop"]
        self.runs(tuner, [GOOD])

    def test_nothing_is_queued_twice(self, tuner):
        good, better = self.full(GOOD, BETTER)
        report = tuner.seed([good, {**good, "depth": 7.0}, better, better])
        assert report.order == [0, 2]
        assert "the same as point 0" in report.dropped[0].reason
        self.runs(tuner, [good, better])

    def test_known_scores_order_the_points(self, tuner):
        good, better, best = self.full(GOOD, BETTER, BEST)
        report = tuner.seed([good, better, best], scores=[0.5, 0.7, 0.9])
        assert report.order == [2, 1, 0]
        assert report.scores == [0.9, 0.7, 0.5]

    def test_names_are_mapped(self, tuner):
        [good] = self.full(GOOD)
        renamed = {"xgboost__learning_rate": good.pop("lr"), "mood": "fine", **good}
        tuner.seed([renamed], mapping={"xgboost__learning_rate": "lr", "mood": None})
        self.runs(tuner, self.full(GOOD))

    def test_names_behind_the_learner_are_known(self, tuner):
        [good] = self.full(GOOD)
        named = {"learner": "xgboost", **{f"xgboost:{k}": v for k, v in good.items()}}
        report = tuner.seed([named])
        assert [c.parameter for c in report.left_out] == ["learner"]
        self.runs(tuner, [good])

    def test_values_are_translated_as_the_mapping_says(self, tuner):
        report = tuner.seed(
            self.full({**GOOD, "booster": "trees"}),
            mapping={"booster": ("booster", {"trees": "gbtree"})},
        )
        assert [(c.old, c.new, c.reason) for c in report.repaired] == [
            ("trees", "gbtree", "translated by mapping")
        ]
        self.runs(tuner, self.full(GOOD))

    def test_drop_keeps_only_legal_values(self, tuner):
        report = tuner.seed(self.full({**GOOD, "depth": 64}, BETTER), policy="drop")
        assert [d.reason for d in report.dropped] == [
            "depth: 64 -> 16 (above the upper bound 16)"
        ]
        self.runs(tuner, self.full(BETTER))

    @pytest.mark.parametrize("bad", [{"depth": 64}, {"iid": 1}, {"booster": "xgb"}])
    def test_strict_refuses_before_anything_is_queued(self, tuner, bad):
        with pytest.raises(SpaceMismatchError, match="point 1 does not fit"):
            tuner.seed(self.full(GOOD, {**BETTER, **bad}), policy="strict")
        points = self.full(BEST)
        tuner.seed(points, policy="strict")
        self.runs(tuner, points)

    def test_constants_stay(self):
        if "constants" in self.Tuner.lacks:
            return
        space = self.space()
        fixed = Constant(name="seed", value=7)
        tuner = self.Tuner(
            Space(parameters=(*space.parameters, fixed), conditions=space.conditions)
        )
        report = tuner.seed(self.full({**GOOD, "seed": 8}, BETTER))
        assert [(c.old, c.new, c.reason) for c in report.repaired] == [
            (8, 7, "constant of the space")
        ]
        self.runs(tuner, [{**point, "seed": 7} for point in self.full(GOOD, BETTER)])

    def test_nothing_is_silent_in_random_spaces(self):
        rng = np.random.default_rng(0)
        total = Tally()
        for _ in range(8):
            space = random_space(rng, self.Tuner.lacks)
            points = random_points(rng, space, 8)
            tuner = self.Tuner(space)
            report = tuner.seed([point for point, _ in points])
            ran = tuner.first(len(report.accepted))
            total += compare(points, ran, report)
        assert total.silent == []
        assert min(total.arrived, total.repaired, total.dropped) > 0
