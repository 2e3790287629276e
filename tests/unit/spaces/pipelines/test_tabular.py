"""The tabular space: conditions hold, and every point of it is one that can be built."""

import pytest
from ConfigSpace.hyperparameters import CategoricalHyperparameter

from warmstart.domain import Column, Schema
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.pipelines.learners import LEARNERS
from warmstart.spaces.pipelines.pipeline import build_estimator
from warmstart.spaces.pipelines.tabular import hyperparameters, tabular_space

TYPES = ["binary", "multiclass", "regression"]


def schema_for(task_type):
    return Schema(
        columns=(Column("a", "numeric"), Column("b", "categorical"), Column("c", "text")),
        task_type=task_type,
        n_rows=400,
        min_class_count=None if task_type == "regression" else 120,
        max_categories=4,
    )


@pytest.mark.parametrize("task_type", TYPES)
def test_has_every_learner_of_the_task_type(task_type):
    learners = tabular_space(task_type)["learner"].choices
    assert set(learners) == {n for n, one in LEARNERS.items() if one.supports(task_type)}


@pytest.mark.parametrize("task_type", TYPES)
def test_every_sample_builds(task_type):
    space = tabular_space(task_type, seed=3)
    for configuration in space.sample_configuration(40):
        values = dict(configuration)
        if not LEARNERS[values["learner"]].installed:
            continue
        estimator = build_estimator(values, schema_for(task_type))
        assert set(estimator.named_steps) >= {"columns", "preprocess", "model"}
        assert ("reduce" in estimator.named_steps) == (values.get("reduction") == "pca")


@pytest.mark.parametrize("task_type", TYPES)
def test_only_what_is_active_has_a_value(task_type):
    for configuration in tabular_space(task_type, seed=5).sample_configuration(40):
        values = dict(configuration)
        learner = LEARNERS[values["learner"]]
        own = [name for name in values if ":" in name]
        assert all(name.startswith(f"{learner.name}:") for name in own)
        assert ("imputation" in values) == (not learner.takes_missing)
        assert ("scaling" in values) == ("reduction" in values) == learner.scaled
        assert ("pca_variance" in values) == (values.get("reduction") == "pca")
        shrunk = values.get("lda:shrinkage") == "manual"
        assert ("lda:shrinkage_factor" in values) == shrunk
        given = values.get("rbf_svm:gamma_rule") == "value"
        assert ("rbf_svm:gamma" in values) == given
        chosen = values.get("catboost:rate") == "value"
        assert ("catboost:learning_rate" in values) == chosen


@pytest.mark.parametrize("task_type", TYPES)
def test_the_names_of_two_learners_never_meet(task_type):
    names = [
        hp.name
        for learner, one in LEARNERS.items()
        if one.supports(task_type)
        for hp in hyperparameters(learner, task_type)
    ]
    assert len(names) == len(set(names))


def test_defaults_are_the_libraries_own_where_they_have_one():
    space = tabular_space("binary")
    assert space["random_forest:bootstrap"].default_value is True
    assert space["extra_trees:bootstrap"].default_value is False
    assert space["lightgbm:num_leaves"].default_value == 31
    assert space["xgboost:max_depth"].default_value == 6
    assert space["logistic_regression:C"].default_value == 1.0


def test_restricts_to_learners():
    space = tabular_space("binary", ["ridge", "lightgbm"])
    assert space["learner"].choices == ("lightgbm",)
    assert "scaling" not in space
    assert "imputation" not in space


def test_one_choice_learners_are_still_categorical():
    assert isinstance(tabular_space("binary", ["lda"])["learner"], CategoricalHyperparameter)


@pytest.mark.parametrize(
    ("learners", "message"),
    [
        (["forest"], r"learners \['forest'\] are not among"),
        (["ridge"], r"none of \['ridge'\] learns binary tasks"),
        ([], r"none of \[\] learns binary"),
    ],
)
def test_refuses(learners, message):
    with pytest.raises(SpaceMismatchError, match=message):
        tabular_space("binary", learners)


def test_unknown_task_type():
    with pytest.raises(ValueError, match="task_type must be one of"):
        tabular_space("ranking")
