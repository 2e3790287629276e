"""Where the command line prints: results to stdout, everything else to stderr."""

from __future__ import annotations

import logging
import math
import warnings as python_warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from warmstart.cli.terminal.flags import as_typed
from warmstart.errors import HistoryWarning

if TYPE_CHECKING:
    from rich.console import Console


_quiet: ContextVar[bool] = ContextVar("quiet", default=False)

_HANDLER = "warmstart.cli"

VERBOSITY = {"-q": "--quiet", "-v": "--verbose"}
"""Options of all commands, wherever they are typed."""


def speak(*, quiet: bool, verbose: int) -> None:
    """Settle what is told beside results: nothing, warnings, or what the library logs too."""
    _quiet.set(quiet)
    logger = logging.getLogger("warmstart")
    for old in [one for one in logger.handlers if one.name == _HANDLER]:
        logger.removeHandler(old)
    logger.setLevel({0: logging.NOTSET, 1: logging.INFO}.get(verbose, logging.DEBUG))
    if verbose:
        handler = logging.StreamHandler()
        handler.name = _HANDLER
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s", "%H:%M:%S"))
        logger.addHandler(handler)


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Print a value as JSON, which has no NaN, no infinity and no numpy."""
    import json

    text = json.dumps(_plain(value), indent=indent, ensure_ascii=False, allow_nan=False)
    results().print(text, soft_wrap=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    value = value.item() if hasattr(value, "item") else value
    if value is None or value != value or value in (math.inf, -math.inf):
        return None
    return value if isinstance(value, bool | int | float | str) else str(value)


def results() -> Console:
    """The console for what was asked for; without colours unless it is a terminal."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def remarks() -> Console:
    """The console for warnings and progress."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, emoji=False, quiet=_quiet.get())


def warn(warnings: Iterable[str]) -> None:
    """Print warnings, one a line however long: a log is searched by lines."""
    console = remarks()
    for warning in warnings:
        console.print(f"warning: {as_typed(warning)}", style="yellow", soft_wrap=True)


@contextmanager
def histories_named() -> Iterator[None]:
    """Print what the library warns of in histories as any warning, not as Python does."""
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("always", HistoryWarning)
        before = python_warnings.showwarning

        def show(message: Any, category: Any, *rest: Any, **more: Any) -> None:
            if issubclass(category, HistoryWarning):
                warn([str(message)])
            else:
                before(message, category, *rest, **more)

        python_warnings.showwarning = show
        yield
