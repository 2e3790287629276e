"""Answers from words alone, and what names the known tasks most like a new one."""

import numpy as np
import pandas as pd
import pytest

import warmstart
from warmstart.errors import ArgumentError, KnowledgeError, SimilarityError


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


class TestSimilarity:
    def test_text_beside_data(self, base):
        rng = np.random.default_rng(0)
        frame = pd.DataFrame({"a": rng.normal(size=80), "y": list("pq") * 40})
        by_text = base.suggest(frame, target="y", description="made-up 5", similarity="text")
        plain = base.suggest(frame, target="y")
        assert by_text.neighbours != plain.neighbours
        assert [s.configuration_id for s in by_text] == [s.configuration_id for s in plain]

    def test_a_measure_that_lacks_its_input_says_so(self, base):
        with pytest.raises(SimilarityError, match="pass description"):
            base.suggest(similarity="text", task_type="binary")
        with pytest.raises(SimilarityError, match="pass the data or metafeatures"):
            base.suggest(description="x", similarity="metafeatures", task_type="binary")
        with pytest.raises(ArgumentError, match="similarity must be one of"):
            base.suggest(similarity="otdd", task_type="binary")
