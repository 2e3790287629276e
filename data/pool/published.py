"""Published strong configurations, read as facts from the wheels of their libraries.

The wheels are opened as archives and their modules parsed as text: nothing in them runs. What
the tabular space has no word for (smoothing of native categories, more than 1,000 rounds,
neural networks other than scikit-learn's) is left out of a configuration, or the
configuration with it; README.md says which.
"""

from __future__ import annotations

import ast
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

AUTOGLUON = "autogluon/tabular/configs/zeroshot/zeroshot_portfolio_{}.py"
PORTFOLIOS = ("2023", "2025", "cpu_2025_12_18")
PYTABKIT = "pytabkit/models/sklearn/default_params.py"

_ROUNDS = 1000
_PATIENCE = 300
Named = tuple[str, str, dict[str, Any]]
"""Kind of task ("" for both), name, values."""


def autogluon(wheel: Path) -> Iterator[Named]:
    """AutoGluon's zero-shot portfolios: boosters and forests."""
    seen: set[str] = set()
    with zipfile.ZipFile(wheel) as archive:
        for portfolio in PORTFOLIOS:
            tree = ast.parse(archive.read(AUTOGLUON.format(portfolio)).decode())
            for node in tree.body:
                if not isinstance(node, ast.Assign):
                    continue
                for family, entries in ast.literal_eval(node.value).items():
                    if family not in _READERS:
                        continue
                    for number, entry in enumerate(entries):
                        told = entry if isinstance(entry, dict) else {}
                        if told == {} and isinstance(entry, str):
                            continue  # "GBMLarge": a name that another module explains
                        values = _READERS[family](told)
                        if str(values) in seen:
                            continue
                        seen.add(str(values))
                        suffix = told.get("ag_args", {}).get("name_suffix", f" {number}")
                        yield _kind(told), f"AutoGluon {portfolio[:4]} {family}{suffix}", values


def _kind(told: dict[str, Any]) -> str:
    types = told.get("ag_args", {}).get("problem_types")
    if types is None:
        return ""
    return "regression" if "regression" in types else "classification"


def _gbm(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "learner": "lightgbm",
        "encoding": "ordinal",
        "n_estimators": _ROUNDS,
        "early_stopping": _PATIENCE,
        "learning_rate": told.get("learning_rate", 0.05),
        "num_leaves": told.get("num_leaves", 31),
        "min_child_samples": told.get("min_data_in_leaf", 20),
        "colsample_bytree": told.get("feature_fraction", 1.0),
        "subsample": told.get("bagging_fraction", 1.0),
        "reg_alpha": told.get("lambda_l1", 1e-6),
        "reg_lambda": told.get("lambda_l2", 1e-6),
        "extra_trees": told.get("extra_trees", False),
    }


def _xgb(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "learner": "xgboost",
        "encoding": "ordinal" if told.get("enable_categorical") else "one_hot",
        "n_estimators": _ROUNDS,
        "early_stopping": _PATIENCE,
        "learning_rate": told.get("learning_rate", 0.1),
        "max_depth": told.get("max_depth", 6),
        "min_child_weight": told.get("min_child_weight", 1.0),
        "colsample_bytree": told.get("colsample_bytree", 1.0),
        "colsample_bylevel": told.get("colsample_bylevel", 1.0),
        "subsample": told.get("subsample", 1.0),
        "reg_alpha": told.get("reg_alpha", 1e-6),
        "reg_lambda": told.get("reg_lambda", 1.0),
    }


def _cat(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "learner": "catboost",
        "encoding": "ordinal",
        "n_estimators": _ROUNDS,
        "early_stopping": _PATIENCE,
        "rate": "value",
        "learning_rate": told.get("learning_rate", 0.05),
        "depth": told.get("depth", 6),
        "grow_policy": told.get("grow_policy", "SymmetricTree"),
        "l2_leaf_reg": told.get("l2_leaf_reg", 3.0),
        "max_ctr_complexity": told.get("max_ctr_complexity", 4),
        "one_hot_max_size": told.get("one_hot_max_size", 2),
        "rsm": told.get("colsample_bylevel", 1.0),
        **_bernoulli(told.get("bootstrap_type"), told.get("subsample")),
    }


def _bernoulli(kind: str | None, share: float | None) -> dict[str, Any]:
    if kind != "Bernoulli":
        return {"bootstrap": "library"}
    return {"bootstrap": "bernoulli", "subsample": share}


def _forest(learner: str) -> Any:
    def read(told: dict[str, Any]) -> dict[str, Any]:
        share = told.get("max_features")
        given = {"features": "share", "max_features": share}
        if share == "sqrt":
            given = {"features": "sqrt"}
        elif share is None or isinstance(share, str):
            given = {}
        criterion = told.get("criterion")
        if criterion in ("gini", "entropy"):
            given["criterion"] = criterion
        return {
            "learner": learner,
            "encoding": "ordinal",
            "n_estimators": 300,
            "min_samples_leaf": told.get("min_samples_leaf", 1),
            **given,
        }

    return read


_READERS = {
    "GBM": _gbm,
    "XGB": _xgb,
    "CAT": _cat,
    "RF": _forest("random_forest"),
    "XT": _forest("extra_trees"),
}


def pytabkit(wheel: Path) -> Iterator[Named]:
    """The tuned defaults of gradient boosting in pytabkit (Holzmüller et al., 2024)."""
    found: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(wheel) as archive:
        tree = ast.parse(archive.read(PYTABKIT).decode())
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            name = getattr(node.targets[0], "id", "")
            if name.startswith(("LGBM_TD", "XGB_TD", "CB_TD")):
                found[name] = {
                    word.arg: ast.literal_eval(word.value) for word in node.value.keywords
                }
    for name, told in sorted(found.items()):
        kind = "regression" if name.endswith("_REG") else "classification"
        yield kind, f"pytabkit {name.rpartition('_')[0]}", _TUNED[name.partition("_")[0]](told)


def _tuned_lightgbm(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "learner": "lightgbm",
        "encoding": "ordinal",
        "n_estimators": told["n_estimators"],
        "early_stopping": told["early_stopping_rounds"],
        "learning_rate": told["lr"],
        "num_leaves": told["num_leaves"],
        "min_child_samples": told["min_data_in_leaf"],
        "min_child_weight": told["min_sum_hessian_in_leaf"],
        "colsample_bytree": told["colsample_bytree"],
        "subsample": told["subsample"],
    }


def _tuned_xgboost(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "learner": "xgboost",
        "encoding": "one_hot",
        "n_estimators": told["n_estimators"],
        "early_stopping": told["early_stopping_rounds"],
        "learning_rate": told["lr"],
        "max_depth": told["max_depth"],
        "min_child_weight": told["min_child_weight"],
        "reg_lambda": max(told["reg_lambda"], 1e-6),
        "colsample_bylevel": told.get("colsample_bylevel", 1.0),
        "subsample": told["subsample"],
    }


def _tuned_catboost(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "learner": "catboost",
        "encoding": "ordinal",
        "n_estimators": told["n_estimators"],
        "early_stopping": told["early_stopping_rounds"],
        "rate": "value",
        "learning_rate": told["lr"],
        "depth": told["max_depth"],
        "l2_leaf_reg": told["l2_leaf_reg"],
        "random_strength": told["random_strength"],
        "one_hot_max_size": told["one_hot_max_size"],
        **_bernoulli(told["bootstrap_type"], told["subsample"]),
    }


_TUNED = {"LGBM": _tuned_lightgbm, "XGB": _tuned_xgboost, "CB": _tuned_catboost}
