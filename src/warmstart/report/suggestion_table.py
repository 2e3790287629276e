"""Suggestions as a table for the terminal, or for a file."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from warmstart.recommend.answer.explain import chance, regret_sentence
from warmstart.report.asked_columns import cost_columns, cost_notes, measured_column
from warmstart.report.numbers import NOTHING, decimals_for, number, seconds

if TYPE_CHECKING:
    from rich.text import Text

    from warmstart.recommend.answer.suggestion import Suggestion
    from warmstart.recommend.answer.suggestions import Suggestions

_GAP = "  "
_INDENT = 4
_NAME_WIDTH = 30


def short_settings(configuration: Mapping[str, Any], learner: str) -> list[str]:
    """Hyperparameters as ``name=value``: the learner's own first, then the preprocessing.

    Examples
    --------
    >>> short_settings({"encoding": "one_hot", "learner": "ridge", "ridge:alpha": 0.123456,
    ...                 "reduction": "none"}, "ridge")
    ['alpha=0.1235', 'encoding=one_hot']
    """
    prefix = f"{learner}:"
    own: list[str] = []
    others: list[str] = []
    for name, value in configuration.items():
        if name == "learner" or (name == "reduction" and value == "none"):
            continue
        shown = f"{value:.4g}" if isinstance(value, float) else str(value)
        (own if name.startswith(prefix) else others).append(
            f"{name.removeprefix(prefix)}={shown}"
        )
    return own + others


def name_of(suggestion: Suggestion) -> str:
    """Its learner; without one its values, as many as fit, or its id where it has none.

    Examples
    --------
    >>> from warmstart.recommend.answer.suggestion import Suggestion
    >>> name_of(Suggestion(configuration={"lr": 0.25, "depth": 3}, configuration_id="c7"))
    'lr=0.25, depth=3'
    """
    if suggestion.learner:
        return suggestion.learner
    settings = short_settings(suggestion.configuration, "")
    while len(settings) > 1 and len(", ".join(settings)) > _NAME_WIDTH:
        settings.pop()
    # Of one long value little can be read.
    return ", ".join(settings)[:_NAME_WIDTH] or str(suggestion.configuration_id)


def suggestion_table(suggestions: Suggestions, *, width: int = 80) -> Text:
    """Lay suggestions out: a row of expectations each, and the settings below it.

    Parameters
    ----------
    suggestions : Suggestions
    width : int
        Characters a line may have; settings are wrapped.

    Returns
    -------
    rich.text.Text
        ``.plain`` is the same without styles.
    """
    from rich.text import Text

    names = [name_of(s) for s in suggestions]
    places = decimals_for(s.score for s in suggestions)
    named = "learner" if any(s.learner for s in suggestions) else "configuration"
    columns = {
        "#": [str(rank) for rank in range(1, len(names) + 1)],
        named: names,
        "expected": [number(s.score, places) for s in suggestions],
        "90 % interval": [_interval(s, places) for s in suggestions],
        **measured_column(suggestions, places),
        **cost_columns(suggestions),
        "seconds": [seconds(s.cost_s) for s in suggestions],
    }
    columns = _with_room(
        columns,
        {
            "regret": [number(s.regret, places) for s in suggestions],
            "P(best)": [share(s.p_best) for s in suggestions],
        },
        width,
    )
    widths = {head: max(map(len, [head, *cells])) for head, cells in columns.items()}
    widths["#"] = max(widths["#"], _INDENT - len(_GAP))

    def line(cells: Mapping[str, str]) -> str:
        padded = [
            text.ljust(widths[head]) if head == named else text.rjust(widths[head])
            for head, text in cells.items()
        ]
        return _GAP.join(padded).rstrip()

    table = Text(line({head: head for head in columns}) + "\n", style="bold")
    for i, suggestion in enumerate(suggestions):
        row = Text(line({head: cells[i] for head, cells in columns.items()}), style="not bold")
        start = widths["#"] + len(_GAP)
        row.stylize("bold cyan", start, start + len(names[i]))
        settings = short_settings(suggestion.configuration, suggestion.learner)
        table.append_text(row)
        table.append("\n")
        if settings and names[i] != ", ".join(settings):
            table.append(_wrapped(settings, width) + "\n", style="not bold dim")
    return table


def _with_room(
    columns: dict[str, list[str]], more: Mapping[str, list[str]], width: int
) -> dict[str, list[str]]:
    """With those further columns, before the last, that tell something and fit."""
    for head, cells in more.items():
        if all(cell == NOTHING for cell in cells):
            continue
        last = list(columns)[-1]
        wider = {**columns, head: cells}
        wider[last] = wider.pop(last)
        if sum(max(map(len, [name, *wider[name]])) + len(_GAP) for name in wider) <= width:
            columns = wider
    return columns


def headline(suggestions: Suggestions) -> str:
    """What the suggestions are for, in one sentence."""
    schema = suggestions[0].schema if len(suggestions) else None
    about = [str(suggestions.task_type)] if suggestions.task_type else []
    if schema is not None:
        about += [f"{schema.n_rows:,} rows", f"{len(schema.columns):,} columns"]
    name = suggestions.dataset or "a new task"
    kind = f" ({', '.join(about)})" if about else ""
    if len(suggestions) == 1:
        return f"1 configuration for {name}{kind}"
    return f"{len(suggestions)} configurations for {name}{kind}, in order"


def footnotes(suggestions: Suggestions) -> list[str]:
    """What the columns of the table mean and what they rest on."""
    from warmstart.metrics import METRICS

    metric = suggestions.metric or "score"
    sign = metric in METRICS and METRICS[metric].is_loss
    lost = " with its sign changed, so that higher is better," if sign else ""
    known = f", learned from {suggestions.knowledge}" if suggestions.knowledge else ""
    total = sum(s.cost_s for s in suggestions)
    notes = [] if suggestions.look is None else [suggestions.look.summary()]
    notes += [
        f"Expected: {metric}{lost} on rows held out{known}. The interval is wide by what all "
        "share, how hard the data is; it does not tell them apart.",
        *_regret_note(suggestions),
        "Seconds: one fit on one core of this machine"
        + (f"; {seconds(total)} for all of them." if total == total else "."),
        *cost_notes(suggestions),
    ]
    near = [n.name for n in suggestions.neighbours[:3]]
    if near:
        notes.append(f"Known tasks most like it: {'; '.join(near)}.")
    return notes


def _regret_note(suggestions: Suggestions) -> list[str]:
    """What tells them apart: how far from the best known the first few are expected to be.

    Nothing where nothing can be said.
    """
    said = regret_sentence(suggestions)
    if not said:
        return []
    return [
        f"{said}. Regret: how far from it each is by itself; "
        "P(best): how likely it is the best."
    ]


def wrapped(text: str, width: int) -> str:
    """Text with long lines broken between words, each part indented as its line.

    Examples
    --------
    >>> print(wrapped("  one two three four five", 20))
      one two three four
      five
    """
    lines = []
    for line in text.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        lines += textwrap.wrap(
            line.strip(),
            max(width, 20),
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return "\n".join(lines)


def _wrapped(settings: list[str], width: int) -> str:
    return wrapped(" " * _INDENT + ", ".join(settings), width)


def _interval(suggestion: Suggestion, places: int) -> str:
    low, high = suggestion.score_low, suggestion.score_high
    if low != low or high != high:
        return NOTHING
    return f"{number(low, places)} to {number(high, places)}"


def share(value: float) -> str:
    """A probability in per cent.

    Examples
    --------
    >>> share(0.123), share(0.0004), share(float("nan")) == NOTHING
    ('12 %', '<1 %', True)
    """
    if value != value:
        return NOTHING
    return chance(value)
