"""Both kinds of evolution: a step by hand, and that history helps.

Also of: models.evolution.evolution_strategy, models.evolution.first_population,
models.evolution.regularised_evolution.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from warmstart.errors import ArgumentError
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.models.evolution.evolution_strategy import EvolutionStrategy
from warmstart.models.evolution.regularised_evolution import RegularisedEvolution
from warmstart.models.rankings.knn_portfolio import KNNPortfolio


def hills(n_tasks=8, n=81, seed=0):
    """Tasks whose best points lie near one corner of a square."""
    rng = np.random.default_rng(seed)
    side = np.linspace(0, 1, round(n**0.5))
    grid = np.array([(x, y) for x in side for y in side])
    tops = rng.uniform(0.6, 0.9, (n_tasks, 1, 2))
    scores = -((grid - tops) ** 2).sum(axis=2)
    return ScoreTable(
        scores=scores,
        task_ids=pd.RangeIndex(n_tasks),
        configuration_ids=pd.RangeIndex(len(grid)),
        families=np.arange(n_tasks),
        configurations=pd.DataFrame(grid, columns=["x", "y"]),
    )


def regret_after(model, table, n, seed):
    known, new = table.take(range(1, table.n_tasks)), table.scores[0]
    state = model.fit(known, random_state=seed).start()
    best = -np.inf
    for _ in range(n):
        j = state.next()
        state.tell(j, new[j])
        best = max(best, new[j])
    return new.max() - best


@pytest.mark.parametrize("kind", [RegularisedEvolution, EvolutionStrategy])
def test_history_gives_a_better_start(kind):
    table = hills()
    warm, cold = (
        np.mean([regret_after(kind(warm=w), table, 5, seed) for seed in range(10)])
        for w in (True, False)
    )
    assert warm < cold / 2


@pytest.mark.parametrize("kind", [RegularisedEvolution, EvolutionStrategy])
def test_evolution_is_better_than_chance(kind):
    table = hills(n=289)
    found = np.mean([regret_after(kind(warm=False), table, 60, seed) for seed in range(10)])
    rng = np.random.default_rng(0)
    new = table.scores[0]
    chance = np.mean([new.max() - rng.choice(new, 60, replace=False).max() for _ in range(200)])
    assert found < chance


def test_a_child_is_near_the_best_of_its_tournament():
    table = hills(n=289)
    model = RegularisedEvolution(population_size=3, tournament=3, n_neighbours=4)
    state = model.fit(table).start()
    first = state.batch(3)
    for j, score in zip(first, (0.0, 1.0, 0.5), strict=True):
        state.tell(j, score)
    apart = ((model.features_ - model.features_[first[1]]) ** 2).sum(axis=1)
    apart[first] = np.inf
    assert apart[state.next()] <= np.sort(apart)[3]


def test_the_oldest_dies():
    table = hills(n=289)
    model = RegularisedEvolution(population_size=2, tournament=2, n_neighbours=1)
    state = model.fit(table).start()
    for j, score in ((0, 9.0), (288, 1.0), (150, 0.5)):
        state.tell(j, score)
    apart = ((model.features_ - model.features_[288]) ** 2).sum(axis=1)
    apart[[0, 288, 150]] = np.inf
    named = [j for j in state.batch(3) if j not in (0, 288, 150)]
    assert named[-1] in np.flatnonzero(apart <= np.sort(apart)[3])


def test_the_mean_moves_by_the_ranks_of_a_generation():
    table = hills()
    model = EvolutionStrategy(generation=3, learning_rate=1.0)
    state = model.fit(table).start()
    before, asked = state.mean.copy(), state.batch(3)
    for j, score in zip(asked, (3.0, 1.0, 2.0), strict=True):
        state.tell(j, score)
    about = model.features_[asked] - before
    expected = before + (0.5 * about[0] - 0.5 * about[1] + 0.0 * about[2]) / 3
    assert state.mean == pytest.approx(expected)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RegularisedEvolution(tournament=0), "tournament must be at least 1, got 0"),
        (lambda: EvolutionStrategy(generation=1), "at least 2"),
        (lambda: EvolutionStrategy(learning_rate=0), "must be positive"),
        (lambda: EvolutionStrategy(top_share=2), "share above 0, got 2"),
    ],
)
def test_bad_settings(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


def test_the_first_generation_of_a_warm_strategy_is_the_portfolio():
    table = hills()
    known, new = table.take(range(1, table.n_tasks)), table.scores[0]
    state = EvolutionStrategy(generation=4).fit(known).start()
    listed = KNNPortfolio().fit(known).start().batch(4)
    assert state.batch(6)[:4] == listed
    for j in listed:
        assert state.next() == j
        state.tell(j, new[j])
    assert state.next() not in listed


@pytest.mark.parametrize("kind", [RegularisedEvolution, EvolutionStrategy])
def test_what_may_not_be_proposed_takes_no_place_in_the_first_population(kind):
    """Of a pool, few members of which are among the portfolio's first, all known ones begin."""
    table = hills(n=289)
    worst = np.argsort(table.scores.max(axis=0))[:5]
    scores = np.hstack([table.scores[:, worst], np.full((8, 7), np.nan), table.scores])
    rows = pd.concat(
        [
            table.configurations.iloc[worst],
            pd.DataFrame(np.random.default_rng(0).random((7, 2)), columns=["x", "y"]),
            table.configurations,
        ]
    )
    pool = replace(
        table,
        scores=scores,
        configurations=rows,
        configuration_ids=pd.RangeIndex(len(rows)),
        n_candidates=12,
    )
    known = replace(
        table,
        scores=table.scores[:, worst],
        configurations=None,
        configuration_ids=pd.RangeIndex(5),
    )
    expected = KNNPortfolio().fit(known).start().batch(5)
    state = kind().fit(pool).start()
    asked = []
    for _ in range(12):
        asked.append(state.next())
        state.tell(asked[-1], 0.1 * len(asked))
    assert asked[:5] == expected
    assert sorted(asked) == list(range(12))


def test_who_failed_is_replaced_in_the_first_population():
    table = hills()
    order = KNNPortfolio().fit(table).start().batch(6)
    state = RegularisedEvolution(population_size=3).fit(table).start()
    for j, score in zip(order[:5], (np.nan, 1.0, np.nan, 2.0, np.nan), strict=True):
        assert state.next() == j
        state.tell(j, score)
    assert state.next() == order[5]
