"""Methods that fix an order: KND, kNN rank, average rank, random search.

Also of: models.rankings.average_rank, models.rankings.knn_rank,
models.rankings.nearest_datasets, models.rankings.random_search.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import rankdata

from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.models.rankings.average_rank import AverageRank, relative_ranks
from warmstart.models.rankings.knn_rank import KNNRank
from warmstart.models.rankings.nearest_datasets import KND
from warmstart.models.rankings.portfolio import Portfolio
from warmstart.models.rankings.random_search import RandomSearch
from warmstart.models.rankings.ranked import RankedState, shrunk_mean
from warmstart.recommend.methods import make_method
from warmstart.testing.performance_model import make_table


def table_of(scores, metafeatures=None):
    scores = np.asarray(scores, float)
    ids = pd.RangeIndex(len(scores))
    return ScoreTable(
        scores=scores,
        task_ids=ids,
        configuration_ids=pd.RangeIndex(scores.shape[1]),
        families=np.arange(len(scores)),
        metafeatures=metafeatures,
    )


class TestRankedState:
    def test_reads_the_order_only_as_far_as_needed(self):
        read = []

        def order():
            for index in (4, 2, 7):
                read.append(index)
                yield index

        state = RankedState(order())
        assert state.next() == 4
        assert read == [4]
        state.tell(2, 0.5)
        assert state.batch(2) == [4, 7]

    def test_told_before_it_is_read(self):
        state = RankedState([1, 0])
        state.tell(1, np.nan)
        assert state.next() == 0
        state.tell(0, 0.1)
        with pytest.raises(IndexError, match="every configuration"):
            state.next()


class TestKND:
    def test_best_of_each_nearest_without_duplicates(self):
        """By hand: distances 1, 2, 3; bests 1, 1, 2; second bests 0, 2, 0."""
        metafeatures = pd.DataFrame({"rows": [1.0, 2.0, 3.0]})
        scores = [[0.5, 0.9, 0.1, 0.0], [0.1, 0.9, 0.5, 0.0], [0.5, 0.1, 0.9, 0.0]]
        state = KND().fit(table_of(scores, metafeatures)).start(pd.Series({"rows": 0.0}))
        assert state.batch(4) == [1, 2, 0, 3]

    def test_what_neighbours_have_not_tried_comes_last(self):
        metafeatures = pd.DataFrame({"rows": [1.0, 2.0]})
        scores = [[np.nan, 0.9, 0.1, np.nan], [np.nan, 0.8, 0.9, np.nan], [0.2, 0.3, 0.0, 0.9]]
        table = table_of(scores, metafeatures)
        batch = KND().fit(table).start(pd.Series({"rows": 0.0})).batch(4)
        assert batch[:2] == [1, 2]
        assert batch[2:] == [3, 0]

    def test_without_metafeatures_the_portfolio(self):
        table = make_table()
        assert KND().fit(table).start().batch(12) == Portfolio().fit(table).start().batch(12)


class TestRanks:
    @given(hnp.arrays(float, (4, 6), elements=st.integers(0, 5).map(float)))
    @settings(deadline=None)
    def test_dense_average_rank_is_scipys(self, scores):
        expected = rankdata(-scores, axis=1).mean(axis=0)
        found = AverageRank().fit(table_of(scores)).start().batch(6)
        assert (np.diff(expected[found]) >= -1e-9).all()

    @given(
        hnp.arrays(float, (3, 5), elements=st.sampled_from([0.1, 0.2, 0.3, np.nan])).filter(
            lambda a: (~np.isnan(a)).any(axis=1).all()
        )
    )
    @settings(deadline=None)
    def test_relative_ranks_over_the_known(self, scores):
        for row, ranks in zip(scores, relative_ranks(scores), strict=True):
            known = ~np.isnan(row)
            assert np.isnan(ranks[~known]).all()
            assert ((ranks[known] > 0) & (ranks[known] < 1)).all()
            np.testing.assert_allclose(ranks[known].mean(), 0.5)

    def test_one_good_word_is_no_proof(self):
        ranks = np.array([[0.1, 0.15, np.nan]] + [[0.9, 0.15, 0.1]] + [[0.9, 0.2, np.nan]] * 8)
        assert shrunk_mean(ranks).argmin() == 1

    def test_knn_rank_of_the_nearest(self):
        table = make_table()
        model = KNNRank(n_neighbours=3).fit(table)
        near = model.similarity.distances(table.metafeatures.iloc[1]).argsort()[:3]
        expected = rankdata(-table.scores[near], axis=1).mean(axis=0)
        found = model.start(table.metafeatures.iloc[1]).batch(12)
        assert (np.diff(expected[found]) >= -1e-9).all()

    def test_knn_rank_needs_a_neighbour(self):
        with pytest.raises(ValueError, match="at least 1, got 0"):
            KNNRank(n_neighbours=0)


class TestRandomSearch:
    def test_tasks_get_different_orders(self):
        model = RandomSearch().fit(make_table(), random_state=1)
        orders = {tuple(model.start().batch(12)) for _ in range(5)}
        assert len(orders) == 5
        assert {tuple(sorted(order)) for order in orders} == {tuple(range(12))}

    def test_first_picks_are_uniform(self):
        model = RandomSearch().fit(make_table(), random_state=2)
        counts = np.bincount([model.start().next() for _ in range(2400)], minlength=12)
        assert counts.min() > 140
        assert counts.max() < 260

    def test_needs_a_try(self):
        with pytest.raises(ValueError, match="tries_per_step"):
            RandomSearch(tries_per_step=0)


class TestMakeMethod:
    def test_unknown_name(self):
        with pytest.raises(ValueError, match="no method 'pfm'; there are pmf"):
            make_method("pfm")

    @pytest.mark.parametrize("thing", [3, RandomSearch, object()])
    def test_no_method(self, thing):
        with pytest.raises(TypeError, match="PerformanceModel"):
            make_method(thing)

    def test_objects_are_copied(self):
        model = RandomSearch(tries_per_step=3)
        made = make_method(model)
        assert made == model
        assert made is not model
