"""The level of good configurations: what it is, how sure it says it is, its arrays.

Also of: models.pmf.described.average, models.pmf.described.described_arrays,
models.pmf.described.explained.
"""

import io

import numpy as np
import pandas as pd
import pytest

from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.models.pmf.pmf import PMF
from warmstart.testing.performance_model import make_table

N_CONFIGS = 12


def made_up(n_tasks, seed=0):
    """Losses whose level a meta-feature tells; how the configurations differ it does not."""
    rng = np.random.default_rng(seed)
    hard = rng.uniform(-2, 2, n_tasks)
    own = 0.3 * rng.normal(size=(n_tasks, N_CONFIGS)) + np.linspace(0, 2, N_CONFIGS)
    losses = np.exp(hard[:, None] - 3 + own)
    ids = pd.RangeIndex(n_tasks)
    return ScoreTable(
        scores=-losses,
        task_ids=ids,
        configuration_ids=pd.RangeIndex(N_CONFIGS),
        families=np.arange(n_tasks),
        metafeatures=pd.DataFrame({"hard": hard, "noise": rng.normal(size=n_tasks)}, index=ids),
        metric="log_loss",
    )


@pytest.fixture(scope="module")
def model():
    pmf = PMF().fit(made_up(80))
    pmf.learn_level(made_up(80))
    return pmf


def told(model, table, row):
    """Quantiles of every score of a task, of the model that knows levels."""
    belief = model.predictive(table.metafeatures.iloc[row], np.arange(N_CONFIGS))
    return belief.score_quantiles((0.05, 0.5, 0.95), np.arange(N_CONFIGS))


def test_foretells_the_mean_of_the_usually_best(model):
    table = made_up(80)
    level = model.level_
    assert set(level.columns) <= set(range(6))  # the first are made the best
    responses = np.log(model.ideal - table.scores + model.loss_offset)
    np.testing.assert_allclose(level.levels, responses[:, level.columns].mean(axis=1))


def test_new_tasks_are_held_as_often_as_said(model):
    new = made_up(60, seed=1)
    found = [told(model, new, row) for row in range(60)]
    held = [(q[0] <= s) & (s <= q[2]) for q, s in zip(found, new.scores, strict=True)]
    assert 0.8 < np.mean(held) < 0.99
    plain = [
        model.start(new.metafeatures.iloc[row]).score_quantiles((0.5,)) for row in range(60)
    ]
    off = [np.abs(q[1] - s).mean() for q, s in zip(found, new.scores, strict=True)]
    before = [np.abs(q[0] - s).mean() for q, s in zip(plain, new.scores, strict=True)]
    assert np.mean(off) < np.mean(before)


def test_few_families_say_nothing():
    table = made_up(20)
    model = PMF().fit(table)
    model.learn_level(table)
    assert model.level_ is None
    plain = model.start(table.metafeatures.iloc[0], np.array([3, 1]))
    same = model.predictive(table.metafeatures.iloc[0], np.array([3, 1]))
    np.testing.assert_array_equal(
        plain.score_quantiles((0.1, 0.9)), same.score_quantiles((0.1, 0.9))
    )


def test_without_meta_features_the_level_is_as_wide_as_known_ones(model):
    level = model.level_
    belief = model.predictive(None, level.columns)
    average = np.full(len(level.columns), 1 / len(level.columns))
    means = belief.mixture.means[:, : len(average)] @ average
    np.testing.assert_allclose(means, level.levels.mean(), atol=0.05)
    low, high = np.quantile(level.levels, [0.05, 0.95])
    mean, variance = level.usual
    assert mean == pytest.approx(level.levels.mean())
    assert 2 * 1.6449 * np.sqrt(variance) == pytest.approx(high - low)


def test_where_no_task_is_described_nothing_is_foretold():
    bare = PMF().fit(make_table(described=False))
    bare.learn_level(make_table(described=False))
    assert bare.level_ is None
    np.testing.assert_array_equal(
        bare.predictive(None, np.array([2])).score_mean(),
        bare.start(None, np.array([2])).score_mean(),
    )


def test_arrays_are_read_back(model):
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **model.to_arrays())
    file.seek(0)
    again = PMF.from_arrays(dict(np.load(file, allow_pickle=False)))
    new = made_up(3, seed=2)
    np.testing.assert_allclose(told(again, new, 1), told(model, new, 1), rtol=1e-4)
    assert PMF.from_arrays(PMF().fit(made_up(20)).to_arrays()).level_ is None
