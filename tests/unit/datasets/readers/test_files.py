"""Paths: which format a file is in, and what its dialect is."""

import gzip
import zipfile

import numpy as np
import pandas as pd
import pytest

from warmstart.datasets.load import load_dataset
from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.files import read_file
from warmstart.errors import DatasetError, DatasetNotFoundError

ROWS = "a,b,y\n" + "".join(f"{i}.5,{'uvw'[i % 3]},{'np'[i % 2]}\n" for i in range(12))


@pytest.fixture
def write(tmp_path):
    def write(content, name="data.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def read(path):
    notes = Notes()
    return read_file(path, notes), "\n".join(notes.sentences())


def test_plain_csv_by_path_and_by_string(write):
    path = write(ROWS, "toy.csv")
    for address in (path, str(path)):
        dataset = load_dataset(address, target="y")
        assert dataset.X.shape == (12, 2)
        assert dataset.name == "toy"
        assert dataset.warnings == ()


def test_csv_with_y_beside_it(write):
    dataset = load_dataset(write(ROWS), [0, 1] * 6)
    assert list(dataset.X.columns) == ["a", "b", "y"]


def test_csv_without_target_lists_its_columns(write):
    with pytest.raises(DatasetError, match=r"target='y'; the columns are 'a', 'b', 'y'"):
        load_dataset(write(ROWS))


def test_home_folder(write, monkeypatch):
    path = write(ROWS)
    monkeypatch.setenv("HOME", str(path.parent))
    assert load_dataset("~/data.csv", target="y").n_rows == 12


@pytest.mark.parametrize(
    ("separator", "named"),
    [(";", "semicolons"), ("\t", "tabs"), ("|", "bars"), (" ", "blanks")],
)
def test_other_separators(write, separator, named):
    frame, said = read(write(ROWS.replace(",", separator)))
    assert list(frame.columns) == ["a", "b", "y"]
    assert f"cells by {named}" in said


def test_decimal_commas(write):
    text = "a;y\n" + "".join(f"{i},25;{i % 2}\n" for i in range(9))
    frame, said = read(write(text))
    assert frame["a"].tolist() == [i + 0.25 for i in range(9)]
    assert "Decimal commas" in said


def test_semicolons_with_commas_in_text(write):
    text = "a;note;y\n" + "".join(f"{i};well, yes, {i};{i % 2}\n" for i in range(9))
    frame, _ = read(write(text))
    assert list(frame.columns) == ["a", "note", "y"]


def test_quoted_separators_and_lines(write):
    frame, said = read(write('a,b\n1,"x, y"\n2,"line\nbreak"\n'))
    assert frame["b"].tolist() == ["x, y", "line\nbreak"]
    assert said == ""


def test_latin_1(write):
    text = ROWS.replace("u", "für").replace("v", "12 €")
    frame, said = read(write(text.encode("cp1252")))
    assert set(frame["b"]) == {"für", "12 €", "w"}
    assert "not UTF-8 and was read as Latin-1" in said


def test_latin_1_with_bytes_windows_does_not_know(write):
    frame, _ = read(write(ROWS.replace("u", "\x81").encode("latin-1")))
    assert "\x81" in set(frame["b"])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(write, encoding):
    frame, _ = read(write(ROWS.encode(encoding)))
    assert list(frame.columns) == ["a", "b", "y"]


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_empty(write, content):
    with pytest.raises(DatasetError, match=r"data\.csv is empty"):
        load_dataset(write(content), target="y")


def test_header_only(write):
    with pytest.raises(DatasetError, match="no rows"):
        load_dataset(write("a,b,y\n"), target="y")


def test_binary(write):
    path = write(np.random.default_rng(0).bytes(2_000))
    with pytest.raises(DatasetError, match="is binary, not text"):
        load_dataset(path, target="y")


def test_excel(write):
    with pytest.raises(DatasetError, match="zip or Excel file; save the sheet as CSV"):
        load_dataset(write(b"PK\x03\x04 and so on", "book.xlsx"), target="y")


def test_irregular_lines(write):
    with pytest.raises(DatasetError, match="Expected 3 fields in line 5, saw 4"):
        load_dataset(write("a,b,y\n1,2,0\n3,4,1\n5,6,0\n7,8,9,1\n"), target="y")


def test_unclosed_quote(write):
    with pytest.raises(DatasetError, match="not a regular table"):
        load_dataset(write('a,y\n1,"0\n2,1\n3,0\n'), target="y")


def test_duplicate_names(write):
    frame, said = read(write("a,a,y\n1,2,0\n3,4,1\n"))
    assert list(frame.columns) == ["a", "a.1", "y"]
    assert "Duplicate column names made unique (a, a.1, …): 'a'" in said


def test_no_header(write):
    text = "".join(f"{i / 7},{i % 3},{'pq'[i % 2]}\n" for i in range(9))
    dataset = load_dataset(write(text, "iris.data"), target=2)
    assert dataset.schema.names("numeric") == [0, 1]
    assert dataset.warnings[0].startswith("The file has no header")
    assert load_dataset(write(text), target="2").target == 2


def test_no_header_of_words(write):
    text = "".join(f"{'ab'[i % 2]},{'uv'[i % 2]}\n" for i in range(9))
    assert "no header" in read(write(text))[1]


def test_header_of_years(write):
    frame, _ = read(write("region,2019,2020\nnorth,3,4\nsouth,5,6\n"))
    assert list(frame.columns) == ["region", "2019", "2020"]


def test_lines_that_end_with_a_separator(write):
    frame, _ = read(write("a,y\n1,0,\n2,1,\n3,0,\n"))
    assert frame["a"].tolist() == [1, 2, 3]
    assert frame["y"].tolist() == [0, 1, 0]


def test_row_names_without_a_header(write):
    frame, said = read(write("a,y\nr1,1,0\nr2,2,1\nr3,3,0\n"))
    assert frame["a"].tolist() == [1, 2, 3]
    assert "taken for a row name" in said


def test_pandas_index_column_is_an_identifier(write):
    text = pd.read_csv(write(ROWS)).to_csv()
    dataset = load_dataset(write(text), target="y")
    assert list(dataset.X.columns) == ["a", "b"]


def test_gaps(write):
    frame, _ = read(write("a,b,y\n?,None,0\nNA,,1\n3,x,0\n"))
    assert frame["a"].tolist()[2] == 3
    assert frame["a"].isna().sum() == 2
    assert frame["b"].tolist()[0] == "None"


def test_blanks_after_separators(write):
    frame, _ = read(write("a, b, y\n1, u, 0\n2, v, 1\n"))
    assert list(frame.columns) == ["a", "b", "y"]
    assert frame["b"].tolist() == ["u", "v"]


def test_compressed(write, tmp_path):
    for path in (write(gzip.compress(ROWS.encode()), "toy.csv.gz"), tmp_path / "toy.zip"):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("toy.csv", ROWS)
        dataset = load_dataset(path, target="y")
        assert (dataset.n_rows, dataset.name) == (12, "toy")


def test_damaged_archive(write):
    with pytest.raises(DatasetError, match="cannot be read"):
        load_dataset(write(b"no gzip", "toy.csv.gz"), target="y")
    with pytest.raises(DatasetError, match="cannot be read"):
        load_dataset(write(gzip.compress(ROWS.encode() * 9)[:-20], "cut.csv.gz"), target="y")


def test_archive_of_several_files(tmp_path):
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", ROWS)
        archive.writestr("b.csv", ROWS)
    with pytest.raises(DatasetError, match="holds 2 files"):
        load_dataset(path, target="y")


def test_parquet(write, tmp_path):
    frame = pd.read_csv(write(ROWS))
    frame["b"] = frame["b"].astype("category")
    path = tmp_path / "toy.parquet"
    frame.to_parquet(path)
    dataset = load_dataset(path, target="y")
    assert dataset.schema.names("numeric", "categorical") == ["a", "b"]
    renamed = path.rename(tmp_path / "toy.csv")  # content counts, not the name
    assert load_dataset(renamed, target="y").n_rows == 12


def test_truncated_parquet(write, tmp_path):
    path = tmp_path / "toy.parquet"
    pd.read_csv(write(ROWS)).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DatasetError, match="not a complete Parquet file"):
        load_dataset(path, target="y")


