"""Distances of tasks, against independent computations.

Also of: similarity.manhattan, similarity.protocols, similarity.rank_correlation.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import cdist
from scipy.stats import kendalltau
from sklearn.preprocessing import MinMaxScaler

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.similarity.manhattan import Manhattan
from warmstart.similarity.rank_correlation import RankCorrelation
from warmstart.testing.performance_model import make_table
from warmstart.testing.task_distance import SimilarityContract


def table_of(scores, metafeatures=None):
    return ScoreTable(
        scores=np.asarray(scores, float),
        task_ids=pd.RangeIndex(len(scores)),
        configuration_ids=pd.RangeIndex(np.shape(scores)[1]),
        families=np.arange(len(scores)),
        metafeatures=metafeatures,
    )


class TestContract(SimilarityContract):
    @pytest.fixture(params=[Manhattan, RankCorrelation])
    def similarity(self, request):
        return request.param()


class TestManhattan:
    @given(hnp.arrays(float, (5, 3), elements=st.floats(-9, 9)))
    @settings(max_examples=50, deadline=None)
    def test_is_scipys_cityblock_of_scaled(self, values):
        values = np.round(values, 6)
        table = table_of(np.zeros((5, 1)), pd.DataFrame(values, columns=list("abc")))
        new = np.array([[1.0, -2.0, 3.0]])
        scaler = MinMaxScaler().fit(values)
        expected = cdist(scaler.transform(new), scaler.transform(values), "cityblock")[0]
        found = Manhattan().fit(table).distances(pd.Series(new[0], list("abc")))
        np.testing.assert_allclose(found, expected)

    def test_names_decide_not_positions(self):
        table = table_of(np.zeros((2, 1)), pd.DataFrame({"a": [0.0, 1.0], "b": [0.0, 9.0]}))
        similarity = Manhattan().fit(table)
        shuffled = pd.Series({"other": 5.0, "b": 9.0, "a": 0.0})
        np.testing.assert_allclose(similarity.distances(shuffled), [1.0, 1.0])

    def test_missing_is_the_median(self):
        frame = pd.DataFrame({"a": [0.0, np.nan, 2.0], "b": [1.0, 1.0, 2.0], "c": [np.nan] * 3})
        similarity = Manhattan().fit(table_of(np.zeros((3, 1)), frame))
        found = similarity.distances(pd.Series({"a": np.nan, "b": 1.0, "c": 4.0}))
        np.testing.assert_allclose(found, [0.5, 0.0, 1.5])

    def test_tasks_without_are_infinitely_far(self):
        similarity = Manhattan().fit(make_table())
        distances = similarity.distances(make_table().metafeatures.iloc[0])
        assert np.isinf(distances[-2:]).all()
        assert np.isfinite(distances[:-2]).all()
        assert distances[0] == 0

    def test_nothing_in_common(self):
        with pytest.raises(MetaDatasetError, match="'zzz'"):
            Manhattan().fit(make_table()).distances(pd.Series({"zzz": 1.0}))


class TestRankCorrelation:
    @given(st.permutations(range(6)), st.permutations(range(6)))
    @settings(deadline=None)
    def test_is_kendalls_tau(self, first, second):
        table = table_of([first])
        own = {index: float(score) for index, score in enumerate(second)}
        (found,) = RankCorrelation().fit(table).distances(scores=own)
        tau = kendalltau(first, second).statistic
        np.testing.assert_allclose(found, (1 - tau) / 2, atol=1e-12)

    def test_only_shared_configurations_count(self):
        table = table_of([[1.0, 2.0, np.nan], [np.nan, 1.0, np.nan], [2.0, 2.0, 9.0]])
        found = RankCorrelation().fit(table).distances(scores={0: 0.1, 1: 0.2, 2: np.nan})
        np.testing.assert_array_equal(found, [0.0, np.inf, 0.5])
