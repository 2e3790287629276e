import pytest
from benchmarks.tuners.smac import Tuner
from ConfigSpace import Configuration, ConfigurationSpace
from smac import BlackBoxFacade

import warmstart
from warmstart.errors import SpaceMismatchError
from warmstart.testing.downstream import BEST, BETTER, GOOD, DownstreamContract

# SMAC asks ConfigSpace for dictionaries in a way that ConfigSpace has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:Please use `dict:DeprecationWarning")

seed = warmstart.downstream.smac.seed


class TestSmac(DownstreamContract):
    Tuner = Tuner

    def test_its_own_points_come_first_without_the_injector(self, tuner):
        space = tuner.scenario.configspace
        design = BlackBoxFacade.get_initial_design(
            tuner.scenario, additional_configs=[Configuration(space, values=GOOD)]
        )
        tuner.arguments = {"initial_design": design}
        assert GOOD not in tuner.first(2)
        tuner.seed([GOOD])
        assert tuner.first(1) == [GOOD]

    def test_known_results_are_told_and_not_run_again(self, tuner):
        facade = tuner.facade()
        report = warmstart.downstream.seed([GOOD, BETTER], facade, scores=[0.5, 0.75])
        assert report.accepted == [BETTER, GOOD]
        costs = {
            facade.runhistory.get_cost(config): dict(config)
            for config in facade.runhistory.get_configs()
        }
        assert costs == {-0.75: BETTER, -0.5: GOOD}
        asked = [dict(facade.ask().config) for _ in range(3)]
        assert GOOD not in asked
        assert BETTER not in asked
        assert dict(facade.intensifier.get_incumbent()) == BETTER
        again = seed([GOOD], facade, scores=[0.5])
        assert again.dropped[0].reason == "the tuner has it already"

    def test_a_facade_takes_no_points_without_scores(self, tuner):
        with pytest.raises(SpaceMismatchError, match="1 of 2 points have no score"):
            seed([GOOD, BETTER], tuner.facade(), scores=[0.5, None])

    def test_a_scenario_takes_no_scores(self, tuner):
        with pytest.raises(SpaceMismatchError, match="a scenario takes no scores"):
            seed([GOOD], tuner.scenario, scores=[0.5])

    def test_more_points_than_trials_are_dropped(self, tuner):
        object.__setattr__(tuner.scenario, "n_trials", 2)
        report = seed([GOOD, BETTER, BEST], tuner.scenario)
        assert report.dropped[0].reason == "the tuner has room for 2 only"
        assert len(report.arguments["initial_design"].select_configurations()) == 2

    def test_other_targets_and_spaces_are_refused(self, tuner):
        with pytest.raises(SpaceMismatchError, match="got int"):
            seed([GOOD], 3)
        with pytest.raises(SpaceMismatchError, match="another than the scenario's"):
            seed([GOOD], tuner.scenario, space=ConfigurationSpace({"x": (0, 1)}))

    def test_nothing_to_seed_is_no_design(self, tuner):
        assert seed([], tuner.scenario).arguments == {}


def test_small_numbers_are_rounded_by_configspace_and_told():
    space = ConfigurationSpace({"x": (0.0, 1.0)})
    point = {"x": 1.23456789123e-8}
    report = warmstart.downstream.points.seed([point], space=space)
    [change] = report.repaired
    assert change.reason == "as the tuner keeps it"
    assert report.accepted == [dict(Configuration(space, values=point))]
