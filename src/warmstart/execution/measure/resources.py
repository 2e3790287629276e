"""Memory that a fit takes, and bytes of what it leaves."""

from __future__ import annotations

import io
import math
import pickle
from pathlib import Path
from typing import Any

_STATUS = Path("/proc/self/status")
_MEGABYTE = 2**20


class PeakMemory:
    """Most resident memory of this process since the meter was made; NaN where unknown.

    Linux keeps the mark and lets a process reset its own; elsewhere nothing is told.
    """

    def __init__(self) -> None:
        try:
            Path("/proc/self/clear_refs").write_text("5")
            self._start = _resident("VmRSS")
        except OSError:
            self._start = math.nan

    def megabytes(self) -> float:
        """Megabytes beyond what the process held at the start, never negative."""
        if math.isnan(self._start):
            return math.nan
        return max(0.0, _resident("VmHWM") - self._start)


def _resident(name: str) -> float:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return float(line.split()[1]) * 1024 / _MEGABYTE
    return math.nan


class _Counter(io.RawIOBase):
    """Counts what is written to it and keeps nothing."""

    def __init__(self) -> None:
        self.n_bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        n_bytes = memoryview(data).nbytes  # large arrays come as buffers, which have no length
        self.n_bytes += n_bytes
        return n_bytes


def stored_bytes(model: Any) -> int | None:
    """Bytes a fitted model would take on disk, None where it cannot be stored.

    Nothing is written: the bytes are only counted.

    Examples
    --------
    >>> stored_bytes([0.5] * 10) < stored_bytes([0.1 * k for k in range(100)])
    True
    """
    counter = _Counter()
    try:
        pickle.Pickler(counter, protocol=5).dump(model)
    except (pickle.PicklingError, TypeError, AttributeError, NotImplementedError):
        return None
    return counter.n_bytes
