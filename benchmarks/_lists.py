"""Lists of configurations that others would try first, for data of one shape."""

from __future__ import annotations

import ast
import json
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from _real_tables import Build, RealTable
from warmstart.domain import Schema
from warmstart.recommend.base.fitted import Fitted
from warmstart.spaces.pipelines.legality import why_illegal
from warmstart.spaces.pipelines.pipeline import build_estimator

Listed = list[tuple[str, Build]]
"""Names for good, and how to build."""

POOL = Path(__file__).parents[1] / "data" / "pool" / "pool.jsonl"
PORTFOLIO = "autogluon/tabular/configs/zeroshot/zeroshot_portfolio_2023.py"

LEAST_DEFAULTS = 8
"""Known to the base, or it has no list of defaults."""

DEFAULTS = (
    "random_forest",
    "hist_gradient_boosting",
    "extra_trees",
    "lightgbm",
    "logistic_regression",
    "ridge",
    "xgboost",
    "rbf_svm",
    "mlp",
    "elastic_net",
    "nearest_neighbors",
    "catboost",
)
"""Learners by how often their defaults are best and how little they cost; ten have one kind."""

# What AutoGluon fits first, before what its portfolio adds.
_PRIORITY = {"GBM": 90, "RF": 80, "CAT": 70, "XT": 60, "XGB": 40}


def library_defaults(kind: str, metric: str, names: tuple[str, ...] = DEFAULTS) -> Listed:
    """Library defaults; with balanced class weights where the metric weighs classes alike."""
    known = {row["name"]: row["values"] for row in pool_of(kind)}
    found = []
    for learner in names:
        plain = f"{learner} default"
        balanced = f"{plain}, balanced"
        name = balanced if metric == "balanced_accuracy" and balanced in known else plain
        if name in known:
            found.append((name, _builder(known[name])))
    return found


def autogluon(wheel: Path, kind: str) -> Listed:
    """Boosters and forests of AutoGluon's zero-shot portfolio of 2023, as it orders them."""
    values = {row["name"]: row["values"] for row in pool_of(kind)}
    with zipfile.ZipFile(wheel) as archive:
        tree = ast.parse(archive.read(PORTFOLIO).decode())
    found = []
    for node in tree.body:
        if not isinstance(node, ast.Assign):
            continue
        for family, entries in ast.literal_eval(node.value).items():
            for number, entry in enumerate(entries):
                told = entry if isinstance(entry, dict) else {}
                given = told.get("ag_args", {})
                suffix = given.get("name_suffix", f" {number}")
                name = f"AutoGluon 2023 {family}{suffix}"
                if name in values:
                    first = _PRIORITY[family] if "priority" not in given else 0
                    found.append((-first - given.get("priority", 0), len(found), name))
    return [(name, _builder(values[name])) for _, _, name in sorted(found)]


def flaml(wheel: Path, table: RealTable) -> Listed:
    """FLAML's zero-shot list: that of the nearest of its own tasks, by four meta-features."""
    kind = table.task.task_type
    with zipfile.ZipFile(wheel) as archive:
        known = json.loads(archive.read(f"flaml/default/all/{kind}.json"))
    schema = table.dataset.schema
    n_numeric = len(schema.names("numeric", "boolean"))
    n_columns = len(schema.columns)
    features = [schema.n_rows, n_columns, table.rows.n_classes, n_numeric / n_columns]
    centre, scale = (np.array(known["preprocessing"][key]) for key in ("center", "scale"))
    here = (np.array(features) - centre) / scale
    nearest = min(
        known["neighbors"], key=lambda one: float(((here - one["features"]) ** 2).sum())
    )
    found: Listed = []
    for place in nearest["choice"]:
        entry = known["portfolio"][place]
        told = {k: v for k, v in entry["hyperparameters"].items() if k != "FLAML_sample_size"}
        name = f"FLAML {entry['class']} {json.dumps(told, sort_keys=True)}"
        found.append((name, _flaml_builder(entry["class"], told)))
    return found


@lru_cache
def pool_of(kind: str) -> list[dict[str, Any]]:
    """The pool of the runs that a base is made of, each with its name."""
    rows = [json.loads(line) for line in POOL.read_text().splitlines()]
    return [row for row in rows if row["kind"] == kind]


def _builder(values: Mapping[str, Any]) -> Build:
    def build(schema: Schema) -> Any:
        if (reason := why_illegal(values, schema)) is not None:
            raise ValueError(reason)
        return build_estimator(values, schema, random_state=0)

    return build


def _flaml_builder(name: str, told: Mapping[str, Any]) -> Build:
    """Its estimator behind the preparation that our forests have."""
    forest = {"learner": "random_forest", "encoding": "ordinal"}

    def build(schema: Schema) -> Any:
        kind = "regression" if schema.task_type == "regression" else "classification"
        named = next(r["values"] for r in pool_of(kind) if r["name"] == "random_forest default")
        model = build_estimator({**named, **forest}, schema, random_state=0)
        model.steps[-1] = (model.steps[-1][0], _flaml_estimator(name, dict(told), kind))
        return model

    return build


def _flaml_estimator(name: str, told: dict[str, Any], kind: str) -> Any:
    import lightgbm
    import sklearn.ensemble
    import xgboost

    suffix = "Regressor" if kind == "regression" else "Classifier"
    if name in ("rf", "extra_tree"):
        if "max_leaves" in told:
            told["max_leaf_nodes"] = told.pop("max_leaves")
        if kind == "regression":
            told.pop("criterion", None)
        forest = {"rf": "RandomForest", "extra_tree": "ExtraTrees"}[name]
        return getattr(sklearn.ensemble, forest + suffix)(**told, random_state=0, n_jobs=1)
    if name == "lgbm":
        if "log_max_bin" in told:
            told["max_bin"] = 2 ** int(told.pop("log_max_bin")) - 1
        model = getattr(lightgbm, f"LGBM{suffix}")
        return model(**told, random_state=0, n_jobs=1, verbosity=-1)
    if name == "xgboost" and told:
        told |= {"max_depth": 0, "grow_policy": "lossguide"}
    return getattr(xgboost, f"XGB{suffix}")(
        **told, tree_method="hist", random_state=0, n_jobs=1, verbosity=0
    )


def known_defaults(fitted: Fitted, metric: str) -> list[int]:
    """Columns of the library defaults that the base knows, in a fixed order."""
    kind = "regression" if fitted.table.metric in ("r2", "rmse", "mae") else "classification"
    place = {str(sorted(v.items())): k for k, v in enumerate(fitted.configurations)}
    named = {row["name"]: str(sorted(row["values"].items())) for row in pool_of(kind)}
    found = []
    for learner in DEFAULTS:
        plain, weighted = f"{learner} default", f"{learner} default, balanced"
        name = weighted if metric == "balanced_accuracy" and weighted in named else plain
        if named.get(name) in place:
            found.append(place[named[name]])
    return found if len(found) >= LEAST_DEFAULTS else []
