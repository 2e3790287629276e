"""A search with objectives: the gain in closed form, what is asked, what is told of it.

Also of: recommend.pareto.asked.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.recommend.toy import N_CONFIGS, NEW, toy

import warmstart
from warmstart.errors import ArgumentError, KnowledgeError
from warmstart.recommend.pareto.batch import expected_hypervolume_improvement
from warmstart.recommend.pareto.next_on_front import expected_front_gains
from warmstart.recommend.recommender import Recommender

pytestmark = pytest.mark.usefixtures("small_forests")

BOTH = ("score", "fit_s")


@pytest.fixture(scope="module")
def recommender():
    """Each configuration takes twice as long as the one before; the last are the best."""
    return Recommender().fit(toy())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 2))
def test_the_closed_form_is_the_mean_over_draws(seed, n_costs):
    rng = np.random.default_rng(seed)
    n, quantiles = 4, (np.arange(2000) + 0.5) / 2000
    costs = rng.uniform(size=(n, n_costs)).round(1)
    means, stds = rng.normal(size=(1, n)), rng.uniform(0.1, 1.0, (1, n))
    seen = [(0, float(rng.normal())), (1, float(rng.normal()))]
    found = expected_front_gains(
        (means, stds, np.ones(1)), costs, seen, reference=2.0, worst=[1.5] * n_costs
    )
    from scipy.stats import norm

    for j in range(n):
        responses = norm.ppf(quantiles, means[0, j], stds[0, j])
        draws = np.array([[[-y, *-costs[j]]] for y in responses])
        front = [[-y, *-costs[k]] for k, y in seen]
        reference = [-2.0, *[-1.5] * n_costs]
        expected = expected_hypervolume_improvement(draws, front, reference)
        assert found[j] == pytest.approx(expected, abs=2e-3)


def test_a_search_walks_along_the_front(recommender):
    search = recommender.search(metafeatures=NEW, objectives=BOTH)
    for _ in range(5):
        one = search.ask()
        search.tell(one, score=0.5 + 0.04 * int(one.configuration_id[1:]))
    tried = [int(r.configuration_id[1:]) for r in search.history]
    assert min(tried) <= 2
    assert max(tried) >= 7
    front = search.pareto
    assert [r.score for r in front] == sorted((r.score for r in front), reverse=True)
    assert front[0] == search.best
    assert len(front) == 5  # each is better and dearer than the one before


def test_what_is_dominated_is_not_on_the_front(recommender):
    search = recommender.search(metafeatures=NEW, objectives=BOTH)
    for name, score in (("c0", 0.7), ("c5", 0.6), ("c9", 0.8)):
        search.tell(name, score)
    assert [r.configuration_id for r in search.pareto] == ["c9", "c0"]


def test_asked_together_they_differ_and_go_on_as_saved(recommender):
    search = recommender.search(metafeatures=NEW, objectives=BOTH, n_initial=3)
    first = search.ask()
    again = recommender.resume(search.to_json())
    assert [s.configuration_id for s in again.ask(2)] == [
        s.configuration_id for s in search.ask(2)
    ]
    search.tell(first, score=0.7)
    later = recommender.resume(search.to_json())
    three = search.ask(3)
    assert len({s.configuration_id for s in three}) == 3
    assert three == later.ask(3)


def test_what_it_costs_is_told(recommender):
    limit = recommender.suggest(metafeatures=NEW, n=N_CONFIGS).to_frame()["cost_s"].max() / 3
    search = recommender.search(metafeatures=NEW, objectives=BOTH, max_fit_s=float(limit))
    one = search.ask()
    assert 0.1 <= one.p_feasible <= 1
    assert one.cost_s > 0
    search.tell(one, score=0.6)
    assert search.ask().p_feasible >= 0.1


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"objectives": ("predict_s",)}, ArgumentError, "must hold 'score'"),
        ({"acquisition": "thompson"}, ArgumentError, "expected hypervolume improvement"),
        ({"time_budget_s": 3.0}, ArgumentError, "does not go with objectives"),
        ({"objectives": ("score", "size_mb")}, KnowledgeError, "size_mb"),
    ],
)
def test_what_does_not_go_together_is_refused(recommender, arguments, error, words):
    with pytest.raises(error, match=words):
        recommender.search(**{"metafeatures": NEW, "objectives": BOTH, **arguments})


def test_a_model_that_only_ranks_has_no_front():
    ranked = Recommender(model="portfolio").fit(toy())
    with pytest.raises(KnowledgeError, match="ranks by the score alone"):
        ranked.search(metafeatures=NEW, objectives=BOTH)


def test_the_embedded_base_is_searched_for_a_front():
    from sklearn.datasets import load_wine

    search = warmstart.search(load_wine(as_frame=True), objectives=("score", "predict_s"))
    one = search.ask()
    assert one.predict_s > 0
    search.tell(one, score=0.9)
    assert search.ask().predict_s > 0
