"""How far a build is, kept in its folder so that others may look."""

from __future__ import annotations

import contextlib
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from warmstart.errors import HistoryError
from warmstart.metadataset.storage.files import write_json

if TYPE_CHECKING:
    from typing_extensions import Self

Progress = Callable[[int, int, float], None]
"""Told what is done, what there is, and how much a second is done now."""

FILE = "progress.json"
_EVERY_S = 2.0


class KeptProgress:
    """Passes progress on, and writes it to the build's folder every other second.

    A context manager: a build that is stopped leaves how far it came.

    What is done and what there is stay there at the end; the rate does not, so that a build
    made in two parts leaves the same folder as one made in one.
    """

    def __init__(self, out: Path, what: str, tell: Progress | None) -> None:
        self._path, self._what, self._tell = out / FILE, what, tell
        self._written = -math.inf
        self._unwritten: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._unwritten is not None:
            self._write(*self._unwritten, None)

    def __call__(self, done: int, total: int, rate: float) -> None:
        """Note that `done` of `total` are done, at `rate` a second now."""
        now = time.monotonic()
        self._unwritten = done, total
        if done >= total or now - self._written >= _EVERY_S:
            self._written = now
            self._write(done, total, None if done >= total else rate)
        if self._tell is not None:
            self._tell(done, total, rate)

    def _write(self, done: int, total: int, rate: float | None) -> None:
        self._unwritten = None
        values = {"what": self._what, "done": done, "total": total}
        # A disk too full for this is too full for results, which say so.
        with contextlib.suppress(HistoryError):
            write_json(values if rate is None else {**values, "rate": rate}, self._path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How far a build was when it last said so."""

    what: str
    """What is counted, such as "evaluations"."""

    done: int
    total: int
    rate: float | None = None
    """How many a second; None where it is not known."""

    @property
    def left_s(self) -> float | None:
        """Seconds the rest takes at this rate; None where that is not known."""
        return (self.total - self.done) / self.rate if self.rate else None


def reached(build: Path, *, is_building: bool) -> Reached | None:
    """What a build's folder says; None for a build that began before any did.

    Where nobody builds, nothing is left to wait for: there is no rate.
    """
    try:
        said = json.loads((build / FILE).read_text(encoding="utf-8"))
        return Reached(
            what=str(said["what"]),
            done=int(said["done"]),
            total=int(said["total"]),
            rate=float(said["rate"]) if is_building and said.get("rate") else None,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
