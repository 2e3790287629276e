"""Answers from words alone, and by other measures than meta-features.

Also of: recommend.base.measured_relatives, recommend.store.compared,
recommend.store.known_vectors.
"""

import sys
from functools import partial

import numpy as np
import pandas as pd
import pytest

import warmstart
from warmstart.errors import (
    ArgumentError,
    KnowledgeError,
    MissingExtraError,
    SimilarityError,
)
from warmstart.knowledge.nearest import nearest_tasks
from warmstart.similarity.embeddings.sentence import sentence_encoder
from warmstart.similarity.known.known_tasks import KnownTasks
from warmstart.testing.task_distance import make_view


@pytest.fixture(scope="module")
def base(tiny_base):
    return warmstart.open_knowledge(tiny_base)


class TestDescription:
    def test_an_answer_before_there_is_data(self, base):
        answer = base.suggest(description="made-up 3, again", task_type="binary", n=3)
        assert len(answer) == 3
        assert any("no data yet" in warning for warning in answer.warnings)
        assert answer.neighbours
        assert all(0 < one.similarity <= 1 for one in answer.neighbours)
        assert answer.out_of_distribution.reason.startswith("Cannot tell")

    def test_words_do_not_move_the_answer_and_it_is_said(self, base):
        ids = [
            [s.configuration_id for s in base.suggest(description=words, task_type="binary")]
            for words in ("loans of a bank", "heart disease")
        ]
        assert ids[0] == ids[1]

    def test_intervals_are_no_narrower_than_with_meta_features(self, base):
        phi = base.md.metafeatures.iloc[0]
        known = base.suggest(metafeatures=phi, task_type="binary", n=3)
        blind = base.suggest(description="anything", task_type="binary", n=3)
        width = [np.mean([s.score_high - s.score_low for s in one]) for one in (known, blind)]
        assert width[1] >= width[0]

    def test_the_task_type_must_be_said(self, base):
        with pytest.raises(KnowledgeError, match="task_type"):
            base.suggest(description="anything")

    @pytest.mark.parametrize("words", ["", "  ", 3])
    def test_words_that_are_none(self, base, words):
        with pytest.raises(ArgumentError, match="description is what the data is in words"):
            base.suggest(description=words, task_type="binary")


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {"a": rng.normal(size=80), "b": rng.normal(size=80), "y": list("pq") * 40}
    )


@pytest.fixture(scope="module")
def with_vectors(base):
    """The base with vectors of made-up tables of its tasks."""
    views = {task: make_view(k, shift=k % 5) for k, task in enumerate(base.md.tasks.index)}
    known = KnownTasks()
    for name in ("text", "gw_otdd", "dataset2vec", "dida"):
        known = known.with_measure(name, views, settings={"n_rows": 40})
    return base.with_vectors(known)


