"""The cubes of the learners that people tune, over the union of the ranges they write."""

from __future__ import annotations

from warmstart.models.surfaces.box import Axis, Box

PREPARATION = {"imputation": "median", "scaling": "standard"}
"""How tables were prepared for learners that need it."""


def _rounds(name: str, default: int = 100) -> Axis:
    return Axis(name=name, low=10, high=1000, default=default, whole=True)


def _rate(default: float) -> Axis:
    return Axis(name="learning_rate", low=0.005, high=0.5, default=default)


def _share(name: str, low: float, default: float = 1.0) -> Axis:
    return Axis(name=name, low=low, high=1.0, default=default, log=False)


_FEW_GOOD = 0.5
"""Floor of learners that much of the cube is good for nothing with: penalties above a tenth,
networks that learn too fast or not at all. What is best there would hardly be seen."""

_UNWEIGHTED = (("class_weight", "none"),)
_BOOSTED = (*_UNWEIGHTED, ("early_stopping", 0))

_LIGHTGBM = Box(
    learner="lightgbm",
    prefix="lightgbm:",
    axes=(
        _rate(0.1),
        Axis(name="num_leaves", low=2, high=256, default=31, whole=True),
        Axis(name="max_depth", low=2, high=16, default=-1, whole=True, no_limit=(-1, None, 0)),
        Axis(name="min_child_samples", low=1, high=100, default=20, whole=True),
        Axis(name="reg_alpha", low=1e-8, high=10.0, default=0.0),
        Axis(name="reg_lambda", low=1e-8, high=10.0, default=0.0),
        _share("colsample_bytree", 0.3),
        _share("subsample", 0.4),
        _rounds("n_estimators"),
    ),
    rounds="n_estimators",
    fixed=_BOOSTED,
)
_XGBOOST = Box(
    learner="xgboost",
    prefix="xgboost:",
    axes=(
        _rate(0.3),
        Axis(name="max_depth", low=1, high=12, default=6, whole=True),
        Axis(name="min_child_weight", low=1e-3, high=50.0, default=1.0),
        Axis(name="gamma", low=1e-8, high=10.0, default=0.0),
        Axis(name="reg_alpha", low=1e-8, high=10.0, default=0.0),
        Axis(name="reg_lambda", low=1e-8, high=100.0, default=1.0),
        _share("colsample_bytree", 0.3),
        _share("subsample", 0.4),
        _rounds("n_estimators"),
    ),
    rounds="n_estimators",
    fixed=_BOOSTED,
)
_CATBOOST = Box(
    learner="catboost",
    prefix="catboost:",
    axes=(
        _rate(0.03),
        Axis(name="depth", low=1, high=10, default=6, log=False, whole=True),
        Axis(name="l2_leaf_reg", low=1e-2, high=30.0, default=3.0),
        Axis(name="random_strength", low=0.0, high=3.0, default=1.0, log=False),
        _share("rsm", 0.3),
        _share("subsample", 0.5, 0.8),
        _rounds("n_estimators", 1000),
    ),
    rounds="n_estimators",
    fixed=(
        *_BOOSTED,
        ("rate", "value"),
        ("bootstrap", "bernoulli"),
        ("grow_policy", "SymmetricTree"),
        ("one_hot_max_size", 2),
        ("max_ctr_complexity", 4),
    ),
)
_HIST_GRADIENT_BOOSTING = Box(
    learner="hist_gradient_boosting",
    prefix="hist_gradient_boosting:",
    axes=(
        _rate(0.1),
        Axis(name="max_leaf_nodes", low=2, high=128, default=31, whole=True),
        Axis(name="min_samples_leaf", low=1, high=100, default=20, whole=True),
        Axis(name="l2_regularization", low=1e-8, high=10.0, default=0.0),
        _share("max_features", 0.3),
        _rounds("max_iter"),
    ),
    rounds="max_iter",
    fixed=_BOOSTED,
)


def _forest(learner: str, *, bootstrap: bool) -> Box:
    # The square root of the columns is about a third of ten, the logarithm too.
    words = (("sqrt", 0.3), ("log2", 0.3), ("auto", 0.3), (None, 1.0))
    return Box(
        learner=learner,
        prefix=f"{learner}:",
        axes=(
            Axis(name="max_features", low=0.05, high=1.0, default=0.3, log=False, words=words),
            Axis(name="min_samples_leaf", low=1, high=64, default=1, whole=True),
            Axis(name="max_depth", low=2, high=32, default=None, whole=True, no_limit=(None,)),
            _rounds("n_estimators"),
        ),
        rounds="n_estimators",
        fixed=(
            *_UNWEIGHTED,
            ("features", "share"),
            ("bootstrap", bootstrap),
            ("criterion", "gini"),
        ),
    )


_MLP = Box(
    learner="mlp",
    prefix="mlp:",
    axes=(
        Axis(name="width", low=8, high=256, default=100, whole=True),
        Axis(name="n_layers", low=1, high=3, default=1, log=False, whole=True),
        Axis(name="alpha", low=1e-6, high=10.0, default=1e-4),
        Axis(name="learning_rate_init", low=3e-4, high=3e-2, default=1e-3),
        Axis(name="max_iter", low=20, high=300, default=200, whole=True),
    ),
    fixed=(*_UNWEIGHTED, ("activation", "relu"), ("early_stopping", False)),
    floor=_FEW_GOOD,
)
_RBF_SVM = Box(
    learner="rbf_svm",
    prefix="rbf_svm:",
    axes=(
        Axis(name="C", low=1e-2, high=1e3, default=1.0),
        # One over the number of columns, where these are scaled.
        Axis(
            name="gamma",
            low=1e-4,
            high=2.0,
            default=0.05,
            words=(("scale", 0.05), ("auto", 0.05)),
        ),
    ),
    fixed=(*_UNWEIGHTED, ("gamma_rule", "value"), ("epsilon", 0.1)),
)
_ELASTIC_NET = Box(
    learner="elastic_net",
    prefix="elastic_net:",
    axes=(
        Axis(name="alpha", low=1e-5, high=1.0, default=1e-3),
        Axis(name="l1_ratio", low=0.05, high=1.0, default=0.5, log=False),
    ),
    fixed=_UNWEIGHTED,
    floor=_FEW_GOOD,
)

BOXES = {
    box.learner: box
    for box in (
        _LIGHTGBM,
        _XGBOOST,
        _CATBOOST,
        _HIST_GRADIENT_BOOSTING,
        _forest("random_forest", bootstrap=True),
        _forest("extra_trees", bootstrap=False),
        _MLP,
        _RBF_SVM,
        _ELASTIC_NET,
    )
}
"""By learner."""
