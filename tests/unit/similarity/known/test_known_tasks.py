"""What a base keeps of its tasks: numbers, on disk and back.

Also of: similarity.known.by_columns, similarity.known.files, similarity.known.measures.
"""

import json

import numpy as np
import pandas as pd
import pytest

from warmstart.errors import KnowledgeError, SimilarityError
from warmstart.similarity.embeddings.dida import DIDA
from warmstart.similarity.known.by_columns import ByColumns
from warmstart.similarity.known.files import (
    read_known,
    read_measure,
    write_known,
    write_measure,
)
from warmstart.similarity.known.known_tasks import KnownTasks, size_of, sizes_of
from warmstart.similarity.known.measures import vector_distances
from warmstart.similarity.quantiles import columns_by, group_of, groups_of
from warmstart.similarity.task_view import TaskView
from warmstart.testing.performance_model import make_table
from warmstart.testing.task_distance import SimilarityContract, make_view

TABLES = ("text", "gw_otdd", "dataset2vec", "dida")


@pytest.fixture(scope="module")
def views():
    return {f"t{k}": make_view(k, shift=float(k)) for k in range(40)}


@pytest.fixture(scope="module")
def known(views):
    found = KnownTasks()
    for name in TABLES:
        found = found.with_measure(name, views, settings={"n_rows": 40})
    return found


class TestKnownTasks:
    def test_a_known_task_is_described_as_it_is_kept(self, known, views):
        columns = known.columns(TABLES, ["t3"])
        found = known.describe(TABLES, views["t3"])
        np.testing.assert_allclose(found[columns.columns], columns.iloc[0], atol=1e-6)

    def test_wide_vectors_are_turned_to_few_axes(self, known):
        assert known.columns(("text",)).shape == (40, 32)
        gaps = known.columns(("text",)).to_numpy()
        whole = known.measure("text").fitted.vectors_
        # Axes keep what differs most: distances are near those of the whole vectors.
        short = np.linalg.norm(gaps[0] - gaps[5])
        assert short == pytest.approx(np.linalg.norm(whole[0] - whole[5]), rel=0.2)

    def test_unknown_tasks_have_no_coordinates(self, known):
        frame = known.columns(("dida",), ["t1", "nobody"])
        assert frame.loc["t1"].notna().all()
        assert frame.loc["nobody"].isna().all()

    def test_some_tasks_only(self, known, views):
        few = known.select(["t2", "t7"])
        assert few.measure("gw_otdd").task_ids == ("t2", "t7")
        whole = known.measure("gw_otdd").fitted.distances(views["t1"])
        found = few.measure("gw_otdd").fitted.distances(views["t1"])
        np.testing.assert_allclose(found, whole[[2, 7]])
        assert not known.select([]).kept

    def test_what_is_lacking_is_said(self, known):
        with pytest.raises(SimilarityError, match="'dida' compares tasks by their rows"):
            known.describe(("dida",), TaskView(text="words"))
        with pytest.raises(KnowledgeError, match=r"keeps no vectors of similarity 'task2vec'"):
            known.describe(("task2vec",), TaskView(text="words"))
        with pytest.raises(SimilarityError, match="keeps no rows"):
            known.columns(("otdd",))
        with pytest.raises(SimilarityError, match="no task has any"):
            KnownTasks().with_measure("task2vec", {"a": TaskView(text="words")})

    def test_sizes(self):
        tasks = pd.DataFrame({"n_rows": [10, 20], "n_classes": [2, None]}, index=["a", "b"])
        assert sizes_of(tasks).loc["a"].tolist() == [10, 2]
        assert sizes_of(tasks).loc["b"].isna().tolist() == [False, True]
        assert size_of(30, None).index.tolist() == sizes_of(tasks).columns.tolist()


