"""A search, a sampler and a search estimator that begin from what a look measured.

Also of: recommend.belief.first_knowledge.
"""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from tests.unit.recommend.toy import N_CONFIGS, NEW, toy

from warmstart.downstream.sklearn_search.search import WarmStartSearchCV
from warmstart.errors import KnowledgeError
from warmstart.recommend.belief.first_knowledge import tell_look
from warmstart.recommend.belief.prior import believe
from warmstart.recommend.history.identity import Point
from warmstart.recommend.look.result import Look, Measurement
from warmstart.recommend.recommender import Recommender
from warmstart.recommend.search import Search

pytestmark = pytest.mark.usefixtures("small_forests")


@pytest.fixture(scope="module")
def rec():
    return Recommender().fit(toy())


def look_at(scores, std=0.005, n_rows=500):
    rows = tuple(
        Measurement(
            configuration={},
            configuration_id=name,
            score=score,
            score_std=std if math.isfinite(score) else math.nan,
            n_folds=3,
            status="ok" if math.isfinite(score) else "failed",
        )
        for name, score in scores.items()
    )
    return Look(
        metric="score", measurements=rows, n_rows=n_rows, n_fits=9, seconds=1.0, ended="enough"
    )


AGAINST = {"c9": 0.45, "c8": 0.47, "c0": 0.85}
"""What the base says of such a task, turned round."""


def begin(rec, look, **more):
    return rec.search(metafeatures=NEW, metric="score", look=look, **more)


def test_what_was_measured_comes_first(rec):
    assert begin(rec, None).ask().configuration_id == "c9"
    search = begin(rec, look_at(AGAINST))
    first = search.ask()
    assert first.configuration_id == "c0"
    assert first.score == pytest.approx(0.85, abs=0.02)
    assert search.history == ()
    assert search.best is None


def test_it_goes_on_from_there(rec):
    search = begin(rec, look_at(AGAINST))
    search.tell(search.ask(), 0.86)
    assert search.best.configuration_id == "c0"
    # Near the best on such a task, not where the base alone would go on.
    assert search.ask().configuration_id in {"c1", "c2"}


def test_a_look_at_few_rows_of_many_says_less(rec):
    def std(n_rows):
        fitted = rec.fitted(None, "score")
        points = [Point(values, column) for column, values in enumerate(fitted.known.points)]
        belief = believe(fitted, NEW, points)
        tell_look(belief, look_at(AGAINST), fitted, points, scale=1.0, n_rows=n_rows)
        return belief.mixture.std()[0]

    assert std(500) == std(None) < std(4_000) < std(1_000_000)


def test_what_was_measured_outside_a_pool_says_something_of_the_pool(rec):
    # Neighbours of what was good, and of what was not; none of them was measured.
    pool = {"candidates": rec.md.configurations.loc[["c1", "c7"]]}
    plain = rec.search(metafeatures=NEW, metric="score", **pool)
    search = begin(rec, look_at(AGAINST), **pool)
    assert plain.ask().configuration["depth"] == 7
    assert search.ask().configuration["depth"] == 1
    assert len(plain.ask(5)) == len(search.ask(5)) == 1  # what was measured is not asked


def test_luck_is_not_begun_from(rec):
    found = look_at(AGAINST)
    lucky = dataclasses.replace(found.measurements[1], score=0.99, likely=0.47, likely_std=0.01)
    look = dataclasses.replace(found, measurements=(found.measurements[0], lucky))
    assert begin(rec, look).ask().score < 0.9


def test_failures_are_believed_too(rec):
    search = begin(rec, look_at({"c9": math.nan}))
    assert search.ask().configuration_id != "c9"


def test_it_comes_back_from_json(rec):
    search = begin(rec, look_at(AGAINST))
    search.tell(search.ask(), 0.8)
    again = Search.from_json(search.to_json(), rec)
    assert again.question == search.question
    assert again.ask().configuration_id == search.ask().configuration_id


def test_every_configuration_is_asked_once(rec):
    search = begin(rec, look_at(AGAINST))
    asked = []
    for _ in range(N_CONFIGS):
        one = search.ask()
        asked.append(one.configuration_id)
        search.tell(one, 0.5)
    assert len(set(asked)) == N_CONFIGS


def test_of_another_metric_or_no_look_at_all(rec):
    other = dataclasses.replace(look_at(AGAINST), metric="accuracy")
    with pytest.raises(KnowledgeError, match="measured accuracy, the search is by score"):
        begin(rec, other)
    with pytest.raises(
        TypeError, match="look is what the `look` of suggestions holds, got dict"
    ):
        begin(rec, {"c0": 0.9})


def test_a_model_of_ones_own_cannot_begin_from_a_look():
    rec = Recommender(model="nearest_datasets").fit(toy())
    with pytest.raises(
        KnowledgeError, match="model 'nearest_datasets' cannot begin from a look"
    ):
        begin(rec, look_at(AGAINST))


@pytest.fixture(scope="module")
def looked(tiny_base):
    """A base, data, and what a look at them found."""
    base = Recommender.load(tiny_base)
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=120), "b": rng.choice(list("xyz"), 120)})
    frame["y"] = np.where(frame["a"] + rng.normal(size=120) > 0, "yes", "no")
    space = ["naive_bayes", "logistic_regression", "decision_tree", "lda"]
    return base, frame, base.suggest(frame, target="y", n=2, space=space, look_n=5), space


def test_a_search_estimator_begins_with_what_was_best(looked):
    base, frame, suggestions, space = looked
    X, y = frame.drop(columns="y"), frame["y"]
    search = WarmStartSearchCV(
        knowledge=base, space=space, n_iter=1, cv=3, look=suggestions.look, random_state=0
    ).fit(X, y)
    assert search.cv_results_["params"] == [suggestions[0].configuration]


def test_a_sampler_begins_with_what_was_best(looked):
    optuna = pytest.importorskip("optuna")
    import warmstart

    base, frame, suggestions, space = looked
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = warmstart.WarmStartSampler(
        frame, target="y", knowledge=base, space=space, look=suggestions.look, n_trials=1
    )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(lambda trial: 0.5, n_trials=1)
    assert sampler.suggested(study.trials[0]) == suggestions[0].configuration
