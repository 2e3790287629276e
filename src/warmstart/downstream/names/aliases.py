"""Other names that boosting libraries have for the same hyperparameter, and for themselves.

From the parameter lists of LightGBM ("aliases"), XGBoost and CatBoost ("alias"): names in one
group are one parameter of one library, with the same meaning and unit.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

_NAMES = {
    "lightgbm": """
        n_estimators num_iterations num_iteration n_iter num_tree num_trees num_round \
num_rounds nrounds num_boost_round max_iter
        learning_rate eta shrinkage_rate
        num_leaves num_leaf max_leaves max_leaf max_leaf_nodes
        min_child_samples min_data_in_leaf min_data_per_leaf min_data min_samples_leaf
        min_child_weight min_sum_hessian_in_leaf min_sum_hessian_per_leaf min_sum_hessian \
min_hessian
        reg_alpha lambda_l1 l1_regularization
        reg_lambda lambda_l2 lambda l2_regularization
        colsample_bytree feature_fraction sub_feature
        colsample_bynode feature_fraction_bynode sub_feature_bynode
        subsample bagging_fraction sub_row bagging
        subsample_freq bagging_freq
        min_split_gain min_gain_to_split
        max_bin max_bins
        boosting_type boosting boost""",
    "xgboost": """
        n_estimators num_boost_round num_round nrounds nround
        learning_rate eta
        gamma min_split_loss
        reg_alpha alpha
        reg_lambda lambda lambda_""",
    "catboost": """
        n_estimators iterations num_boost_round num_trees
        learning_rate eta
        max_depth depth
        l2_leaf_reg reg_lambda
        rsm colsample_bylevel
        min_child_samples min_data_in_leaf
        num_leaves max_leaves
        max_bin border_count""",
}
"""A line a parameter: the name that configurations have, then the library's others."""

_GROUPS = {
    library: tuple(tuple(line.split()) for line in text.strip().splitlines())
    for library, text in _NAMES.items()
}

_OF_OTHERS = frozenset(
    {"max_iter", "max_leaf_nodes", "min_samples_leaf", "l2_regularization", "alpha", "depth"}
)
"""Names that other learners have too: aliases only where the learner is known."""

_SHORT = {"lgbm": "lightgbm", "lgb": "lightgbm", "xgb": "xgboost", "cat": "catboost"}
_SHORT |= {"rf": "random_forest", "knn": "nearest_neighbors", "svm": "rbf_svm"}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ENDING = re.compile(r"_?(classifier|regressor|model|clf|reg)$")


def aliases(name: str, learner: str | None = None) -> tuple[str, ...]:
    """Other names of a hyperparameter, the library's own first.

    Parameters
    ----------
    name : str
        Without the learner before it.
    learner : str, optional
        Whose it is, in whatever spelling; by default that of any library whose name for it
        no other learner has.

    Examples
    --------
    >>> aliases("num_leaves", "lightgbm")
    ('num_leaf', 'max_leaves', 'max_leaf', 'max_leaf_nodes')
    >>> aliases("eta"), aliases("depth"), aliases("learning_rate", "mlp")
    (('learning_rate', 'shrinkage_rate'), (), ())
    """
    return _aliases(name, None if learner is None else learner_name(learner))


@lru_cache(maxsize=4096)
def _aliases(name: str, learner: str | None) -> tuple[str, ...]:
    if learner is not None:
        groups = list(_GROUPS.get(learner, ()))
        shared: Collection[str] = ()
    else:
        groups = [group for some in _GROUPS.values() for group in some]
        shared = _OF_OTHERS
    if name in shared:
        return ()
    found = [other for group in groups if name in group for other in group]
    return tuple(dict.fromkeys(one for one in found if one != name and one not in shared))


@lru_cache(maxsize=4096)
def learner_name(written: str) -> str:
    """What a learner is called here, however it is spelt.

    Examples
    --------
    >>> [learner_name(w) for w in ("LGBMClassifier", "xgb", "Random Forest", "cat boost")]
    ['lightgbm', 'xgboost', 'random_forest', 'catboost']
    """
    snake = re.sub(r"\W+", "_", _CAMEL.sub("_", written)).lower().strip("_")
    bare = _ENDING.sub("", snake) or snake
    for known in _GROUPS:
        if bare.replace("_", "") == known:
            return known
    return _SHORT.get(bare.replace("_", ""), bare)
