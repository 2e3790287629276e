"""The boosted trees that hyperparameters stand for: three libraries and scikit-learn's own.

Hyperparameters that came later, such as early stopping, are read as the library's default where
a configuration does not name them.
"""

from __future__ import annotations

from typing import Any

from warmstart.domain import Schema
from warmstart.spaces.pipelines.fitting import DATE_PARTS, Values, can_hold_out, class_weight


def _stopped(model: Any, values: Values, random_state: int) -> Any:
    """The booster, stopping early if its configuration says after how many rounds."""
    patience = int(values.get("early_stopping", 0))
    if not patience:
        return model
    from warmstart.spaces.pipelines.boosting.early_stopping import EarlyStopped

    return EarlyStopped(model, patience=patience, random_state=random_state)


def _numbered(classifier: Any, values: Values) -> Any:
    from warmstart.spaces.pipelines.labels import LabelEncodedClassifier

    return LabelEncodedClassifier(classifier, class_weight=class_weight(values))


def _hist_gradient_boosting(
    values: Values, schema: Schema, random_state: int
) -> dict[str, Any]:
    names = ("learning_rate", "max_iter", "max_leaf_nodes", "min_samples_leaf")
    patience = int(values.get("early_stopping", 0))
    return {
        **{name: values[name] for name in names},
        "l2_regularization": values["l2_regularization"],
        "max_features": values["max_features"],
        "early_stopping": patience > 0 and can_hold_out(schema),
        **({"n_iter_no_change": patience} if patience else {}),
        "random_state": random_state,
    }


def hist_gradient_boosting_classifier(values: Values, schema: Schema, random_state: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        **_hist_gradient_boosting(values, schema, random_state),
        class_weight=class_weight(values),
    )


def hist_gradient_boosting_regressor(values: Values, schema: Schema, random_state: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        **_hist_gradient_boosting(values, schema, random_state)
    )


_LIGHTGBM = (
    "n_estimators",
    "learning_rate",
    "num_leaves",
    "min_child_samples",
    "reg_alpha",
    "reg_lambda",
    "colsample_bytree",
    "subsample",
)


def _lightgbm(values: Values, random_state: int) -> dict[str, Any]:
    later = {
        name: values[name]
        for name in ("extra_trees", "min_child_weight", "max_depth")
        if name in values
    }
    return {
        **{name: values[name] for name in _LIGHTGBM},
        **later,
        # Without a frequency LightGBM ignores subsample and says nothing.
        "subsample_freq": 1,
        "random_state": random_state,
        "n_jobs": 1,
        "verbosity": -1,
    }


def lightgbm_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from lightgbm import LGBMClassifier

    if values.get("early_stopping"):
        # Weights of rows also reach the rows that are watched; weights of classes do not.
        model = LGBMClassifier(**_lightgbm(values, random_state))
        return _numbered(_stopped(model, values, random_state), values)
    return LGBMClassifier(**_lightgbm(values, random_state), class_weight=class_weight(values))


def lightgbm_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from lightgbm import LGBMRegressor

    return _stopped(LGBMRegressor(**_lightgbm(values, random_state)), values, random_state)


_XGBOOST = (
    "n_estimators",
    "learning_rate",
    "max_depth",
    "min_child_weight",
    "gamma",
    "reg_alpha",
    "reg_lambda",
    "colsample_bytree",
    "subsample",
)


def _xgboost(values: Values, random_state: int) -> dict[str, Any]:
    later = {name: values[name] for name in ("colsample_bylevel",) if name in values}
    return {
        **{name: values[name] for name in _XGBOOST},
        **later,
        "tree_method": "hist",
        "random_state": random_state,
        "n_jobs": 1,
        "verbosity": 0,
    }


def xgboost_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from xgboost import XGBClassifier

    model = XGBClassifier(**_xgboost(values, random_state))
    return _numbered(_stopped(model, values, random_state), values)


def xgboost_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from xgboost import XGBRegressor

    return _stopped(XGBRegressor(**_xgboost(values, random_state)), values, random_state)


_CATBOOST = ("depth", "l2_leaf_reg", "random_strength", "rsm", "grow_policy")


def _catboost(values: Values, random_state: int) -> dict[str, Any]:
    found = {
        **{name: values[name] for name in _CATBOOST},
        "iterations": values["n_estimators"],
        "one_hot_max_size": values["one_hot_max_size"],
        "max_ctr_complexity": values["max_ctr_complexity"],
        "random_seed": random_state,
        "thread_count": 1,
        "logging_level": "Silent",
        "allow_writing_files": False,
    }
    if values["rate"] == "value":  # else CatBoost chooses by rows and rounds
        found["learning_rate"] = values["learning_rate"]
    if values["bootstrap"] == "bernoulli":
        found |= {"bootstrap_type": "Bernoulli", "subsample": values["subsample"]}
    return found


def _with_categories(model: Any, values: Values, schema: Schema, random_state: int) -> Any:
    """The booster told where the level numbers are, where levels are numbered."""
    categories = len(schema.names("categorical"))
    if values.get("encoding") == "ordinal" and categories:
        from warmstart.spaces.pipelines.boosting.catboost_columns import CategoryColumns

        before = len(schema.names("numeric", "boolean"))
        before += DATE_PARTS * len(schema.names("date"))
        model = CategoryColumns(model, first=before, count=categories)
    return _stopped(model, values, random_state)


def catboost_classifier(values: Values, schema: Schema, random_state: int) -> Any:
    from catboost import CatBoostClassifier

    model = CatBoostClassifier(**_catboost(values, random_state))
    return _numbered(_with_categories(model, values, schema, random_state), values)


def catboost_regressor(values: Values, schema: Schema, random_state: int) -> Any:
    from catboost import CatBoostRegressor

    model = CatBoostRegressor(**_catboost(values, random_state))
    return _with_categories(model, values, schema, random_state)
