"""Numbers as people write them: points or commas, groups of thousands, signs and currencies.

"1,250" is 1250 in one file and 1.25 in another. What a single cell leaves open its column
says, and what the column leaves open the other columns of the table say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.object_]
"""Distinct stripped strings."""

_DIGIT = re.compile(r"[0-9]")
_CURRENCY = (
    r"(?:[$€£¥₹₽₩₺₪₫₴₦฿¢]|R\$|A\$|C\$|US\$|kr\.?|zł|Kč|Ft|"
    r"USD|EUR|GBP|JPY|CHF|CNY|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|ZAR|MXN|TRY|RUB)"
)
_DRESSED = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+])? ?(?:{_CURRENCY})? ?(?P<inner>[-+])?"
    r"(?P<body>[0-9][0-9.,' ]*|[.,][0-9]+)(?P<power>[eE][-+]?[0-9]{1,3})?"
    rf" ?(?:%|{_CURRENCY})?(?P<after>-)?(?P<close>\))?"
)

# The first group of thousands never begins with 0: 0,123 is less than one.
_GROUPED = re.compile(
    r"(?P<whole>[1-9][0-9]{0,2}(?:(?P<mark>[.,' ])[0-9]{3})(?:(?P=mark)[0-9]{3})*"
    r"|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3})"  # 12,34,567, as India writes
    r"(?:(?P<point>[.,])(?P<rest>[0-9]*))?"
)
_PLAIN = re.compile(r"(?P<whole>[0-9]*)(?:(?P<point>[.,])(?P<rest>[0-9]*))?")

_SPELT = {
    **dict.fromkeys("\u2212\u2013\ufe63\uff0d", "-"),  # minus, en dash, small and wide
    **dict.fromkeys("\u00a0\u2007\u2009\u202f\u3000", " "),  # spaces that do not break
    **dict.fromkeys("\u2019\u02bc\u2032\uff07", "'"),
    **dict.fromkeys("\u066b\uff0c", ","),
    "\u066c": "'",  # Arabic mark of thousands
    "\uff0e": ".",
    "\uff05": "%",
}


@dataclass(frozen=True, slots=True)
class Marks:
    """What the words of one column say of how its numbers are written."""

    n_comma: int = 0
    """Words that can only be read with a decimal comma, such as 0,5 and 1.234,5."""

    n_point: int = 0
    """Words that can only be read with a decimal point, such as 0.5 and 1,234.5."""

    unclear: str = ""
    """A word with one mark that may be either: 1,250 or 1.250."""

    @property
    def comma(self) -> bool | None:
        """Whether decimals follow a comma; None where the words leave it open."""
        if self.n_comma == self.n_point:
            return None if self.n_comma == 0 else False
        return self.n_comma > self.n_point

    @property
    def mixed(self) -> bool:
        """Whether both ways occur."""
        return self.n_comma > 0 < self.n_point


def numbers_in(found: Words, *, comma: bool | None = None) -> NDArray[np.float64]:
    """Words as finite numbers, NaN where a word is none.

    Parameters
    ----------
    found : ndarray of str, shape (n_words,)
    comma : bool, optional
        Whether decimals follow a comma, where a word leaves it open; by default the other
        words decide, and where they do not, they follow a point.

    Returns
    -------
    ndarray of float, shape (n_words,)

    Examples
    --------
    >>> numbers_in(np.array(["1,250", "$ 3.5", "(12 %)"], dtype=object)).tolist()
    [1250.0, 3.5, -12.0]
    >>> numbers_in(np.array(["1,250", "0,5", "1 000,25"], dtype=object)).tolist()
    [1.25, 0.5, 1000.25]
    """
    if not any(map(_DIGIT.search, found)) and not any(map(_has_foreign_digit, found)):
        return np.full(len(found), np.nan)  # most words; pandas would take far longer
    plain = np.array(
        pd.to_numeric(pd.Series(found, dtype=object), errors="coerce"), dtype=float
    )
    plain[np.isinf(plain)] = np.nan
    left = [i for i in np.flatnonzero(np.isnan(plain)).tolist() if len(found[i]) <= _LONGEST]
    if comma is None and any("," in found[i] or found[i].count(".") > 1 for i in left):
        comma = marks_in(found).comma
    for i in left:
        plain[i] = _read(found[i], bool(comma)).value
    if comma:  # 1.250 was read as 1.25 above
        for i, word in enumerate(found):
            if "." in word and (said := _read(word, True)).unclear:
                plain[i] = said.value
    return plain


def marks_in(found: Iterable[str]) -> Marks:
    """Count the words that tell how the numbers of a column are written.

    Examples
    --------
    >>> marks_in(["1,250", "0,5"]).comma, marks_in(["1,250", "3,400"])
    (True, Marks(n_comma=0, n_point=0, unclear='1,250'))
    """
    n_comma = n_point = 0
    unclear = ""
    for word in found:
        if ("," in word or "." in word or not word.isascii()) and len(word) <= _LONGEST:
            said = _read(word, False)
            n_comma += said.comma is True
            n_point += said.comma is False
            if said.unclear and (not unclear or ("," in word and "," not in unclear)):
                unclear = word
    return Marks(n_comma, n_point, unclear)


def settled(marks: Mapping[Any, Marks]) -> dict[Any, bool]:
    """Whether each column of a table has decimal commas; what one leaves open others say.

    Examples
    --------
    >>> settled({"a": marks_in(["0,5"]), "b": marks_in(["1,250"])})
    {'a': True, 'b': True}
    >>> settled({"a": marks_in(["0,5"]), "b": marks_in(["1,250"]), "c": marks_in(["0.5"])})
    {'a': True, 'b': False, 'c': False}
    """
    said = {one.comma for one in marks.values()} - {None}
    of_table = said == {True}
    return {k: of_table if one.comma is None else one.comma for k, one in marks.items()}


_LONGEST = 60
"""Characters of a number somebody typed; pandas reads longer plain ones."""


@dataclass(frozen=True, slots=True)
class _Reading:
    value: float = np.nan
    comma: bool | None = None
    """Whether the word shows a decimal comma; None where it shows nothing."""

    unclear: bool = False


def _read(word: str, comma: bool) -> _Reading:
    dressed = _DRESSED.fullmatch(word if word.isascii() else _spelt(word))
    if dressed is None or bool(dressed["open"]) != bool(dressed["close"]):
        return _Reading()
    signs = [dressed[name] for name in ("sign", "inner", "after") if dressed[name]]
    if dressed["open"]:  # accountants write losses in brackets
        signs.append("-")
    if len(signs) > 1:
        return _Reading()
    body, power = dressed["body"].rstrip(" "), dressed["power"] or ""
    grouped, plain = _GROUPED.fullmatch(body), _PLAIN.fullmatch(body)
    mark = grouped and (grouped["mark"] or ",")
    if grouped and not power and grouped["point"] != mark:
        # One point or comma before three digits may be either; more, or both, may not.
        unclear = plain is not None and mark in (",", ".")
        if unclear and comma == (mark == ","):
            number, says = f"{plain['whole']}.{plain['rest']}", None  # type: ignore[index]
        else:
            number = f"{re.sub('[^0-9]', '', grouped['whole'])}.{grouped['rest'] or '0'}"
            says = _comma_said(mark, grouped["point"], unclear)
    elif plain and body not in (".", ","):
        number, unclear = f"{plain['whole'] or '0'}.{plain['rest'] or '0'}", False
        says = None if plain["point"] is None else plain["point"] == ","
    else:
        return _Reading()
    value = float(f"{signs[0] if signs else ''}{number}{power}")
    return _Reading(value if np.isfinite(value) else np.nan, says, unclear)


def _comma_said(mark: str | None, point: str | None, unclear: bool) -> bool | None:
    if unclear:
        return None
    if point:
        return point == ","
    return mark == "." if mark in (",", ".") else None


def _has_foreign_digit(word: str) -> bool:
    return not word.isascii() and any(map(str.isdecimal, word))


def _spelt(word: str) -> str:
    """The word with the digits, signs and spaces that a keyboard has."""
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() else _SPELT.get(c, c) for c in word
    )
