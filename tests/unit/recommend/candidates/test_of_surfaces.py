"""A learner that only surfaces know can be searched; what they cannot answer is refused."""

import pytest
from sklearn.datasets import load_wine

import warmstart
from warmstart.errors import SpaceMismatchError
from warmstart.recommend.base.fitted import Fitted
from warmstart.recommend.candidates.of_surfaces import default_of_surfaces


@pytest.fixture(scope="module")
def wine():
    return load_wine(as_frame=True)


@pytest.fixture(scope="module")
def base():
    return warmstart.open_knowledge(None)


def asked(base, wine, **more):
    return base.search(wine, space="catboost", metric="balanced_accuracy", **more)


def test_the_first_is_the_library_s_default_and_others_are_anywhere(base, wine):
    fitted = base.fitted("classification", "balanced_accuracy")
    assert isinstance(fitted, Fitted)
    assert "catboost" not in fitted.learners
    values = default_of_surfaces(base.store.surfaces, fitted, "catboost", None)
    assert (values["learner"], values["catboost:depth"]) == ("catboost", 6)
    search = asked(base, wine)
    assert search.engine.surfaces.n_tasks >= 10
    first = search.ask()
    search.tell(first, 0.9)
    assert search.best.configuration == first.configuration
    again = base.resume(search.to_json())
    assert again.question == search.question


def test_what_the_base_knows_is_asked_of_the_base(base):
    fitted = base.fitted("classification", "balanced_accuracy")
    for space in ("lightgbm", ["catboost", "lightgbm"], "unheard of", None, []):
        assert default_of_surfaces(base.store.surfaces, fitted, space, None) is None


@pytest.mark.parametrize("more", [{"max_predict_s": 1.0}, {"time_budget_s": 60}], ids=str)
def test_what_surfaces_cannot_answer_is_refused(base, wine, more):
    with pytest.raises(SpaceMismatchError, match="space 'catboost' is not in the knowledge"):
        asked(base, wine, **more)
