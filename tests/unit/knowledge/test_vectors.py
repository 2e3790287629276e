"""Vectors made of the tables a base was scored on, and networks trained on others.

Also of: cli.build.similarity, similarity.known.views.
"""

import json
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from warmstart.cli import app
from warmstart.errors import KnowledgeError, SimilarityError
from warmstart.execution.tasks import read_tasks
from warmstart.knowledge.vectors import make_vectors, train_embedding
from warmstart.recommend.recommender import Recommender
from warmstart.similarity.known.files import read_known


@pytest.fixture
def tables(tmp_path):
    """A list of twelve tables, of the first tasks of the made-up base."""
    rng = np.random.default_rng(0)
    rows = []
    for k in range(12):
        frame = pd.DataFrame(rng.normal(size=(30, 3)) + k, columns=["age", "dose", f"c{k}"])
        frame["y"] = np.where(rng.random(30) < 0.3 + 0.03 * k, "p", "q")
        frame.to_csv(tmp_path / f"{k}.csv", index=False)
        rows.append(
            {
                "task_id": f"task-{k:02d}",
                "name": f"Table {k}",
                "family": f"family-{k // 2:02d}",
                "task_type": "binary",
                "path": f"{k}.csv",
                "target": "y",
            }
        )
    listed = tmp_path / "tasks.csv"
    pd.DataFrame(rows).to_csv(listed, index=False)
    return listed


@pytest.fixture
def base(tiny_base, tmp_path):
    from shutil import copytree

    return copytree(tiny_base, tmp_path / "base")


def test_vectors_of_all_measures_that_have_their_input(base, tables):
    report = make_vectors(base, read_tasks(tables))
    assert report.n_tasks == dict.fromkeys(("text", "gw_otdd", "dataset2vec", "dida"), 12)
    assert len(report.missing) == 18
    known = read_known(base)
    assert known.measure("dida").settings == {"n_rows": 256, "seed": 0, "trained": 0}
    frame = pd.read_csv(tables.parent / "3.csv")
    for measure in report.n_tasks:
        answer = Recommender.load(base).suggest(frame, target="y", similarity=measure, n=2)
        assert answer.neighbours[0].task_id == "task-03", measure


def test_a_table_that_cannot_be_read_is_told(base, tables):
    tasks = read_tasks(tables)
    tasks[2] = replace(tasks[2], path=tables.parent / "gone.csv")
    report = make_vectors(base, tasks, measures=["gw_otdd"])
    assert list(report.problems) == ["task-02"]
    assert report.n_tasks == {"gw_otdd": 11}


def test_what_cannot_be_made_is_refused(base, tables):
    tasks = read_tasks(tables)
    with pytest.raises(SimilarityError, match="keeps no rows"):
        make_vectors(base, tasks, measures=["otdd"])
    with pytest.raises(SimilarityError, match="no task has any"):
        make_vectors(base, tasks, measures=["task2vec"])
    with pytest.raises(KnowledgeError, match="none of the 1 tasks listed is known"):
        make_vectors(base, [replace(tasks[0], task_id="other")])
    with pytest.raises(KnowledgeError, match="there are no weights of dida"):
        make_vectors(base, tasks, trained={"dida": base / "none.npz"})


def test_trained_weights_answer_without_torch(base, tables, tmp_path, monkeypatch):
    weights = tmp_path / "dida.npz"
    n = train_embedding("dida", read_tasks(tables), weights, n_steps=2, n_rows=20)
    assert n == 12
    make_vectors(base, read_tasks(tables), measures=["dida"], trained={"dida": weights})
    monkeypatch.setitem(sys.modules, "torch", None)
    frame = pd.read_csv(tables.parent / "5.csv")
    answer = Recommender.load(base).suggest(frame, target="y", similarity="dida", n=2)
    assert answer.neighbours[0].task_id == "task-05"


def test_families_of_a_base_are_not_learned_from(base, tables, tmp_path):
    with pytest.raises(SimilarityError, match="at least two tables, got 0"):
        train_embedding("dida", read_tasks(tables), tmp_path / "w.npz", apart_from=base)
    with pytest.raises(SimilarityError, match="'text' is not trained"):
        train_embedding("text", read_tasks(tables), tmp_path / "w.npz")


def test_the_commands(base, tables, tmp_path):
    weights = tmp_path / "d2v.npz"
    words = ["build", "embedding", weights, "--tasks", tables, "--measure", "dataset2vec"]
    done = CliRunner().invoke(app, [*map(str, words), "--steps", "2", "--json"])
    assert done.exit_code == 0, done.output
    words = ["build", "similarity", base, "--tasks", tables, "--measure", "dataset2vec"]
    words += ["--weights", f"dataset2vec={weights}", "--json"]
    done = CliRunner().invoke(app, list(map(str, words)))
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["n_tasks"] == {"dataset2vec": 12}
    words = ["neighbours", tables.parent / "4.csv", "--target", "y", "--by", "dataset2vec"]
    done = CliRunner().invoke(app, [*map(str, words), "--knowledge", str(base), "--csv"])
    assert done.exit_code == 0, done.output
    assert "task-04" in done.stdout.splitlines()[1]


def test_neighbours_by_results_of_a_file(base, tables, tmp_path):
    told = Recommender.load(base).md.matrix("balanced_accuracy").loc["task-07"].dropna()
    path = tmp_path / "scores.csv"
    told.rename("score").rename_axis("configuration_id").reset_index().to_csv(path, index=False)
    words = ["neighbours", tables.parent / "4.csv", "--target", "y", "--by", "scores"]
    words += ["--scores", path, "--knowledge", base, "--csv"]
    done = CliRunner().invoke(app, list(map(str, words)))
    assert done.exit_code == 0, done.output
    assert "task-07" in done.stdout.splitlines()[1]
    path.write_text("a,b\n1,2\n")
    done = CliRunner().invoke(app, list(map(str, words)))
    assert done.exit_code != 0
