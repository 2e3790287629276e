"""The units of one build from OpenML, read a few at a time and kept one by one."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from pathlib import Path

from warmstart.errors import HistoryError
from warmstart.histories.openml.errors import OpenMLError, UnavailableError, UnusableError
from warmstart.histories.openml.http.cache import CacheError
from warmstart.histories.openml.http.threads import run_units
from warmstart.metadataset.build.openml.plan import OpenMLUnit
from warmstart.metadataset.build.openml.units.parts import UnitParts, fail, keep
from warmstart.metadataset.build.openml.units.reading import UnitReader
from warmstart.metadataset.build.progress import Progress
from warmstart.metadataset.build.units import UnitRecord, Units

_log = logging.getLogger(__name__)

MAX_SILENT = 3
"""Units in a row that the server does not answer: then it is not asked any more."""


class UnitJob:
    """Reads units, keeps them, and counts."""

    def __init__(
        self,
        out: Path,
        units: Units,
        done: dict[str, UnitRecord],
        failed: dict[str, str],
        progress: Progress,
    ) -> None:
        self._out, self._units, self._done, self.failed = out, units, done, failed
        self.unread: dict[str, str] = {}
        self._progress, self._start = progress, time.monotonic()
        self.n_now = self.n_rows = self._n_taken = self._n_silent = self._n_todo = 0
        self.n_before = len(done)

    def expect(self, n_todo: int) -> None:
        """Say how many units there will be."""
        self._n_todo = n_todo
        self._tell()

    def run(
        self, todo: list[OpenMLUnit], reader: UnitReader, n_workers: int, stop: threading.Event
    ) -> None:
        """Read units and keep them one by one."""
        results = run_units(todo, reader.read, n_workers=n_workers, stop=stop)
        with contextlib.closing(results):
            for unit, result in results:
                self._take(unit, result)
                self._n_taken += 1
                self._tell()

    def _take(self, unit: OpenMLUnit, result: UnitParts | BaseException) -> None:
        if isinstance(result, UnitParts):
            self._done[unit.key] = keep(self._out, self._units, unit, result)
            self.n_now += 1
            self.n_rows += result.n_rows
            self._n_silent = 0
            return
        if isinstance(result, CacheError) or not isinstance(result, HistoryError):
            raise result
        self._n_silent += isinstance(result, UnavailableError)
        if self._n_silent >= MAX_SILENT:
            raise HistoryError(
                f"OpenML left {MAX_SILENT} units in a row without an answer; what was read is "
                f"kept, and the same command goes on from there: {result}"
            ) from result
        _log.warning("%s: %s", unit.name, result)
        if not isinstance(result, (OpenMLError, UnusableError)):
            # What may be answered another time is asked for by the next build.
            self.unread[unit.name] = str(result)
            return
        self.failed[unit.name] = str(result)
        if unit.key not in self._done:
            # What was to be refreshed stays as it was.
            fail(self._units, unit, str(result))

    def _tell(self) -> None:
        elapsed = max(time.monotonic() - self._start, 1e-9)
        done, total = self.n_before + self._n_taken, self.n_before + self._n_todo
        self._progress(done, total, self._n_taken / elapsed)
