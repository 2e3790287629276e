import pytest

from warmstart.similarity.forest import ForestWeights


@pytest.fixture(scope="module")
def small_forests():
    """Ten trees a forest instead of a hundred: fitting is nearly all these tests do."""
    defaults = ForestWeights.fit.__func__.__kwdefaults__
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(defaults, "n_trees", 10)
        yield
