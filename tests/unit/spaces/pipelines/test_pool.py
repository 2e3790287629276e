"""The pool in a file: the shipped one is whole, and a bad line says which it is."""

import json
from collections import Counter
from pathlib import Path

import pytest
from ConfigSpace import Configuration as Point

from warmstart.errors import SpaceMismatchError
from warmstart.spaces.pipelines.pool import read_pool
from warmstart.spaces.pipelines.tabular import tabular_space

SHIPPED = Path(__file__).parents[4] / "data" / "pool" / "pool.jsonl"


@pytest.mark.parametrize("task_type", ["binary", "multiclass", "regression"])
class TestTheShippedPool:
    def test_is_large_and_has_no_point_twice(self, task_type):
        points = read_pool(SHIPPED)[task_type]
        assert len(points) >= 480
        assert len({point.configuration_id for point in points}) == len(points)

    def test_is_of_the_tabular_space(self, task_type):
        spaces = {}
        for point in read_pool(SHIPPED)[task_type]:
            space = spaces.setdefault(point.learner, tabular_space(task_type, [point.learner]))
            Point(space, values=dict(point.values))  # raises if it is not

    def test_begins_with_the_defaults(self, task_type):
        first = read_pool(SHIPPED, most=31)[task_type]
        learners = Counter(point.learner for point in first)
        assert {"lightgbm", "xgboost", "catboost", "mlp", "random_forest"} <= set(learners)


def test_names_and_origins_are_told():
    rows = [json.loads(line) for line in SHIPPED.read_text().splitlines()]
    assert {row["origin"] for row in rows} == {
        *("default", "pytabkit", "AutoGluon", "space-filling")
    }
    names = Counter((row["kind"], row["name"]) for row in rows)
    assert max(names.values()) == 1
    assert ("classification", "catboost default, balanced") in names


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"line 2 of .*pool.jsonl is no configuration of a pool \(JSONDecodeError"),
        ('{"kind": "ranking", "values": {}}', r"KeyError: 'ranking'.*classification, regr"),
        ('{"kind": "regression", "values": {"a": 1}}', "KeyError: 'learner'"),
        ('{"kind": "regression", "values": {"learner": "a", "b": []}}', "plain values"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message):
    good = '{"kind": "regression", "values": {"learner": "ridge", "ridge:alpha": 1.0}}'
    (tmp_path / "pool.jsonl").write_text(f"{good}\n{line}\n")
    with pytest.raises(SpaceMismatchError, match=message):
        read_pool(tmp_path / "pool.jsonl")
