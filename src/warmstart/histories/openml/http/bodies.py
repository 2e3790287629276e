"""The body of an answer: unpacked within a limit, and parsed even where XML would not have it.

OpenML stores what people upload: control characters, halves of multi-byte characters. An XML
parser refuses the whole answer for one of them, and asking again brings the same answer.
"""

from __future__ import annotations

import gzip
import re
import xml.etree.ElementTree as ET
import zlib

from warmstart.histories.openml.errors import TransientError

MOST_BYTES = 2**30
"""An answer that unpacks to more is none of OpenML's: ten thousand rows take some 50 MB."""

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]+)|([0-9]+));")

_ROOT = re.compile(rb"<(?![?!])([^\s/>]+)")


def unpacked(raw: bytes, encoding: str) -> bytes:
    """The body of an answer, given how it is compressed.

    Raises
    ------
    TransientError
        If it is damaged, or unpacks to more than :data:`MOST_BYTES`.
    """
    if encoding.strip().lower() not in ("gzip", "x-gzip"):
        return raw
    parts: list[bytes] = []
    rest, n_left = raw, MOST_BYTES
    while rest or not parts:
        reader = zlib.decompressobj(wbits=31)
        try:
            parts.append(reader.decompress(rest, n_left))
        except zlib.error as error:
            raise TransientError(f"the answer is damaged: {error}") from None
        n_left -= len(parts[-1])
        if reader.unconsumed_tail or n_left <= 0:
            raise TransientError(f"the answer unpacks to more than {MOST_BYTES:,} bytes")
        if not reader.eof:
            raise TransientError(f"the answer is damaged: it ends after {len(raw):,} bytes")
        rest = reader.unused_data
    return b"".join(parts)


def packed(body: bytes) -> bytes:
    """A body as it is kept: the same bytes for the same body."""
    return gzip.compress(body, 6, mtime=0)


def parsed_xml(body: bytes) -> tuple[ET.Element, int]:
    """Root element, and how many characters had to be left out or replaced for it.

    Raises
    ------
    TransientError
        If it is no XML, with or without these characters.

    Examples
    --------
    >>> root, n_mended = parsed_xml(b"<a>bell \\x07, &#3; and \\xff</a>")
    >>> root.text, n_mended
    ('bell ,  and \\ufffd', 3)
    """
    try:
        return ET.fromstring(body), 0
    except ET.ParseError as error:
        said = error
    text = body.decode("utf-8", errors="replace")
    n_mended = text.count("\ufffd") - body.count("\ufffd".encode())
    text, n_characters = _NOT_XML.subn("", text)
    n_references = sum(not _may_stand(match) for match in _REFERENCE.finditer(text))
    text = _REFERENCE.sub(lambda match: match[0] if _may_stand(match) else "", text)
    n_mended += n_characters + n_references
    try:
        if n_mended:
            return ET.fromstring(text), n_mended
    except ET.ParseError as error:
        said = error
    raise TransientError(f"the answer is no XML: {said}")


def _may_stand(match: re.Match[str]) -> bool:
    """Whether XML allows the character that a reference is to."""
    digits = match[1] or match[2]
    if len(digits) > 8:
        return False
    code = int(digits, 16 if match[1] else 10)
    return (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )


def root_of(body: bytes) -> bytes:
    """Name of the root element of a body that is whole.

    Raises
    ------
    TransientError
        If it ends before its root element does.
    """
    name = _ROOT.search(body)
    if name is None or not body.rstrip().endswith(b"</" + name[1] + b">"):
        raise TransientError(f"the answer ends early, after {len(body):,} bytes")
    return name[1]
