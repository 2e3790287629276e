"""Every link of the built pages leads somewhere: ``python docs/links.py build/docs``.

Within the site, files and anchors are looked up. Addresses elsewhere are only checked for their
form here, as tests know no network; ``sphinx -b linkcheck`` asks them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links and anchors of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what leads away and what may be led to."""
        found = dict(attrs)
        for name in ("id", "name"):
            if found.get(name):
                self.anchors.add(str(found[name]))
        link = found.get("href" if tag in ("a", "link") else "src")
        if link and tag in ("a", "link", "img", "script"):
            self.links.append(link)


def broken(site: Path) -> Iterator[str]:
    """What leads nowhere, a line each."""
    pages = {path.resolve(): Page(path) for path in site.rglob("*.html")}
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https"):
                if not parts.netloc or " " in link:
                    yield f"{path.name}: {link} is no address"
                continue
            if parts.scheme:  # mailto, data
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                yield f"{path.name}: {link} is not there"
                continue
            anchor = unquote(parts.fragment)
            if anchor and target in pages and anchor not in pages[target].anchors:
                yield f"{path.name}: {link} has no such anchor"


if __name__ == "__main__":
    found = list(broken(Path(sys.argv[1])))
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.exit(1 if found else 0)
