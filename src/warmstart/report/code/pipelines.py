"""Suggested pipelines as Python source: plain scikit-learn, to read, change and keep."""

from __future__ import annotations

import inspect
import textwrap
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from warmstart._version import __version__
from warmstart.report.code.arguments import (
    arguments_of,
    has_default_names,
    public_module,
    quoted,
)
from warmstart.report.numbers import decimals_for, seconds
from warmstart.report.suggestion_table import name_of
from warmstart.tables.typed_columns import TypedColumns

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestion import Suggestion
    from warmstart.recommend.answer.suggestions import Suggestions

_WIDTH = 88
_ENDLESS = 10**9
_MAX_INLINE = 30
"""Characters a step may take inside its pipeline."""


def python_code(suggestions: Suggestions) -> str:
    """A module that builds every suggested pipeline, best first, in a list ``pipelines``.

    What the pipelines need beyond scikit-learn, such as the step that reads the columns,
    is imported from warmstart.

    Raises
    ------
    SpaceMismatchError, MissingExtraError
        As :meth:`warmstart.Suggestion.estimator`.
    """
    source = _Source()
    bodies = []
    for rank, suggestion in enumerate(suggestions, start=1):
        code = source.statements(suggestion.estimator(), str(rank))
        bodies.append(f"# {_comment(rank, suggestion, suggestions)}\n{code}")
    names = "".join(f"    pipeline_{rank},\n" for rank in range(1, len(suggestions) + 1))
    parts = [
        f"# Pipelines that warmstart {__version__} suggests for "
        f"{_line(suggestions.dataset or 'a dataset')}, best first.\n"
        "# Fit one with pipelines[0].fit(X, y), X a table with the columns below.",
        source.imports(),
        *source.constants(),
        *bodies,
        f"pipelines = [\n{names}]",
    ]
    return "\n\n".join(parts) + "\n"


def _comment(rank: int, suggestion: Suggestion, suggestions: Suggestions) -> str:
    text = f"{rank}. {name_of(suggestion)}"
    if suggestion.score == suggestion.score:
        places = decimals_for([suggestion.score])
        text += f": expected {suggestions.metric or 'score'} {suggestion.score:.{places}f}"
    if suggestion.cost_s == suggestion.cost_s:
        text += f", about {seconds(suggestion.cost_s)} s a fit"
    return _line(text)


def _line(text: str) -> str:
    """Text that cannot end a comment: no line breaks."""
    return " ".join(text.split())


