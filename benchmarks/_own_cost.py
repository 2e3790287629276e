"""What this process alone has cost so far."""

from __future__ import annotations

import resource
from pathlib import Path


def cpu_s() -> float:
    """Processor time, in seconds, of user and system."""
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])


def peak_mb() -> float:
    """Largest resident set, in units of 1,024 squared bytes."""
    # Of this program alone: ru_maxrss begins at what the parent had before exec.
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
