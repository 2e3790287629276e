"""Tests of report.code.pipelines.

Also of: report.code.arguments.
"""

import numpy as np
import pandas as pd
import pytest

import warmstart
from warmstart.domain import Column, Schema
from warmstart.recommend.answer.suggestion import Suggestion
from warmstart.recommend.answer.suggestions import Suggestions
from warmstart.report.code.arguments import arguments_of, public_module
from warmstart.report.code.pipelines import python_code
from warmstart.spaces.pipelines.design import space_filling

COLUMNS = (
    Column("a", "numeric"),
    Column("qu\"ote's\n", "categorical"),
    Column("when", "date"),
    Column("words", "text"),
    Column("flag", "boolean"),
    Column("id", "identifier"),
)


def suggestions_of(task_type):
    counts = {"min_class_count": None if task_type == "regression" else 20}
    schema = Schema(columns=COLUMNS, task_type=task_type, n_rows=60, **counts)
    return Suggestions(
        items=tuple(
            Suggestion(
                configuration=dict(c.values),
                configuration_id=c.configuration_id,
                learner=c.learner,
                schema=schema,
                random_state=7,
            )
            for c in space_filling(task_type, scale=0.1)
        ),
        metric=None,
        strategy="random",
        dataset="evil\nname",
    )


def parameters(estimator):
    """Everything an estimator is made of, comparable between two of them."""
    found = {}
    for name, value in estimator.get_params(deep=True).items():
        if hasattr(value, "get_n_splits"):  # a splitter has no equality
            value = vars(value)
        if not hasattr(value, "get_params") and not _holds_estimators(value):
            found[name] = "nan" if isinstance(value, float) and value != value else value
        else:
            found[name] = type(value)
    return found


def _holds_estimators(value):
    return (
        isinstance(value, list) and value and isinstance(value[0], tuple) and len(value[0]) > 1
    )


@pytest.mark.parametrize("task_type", ["binary", "multiclass", "regression"])
def test_the_code_makes_equal_pipelines(task_type):
    """Of a spread of all learners and preprocessings, whatever the columns are called."""
    suggestions = suggestions_of(task_type)
    code = python_code(suggestions)
    namespace = {}
    exec(code, namespace)
    assert len(namespace["pipelines"]) == len(suggestions)
    for made, suggestion in zip(namespace["pipelines"], suggestions, strict=True):
        expected = suggestion.estimator()
        assert parameters(made) == parameters(expected)
        assert repr(made) == repr(expected)
    assert max(map(len, code.splitlines())) <= 88


def test_columns_are_written_once_and_lines_are_not_broken_inside_names():
    names = [f"a long, very long column name {i}" for i in range(40)]
    schema = Schema(
        columns=tuple(Column(name, "numeric") for name in names),
        task_type="regression",
        n_rows=9,
    )
    point = next(c for c in space_filling("regression", scale=0.01) if c.learner == "ridge")
    item = Suggestion(configuration=dict(point.values), configuration_id="x", schema=schema)
    code = python_code(Suggestions(items=(item, item), metric="r2", strategy="pmf"))
    assert code.count("very long column name 39") == 1
    namespace = {}
    exec(code, namespace)
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(9, 40)), columns=names)
    assert namespace["pipelines"][1].fit(X, X[names[0]]).predict(X).shape == (9,)


def test_public_names_are_imported():
    assert public_module(warmstart.Suggestions) == "warmstart"
    assert public_module(Column) == "warmstart.domain"


def test_arguments_of_a_splitter():
    from sklearn.model_selection import KFold

    assert arguments_of(KFold(3, shuffle=True)) == [("n_splits=", 3), ("shuffle=", True)]
