"""Stored hyperparameters of OpenML as typed values, equal where the configurations are.

Three tools wrote most of OpenML's runs, each in its own way: scikit-learn as JSON, mlr as R
prints it and only what differs from R's defaults, Weka as command-line flags.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from warmstart.domain import configuration_id
from warmstart.histories.openml.dialects import (
    _is_structure,
    _plain,
    dialect_of,
    is_noise,
    typed,
)
from warmstart.histories.openml.flows import Declared, FlowDescription
from warmstart.histories.openml.rows import Definition

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
