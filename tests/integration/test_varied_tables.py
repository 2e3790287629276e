"""Suggestions fit the targets and tables that people have; benchmarks/suggest_then_fit.py."""

import pytest
from benchmarks.suggest_then_fit import failures_of
from benchmarks.varied_tables import every_case

from warmstart.knowledge.base import open_knowledge

CASES = every_case(n_rows=36)


@pytest.fixture(scope="module")
def recommender(knowledge):
    return open_knowledge(knowledge)


@pytest.mark.parametrize("name", CASES)
def test_suggest_then_fit(name, recommender):
    _, wrong = failures_of(CASES[name](), n=3, knowledge=recommender)
    assert not wrong


@pytest.mark.parametrize("name", [name for name in CASES if "target" in name][::3])
def test_search(name, recommender):
    _, wrong = failures_of(CASES[name](), n=1, knowledge=recommender, search=True)
    assert not wrong
