"""Plain values out of a pickle, without running anything that is in it."""

from __future__ import annotations

import pickletools
import struct
from typing import Any

from warmstart.errors import HistoryError

_NUMBERS = frozenset(
    {"BININT", "BININT1", "BININT2", "BINFLOAT", "INT", "LONG1", "BINUNICODE"}
    | {"SHORT_BINUNICODE", "SHORT_BINBYTES", "BINBYTES"}
)
"""Opcodes that put their argument on the stack."""

_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_IDLE = frozenset({"PROTO", "FRAME", "STOP"})

_DAMAGE = (ValueError, LookupError, TypeError, AttributeError, OverflowError, struct.error)

_SCALAR = "numpy.core.multiarray scalar"
_DTYPE = "numpy dtype"
_FORMATS = {"f8": "d", "f4": "f", "i8": "q", "i4": "i"}


class _Mark:
    """Where a group of values on the stack begins."""


class _Named(str):
    """A name that a pickle would import; it is only looked at."""


class _Type(str):
    """A numpy type, by its code."""


def plain_pickle(content: bytes, what: str = "pickle") -> Any:
    """Dicts, lists, tuples, text, bytes, numbers and numpy scalars of a pickle.

    The opcodes are walked through, and nothing is imported or called: unpickling could run
    anything.

    Parameters
    ----------
    content : bytes
    what : str
        Names it in messages.

    Raises
    ------
    HistoryError
        If it holds anything else, or ends too early.

    Examples
    --------
    >>> import pickle
    >>> plain_pickle(pickle.dumps({"a": [1, 2.5, None], "b": (True, "x")}))
    {'a': [1, 2.5, None], 'b': (True, 'x')}
    """
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    try:
        for opcode, argument, _ in pickletools.genops(content):
            _step(opcode.name, argument, stack, memo, what)
    except HistoryError:
        raise
    except _DAMAGE as error:
        raise HistoryError(f"{what} is damaged: {error}") from error
    if len(stack) != 1:
        raise HistoryError(f"{what} is damaged: {len(stack)} values are left on its stack")
    return stack[0]


def _step(name: str, argument: Any, stack: list[Any], memo: dict[int, Any], what: str) -> None:
    if name in _NUMBERS:
        stack.append(argument)
    elif name in _CONSTANTS:
        stack.append(_CONSTANTS[name])
    elif name == "MEMOIZE":
        memo[len(memo)] = stack[-1]
    elif name.endswith("PUT"):
        memo[int(argument)] = stack[-1]
    elif name.endswith("GET"):
        stack.append(memo[int(argument)])
    elif name == "MARK":
        stack.append(_Mark())
    elif name in _MADE:
        _MADE[name](stack)
    elif name in {"GLOBAL", "STACK_GLOBAL"}:
        stack.append(_named(name, argument, stack, what))
    elif name == "REDUCE":
        arguments, called = stack.pop(), stack.pop()
        stack.append(_scalar(called, arguments, what))
    elif name == "BUILD":  # byte order and the like of a type
        state = stack.pop()
        if not isinstance(stack[-1], _Type) or state[1] != "<":
            raise HistoryError(f"{what} holds an object with a state, which is not read")
    elif name not in _IDLE:
        raise HistoryError(f"{what} holds {name}, which is no plain value")


def _named(name: str, argument: Any, stack: list[Any], what: str) -> _Named:
    if name == "STACK_GLOBAL":
        last = stack.pop()
        argument = f"{stack.pop()} {last}"
    if argument not in {_SCALAR, _DTYPE}:
        raise HistoryError(f"{what} would import {argument!r}, which is no plain value")
    return _Named(argument)


def _scalar(called: Any, arguments: Any, what: str) -> Any:
    if called == _DTYPE and isinstance(called, _Named) and arguments[0] in _FORMATS:
        return _Type(arguments[0])
    if called == _SCALAR and isinstance(called, _Named) and isinstance(arguments[0], _Type):
        return struct.unpack("<" + _FORMATS[arguments[0]], arguments[1])[0]
    raise HistoryError(f"{what} would call {called!r}, which is no plain value")


def _since_mark(stack: list[Any]) -> list[Any]:
    at = len(stack) - 1
    while not isinstance(stack[at], _Mark):
        at -= 1
        if at < 0:
            raise ValueError("no mark is left")
    found = stack[at + 1 :]
    del stack[at:]
    return found


def _set_items(stack: list[Any]) -> None:
    items = _since_mark(stack)
    stack[-1].update(zip(items[::2], items[1::2], strict=True))


def _set_item(stack: list[Any]) -> None:
    value, key = stack.pop(), stack.pop()
    stack[-1][key] = value


def _tuple_of(n: int) -> Any:
    def make(stack: list[Any]) -> None:
        if len(stack) < n:
            raise ValueError("values are missing")
        found = tuple(stack[len(stack) - n :])
        del stack[len(stack) - n :]
        stack.append(found)

    return make


def _append(stack: list[Any]) -> None:
    value = stack.pop()
    stack[-1].append(value)


def _extend(stack: list[Any]) -> None:
    items = _since_mark(stack)
    stack[-1].extend(items)


_MADE: dict[str, Any] = {
    "EMPTY_DICT": lambda stack: stack.append({}),
    "EMPTY_LIST": lambda stack: stack.append([]),
    "EMPTY_TUPLE": lambda stack: stack.append(()),
    "TUPLE1": _tuple_of(1),
    "TUPLE2": _tuple_of(2),
    "TUPLE3": _tuple_of(3),
    "TUPLE": lambda stack: stack.append(tuple(_since_mark(stack))),
    "SETITEM": _set_item,
    "SETITEMS": _set_items,
    "APPEND": _append,
    "APPENDS": _extend,
}
