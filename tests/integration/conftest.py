import pytest

from warmstart.errors import KnowledgeError
from warmstart.knowledge.base import embedded_path


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """How fast this machine is must not be written to the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def knowledge(request):
    """The embedded knowledge base; in a checkout without one, one that is made up."""
    try:
        return embedded_path()
    except KnowledgeError:
        return request.getfixturevalue("tiny_base")
