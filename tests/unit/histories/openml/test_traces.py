"""What a search tried, from its trace."""

import json
import xml.etree.ElementTree as ET

import pytest
from tests.extra_data import FOLDER, needs
from tests.replay_openml import answers

from warmstart.histories.openml.flows import FlowDescription
from warmstart.histories.openml.traces import TraceRow, measure_of, read_trace, tried

TREE = FlowDescription(
    flow_id=2, name="sklearn.tree.Tree", version=1, external_version="", declared={},
    paths={2: ("",)}, learner="Tree",
)  # fmt: skip
SEARCH = FlowDescription(
    flow_id=1, name="sklearn.RandomizedSearchCV(estimator=sklearn.tree.Tree)", version=1,
    external_version="", declared={}, paths={}, learner="RandomizedSearchCV",
    searched=TREE, searched_as="estimator",
)  # fmt: skip
SETUP = {"estimator__splitter": "best", "estimator__max_depth": None, "cv": 3, "scoring": None}


def row(fold, iteration, value, **parameters):
    texts = {name: json.dumps(given) for name, given in parameters.items()}
    return TraceRow(0, fold, iteration, texts, value)


def test_folds_are_taken_together_and_the_rest_is_the_setups():
    rows = [
        row(0, 0, 0.5, max_depth=1),
        row(0, 1, 0.9, max_depth=2),
        row(1, 0, 0.7, max_depth=1),
    ]
    found, n_unread = tried(rows, SETUP, SEARCH, 1)
    assert n_unread == 0
    assert [json.loads(one.configuration.text) for one in found] == [
        {"max_depth": 1, "splitter": "best"},
        {"max_depth": 2, "splitter": "best"},
    ]
    assert [one.value for one in found] == pytest.approx([0.6, 0.9])


def test_scores_that_are_none_and_lines_that_say_nothing():
    rows = [
        row(0, 0, float("nan"), max_depth=1),
        row(1, 0, 0.4, max_depth=1),
        row(0, 1, float("nan"), max_depth=2),
        row(0, 2, None, max_depth=3),
        TraceRow(0, 0, 3, None, 0.5),
    ]
    found, n_unread = tried(rows, SETUP, SEARCH, -1)
    assert [one.value for one in found] == [-0.4, None]
    assert n_unread == 2


def test_seeds_and_pythons_own_spelling():
    texts = {"max_depth": "None", "random_state": "3", "bootstrap": "True"}
    [one], _ = tried([TraceRow(0, 0, 0, texts, 1.0)], SETUP, SEARCH, 1)
    values = json.loads(one.configuration.text)
    assert values == {"bootstrap": True, "max_depth": None, "splitter": "best"}


@pytest.mark.parametrize(
    ("scoring", "is_regression", "measure"),
    [
        (None, False, ("predictive_accuracy", 1)),
        (None, True, None),
        ("roc_auc", False, ("area_under_roc_curve", 1)),
        ("neg_mean_absolute_error", True, ("mean_absolute_error", -1)),
        ("neg_mean_squared_error", True, None),
        ({"oml-python:serialized_object": "function"}, False, None),
    ],
)
def test_measure_of_a_scorer(scoring, is_regression, measure):
    assert measure_of(scoring, is_regression=is_regression) == measure


def test_reads_what_the_server_sends():
    sent = [(0, 0, 0, {"max_depth": "3"}, "0.25"), (0, 1, 0, {"max_depth": "3"}, "1e400")]
    rows = read_trace(ET.fromstring(answers.trace(7, sent)))
    assert rows[0] == TraceRow(0, 0, 0, {"max_depth": "3"}, 0.25)
    assert rows[1].value != rows[1].value


@needs("openml_replies/examples/run.trace.xml")
def test_a_recorded_trace():
    body = (FOLDER / "openml_replies/examples/run.trace.xml").read_bytes()
    rows = read_trace(ET.fromstring(body))
    assert len(rows) > 2
    assert rows[0].value < 0
    assert rows[0].parameters["model__alpha"] == "0.0"
