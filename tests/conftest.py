import os

import pytest

# On tables as small as the tests', threads that wait for each other on a busy machine cost
# a hundred times what they save. Must be set before anything loads OpenMP.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory):
    """Folder of a made-up knowledge base."""
    from tests.tiny_base import tiny_metadataset

    from warmstart.recommend.recommender import Recommender

    return Recommender().fit(tiny_metadataset()).save(tmp_path_factory.mktemp("kb") / "base")
