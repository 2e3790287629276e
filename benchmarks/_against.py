"""A benchmark run by another checkout's own copy of it, in turns with this one."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

FIGURE = re.compile(r"^(\S.*?)\s{2,}([\d.]+) (m?s|MB)\b")
"""A line "what it is    1.23 ms ..." of a benchmark's output."""


def add_against(parser: argparse.ArgumentParser) -> None:
    """The options of a comparison."""
    parser.add_argument(
        "--against", type=Path, metavar="CHECKOUT", help="of another version; prints ratios"
    )
    parser.add_argument("--repeats", type=int, default=3, help="runs of each, in turns")


def compare(script: Path, other: Path, repeats: int) -> None:
    """Run `script` here and in `other` with the same arguments and print the least of each.

    A checkout that has no such script runs this one on its own sources.
    """
    own = script.resolve().parents[1]
    arguments = _without(sys.argv[1:], {"--against", "--repeats"})
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    found: dict[Path, dict[str, list[float]]] = {own: {}, other.resolve(): {}}
    units: dict[str, str] = {}
    for _ in range(repeats):
        for checkout, figures in found.items():
            environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
            copy = checkout / "benchmarks" / script.name
            command = [sys.executable, copy if copy.exists() else script, *arguments]
            done = subprocess.run(
                command, env=environment, check=True, capture_output=True, text=True
            )
            seen: dict[str, int] = {}
            for line in done.stdout.splitlines():
                if match := FIGURE.match(line):
                    name, value, unit = match.groups()
                    # A name that comes twice is told apart by its place.
                    seen[name] = seen.get(name, 0) + 1
                    name = name if seen[name] == 1 else f"{name} ({seen[name]})"
                    figures.setdefault(name, []).append(float(value))
                    units[name] = unit
    here, there = found.values()
    print(f"least of {repeats} runs; before is {other}\n")
    print(f"{'':16s} {'before':>10s} {'now':>10s}      ratio")
    for name, values in here.items():
        now, unit = min(values), units[name]
        if name not in there:
            print(f"{name:16s} {'':10s} {now:10.2f} {unit}")
            continue
        before = min(there[name])
        ratio = now / before if before > 0 else float("nan")
        print(f"{name:16s} {before:10.2f} {now:10.2f} {unit:2s} {ratio:8.2f}")


def resident_mb() -> float:
    """What this process holds in memory now, in MB; NaN where it is not told."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return float("nan")
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS:"))


def _without(arguments: list[str], options: set[str]) -> list[str]:
    """Arguments less options of one value each."""
    kept, skip = [], False
    for one in arguments:
        if skip:
            skip = False
        elif one in options:
            skip = True
        elif one.partition("=")[0] not in options:
            kept.append(one)
    return kept
