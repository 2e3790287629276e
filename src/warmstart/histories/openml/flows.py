"""An OpenML flow: its name and version, what it declares, and where each part sits in it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

_NS = "{http://openml.org/openml}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A hyperparameter as a flow's description has it."""

    data_type: str
    default: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowDescription:
    """A flow and its parts."""

    flow_id: int
    name: str
    version: int
    external_version: str
    declared: dict[tuple[int, str], Declared]
    """By the flow id of the part and the name of the hyperparameter."""

    paths: dict[int, tuple[str, ...]]
    """Where a part sits, by its flow id: identifiers joined by ``__``, empty for the flow
    itself; more than one where the same part is used twice."""

    learner: str
    """Class of what learns: of a pipeline, its last step."""

    names: dict[int, str] = field(default_factory=dict)
    """Name of each part by its flow id."""

    searched: FlowDescription | None = None
    """Of a search such as ``RandomizedSearchCV``, the part whose hyperparameters it varies."""

    searched_as: str = ""
    """How the search calls that part."""


def read_flow(root: ET.Element) -> FlowDescription:
    """A ``flow/{id}``."""
    declared: dict[tuple[int, str], Declared] = {}
    paths: dict[int, list[str]] = {}
    names: dict[int, str] = {}
    _walk(root, "", declared, paths, names)
    flow_id = int(_text(root, "id"))
    identifier, searched = _searched(root)
    return FlowDescription(
        flow_id=flow_id,
        name=_text(root, "name"),
        # Old flows are of version "1.0".
        version=int(float(_text(root, "version") or 1)),
        external_version=_text(root, "external_version"),
        declared=declared,
        paths={number: tuple(found) for number, found in paths.items()},
        learner=_learner(root),
        names=names,
        searched=None if searched is None else read_flow(searched),
        searched_as=identifier,
    )


def _searched(flow: ET.Element) -> tuple[str, ET.Element | None]:
    """The part that a search of scikit-learn varies."""
    if not _text(flow, "name").partition("(")[0].endswith("SearchCV"):
        return "", None
    parts = {
        _text(part, "identifier"): part.find(f"{_NS}flow")
        for part in flow.iterfind(f"{_NS}component")
    }
    identifier = "estimator" if "estimator" in parts else next(iter(parts), "")
    if len(parts) != 1 and identifier != "estimator":
        return "", None
    return identifier, parts.get(identifier)


def _walk(
    flow: ET.Element,
    path: str,
    declared: dict[tuple[int, str], Declared],
    paths: dict[int, list[str]],
    names: dict[int, str],
) -> None:
    number = int(_text(flow, "id"))
    paths.setdefault(number, []).append(path)
    names[number] = _text(flow, "name")
    for parameter in flow.iterfind(f"{_NS}parameter"):
        declared[number, _text(parameter, "name")] = Declared(
            data_type=_text(parameter, "data_type"), default=_text(parameter, "default_value")
        )
    for part in flow.iterfind(f"{_NS}component"):
        inner = part.find(f"{_NS}flow")
        if inner is not None:
            identifier = _text(part, "identifier")
            _walk(
                inner, f"{path}__{identifier}" if path else identifier, declared, paths, names
            )


def _learner(flow: ET.Element) -> str:
    name = _text(flow, "name").partition("(")[0]
    parts = flow.findall(f"{_NS}component/{_NS}flow")
    short = name.rpartition(".")[2]
    if short == "Pipeline" and parts:
        return _learner(parts[-1])
    if name.startswith("mlr."):
        return name.removeprefix("mlr.")
    return short


def _text(element: ET.Element, name: str) -> str:
    return (element.findtext(f"{_NS}{name}") or "").strip()
