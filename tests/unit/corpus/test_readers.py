import bz2
import gzip
import struct
import zlib

import numpy as np
import pandas as pd
import pytest
import rdata
from corpus_tables import text_formats
from corpus_tables.r_data import lazy_load_index, read_lazy_load, read_rda
from rdata.conversion import convert_python_to_r_data
from rdata.unparser import unparse_data


def test_keel_with_and_without_header():
    bare = text_formats.read_keel(b"1, 2.5, a\n3, ?, b\n")
    assert list(bare.columns) == ["x1", "x2", "class"]
    named = text_formats.read_keel(
        b"@relation r\n@attribute width real [0, 1]\n@attribute kind {a, b}\n@data\n0.5, a\n"
    )
    assert named.to_dict("list") == {"width": ["0.5"], "class": ["a"]}


def test_arff_quotes_and_comments():
    frame = text_formats.read_arff(
        b"% notes\n@relation r\n@attribute 'a b' numeric\n@attribute c {x,'y z'}\n@data\n"
        b"1,x\n% inside\n?,'y z'\n"
    )
    assert frame.to_dict("list") == {"a b": ["1", "?"], "c": ["x", "y z"]}


def test_orange_leaves_out_meta_columns():
    frame = text_formats.read_orange(b"name\tx\ty\nstring\tc\td\nmeta\t\tclass\nn1\t1.5\tno\n")
    assert frame.to_dict("list") == {"x": ["1.5"], "y": ["no"]}


@pytest.mark.parametrize(
    ("compress", "compression"), [(bytes, None), (bz2.compress, "bz2"), (gzip.compress, "gzip")]
)
def test_csv_drops_row_labels(compress, compression):
    content = compress(b',x, y \n"1",2,a\n"2",3,b\n')
    frame = text_formats.read_csv(content, compression=compression)
    assert frame.to_dict("list") == {"x": [2, 3], "y": ["a", "b"]}


def test_headerless_csv():
    frame = text_formats.read_headerless_csv(b"1,a\n2,b\n")
    assert frame.to_dict("list") == {"x1": ["1", "2"], "x2": ["a", "b"]}


def test_whitespace_with_labels_tabs_and_semicolons():
    plain = text_formats.read_whitespace(b"a  b\tc\n1 2   3\n")
    labelled = text_formats.read_whitespace(b'"a";"b"\n"r1";1;2\n"r2";3;4\n')
    assert plain.to_dict("list") == {"a": ["1"], "b": ["2"], "c": ["3"]}
    assert labelled.to_dict("list") == {"a": ["1", "3"], "b": ["2", "4"]}


def test_stata(tmp_path):
    frame = pd.DataFrame({"x": [1.0, 2.0], "y": pd.Categorical(["a", "b"])})
    frame.to_stata(tmp_path / "t.dta", write_index=False)
    read = text_formats.read_stata((tmp_path / "t.dta").read_bytes())
    assert read.to_dict("list") == {"x": [1.0, 2.0], "y": ["a", "b"]}


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"x": [1.5, np.nan, 3.0], "kind": pd.Categorical(["b", "a", "b"])})


def test_rda_frame_and_vector(tmp_path, frame):
    rdata.write_rda(tmp_path / "t.rda", {"t": frame, "v": np.array([1.0, 2.0])})
    content = (tmp_path / "t.rda").read_bytes()
    read = read_rda(content, "t")
    assert list(read["kind"]) == ["b", "a", "b"]
    np.testing.assert_array_equal(read["x"], frame["x"])
    assert read_rda(content, "v").to_dict("list") == {"v": [1.0, 2.0]}
    with pytest.raises(KeyError, match="no object 'w'"):
        read_rda(content, "w")


@pytest.mark.parametrize("compress", [zlib.compress, lambda raw: b"2" + bz2.compress(raw)])
def test_lazy_load(frame, compress):
    raw = unparse_data(convert_python_to_r_data(frame))
    chunk = struct.pack(">I", len(raw)) + compress(raw)
    database = b"other bytes" + chunk
    at = np.array([len(b"other bytes"), len(chunk)], dtype=np.int32)
    variables = {"variables": {"t": at}, "compressed": True}
    index = gzip.compress(unparse_data(convert_python_to_r_data(variables)))
    assert lazy_load_index(index) == {"t": (11, len(chunk))}
    assert list(read_lazy_load(index, database, "t")["kind"]) == ["b", "a", "b"]
    with pytest.raises(ValueError, match="its header says"):
        read_lazy_load(index, b"other bytes" + struct.pack(">I", 1) + chunk[4:], "t")
