"""Every method by name keeps the promises of a performance model."""

from dataclasses import replace

import pytest
from tests.contracts.performance_model import PerformanceModelContract

from warmstart.recommend.registry import METHODS, make_method

pytestmark = pytest.mark.usefixtures("small_forests")


@pytest.mark.parametrize("name", sorted(METHODS))
class TestEveryMethod(PerformanceModelContract):
    @pytest.fixture
    def model(self, name):
        method = make_method(name)
        if name.startswith("gplvm"):  # promises do not wait for training to converge
            method.model.recipe = replace(method.model.recipe, n_epochs=3)
        return method
