"""Tests of metadataset.storage.texts.

Also of: metadataset.storage.described.
"""

import sys

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.storage import described
from warmstart.metadataset.storage import texts as packed_texts
from warmstart.metadataset.storage.texts import PackedTexts


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=30))
def test_equals_a_list(texts):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packed_texts, "_TOGETHER", 4)
        packed = PackedTexts(texts)
        assert list(packed) == texts
        assert len(packed) == len(texts)
        assert [packed[i] for i in reversed(range(len(texts)))] == texts[::-1]
        assert packed[1:-1] == texts[1:-1]


def test_takes_a_tenth_of_the_memory():
    texts = [f'{{"a_long_name_of_a_parameter":{i},"another":"as ever"}}' for i in range(5_000)]
    packed = PackedTexts(texts)
    assert packed.n_bytes < sum(map(sys.getsizeof, texts)) / 10


@pytest.mark.parametrize("place", [3, -4])
def test_out_of_range(place):
    with pytest.raises(IndexError, match=f"3 texts, not one at {place}"):
        PackedTexts("abc")[place]


def test_an_opened_folder_reads_the_same(tmp_path, monkeypatch):
    frame = pd.DataFrame({"task": [1, 1, 2], "x": [1.0, 2.0, None], "score": [0.1, 0.2, 0.3]})
    md = MetaDataset.from_evaluations(frame, task="task", parameters=["x"])
    md.save(tmp_path / "meta")
    plain = MetaDataset.open(tmp_path / "meta")
    monkeypatch.setattr(described, "_PACKED", 1)
    packed = MetaDataset.open(tmp_path / "meta")
    assert isinstance(packed._configurations.texts, PackedTexts)
    pd.testing.assert_frame_equal(packed.configurations, plain.configurations)
    assert packed.save(tmp_path / "again") == tmp_path / "again"
    for name in ("configurations.parquet", "evaluations/source=history/part-0.parquet"):
        assert (tmp_path / "again" / name).read_bytes() == (
            tmp_path / "meta" / name
        ).read_bytes()
