import pytest

pytest.importorskip("ax")

from ax import ChoiceParameterConfig, Client, RangeParameterConfig
from benchmarks.tuners.ax import Tuner

import warmstart
from warmstart.errors import SpaceMismatchError
from warmstart.testing.downstream import DownstreamContract

pytestmark = [pytest.mark.tuners, pytest.mark.filterwarnings("ignore")]

POINTS = [{"x": 0.5, "m": "a"}, {"x": 0.25, "m": "b"}]
seed = warmstart.downstream.ax.seed


@pytest.fixture
def client():
    client = Client()
    client.configure_experiment(
        parameters=[
            RangeParameterConfig(name="x", bounds=(0.0, 1.0), parameter_type="float"),
            ChoiceParameterConfig(name="m", values=["a", "b"], parameter_type="str"),
        ]
    )
    return client


class TestAx(DownstreamContract):
    Tuner = Tuner


def test_values_outside_the_space_are_taken(client):
    illegal = {"x": 1e9, "m": "xgb"}
    index = client.attach_trial(illegal)
    assert client._experiment.trials[index].arm.parameters == illegal
    report = seed([illegal, {"x": 1e9, "m": "a"}], client)
    assert report.accepted == [{"x": 1.0, "m": "a"}]
    assert report.arguments == {"trials": {1: {"x": 1.0, "m": "a"}}}


@pytest.mark.parametrize(("objective", "value"), [("score", 0.75), ("-score", -0.75)])
def test_known_scores_complete_trials(client, objective, value):
    client.configure_optimization(objective=objective)
    report = warmstart.downstream.seed(POINTS, client, scores=[0.75, None])
    assert list(report.arguments["trials"]) == [1]
    frame = client.summarize()
    assert frame["trial_status"].tolist() == ["COMPLETED", "RUNNING"]
    assert frame["score"].tolist()[0] == value
    again = seed(POINTS, client)
    assert [d.reason for d in again.dropped] == ["the tuner has it already"] * 2


def test_scores_need_an_objective(client):
    with pytest.raises(SpaceMismatchError, match="need a single objective"):
        seed(POINTS, client, scores=[0.5, 0.25])


def test_an_experiment_is_needed():
    with pytest.raises(SpaceMismatchError, match="call configure_experiment first"):
        seed(POINTS, Client())


def test_constraints_and_dependents_hold():
    client = Client()
    client.configure_experiment(
        parameters=[
            RangeParameterConfig(name="x", bounds=(0.0, 1.0), parameter_type="float"),
            RangeParameterConfig(name="y", bounds=(0.0, 1.0), parameter_type="float"),
        ],
        parameter_constraints=["x + y <= 1"],
    )
    report = seed([{"x": 0.75, "y": 0.5}, {"x": 0.25, "y": 0.5}], client)
    assert "breaks the constraint" in report.dropped[0].reason
    assert report.order == [1]
    client = Client()
    client.configure_experiment(
        parameters=[
            ChoiceParameterConfig(
                name="m",
                values=["a", "b"],
                parameter_type="str",
                dependent_parameters={"a": ["x"], "b": ["y"]},
            ),
            RangeParameterConfig(name="x", bounds=(0.0, 1.0), parameter_type="float"),
            RangeParameterConfig(name="y", bounds=(0.0, 1.0), parameter_type="float"),
        ]
    )
    report = seed([{"m": "a", "x": 0.5, "y": 0.5}], client)
    assert report.accepted == [{"m": "a", "x": 0.5}]
    assert report.left_out[0].reason == "inactive unless m is 'a'".replace("'a'", "'b'")
