"""The page: one file that fetches nothing, with nothing of the data as markup.

Also of: report.code.tuners, report.page.html.
"""

from html.parser import HTMLParser

import pandas as pd
import pytest
from tests.unit.report.answers import EVIL, make

from warmstart.report.page.page import page_of

VOID = {"meta", "link", "input", "br", "img", "path", "rect"}


class Reader(HTMLParser):
    """Tags, attributes and text; and whether tags are closed in order."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.open, self.text = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert not reader.open
    return reader


def leaderboard(n=3):
    return pd.DataFrame(
        {"measured": [0.9] * (n - 1) + [float("nan")], "measured_std": 0.01, "error": EVIL},
        index=range(1, n + 1),
    )


@pytest.mark.parametrize("measured", [None, leaderboard()])
@pytest.mark.parametrize("n", [0, 1, 3])
def test_nothing_of_the_data_is_markup(n, measured):
    plain, evil = (read(page_of(make(w, n=n), measured=measured)) for w in ("", EVIL))
    assert evil.tags == plain.tags
    assert [name for name, _ in evil.attributes] == [name for name, _ in plain.attributes]
    assert "".join(evil.text).count(EVIL.split("{")[0]) > 2


def test_fetches_nothing():
    page = page_of(make())
    attributes = dict(read(page).attributes)
    assert not {"src", "srcset", "action"} & set(attributes)
    assert [v for k, v in read(page).attributes if k == "href"] == ["data:,"]
    assert "http://" not in page
    assert "https://" not in page
    assert "default-src 'none'" in page
    assert "@import" not in page
    assert "url(" not in page


def test_holds_all_that_was_said():
    text = "".join(read(page_of(make(), measured=leaderboard())).text)
    for part in ("toy", "200", "0.900 ±", "Unlike.", "One row dropped.", "Optuna", "24 tasks"):
        assert part in text.replace("\N{NO-BREAK SPACE}", " ")


def test_is_small_and_written_whole(tmp_path):
    path = make(n=100).report(tmp_path / "new" / "out.html")
    assert path.stat().st_size < 500_000
    assert [one.name for one in path.parent.iterdir()] == ["out.html"]
    assert path.read_text("utf-8").startswith("<!DOCTYPE html>")
