"""Paths: which format a file is in, and what its dialect is.

Also of: datasets.readers.compressed, datasets.readers.data_file, datasets.readers.formats.
"""

import functools
import gzip
import io
import os
import re
import sys
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pandas as pd
import pytest

from warmstart.datasets.load import load_dataset
from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.data_file import DataFile
from warmstart.datasets.readers.files import read_file
from warmstart.errors import DatasetError, DatasetNotFoundError, MissingExtraError

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


def test_excel_by_another_name(write):
    with pytest.raises(DatasetError, match="zip or Excel file; save the sheet as CSV"):
        load_dataset(write(b"PK\x03\x04 and so on", "book.csv"), target="y")


def test_excel(tmp_path):
    pytest.importorskip("openpyxl")
    path = tmp_path / "book.xlsx"
    frame = pd.DataFrame({"a": range(12), "zip": ["01067"] * 12, "y": list("pq") * 6})
    with pd.ExcelWriter(path) as book:
        frame.to_excel(book, sheet_name="data", index=False)
        frame.to_excel(book, sheet_name="notes", index=False)
    found, said = read(path)
    pd.testing.assert_frame_equal(found, frame)
    assert said == "The file has 2 sheets; the first, 'data', was read."
    path.write_bytes(path.read_bytes()[:800])
    with pytest.raises(DatasetError, match=r"book.xlsx cannot be read"):
        read(path)


def test_excel_without_its_library(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtraError, match=r"openpyxl is not .*\[excel\]"):
        read(write(b"PK\x03\x04 and so on", "book.xlsx"))


def test_feather(tmp_path):
    path = tmp_path / "data.feather"
    frame = pd.DataFrame({"a": range(12), "y": list("pq") * 6})
    frame.to_feather(path)
    pd.testing.assert_frame_equal(read(path)[0], frame)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(DatasetError, match="not a complete Feather file"):
        read(path)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "zip": "01067"}\n{"a": 2}\n\n{"a": 3, "zip": null}\n',
        '[{"a": 1, "zip": "01067"}, {"a": 2}, {"a": 3, "zip": null}]',
    ],
)
def test_json(write, text):
    frame, _ = read(write(text, "data.jsonl"))
    assert frame["a"].tolist() == [1, 2, 3]
    assert frame["zip"].iloc[0] == "01067"


def test_broken_json_names_the_line(write):
    with pytest.raises(DatasetError, match=r"no JSON that can be read: line 2: "):
        read(write('{"a": 1}\n{"a": \n'))


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


def test_other_addresses():
    with pytest.raises(DatasetError, match="no address that can be read; download it"):
        load_dataset("ftp://example.org/iris.csv", target="y")


class TestWeb:
    @pytest.fixture
    def served(self, tmp_path):
        class Quiet(SimpleHTTPRequestHandler):
            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path))
        )
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()

    def test_a_file(self, served, write):
        with gzip.open(write("", "toy.csv.gz"), "wb") as file:
            file.write(ROWS.encode())
        dataset = load_dataset(f"{served}/toy.csv.gz?v=1", target="y")
        assert (dataset.n_rows, dataset.name) == (12, "toy")

    def test_no_file(self, served):
        with pytest.raises(DatasetError, match=r"/no.csv cannot be downloaded: (Not|File not)"):
            load_dataset(f"{served}/no.csv", target="y")

    def test_no_server(self):
        with pytest.raises(DatasetError, match=r"cannot be downloaded: .*refused"):
            load_dataset("http://127.0.0.1:1/a.csv", target="y")

    def test_more_than_allowed(self, served, write):
        write(ROWS * 1000, "big.csv")
        file = DataFile(path=f"{served}/big.csv", max_unpacked_mb=0.01)
        with pytest.raises(DatasetError, match=r"big.csv is longer than .* max_unpacked_mb="):
            load_dataset(file, target="y")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": {"0": 1.5, "1": 2}, "y": {"0": "p"}}', "is JSON, but .*pandas.read_json"),
        ('[[1, "p"], [2, "q"]]', "is JSON, but .*pandas.read_json"),
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


