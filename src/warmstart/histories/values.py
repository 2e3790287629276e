"""Hyperparameters of foreign histories as plain values: typed, flat, the same every time."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")
_WORDS = {
    "None": None,
    "null": None,
    "True": True,
    "False": False,
    "true": True,
    "false": False,
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


def plain_value(value: Any) -> Any:
    """A JSON value for anything a tuner calls a value; the same one every time.

    Numbers, words, truth values and None stay; lists become JSON text; other objects, such
    as estimators, become what they print as, without the address in memory.

    Examples
    --------
    >>> [plain_value(v) for v in (3, 0.5, "a", [1, 2], float("inf"))]
    [3, 0.5, 'a', '[1,2]', 'inf']
    """
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        try:
            return json.dumps(value, separators=(",", ":"))
        except (TypeError, ValueError):
            pass  # holds an object; printed below
    return _ADDRESS.sub("", repr(value))


def plain_values(given: Mapping[Any, Any]) -> dict[str, Any]:
    """Plain values by name; nested mappings become names joined by ``/``.

    Examples
    --------
    >>> plain_values({"model": {"depth": 3, "kind": "gbm"}, "lr": 0.1})
    {'model/depth': 3, 'model/kind': 'gbm', 'lr': 0.1}
    """
    flat: dict[str, Any] = {}
    for name, value in given.items():
        if isinstance(value, Mapping) and value:
            flat |= {f"{name}/{key}": cell for key, cell in plain_values(value).items()}
        else:
            flat[str(name)] = plain_value(value)
    return flat


def typed_word(text: str) -> Any:
    """What a word stands for: a number, a truth value, None, or itself.

    Numbers with leading zeros, such as "007", are names and stay words.

    Examples
    --------
    >>> [typed_word(w) for w in ("12", "1e-3", "None", "True", "sqrt", "007")]
    [12, 0.001, None, True, 'sqrt', '007']
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) and not re.match(r"[-+]?0[0-9]", text):
        return float(text)
    return text


def typed_words(texts: Iterable[str]) -> dict[str, Any]:
    """What the words of one hyperparameter stand for, all numbers of one type.

    Where one of them is a decimal, whole numbers are decimals as well: ``1`` and ``0.5`` are
    both learning rates.

    Examples
    --------
    >>> typed_words(["1", "0.5", "auto"])
    {'1': 1.0, '0.5': 0.5, 'auto': 'auto'}
    """
    typed = {text: typed_word(text) for text in texts}
    if any(isinstance(value, float) for value in typed.values()):
        typed = {t: float(v) if type(v) is int else v for t, v in typed.items()}
    return typed
