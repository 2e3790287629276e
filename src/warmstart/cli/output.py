"""Where the command line prints: results to stdout, everything else to stderr."""

from __future__ import annotations

import warnings as python_warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from warmstart.cli.flags import as_typed
from warmstart.errors import HistoryWarning

if TYPE_CHECKING:
    from rich.console import Console


def results() -> Console:
    """The console for what was asked for; without colours unless it is a terminal."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def remarks() -> Console:
    """The console for warnings and progress."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def warn(warnings: Iterable[str]) -> None:
    """Print warnings, one a line however long: a log is searched by lines."""
    console = remarks()
    for warning in warnings:
        console.print(f"warning: {as_typed(warning)}", style="yellow", soft_wrap=True)


@contextmanager
def histories_told() -> Iterator[None]:
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
