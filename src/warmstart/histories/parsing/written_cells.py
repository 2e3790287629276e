"""Numbers of run tables as people write them, made plain before anything reads them.

"0,123" is less than one and "1 250" is more than a thousand. What a cell leaves open its
column says, and what the column leaves open the other columns of the file say.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warmstart.histories.runs.remarks import Remarks
from warmstart.tables.written_numbers import Marks, marks_in, numbers_in, settled

_ODD = r"[,$%()']|[0-9] |^\s|\s$|\..*\.|[^\x00-\x7F]"
"""Words that need a second look; if a file has none, its numbers are plain."""

_UNBRACKETED = re.compile(r"[^()\[\]{}%$]*")


@dataclass(slots=True)
class _Column:
    marks: Marks = field(default_factory=Marks)
    has_odd: bool = False
    all_numbers: bool = True
    """Whether all odd words are numbers without brackets, currencies and shares."""


def plain_blocks(
    blocks: Callable[[], Iterable[pa.RecordBatch]],
    numbers: Iterable[str],
    either: Iterable[str],
    remarks: Remarks,
) -> Callable[[], Iterator[pa.RecordBatch]]:
    """The blocks of a table, in which text that stands for numbers is plain.

    Parameters
    ----------
    blocks : callable
        Reads the table from its beginning.
    numbers : iterable of str
        Columns that hold nothing but numbers.
    either : iterable of str
        Columns that may hold words as well: hyperparameters. "(64,32)" is none, and a column
        whose decimal mark is not that of the scores, or of which only "64,128" is known,
        holds lists.
    remarks : Remarks
        Told which columns were read so, with a word of each.
    """
    numbers, either = set(numbers), set(either) - set(numbers)
    found = {name: _Column() for name in sorted(numbers | either)}
    for block in blocks():
        for name, column in found.items():
            column.has_odd |= _has_odd(block.column(name))
    if not any(column.has_odd for column in found.values()):
        return lambda: iter(blocks())
    for block in blocks():
        for name, column in found.items():
            if pa.types.is_string(block.column(name).type):
                _look(column, _distinct(block.column(name)))
    commas = _decided(found, numbers, remarks)
    remarked: set[str] = set()

    def plain() -> Iterator[pa.RecordBatch]:
        for block in blocks():
            for name, comma in commas.items():
                if _has_odd(block.column(name)) or comma:
                    block = _rewritten(block, name, comma, remarked, remarks)
            yield block

    return plain


def plain_words(
    columns: Mapping[str, Iterable[str]], numbers: Iterable[str], remarks: Remarks
) -> dict[str, dict[str, str]]:
    """Plain text of each distinct word of some columns, as :func:`plain_blocks` decides."""
    numbers = set(numbers)
    found, words = {}, {name: sorted(set(given)) for name, given in columns.items()}
    for name, given in words.items():
        found[name] = _Column(has_odd=any(re.search(_ODD, word) for word in given))
        _look(found[name], given)
    commas: Mapping[str, bool] = {}
    if any(column.has_odd for column in found.values()):
        commas = _decided(found, numbers, remarks)
    texts = {}
    for name, given in words.items():
        plain = _plain(given, commas[name]) if name in commas else given
        texts[name] = dict(zip(given, plain, strict=True))
        _tell(name, texts[name], remarks)
    return texts


def _has_odd(cells: pa.Array) -> bool:
    return pa.types.is_string(cells.type) and bool(
        pc.any(pc.match_substring_regex(cells, _ODD)).as_py()
    )


def _distinct(cells: pa.Array) -> list[str]:
    return [word for word in pc.unique(cells).to_pylist() if word is not None]


def _look(column: _Column, words: list[str]) -> None:
    words = [word.strip() for word in words]
    new, old = marks_in(words), column.marks
    column.marks = Marks(
        old.n_comma + new.n_comma, old.n_point + new.n_point, old.unclear or new.unclear
    )
    odd = [word for word in words if re.search(_ODD, word)]
    column.all_numbers &= all(map(_UNBRACKETED.fullmatch, odd)) and bool(
        np.isfinite(numbers_in(np.array(odd, object))).all()
    )


def _decided(
    found: Mapping[str, _Column], numbers: set[str], remarks: Remarks
) -> dict[str, bool]:
    """Whether decimals follow a comma, for each column that holds numbers."""
    sure = {name: column.marks for name, column in found.items() if name in numbers}
    of_numbers = {marks.comma for marks in sure.values()} - {None}
    # Commas of thousands or of decimals in a column of numbers tell what theirs are.
    grouped = True in of_numbers or any(found[name].has_odd for name in sure)
    for name, column in found.items():
        if name in numbers:
            if column.marks.mixed:
                remarks.say(f"{name} holds decimal points and decimal commas: both are read")
        elif column.has_odd and column.all_numbers:
            said = column.marks.comma
            if column.marks.mixed or (said and False in of_numbers):
                remarks.say(
                    f"{name} holds commas between digits where other numbers have decimal "
                    "points: taken for lists, which are words"
                )
            elif said is None and column.marks.unclear and not grouped:
                remarks.say(
                    f"{name} holds commas between digits, of thousands or of lists such as "
                    "widths of layers: taken for lists, which are words"
                )
            else:
                sure[name] = column.marks
        elif not column.has_odd and column.marks.n_point == 0 and column.marks.unclear:
            sure[name] = column.marks  # 1.250, which the others may tell
    return settled(sure)


def _plain(words: list[str], comma: bool) -> list[str]:
    values = numbers_in(np.array([word.strip() for word in words], object), comma=comma)
    return [
        _text(word, value) if np.isfinite(value) else word
        for word, value in zip(words, values.tolist(), strict=True)
    ]


def _text(word: str, value: float) -> str:
    """A number as Python reads it; what is plain stays as it is, to the last digit."""
    try:
        # pandas rounds the last digit of a few.
        if word.isascii() and "_" not in word and math.isclose(float(word), value):
            return word.strip()
    except ValueError:
        pass
    digits = "".join(str(int(c)) for c in word if c.isdecimal())
    if value.is_integer() and not digits.startswith("0") and float(digits) == abs(value):
        return f"{'-' if value < 0 else ''}{digits}"
    return repr(value)


def _rewritten(
    block: pa.RecordBatch, name: str, comma: bool, remarked: set[str], remarks: Remarks
) -> pa.RecordBatch:
    coded = block.column(name).dictionary_encode()
    words = coded.dictionary.to_pylist()
    plain = _plain(words, comma)
    if name not in remarked and _tell(name, dict(zip(words, plain, strict=True)), remarks):
        remarked.add(name)
    cells = pa.array(plain, pa.string()).take(coded.indices)
    return block.set_column(block.schema.get_field_index(name), name, cells)


def _tell(name: str, texts: Mapping[str, str], remarks: Remarks) -> bool:
    changed = [(word, text) for word, text in texts.items() if word.strip() != text]
    if changed:
        word, text = changed[0]
        remarks.say(f"{name} holds numbers as people write them: {word!r} is read as {text}")
    return bool(changed)
