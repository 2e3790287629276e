"""Configurations equal but for their rounds: one fit, and the same scores to the last bit."""

import numpy as np
import pandas as pd
import pytest

from warmstart.domain import Configuration
from warmstart.execution.evaluation_protocol import EvaluationProtocol
from warmstart.execution.local import LocalTask, chunked
from warmstart.execution.process.child import Child
from warmstart.execution.stages.rounds import merged, rounds_key, side_by_side
from warmstart.execution.unit import Unit, evaluate_unit
from warmstart.spaces.legal import plain
from warmstart.spaces.pipelines.tabular import tabular_space

LEARNERS = ["random_forest", "hist_gradient_boosting", "lightgbm"]


def configuration(learner, **values):
    usual = dict(tabular_space("binary", [learner]).get_default_configuration())
    whole = {name: plain(value) for name, value in usual.items()}
    own = {f"{learner}:{name}": value for name, value in values.items()}
    return Configuration(space="tabular", learner=learner, values={**whole, **own})


def forest(rounds, **more):
    return configuration("random_forest", n_estimators=rounds, **more)


def test_groups():
    tree = configuration("decision_tree")
    other = forest(40, max_features=0.9)
    found = merged([forest(40), tree, forest(90), other, forest(60)])
    assert [[one.values.get("random_forest:n_estimators") for one in g] for g in found] == [
        [90, 60, 40],
        [None],
        [40],
    ]
    assert side_by_side([tree, forest(40), other]) == [tree, forest(40), other]
    assert rounds_key(tree) is None
    pytest.importorskip("lightgbm")
    assert rounds_key(configuration("lightgbm", early_stopping=50)) is None
    assert rounds_key(configuration("lightgbm", early_stopping=0)) == "lightgbm:n_estimators"


def test_a_group_is_not_cut_by_units_where_it_fits():
    task = LocalTask(
        task_id="t", name="t", family="t", task_type="binary", path="x.csv", target="y"
    )
    pool = [forest(40), configuration("decision_tree"), forest(90), forest(60)]
    units = list(chunked(task, pool, 3))
    assert {one.learner for one in units[0].configurations} == {"random_forest"}
    # Without such a group units are what they were, and so a build goes on.
    plain_pool = [configuration("decision_tree"), forest(40), configuration("naive_bayes")]
    (unit,) = chunked(task, plain_pool, 3)
    assert unit.configurations == tuple(plain_pool)


@pytest.fixture
def task(tmp_path):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(80, 3)), columns=["a", "b", "c"])
    y = np.where(X["a"] + rng.normal(size=80) > 0, "p", "n")
    X.assign(y=y).to_csv(tmp_path / "data.csv", index=False)
    return LocalTask(
        task_id="t",
        name="t",
        family="t",
        task_type="binary",
        path=tmp_path / "data.csv",
        target="y",
    )


def test_scores_are_the_same_to_the_last_bit(task):
    pytest.importorskip("lightgbm")
    names = ["n_estimators", "max_iter", "n_estimators"]
    pool = [
        configuration(learner, **{name: rounds})
        for learner, name in zip(LEARNERS, names, strict=True)
        for rounds in (12, 40, 25)
    ]
    with_child, asked = Child(EvaluationProtocol()), []
    evaluate = with_child.evaluate

    def counted(task, one, **more):
        asked.append(one)
        return evaluate(task, one, **more)

    with_child.evaluate = counted
    try:
        together = evaluate_unit(Unit(task=task, configurations=tuple(pool)), with_child, int)
        assert len(asked) == 3
        alone = [
            evaluate_unit(Unit(task=task, configurations=(one,)), with_child, int)
            for one in pool
        ]
    finally:
        with_child.close()
    assert together.errors == {}
    found = {(e.configuration_id, e.metric): e for e in together.evaluations}
    assert len(found) == len(together.evaluations) == sum(len(a.evaluations) for a in alone)
    for one in alone:
        for by_itself in one.evaluations:
            read = found[by_itself.configuration_id, by_itself.metric]
            assert (read.score, read.score_std) == (by_itself.score, by_itself.score_std)
            assert read.source_run_id == by_itself.source_run_id
            assert read.cost_s > 0
    folds = pd.DataFrame(together.measured["folds"])
    assert (folds.groupby("configuration_id").size() == 9).all()
