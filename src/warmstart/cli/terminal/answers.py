"""How suggestions are printed, in each of the formats."""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING

from warmstart._extras import require
from warmstart.cli.terminal.flags import as_typed
from warmstart.cli.terminal.output import results

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestions import Suggestions


class Format(str, Enum):
    """How suggestions are printed."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    yaml = "yaml"
    csv = "csv"
    python = "python"


def check_format(form: Format) -> None:
    """Refuse a format whose library is missing, before anything is read."""
    if form is Format.yaml:
        require("yaml", extra="yaml")


def print_table(suggestions: Suggestions, explain: bool) -> None:
    """The table with its notes, or the explanation instead."""
    from warmstart.report.suggestion_table import footnotes, headline, suggestion_table, wrapped

    console = results()
    width = console.width
    if explain:
        console.print(wrapped(as_typed(suggestions.explain()), width), soft_wrap=True)
        return
    console.print(wrapped(headline(suggestions), width), style="bold", soft_wrap=True)
    console.print()
    console.print(suggestion_table(suggestions, width=width), soft_wrap=True)
    for note in footnotes(suggestions):
        console.print(wrapped(note, width), soft_wrap=True)


def written(suggestions: Suggestions, form: Format, file: str) -> str:
    """Suggestions for a file as text that programs read."""
    if form is Format.jsonl:
        import json

        found = {"file": file, **json.loads(suggestions.to_json())}
        return json.dumps(found, ensure_ascii=False)
    if form is Format.json:
        return suggestions.to_json(indent=2)
    if form is Format.csv:
        return suggestions.to_frame().to_csv(lineterminator="\n").rstrip("\n")
    if form is Format.yaml:
        import json

        yaml = require("yaml", extra="yaml")
        found = json.loads(suggestions.to_json())
        text: str = yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=math.inf)
        return text.rstrip("\n")
    from warmstart.report.code.pipelines import python_code

    return python_code(suggestions).rstrip("\n")
