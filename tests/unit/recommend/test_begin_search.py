"""A search led by a method that is named, on any recommender."""

import numpy as np
import pandas as pd
import pytest

import warmstart
from warmstart.errors import ArgumentError, KnowledgeError
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.recommender import Recommender


@pytest.fixture(scope="module")
def recommender():
    rng = np.random.default_rng(0)
    at = np.linspace(0, 1, 30)
    scores = 0.9 - np.abs(at - rng.uniform(0.5, 0.9, (20, 1)))
    names = [f"c{k}" for k in range(30)]
    md = MetaDataset.from_matrix(
        pd.DataFrame(scores, columns=names), configurations=pd.DataFrame({"x": at}, index=names)
    )
    return Recommender().fit(md)


def asked(search, n=6):
    found = []
    for k in range(n):
        suggestion = search.ask()
        search.tell(suggestion, 0.5 + 0.1 * (k % 3))
        found.append(suggestion.configuration_id)
    return found


@pytest.mark.parametrize("strategy", ["evolution", "evolution_strategy", "portfolio"])
def test_a_method_leads_as_if_the_recommender_had_it(recommender, strategy):
    own = Recommender(model=strategy).fit(recommender.store.md)
    assert asked(recommender.search(strategy=strategy)) == asked(own.search())


def test_a_recommender_of_another_model_can_be_led_by_its_own_belief(recommender):
    other = Recommender(model="portfolio").fit(recommender.store.md)
    assert asked(other.search(strategy="pmf")) == asked(recommender.search())


@pytest.mark.parametrize("strategy", ["evolution", "cold_evolution_strategy"])
def test_it_is_taken_up_where_it_was_put_aside(recommender, strategy):
    search = recommender.search(strategy=strategy)
    asked(search)
    again = warmstart.resume(search.to_json(), recommender)
    assert again.ask().configuration_id == search.ask().configuration_id


def test_what_else_was_worked_out_is_kept(recommender):
    fitted = recommender.fitted(None, None)
    belief = fitted.known_regrets
    other = fitted.led_by(None)
    assert other.known_regrets is belief
    assert other.kept is not fitted.kept


def test_a_strategy_that_cannot_lead_is_refused(recommender):
    with pytest.raises(ArgumentError, match="no method 'genetics'"):
        recommender.search(strategy="genetics")
    with pytest.raises(KnowledgeError, match="Recommender\\(model='transfer_gp'\\)"):
        recommender.search(strategy="transfer_gp")
    with pytest.raises(KnowledgeError, match="asks a belief, and model 'evolution' has none"):
        recommender.search(strategy="evolution", acquisition="pi")
