"""Every method by name keeps the promises of a performance model."""

import pytest
from tests.contracts.performance_model import PerformanceModelContract

from warmstart.recommend.registry import METHODS, make_method

pytestmark = pytest.mark.usefixtures("small_forests")


@pytest.mark.parametrize("name", sorted(METHODS))
class TestEveryMethod(PerformanceModelContract):
    @pytest.fixture
    def model(self, name):
        return make_method(name)