class TestHeaders:
    """A named target in the first line proves a header; so does a word above numbers."""

    def test_named_target(self, write):
        text = "a,0,y\n" + "".join(
            f"{'uv'[i % 2]},{'wx'[i % 2]},{'pq'[i % 2]}\n" for i in range(9)
        )
        path = write(text)
        assert load_dataset(path, target="y").n_rows == 9
        frame, said = read(path)
        assert len(frame) == 10
        assert "no header" in said

    def test_word_above_numbers(self, write):
        frame, said = read(write("a,0,y\n" + "1,2,x\n3,4,z\n" * 4))
        assert list(frame.columns) == ["a", "0", "y"]
        assert said == ""

    def test_gap_above_numbers(self, write):
        frame, _ = read(write("?,0,y\n" + "1,2,x\n3,4,z\n" * 4))
        assert list(frame.columns) == [0, 1, 2]

    @pytest.mark.parametrize(("header", "n"), [(True, 2), (False, 3)])
    def test_said(self, write, header, n):
        frame, _ = read(DataFile(path=write("1,2\n3,4\n5,6\n"), header=header))
        assert len(frame) == n


class TestLinesThatAreNoRows:
    def test_excel_says_its_separator(self, write):
        frame, said = read(write('sep=;\na;b\n1;"x, y"\n2;z\n'))
        assert frame.values.tolist() == [[1, "x, y"], [2, "z"]]
        assert "says in its first line that ';' separates its cells" in said

    @pytest.mark.parametrize("first", ["# made by x, y", "% made", '#\n# two "lines', "#a\n\n"])
    def test_comments_before(self, write, first):
        frame, said = read(write(f"{first}\n{ROWS}"))
        assert list(frame.columns) == ["a", "b", "y"]
        assert len(frame) == 12
        assert "before the table left out" in said

    def test_a_header_in_a_comment(self, write):
        frame, _ = read(write("# by numpy\n# a,b\n1.5,2\n3,4\n"))
        assert list(frame.columns) == ["a", "b"]
        assert len(frame) == 2

    def test_a_column_called_hash(self, write):
        frame, _ = read(write("#,a\n1,x\n2,y\n"))
        assert list(frame.columns) == ["#", "a"]

    def test_first_and_last_lines_of_the_census(self, write):
        rows = "39, State-gov, <=50K.\n50, Private, >50K.\n" * 9
        frame, said = read(write(f"|1x3 Cross validator\n{rows}|1x3 end\n", "adult.test"))
        assert frame.shape == (18, 3)
        assert frame[0].dtype == "int64"
        assert "1 comment line before the table left out" in said
        assert "1 comment line after the table left out" in said
        assert "ends in '.test' and was read as CSV by its content" in said

    def test_bars_may_separate(self, write):
        frame, _ = read(write("|a|b|\n|1|x|\n|2|y|\n"))
        assert len(frame) == 2

    def test_comments_anywhere_are_an_option(self, write):
        path = write("a,b\n1,x# one\n# nothing\n2,y\n")
        frame, _ = read(DataFile(path=path, comment="#"))
        assert frame.values.tolist() == [[1, "x"], [2, "y"]]

    @pytest.mark.parametrize("mark", ["\u2028", "\x0c", "\x85"])
    def test_lines_end_where_lines_end(self, write, mark):
        frame, said = read(write(f"a;b\n1;x{mark}y\n2;z\n3;w\n"))
        assert frame["b"].tolist() == [f"x{mark}y", "z", "w"]
        assert said == "The file separates its cells by semicolons."


