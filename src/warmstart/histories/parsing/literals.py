"""Dictionaries as Python prints them, read without running or compiling any of it."""

from __future__ import annotations

import math
import re
from typing import Any

from warmstart.histories.runs.values import typed_word, without_address

_DEPTH = 50
_OPEN, _CLOSED = "([{<", ")]}>"
_NAMES = {"None": None, "True": True, "False": False, "nan": math.nan, "inf": math.inf}
_NUMPY = {"np.True_": True, "np.False_": False}
_SCALAR = re.compile(r"np\.(?:float|int|uint|str|bool)\w*\((.*)\)", re.DOTALL)
_FLOATS = re.compile(r"np\.(?:float64|str_)\(")
_SIMPLE = re.compile(r"-?(?:inf|\d[\d_]*(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"', "a": "\a"}
_ESCAPES |= {"b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_HEX = {"x": 2, "u": 4, "U": 8}


class LiteralError(ValueError):
    """A text is not what Python prints for a dictionary of hyperparameters."""


def read_literal(text: str) -> dict[str, Any]:
    """The dictionary that ``repr`` printed: plain values, containers, numpy's scalars.

    An object, such as an estimator, becomes the text it printed as.

    Raises
    ------
    LiteralError
        If it is none.

    Examples
    --------
    >>> read_literal("{'C': np.float64(0.5), 'w': None, 'clf': SVC(C=2.0), 'n': (1, 2)}")
    {'C': 0.5, 'w': None, 'clf': 'SVC(C=2.0)', 'n': (1, 2)}
    """
    reader = _Reader(text)
    found = reader.value()
    reader.skip()
    if reader.place < len(text):
        raise reader.error("something after its end")
    if not isinstance(found, dict):
        raise LiteralError(f"{text[:60]!r} is no dictionary as Python prints it")
    return found


class _Printed(str):
    """Text of an object inside a list, which is kept as text as a whole then."""

    __slots__ = ()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.place, self._depth = text, 0, 0

    def error(self, what: str) -> LiteralError:
        return LiteralError(f"{what} at character {self.place} of {self.text[:60]!r}")

    def skip(self) -> None:
        while self.place < len(self.text) and self.text[self.place] in " \t\r\n":
            self.place += 1

    def _next(self) -> str:
        self.skip()
        return self.text[self.place : self.place + 1]

    def value(self, *, in_list: bool = False) -> Any:
        self._depth += 1
        if self._depth > _DEPTH:
            raise self.error(f"more than {_DEPTH} levels")
        start, first = self.place, self._next()
        if first == "{":
            found = self._dict(in_list)
        elif first in ("[", "("):
            found = self._items()
        elif first in ("'", '"'):
            found = self._string()
        else:
            return self._left(self._word(in_list))
        if self._next() not in ("", ",", ":", "}", "]", ")"):
            # What begins as a literal and goes on is an object: {1, 2} | x, 'a' 'b'.
            self.place = start
            return self._left(self._word(in_list))
        return self._left(found)

    def _left(self, found: Any) -> Any:
        self._depth -= 1
        return found

    def _dict(self, in_list: bool) -> Any:
        start = self.place
        self.place += 1
        found: dict[Any, Any] = {}
        while self._next() != "}":
            key = self.value()
            if self._next() != ":" or not isinstance(key, str | int | float | None):
                self.place = start  # a set, perhaps
                return self._word(in_list)
            self.place += 1
            found[key] = self.value(in_list=in_list)
            self._comma("}")
        self.place += 1
        if in_list and any(isinstance(value, _Printed) for value in found.values()):
            return _Printed(without_address(self.text[start : self.place]))
        return found

    def _items(self) -> Any:
        start, is_list = self.place, self.text[self.place] == "["
        end = "]" if is_list else ")"
        self.place += 1
        found = []
        while self._next() != end:
            found.append(self.value(in_list=True))
            self._comma(end)
        self.place += 1
        if any(isinstance(item, _Printed) for item in found):
            return _Printed(without_address(self.text[start : self.place]))
        return found if is_list else tuple(found)

    def _comma(self, end: str) -> None:
        after = self._next()
        if after == ",":
            self.place += 1
        elif after != end:
            raise self.error(f"no comma or {end}" if after else f"no {end} to the end")

    def _string(self) -> str:
        quote = self.text[self.place]
        self.place += 1
        parts = []
        while True:
            end = self.place
            while end < len(self.text) and self.text[end] not in (quote, "\\"):
                end += 1
            parts.append(self.text[self.place : end])
            self.place = end
            if end >= len(self.text):
                raise self.error("a quote that is not closed")
            self.place += 1
            if self.text[end] == quote:
                return "".join(parts)
            parts.append(self._escaped())

    def _escaped(self) -> str:
        kind = self.text[self.place : self.place + 1]
        self.place += 1
        if kind in _HEX:
            digits = self.text[self.place : self.place + _HEX[kind]]
            self.place += len(digits)
            if len(digits) < _HEX[kind] or not re.fullmatch(r"[0-9a-fA-F]+", digits):
                raise self.error("a broken escape")
            code = int(digits, 16)
            if code > 0x10FFFF:
                raise self.error("a broken escape")
            return chr(code)
        if kind not in _ESCAPES:
            raise self.error("a broken escape")
        return _ESCAPES[kind]

    def _word(self, in_list: bool) -> Any:
        """A number, a name, one of numpy's scalars, or an object's text."""
        text = self._until_end().strip()
        if not text:
            raise self.error("no value")
        if text in _NAMES:
            return _NAMES[text]
        if _SIMPLE.fullmatch(text):
            return float(text) if text.lstrip("-") == "inf" else typed_word(text)
        if text in _NUMPY and not in_list:
            return _NUMPY[text]
        scalar = _SCALAR.fullmatch(text)
        # In a list only those that are Python's own kinds as well print as JSON.
        if scalar and (_FLOATS.match(text) or not in_list):
            inner = _Reader(scalar[1])
            found = inner.value()
            if inner._next() == "" and not isinstance(found, dict | list | tuple):
                return found
        return _Printed(without_address(text)) if in_list else without_address(text)

    def _until_end(self) -> str:
        """What stands before the comma or bracket that ends this value."""
        start = self.place
        inside: list[str] = []
        while self.place < len(self.text):
            letter = self.text[self.place]
            if letter in ("'", '"'):
                self._string()
                continue
            if not inside and letter in ",)]}":
                break
            if letter in _OPEN:
                inside.append(_CLOSED[_OPEN.index(letter)])
            elif inside and letter == inside[-1]:
                inside.pop()
            self.place += 1
        if inside:
            raise self.error(f"no {inside[-1]} to the end")
        return self.text[start : self.place]
