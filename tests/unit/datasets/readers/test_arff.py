"""ARFF: the dense and the sparse grammar, against scikit-learn's own reader.

Also of: datasets.readers.arff_columns, datasets.readers.sources.
"""

import io

import numpy as np
import pandas as pd
import pytest
import scipy.io.arff

from warmstart.datasets.load import load_dataset
from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.arff import parse_arff
from warmstart.errors import DatasetError

WEATHER = """% a comment
@RELATION 'the weather'

@attribute outlook {sunny, 'partly cloudy', rainy}
@attribute temperature REAL
@attribute "the humidity" integer
@attribute note string
@attribute day date 'yyyy-MM-dd'
@ATTRIBUTE play {yes,no}

@DATA
% another comment
sunny,85.5,85,'it''s hot',2020-01-31,no
'partly cloudy', 80 ,?,"say \\"hi\\", twice",?,yes

rainy,-1e3,70,?,2021-02-01,yes
"""


def parse(text, notes=None):
    return parse_arff(text, "file", notes or Notes())


def test_dense():
    frame = parse(WEATHER.replace("it''s", "it\\'s"))
    assert list(frame.columns) == [
        "outlook", "temperature", "the humidity", "note", "day", "play",
    ]  # fmt: skip
    assert frame["outlook"].tolist() == ["sunny", "partly cloudy", "rainy"]
    assert frame["outlook"].cat.categories.tolist() == ["sunny", "partly cloudy", "rainy"]
    assert frame["temperature"].tolist() == [85.5, 80.0, -1000.0]
    np.testing.assert_array_equal(frame["the humidity"], [85, np.nan, 70])
    assert frame["note"].tolist() == ["it's hot", 'say "hi", twice', None]
    assert frame["day"].isna().tolist() == [False, True, False]
    assert frame["day"][0] == pd.Timestamp("2020-01-31")


def test_sparse():
    frame = parse(
        "@relation r\n@attribute a numeric\n@attribute b {p,'q r'}\n@attribute c numeric\n"
        "@data\n{0 1.5, 2 -3}\n{}\n{1 'q r',2 ?}\n"
    )
    assert frame["a"].tolist() == [1.5, 0, 0]
    assert frame["b"].tolist() == ["p", "p", "q r"]
    np.testing.assert_array_equal(frame["c"], [-3, 0, np.nan])


def test_unquoted_cells_take_the_fast_way_to_the_same_frame():
    head = "@relation r\n@attribute a numeric\n@attribute b {p,q}\n@attribute c string\n@data\n"
    rows = "".join(f"{i}.25, {'pq'[i % 2]} , word {i}\n" for i in range(5)) + "?,?,?\n"
    slow = rows.replace("word 0", "'word 0'")
    pd.testing.assert_frame_equal(parse(head + rows), parse(head + slow))


def test_agrees_with_scipy():
    text = "@relation r\n@attribute a real\n@attribute b {p,q}\n@data\n" + "".join(
        f"{i / 7},{'pq'[i % 2]}\n" for i in range(40)
    )
    data, _ = scipy.io.arff.loadarff(io.StringIO(text))
    frame = parse(text)
    np.testing.assert_allclose(frame["a"], data["a"], rtol=1e-15)
    assert frame["b"].tolist() == [level.decode() for level in data["b"]]


def test_no_rows():
    frame = parse("@relation r\n@attribute a real\n@attribute b {p,q}\n@data\n")
    assert frame.shape == (0, 2)


def test_undeclared_level_is_kept_and_told():
    notes = Notes()
    frame = parse("@relation r\n@attribute b {p,q}\n@data\np\nx\n", notes)
    assert frame["b"].tolist() == ["p", "x"]
    assert "does not declare: 'b' ('x')" in notes.sentences()[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("@relation r\n@attribute a real\n", "no @data line"),
        ("@relation r\n@data\n1\n", "declares no attributes"),
        ("@relation r\nnonsense\n@data\n", "line 2: expected @attribute"),
        ("@relation r\n@attribute a\n@data\n", "line 2: cannot read"),
        ("@relation r\n@attribute a relational\n@data\n", "of type 'relational'"),
        ("@relation r\n@attribute a real\n@data\n1\ntwo\n", "'a' is numeric.*'two'"),
        ("@relation r\n@attribute a real\n@data\n1\n1,2\n", "line 5: expected 1 cells, got 2"),
        (
            "@relation r\n@attribute a real\n@attribute b real\n@data\n1,2\n1\n",
            "line 6: expected 2 cells, got 1",
        ),
        ("@relation r\n@attribute a real\n@data\n{3 1}\n", "line 4: attribute 3 of 1"),
        ("@relation r\n@attribute a real\n@data\n{0 1\n", "ends with a brace"),
    ],
)
def test_broken_grammar_names_the_line(text, told):
    with pytest.raises(DatasetError, match=told):
        parse(text)


