"""Stored hyperparameters of OpenML as typed values, equal where the configurations are.

Three tools wrote most of OpenML's runs, each in its own way: scikit-learn as JSON, mlr as R
prints it and only what differs from R's defaults, Weka as command-line flags.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from warmstart.domain import configuration_id
from warmstart.histories.openml.flows import Declared, FlowDescription
from warmstart.histories.openml.xml import Definition

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

_MLR_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "rpart": {"cp": 0.01, "maxdepth": 30, "minsplit": 20},
    "glmnet": {"alpha": 1.0},
    "svm": {"cost": 1.0, "kernel": "radial", "degree": 3},
    "ranger": {"num.trees": 500, "replace": True},
    "xgboost": {
        "booster": "gbtree", "eta": 0.3, "max_depth": 6, "min_child_weight": 1.0, "gamma": 0.0,
        "subsample": 1.0, "colsample_bytree": 1.0, "colsample_bylevel": 1.0, "lambda": 1.0,
        "alpha": 0.0,
    },
    "kknn": {"k": 7},
    "randomForest": {"ntree": 500, "replace": True},
}  # fmt: skip
"""R's defaults that do not depend on the data, of the learners that the random bots ran."""


_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CanonicalSetup:
    """One point, however it was stored."""

    configuration_id: str
    """Hash of the flow's name, without its version, and the values."""

    text: str
    """The values as JSON with sorted keys."""

    unparsed: tuple[str, ...] = ()
    """Hyperparameters kept as text, because they are not of the type they should be."""


@dataclass(slots=True)
class Canonical:
    """Turns the setups of one flow into configurations; remembers what it has seen.

    Threads may share one.
    """

    flow: FlowDescription
    _values: dict[tuple[int, str], tuple[str, Any, bool] | None] = field(default_factory=dict)
    _filled: dict[str, Any] | None = None

    @property
    def space(self) -> str:
        """Name of the configuration space: the flow's, without its version."""
        return f"openml/{self.flow.name}"

    def configuration(
        self, parameters: Mapping[int, str], definitions: Mapping[int, Definition]
    ) -> CanonicalSetup:
        """Canonical values of a setup.

        Parameters
        ----------
        parameters : mapping of int to str
            Stored text by input id.
        definitions : mapping of int to Definition
            What the input ids are.
        """
        values = dict(self._defaults())
        unparsed = []
        for number, text in parameters.items():
            key = number, text
            try:
                found = self._values[key]
            except KeyError:
                found = self._read(definitions[number], text)
                if len(self._values) >= _REMEMBERED:
                    # Drawn at random, most numbers never come again.
                    self._values.clear()
                self._values[key] = found
            if found is not None:
                values[found[0]] = found[1]
                if not found[2]:
                    unparsed.append(found[0])
        text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return CanonicalSetup(
            configuration_id=configuration_id(self.space, values),
            text=text,
            unparsed=tuple(sorted(unparsed)),
        )

    def _defaults(self) -> dict[str, Any]:
        """What the flow declares to be the value where none is stored."""
        if self._filled is None:
            # Other threads must find all of the defaults or none.
            filled: dict[str, Any] = {}
            for (flow_id, name), declared in self.flow.declared.items():
                dialect = dialect_of(self.flow.names[flow_id])
                known = _MLR_DEFAULTS.get(self.flow.names[flow_id].rpartition(".")[2], {})
                if dialect == "mlr" and name in known:
                    filled[self._name(flow_id, name)] = known[name]
                elif declared.default and not is_noise(dialect, name, declared.data_type):
                    value = typed(dialect, declared.data_type, declared.default)[0]
                    if not _is_structure(value):
                        filled[self._name(flow_id, name)] = _plain(value)
            self._filled = filled
        return self._filled

    def _read(self, definition: Definition, text: str) -> tuple[str, Any, bool] | None:
        """Name, value, and whether it is of its type; None for what changes nothing."""
        flow_id, name = definition.flow_id, definition.name
        declared = self.flow.declared.get(
            (flow_id, name),
            Declared(data_type=definition.data_type, default=definition.default),
        )
        data_type = declared.data_type or definition.data_type
        owner = self.flow.names.get(flow_id) or definition.full_name
        dialect = dialect_of(owner)
        if is_noise(dialect, name, data_type):
            return None
        value, as_it_should = typed(dialect, data_type, text)
        if _is_structure(value):
            return None
        return self._name(flow_id, name), _plain(value), as_it_should

    def _name(self, flow_id: int, name: str) -> str:
        """Path of the part and the hyperparameter: two parts of one class stay apart.

        A part used twice has one set of stored values for both places, so both are named.
        """
        path = "|".join(self.flow.paths.get(flow_id, (f"flow-{flow_id}",)))
        return f"{path}__{name}" if path else name


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
