"""Every method by name keeps the promises of a performance model.

Also of: models.belief, models.protocols, models.surrogates.cold_gp.
"""

from dataclasses import replace

import pytest

from warmstart.recommend.methods import METHODS, make_method
from warmstart.testing.performance_model import PerformanceModelContract

pytestmark = pytest.mark.usefixtures("small_forests")


@pytest.mark.parametrize("name", sorted(METHODS))
class TestEveryMethod(PerformanceModelContract):
    @pytest.fixture
    def model(self, name):
        method = make_method(name)
        if "gplvm" in name:  # promises do not wait for training to converge
            trained = method.kernel if name == "pmf_gplvm" else method
            trained.recipe = replace(trained.recipe, n_epochs=3)
        return method
