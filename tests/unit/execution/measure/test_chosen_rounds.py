"""A fit of the most rounds also tells of the configuration with the best number of them."""

import math

import numpy as np
import pandas as pd
import pytest

from warmstart.domain import Configuration
from warmstart.execution.local import EvaluationProtocol, LocalTask, evaluate_locally

NAME = "hist_gradient_boosting"


@pytest.fixture
def task(tmp_path):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(60, 2)), columns=["a", "b"])
    # Mostly noise: many rounds learn it.
    X.assign(y=X.a + rng.normal(size=60)).to_csv(tmp_path / "t.csv", index=False)
    return LocalTask(
        task_id="t",
        name="t",
        family="t",
        task_type="regression",
        path=tmp_path / "t.csv",
        target="y",
    )


def booster(rounds):
    values = {
        "learner": NAME,
        "encoding": "one_hot",
        f"{NAME}:max_iter": rounds,
        f"{NAME}:learning_rate": 0.5,
        f"{NAME}:max_leaf_nodes": 31,
        f"{NAME}:min_samples_leaf": 2,
        f"{NAME}:l2_regularization": 1e-6,
        f"{NAME}:max_features": 1.0,
        f"{NAME}:early_stopping": 0,
    }
    return Configuration(space="tabular", learner=NAME, values=values)


def test_the_best_rounds_score_as_if_they_had_been_fitted(task):
    chosen = {}
    most = booster(64)
    rows = list(evaluate_locally([task], [most], protocol=EvaluationProtocol(), chosen=chosen))
    [(name, one)] = chosen.items()
    assert one.values[f"{NAME}:max_iter"] < 64
    read = {row.metric: row for row in rows if row.configuration_id == name}
    assert len({(row.source_run_id, row.metric) for row in rows}) == len(rows)
    plain = list(evaluate_locally([task], [one], protocol=EvaluationProtocol()))
    assert {row.configuration_id for row in plain} == {name}
    for row in plain:
        assert read[row.metric].score == pytest.approx(row.score)
        assert math.isnan(read[row.metric].score_std)
    own = {row.metric: row.score for row in rows if row.configuration_id != name}
    assert read["r2"].score > own["r2"]


def test_nothing_is_added_that_is_not_asked_for(task):
    rows = list(evaluate_locally([task], [booster(64)], protocol=EvaluationProtocol()))
    assert len({row.configuration_id for row in rows}) == 1
