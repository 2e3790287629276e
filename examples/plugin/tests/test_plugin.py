"""The built-in contracts, inherited; each needs a fixture or a driver and nothing else."""

import pytest
from warmstart_example.acquisition import cautious
from warmstart_example.metafeature import share_of_zeros
from warmstart_example.model import MedianRank
from warmstart_example.similarity import BySize
from warmstart_example.source import read
from warmstart_example.tuner import Deck, seed

from warmstart.testing.acquisition import AcquisitionFunctionContract
from warmstart.testing.downstream import DownstreamContract
from warmstart.testing.history_source import HistorySourceContract
from warmstart.testing.metafeature import MetaFeatureContract
from warmstart.testing.performance_model import PerformanceModelContract
from warmstart.testing.task_distance import SimilarityContract


class TestModel(PerformanceModelContract):
    @pytest.fixture
    def model(self):
        return MedianRank()


class Tuner:
    """Drives a deck for the contract."""

    lacks = ()

    class injector:  # noqa: N801 - a module elsewhere
        seed = staticmethod(seed)

    def __init__(self, space):
        self.deck = Deck(space)

    def seed(self, points, **options):
        return seed(points, self.deck, **options)

    def first(self, n):
        return self.deck.cards[:n]


class TestTuner(DownstreamContract):
    Tuner = Tuner


class TestSource(HistorySourceContract):
    n_ok = 2
    statuses = frozenset({"ok", "failed"})

    @pytest.fixture
    def location(self, tmp_path):
        path = tmp_path / "runs.tsv"
        path.write_text("score\tseconds\tlr\n0.8\t1.5\t0.1\n0.9\t2\t0.2\nnan\t3\t0.5\n")
        return path

    @pytest.fixture
    def read(self, location):
        return lambda **options: read(location, **options)


class TestMetaFeature(MetaFeatureContract):
    @pytest.fixture
    def feature(self):
        return share_of_zeros


class TestSimilarity(SimilarityContract):
    @pytest.fixture
    def similarity(self):
        return BySize()


class TestAcquisition(AcquisitionFunctionContract):
    @pytest.fixture
    def worth(self):
        return cautious
