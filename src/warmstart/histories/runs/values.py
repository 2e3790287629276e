"""Hyperparameters of foreign histories as plain values: typed, flat, the same every time."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from warmstart.errors import HistoryError

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
_MOST_DIGITS = 300
"""Of a number; more of them are a name, such as a digest."""

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
    return without_address(repr(value))


def without_address(text: str) -> str:
    """What an object prints as, without its place in memory.

    Examples
    --------
    >>> without_address("<function f at 0x7f3a>")
    '<function f>'
    """
    return _ADDRESS.sub("", text)


def plain_values(given: Mapping[Any, Any]) -> dict[str, Any]:
    """Plain values by name; nested mappings become names joined by ``/``.

    Examples
    --------
    >>> plain_values({"model": {"depth": 3, "kind": "gbm"}, "lr": 0.1})
    {'model/depth': 3, 'model/kind': 'gbm', 'lr': 0.1}

    Raises
    ------
    HistoryError
        If two of them end up with one name.
    """
    flat: dict[str, Any] = {}
    for name, value in given.items():
        if isinstance(value, Mapping) and value:
            cells = {f"{name}/{key}": cell for key, cell in plain_values(value).items()}
        else:
            cells = {str(name): plain_value(value)}
        if twice := sorted(flat.keys() & cells.keys()):
            raise HistoryError(f"two values are called {twice[0]!r}; rename one of them")
        flat |= cells
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
    if len(text) <= _MOST_DIGITS and _INTEGER.fullmatch(text):
        return int(text)
    if (
        len(text) <= _MOST_DIGITS
        and _DECIMAL.fullmatch(text)
        and not re.match(r"[-+]?0[0-9]", text)
    ):
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


def number(value: Any) -> float:
    """A foreign number as a float; NaN for what is none, infinite where it is too large.

    Examples
    --------
    >>> [number(v) for v in (3, None, "3", 10**400)]
    [3.0, nan, nan, inf]
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def seconds(value: Any) -> float:
    """A foreign duration in seconds; NaN where it is none, 0 where a clock was set back."""
    found = number(value)
    return max(found, 0.0) if math.isfinite(found) else math.nan


def whole(value: Any) -> int | None:
    """A foreign whole number that fits into 64 bits, such as a seed; None for others."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -(2**63) <= value < 2**63 else None


SEEDS = ("random_state", "random_seed", "seed")


_THREADS = ("n_jobs", "num_threads", "nthread", "thread_count", "device")


NOISE = frozenset((*SEEDS, *_THREADS, "verbose", "verbosity", "silent"))
"""Hyperparameters that say nothing of a configuration; the seed is kept in its own column."""
