"""A user's mapping between the names and words of points and those of a tuner.

One form for both ways: :mod:`warmstart.downstream.names.matching` goes to a tuner,
:mod:`warmstart.downstream.names.inverse` comes back from one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from warmstart.errors import SpaceMismatchError
from warmstart.spaces.legal import same

Mapped: TypeAlias = str | tuple[str | None, Mapping[Any, Any]] | None
NameMapping: TypeAlias = Mapping[str, Mapped]
"""Name in the points (with or without its learner) to the tuner's name; to None to leave it
out on purpose; to ``(name, {old: new})`` to translate its values too."""


@dataclass(frozen=True, slots=True)
class Words:
    """A tuner's words for some values; any other value is called the same there."""

    pairs: Mapping[Any, Any] = field(default_factory=dict)

    def to(self, value: Any) -> Any:
        """The tuner's word for a value."""
        return next((new for old, new in self.pairs.items() if same(old, value)), value)

    def back(self, word: Any) -> Any:
        """The value that the tuner has a word for."""
        return next((old for old, new in self.pairs.items() if same(new, word)), word)


def read_pairs(mapping: Mapping[str, Any] | None) -> Iterator[tuple[str, str | None, Words]]:
    """Each pair of a mapping: the name, what it is sent to, and the words for its values.

    Raises
    ------
    SpaceMismatchError
        If it is no mapping, or a name is sent to something else than :data:`NameMapping` says.

    Examples
    --------
    >>> mapping = {"eta": "lr", "kind": ("booster", {"t": "tree"})}
    >>> for name, target, words in read_pairs(mapping):
    ...     print(name, target, words.to("t"), words.back("tree"))
    eta lr t tree
    kind booster tree t
    """
    if not isinstance(mapping, Mapping | None):
        raise SpaceMismatchError(
            f"mapping must be a dict of names to names, got {type(mapping).__name__}"
        )
    for name, said in (mapping or {}).items():
        target, words = said if isinstance(said, tuple) and len(said) == 2 else (said, {})
        if not isinstance(target, str | None) or not isinstance(words, Mapping):
            raise SpaceMismatchError(
                f"mapping sends {name!r} to {said!r}; say the tuner's name, None to leave it "
                "out, or (name, {old: new}) to translate its values"
            )
        yield name, target, Words(words)
