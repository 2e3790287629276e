"""Answers in plain text: as wide as promised, one line for one.

Also of: _shown.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.recommend.toy import NEW, toy
from tests.unit.report.answers import EVIL, make

import warmstart
from warmstart.recommend.answer.suggestion import Suggestion
from warmstart.recommend.recommender import Recommender
from warmstart.report.suggestion_table import name_of


def test_is_the_table_with_its_notes():
    text = str(make())
    for part in (
        "3 configurations for toy",
        "tree",
        "0.900",
        "Unlike.",
        "Note: One row dropped.",
    ):
        assert part in text


@pytest.mark.parametrize("word", ["", EVIL, " and more" * 30])
@pytest.mark.parametrize("n", [0, 1, 12])
def test_fits_a_hundred_columns(word, n):
    suggestions = make(n=n)
    items = suggestions.items
    text = str(make(n=n, items=items, dataset=f"toy{word}", warnings=(f"x{word}",)))
    longest = max(len(part) for part in [*text.split(), ""])
    assert max(map(len, text.splitlines())) <= max(100, longest)


@given(st.dictionaries(st.text(max_size=9), st.floats() | st.text(max_size=40), max_size=30))
@settings(max_examples=30, deadline=None)
def test_one_suggestion_is_one_short_line(values):
    line = repr(Suggestion(configuration=values, configuration_id="c7"))
    assert len(line.splitlines()) <= 1 or line.isspace()
    assert len(line) <= 100


def test_names_without_a_learner_are_values():
    assert name_of(Suggestion(configuration={}, configuration_id="c7")) == "c7"
    many = {f"parameter_{k}": k for k in range(9)}
    name = name_of(Suggestion(configuration=many, configuration_id="c7"))
    assert name.startswith("parameter_0=0")
    assert len(name) <= 30


def test_a_search_says_how_far_it_is():
    search = Recommender().fit(toy()).search(metafeatures=NEW)
    assert "Nothing told yet" in repr(search)
    search.tell(search.ask(), 0.5)
    search.tell(search.ask(), status="failed")
    text = repr(search)
    assert "2 told, 1 of them without a score." in text
    assert "Best 0.500" in text
    assert search._repr_html_().startswith("<pre>")


def test_a_base_says_what_it_holds():
    md = warmstart.MetaDataset.from_matrix(
        pd.DataFrame(np.eye(3), columns=list("abc")), metric="accuracy"
    )
    assert str(md).startswith("MetaDataset of 3 tasks x 3 configurations")
    assert "metrics: accuracy" in str(md)
    assert "MetaDataset of 3 tasks" in md._repr_html_()
    assert len(repr(md).splitlines()) == 1
