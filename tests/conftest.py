import logging
import os
import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes is the machine's affair, not the law's. A change is judged by the
# same examples every time; HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("search", deadline=None)
settings.register_profile("warmstart", deadline=None, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "warmstart"))

pytest.register_assert_rewrite("warmstart.testing")

# On tables as small as the tests', threads that wait for each other on a busy machine cost
# a hundred times what they save. Must be set before anything loads OpenMP.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(autouse=True)
def loggers_speak():
    """Optuna, when it makes a database, disables every logger (by alembic); SMAC raises the
    level of the root."""
    logging.root.setLevel(logging.WARNING)
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "warmstart":
            logging.getLogger(name).disabled = False


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory):
    """Folder of a made-up knowledge base."""
    from tests.tiny_base import tiny_metadataset

    from warmstart.recommend.recommender import Recommender

    with few_trees():
        recommender = Recommender().fit(tiny_metadataset())
        return recommender.save(tmp_path_factory.mktemp("kb") / "base")


@pytest.fixture(scope="module")
def small_forests():
    """For modules that do little else than fit models."""
    with few_trees():
        yield


collect_ignore = ["stand_ins"]
"""Collected, a stand-in would be imported in the place of the package itself."""


@contextmanager
def few_trees():
    """Ten trees a forest of the prior mean instead of two hundred."""
    from warmstart.similarity.forest import ForestWeights

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ForestWeights.fit.__func__.__kwdefaults__, "n_trees", 10)
        yield


@pytest.fixture
def wordllama(monkeypatch):
    """A stand-in for the package that reads sentences, and for its 16 MB of weights."""
    from warmstart.similarity.embeddings.sentence import sentence_encoder

    for name in [name for name in sys.modules if name.partition(".")[0] == "wordllama"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(Path(__file__).parent / "stand_ins")
    sentence_encoder.cache_clear()
    yield lambda: import_module("wordllama")
    sys.modules.pop("wordllama", None)
    sentence_encoder.cache_clear()
