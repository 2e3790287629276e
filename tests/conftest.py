import pytest
from tests.tiny_base import tiny_metadataset

from warmstart.recommend.recommender import Recommender


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory):
    """Folder of a made-up knowledge base."""
    return Recommender().fit(tiny_metadataset()).save(tmp_path_factory.mktemp("kb") / "base")
