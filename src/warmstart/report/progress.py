"""Progress of long work: a bar in a terminal, a line now and then in a log."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from warmstart.report.numbers import duration

if TYPE_CHECKING:
    from rich.console import Console
    from typing_extensions import Self


class ProgressMeter:
    """Shows how much is done, how fast it goes, and how long the rest will take.

    Parameters
    ----------
    console : rich.console.Console
        Shown here; a bar if it is a terminal, else lines.
    what : str
        What is counted.
    every_s : float
        Seconds between two lines where there is no terminal.

    Examples
    --------
    >>> from rich.console import Console
    >>> import sys
    >>> with ProgressMeter(Console(file=sys.stdout, width=80), "evaluations") as meter:
    ...     meter(3, 3, 0.5)
    evaluations: 3 of 3, 0.5 a second
    """

    def __init__(self, console: Console, what: str, *, every_s: float = 30.0) -> None:
        from rich import progress

        self.what, self.done, self.total = what, 0, 0
        self._console, self._every_s, self._last = console, every_s, -math.inf
        self._bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[speed]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(what, total=None, speed="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, done: int, total: int, rate: float) -> None:
        """Show that `done` of `total` are done, at `rate` a second now."""
        self.done, self.total = done, total
        speed = _speed(done, total, rate)
        self._bar.update(self._task, completed=done, total=total, speed=speed)
        if self._console.is_terminal:
            return
        now = time.monotonic()
        if done == total or now - self._last >= self._every_s:
            self._last = now
            self._console.print(
                progress_text(self.what, done, total, rate), highlight=False, soft_wrap=True
            )


def progress_text(what: str, done: int, total: int, rate: float) -> str:
    """How much is done, how fast, and how long the rest takes, on one line.

    Examples
    --------
    >>> progress_text("units", 10, 70, 0.5)
    'units: 10 of 70, 0.5 a second, 2 min 0 s left'
    """
    text, speed = f"{what}: {done:,} of {total:,}", _speed(done, total, rate)
    return f"{text}, {speed}" if speed else text


def _speed(done: int, total: int, rate: float) -> str:
    if rate <= 0:
        return ""
    text = f"{rate:.2g} a second" if rate < 10 else f"{rate:,.0f} a second"
    left = (total - done) / rate
    return f"{text}, {duration(left)} left" if done < total else text
