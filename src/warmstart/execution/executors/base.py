"""Run units of work on whatever executes them; a worker that dies loses one unit."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

_log = logging.getLogger(__name__)

MAX_DEATHS = 2
"""How many workers may die of a unit before it is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A unit that an executor is done with."""

    handle: int
    value: Any = None

    error: str = ""
    """What the function raised."""

    died: bool = False
    """Whether the worker died, of this unit or of another on the same worker."""


class Executor(Protocol):
    """Where units are run: here, in processes, on a cluster."""

    @property
    def window(self) -> int:
        """How many units to have submitted at a time."""
        ...

    def submit(self, function: Callable[[Any], Any], argument: Any) -> int:
        """Have ``function(argument)`` run; both are importable or plain values."""
        ...

    def as_completed(self) -> Iterator[Done]:
        """Units as they end, until none is left; more may be submitted meanwhile."""
        ...

    def cancel(self) -> None:
        """Give up what was not yielded yet and let the workers go."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOutcome:
    """What came of a unit."""

    argument: Any
    value: Any = None

    problem: str = ""
    """Why there is no value."""

    n_deaths: int = 0
    """How many workers died on the way."""


def run_units(
    executor: Executor, function: Callable[[Any], Any], arguments: Iterable[Any]
) -> Generator[UnitOutcome, None, None]:
    """Run a function on many arguments, yielding each outcome as it comes.

    A unit whose worker died is done once more, with nothing beside it, so that a unit that
    kills its workers takes no other one with it; dying again, it is given up. Arguments
    are taken from the iterable only when there is room for them. Closing the generator
    cancels what is left.

    Parameters
    ----------
    executor : Executor
    function : callable
        Importable, of one argument; takes half a second or more, or the overhead shows.
    arguments : iterable
        Plain values: ids and paths rather than data.

    Yields
    ------
    UnitOutcome
        One for each argument, in the order in which they end.
    """
    left = iter(arguments)
    running: dict[int, tuple[Any, int]] = {}
    suspects: deque[tuple[Any, int]] = deque()

    def fill() -> None:
        if suspects:
            if not running:
                argument, deaths = suspects.popleft()
                running[executor.submit(function, argument)] = argument, deaths
            return
        while len(running) < executor.window:
            try:
                argument = next(left)
            except StopIteration:
                return
            running[executor.submit(function, argument)] = argument, 0

    try:
        fill()
        while running:
            for done in executor.as_completed():
                argument, deaths = running.pop(done.handle)
                deaths += done.died
                if done.died and deaths < MAX_DEATHS:
                    _log.warning("a worker died; its unit is done again: %.200r", argument)
                    suspects.append((argument, deaths))
                else:
                    yield UnitOutcome(
                        argument=argument,
                        value=done.value,
                        problem=f"its worker died {deaths} times" if done.died else done.error,
                        n_deaths=deaths,
                    )
                fill()
    finally:
        executor.cancel()
