"""A replayed OpenML server in a process of its own, for benchmarks of reading it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class Replayed:
    """Its address, and how many requests it has answered."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.url = self._said()
        self.port = int(self.url.split(":")[2].split("/")[0])

    def counts(self) -> tuple[int, dict[str, int]]:
        """Requests, and how many of them were broken on purpose, by kind."""
        assert self._process.stdin is not None
        self._process.stdin.write("counts\n")
        self._process.stdin.flush()
        n_requests, _, faults = self._said().partition(" ")
        return int(n_requests), json.loads(faults)

    def _said(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            raise SystemExit("the replayed server did not start")
        return line


@contextmanager
def replayed(options: Sequence[str]) -> Iterator[Replayed]:
    """Serve until the block ends; `options` are those of ``python -m tests.replay_openml``."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.replay_openml", *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Replayed(process)
    finally:
        process.kill()
        process.communicate()
