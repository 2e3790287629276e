"""Meta-datasets of several sources as one.

Also of: metadataset.combine.merge_runs, metadataset.combine.merge_tasks,
metadataset.core.columns, metadataset.core.configurations, metadataset.core.evaluations.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.combine.merge_tasks import united_families
from warmstart.metadataset.core.columns import complete
from warmstart.metadataset.core.configurations import Configurations
from warmstart.metadataset.core.evaluations import RunEvaluations
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.storage.runs.run_keys import run_keys, text_hashes


def history(runs, *, source="tracker", info=None, texts=None, **more):
    """A meta-dataset of rows (task, configuration, score, run id, status)."""
    tasks = list(dict.fromkeys(run[0] for run in runs))
    names = list(dict.fromkeys(run[1] for run in runs))
    columns = {
        "task_id": pa.array([run[0] for run in runs]),
        "configuration_id": pa.array([run[1] for run in runs]),
        "metric": pa.array([more.get("metric", "auc")] * len(runs)),
        "score": pa.array([run[2] for run in runs], pa.float64()),
        "source_run_id": pa.array([run[3] for run in runs]),
        "status": pa.array([run[4] if len(run) > 4 else "ok" for run in runs]),
    }
    rows = complete(columns, len(runs), source)
    return MetaDataset.from_parts(
        pd.Index(tasks),
        RunEvaluations(lambda _: [rows], (more.pop("metric", "auc"),), tasks, names),
        Configurations(pd.Index(names), texts=texts or ["{}"] * len(names)),
        info=info,
        **more,
    )


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def n_rows(md):
    return sum(len(rows) for rows in md.runs())


class TestRuns:
    def test_the_same_source_twice_changes_nothing(self, tmp_path):
        md = history([("t", "a", 0.5, "1"), ("t", "a", 0.7, "2"), ("u", "b", 0.9, "3")])
        md.save(tmp_path / "one")
        opened = MetaDataset.open(tmp_path / "one")
        opened.merge(opened, md).save(tmp_path / "two")
        assert contents(tmp_path / "one") == contents(tmp_path / "two")

    def test_runs_without_an_id(self):
        """Repeats that say the same stay repeats; the same import again is no repeat."""
        twice = history([("t", "a", 0.5, ""), ("t", "a", 0.5, "")])
        assert n_rows(twice.merge(twice)) == 2
        assert n_rows(twice.merge(history([("t", "a", 0.5, "")] * 3))) == 3

    def test_matrices_that_say_the_same_count_once_and_others_are_averaged_and_told(self):
        ours, theirs = (
            MetaDataset.from_matrix(pd.DataFrame({"a": [score], "b": [0.6]}, index=["t"]))
            for score in (0.5, 0.9)
        )
        assert n_rows(ours.merge(ours)) == 2
        assert "merge_notes" not in ours.merge(ours).info
        merged = ours.merge(theirs, theirs)
        assert n_rows(merged) == 3
        assert merged.matrix().loc["t"].tolist() == [0.7, 0.6]
        (note,) = merged.info["merge_notes"]
        assert note.startswith("1 score is a mean over several meta-datasets")
        assert "task_id 't', configuration_id 'a', metric 'score': from 0.5 to 0.9" in note
        again = merged.merge(ours)
        assert again.info == merged.info
        assert again.matrix().equals(merged.matrix())

    def test_means_with_runs_that_have_no_id_are_told(self):
        named, bare = history([("t", "a", 0.5, "1")]), history([("t", "a", 0.7, "")])
        for merged in (named.merge(bare), bare.merge(named)):
            assert "from 0.5 to 0.7" in merged.info["merge_notes"][0]
        failed = history([("t", "a", None, "", "failed")])
        assert "merge_notes" not in named.merge(failed).info
        assert "merge_notes" not in named.merge(history([("t", "a", 0.7, "2")])).info

    def test_sources_are_told_apart(self):
        merged = history([("t", "a", 0.5, "1")]).merge(
            history([("t", "a", 0.7, "1")], source="other")
        )
        assert merged.matrix().loc["t", "a"] == 0.6

    def test_a_longer_export_adds_only_what_is_new(self):
        old = history([("t", "a", 0.5, "1"), ("t", "b", None, "2", "running")])
        new = history([("t", "a", 0.5, "1"), ("t", "b", 0.8, "2"), ("u", "c", 0.1, "3", "ok")])
        for merged in (old.merge(new), new.merge(old)):
            assert n_rows(merged) == 3
            assert merged.matrix().loc["t", "b"] == 0.8
            assert merged.status().loc["t", "b"] == "ok"

    def test_another_score_of_the_same_run(self):
        one, two = history([("t", "a", 0.5, "1")]), history([("t", "a", 0.6, "1")])
        with pytest.raises(MetaDatasetError, match=r"source_run_id '1'.*0\.6, before 0\.5"):
            one.merge(two)
        assert one.merge(two, conflicts="first").matrix().iat[0, 0] == 0.5
        last = one.merge(two, conflicts="last")
        assert last.matrix().iat[0, 0] == 0.6
        assert "last result counts" in last.info["merge_notes"][0]

    def test_only_selected_tasks(self):
        md = history([("t", "a", 0.5, "1"), ("u", "a", 0.7, "2")])
        merged = md.select(["u"]).merge(history([("v", "a", 0.1, "3")]))
        assert merged.tasks.index.tolist() == ["u", "v"]
        assert n_rows(merged) == 2

    def test_metrics_stay_apart(self):
        merged = history([("t", "a", 0.5, "1")]).merge(
            history([("t", "a", -3.0, "1")], metric="rmse")
        )
        assert merged.metrics == ("auc", "rmse")
        assert merged.matrix("rmse").iat[0, 0] == -3.0
        assert merged.matrix().iat[0, 0] == 0.5

    def test_saved_and_opened(self, tmp_path):
        one = history([("t", "a", 0.5, "1")])
        two = history([("u", "b", 0.6, "1")], source="other")
        merged = one.merge(two)
        merged.save(tmp_path / "meta")
        opened = MetaDataset.open(tmp_path / "meta", verify=True)
        pd.testing.assert_frame_equal(opened.matrix(), merged.matrix())
        assert {p.parent.name for p in tmp_path.rglob("part-0.parquet")} == {
            "source=tracker",
            "source=other",
        }

    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 5)), min_size=1))
    def test_order_of_merging_does_not_matter(self, runs):
        """Which runs there are is the union, however often a part occurs."""
        unique = {f"{task}{run}": (task, "c", run / 10, f"{task}{run}") for task, run in runs}
        rows = list(unique.values())
        whole = history(rows)
        half = history(rows[: len(rows) // 2 + 1])
        for merged in (whole.merge(half), half.merge(whole), half.merge(whole, half)):
            assert n_rows(merged) == len(rows)
            pd.testing.assert_frame_equal(
                merged.matrix().sort_index(), whole.matrix().sort_index()
            )


class TestTasks:
    def test_labels_stay_integers_where_all_are(self):
        one = MetaDataset.from_matrix(pd.DataFrame([[1.0]], index=[3]))
        two = MetaDataset.from_matrix(pd.DataFrame([[2.0]], index=[7]))
        merged = one.merge(two)
        assert merged.tasks.index.tolist() == [3, 7]
        assert merged.families.tolist() == [3, 7]
        text = MetaDataset.from_matrix(pd.DataFrame([[4.0]], index=["7"], columns=["x"]))
        mixed = two.merge(text)
        assert mixed.tasks.index.tolist() == ["7"]
        assert mixed.matrix().loc["7"].tolist() == [2.0, 4.0]
        assert any("text now" in note for note in mixed.info["merge_notes"])

    def test_what_one_does_not_know(self):
        scores = pd.DataFrame([[1.0]], index=["t"], columns=["a"])
        one = MetaDataset.from_matrix(scores, tasks=pd.DataFrame({"n_rows": [5]}, ["t"]))
        two = MetaDataset.from_matrix(
            scores, tasks=pd.DataFrame({"name": ["Tea"], "task_type": ["binary"]}, ["t"])
        )
        row = one.merge(two).tasks.loc["t"]
        assert (row["name"], row["task_type"], row["n_rows"]) == ("Tea", "binary", 5)

    def test_contradictions_are_refused(self):
        scores = pd.DataFrame([[1.0]], index=["t"], columns=["a"])
        one, two = (
            MetaDataset.from_matrix(scores, tasks=pd.DataFrame({"n_rows": [n]}, ["t"]))
            for n in (5, 6)
        )
        with pytest.raises(MetaDatasetError, match="n_rows of 't' is 5 here and 6 there"):
            one.merge(two)
        assert one.merge(two, conflicts="last").tasks.loc["t", "n_rows"] == 6
        with pytest.raises(MetaDatasetError, match="got 'newest'"):
            one.merge(two, conflicts="newest")

    def test_names_do_not_conflict(self):
        scores = pd.DataFrame([[1.0]], index=["t"], columns=["a"])
        one, two = (
            MetaDataset.from_matrix(scores, tasks=pd.DataFrame({"name": [n]}, ["t"]))
            for n in ("Tea", "tea-2")
        )
        merged = one.merge(two)
        assert merged.tasks.loc["t", "name"] == "Tea"
        assert merged.info["merge_notes"] == ["name differs for tasks 't'; the first counts"]

    def test_families_that_share_a_task_become_one(self):
        one = pd.DataFrame({"family": ["x", "x", "c", "d"]}, index=["a", "b", "c", "d"])
        two = pd.DataFrame({"family": ["y", "y", "d"]}, index=["b", "c", "e"])
        families = united_families([one, two])
        assert families == {"a": "x", "b": "x", "c": "x", "d": "d", "e": "d"}

    def test_metafeatures(self):
        scores = pd.DataFrame([[1.0], [2.0]], index=["t", "u"], columns=["a"])
        one = MetaDataset.from_matrix(
            scores, metafeatures=pd.DataFrame({"rows": [5.0]}, index=["t"])
        )
        two = MetaDataset.from_matrix(
            scores, metafeatures=pd.DataFrame({"rows": [5.0, 9.0], "k": [1.0, 2.0]}, ["t", "u"])
        )
        found = one.merge(two).metafeatures
        assert found.loc["u", "rows"] == 9.0
        assert found.columns.tolist() == ["rows", "k"]
        versions = [
            replace(md, info={"extractor_version": version})
            for md, version in ((one, "1"), (two, "2"))
        ]
        with pytest.raises(MetaDatasetError, match="version 1 here and 2 there"):
            versions[0].merge(versions[1])


class TestConfigurationsAndInfo:
    def test_known_values_win_and_others_are_refused(self):
        unknown = history([("t", "a", 0.5, "1")])
        known = history([("t", "a", 0.5, "1")], texts=['{"depth":3}'])
        assert unknown.merge(known).configuration("a") == {"depth": 3}
        other = history([("t", "a", 0.5, "1")], texts=['{"depth":4}'])
        with pytest.raises(MetaDatasetError, match="configuration 'a' is"):
            known.merge(other)
        assert known.merge(other, conflicts="last").configuration("a") == {"depth": 4}

    def test_info(self):
        one = history(
            [("t", "a", 0.5, "1")], info={"sources": ["x"], "licences": {"x": "MIT"}, "cpu": 1}
        )
        two = history(
            [("t", "b", 0.5, "2")], info={"sources": ["y"], "licences": {"y": "BSD"}, "cpu": 2}
        )
        info = one.merge(two, one).info
        assert info["sources"] == ["x", "y"]
        assert info["licences"] == {"x": "MIT", "y": "BSD"}
        assert info["merged_from"] == [{"cpu": 1}, {"cpu": 2}]
        assert one.merge(two).merge(two).info == one.merge(two).info


class TestKeys:
    @settings(deadline=None)
    @given(st.lists(st.text(max_size=12)))
    def test_equal_hashes_are_equal_texts(self, texts):
        hashes = text_hashes(pa.array(texts, pa.string())).tolist()
        by_text = dict(zip(texts, hashes, strict=True))
        assert hashes == [by_text[text] for text in texts]
        assert len(set(by_text.values())) == len(by_text)

    def test_no_collision_among_many_alike(self):
        names = pa.array([f"openml:{i}" for i in range(300_000)])
        assert len(np.unique(text_hashes(names))) == 300_000
        assert (text_hashes(names.slice(70_000, 5)) == text_hashes(names)[70_000:70_005]).all()

    def test_encoding_does_not_matter(self):
        md = history([("t", "a", 0.5, "1"), ("t", "b", None, "", "failed")])
        (rows,) = md.runs()
        plain = rows.cast(
            pa.schema(
                [
                    (f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type)
                    for f in rows.schema
                ]
            )
        )
        assert (run_keys([rows])[0] == run_keys([plain])[0]).all()
