"""A configuration is its id: learner, space and values together, or a name alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import warmstart
from warmstart.errors import HistoryError, KnowledgeError
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.history.identity import ByValues, KnownConfigurations, Point
from warmstart.recommend.search import Search

N_TASKS = 30


def rising(names, seed=0):
    """Every task ranks the columns alike, the last best."""
    level = np.random.default_rng(seed).uniform(size=(N_TASKS, 1)) * 0.1
    return pd.DataFrame(level + np.linspace(0.5, 0.9, len(names)), columns=names)


@pytest.fixture(scope="module")
def names_only():
    return warmstart.Recommender().fit(MetaDataset.from_matrix(rising(list("abcdefgh"))))


@pytest.fixture(scope="module")
def two_learners():
    """One grid for both learners, whose names are no values; extra trees are .2 better."""
    grid = pd.DataFrame(
        [(depth, n) for _ in range(2) for depth in (1, 2, 4) for n in (10, 20)],
        columns=["depth", "n"],
        index=[f"k{k:02d}" for k in range(12)],
    )
    learners = ["forest"] * 6 + ["extra_trees"] * 6
    rng = np.random.default_rng(0)
    better = 0.2 * np.repeat([0, 1], 6) + 0.02 * grid["depth"].to_numpy()
    scores = 0.5 + better + 0.1 * rng.uniform(size=(N_TASKS, 1))
    scores = scores + 0.01 * rng.standard_normal(scores.shape)
    md = MetaDataset.from_matrix(pd.DataFrame(scores, columns=grid.index), configurations=grid)
    described = replace(md._configurations, learners=learners, spaces=["mine"] * 12)
    return warmstart.Recommender().fit(replace(md, _configurations=described))


class TestNamesOnly:
    def test_a_search_names_the_best_first_and_expects_less_of_the_others(self, names_only):
        asked = names_only.search().ask(8)
        assert asked[0].configuration_id == names_only.suggest(n=1)[0].configuration_id == "h"
        expected = sorted(asked, key=lambda s: -s.score)
        assert [s.configuration_id for s in expected] == list("hgfedcba")

    def test_results_are_told_by_id(self, names_only):
        search = names_only.search()
        search.tell("d", 0.99)
        assert search.best.configuration_id == "d"
        assert search.ask().configuration_id != "d"

    def test_no_values_name_nothing(self, names_only):
        search = names_only.search()
        with pytest.raises(HistoryError, match=r"is 8 configurations: 'a', 'b'.*tell the id"):
            search.tell({}, 0.5)
        first = search.ask()
        search.tell(first.configuration, 0.5)  # of those asked there is one
        assert search.best.configuration_id == first.configuration_id

    def test_candidates_are_named_by_id(self, names_only):
        search = names_only.search(candidates=pd.DataFrame(index=list("ceg")))
        assert search.ask().configuration_id == "g"

    @pytest.mark.parametrize(
        "candidates", [pd.DataFrame({"x": [1, 2]}), pd.DataFrame(index=list("az"))]
    )
    def test_others_cannot_be_judged(self, names_only, candidates):
        with pytest.raises(KnowledgeError, match="name candidates by ids of the base"):
            names_only.search(candidates=candidates)

    def test_what_is_told_of_others_is_kept_and_says_nothing(self, names_only):
        search = names_only.search()
        before = {s.configuration_id: s.score for s in search.ask(8)}
        search = names_only.search()
        search.tell({"x": 3}, 0.99)
        assert search.best.configuration == {"x": 3}
        asked = search.ask(8)
        assert {s.configuration_id for s in asked} == set(before)

    def test_it_resumes(self, names_only):
        search = names_only.search()
        search.tell("d", 0.7)
        search.ask()
        again = Search.from_json(search.to_json(), names_only)
        assert again.ask() == search.ask()


class TestTwoLearners:
    def test_each_is_expected_to_do_as_it_did(self, two_learners):
        by_learner = {}
        for one in two_learners.search().ask(12):
            by_learner.setdefault(one.learner, []).append(one.score)
        gap = np.mean(by_learner["extra_trees"]) - np.mean(by_learner["forest"])
        assert gap == pytest.approx(0.2, abs=0.02)

    def test_values_alone_are_not_enough(self, two_learners):
        with pytest.raises(HistoryError, match="is 2 configurations: 'k00', 'k06'"):
            two_learners.search().tell({"depth": 1, "n": 10}, 0.5)

    def test_the_learner_says_which(self, two_learners):
        search = two_learners.search()
        search.tell({"depth": 1, "n": 10, "learner": "extra_trees"}, 0.5)
        assert search.best.configuration_id == "k06"

    def test_suggestions_of_elsewhere_say_which(self, two_learners):
        search = two_learners.search()
        for one in two_learners.suggest(n=4):
            search.tell(one, 0.5)
        assert {r.configuration_id for r in search.history} <= {f"k{k:02d}" for k in range(12)}

    def test_candidates_are_of_the_learner_they_name(self, two_learners):
        pool = pd.DataFrame({"depth": 3, "n": 10, "learner": ["forest", "extra_trees"]})
        forest, extra = sorted(
            two_learners.search(candidates=pool).ask(2), key=lambda s: s.configuration_id
        )
        assert extra.score - forest.score > 0.1

    def test_models_see_the_learner(self, two_learners):
        points = two_learners.fitted(None, None).known.points
        assert {values["learner"] for values in points} == {"forest", "extra_trees"}


class TestByValues:
    def test_a_whole_number_may_come_as_a_float(self):
        known = ByValues.of([{"n": 3}], [""], [""])
        assert known.find({"n": 3.0}) == [0]

    def test_an_unknown_learner_is_another_configuration(self):
        known = ByValues.of([{"n": 3}], ["forest"], ["mine"])
        assert known.find({"n": 3, "learner": "svm"}) == []
        assert known.find({"n": 3, "space": "mine"}) == [0]

    def test_equal_values_are_told_apart_by_id(self):
        known = KnownConfigurations(("a", "b"), ({"n": 3}, {"n": 3}), ("", ""), ("", ""))
        assert known.point({"n": 3}, "b") == Point({"n": 3}, 1)
        assert known.point({"n": 3}).column == -1


def test_one_place_is_judged_as_all_are_found():
    rng = np.random.default_rng(0)
    names = ["", "forest", "trees"]
    some = [
        {}
        if rng.random() < 0.3
        else {"depth": int(rng.integers(2))}
        | ({"learner": str(rng.choice(names[1:]))} if rng.random() < 0.3 else {})
        for _ in range(30)
    ]
    called = [str(rng.choice(names)) for _ in some]
    known = ByValues.of(some, called, [""] * len(some))
    for values in some:
        for learner in names:
            found = known.find(values, learner=learner)
            judged = [k for k in range(len(some)) if known.means(k, values, learner=learner)]
            assert judged == found


def test_of_many_equal_ones_none_is_listed(names_only, monkeypatch):
    """A pool of thousands of names is read in a moment: nobody compares each with all."""
    known = names_only.fitted(None, "score").known
    monkeypatch.setattr(ByValues, "find", lambda *_, **__: pytest.fail("all were listed"))
    assert known.point({}, "c") == Point({}, 2)
    assert known.point({}, "of no base") == Point({}, -1)