def test_load_dataset(tmp_path):
    path = tmp_path / "weather.arff"
    text = WEATHER.replace("it''s", "it\\'s") + "rainy,5,71,?,2021-02-02,no\n"
    path.write_bytes(text.replace("hot", "heiß").encode("latin-1"))
    dataset = load_dataset(path, target="play")
    assert dataset.name == "weather"
    assert dataset.task_type == "binary"
    assert dataset.schema.names("numeric") == ["temperature", "the humidity"]
    assert dataset.schema.names("date") == ["day"]
    assert "Latin-1" in dataset.warnings[0]


def test_other_suffix_is_told_by_content(tmp_path):
    path = tmp_path / "weather.txt"
    path.write_text(
        "@relation r\n@attribute a real\n@attribute y {p,q}\n@data\n1,p\n2,q\n3,p\n"
    )
    assert load_dataset(path, target="y").n_rows == 3


HEAD = "@relation r\n@attribute a numeric\n@attribute b {x,y}\n@data\n"


def read_text(text):
    notes = Notes()
    return parse_arff(text, "f.arff", notes), "\n".join(notes.sentences())


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            "{0 2,junk}",
            r"line 6: a sparse cell is an attribute's number and a value, got 'junk'",
        ),
        ("{0}", r"line 6: a sparse cell .* got '0'"),
        ("{0 1 1 y}", r"attribute 'a' is numeric, but a row holds '1 1 y'"),
        ("{0 1,0 2}", r"line 6: attribute 0 has two values"),
        ("{0 1,2 2}", r"line 6: attribute 2 of 2"),
    ],
)
def test_sparse_cells_that_do_not_fit_are_refused(row, told):
    with pytest.raises(DatasetError, match=told):
        read_text(HEAD + "{0 1, 1 y}\n" + row)


@pytest.mark.parametrize(
    ("declared", "cell", "told"),
    [
        (
            "date 'yyyy-MM-dd'",
            "01.02.2020",
            r"a date of the format 'yyyy-MM-dd', .* '01.02.2020'",
        ),
        ("date", "soon", r"a date ISO, but a row holds 'soon'"),
    ],
)
def test_dates_against_their_format_are_refused(declared, cell, told):
    with pytest.raises(DatasetError, match=told):
        read_text(f"@relation r\n@attribute d {declared}\n@data\n2020-01-01\n{cell}\n")


@pytest.mark.parametrize(
    ("declared", "cell", "expected"),
    [
        ("date 'dd.MM.yyyy'", "14.10.1066", "1066-10-14"),
        ("date \"yyyy-MM-dd'T'HH:mm:ss\"", "2020-01-01T10:30:00", "2020-01-01 10:30"),
        ("date 'd MMM yy'", "'3 Feb 21'", "2021-02-03"),
        ("date 'yyyy-MM-dd HH:mm:ssZ'", "'2020-01-01 10:30:00+0200'", "2020-01-01 08:30"),
        ("date", "2020-01-01T10:30:00Z", "2020-01-01 10:30"),
    ],
)
def test_dates_in_their_format(declared, cell, expected):
    frame, _ = read_text(f"@relation r\n@attribute d {declared}\n@data\n{cell}\n?\n")
    assert frame["d"].iloc[0] == pd.Timestamp(expected)
    assert frame["d"].isna().tolist() == [False, True]


@pytest.mark.parametrize("rows", ["1,x,{0.5}\n2,y\n", "{0 1}, {0.5}\n{0 2,1 y}\n"])
def test_weights_are_left_out_and_told(rows):
    frame, said = read_text(HEAD + rows)
    assert frame["a"].tolist() == [1, 2]
    assert frame["b"].tolist() == ["x", "y"]
    assert "weights of rows (1) were left out" in said


def test_weight_of_an_attribute():
    frame, _ = read_text("@relation r\n@attribute a numeric {0.5}\n@data\n1\n")
    assert frame["a"].tolist() == [1]


@pytest.mark.parametrize("mark", ["\u2028", "\x0b", "\x0c", "\x1c", "\x85"])
def test_lines_end_where_lines_end(mark):
    """Not where Python's str.splitlines would end them too."""
    frame, _ = read_text(f"@relation r\r\n@attribute s string\r\n@data\r\n'a{mark}b'\r\n")
    assert frame["s"].tolist() == [f"a{mark}b"]


def test_escapes_as_weka_writes_them():
    frame, _ = read_text(r"""@relation r
@attribute s string
@data
'one\ntwo\t\'three\''
""")
    assert frame["s"].tolist() == ["one\ntwo\t'three'"]