class TestSimilarity:
    @pytest.mark.parametrize("measure", ["text", "gw_otdd", "dataset2vec", "dida", "mix"])
    def test_each_measure_kept_answers(self, with_vectors, frame, measure):
        answer = with_vectors.suggest(frame, target="y", similarity=measure, n=3)
        plain = with_vectors.suggest(frame, target="y", n=3)
        assert len(answer) == 3
        assert answer.neighbours != plain.neighbours
        assert all(0 < one.similarity <= 1 for one in answer.neighbours)
        if measure != "mix":
            assert f"by {measure}" in answer.out_of_distribution.reason
        assert np.isfinite([s.score for s in answer]).all()
        assert answer.explain().count("Known tasks most like it") == 1

    def test_the_known_task_itself_is_nearest(self, with_vectors):
        known = with_vectors.store.known.known.measure("gw_otdd")
        distances = known.fitted.distances(make_view(4, shift=4))
        assert known.task_ids[int(distances.argmin())] == "task-04"

    def test_methods_that_rank_by_near_tasks_find_them_by_it(self, with_vectors, frame):
        by = {"similarity": "dida", "strategy": "nearest_datasets"}
        answer = with_vectors.suggest(frame, target="y", n=1, **by)
        near = answer.neighbours[0].task_id
        scores = with_vectors.md.matrix("balanced_accuracy").loc[near]
        assert answer[0].configuration_id == scores.idxmax()

    def test_the_default_is_as_without_vectors(self, base, with_vectors, frame):
        for similarity in ("auto", "metafeatures"):
            found = with_vectors.suggest(frame, target="y", similarity=similarity)
            assert found.to_json() == base.suggest(frame, target="y").to_json()

    def test_saved_and_read_again(self, with_vectors, frame, tmp_path):
        with_vectors.save(tmp_path / "again")
        again = warmstart.Recommender.load(tmp_path / "again")
        found = again.suggest(frame, target="y", similarity="gw_otdd", n=3)
        expected = with_vectors.suggest(frame, target="y", similarity="gw_otdd", n=3)
        assert [n.task_id for n in found.neighbours] == [n.task_id for n in expected.neighbours]

    def test_forgotten_tasks_are_not_compared(self, with_vectors, frame):
        named = with_vectors.suggest(frame, target="y", similarity="dida").neighbours
        gone = named[0].task_id
        found = with_vectors.suggest(frame, target="y", similarity="dida", exclude=gone)
        assert gone not in [one.task_id for one in found.neighbours]

    def test_titles_where_there_is_no_data(self, base):
        answer = base.suggest(
            description="made-up 5", task_type="binary", n_rows=90, similarity="mix", n=3
        )
        assert "by size and title" in answer.out_of_distribution.reason
        assert any("by size and title" in warning for warning in answer.warnings)

    def test_sentences_are_read_when_they_are_asked_for(self, base, frame, wordllama):
        answer = base.suggest(
            description="Made-up 5", task_type="binary", similarity="sentence", n=3
        )
        assert "by sentence" in answer.out_of_distribution.reason
        assert answer.neighbours[0].name == "Made-up 5"
        assert len(base.suggest(frame, target="y", description="x", similarity="sentence"))
        found = nearest_tasks(
            frame, target="y", by="sentence", text="Made-up 5", knowledge=base
        )
        assert found["name"][0] == "Made-up 5"

    def test_sentences_without_their_extra(self, base, monkeypatch):
        monkeypatch.setitem(sys.modules, "wordllama", None)
        sentence_encoder.cache_clear()
        with pytest.raises(MissingExtraError, match=r"warmstart\[text\]"):
            base.suggest(description="x", task_type="binary", similarity="sentence")

    def test_a_measure_that_lacks_its_input_says_so(self, base, frame):
        with pytest.raises(SimilarityError, match="pass description"):
            base.suggest(similarity="text", task_type="binary")
        with pytest.raises(SimilarityError, match="or data that has a name"):
            base.suggest(similarity="sentence", task_type="binary")
        with pytest.raises(SimilarityError, match="pass the data or metafeatures"):
            base.suggest(description="x", similarity="metafeatures", task_type="binary")
        with pytest.raises(SimilarityError, match="pass the data or a description"):
            base.suggest(similarity="mix", task_type="binary")
        with pytest.raises(ArgumentError, match="similarity must be one of"):
            base.suggest(similarity="colour", task_type="binary")
        with pytest.raises(SimilarityError, match="'otdd' cannot be asked of a base"):
            base.suggest(frame, target="y", similarity="otdd")
        with pytest.raises(SimilarityError, match="nothing was evaluated on the new task"):
            base.suggest(frame, target="y", similarity="scores")
        with pytest.raises(KnowledgeError, match=r"no vectors of similarity 'dida'"):
            base.suggest(frame, target="y", similarity="dida")

    def test_rows_are_lacking_where_there_are_only_meta_features(self, with_vectors):
        phi = with_vectors.md.metafeatures.iloc[0]
        with pytest.raises(SimilarityError, match="'gw_otdd' compares tasks by their rows"):
            with_vectors.suggest(metafeatures=phi, task_type="binary", similarity="gw_otdd")

    def test_seconds_are_of_the_rows_said(self, base):
        asked = {"description": "x", "task_type": "binary", "n": 1}
        usual = base.suggest(**asked)[0].cost_s
        few, many = (base.suggest(**asked, n_rows=n)[0].cost_s for n in (50, 10**6))
        assert max(few, usual) < many
        with pytest.raises(KnowledgeError, match="nothing fits time_budget_s"):
            base.suggest(**asked, n_rows=10**6, time_budget_s=usual)

    def test_n_rows_is_of_data_that_is_not_there(self, base, frame):
        with pytest.raises(ArgumentError, match="the data has its rows"):
            base.suggest(frame, target="y", n_rows=10)
        with pytest.raises(ArgumentError, match="n_rows must be a whole number"):
            base.suggest(description="x", task_type="binary", n_rows=0)


class TestNeighbours:
    @pytest.mark.parametrize("by", ["text", "gw_otdd", "dida"])
    def test_by_what_the_base_keeps(self, with_vectors, frame, by):
        found = nearest_tasks(frame, target="y", by=by, text="table", knowledge=with_vectors)
        assert found["distance"].is_monotonic_increasing
        assert len(found)

    def test_by_results(self, base, frame):
        told = base.md.matrix("balanced_accuracy").loc["task-03"].dropna()
        found = nearest_tasks(
            frame, target="y", by="scores", scores=dict(told), knowledge=base, n=3
        )
        assert found["task_id"].iloc[0] == "task-03"
        assert found["distance"].iloc[0] == 0

    def test_what_is_lacking(self, base, frame):
        ask = partial(nearest_tasks, frame, target="y", knowledge=base)
        with pytest.raises(SimilarityError, match="pass scores="):
            ask(by="scores")
        with pytest.raises(SimilarityError, match="the base knows 0"):
            ask(by="scores", scores={"a": 1.0, "b": 2.0})
        with pytest.raises(SimilarityError, match="keeps no rows"):
            ask(by="otdd")
        with pytest.raises(KnowledgeError, match="no vectors of similarity 'task2vec'"):
            ask(by="task2vec")
