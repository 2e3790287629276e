"""Groups and times of a question: which known tasks count, and what is said of it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from warmstart.errors import DatasetError
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.question.resampled import (
    ENOUGH,
    enough,
    fitted_for,
    not_counting,
    resampling_for,
    rows_for,
)
from warmstart.recommend.recommender import Recommender

pytestmark = pytest.mark.usefixtures("small_forests")
TASKS = pd.DataFrame(
    {
        "family": ["a", "a", "b", "c", "c"],
        "task_type": "binary",
        "resampling": ["random", "groups", None, "random", "forward"],
    },
    index=["a", "a:groups", "b", "c", "c:forward"],
)


@pytest.mark.parametrize(
    ("resampling", "gone"),
    [
        ("random", ["a:groups", "c:forward"]),
        ("groups", ["a", "c:forward"]),
        ("forward", ["a:groups", "c"]),
    ],
)
def test_a_family_counts_in_the_way_asked_for_where_it_is_known_so(resampling, gone):
    assert not_counting(TASKS, resampling) == gone


def test_what_was_scored_with_as_many_rows_counts():
    tasks = pd.DataFrame(
        {"family": ["a", "a", "b"], "max_rows": [np.nan, 10_000, np.nan]},
        index=["a", "a@10000", "b"],
    )
    assert rows_for(tasks, 3_000) == 2_000
    assert rows_for(tasks, 5_000) == 10_000
    assert not_counting(tasks, "random", 2_000) == ["a@10000"]
    assert not_counting(tasks, "random", 10_000) == ["a"]
    assert rows_for(tasks.drop(columns="max_rows"), 1e6) == 2_000


def test_large_tables_are_answered_from_large_ones(md):
    tasks = md.tasks.assign(resampling="random", max_rows=[np.nan] * 12 + [10_000.0] * 12).drop(
        columns="resampling"
    )
    recommender = Recommender().fit(replace(md, tasks=tasks))
    for rows, best in ((500, "cheat"), (50_000, "fair")):
        fitted = recommender.fitted("classification", None, n_rows=rows)
        assert fitted.table.n_tasks == 12
        assert fitted.table.configuration_ids[fitted.table.scores.mean(axis=0).argmax()] == best


def test_a_base_without_the_column_counts_whole():
    assert not_counting(TASKS.drop(columns="resampling"), "groups") == []


def test_says_which_scores_are_used():
    assert resampling_for(TASKS, "classification", groups=None, time=None) == ("random", [])
    way, [said] = resampling_for(TASKS, "classification", groups="g", time="t")
    assert way == "groups"
    assert said.startswith("1 of the known tasks were scored with whole groups held out")
    way, [said] = resampling_for(TASKS, "regression", groups=None, time="t")
    assert way == "random"
    assert "No known task was scored with the later rows held out" in said


@pytest.fixture(scope="module")
def md():
    """Random rows favour a configuration that knows the groups by heart."""
    rng = np.random.default_rng(0)
    names = [f"t{i}" for i in range(12)]
    scores = pd.DataFrame(rng.uniform(size=(24, 3)) / 9, columns=["cheat", "fair", "poor"])
    scores.index = names + [f"{name}:groups" for name in names]
    scores["poor"] -= 0.5
    scores.loc[names, "cheat"] += 0.5
    scores.loc[[f"{name}:groups" for name in names], "fair"] += 0.5
    tasks = pd.DataFrame(
        {"resampling": ["random"] * 12 + ["groups"] * 12, "task_type": "binary"},
        index=scores.index,
    )
    return MetaDataset.from_matrix(
        scores, families=dict(zip(scores.index, names * 2, strict=True)), tasks=tasks
    )


def test_the_answer_is_for_the_way_rows_will_be_held_out(md, tmp_path):
    md.save(tmp_path / "md")
    again = MetaDataset.open(tmp_path / "md", verify=True)
    assert again.tasks["resampling"].tolist() == md.tasks["resampling"].tolist()
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=60), "shop": rng.integers(0, 9, 60)})
    frame["y"] = np.where(frame["a"] > 0, "yes", "no")
    recommender = Recommender().fit(again)
    told = {}
    for groups in (None, "shop"):
        answer = recommender.suggest(frame, target="y", n=3, groups=groups, look_s=0)
        told[groups] = [one.configuration_id for one in answer]
        said = [text for text in answer.warnings if "whole groups held out" in text]
        assert len(said) == (groups is not None)
    assert told[None][0] == "cheat"
    assert told["shop"][0] == "fair"


def test_groups_without_rows_are_refused(md):
    with pytest.raises(DatasetError, match="groups and time describe rows, but data is None"):
        Recommender().fit(md).suggest(groups="shop")


def test_seconds_of_more_rows_count_with_these_rows(md):
    described = pd.DataFrame(
        {"NumberOfInstances": 50_000.0, "NumberOfFeatures": 5.0, "NumberOfClasses": 2.0},
        index=md.tasks.index,
    )
    costs = pd.DataFrame(6.0, index=md.tasks.index, columns=md.configuration_ids)
    scores = md.matrix()
    tasks = md.tasks.assign(max_rows=[np.nan] * 12 + [10_000.0] * 12).drop(columns="resampling")
    timed = MetaDataset.from_matrix(
        scores, costs=costs, metafeatures=described, families=md.families, tasks=tasks
    )
    fitted = Recommender().fit(timed).fitted("classification", None, n_rows=10_000)
    assert set(fitted.row_caps) == {10_000.0}
    assert fitted.costs.max_rows == pytest.approx(10_000 * 2 / 3)
    phi = described.iloc[0].replace(50_000.0, 10_000 * 2 / 3)
    np.testing.assert_allclose(fitted.costs.predict(phi), 6.0, rtol=0.05)


@pytest.mark.parametrize("n_large", [ENOUGH - 1, ENOUGH])
def test_few_rows_do_not_outvote_many_once_enough_families_are_known_so(n_large):
    few = [f"t{k}" for k in range(20)]
    many = [f"t{k}@10000" for k in range(n_large)]
    tasks = pd.DataFrame(
        {
            "family": [name.partition("@")[0] for name in few + many],
            "max_rows": [np.nan] * len(few) + [10_000.0] * len(many),
        },
        index=few + many,
    )
    assert enough(tasks, "random", 10_000) == (n_large == ENOUGH)
    assert not enough(tasks, "random", 2_000)
    assert not_counting(tasks, "random", 10_000, alone=True) == few
    # Else the families that are not known with many rows stand in as they are known.
    assert not_counting(tasks, "random", 10_000) == few[:n_large]
    assert not_counting(tasks, "random") == many


def test_named_learners_that_only_fewer_rows_know_are_still_named():
    rng = np.random.default_rng(0)
    few, many = [f"t{k}" for k in range(20)], [f"t{k}@10000" for k in range(ENOUGH)]
    scores = pd.DataFrame(rng.uniform(size=(len(few + many), 4)), few + many, list("abcd"))
    scores.loc[many, ["c", "d"]] = np.nan
    md = MetaDataset.from_matrix(
        scores,
        configurations=pd.DataFrame(
            {"learner": ["one", "one", "two", "two"], "x": [1.0, 2.0, 3.0, 4.0]}, list("abcd")
        ),
        families={name: name.partition("@")[0] for name in few + many},
        tasks=pd.DataFrame(
            {"task_type": "binary", "max_rows": [np.nan] * 20 + [10_000.0] * ENOUGH},
            few + many,
        ),
        metafeatures=pd.DataFrame({"NumberOfInstances": 9_000.0}, few + many),
        metric="roc_auc",
    )
    base = Recommender().fit(md)
    assert len(base.fitted("classification", None, n_rows=9_000).table.task_ids) == 20
    asked = {"metafeatures": md.metafeatures.iloc[0], "n": 2, "task_type": "binary"}
    assert {one.configuration_id for one in base.suggest(**asked)} == {"a", "b"}
    assert {one.configuration_id for one in base.suggest(space="two", **asked)} == {"c", "d"}
    # Whoever wants more than many rows know is answered from fewer as well, and told so.
    wider = base.suggest(**{**asked, "n": 4})
    assert {one.configuration_id for one in wider} == set("abcd")
    assert any("tables with as many rows know 2 configurations" in w for w in wider.warnings)


@pytest.mark.parametrize(
    ("query", "usual", "expected"),
    [
        (SimpleNamespace(space=None, n=3), True, [True]),
        (SimpleNamespace(space=None, n=3), False, [False]),
        (SimpleNamespace(space=["lightgbm"], n=3), True, [False]),
        (SimpleNamespace(space=None, candidates=None), True, [False]),
        (SimpleNamespace(space=None, n=9), True, [True, False]),
    ],
    ids=["usual", "other measures", "named learners", "a search", "more than they know"],
)
def test_tables_of_many_rows_answer_alone_only_where_they_can(query, usual, expected):
    asked = []

    def fit(*, alone):
        asked.append(alone)
        return SimpleNamespace(table=SimpleNamespace(n_configs=5 if alone else 50))

    fitted_for(query, fit, usual=usual)
    assert asked == expected
