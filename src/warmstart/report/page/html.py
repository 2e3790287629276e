"""Suggestions as HTML: tables and bars that a notebook shows and a page is made of.

Everything that comes from data, its names and values, is escaped here, at the one place
where it becomes markup.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from warmstart.report.numbers import decimals_for, number, seconds
from warmstart.report.suggestion_table import (
    footnotes,
    headline,
    name_of,
    share,
    short_settings,
)

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestion import Suggestion
    from warmstart.recommend.answer.suggestions import Suggestions

_BAR_WIDTH = 160

_NOTEBOOK_STYLE = """
.warmstart-answer table{border-collapse:collapse;margin:.5em 0}
.warmstart-answer th,.warmstart-answer td{padding:.2em .7em;text-align:right;vertical-align:top}
.warmstart-answer .words{text-align:left}
.warmstart-answer .settings{opacity:.75;font-size:90%;max-width:40em}
.warmstart-answer svg{display:block}
"""


def text(value: Any) -> str:
    """Anything as text that is no markup, quotes included."""
    return escape(str(value), quote=True)


def text_html(plain: str) -> str:
    """Lines of plain text as they are."""
    return f"<pre>{text(plain)}</pre>"


def suggestions_html(suggestions: Suggestions) -> str:
    """What a notebook shows of an answer."""
    notes = [*footnotes(suggestions)]
    if suggestions.out_of_distribution and suggestions.out_of_distribution.reason:
        notes.append(suggestions.out_of_distribution.reason)
    notes += [f"Note: {warning}" for warning in suggestions.warnings]
    return (
        f'<div class="warmstart-answer"><style>{_NOTEBOOK_STYLE}</style>'
        f"<p><b>{text(headline(suggestions))}</b></p>"
        f"{suggestion_rows(suggestions)}"
        f"{neighbour_list(suggestions)}"
        + "".join(f"<p>{text(note)}</p>" for note in notes)
        + "</div>"
    )


def suggestion_rows(
    suggestions: Suggestions, *, measured: Mapping[int, Mapping[str, Any]] | None = None
) -> str:
    """The table: rank, learner and settings, expectation with its bar, seconds.

    Parameters
    ----------
    suggestions : Suggestions
    measured : mapping of rank to row, optional
        Rows of a :class:`~warmstart.execution.leaderboard.Leaderboard`.
    """
    if not len(suggestions):
        return "<p>No configuration.</p>"
    measured = measured or _looked_at(suggestions)
    places = decimals_for(s.score for s in suggestions)
    span = _span(suggestions)
    heads = ["#", "learner and settings", "expected", "90 % interval"]
    heads += ["measured"] if measured else []
    any_regret = any(s.regret == s.regret for s in suggestions)
    heads += ["regret", "P(best)"] if any_regret else []
    heads += ["seconds"]
    from_best = {"expected", "90 % interval", "measured", "P(best)"}
    rows = []
    for rank, one in enumerate(suggestions, start=1):
        settings = ", ".join(short_settings(one.configuration, one.learner))
        cells = [
            _cell(str(rank), rank),
            _cell(
                f'<b>{text(name_of(one))}</b><div class="settings">{text(settings)}</div>',
                name_of(one),
                words=True,
            ),
            _cell(number(one.score, places), one.score),
            _cell(interval_bar(one, span, places, measured.get(rank)), one.score_low),
        ]
        if measured:
            cells.append(_measured_cell(measured.get(rank), places))
        if any_regret:
            cells.append(_cell(number(one.regret, places), one.regret))
            cells.append(_cell(share(one.p_best), one.p_best))
        cells.append(_cell(seconds(one.cost_s), one.cost_s))
        # On a narrow screen a row is a card, and each cell says what it is.
        named = (
            cell.replace("<td ", f'<td data-label="{text(name)}" ', 1)
            for cell, name in zip(cells, heads, strict=True)
        )
        rows.append(f"<tr>{''.join(named)}</tr>")
    head = "".join(
        f'<th scope="col"{_words(k == 1)}'
        + (' data-first="descending"' if name in from_best else "")
        + (' data-sorted="ascending"' if k == 0 else "")
        + f">{text(name)}</th>"
        for k, name in enumerate(heads)
    )
    return (
        '<table class="suggestions sortable"><thead><tr>'
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def interval_bar(
    one: Suggestion,
    span: tuple[float, float],
    places: int,
    measured: Mapping[str, Any] | None = None,
) -> str:
    """The central 90 % as a bar, the median as a tick, a diamond where it was measured."""
    low, high = one.score_low, one.score_high
    if not (math.isfinite(low) and math.isfinite(high)):
        return "?"
    words = f"{number(low, places)} to {number(high, places)}"
    left, right, middle = (_at(x, span) for x in (low, high, one.score))
    mark = ""
    if measured and math.isfinite(measured["measured"]):
        x = _at(measured["measured"], span)
        mark = f'<path class="measured" d="M{x:.1f} 2l4 5l-4 5l-4 -5z"/>'
        words += f", measured {number(measured['measured'], places)}"
    return (
        f'<svg width="{_BAR_WIDTH}" height="14" viewBox="0 0 {_BAR_WIDTH} 14" role="img" '
        f'aria-label="{text(words)}"><title>{text(words)}</title>'
        f'<rect class="range" x="{left:.1f}" y="4" width="{max(right - left, 1):.1f}" '
        'height="6" rx="3" fill="currentColor" fill-opacity=".3"/>'
        f'<rect class="median" x="{middle - 1:.1f}" y="1" width="2" height="12" '
        f'fill="currentColor"/>{mark}</svg>'
    )


def neighbour_list(suggestions: Suggestions) -> str:
    """The known tasks most like it, and what did best on each."""
    if not suggestions.neighbours:
        return ""
    rows = "".join(
        f"<tr>{_cell(text(n.name), n.name, words=True)}"
        f"{_cell(f'{n.similarity:.2f}', n.similarity)}"
        f"{_cell(text(n.best_learner), n.best_learner, words=True)}</tr>"
        for n in suggestions.neighbours
    )
    return (
        '<table class="neighbours sortable"><thead><tr>'
        '<th scope="col" class="words">known task</th>'
        '<th scope="col" data-first="descending" data-sorted="descending">similarity</th>'
        '<th scope="col" class="words">best learner there</th>'
        f"</tr></thead><tbody>{rows}</tbody></table>"
    )


def bullets(lines: Iterable[str]) -> str:
    """Sentences as a list."""
    return "<ul>" + "".join(f"<li>{text(line)}</li>" for line in lines) + "</ul>"


def _looked_at(suggestions: Suggestions) -> dict[int, Mapping[str, Any]]:
    """What a look measured, as rows of a leaderboard."""
    return {
        rank: {"measured": s.measured, "measured_std": s.measured_std}
        for rank, s in enumerate(suggestions, start=1)
        if s.n_measured
    }


def _measured_cell(row: Mapping[str, Any] | None, places: int) -> str:
    if row is None:
        return _cell("", math.nan)
    if not math.isfinite(row["measured"]):
        return _cell(text(row.get("error") or "failed"), math.nan)
    error = row["measured_std"]
    shown = number(row["measured"], places)
    if math.isfinite(error):
        shown += f"\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}{number(error, places)}"
    return _cell(shown, row["measured"])


def _cell(markup: str, value: Any, *, words: bool = False) -> str:
    """A cell with what it is sorted by; NaN sorts last."""
    by = value if not isinstance(value, float) or math.isfinite(value) else ""
    return f'<td data-by="{text(by)}"{_words(words)}>{markup}</td>'


def _words(is_words: bool) -> str:
    return ' class="words"' if is_words else ""


def _span(suggestions: Suggestions) -> tuple[float, float]:
    """Lowest and highest bound of all intervals."""
    bounds = [x for s in suggestions for x in (s.score_low, s.score_high, s.score)]
    known = [x for x in bounds if math.isfinite(x)]
    return (min(known), max(known)) if known else (0.0, 1.0)


def _at(value: float, span: tuple[float, float]) -> float:
    """Pixels from the left."""
    low, high = span
    share = (value - low) / (high - low) if high > low else 0.5
    return 4 + min(max(share, 0.0), 1.0) * (_BAR_WIDTH - 8)