def test_missing_file_names_its_likeness(write):
    write(ROWS, "german_credit.csv")
    path = write(ROWS, "other.csv").with_name("german_credits.csv")
    with pytest.raises(DatasetNotFoundError, match=r"did you mean german_credit\.csv\?"):
        load_dataset(path, target="y")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        load_dataset(str(path.with_name("zzz")), target="y")


def test_missing_folder(tmp_path):
    with pytest.raises(DatasetNotFoundError, match="and no folder"):
        load_dataset(tmp_path / "nowhere" / "data.csv", target="y")


def test_folder_lists_its_data_files(write):
    path = write(ROWS)
    with pytest.raises(DatasetError, match=r"is a folder, not a data file; it holds data\.csv"):
        load_dataset(path.parent, target="y")


def test_text_in_place_of_a_path():
    with pytest.raises(DatasetNotFoundError, match="there is no file 'a,b,y"):
        load_dataset(ROWS * 100, target="y")


def test_web_address():
    with pytest.raises(DatasetError, match="download it"):
        load_dataset("https://example.org/iris.csv", target="y")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": {"0": 1.5, "1": 2}, "y": {"0": "p"}}', "is JSON; .*pandas.read_json"),
        ('[{"a": 1, "y": "p"},\n {"a": 2, "y": "q"}]', "is JSON"),
        ("\n<!DOCTYPE html><html><body>404</body></html>", "is a web page; .*pandas.read_html"),
        ('<?xml version="1.0"?><rows/>', "is XML"),
    ],
)
def test_text_that_is_no_table_is_named(write, text, told):
    with pytest.raises(DatasetError, match=told):
        load_dataset(write(text), target="y")


def test_an_unusual_separator_is_asked_for(write):
    lines = "a:b:y\n" + "".join(f"{k * k % 7}:{k % 3}:{'pq'[k % 2]}\n" for k in range(30))
    with pytest.raises(DatasetError, match=r"The columns are 'a:b:y'\. .*sep=\.\.\."):
        load_dataset(write(lines), target="y")
