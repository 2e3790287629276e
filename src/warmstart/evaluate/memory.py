"""The most memory a piece of work takes, where the operating system tells."""

from __future__ import annotations

import math
from pathlib import Path

_CLEAR, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


def reset_peak() -> bool:
    """Forget the peak so far; False where that cannot be done."""
    try:
        _CLEAR.write_text("5")
    except OSError:
        return False
    return True


def peak_mb() -> float:
    """Largest resident set of this process since :func:`reset_peak`, in MB; NaN unknown."""
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return math.nan
    for line in lines:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1000
    return math.nan
