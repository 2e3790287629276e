"""Where the command line prints: results to stdout, everything else to stderr."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from warmstart.cli.flag_names import as_typed

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
