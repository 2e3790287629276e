"""What of an estimator is said in code: arguments that are not the default, public modules."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any


def arguments_of(value: Any) -> list[tuple[str, Any]]:
    """Constructor arguments of an estimator or splitter that differ from their defaults.

    Returns
    -------
    list of (prefix, value)
        The prefix is ``"name="``, or empty for a first argument that has no default.

    Examples
    --------
    >>> from sklearn.feature_selection import SelectFromModel
    >>> from sklearn.linear_model import Ridge
    >>> arguments_of(SelectFromModel(Ridge(alpha=2.0), max_features=3))
    [('', Ridge(alpha=2.0)), ('max_features=', 3)]
    """
    known: dict[str, inspect.Parameter] = {}
    for kind in reversed(type(value).__mro__):
        if "__init__" in vars(kind) and kind is not object:
            # Subclasses may pass arguments on, as XGBClassifier does.
            parameters = inspect.signature(vars(kind)["__init__"]).parameters
            known |= dict(list(parameters.items())[1:])
    own = list(inspect.signature(type(value)).parameters.values())
    first = own[0].name if own and own[0].default is inspect.Parameter.empty else ""
    if hasattr(value, "get_params"):
        given = value.get_params(deep=False)
    else:
        given = {p.name: getattr(value, p.name) for p in own if hasattr(value, p.name)}
    order = [first, *known, *given]
    names = sorted(given, key=order.index)
    return [
        ("" if name == first else f"{name}=", given[name])
        for name in names
        if name not in known or not _same(given[name], known[name].default)
    ]


def _same(value: Any, default: Any) -> bool:
    if isinstance(value, float) and value != value:
        return isinstance(default, float) and default != default
    return type(value) is type(default) and bool(value == default)


def has_default_names(steps: list[tuple[str, Any]]) -> bool:
    """Whether `make_pipeline` would name the steps so."""
    names = [type(step).__name__.lower() for _, step in steps]
    return [name for name, _ in steps] == names and len(set(names)) == len(names)


def public_module(thing: type[Any] | Callable[..., Any]) -> str:
    """The shortest module that offers a class or function under its name.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> Ridge.__module__, public_module(Ridge)
    ('sklearn.linear_model._ridge', 'sklearn.linear_model')
    """
    parts = thing.__module__.split(".")
    for n_parts in range(1, len(parts)):
        module = ".".join(parts[:n_parts])
        if getattr(sys.modules.get(module), thing.__name__, None) is thing:
            return module
    return thing.__module__


def quoted(text: str) -> str:
    """A string literal in double quotes, where that needs no escapes."""
    literal = repr(text)
    plain = literal[0] == "'" and '"' not in text and "\\" not in literal
    return f'"{literal[1:-1]}"' if plain else literal
