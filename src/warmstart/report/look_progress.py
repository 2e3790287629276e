"""A look while it goes on: one line in a terminal, nothing in a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from typing_extensions import Self

    from warmstart.recommend.look.request import LookState


class LookMeter:
    """Shows what a look has tried and what it expects so far.

    Parameters
    ----------
    console : rich.console.Console
        Shown here if it is a terminal.
    seconds : float, optional
        What the look may take.

    Examples
    --------
    >>> from warmstart.recommend.look.request import LookState
    >>> state = LookState(seconds=1.25, n_configs=7, n_fits=19, best=0.8, racing=False)
    >>> describe(state, 3.0)
    'Looking: 7 configurations, 19 fits, 1.2 of 3 s; 0.800 expected of the best'
    """

    def __init__(self, console: Console, seconds: float | None = None) -> None:
        self._seconds = seconds
        self._status = console.status("Looking at the data") if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def __call__(self, state: LookState) -> None:
        """Show how far the look is."""
        if self._status is not None:
            self._status.update(describe(state, self._seconds))


def describe(state: LookState, seconds: float | None) -> str:
    """One line about a look in progress."""
    what = "Comparing the best" if state.racing else "Looking"
    limit = "" if seconds is None else f" of {seconds:g}"
    best = f"; {state.best:.3f} expected of the best" if state.best == state.best else ""
    return (
        f"{what}: {state.n_configs} configurations, {state.n_fits} fits, "
        f"{state.seconds:.1f}{limit} s{best}"
    )
