"""What was repaired, dropped or assumed while a dataset was read, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

_MOST_NAMES = 5


def quoted(names: Sequence[str | int], most: int = _MOST_NAMES) -> str:
    """A few names for a sentence.

    Examples
    --------
    >>> quoted(["a", "b", "c"], most=2)
    "'a', 'b' and 1 more"
    """
    shown = ", ".join(repr(name) for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


class Notes:
    """Collects sentences; columns that met the same fate share one.

    Examples
    --------
    >>> notes = Notes()
    >>> notes.say("The file is Latin-1.")
    >>> notes.column("a", "Left out, constant")
    >>> notes.column("b", "Left out, constant")
    >>> notes.sentences()
    ('The file is Latin-1.', "Left out, constant: 'a', 'b'.")
    """

    def __init__(self) -> None:
        # A sentence of its own is a fate without columns; insertion order is kept.
        self._fates: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}

    def say(self, sentence: str) -> None:
        """Add one sentence."""
        self._counts.setdefault(sentence, 0)

    def column(self, name: str | int, fate: str, detail: str = "") -> None:
        """Add a column to the sentence of its fate, with a few words of its own."""
        self._counts[fate] = self._counts.get(fate, 0) + 1
        shown = self._fates.setdefault(fate, [])
        if len(shown) < _MOST_NAMES:
            shown.append(f"{name!r} ({detail})" if detail else repr(name))

    def count(self, fate: str) -> int:
        """How many columns met a fate."""
        return self._counts.get(fate, 0)

    def sentences(self) -> tuple[str, ...]:
        """Everything noted, in the order it was first met."""
        return tuple(self._sentence(fate, count) for fate, count in self._counts.items())

    def _sentence(self, fate: str, count: int) -> str:
        if count == 0:
            return fate
        shown = self._fates[fate]
        more = f" and {count - len(shown):,} more" if count > len(shown) else ""
        return f"{fate}: {', '.join(shown)}{more}."
