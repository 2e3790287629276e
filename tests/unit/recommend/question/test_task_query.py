"""One question behind every entry; its words are those there are."""

import inspect
from typing import get_args

import numpy as np
import pandas as pd
import pytest

import warmstart
from warmstart.domain import LearnerName, MetricName
from warmstart.downstream import WarmStartSampler
from warmstart.metrics import METRICS
from warmstart.recommend.candidates.legal_candidates import LEARNERS
from warmstart.recommend.question.task_query import SearchQuery


def test_names_are_those_there_are():
    assert set(get_args(MetricName)) == set(METRICS)
    assert set(get_args(LearnerName)) == set(LEARNERS)


@pytest.mark.parametrize("entry", [warmstart.search, warmstart.Recommender.search])
def test_every_part_is_an_argument_of_every_entry(entry):
    parts = set(inspect.signature(SearchQuery).parameters)
    given = inspect.signature(entry).parameters
    assert parts <= set(given)
    assert all(one.kind is not one.VAR_KEYWORD for one in given.values())


def test_the_sampler_asks_the_same():
    given = inspect.signature(WarmStartSampler).parameters
    # A study of several objectives is begun by `suggestions.population`; a sampler led by
    # another strategy is made from a search begun with it.
    not_taken = {"data", "objectives", "strategy"}
    assert set(inspect.signature(SearchQuery).parameters) - not_taken <= set(given)
    assert all(one.kind is not one.VAR_KEYWORD for one in given.values())


def test_what_is_wrong_is_said_before_any_work():
    with pytest.raises(ValueError, match="acquisition must be one of"):
        SearchQuery(acquisition="best")
    with pytest.raises(ValueError, match="n_initial must be a whole number"):
        SearchQuery(n_initial=0)
    with pytest.raises(ValueError, match="random_state must be a whole number"):
        SearchQuery(random_state=-1)


def test_how_rows_are_split_survives_a_search_put_aside(tiny_base):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=80), "shop": np.arange(80) % 8})
    frame["y"] = list("pq") * 40
    base = warmstart.open_knowledge(tiny_base)
    search = base.search(frame, target="y", groups="shop")
    assert any("groups" in warning for warning in search.warnings)
    again = warmstart.resume(search.to_json(), knowledge=base)
    assert again.question.resampling == search.question.resampling
    assert again.question.n_rows == 80
    assert again.ask().configuration_id == search.ask().configuration_id
