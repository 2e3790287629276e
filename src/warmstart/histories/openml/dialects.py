"""How each library writes hyperparameters on OpenML: scikit-learn, mlr, WEKA."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Literal

Dialect = Literal["sklearn", "mlr", "weka", "other"]


_NOISE: Mapping[Dialect, frozenset[str]] = {
    "sklearn": frozenset(
        {
            "random_state", "n_jobs", "verbose", "memory", "cache_size", "steps",
            "transformers", "transformer_list", "categorical_features",
            "categorical_indices", "cat_features",
            "copy", "copy_x",
        }
    ),
    "mlr": frozenset(
        {
            "openml.seed", "openml.kind", "openml.normal.kind", "openml.sample.kind", "seed",
            "nthread", "num.threads", "verbose", "do.trace", "xval", "silent",
        }
    ),
    "weka": frozenset(
        {
            "output-debug-info", "do-not-check-capabilities", "num-decimal-places",
            "batch-size", "num-slots", "D",
        }
    ),
    "other": frozenset({"random_state", "seed", "n_jobs", "verbose"}),
}  # fmt: skip
"""What changes no configuration: seeds, threads, talk, caches, and what names columns of one
dataset."""


def dialect_of(flow_name: str) -> Dialect:
    """Which tool stored the hyperparameters of a flow, by the flow's name.

    Examples
    --------
    >>> dialect_of("mlr.classif.rpart"), dialect_of("weka.J48"), dialect_of("moa.Tree")
    ('mlr', 'weka', 'other')
    """
    if flow_name.startswith("mlr."):
        return "mlr"
    if flow_name.startswith("weka."):
        return "weka"
    return (
        "sklearn"
        if flow_name.startswith(("sklearn.", "openmlstudy", "xgboost.sklearn"))
        else "other"
    )


def is_noise(dialect: Dialect, name: str, data_type: str) -> bool:
    """Whether a hyperparameter changes no configuration."""
    if name in _NOISE[dialect]:
        return True
    # Weka's S, and Q of its C4.5 trees, are seeds where they take a value; as a flag, S is not.
    return dialect == "weka" and name in ("S", "Q") and data_type == "option"


def typed(dialect: Dialect, data_type: str, text: str) -> tuple[Any, bool]:
    """The value that a stored text stands for, and whether it is of the type it should be.

    Examples
    --------
    >>> typed("sklearn", "", "null"), typed("mlr", "logical", "TRUE")
    ((None, True), (True, True))
    >>> typed("mlr", "integer", "ten")
    ('ten', False)
    """
    if dialect == "mlr":
        return _mlr(data_type, text)
    if dialect == "weka":
        return _weka(data_type, text)
    try:
        return json.loads(text), True
    except (ValueError, RecursionError):
        return text, dialect == "other"


def plain_value(dialect: Dialect, data_type: str, text: str) -> Any:
    """The value that a stored text stands for, as a configuration holds it."""
    return _plain(typed(dialect, data_type, text)[0])


def _mlr(data_type: str, text: str) -> tuple[Any, bool]:
    if data_type == "logical":
        return {"TRUE": True, "FALSE": False}.get(text, text), text in ("TRUE", "FALSE")
    if data_type in ("numeric", "integer"):
        number = _number(text)
        if number is None:
            return text, text in ("Inf", "-Inf", "NA", "NaN")
        whole = data_type == "integer" and float(number).is_integer()
        return (int(number) if whole else float(number)), True
    return text, True


def _weka(data_type: str, text: str) -> tuple[Any, bool]:
    if data_type == "flag":
        known = {"true": True, "": True, "false": False}
        return known.get(text.lower(), text), text.lower() in known
    number = _number(text) if data_type == "option" else None
    return (text if number is None else number), True


def _number(text: str) -> int | float | None:
    """An integer or a finite float, or None."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _is_structure(value: Any) -> bool:
    """Whether a value says which parts a flow has; the flow's name says so already."""
    if isinstance(value, dict):
        kind = value.get("oml-python:serialized_object")
        return kind == "component_reference" or any(map(_is_structure, value.values()))
    return isinstance(value, list) and any(map(_is_structure, value))


def _plain(value: Any) -> Any:
    """A plain value; lists, serialised objects and what is not finite as text."""
    if isinstance(value, dict) and "oml-python:serialized_object" in value:
        return str(value.get("value"))
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True, separators=(",", ":"))
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
