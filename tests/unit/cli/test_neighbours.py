"""warmstart neighbours, and the function behind it.

Also of: knowledge.nearest, similarity.by_name.
"""

import io
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from warmstart.cli import app
from warmstart.errors import ArgumentError
from warmstart.knowledge.base import open_knowledge
from warmstart.knowledge.nearest import nearest_tasks

GERMAN = Path(__file__).parents[3] / "data" / "examples" / "german_credit.csv"
COLUMNS = ["task_id", "name", "family", "distance", "best_learner", "best_score"]


def run(*words):
    done = CliRunner().invoke(app, ["neighbours", *map(str, words), "--csv"])
    assert done.exit_code == 0, done.output
    return pd.read_csv(io.StringIO(done.output))


def test_by_meta_features_are_those_that_suggest_names():
    import warmstart

    found = run(GERMAN, "--target", "class", "-n", 3)
    assert list(found.columns) == COLUMNS
    assert found["distance"].is_monotonic_increasing
    named = [one.task_id for one in warmstart.suggest(GERMAN, target="class", n=1).neighbours]
    assert found["task_id"].tolist() == named[:3]


def test_by_text_of_what_it_is_about():
    found = run(GERMAN, "--target", "class", "--by", "text", "--text", "breast cancer")
    assert found["name"].str.contains("cancer", case=False).any()
    assert (found["distance"] < 1).all()


def test_the_best_of_a_task_is_the_best_known():
    md = open_knowledge().md
    found = nearest_tasks(GERMAN, target="class", n=2, metric="accuracy")
    for row in found.itertuples():
        best = md.matrix("accuracy").loc[row.task_id]
        assert row.best_score == pytest.approx(best.max())
        assert md.learners[best.idxmax()] == row.best_learner


def test_wrong_words_are_named():
    with pytest.raises(ArgumentError, match=r"by must be one of .*metafeatures.*'colour'"):
        nearest_tasks(GERMAN, target="class", by="colour")
    with pytest.raises(ArgumentError, match="n must be at least 1, got 0"):
        nearest_tasks(GERMAN, target="class", n=0)
