"""Tasks that share no configuration, brought onto common ones."""

import numpy as np
import pandas as pd
import pytest

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.models.completion.complete import complete
from warmstart.models.completion.sharing import (
    choose_completion,
    common_candidates,
    is_unaligned,
)
from warmstart.models.gaussian.transfer_gp import most_telling
from warmstart.models.log_loss import log_loss_response
from warmstart.models.pmf.pmf import PMF


def truth(x, best):
    return 0.9 - 0.5 * (x - best) ** 2


def unaligned(n_tasks=8, n_each=12, seed=0):
    """Each task tried its own values of x; its optimum is near 0.6."""
    rng = np.random.default_rng(seed)
    best = 0.6 + 0.1 * rng.standard_normal(n_tasks)
    x = rng.uniform(size=n_tasks * n_each)
    scores = np.full((n_tasks, len(x)), np.nan)
    for task in range(n_tasks):
        own = slice(task * n_each, (task + 1) * n_each)
        scores[task, own] = truth(x[own], best[task])
    ids = pd.Index(range(n_tasks))
    table = ScoreTable(
        scores=scores,
        task_ids=ids,
        configuration_ids=pd.Index(range(len(x))),
        families=ids.to_numpy(),
        configurations=pd.DataFrame({"x": x, "kind": "a"}),
    )
    return table, truth(x[None, :], best[:, None])


def test_what_was_not_tried_is_predicted_from_hyperparameters():
    table, whole = unaligned()
    filled = complete(log_loss_response(table.scores, 1.0), table, how="gp")
    predicted = filled.levels[:, None] + filled.scales[:, None] * filled.responses
    missing = np.isnan(table.scores)
    expected = log_loss_response(whole, 1.0)
    left = (predicted - expected)[missing].var() / expected[missing].var()
    assert left < 0.05


def test_tasks_are_standardised_on_common_configurations():
    table, _ = unaligned()
    filled = complete(log_loss_response(table.scores, 1.0), table, how="gp")
    np.testing.assert_allclose(filled.responses.mean(axis=1), 0.0, atol=1e-9)
    assert (filled.responses.std(axis=1) <= 1.0 + 1e-9).all()


def test_the_default_model_notices():
    table, _ = unaligned()
    assert choose_completion(table) == "gp"
    mean = PMF().fit(table).start().mixture.mean()
    x = table.configurations["x"].to_numpy()
    assert abs(x[mean.argmin()] - 0.6) < 0.15


def test_without_hyperparameters_there_is_nothing_to_compare_by():
    table, _ = unaligned()
    bare = ScoreTable(
        scores=table.scores,
        task_ids=table.task_ids,
        configuration_ids=table.configuration_ids,
        families=table.families,
    )
    assert choose_completion(bare) == "svd"
    with pytest.raises(MetaDatasetError, match="none are known of the 96"):
        PMF(completion="gp").fit(bare)


def test_a_completion_that_is_none():
    with pytest.raises(ValueError, match="completion must be one of"):
        PMF(completion="magic")


def test_shared_tables_are_aligned():
    rng = np.random.default_rng(0)
    scores = rng.uniform(size=(20, 30))
    assert not is_unaligned(scores)
    scores[rng.random(scores.shape) < 0.8] = np.nan
    assert not is_unaligned(scores)
    assert not is_unaligned(np.array([[0.1, np.nan, 0.2]]))


def test_candidates_are_all_where_they_are_few():
    table, _ = unaligned()
    np.testing.assert_array_equal(common_candidates(table.scores), np.arange(96))


def test_candidates_keep_the_best_of_each_task():
    table, _ = unaligned()
    kept = common_candidates(table.scores, 20)
    assert len(kept) == 20
    assert (np.diff(kept) > 0).all()
    assert set(np.nanargmax(table.scores, axis=1)) <= set(kept)


def test_columns_restrict_what_is_known_not_what_is_learnt_from():
    table, whole = unaligned()
    columns = np.arange(0, 96, 5)
    filled = complete(log_loss_response(table.scores, 1.0), table, columns, how="gp")
    predicted = filled.levels[:, None] + filled.scales[:, None] * filled.responses
    expected = log_loss_response(whole[:, columns], 1.0)
    assert predicted.shape == expected.shape
    assert (predicted - expected).var() < 0.05 * expected.var()


def test_long_tasks_keep_their_best():
    rng = np.random.default_rng(0)
    responses = rng.normal(size=100)
    told = np.arange(100)
    kept = most_telling(responses, told, 20, rng)
    assert len(kept) == 20
    assert set(np.argsort(responses)[:10]) <= set(kept)
    np.testing.assert_array_equal(most_telling(responses, told, 100, rng), told)


def test_arrays_keep_the_kernel():
    table, _ = unaligned()
    model = PMF().fit(table)
    again = PMF.from_arrays(model.to_arrays())
    np.testing.assert_allclose(again.kernel_.lengthscales, model.kernel_.lengthscales)
    assert again.kernel_.noise == model.kernel_.noise
