"""Lines that an unclosed quote makes one row of, and cells that may have line breaks.

Also of: datasets.readers.csv.dialect, datasets.readers.csv.lines, datasets.readers.csv.reader.
"""

import gzip

import pandas as pd
import pytest

from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.csv.quotes import merged_lines
from warmstart.datasets.readers.files import read_file
from warmstart.errors import DatasetError

HEAD = "note,rate,score\n"


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("x,.1,.5\ny,.2,.6\n", []),
        ('"x,.1,.5\ny,.2,.6\nz",.3,.7\nw,.4,.8\n', [(2, 4)]),
        ('"x,.1,.5\r\ny,.2,.6\r\n"z,.3,.7\r\n', [(2, 4)]),
        ('a,.1,.5\n\nb,.2,.6\n"x,.1,.5\nz",.3,.7\n', [(5, 6)]),
        ('x,.1,".5\ny,.2,.6"\n', [(2, 3)]),
        ('x,".1,.5\ny,.2",.6\n"z,.2,.7\nw",.3,.8\n', [(2, 3), (4, 5)]),
        ('x,.1,.5\n"y,.2,.6\nz,.3,.7\n', [(3, 4)]),  # to the end
        ('"two\nlines",.1,.5\n', []),
        ('"two, or more,\n\nlines, of text",.1,.5\n', []),
        ('"""quoted"", twice\n""over""",.1,.5\n', []),
    ],
)
def test_only_what_looks_like_rows_is_told(rows, found):
    assert list(merged_lines((HEAD + rows).splitlines(keepends=True))) == found


def test_a_cell_longer_than_any_should_be():
    lines = [HEAD, '"x,.1,.5\n', *(f"n{k},.1,.5\n" for k in range(20_000))]
    ((first, _),) = merged_lines(lines)
    assert first == 2


def test_text_in_one_column_is_left_alone():
    assert list(merged_lines(["note\n", '"a\n', 'b"\n'])) == []


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_dataset_says_so(tmp_path, separator):
    text = (HEAD + 'a,1,2\n"x,3,4\ny,5,6\nz",7,8\n' + "b,9,1\n" * 9).replace(",", separator)
    path = tmp_path / "data.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    notes = Notes()
    assert len(read_file(path, notes)) == 11
    assert any("Lines 3 to 5 are read as one row" in line for line in notes.sentences())


def test_a_dataset_with_line_breaks_in_its_cells_says_nothing(tmp_path):
    frame = pd.DataFrame({"note": ["one, two\nthree"] * 9, "x": range(9), "y": range(9)})
    frame.to_csv(tmp_path / "data.csv", index=False)
    notes = Notes()
    read = read_file(tmp_path / "data.csv", notes)
    assert read["note"].tolist() == frame["note"].tolist()
    assert list(notes.sentences()) == []


def test_a_quote_open_to_the_end_is_refused(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(HEAD + 'a,1,2\n"x,3,4\ny,5,6\n')
    with pytest.raises(DatasetError, match="quotes must be closed"):
        read_file(path, Notes())