class TestFiles:
    def test_written_and_read(self, known, views, tmp_path):
        write_known(known, tmp_path)
        again = read_known(tmp_path)
        view = make_view(50, shift=2.5)
        for name in TABLES:
            before, after = known.measure(name), again.measure(name)
            assert after.task_ids == before.task_ids
            assert after.settings == {"n_rows": 40}
            scale = before.fitted.distances(view).max()
            np.testing.assert_allclose(
                after.fitted.distances(view), before.fitted.distances(view), atol=0.01 * scale
            )

    def test_only_numbers_and_ids_are_kept(self, known, tmp_path):
        for path in write_known(known, tmp_path).glob("*.npz"):
            with np.load(path, allow_pickle=False) as arrays:
                kinds = {name: arrays[name].dtype.kind for name in arrays}
            assert kinds.pop("task_ids") == "U"
            assert set(kinds.values()) <= {"f", "i"}

    def test_no_folder_is_nothing_known(self, tmp_path):
        assert not read_known(tmp_path).kept

    def test_damage_and_other_versions_are_named(self, known, tmp_path):
        folder = write_known(known, tmp_path)
        (folder / "dida.npz").write_bytes(b"no archive")
        with pytest.raises(KnowledgeError, match=r"dida\.npz holds no dida"):
            read_known(tmp_path)
        manifest = folder / "vectors.json"
        manifest.write_text(json.dumps({"version": 99, "measures": {}}))
        with pytest.raises(KnowledgeError, match="has version 99, this warmstart reads 1"):
            read_known(tmp_path)
        manifest.write_text("{")
        with pytest.raises(KnowledgeError, match="is damaged"):
            read_known(tmp_path)

    def test_weights_of_a_network(self, tmp_path):
        made = DIDA(n_hidden=6, n_out=5, random_state=3)
        path = write_measure(made, tmp_path / "dida.npz")
        rows = make_view(1).rows
        np.testing.assert_allclose(
            read_measure("dida", path).embed(rows), made.embed(rows), atol=1e-6
        )
        with pytest.raises(KnowledgeError, match="there are no weights of dida at"):
            read_measure("dida", tmp_path / "none.npz")


class TestColumns:
    def test_columns_by_group(self):
        names = ["rows", "dida:0", "text:0", "dida:1", "odd:1"]
        assert columns_by(names, ("dida", "metafeatures")) == [
            "dida:0", "dida:1", "rows", "odd:1",
        ]  # fmt: skip
        assert group_of("odd:1") == "metafeatures"
        assert groups_of(["rows", "dida:0", "more", "dida:1"]).tolist() == [0, 1, 0, 1]

    @pytest.mark.parametrize(
        ("norm", "expected"),
        [
            ("mean", 3.5),
            ("root_mean_square", np.sqrt(12.5)),
            ("euclidean", 5.0),
            ("cosine", 1 - 12 / 13),
            (
                "shares",
                1 - (4 / 18 + 10 / 40) / np.hypot(1 / 3, 2 / 5) / np.hypot(2 / 3, 5 / 8),
            ),
        ],
    )
    def test_norms_by_hand(self, norm, expected):
        vector, known = np.array([0.0, 12.0]), np.array([[3.0, 16.0]])
        if norm == "cosine":
            vector, known = np.array([3.0, 4.0]), np.array([[0.0, 1.0]])
            expected = 1 - 0.8
        if norm == "shares":
            vector, known = np.array([1.0, 2.0]), np.array([[2.0, 3.0]])
            a, b = np.array([1 / 3, 2 / 5]), np.array([2 / 3, 3 / 5])
            expected = 1 - a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        assert vector_distances(norm, vector, known)[0] == pytest.approx(expected)

    def test_a_task_without_a_vector_is_infinitely_far(self):
        frame = pd.DataFrame({"dida:0": [0.0, np.nan], "dida:1": [1.0, np.nan]})
        found = ByColumns(by=("dida",)).fit_frame(frame).distances(frame.iloc[0])
        assert found.tolist() == [0.0, np.inf]


class TestByColumns(SimilarityContract):
    @pytest.fixture
    def similarity(self):
        return ByColumns(by=("metafeatures",))


class TestByVectors(SimilarityContract):
    @pytest.fixture
    def table(self):
        from dataclasses import replace

        table = make_table()
        phi = table.metafeatures
        names = [f"dida:{k}" for k in range(phi.shape[1])]
        return replace(table, metafeatures=phi.set_axis(names, axis=1))

    @pytest.fixture
    def similarity(self):
        return ByColumns(by=("dida",))

    def test_a_fit_forgets_the_table_before(self, similarity, table, known_by):
        similarity.fit(make_table(n_tasks=8)).fit(table)
        assert similarity.distances(**known_by(2)).shape == (table.n_tasks,)
