"""The commands of a page, in order, and what is changed of them so that a test may run them."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"

SMALL = (
    # What would take minutes, or reads from elsewhere, is made small, or read from a replay.
    ("--look 10", "--look 0.5"),
    ("--suite OpenML-CC18 --flow 6969", "--suite Synthetic-Suite --flow 101 --server {server}"),
    ("--jobs 4", "--jobs 1 --space naive_bayes --time-limit 10"),
)
"""Text of a command, and what takes its place."""


def commands(page: Path = README) -> list[str]:
    """Every line after a ``$`` in a console block, with the lines it goes on in.

    Examples
    --------
    >>> commands()[0].split()[:2]
    ['make', 'suggest']
    """
    found: list[str] = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text("utf-8"), re.S):
        goes_on = False
        for line in block.splitlines():
            if goes_on:
                found[-1] += " " + line.strip().removesuffix("\\").rstrip()
            elif line.startswith("$ "):
                found.append(line.removeprefix("$ ").removesuffix("\\").rstrip())
            goes_on = (goes_on or line.startswith("$ ")) and line.endswith("\\")
    return [re.sub(r"\s+#(?![^']*').*$", "", command) for command in found]


def python(page: Path = README) -> str:
    """The page's Python blocks as one program, without what they print."""
    text = page.read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    return "\n".join(line[4:] for line in lines if line[:4] in (">>> ", "... ", ">>>", "..."))


def small(command: str, server: str) -> str:
    """A command as a test runs it."""
    for typed, run in SMALL:
        command = command.replace(typed, run.format(server=server))
    return command
