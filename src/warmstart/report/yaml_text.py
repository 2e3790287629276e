"""Plain values as YAML that any reader of YAML 1.1 or 1.2 understands."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
"""Unquoted, YAML 1.1 takes these for something else than text."""


def to_yaml(value: Any) -> str:
    """Mappings and sequences in block style, text in double quotes as JSON has it.

    Examples
    --------
    >>> print(to_yaml({"rank": 1, "settings": {"ridge:alpha": 1e-06, "names": ["a", "no"]}}))
    rank: 1
    settings:
      "ridge:alpha": 1.0e-06
      names:
      - "a"
      - "no"
    """
    return "\n".join(_lines(value))


def _lines(value: Any) -> list[str]:
    if isinstance(value, Mapping) and value:
        return [line for key, item in value.items() for line in _entry(_key(key), item)]
    if isinstance(value, Sequence) and not isinstance(value, str) and value:
        return [line for item in value for line in _item(item)]
    return [_scalar(value)]


def _entry(key: str, value: Any) -> list[str]:
    if not _is_block(value):
        return [f"{key}: {_scalar(value)}"]
    indent = "  " if isinstance(value, Mapping) else ""
    return [f"{key}:", *(indent + line for line in _lines(value))]


def _item(value: Any) -> list[str]:
    first, *others = _lines(value)
    return [f"- {first}", *(f"  {line}" for line in others)]


def _is_block(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple) and len(value) > 0


def _key(key: Any) -> str:
    text = str(key)
    plain = _PLAIN.fullmatch(text) and text.casefold() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)


def _scalar(value: Any) -> str:
    if isinstance(value, float):
        return _float(value)
    return json.dumps(value, ensure_ascii=False)


def _float(value: float) -> str:
    """YAML 1.1 reads 1e-06 as text: it wants a point before the exponent."""
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else f"{'-' if value < 0 else ''}.inf"
    text = repr(value)
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else text
