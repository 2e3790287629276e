"""OpenML's answers as plain values; one function an element of its XML.

A page holds at most ten thousand rows, so it is parsed whole: ElementTree's C parser then
takes a fifth less time than one event an element.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from warmstart.histories.openml.rows import (
    DatasetRow,
    Definition,
    EvaluationRow,
    Page,
    RunRow,
    SetupRow,
    StudyRow,
    TaskRow,
)

_NS = "{http://openml.org/openml}"
_ID, _VALUE, _PARAMETER, _PARAMETERS = (
    f"{_NS}{name}" for name in ("id", "value", "parameter", "parameters")
)


def _needed(element: ET.Element, name: str) -> str:
    """Text of an inner element; ``KeyError`` where it is not there."""
    text = element.findtext(name)
    if text is None:
        raise KeyError(name.removeprefix(_NS))
    return text.strip()


def _texts(element: ET.Element) -> dict[str, str]:
    return {child.tag[len(_NS) :]: (child.text or "").strip() for child in element}


def _number(text: str | None) -> int | None:
    """A whole number of which nothing depends; None where it is none."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else None


def score(text: str | None) -> float | None:
    """A finite number, NaN where the text is something else, None where there is none."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def stored_parameters(
    element: ET.Element | None, known: dict[int, Definition]
) -> dict[int, str] | None:
    """Texts by input id: a setup with tags repeats each, which then counts once.

    None where the element is not there, or one of its parameters is without a value.
    """
    if element is None:
        return None
    found = {}
    for parameter in element.iterfind(_PARAMETER):
        number, value = int(_needed(parameter, _ID)), parameter.find(_VALUE)
        if value is None:
            return None
        found[number] = value.text or ""
        if number not in known:
            texts = _texts(parameter)
            known[number] = Definition(
                number,
                int(texts["flow_id"]),
                texts["full_name"],
                texts["parameter_name"],
                texts["data_type"],
                texts["default_value"],
            )
    return found


def evaluations(root: ET.Element) -> Page:
    """Rows of ``evaluation/list`` or ``evaluation/setup/list``."""
    page = Page()
    for element in root:
        texts = _texts(element)
        inner = element.find(_PARAMETERS)
        page.rows.append(
            EvaluationRow(
                run_id=int(texts["run_id"]),
                task_id=int(texts["task_id"]),
                setup_id=int(texts["setup_id"]),
                flow_id=int(texts["flow_id"]),
                flow_name=texts.get("flow_name", ""),
                data_id=_number(texts.get("data_id")),
                data_name=texts.get("data_name", ""),
                engine_id=int(texts.get("evaluation_engine_id") or 1),
                measure=texts["function"],
                upload_time=texts.get("upload_time", ""),
                uploader=_number(texts.get("uploader")),
                value=score(texts.get("value")),
                array_data=texts.get("array_data"),
                parameters=stored_parameters(inner, page.definitions),
            )
        )
    return page


def setups(root: ET.Element) -> tuple[list[SetupRow], dict[int, Definition]]:
    """Rows of ``setup/list``."""
    known: dict[int, Definition] = {}
    rows = []
    for element in root:
        setup_id = int(_needed(element, f"{_NS}setup_id"))
        flow_id = int(_needed(element, f"{_NS}flow_id"))
        rows.append(SetupRow(setup_id, flow_id, stored_parameters(element, known)))
    return rows, known


def runs(root: ET.Element) -> list[RunRow]:
    """Rows of ``run/list``."""
    found = []
    for texts in map(_texts, root):
        found.append(
            RunRow(
                int(texts["run_id"]),
                int(texts["task_id"]),
                int(texts["setup_id"]),
                int(texts["flow_id"]),
                _number(texts.get("uploader")),
                texts.get("upload_time", ""),
                texts.get("error_message", ""),
            )
        )
    return found


def _named(element: ET.Element, name: str) -> Iterator[tuple[str, str]]:
    for child in element.iterfind(f"{_NS}{name}"):
        yield child.get("name", ""), (child.text or "").strip()


def tasks(root: ET.Element) -> list[TaskRow]:
    """Rows of ``task/list``."""
    found = []
    for element in root:
        texts = _texts(element)
        found.append(
            TaskRow(
                int(texts["task_id"]),
                int(texts["task_type_id"]),
                int(texts["did"]),
                texts.get("name", ""),
                texts.get("status", ""),
                dict(_named(element, "input")),
            )
        )
    return found


def procedures(root: ET.Element) -> dict[int, str]:
    """Names of ``estimationprocedure/list``, by number."""
    return {int(texts["id"]): texts.get("name", "") for texts in map(_texts, root)}


def dataset(root: ET.Element) -> DatasetRow:
    """A ``data/{id}``."""
    texts = _texts(root)
    return DatasetRow(
        int(texts["id"]),
        texts["name"],
        texts.get("version", ""),
        texts.get("licence", ""),
        texts.get("default_target_attribute", ""),
        texts.get("md5_checksum", ""),
    )


def qualities(root: ET.Element) -> dict[str, float | None]:
    """A ``data/qualities/{id}``; None where a quality is undefined or not finite."""
    found: dict[str, float | None] = {}
    for texts in map(_texts, root):
        value = score(texts.get("value"))
        found[texts["name"]] = None if value is None or math.isnan(value) else value
    return found


def study(root: ET.Element) -> StudyRow:
    """A ``study/{id or alias}``."""
    numbers = root.iterfind(f"{_NS}tasks/{_NS}task_id")
    return StudyRow(
        int(_needed(root, f"{_NS}id")),
        root.findtext(f"{_NS}name") or "",
        tuple(int(element.text or "") for element in numbers),
    )
