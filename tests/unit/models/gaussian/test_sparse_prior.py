"""Sparse tables borrow from what configurations are made of."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.models.completion.complete import complete
from warmstart.models.completion.sharing import choose_completion
from warmstart.models.completion.soft_impute import soft_impute
from warmstart.models.gaussian.sparse_prior import fill_sparse
from warmstart.models.gaussian.transfer_gp import encode
from warmstart.models.log_loss import log_loss_response
from warmstart.models.pmf.pmf import PMF


def sparse(n_tasks=60, n_configs=40, share=0.12, seed=0):
    """Responses smooth in one hyperparameter, of which little is seen."""
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, n_configs)
    best = rng.uniform(0.3, 0.7, (n_tasks, 1))
    whole = 0.9 - (x - best) ** 2
    seen = rng.random(whole.shape) < share
    seen[np.arange(n_tasks), rng.integers(n_configs, size=n_tasks)] = True
    seen[np.arange(n_tasks), rng.integers(n_configs, size=n_tasks)] = True
    ids = pd.Index(range(n_tasks))
    table = ScoreTable(
        scores=np.where(seen, whole, np.nan),
        task_ids=ids,
        configuration_ids=pd.Index(range(n_configs)),
        families=ids.to_numpy(),
        configurations=pd.DataFrame({"x": x}),
    )
    return table, whole, seen


def r_squared(found, whole, hidden):
    expected = log_loss_response(whole, 1.0)
    about = expected - expected.mean(axis=1, keepdims=True)
    return 1 - ((found - expected)[hidden] ** 2).sum() / (about[hidden] ** 2).sum()


def test_fills_better_than_what_tasks_share_alone():
    table, whole, seen = sparse()
    found = {}
    for how in ("svd", "prior"):
        filled = complete(log_loss_response(table.scores, 1.0), table, how=how)
        response = filled.levels[:, None] + filled.scales[:, None] * filled.responses
        found[how] = r_squared(response, whole, ~seen)
    assert found["prior"] > 0.7
    assert found["prior"] > found["svd"] + 0.2


def test_results_are_kept_and_the_rest_is_uncertain():
    table, _, seen = sparse()
    z = log_loss_response(table.scores, 1.0)
    z = (z - np.nanmean(z, axis=1, keepdims=True)) / np.nanstd(z)
    filled = fill_sparse(z, encode(table)[1], n_rounds=5)
    np.testing.assert_allclose(filled.means[seen], z[seen], atol=1e-3)
    assert np.linalg.eigvalsh(filled.left).min() > -1e-9
    assert (np.diag(filled.left) > 0).all()


def test_only_sparse_tables_with_hyperparameters_need_it():
    table, _, _ = sparse()
    assert choose_completion(table) == "prior"
    assert choose_completion(replace(table, configurations=None)) == "svd"
    assert choose_completion(sparse(share=0.5)[0]) == "svd"


def test_the_model_is_surer_where_more_is_known():
    few = PMF().fit(sparse(share=0.1)[0]).start().mixture
    many = PMF().fit(sparse(share=0.9)[0]).start().mixture
    assert few.std().mean() > 0
    # A result on a new task teaches of configurations like it.
    before = few.std().copy()
    few.tell(20, float(few.mean()[20]))
    assert few.std()[21] < before[21]
    assert many.std()[20] > 0


@pytest.mark.parametrize("n_tasks", [1, 3])
def test_few_tasks(n_tasks):
    table, _, _ = sparse(n_tasks=n_tasks)
    mixture = PMF(completion="prior").fit(table).start().mixture
    assert np.isfinite(mixture.mean()).all()
    assert np.isfinite(soft_impute(table.scores)).all()
