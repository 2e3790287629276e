"""Bodies that are damaged, too large, or no XML as they came.

Also of: histories.openml.errors, histories.openml.http.bodies.
"""

import contextlib
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.histories.openml.errors import TransientError
from warmstart.histories.openml.http import bodies
from warmstart.histories.openml.http.bodies import packed, parsed_xml, unpacked
from warmstart.histories.openml.http.waits import retry_after_s


def test_as_it_came():
    assert unpacked(b"<a/>", "") == b"<a/>"
    for name in ("gzip", "GZIP", "x-gzip"):
        assert unpacked(packed(b"<a/>"), name) == b"<a/>"
    assert unpacked(packed(b"<a>") + packed(b"</a>"), "gzip") == b"<a></a>"  # two members


@given(st.binary(max_size=300), st.integers(0, 10**6), st.integers(1, 255))
def test_one_flipped_byte_is_noticed_or_changes_nothing(body, place, flip):
    raw = bytearray(packed(body))
    raw[place % len(raw)] ^= flip
    with contextlib.suppress(TransientError):
        assert unpacked(bytes(raw), "gzip") == body  # a byte of the header that says nothing


@given(st.binary(max_size=100))
def test_anything_is_unpacked_or_transient(raw):
    with contextlib.suppress(TransientError):
        unpacked(raw, "gzip")


def test_half_an_answer():
    raw = packed(b"x" * 1000)
    with pytest.raises(TransientError, match=r"damaged: it ends after \d+ bytes"):
        unpacked(raw[:-9], "gzip")
    with pytest.raises(TransientError, match="damaged: it ends after 0 bytes"):
        unpacked(b"", "gzip")


def test_a_small_answer_that_unpacks_to_a_large_one(monkeypatch):
    monkeypatch.setattr(bodies, "MOST_BYTES", 1000)
    with pytest.raises(TransientError, match="unpacks to more than 1,000 bytes"):
        unpacked(gzip.compress(b"0" * 10**6), "gzip")


@pytest.mark.parametrize(
    ("body", "text", "n_mended"),
    [
        (b"<a>as it should be \xc3\xa9</a>", "as it should be é", 0),
        (b"<a>bell \x07</a>", "bell ", 1),
        (b"<a>nul \x00 \x0b</a>", "nul  ", 2),
        (b"<a>half \xc3</a>", "half �", 1),
        (b"<a>&#0;&#x1F;&#65;&#xD800;&#99999999999;</a>", "A", 4),
    ],
)
def test_characters_that_are_no_xml(body, text, n_mended):
    root, found = parsed_xml(body)
    assert (root.text, found) == (text, n_mended)


@pytest.mark.parametrize("body", [b"<a>", b"<a></b>", b"<a>\x07</b>", b"plain", b""])
def test_what_is_no_xml_either_way(body):
    with pytest.raises(TransientError, match="the answer is no XML"):
        parsed_xml(body)


@given(st.binary(max_size=60))
def test_any_text_in_an_element(text):
    try:
        root, _ = parsed_xml(b"<a>" + text.replace(b"<", b"").replace(b"&", b"") + b"</a>")
    except TransientError:
        return
    assert root.tag == "a"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("", 0), ("7", 7), ("100000", 100_000), ("-5", 0), ("inf", 0), ("nan", 0), ("soon", 0),
     ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("Wed, 99 Oct 2015", 0)],
)  # fmt: skip
def test_what_a_header_asks_for(header, seconds):
    assert retry_after_s(header) == seconds


def test_a_date_to_come():
    assert retry_after_s("Thu, 21 Oct 2100 07:28:00 GMT") > 1e6
    assert retry_after_s("Thu, 21 Oct 2100 07:28:00 -0000") > 1e6
