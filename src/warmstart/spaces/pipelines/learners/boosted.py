"""Boosted trees of three libraries and scikit-learn's own."""

from __future__ import annotations

from warmstart.spaces.pipelines.boosting import boosters
from warmstart.spaces.pipelines.learners import ranges
from warmstart.spaces.pipelines.learners.ranges import (
    choice,
    linear,
    real,
    whole,
)
from warmstart.spaces.pipelines.learners.record import Design, Learner

LIGHTGBM = Learner(
    name="lightgbm",
    ranges=lambda classify: [
        whole("n_estimators", 10, 1000, 100),
        real("learning_rate", 0.002, 0.5, 0.1),
        whole("num_leaves", 2, 512, 31),
        whole("min_child_samples", 1, 100, 20),
        real("min_child_weight", 1e-7, 10.0, 1e-3),
        real("reg_alpha", 1e-6, 10.0, 1e-6),
        real("reg_lambda", 1e-6, 10.0, 1e-6),
        linear("colsample_bytree", 0.3, 1.0, 1.0),
        linear("subsample", 0.5, 1.0, 1.0),
        choice("extra_trees", False, True),
        ranges.STOPPING,
        *ranges.class_weight(classify),
    ],
    classifier=boosters.lightgbm_classifier,
    regressor=boosters.lightgbm_regressor,
    classes=("lightgbm", "LGBM"),
    design=Design(turn=0, classification=60, regression=60),
    package="lightgbm",
    extra="lightgbm",
    takes_missing=True,
    rounds="n_estimators",
    fixed_share=0.75,
)
XGBOOST = Learner(
    name="xgboost",
    ranges=lambda classify: [
        whole("n_estimators", 10, 1000, 100),
        real("learning_rate", 0.002, 0.5, 0.3),
        whole("max_depth", 1, 12, 6),
        real("min_child_weight", 1e-6, 50.0, 1.0),
        real("gamma", 1e-6, 10.0, 1e-6),
        real("reg_alpha", 1e-6, 10.0, 1e-6),
        real("reg_lambda", 1e-6, 100.0, 1.0),
        linear("colsample_bytree", 0.3, 1.0, 1.0),
        linear("colsample_bylevel", 0.3, 1.0, 1.0),
        linear("subsample", 0.5, 1.0, 1.0),
        ranges.STOPPING,
        *ranges.class_weight(classify),
    ],
    classifier=boosters.xgboost_classifier,
    regressor=boosters.xgboost_regressor,
    classes=("xgboost", "XGB"),
    design=Design(turn=1, classification=50, regression=50),
    package="xgboost",
    extra="xgboost",
    takes_missing=True,
    rounds="n_estimators",
    fixed_share=0.75,
)
CATBOOST = Learner(
    name="catboost",
    ranges=lambda classify: [
        whole("n_estimators", 10, 1000, 1000),
        choice("rate", "library", "value"),
        real("learning_rate", 0.002, 0.5, 0.03, given=("rate", "value")),
        whole("depth", 1, 10, 6, log=False),
        real("l2_leaf_reg", 1e-5, 30.0, 3.0),
        linear("random_strength", 0.0, 3.0, 1.0),
        linear("rsm", 0.3, 1.0, 1.0),
        choice("bootstrap", "library", "bernoulli"),
        linear("subsample", 0.5, 1.0, 0.8, given=("bootstrap", "bernoulli")),
        choice("grow_policy", "SymmetricTree", "Depthwise"),
        whole("one_hot_max_size", 2, 64, 2),
        whole("max_ctr_complexity", 1, 5, 4, log=False),
        ranges.STOPPING,
        *ranges.class_weight(classify),
    ],
    classifier=boosters.catboost_classifier,
    regressor=boosters.catboost_regressor,
    design=Design(turn=2, classification=50, regression=50),
    package="catboost",
    extra="catboost",
    takes_missing=True,
    rounds="n_estimators",
    fixed_share=0.5,
)
HIST_GRADIENT_BOOSTING = Learner(
    name="hist_gradient_boosting",
    ranges=lambda classify: [
        whole("max_iter", 10, 1000, 100),
        real("learning_rate", 0.002, 0.5, 0.1),
        whole("max_leaf_nodes", 3, 128, 31),
        whole("min_samples_leaf", 2, 100, 20),
        real("l2_regularization", 1e-6, 10.0, 1e-6),
        linear("max_features", 0.3, 1.0, 1.0),
        ranges.STOPPING,
        *ranges.class_weight(classify),
    ],
    classifier=boosters.hist_gradient_boosting_classifier,
    regressor=boosters.hist_gradient_boosting_regressor,
    classes=("sklearn.ensemble", "HistGradientBoosting"),
    design=Design(turn=3, classification=26, regression=26),
    takes_missing=True,
    refuses_empty=True,
    rounds="max_iter",
    fixed_share=0.8,
)
