"""Scorers a base does not hold are answered by the nearest it has, and that is said.

Also of: recommend.question.arguments, recommend.question.documented,
recommend.question.duplicates, recommend.question.metric, recommend.question.search_question,
recommend.question.surfaces, recommend.question.understand.
"""

import pytest
from sklearn.metrics import (
    average_precision_score,
    get_scorer,
    get_scorer_names,
    make_scorer,
    mean_absolute_percentage_error,
)
from tests.unit.recommend.toy import NEW, toy

from warmstart.errors import HistoryError, KnowledgeError
from warmstart.metrics import METRICS, find_metric
from warmstart.recommend.question.metric import resolve_metric
from warmstart.recommend.question.nearest_metric import NEAREST, nearest_metric
from warmstart.recommend.recommender import Recommender

CLASSIFICATION = tuple(m.name for m in METRICS.values() if "binary" in m.task_types)
REGRESSION = tuple(m.name for m in METRICS.values() if "regression" in m.task_types)
CLUSTERING = ("mutual_info", "rand", "homogeneity", "completeness", "v_measure", "fowlkes")


def known(name):
    found = []
    for task_type in ("binary", "regression"):
        try:
            found.append(find_metric(name, task_type).name)
        except HistoryError:
            continue
    return found


def test_stand_ins_are_metrics():
    assert set(NEAREST.values()) <= set(METRICS)


@pytest.mark.parametrize("name", get_scorer_names())
def test_every_scorer_of_scikit_learn_has_one(name):
    if any(word in name for word in (*CLUSTERING, "likelihood", "samples")):
        assert nearest_metric(name) is None
        return
    assert known(name) or nearest_metric(name) in METRICS, name


@pytest.mark.parametrize(
    ("metric", "kind", "found"),
    [
        ("mape", "regression", "mae"),
        (make_scorer(mean_absolute_percentage_error), "regression", "mae"),
        ("average_precision", "classification", "roc_auc"),
        (average_precision_score, "classification", "roc_auc"),
        (get_scorer("neg_brier_score"), "classification", "log_loss"),
    ],
)
def test_the_nearest_is_told(metric, kind, found):
    notes = []
    recorded = CLASSIFICATION if kind == "classification" else REGRESSION
    assert resolve_metric(recorded, metric, kind, notes) == found
    assert len(notes) == 1
    assert found in notes[0]
    assert "the nearest it has" in notes[0]


def test_a_function_nobody_knows_is_answered_by_the_usual():
    def my_own(truth, prediction):
        return 0.0

    notes = []
    assert resolve_metric(CLASSIFICATION, my_own, "classification", notes) == CLASSIFICATION[0]
    assert notes == [
        "The base holds no my_own; expected scores are balanced_accuracy, its usual metric."
    ]


def test_where_the_nearest_is_not_recorded():
    notes = []
    assert resolve_metric(("accuracy",), "average_precision", "classification", notes)
    assert "its usual metric" in notes[0]


@pytest.mark.parametrize("metric", ["acuracy", "mape"])
def test_a_name_that_means_nothing_for_the_task_is_refused(metric):
    with pytest.raises(KnowledgeError, match="for classification"):
        resolve_metric(CLASSIFICATION, metric, "classification", [])


def test_known_metrics_are_not_remarked_on():
    notes = []
    assert resolve_metric(CLASSIFICATION, "f1_macro", "classification", notes) == "f1_macro"
    assert resolve_metric(CLASSIFICATION, None, "classification", notes)
    assert not notes


def test_a_base_without_kinds_knows_its_own_only():
    recommender = Recommender().fit(toy())
    with pytest.raises(KnowledgeError, match="the base has no scores in 'f1'"):
        recommender.suggest(metafeatures=NEW, metric="f1")
