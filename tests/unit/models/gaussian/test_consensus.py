"""What tasks that share no configuration agree on."""

import numpy as np
import pandas as pd
import pytest

from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.models.completion.complete import complete
from warmstart.models.gaussian.consensus import Consensus
from warmstart.models.gaussian.shared_gp import SharedKernel
from warmstart.models.log_loss import log_loss_response

KERNEL = SharedKernel(np.array([0.4]), 0.01)


def shape(x):
    return np.sin(5 * x[:, 0])


def alike(n_tasks, n_each=12, seed=0):
    rng = np.random.default_rng(seed)
    tasks = []
    for _ in range(n_tasks):
        x = rng.uniform(size=(n_each, 1))
        tasks.append(
            (x, shape(x) + 0.3 * rng.standard_normal() + 0.05 * rng.normal(size=n_each))
        )
    return tasks


def test_the_formula():
    tasks, at = alike(3), np.linspace(0, 1, 7)[:, None]
    found = Consensus.fit(KERNEL, tasks, np.random.default_rng(0))
    x, z = np.vstack([x for x, _ in tasks]), np.concatenate([z for _, z in tasks])
    same = np.kron(np.eye(3), np.ones((12, 12)))
    common, own = found.share * KERNEL.between(x, x), (1 - found.share) * KERNEL.between(x, x)
    inverse = np.linalg.inv(common + same * (own + 1.0) + 0.01 * np.eye(36))
    across = found.share * KERNEL.between(at, x)
    mean, variance = found.predict(at)
    np.testing.assert_allclose(mean, across @ inverse @ z, atol=1e-9)
    explained = np.einsum("ij,jk,ik->i", across, inverse, across)
    np.testing.assert_allclose(variance, found.share - explained, atol=1e-9)


def test_tasks_that_agree_share_most():
    found = Consensus.fit(KERNEL, alike(8), np.random.default_rng(0))
    at = np.linspace(0.1, 0.9, 20)[:, None]
    mean, variance = found.predict(at)
    assert found.share >= 0.75
    assert np.corrcoef(mean, shape(at))[0, 1] > 0.98
    far = found.predict(np.array([[9.0]]))
    assert abs(far[0][0]) < 1e-6 < variance.max() < far[1][0]


@pytest.mark.parametrize("n_tasks", [1, 8])
def test_nothing_is_common_to_one_task_or_to_those_that_disagree(n_tasks):
    rng = np.random.default_rng(1)
    tasks = [(x, rng.choice([-1, 1]) * shape(x + rng.uniform())) for x, _ in alike(n_tasks)]
    found = Consensus.fit(KERNEL, tasks, np.random.default_rng(0))
    mean, variance = found.predict(np.linspace(0, 1, 9)[:, None])
    if n_tasks == 1:
        assert found.share == 0
        assert not mean.any()
        assert not variance.any()
    else:
        assert found.share <= 0.25


def test_of_many_results_each_task_keeps_as_many():
    found = Consensus.fit(KERNEL, alike(4, n_each=600), np.random.default_rng(0))
    assert found.points.shape == (1000, 1)


def test_where_a_task_never_looked_others_say_what_is_there():
    # Half of the tasks looked below 0.5 only; above it lies the worst, which the others saw.
    rng = np.random.default_rng(2)
    n_tasks, n_each = 6, 12
    x = rng.uniform(size=n_tasks * n_each)
    scores = np.full((n_tasks, len(x)), np.nan)
    for task in range(n_tasks):
        own = slice(task * n_each, (task + 1) * n_each)
        x[own] = np.where(task % 2, x[own], 0.5 * x[own])
        scores[task, own] = 0.9 - 0.3 * (x[own] - 0.45) ** 2 - 0.3 * (x[own] > 0.55)
    ids = pd.Index(range(n_tasks))
    table = ScoreTable(
        scores=scores,
        task_ids=ids,
        configuration_ids=pd.Index(range(len(x))),
        families=ids.to_numpy(),
        configurations=pd.DataFrame({"x": x}),
    )
    filled = complete(log_loss_response(table.scores, 1.0), table, how="gp", agree=True)
    narrow = filled.responses[::2]
    assert (narrow[:, x > 0.7].mean(axis=1) > narrow[:, x < 0.5].mean(axis=1) + 0.5).all()