class TestNumbers:
    def test_codes_with_leading_zeros(self, write):
        """As in a frame, where 01067 is a word."""
        rows = [f"{i},{zip},{'pq'[i % 2]}" for i, zip in enumerate(["10115"] * 60 + ["01067"])]
        frame, _ = read(write("\n".join(["a,zip,y", *rows])))
        assert frame["zip"].tolist()[-1] == "01067"
        assert frame["a"].dtype == "int64"

    @pytest.mark.parametrize("gap", ["", "NA"])
    def test_codes_with_gaps(self, write, gap):
        frame, _ = read(write(f"a;zip\n1.5;01067\n2.5;{gap}\n3.5;20095\n"))
        assert frame["zip"].tolist()[0] == "01067"
        assert frame["zip"].isna().tolist() == [False, True, False]

    def test_zeros_that_are_numbers(self, write):
        frame, _ = read(write("a,b,c\n0,0.5,00:15\n10,0,01/02/2020\n"))
        assert frame["a"].dtype == "int64"

    def test_commas_in_quotes(self, write):
        dataset = load_dataset(write("a,y\n" + '"0,123",p\n"0,500",q\n' * 5), target="y")
        assert sorted(set(dataset.X["a"])) == [0.123, 0.5]

    def test_a_point_is_a_mark_of_thousands_where_commas_are_decimal(self, write):
        text = "a;b;y\n" + "".join(f"{i},5;{i + 1}.250;{'pq'[i % 2]}\n" for i in range(9))
        frame, _ = read(write(text))
        assert frame["b"].tolist() == [1000.0 * (i + 1) + 250 for i in range(9)]

    def test_english_thousands_between_semicolons(self, write):
        text = "a;b;y\n" + "".join(f"{i}.5;{i + 1},250;{'pq'[i % 2]}\n" for i in range(9))
        dataset = load_dataset(write(text), target="y")
        assert dataset.X["b"].tolist() == [1000.0 * (i + 1) + 250 for i in range(9)]

    def test_said(self, write):
        frame, _ = read(DataFile(path=write("a;b\n1,250;x\n2,500;y\n"), decimal="."))
        assert frame["a"].tolist() == ["1,250", "2,500"]


class TestUnpacking:
    def test_more_than_allowed(self, write):
        path = write("", "zeros.csv.gz")
        with gzip.open(path, "wb") as file:
            file.write(b"a,y\n" + b"1,2\n" * 100_000)
        assert path.stat().st_size < 2_000
        with pytest.raises(DatasetError, match=r"more than 0.3 MB; .*max_unpacked_mb=1.2,"):
            read(DataFile(path=path, max_unpacked_mb=0.3))
        assert len(read(DataFile(path=path, max_unpacked_mb=0.5))[0]) == 100_000

    @pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zip"])
    def test_damaged_in_its_middle(self, write, tmp_path, suffix):
        path = tmp_path / f"data.csv{suffix}"
        pd.DataFrame(np.random.default_rng(0).normal(size=(5_000, 3))).to_csv(path)
        content = bytearray(path.read_bytes())
        content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
        path.write_bytes(content)
        with pytest.raises(DatasetError, match=r"cannot be read|is not a regular table"):
            read(path)


class TestPipes:
    def test_standard_input(self, monkeypatch):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ROWS.encode())))
        dataset = load_dataset("-", target="y")
        assert (dataset.n_rows, dataset.name) == (12, "standard input")

    def test_nothing_comes(self, monkeypatch):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        with pytest.raises(DatasetError, match="standard input is empty"):
            load_dataset("-", target="y")

    def test_a_terminal(self, monkeypatch):
        monkeypatch.setattr(sys, "stdin", type("", (), {"isatty": lambda _: True})())
        with pytest.raises(DatasetError, match="standard input is a terminal; pipe a file"):
            load_dataset("-", target="y")

    def test_a_named_pipe(self, tmp_path):
        path = tmp_path / "pipe"
        os.mkfifo(path)
        writer = threading.Thread(target=path.write_text, args=(ROWS,))
        writer.start()
        assert load_dataset(path, target="y").n_rows == 12
        writer.join()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"separator": "ab"}, "separator must be one character, got 'ab'"),
        ({"comment": ""}, "comment must be one character, got ''"),
        ({"decimal": "'"}, "decimal must be '.' or ',', got"),
        ({"decimal": ",", "separator": ","}, "cannot be both decimal and separator"),
        ({"encoding": "klingon"}, "there is no encoding 'klingon'"),
        ({"max_unpacked_mb": 0}, "max_unpacked_mb must be positive megabytes, got 0"),
        ({"max_unpacked_mb": float("nan")}, "max_unpacked_mb must be positive"),
    ],
)
def test_options_are_checked(options, told):
    with pytest.raises(DatasetError, match=re.escape(told)):
        DataFile(path="a.csv", **options)


def test_encoding_is_an_option(write):
    path = write("a,b\n1,ж\n2,д\n".encode("koi8-r"))
    assert read(DataFile(path=path, encoding="koi8-r"))[0]["b"].tolist() == ["ж", "д"]
    with pytest.raises(DatasetError, match="is not ascii"):
        read(DataFile(path=path, encoding="ascii"))
