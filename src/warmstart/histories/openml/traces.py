"""What a run of a search tried: many configurations, each evaluated inside the run.

A flow such as ``RandomizedSearchCV(estimator=…)`` is one run with one score on OpenML, but its
trace lists every configuration of the estimator that the search evaluated, by
cross-validation on the training rows of each fold.
"""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from warmstart.domain import configuration_id
from warmstart.histories.openml.dialects import is_noise, plain_value
from warmstart.histories.openml.flows import FlowDescription
from warmstart.histories.openml.parameters import CanonicalSetup
from warmstart.histories.openml.xml import score

_NS = "{http://openml.org/openml}"
_SEARCHED = "parameter_"
"""How the names of hyperparameters begin in a trace."""

_PYTHON = {"True": True, "False": False, "None": None}
"""Old traces hold Python's own spelling."""

_MEASURES: Mapping[str, tuple[str, int]] = {
    "accuracy": ("predictive_accuracy", 1),
    "balanced_accuracy": ("unweighted_recall", 1),
    "roc_auc": ("area_under_roc_curve", 1),
    "roc_auc_ovr_weighted": ("area_under_roc_curve", 1),
    "f1_weighted": ("f_measure", 1),
    "precision_weighted": ("precision", 1),
    "recall_weighted": ("recall", 1),
    "matthews_corrcoef": ("matthews_correlation_coefficient", 1),
    "neg_mean_absolute_error": ("mean_absolute_error", -1),
    "mean_absolute_error": ("mean_absolute_error", -1),
    "neg_root_mean_squared_error": ("root_mean_squared_error", -1),
}
"""OpenML's measure of a scorer of scikit-learn, and what a score of it is multiplied by."""

SCORED_INSIDE = frozenset(measure for measure, _ in _MEASURES.values())
"""Measures that a search may have used."""


class TraceRow(NamedTuple):
    """One configuration tried in one fold."""

    repeat: int
    fold: int
    iteration: int
    parameters: dict[str, str] | None
    """Stored text by name, as the estimator searched over calls it; None where unreadable."""

    value: float | None
    """By the scorer of the search; NaN where not a finite number, None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One configuration that a run tried, its folds taken together."""

    configuration: CanonicalSetup
    value: float | None
    """In OpenML's measure; None where no fold has a finite score."""


def read_trace(root: ET.Element) -> list[TraceRow]:
    """Iterations of ``run/trace/{id}``."""
    found = []
    for element in root.iterfind(f"{_NS}trace_iteration"):
        texts = {child.tag.removeprefix(_NS): (child.text or "").strip() for child in element}
        found.append(
            TraceRow(
                int(texts["repeat"]),
                int(texts["fold"]),
                int(texts["iteration"]),
                _setup(texts.get("setup_string", "")),
                score(texts.get("evaluation")),
            )
        )
    return found


def _setup(text: str) -> dict[str, str] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return {
        name.removeprefix(_SEARCHED): value if isinstance(value, str) else json.dumps(value)
        for name, value in found.items()
    }


def measure_of(scoring: Any, *, is_regression: bool) -> tuple[str, int] | None:
    """OpenML's measure of a search's scorer, and its sign; None where there is no equal.

    Parameters
    ----------
    scoring : str or None
        The search's hyperparameter; None is the estimator's own score.
    is_regression : bool

    Examples
    --------
    >>> measure_of(None, is_regression=False), measure_of(None, is_regression=True)
    (('predictive_accuracy', 1), None)
    """
    if scoring is None:
        # A regressor's own score is R², which OpenML does not compute.
        return None if is_regression else _MEASURES["accuracy"]
    return _MEASURES.get(scoring) if isinstance(scoring, str) else None


def tried(
    rows: Sequence[TraceRow], setup: Mapping[str, Any], flow: FlowDescription, sign: int
) -> tuple[list[Tried], int]:
    """Configurations of a trace in the order tried, and how many of its rows say too little.

    Parameters
    ----------
    rows : sequence of TraceRow
    setup : mapping
        Canonical values of the run's own setup: all that the search did not vary.
    flow : FlowDescription
        The search's; it has a flow searched over.
    sign : int
        Of the measure of the search.
    """
    assert flow.searched is not None
    space = f"openml/{flow.searched.name}"
    fixed = _inner(setup, flow.searched_as)
    by_id: dict[str, tuple[CanonicalSetup, list[float]]] = {}
    n_unread = 0
    for row in sorted(rows, key=lambda row: row[:3]):
        if row.parameters is None or row.value is None:
            n_unread += 1
            continue
        values = {**fixed, **_typed(row.parameters)}
        name = configuration_id(space, values)
        if name not in by_id:
            text = json.dumps(values, sort_keys=True, separators=(",", ":"))
            by_id[name] = CanonicalSetup(configuration_id=name, text=text), []
        if math.isfinite(row.value):
            by_id[name][1].append(sign * row.value)
    found = [
        Tried(configuration=point, value=math.fsum(found) / len(found) if found else None)
        for point, found in by_id.values()
    ]
    return found, n_unread


def _inner(setup: Mapping[str, Any], identifier: str) -> dict[str, Any]:
    """Values of the part searched over, named as where it is run on its own."""
    found = {}
    for name, value in setup.items():
        # A part used twice is named by both of its places.
        places = [place.removeprefix(f"{identifier}__") for place in name.split("|")]
        if all(place != whole for place, whole in zip(places, name.split("|"), strict=True)):
            found["|".join(places)] = value
    return found


def _typed(parameters: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for name, text in parameters.items():
        if is_noise("sklearn", name.rpartition("__")[2], ""):
            continue
        value = _PYTHON[text] if text in _PYTHON else plain_value("sklearn", "", text)
        found[name] = value
    return found
