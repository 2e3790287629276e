"""Space-filling sets: complete, legal, spread out, and the same again.

Also of: spaces.pipelines.boosting.boosters, spaces.pipelines.boosting.catboost_columns,
spaces.pipelines.learners.bayes, spaces.pipelines.learners.boosted,
spaces.pipelines.learners.distances, spaces.pipelines.learners.linear,
spaces.pipelines.learners.network, spaces.pipelines.learners.ranges,
spaces.pipelines.learners.record, spaces.pipelines.learners.trees.
"""

from collections import Counter

import numpy as np
import pytest
from ConfigSpace import Configuration as Point

from warmstart.domain import Column, Schema, configuration_id
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.pipelines.design import complete, space_filling
from warmstart.spaces.pipelines.learners import LEARNERS, SPACE
from warmstart.spaces.pipelines.pipeline import build_estimator
from warmstart.spaces.pipelines.tabular import tabular_space

TYPES = ["binary", "multiclass", "regression"]


@pytest.mark.parametrize("task_type", TYPES)
class TestTheWholeSet:
    @pytest.fixture
    def points(self, task_type):
        return space_filling(task_type)

    def test_is_as_large_as_the_knowledge_base_needs(self, points):
        counts = Counter(point.learner for point in points)
        assert len(points) >= 380
        assert counts["lightgbm"] >= 60
        assert counts["catboost"] >= 50

    def test_has_every_learner_and_its_default(self, points, task_type):
        ids = {point.configuration_id for point in points}
        for name, learner in LEARNERS.items():
            if learner.supports(task_type):
                default = dict(tabular_space(task_type, [name]).get_default_configuration())
                plain = {
                    k: float(f"{v:.4g}") if isinstance(v, float) else v
                    for k, v in default.items()
                }
                assert configuration_id(SPACE, plain) in ids

    def test_no_two_are_equal(self, points):
        assert len({point.configuration_id for point in points}) == len(points)
        assert len({str(sorted(point.values.items())) for point in points}) == len(points)

    def test_every_one_is_a_legal_point_of_the_space(self, points, task_type):
        spaces = {
            name: tabular_space(task_type, [name])
            for name, learner in LEARNERS.items()
            if learner.supports(task_type)
        }
        for point in points:
            Point(spaces[point.learner], values=dict(point.values))  # raises if it is not

    def test_every_one_builds(self, points, task_type):
        schema = Schema(
            columns=(Column("a", "numeric"), Column("d", "date"), Column("c", "categorical")),
            task_type=task_type,
            n_rows=900,
            min_class_count=None if task_type == "regression" else 300,
            max_categories=5,
        )
        for point in points:
            if LEARNERS[point.learner].installed:
                build_estimator(point.values, schema)

    def test_fills_the_rates_of_boosters(self, points):
        rates = [point.values.get("lightgbm:learning_rate") for point in points]
        place = np.log([rate for rate in rates if rate] / np.float64(0.01)) / np.log(30)
        counts, _ = np.histogram(place, bins=5, range=(0, 1))
        assert counts.min() >= 6  # of 60 in five equal parts

    def test_no_booster_is_left_half_trained(self, points):
        rounds = {"hist_gradient_boosting": "max_iter"}
        for point in points:
            own = f"{point.learner}:learning_rate"
            if point.learner in ("lightgbm", "xgboost", "hist_gradient_boosting"):
                name = rounds.get(point.learner, "n_estimators")
                made = point.values[f"{point.learner}:{name}"]
                assert 10 <= made <= 1000
                assert 2.8 <= made * point.values[own] <= 32

    def test_more_of_what_wins_than_of_what_never_does(self, points):
        counts = Counter(point.learner for point in points)
        poor = ("nearest_neighbors", "naive_bayes", "adaboost", "qda")
        assert sum(counts[name] for name in poor) < counts["mlp"] / 2

    def test_numbers_are_short(self, points):
        for point in points:
            for value in point.values.values():
                assert not isinstance(value, float) or value == float(f"{value:.4g}")


def test_the_same_seed_gives_the_same_set_and_another_another():
    def ids(seed):
        points = space_filling("regression", scale=0.1, random_state=seed)
        return [point.configuration_id for point in points]

    assert ids(0) == ids(0)
    assert ids(0) != ids(1)


def test_scale_keeps_every_default():
    points = space_filling("binary", scale=1e-6)
    learners = [name for name, one in LEARNERS.items() if one.supports("binary")]
    assert sorted(point.learner for point in points) == sorted(learners)


@pytest.mark.parametrize("scale", [0, -1.0])
def test_refuses_a_scale_of_nothing(scale):
    with pytest.raises(ValueError, match="scale must be positive"):
        space_filling("binary", scale=scale)


class TestComplete:
    def test_fills_in_the_libraries_defaults(self):
        point = complete("binary", {"learner": "lightgbm", "num_leaves": 7})
        assert point.values["lightgbm:num_leaves"] == 7
        assert point.values["lightgbm:learning_rate"] == 0.1

    def test_leaves_out_what_its_choices_make_inactive(self):
        point = complete("regression", {"learner": "catboost", "learning_rate": 0.1})
        assert "catboost:learning_rate" not in point.values  # the library chooses it
        point = complete(
            "regression", {"learner": "catboost", "rate": "value", "learning_rate": 0.1}
        )
        assert point.values["catboost:learning_rate"] == 0.1

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"learner": "ridge", "beta": 1.0}, "ridge has no hyperparameter 'beta'"),
            ({"learner": "ridge", "alpha": -1.0}, "alpha=-1.0 of ridge is not in"),
        ],
    )
    def test_refuses(self, values, message):
        with pytest.raises(SpaceMismatchError, match=message):
            complete("regression", values)