class _Source:
    """Writes values as expressions and remembers what they need to be imported."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = defaultdict(set)
        self._constants: dict[str, list[Any]] = {}

    def statements(self, pipeline: Any, suffix: str) -> str:
        """Assign a pipeline, and each of its longer steps before it, to names."""
        lines, steps = [], []
        for name, step in pipeline.steps:
            written = self.of(step, width=_ENDLESS)
            if len(f"{name}_{suffix} = {written}") > _WIDTH:
                written = self.of(step, width=min(_WIDTH, len(written) - 1))
            if len(written) > _MAX_INLINE:
                lines.append(f"{name}_{suffix} = {written}")
                written = f"{name}_{suffix}"
            steps.append(("", _Verbatim(f'("{name}", {written})')))
        head = f"pipeline_{suffix} = {self._imported(type(pipeline))}(["
        more = "".join(
            f", {prefix}{self.of(value)}"
            for prefix, value in arguments_of(pipeline)
            if prefix not in ("", "steps=")
        )
        return "\n".join([*lines, self._joined(head, steps, f"]{more})", _WIDTH)])

    def of(self, value: Any, *, width: int = _WIDTH) -> str:
        """An expression that makes an equal value, broken to lines no wider than `width`."""
        if inspect.isfunction(value) or inspect.isclass(value):
            return self._imported(value)
        if isinstance(value, list | tuple):
            ends = ("[", "]") if isinstance(value, list) else ("(", ")")
            comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
            return self._joined(ends[0], [("", item) for item in value], comma + ends[1], width)
        if value is None or isinstance(value, bool | int | str):
            return quoted(value) if isinstance(value, str) else repr(value)
        if isinstance(value, float):
            return repr(value) if value == value else 'float("nan")'
        if isinstance(value, dict):
            items = [(f"{self.of(key)}: ", item) for key, item in value.items()]
            return self._joined("{", items, "}", width)
        return self._object(value, width)

    def imports(self) -> str:
        """Import statements for everything written so far."""
        lines = []
        for module in sorted(self._names):
            names = sorted(self._names[module])
            line = f"from {module} import {', '.join(names)}"
            if len(line) > _WIDTH:
                line = f"from {module} import (\n" + "".join(f"    {n},\n" for n in names) + ")"
            lines.append(line)
        return "\n".join(lines)

    def constants(self) -> list[str]:
        """Assignments of the lists that were given a name, filled to whole lines."""
        found = []
        for name, items in self._constants.items():
            flat = ", ".join(self.of(item, width=_ENDLESS) for item in items)
            line = f"{name} = [{flat}]"
            if len(line) > _WIDTH:
                # Broken between items only: a name may hold blanks.
                lines, row = [], ""
                for item in items:
                    text = self.of(item, width=_ENDLESS) + ","
                    if row and len(row) + len(text) > _WIDTH - 5:
                        lines.append(row)
                        row = ""
                    row += (" " if row else "") + text
                line = (
                    f"{name} = [\n" + textwrap.indent("\n".join([*lines, row]), "    ") + "\n]"
                )
            found.append(line)
        return found

    def _imported(self, thing: Any) -> str:
        name = thing.__name__
        self._names[public_module(thing)].add(name)
        return str(name)

    def _named(self, name: str, items: list[Any]) -> str:
        if self._constants.setdefault(name, items) == items:
            return name
        return self.of(items)

    def _object(self, value: Any, width: int) -> str:
        """A call of the class with the arguments that differ from their defaults."""
        kind = type(value)
        if kind.__name__ == "Pipeline" and has_default_names(value.steps):
            from sklearn.pipeline import make_pipeline

            head = self._imported(make_pipeline)
            return self._joined(f"{head}(", [("", step) for _, step in value.steps], ")", width)
        if isinstance(value, TypedColumns):
            head = self._imported(kind)
            columns = self._named("COLUMNS", list(map(tuple, value.columns)))
            rest = ", as_array=True" if value.as_array else ""
            return f"{head}({columns}{rest})"
        arguments = arguments_of(value)
        if kind.__name__ == "ColumnTransformer":
            branches = [
                _Branch(name, step, self._named(f"{name.upper()}_COLUMNS", list(columns)))
                for name, step, columns in value.transformers
            ]
            arguments[0] = ("", branches)
        return self._joined(f"{self._imported(kind)}(", arguments, ")", width)

    def _joined(self, head: str, items: list[tuple[str, Any]], tail: str, width: int) -> str:
        written = [prefix + self._item(item, _ENDLESS) for prefix, item in items]
        flat = f"{head}{', '.join(written)}{tail}"
        if len(flat) <= width or not items:
            return flat
        inner = width - 4
        broken = [prefix + self._item(item, inner - len(prefix) - 1) for prefix, item in items]
        body = "".join(f"{line},\n" for line in broken)
        return f"{head}\n{textwrap.indent(body, '    ')}{tail.lstrip(',')}"

    def _item(self, item: Any, width: int) -> str:
        if isinstance(item, _Branch):
            parts = [("", item.name), ("", item.step), ("", _Verbatim(item.columns))]
            return self._joined("(", parts, ")", width)
        return item.text if isinstance(item, _Verbatim) else self.of(item, width=width)


class _Verbatim:
    """Source that is written as it is."""

    def __init__(self, text: str) -> None:
        self.text = text


class _Branch:
    """One branch of a ColumnTransformer; its columns are the name of a constant."""

    def __init__(self, name: str, step: Any, columns: str) -> None:
        self.name, self.step, self.columns = name, step, columns
