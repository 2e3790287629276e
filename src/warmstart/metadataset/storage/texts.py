"""Many texts that say nearly the same, such as configurations, in a tenth of their memory."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import pyarrow as pa

_TOGETHER = 1_024


class PackedTexts(Sequence[str]):
    """Texts in compressed blocks, of which the one read last is unpacked.

    Reading them in order is quick; reading them here and there unpacks a thousand for one.

    Examples
    --------
    >>> texts = PackedTexts(f'{{"x":{i}}}' for i in range(5_000))
    >>> len(texts), texts[4_321], texts[-1], texts[1:3]
    (5000, '{"x":4321}', '{"x":4999}', ['{"x":1}', '{"x":2}'])
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._blocks: list[tuple[bytes, int]] = []
        self._n = 0
        left = iter(texts)
        while block := list(itertools.islice(left, _TOGETHER)):
            plain = json.dumps(block).encode()
            packed = pa.compress(plain, codec="zstd", asbytes=True)
            self._blocks.append((packed, len(plain)))
            self._n += len(block)
        self._last: tuple[int, list[str]] = (-1, [])

    @property
    def n_bytes(self) -> int:
        """Memory that the packed texts take."""
        return sum(len(block) for block, _ in self._blocks)

    def __len__(self) -> int:
        return self._n

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(self._n))]
        if not -self._n <= place < self._n:
            raise IndexError(f"there are {self._n} texts, not one at {place}")
        number, at = divmod(place % self._n, _TOGETHER)
        return self._block(number)[at]

    def __iter__(self) -> Iterator[str]:
        for number in range(len(self._blocks)):
            yield from self._block(number)

    def _block(self, number: int) -> list[str]:
        # One read of the pair: another thread may be putting another block there.
        kept, texts = self._last
        if kept != number:
            packed, size = self._blocks[number]
            texts = json.loads(pa.decompress(packed, size, codec="zstd", asbytes=True))
            self._last = number, texts
        return texts
