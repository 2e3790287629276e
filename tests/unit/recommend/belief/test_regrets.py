"""What is expected of the configurations a search names, beside the best of them.

Also of: recommend.belief.posterior.
"""

import numpy as np
import pandas as pd
import pytest

import warmstart
from warmstart.recommend.belief import regrets as module
from warmstart.recommend.belief.prior import told_weights

N_TASKS, N_CONFIGS = 30, 12
NAMES = [f"c{k}" for k in range(N_CONFIGS)]


def table(n_tasks, seed):
    rng = np.random.default_rng(seed)
    worth = np.linspace(0.6, 0.9, N_CONFIGS)
    own = 0.05 * rng.standard_normal((n_tasks, N_CONFIGS))
    return pd.DataFrame(worth + 0.05 * rng.uniform(size=(n_tasks, 1)) + own, columns=NAMES)


@pytest.fixture(scope="module")
def recommender():
    return warmstart.Recommender().fit(warmstart.MetaDataset.from_matrix(table(N_TASKS, 0)))


@pytest.fixture
def search(recommender):
    return recommender.search()


@pytest.fixture(scope="module")
def truth():
    return table(1, 1).iloc[0]


def tell(search, truth, n):
    for _ in range(n):
        one = search.ask()
        search.tell(one, float(truth[one.configuration_id]))


def everything(search):
    return search.engine.regrets.of(range(len(search.engine.pool)))


def test_before_any_result_they_are_those_of_a_suggestion(recommender, search):
    told = {one.configuration_id: one for one in recommender.suggest(n=5)}
    for one in search.ask(5):
        assert one.regret == pytest.approx(told[one.configuration_id].regret)
        assert one.p_best == pytest.approx(told[one.configuration_id].p_best)
        assert one.score == pytest.approx(told[one.configuration_id].score)


def test_one_of_the_pool_is_the_best(search, truth):
    tell(search, truth, 3)
    found = everything(search)
    assert found.p_best.sum() == pytest.approx(1)
    assert (found.regrets >= 0).all()
    asked = search.ask()
    place = search.engine.pool.index(asked.configuration_id)
    assert (asked.regret, asked.p_best) == (found.regrets[place], found.p_best[place])


def test_against_draws_of_scores(search, truth, monkeypatch):
    pmf = search.engine.fitted.pmf
    monkeypatch.setattr(pmf, "told_optimism_", np.zeros(5))  # as draws say
    tell(search, truth, 4)
    belief = search.engine.belief.now()
    scores = np.minimum(belief.draws(20_000, np.random.default_rng(5)), belief.ideal)
    gaps = scores.max(axis=1, keepdims=True) - scores
    found = everything(search)
    np.testing.assert_allclose(found.regrets, gaps.mean(axis=0), atol=0.01)
    np.testing.assert_allclose(found.p_best, (gaps == 0).mean(axis=0), atol=0.08)


def test_what_known_tasks_show_counts(search, truth, monkeypatch):
    pmf = search.engine.fitted.pmf
    found = []
    for logs in (np.zeros(5), np.log([0.5, 0.5, 0.5, 0.5, 0.25])):
        monkeypatch.setattr(pmf, "told_optimism_", logs)
        again = module.TaskRegrets(
            search.engine.fitted, search.question, search.engine.pool, search.engine.belief
        )
        if not search.history:
            tell(search, truth, 4)
        found.append(again.of(range(N_CONFIGS)))
    plain, halved = found
    untold = 1 - 4 / N_CONFIGS
    np.testing.assert_allclose(halved.regrets, 0.5**untold * plain.regrets)
    assert halved.p_best.sum() == pytest.approx(1)
    assert halved.p_best.max() < plain.p_best.max()


def test_ignorance_is_said_of_few(search, truth):
    tell(search, truth, 1)
    mixture = search.engine.belief.now().mixture
    n = len(mixture.weights) // 2
    weights = told_weights(mixture)
    assert weights.sum() == pytest.approx(1)
    assert weights[n:].sum() < 0.2 * mixture.weights[n:].sum()
    # What results tell of it is kept: odds change by one factor.
    ratio = (weights[n:].sum() / weights[:n].sum()) / (
        mixture.weights[n:].sum() / mixture.weights[:n].sum()
    )
    assert ratio == pytest.approx((0.01 / 0.99) / (0.1 / 0.9))


def test_what_was_told_is_known(search, truth):
    tell(search, truth, N_CONFIGS)
    found = everything(search)
    ids = search.engine.pool.ids
    np.testing.assert_allclose(found.regrets, truth.max() - truth[ids], atol=1e-6)
    assert found.p_best[ids.index(truth.idxmax())] == 1


def test_of_a_large_pool_the_most_promising_are_compared(search, truth, monkeypatch):
    tell(search, truth, 3)
    whole = everything(search)
    worst = int(whole.regrets.argmax())
    monkeypatch.setattr(module, "_MOST", 6)
    again = module.TaskRegrets(
        search.engine.fitted, search.question, search.engine.pool, search.engine.belief
    )
    few = again.of([worst, 0])
    assert again.of([0]).regrets == few.regrets[1:]
    assert few.regrets[0] == pytest.approx(whole.regrets[worst], abs=0.02)


def test_of_one_study_in_units_of_its_own_nothing_is_said(truth):
    one = warmstart.MetaDataset.from_matrix(1000 * table(1, 0))
    asked = warmstart.Recommender().fit(one).search().ask()
    assert np.isnan(asked.regret)
    assert 0 <= asked.p_best <= 1


def test_one_wild_result_overthrows_nothing(recommender, truth):
    """A fit that failed in silence: the rest is believed of as if it had not been told."""
    plain, hit = recommender.search(), recommender.search()
    order = [f"c{k}" for k in (8, 5, 10)]
    for name in order:
        plain.tell(name, float(truth[name]))
        hit.tell(name, float(truth[name]))
    hit.tell("c7", 0.05)
    expected, found = (s.engine.belief.now().score_mean() for s in (plain, hit))
    others = [k for k, name in enumerate(NAMES) if name not in (*order, "c7")]
    np.testing.assert_allclose(found[others], expected[others], atol=0.04)
    weights = hit.engine.belief.now().mixture.weights
    assert weights[len(weights) // 2 :].sum() < 0.5
