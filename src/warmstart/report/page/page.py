"""An answer as one HTML file that needs nothing else: no network, no other file."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart._version import __version__
from warmstart.errors import SpaceMismatchError
from warmstart.metadataset.storage.files import write_atomically
from warmstart.report.code.tuners import TUNERS
from warmstart.report.page.html import bullets, neighbour_list, suggestion_rows, text
from warmstart.report.suggestion_table import footnotes, headline, name_of

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestions import Suggestions

_MOST_JSON = 500_000
"""Characters of the answer's own JSON that are shown; a page should open at once."""

_HOW = {
    "pmf": "Probabilistic matrix factorization over tasks and configurations: what known "
    "tasks have in common says how scores go together, meta-features of the data say what "
    "to expect of it, and the configurations are chosen together so that the best of them is "
    "expected to be as good as can be (Fusi, Sheth, Elibol, NeurIPS 2018).",
    "portfolio": "The ordered set of configurations that did best over all known tasks; the "
    "data is unlike those, so what it looks like was left aside.",
    "random": "Drawn at random.",
}


def write_page(suggestions: Suggestions, path: str | Path, *, measured: Any = None) -> Path:
    """Write what :meth:`warmstart.Suggestions.report` gives; a half-written file is never left.

    Parameters
    ----------
    suggestions : Suggestions
    path : path
    measured : Leaderboard, optional
        Shown beside what was expected.
    """
    path = Path(path)
    page = page_of(suggestions, measured=measured)
    write_atomically(path, lambda temporary: _write(temporary, page))
    return path


def _write(path: Path, page: str) -> None:
    path.write_text(page, "utf-8")


def page_of(suggestions: Suggestions, *, measured: Any = None) -> str:
    """The whole page as text."""
    rows = None
    if measured is not None:
        rows = {int(rank): row for rank, row in measured.to_dict("index").items()}
    title = f"Suggestions for {suggestions.dataset or 'a new task'}"
    sections = [
        _section("The data", _data(suggestions)),
        _section("Suggestions", _table(suggestions, rows)),
        _section("What to expect", bullets(footnotes(suggestions))),
        _section("Known tasks most like it", _neighbours(suggestions)),
        _section("Evidence", _evidence(suggestions)),
        _section("Code to copy", _code(suggestions)),
        _section("How it was computed", _method(suggestions)),
    ]
    head = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # Whatever the data holds, the page fetches nothing and sends nothing.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">"
        '<link rel="icon" href="data:,">'
        f"<title>{text(title)}</title><style>{_asset('page.css')}</style></head>"
    )
    return (
        f"{head}<body><header><h1>{text(title)}</h1>"
        f'<p class="soft">{text(headline(suggestions))}</p></header>'
        f"<main>{_warnings(suggestions)}{''.join(sections)}</main>"
        f'<footer><p class="soft">warmstart {text(__version__)}</p></footer>'
        f"<script>{_asset('page.js')}</script></body></html>\n"
    )


def _asset(name: str) -> str:
    return (files("warmstart.report") / "assets" / name).read_text("utf-8")


def _section(heading: str, body: str) -> str:
    return f"<section><h2>{text(heading)}</h2>{body}</section>" if body else ""


def _warnings(suggestions: Suggestions) -> str:
    said = list(suggestions.warnings)
    if suggestions.out_of_distribution and suggestions.out_of_distribution.reason:
        said.insert(0, suggestions.out_of_distribution.reason)
    return f'<div class="warnings">{bullets(said)}</div>' if said else ""


def _data(suggestions: Suggestions) -> str:
    schema = suggestions[0].schema if len(suggestions) else None
    pairs = [("name", suggestions.dataset), ("task", suggestions.task_type or "")]
    pairs.append(("judged by", suggestions.metric or ""))
    if schema is not None:
        kinds = Counter(column.kind for column in schema.columns)
        pairs += [
            ("rows", f"{schema.n_rows:,}"),
            ("columns", ", ".join(f"{n:,} {kind}" for kind, n in kinds.most_common())),
        ]
        if schema.min_class_count is not None:
            pairs.append(("rows of the rarest class", f"{schema.min_class_count:,}"))
    shown = "".join(f"<dt>{text(k)}</dt><dd>{text(v)}</dd>" for k, v in pairs if v)
    return f"<dl>{shown}</dl>"


def _table(suggestions: Suggestions, rows: Any) -> str:
    field = (
        '<div class="field" hidden><label for="filter">Show only those with</label>'
        '<input id="filter" type="search" autocomplete="off">'
        '<span id="count" role="status"></span></div>'
    )
    table = suggestion_rows(suggestions, measured=rows)
    return f"{field if len(suggestions) > 1 else ''}{_scroll(table, 'Suggestions')}"


def _scroll(table: str, name: str) -> str:
    """A table that a narrow screen scrolls, with the keyboard too."""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">{table}</div>'


def _neighbours(suggestions: Suggestions) -> str:
    table = neighbour_list(suggestions)
    reason = suggestions.out_of_distribution.reason
    said = "" if suggestions.out_of_distribution else reason
    return (_scroll(table, "Known tasks") if table else "") + (
        f"<p>{text(said)}</p>" if said else ""
    )


def _evidence(suggestions: Suggestions) -> str:
    """How each did on the nearest tasks, to be opened."""
    parts = []
    for rank, one in enumerate(suggestions, start=1):
        if one.evidence:
            lines = [
                f"{e.name}: {e.score:.3f}, number {e.rank} of {e.n_ranked}"
                for e in one.evidence
            ]
            name = text(f"{rank}. {name_of(one)}")
            parts.append(f"<details><summary>{name}</summary>{bullets(lines)}</details>")
    return "".join(parts)


def _code(suggestions: Suggestions) -> str:
    blocks = []
    try:
        from warmstart.report.code.pipelines import python_code

        blocks.append(("The pipelines, in scikit-learn", python_code(suggestions)))
    except (SpaceMismatchError, ImportError):
        pass  # nothing to build; the tuners take the values as they are
    blocks += list(TUNERS.items())
    written = suggestions.to_json(indent=1)
    if len(written) <= _MOST_JSON:
        blocks.append(("suggestions.json, which these read", written))
    return "".join(
        f"<details><summary>{text(name)}</summary>"
        f'<pre class="code" tabindex="0">{text(code)}</pre></details>'
        for name, code in blocks
    )


def _method(suggestions: Suggestions) -> str:
    how = _HOW.get(suggestions.strategy, f"By {suggestions.strategy}.")
    known = f" It rests on {suggestions.knowledge}." if suggestions.knowledge else ""
    return f"<p>{text(how + known)}</p>"
