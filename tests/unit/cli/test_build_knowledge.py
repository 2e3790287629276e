"""A base of several histories: what the pool did, the same on more rows, an older one.

Also of: cli.build.knowledge, knowledge.writing.
"""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from warmstart.cli import app
from warmstart.errors import KnowledgeError
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.costs.resources import ResourceModel
from warmstart.recommend.recommender import Recommender
from warmstart.recommend.store.resources import read_resources, write_resources
from warmstart.similarity.known.files import read_known, write_known
from warmstart.similarity.known.known_tasks import KnownTasks
from warmstart.similarity.task_view import TaskView


def history(tasks, points, *, max_rows=None):
    """Scores of named points; each task is of the family before its @."""
    rng = np.random.default_rng(len(tasks))
    scores = pd.DataFrame(rng.uniform(size=(len(tasks), len(points))), tasks, points)
    families = {task: task.partition("@")[0] for task in tasks}
    told = pd.DataFrame(
        {"task_type": "binary", "max_rows": [max_rows or np.nan] * len(tasks)}, index=tasks
    )
    return MetaDataset.from_matrix(
        scores, families=families, tasks=told, metric="roc_auc", higher_is_better=True
    )


def test_more_rows_and_older_runs_are_one_base_with_the_rest(tmp_path):
    names = [f"t{number}" for number in range(8)]
    large = [f"{name}@10000" for name in names[:6]]
    history(names, ["a", "b", "c"]).save(tmp_path / "rows-2000")
    history(large, ["a", "b"], max_rows=10_000).save(tmp_path / "rows-10000")
    history([*names[:3], "old"], ["x", "y"]).save(tmp_path / "before")
    result = CliRunner().invoke(
        app,
        [
            *("build", "knowledge", str(tmp_path / "rows-2000"), str(tmp_path / "kb")),
            *("--also", str(tmp_path / "rows-10000"), "--also", str(tmp_path / "before")),
            *("--leave-out", "t7", "--json"),
        ],
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["n_tasks"] == 7 + 6 + 1
    recommender = Recommender.load(tmp_path / "kb")
    assert recommender.md.tasks.loc["t0@10000", "family"] == "t0"
    small = recommender.fitted("classification", None, n_rows=500).table
    assert set(small.task_ids) == {*names[:7], "old"}
    assert set(small.configuration_ids) == set("abcxy")
    many = recommender.fitted("classification", None, n_rows=50_000).table
    # What is not known with more rows counts as it is known.
    assert set(many.task_ids) == {*large, "t6", "old"}
    assert many.scores[list(many.task_ids).index("t0@10000")].shape == (5,)


def test_models_for_more_rows_are_saved_as_well(tmp_path):
    """Whoever asks about many rows does not wait for a fit."""
    names = [f"t{number}" for number in range(8)]
    large = [f"{name}@10000" for name in names[:6]]
    both = history(names, ["a", "b", "c"]).merge(history(large, ["a", "b"], max_rows=10_000))
    fresh = Recommender().fit(both)
    fresh.save(tmp_path / "kb")
    files = {path.name for path in (tmp_path / "kb" / "models").glob("*.npz")}
    assert files == {"classification-roc_auc.npz", "classification-roc_auc-10000-rows.npz"}
    saved = Recommender.load(tmp_path / "kb")
    for n_rows in (500, 50_000):
        known, anew = (
            one.fitted("classification", "roc_auc", n_rows=n_rows).chooser.to_arrays()
            for one in (saved, fresh)
        )
        assert all(np.array_equal(known[name], anew[name]) for name in anew)
    (tmp_path / "kb" / "models" / "classification-roc_auc-10000-rows.npz").write_bytes(b"")
    damaged = Recommender.load(tmp_path / "kb")
    damaged.fitted("classification", "roc_auc", n_rows=500)
    with pytest.raises(KnowledgeError, match="10000-rows"):
        damaged.fitted("classification", "roc_auc", n_rows=50_000)


def test_models_of_many_tables_of_more_rows_know_no_others(tmp_path):
    """As a question about many rows is answered that names no learner."""
    names = [f"t{number}" for number in range(16)]
    large = history([f"{name}@10000" for name in names], ["a", "b"], max_rows=10_000)
    fresh = Recommender().fit(history(names, ["a", "b", "c"]).merge(large))
    fresh.save(tmp_path / "kb")
    files = {path.name for path in (tmp_path / "kb" / "models").glob("*.npz")}
    alone = "classification-roc_auc-10000-rows-alone.npz"
    assert files == {"classification-roc_auc.npz", alone}
    about = {"n_rows": 50_000, "alone": True}
    saved = Recommender.load(tmp_path / "kb")
    known, anew = (
        one.store.fitted("classification", "roc_auc", **about).chooser.to_arrays()
        for one in (saved, fresh)
    )
    assert all(np.array_equal(known[name], anew[name]) for name in anew)
    (tmp_path / "kb" / "models" / alone).write_bytes(b"")
    damaged = Recommender.load(tmp_path / "kb")
    many = damaged.fitted("classification", "roc_auc", n_rows=50_000)
    assert len(many.table.task_ids) == 16
    with pytest.raises(KnowledgeError, match="10000-rows-alone"):
        damaged.store.fitted("classification", "roc_auc", **about)


def test_a_table_of_few_rows_tells_nothing_of_more(tmp_path):
    names = [f"t{number}" for number in range(8)]
    few = history(names, ["a", "b"])
    few.save(tmp_path / "few")
    large = history([f"{name}@10000" for name in names], ["a", "b"], max_rows=10_000)
    rows = large.tasks.assign(n_rows=[2_300, 9_000, 4_400, 4_500, *[10_000] * 4])
    large = dataclasses.replace(large, tasks=rows)
    large.save(tmp_path / "large")
    result = CliRunner().invoke(
        app,
        [
            *("build", "knowledge", str(tmp_path / "few"), str(tmp_path / "kb")),
            *("--also", str(tmp_path / "large"), "--json"),
        ],
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["too_few_rows"] == ["t0@10000", "t2@10000"]
    assert len(MetaDataset.open(tmp_path / "kb")) == 8 + 6


def test_a_base_is_gone_on_from_with_all_it_keeps(tmp_path):
    """Vectors and sizes are the first base's; doing it again changes nothing."""
    names = [f"t{number}" for number in range(8)]
    first = tmp_path / "first"
    Recommender().fit(history(names, ["a", "b", "c"])).save(first)
    views = {name: TaskView(text=f"table {name}") for name in names}
    write_known(KnownTasks().with_measure("text", views), first)
    sizes = {"size_mb": ResourceModel("size in megabytes")}
    write_resources(sizes, first / "models" / "resources.json")
    history([f"{name}@10000" for name in names], ["a"], max_rows=10_000).save(tmp_path / "more")
    found = []
    for before, out in ((first, tmp_path / "kb"), (tmp_path / "kb", tmp_path / "again")):
        arguments = ["build", "knowledge", str(before), str(out)]
        result = CliRunner().invoke(app, [*arguments, "--also", str(tmp_path / "more")])
        assert result.exit_code == 0, result.output
        assert read_known(out).kept["text"].task_ids == tuple(names)
        assert read_resources(out / "models" / "resources.json").keys() == {"size_mb"}
        found.append(json.loads((out / "manifest.json").read_text())["digests"])
    assert found[0] == found[1]


def test_more_rows_of_another_kind_of_task_change_nothing(tmp_path):
    names = [f"t{number}" for number in range(8)]
    other = history([f"r{k}@10000" for k in range(6)], ["a", "b"], max_rows=10_000)
    tasks = other.tasks[["max_rows"]].assign(task_type="regression")
    other = MetaDataset.from_matrix(
        other.matrix("roc_auc"), families=other.families, tasks=tasks, metric="r2"
    )
    base = Recommender().fit(history(names, ["a", "b", "c"]).merge(other))
    few, many = (base.fitted("classification", "roc_auc", n_rows=n) for n in (500, 50_000))
    assert few is many
    # Known with 10,000 rows only, they count whatever is asked.
    assert base.fitted("regression", "r2", n_rows=500).table.scores.shape == (6, 2)


def test_a_history_that_is_none_is_refused(tmp_path):
    history(["t"], ["a"]).save(tmp_path / "one")
    arguments = ["build", "knowledge", str(tmp_path / "one"), str(tmp_path / "kb")]
    result = CliRunner().invoke(app, [*arguments, "--also", str(tmp_path / "nowhere")])
    assert result.exit_code != 0
    assert not (tmp_path / "kb").exists()
    assert "nowhere" in result.stderr + str(result.exception)
