"""What readers of histories remark on their way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator


class Remarks:
    """What a reader left out, repaired or assumed, counted by kind.

    Examples
    --------
    >>> remarks = Remarks()
    >>> remarks.add("left out: never started")
    >>> remarks.add("left out: never started")
    >>> list(remarks)
    ['2 runs left out: never started']
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lines: dict[str, None] = {}
        self.place = ""
        """Where in the history the reader is, such as "line 3": for errors."""

    def add(self, text: str, n: int = 1) -> None:
        """Count `n` more runs that `text` is true of."""
        self._counts[text] += n

    def say(self, line: str) -> None:
        """Note what is true of the whole history, once."""
        self._lines[line] = None

    def clear(self) -> None:
        """Forget all, before the source is read again."""
        self._counts.clear()
        self._lines.clear()
        self.place = ""

    def __iter__(self) -> Iterator[str]:
        yield from self._lines
        for text, n in self._counts.items():
            if n:
                yield f"{n:,} run{'s' * (n > 1)} {text}"
