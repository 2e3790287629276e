"""Sketches of sets of hashes: the smallest of them, and how much of one set another holds."""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from warmstart.datasets.fingerprints.cell_hashes import Tokens
from warmstart.errors import ArgumentError

PREFIX = "w1:"


_CERTAIN = 4
"""Shared tokens from which an overlap is believed; one row may agree by chance."""


_COUNTED = 4096
"""Smallest tokens the number of distinct ones is estimated from (to 1.6 %)."""


@dataclass(frozen=True, slots=True)
class Sketch:
    smallest: NDArray[np.uint32]
    """Leading halves of the smallest distinct tokens, ascending."""

    n_rows: int

    n_distinct: int
    """Distinct tokens, estimated above a few thousand."""

    full: bool
    """Whether there are more tokens than the sketch holds."""

    @property
    def weight(self) -> float:
        """How far common tokens prove a common origin; a few codes make few rows anywhere."""
        return min(1.0, max(2 * self.n_distinct / max(1, self.n_rows), self.n_distinct / 1000))


def sketch_of(tokens: Tokens, k: int) -> Sketch:
    n = min(len(tokens), _COUNTED)
    part = np.partition(tokens, n - 1)[:n] if n < len(tokens) else tokens
    distinct = np.unique(part)
    if len(distinct) < k and n < len(tokens):
        distinct, n = np.unique(tokens), len(tokens)
    n_distinct = len(distinct)
    if n < len(tokens):
        n_distinct = round((len(distinct) - 1) / (float(distinct[-1]) / 2.0**64))
    kept = (distinct[:k] >> np.uint64(32)).astype(np.uint32)
    return Sketch(kept, len(tokens), n_distinct, n_distinct > k)


def containment(a: Sketch, b: Sketch) -> float:
    if a.n_distinct == 0 or b.n_distinct == 0:
        return 0.0
    # Beyond the end of a full sketch its table is unknown.
    limit = min(int(one.smallest[-1]) if one.full else 1 << 32 for one in (a, b))
    mine, theirs = a.smallest[a.smallest <= limit], b.smallest[b.smallest <= limit]
    n_shared = len(np.intersect1d(mine, theirs, assume_unique=False))
    n_union = len(np.union1d(mine, theirs))
    if n_shared == 0:
        return 0.0
    jaccard = n_shared / n_union
    smaller = min(a.n_distinct, b.n_distinct)
    share = jaccard / (1 + jaccard) * (a.n_distinct + b.n_distinct) / smaller
    return min(1.0, share) * min(1.0, n_shared / _CERTAIN)


_HEAD = struct.Struct("<HII")


def packed(sketches: list[Sketch]) -> str:
    parts = []
    for sketch in sketches:
        size = len(sketch.smallest) | (0x8000 if sketch.full else 0)
        parts.append(_HEAD.pack(size, sketch.n_rows, sketch.n_distinct))
        parts.append(sketch.smallest.astype("<u4").tobytes())
    return base64.b64encode(b"".join(parts)).decode("ascii")


@lru_cache(maxsize=4096)
def unpacked(text: str) -> list[Sketch]:
    if not text.startswith(PREFIX):
        raise ArgumentError(f"a fingerprint starts with {PREFIX!r}, got {text[:20]!r}")
    try:
        data = base64.b64decode(text[len(PREFIX) :], validate=True)
        sketches, at = [], 0
        while at < len(data):
            size, n_rows, n_distinct = _HEAD.unpack_from(data, at)
            count = size & 0x7FFF
            smallest = np.frombuffer(data, "<u4", count, at + _HEAD.size)
            sketches.append(Sketch(smallest, n_rows, n_distinct, bool(size & 0x8000)))
            at += _HEAD.size + 4 * count
    except (binascii.Error, struct.error, ValueError) as error:
        raise ArgumentError(f"fingerprint {text[:20]!r} is damaged: {error}") from error
    if not sketches:
        raise ArgumentError("a fingerprint holds at least one sketch, got none")
    return sketches
