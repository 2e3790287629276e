"""Every suggested configuration builds and fits on what the user handed in."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from tests.integration.real_data import CASES

import warmstart
from warmstart.datasets.load import load_dataset
from warmstart.knowledge.base import open_knowledge
from warmstart.spaces.pipelines.legality import why_illegal
from warmstart.spaces.pipelines.pipeline import build_estimator

# A suggested number of iterations may well be too few to converge, and still be best.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def classes(y):
    return set(np.asarray(y).tolist())


@pytest.mark.parametrize("name", CASES)
def test_all_ten_fit(name, knowledge):
    case = CASES[name]()
    suggestions = warmstart.suggest(case.X, case.y, kinds=case.kinds, knowledge=knowledge)
    assert len(suggestions) == 10
    assert suggestions.task_type == (case.task_type or suggestions.task_type)
    for suggestion in suggestions:
        model = suggestion.estimator().fit(case.X, case.y)
        predicted = np.asarray(model.predict(case.X))
        assert len(predicted) == len(np.asarray(case.y))
        if suggestions.task_type == "regression":
            assert np.isfinite(predicted.astype(float)).all()
        else:
            assert classes(predicted) <= classes(case.y)


@pytest.mark.parametrize("name", ["five_rows_a_class", "tiny", "tiny_binary", "wide"])
def test_all_ten_cross_validate(name, knowledge):
    """Also on two thirds of very little data."""
    case = CASES[name]()
    for suggestion in warmstart.suggest(case.X, case.y, knowledge=knowledge):
        scores = cross_val_score(
            suggestion.estimator(), case.X, case.y, cv=3, error_score="raise"
        )
        assert np.isfinite(scores).all()


def test_learns_something(knowledge):
    """Not only without an error: the first suggestion beats chance by far on real data."""
    for name, least in (("concrete", 0.5), ("breast_cancer", 0.9), ("penguins", 0.9)):
        case = CASES[name]()
        first = warmstart.suggest(case.X, case.y, n=1, knowledge=knowledge)[0]
        model = clone(first.estimator())
        half = len(case.y) // 2
        model.fit(case.X[:half], case.y[:half])
        assert model.score(case.X[half:], case.y[half:]) > least


def test_ten_thousand_levels(knowledge):
    """Suggested for all rows; fitted to some, so that most levels are new in prediction."""
    case = CASES["diabetes"]()
    X, y, n_rows = case.X, case.y, 12_000
    rows = np.random.default_rng(0).integers(len(X), size=n_rows)
    X = X.iloc[rows, :3].reset_index(drop=True)
    X["shop"] = [f"shop {i // 1.2:.0f}" for i in range(n_rows)]
    y = y.iloc[rows].reset_index(drop=True)
    suggestions = warmstart.suggest(X, y, knowledge=knowledge)
    assert any("very many levels: 'shop' (10,0" in w for w in suggestions.warnings)
    for suggestion in suggestions:
        model = suggestion.estimator().fit(X[::60], y[::60])
        assert np.isfinite(model.predict(X[5:400])).all()


@pytest.mark.parametrize(
    ("kind", "metric", "name"),
    [
        ("classification", "balanced_accuracy", "german_credit"),
        ("regression", "r2", "concrete"),
    ],
)
def test_every_configuration_of_the_base_can_be_built(kind, metric, name, knowledge):
    case = CASES[name]()
    schema = load_dataset(case.X, case.y).schema
    fitted = open_knowledge(knowledge).fitted(kind, metric)
    assert len(fitted.configurations) >= 10
    for values in fitted.configurations:
        build_estimator(values, schema)
        assert why_illegal(values, schema) is None or values["learner"] == "qda"
