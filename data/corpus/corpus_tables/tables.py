"""Read the table of a manifest entry out of its package."""

from __future__ import annotations

import gzip
from typing import Literal

import pandas as pd

from corpus_tables import text_formats
from corpus_tables.archives import Archive
from corpus_tables.manifest import Entry
from corpus_tables.r_data import read_lazy_load, read_rda


def read_table(entry: Entry, archive: Archive) -> pd.DataFrame:
    """Read the table as it is, before any cleaning but the entry's row filter."""
    frame = _read(entry, archive)
    if entry.where:
        column, _, value = entry.where.partition("=")
        known = frame[column]
        wanted = float(value) if pd.api.types.is_numeric_dtype(known) else value
        frame = frame[known == wanted].reset_index(drop=True)
    return frame


def _read(entry: Entry, archive: Archive) -> pd.DataFrame:
    members = entry.member.split("+")
    items = entry.item.split("+")
    if entry.format == "r-rda":
        content = archive.read(entry.member)
        return _side_by_side([read_rda(content, item) for item in items])
    if entry.format == "r-lazyload":
        index, database = (archive.read(f"{entry.member}{end}") for end in (".rdx", ".rdb"))
        return _side_by_side([read_lazy_load(index, database, item) for item in items])
    if entry.format == "features-labels":
        features, labels = (
            text_formats.read_whitespace(_unzipped(archive.read(member)), header=False)
            for member in members
        )
        return features.assign(**{entry.target: labels["x1"]})
    return pd.concat(
        [_read_text(entry.format, member, archive.read(member)) for member in members],
        ignore_index=True,
    )


def _read_text(kind: str, member: str, content: bytes) -> pd.DataFrame:
    if kind == "csv":
        return text_formats.read_csv(content, compression=_compression(member))
    content = _unzipped(content)
    if kind == "keel":
        return text_formats.read_keel(content)
    if kind == "arff":
        return text_formats.read_arff(content)
    if kind == "orange":
        return text_formats.read_orange(content)
    if kind == "headerless-csv":
        return text_formats.read_headerless_csv(content)
    if kind == "whitespace":
        return text_formats.read_whitespace(content)
    if kind == "stata":
        return text_formats.read_stata(content)
    raise ValueError(f"no reader for format {kind!r}")


def _compression(member: str) -> Literal["gzip", "bz2", "zip"] | None:
    if member.endswith(".gz"):
        return "gzip"
    if member.endswith(".bz2"):
        return "bz2"
    return "zip" if member.endswith(".zip") else None


def _unzipped(content: bytes) -> bytes:
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def _side_by_side(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return frames[0] if len(frames) == 1 else pd.concat(frames, axis=1)
