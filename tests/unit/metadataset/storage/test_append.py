"""Batches added to a folder: each once, each run once, nothing rewritten.

Also of: metadataset.core.from_frames, metadataset.storage.manifest,
metadataset.storage.measured, metadataset.storage.tables, metadataset.storage.writing.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.metadataset.combine.test_merge import history

from warmstart.errors import HistoryError, MetaDatasetError
from warmstart.metadataset.build.units import BuildLock
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.storage import reading as store
from warmstart.metadataset.storage.runs import deduplicate as distinct_runs
from warmstart.metadataset.storage.runs.deduplicate import DistinctRuns, first_of_each
from warmstart.recommend.recommender import Recommender


def parts(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.parquet"))


@pytest.fixture
def folder(tmp_path):
    first = history([("t", "a", 0.5, "1"), ("t", "b", None, "2", "running")])
    return first.save(tmp_path / "meta")


class TestAppend:
    def test_nothing_there_is_touched(self, folder):
        before = {name: (folder / name).read_bytes() for name in parts(folder)}
        batch = history([("u", "c", 0.9, "3")], texts=['{"depth":3}'])
        appended = batch.append_to(folder)
        assert appended.n_evaluations == 1
        assert set(parts(folder)) == set(before) | set(appended.files)
        assert all((folder / name).read_bytes() == text for name, text in before.items())
        md = MetaDataset.open(folder, verify=True)
        assert md.tasks.index.tolist() == ["t", "u"]
        assert md.configuration("c") == {"depth": 3}
        assert md.matrix().loc["u", "c"] == 0.9

    def test_the_same_batch_again(self, folder):
        batch = history([("u", "c", 0.9, "3"), ("u", "c", 0.9, "")])
        batch.append_to(folder)
        before = parts(folder)
        assert batch.append_to(folder).files == ()
        assert parts(folder) == before

    def test_overlapping_batches_count_a_run_once(self, folder):
        history([("t", "a", 0.5, "1"), ("t", "b", 0.7, "2"), ("u", "a", 0.1, "3")]).append_to(
            folder
        )
        history([("u", "a", 0.1, "3"), ("u", "a", 0.3, "4")]).append_to(folder)
        md = MetaDataset.open(folder)
        assert sum(len(rows) for rows in md.runs()) == 4
        assert md.matrix().loc["u", "a"] == pytest.approx(0.2)
        assert md.matrix().loc["t", "b"] == 0.7  # the run had not ended before

    def test_the_first_counts_by_time_not_by_name(self, folder, caplog):
        for score in (0.1, 0.2, 0.3, 0.4):
            history([("u", "a", score, "9")]).append_to(folder)
        assert MetaDataset.open(folder).matrix().loc["u", "a"] == 0.1
        assert "3 runs were added again with another score; the first counts" in caplog.text

    def test_separate_ids_need_no_look_at_the_rows(self, folder):
        history([("u", "a", 0.1, "3")]).append_to(folder)
        files = sorted((folder / "evaluations").rglob("*.parquet"))
        assert len(files) == 2
        assert not DistinctRuns(files).overlapping
        history([("u", "b", 0.1, "2")]).append_to(folder)
        assert DistinctRuns(sorted((folder / "evaluations").rglob("*.parquet"))).overlapping

    def test_saving_makes_one_file(self, folder, tmp_path):
        history([("u", "a", 0.1, "3")]).append_to(folder)
        md = MetaDataset.open(folder)
        md.save(tmp_path / "whole")
        assert parts(tmp_path / "whole") == [
            "configurations.parquet",
            "evaluations/source=tracker/part-0.parquet",
            "tasks.parquet",
        ]
        whole = MetaDataset.open(tmp_path / "whole", verify=True)
        pd.testing.assert_frame_equal(whole.matrix(), md.matrix())

    def test_sources_metrics_and_metafeatures_are_added(self, folder):
        batch = history(
            [("u", "a", -3.0, "1")],
            source="other",
            metric="rmse",
            info={"sources": ["other"], "licences": {"other": "MIT"}},
            metafeatures=pd.DataFrame({"rows": [7.0]}, index=["u"]),
        )
        batch.append_to(folder)
        md = MetaDataset.open(folder, verify=True)
        assert md.metrics == ("auc", "rmse")
        assert md.info["licences"] == {"other": "MIT"}
        assert md.metafeatures.loc["u", "rows"] == 7.0
        assert md.matrix().loc["u", "a"] == -3.0

    def test_batches_in_a_row_equal_all_at_once(self, tmp_path):
        runs = [(f"t{i % 7}", f"c{i % 5}", i / 100, f"run-{i}") for i in range(60)]
        whole = history(runs)
        folder = history(runs[:20]).save(tmp_path / "meta")
        history(runs[15:40]).append_to(folder)
        history(runs[30:]).append_to(folder)
        opened = MetaDataset.open(folder)
        for aggregate in ("mean", "median"):
            pd.testing.assert_frame_equal(
                opened.matrix(aggregate=aggregate),
                whole.matrix(aggregate=aggregate).loc[
                    opened.tasks.index, opened.configuration_ids
                ],
                check_names=False,
            )


class TestRefusals:
    def test_no_folder(self, tmp_path):
        with pytest.raises(MetaDatasetError, match="holds no meta-dataset"):
            history([("t", "a", 0.5, "1")]).append_to(tmp_path)

    def test_other_labels(self, folder):
        with pytest.raises(MetaDatasetError, match=r"task_id labels of .* are str.* int"):
            MetaDataset.from_matrix(pd.DataFrame({"a": [1.0]}, index=[3])).append_to(folder)

    def test_two_at_once(self, folder, monkeypatch):
        monkeypatch.setattr("warmstart.metadataset.storage.folders.locking.WAIT_S", 0.2)
        with (
            BuildLock(folder / "append.lock"),
            pytest.raises(HistoryError, match="another process"),
        ):
            history([("t", "a", 0.5, "7")]).append_to(folder)

    def test_a_build(self, folder):
        (folder / "units.sqlite").touch()
        with pytest.raises(MetaDatasetError, match="folder of a build"):
            history([("t", "a", 0.5, "7")]).append_to(folder)

    def test_a_crash_before_the_manifest_loses_nothing(self, folder, monkeypatch):
        from warmstart.metadataset.storage import append as appending

        def crash(*args):
            raise KeyboardInterrupt

        batch = history([("u", "c", 0.9, "3")])
        monkeypatch.setattr(appending, "write_json", crash)
        with pytest.raises(KeyboardInterrupt):
            batch.append_to(folder)
        assert MetaDataset.open(folder).matrix().loc["u", "c"] == 0.9
        assert not [p for p in folder.rglob(".*") if p.is_file()]


def test_rows_of_unnamed_runs_are_told_apart_by_their_file(folder):
    rows = [("u", "c", 0.9, ""), ("u", "c", 0.9, "")]
    history(rows).append_to(folder)
    history([*rows, ("u", "c", 0.9, "")]).append_to(folder)
    runs = pa.concat_tables(
        rows.select(["task_id", "score"]).cast(
            pa.schema([("task_id", pa.string()), ("score", pa.float64())])
        )
        for rows in MetaDataset.open(folder).runs()
    )
    assert runs["task_id"].to_pylist().count("u") == 3


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=8),
        min_size=1,
        max_size=5,
    ),
    st.integers(1, 50),
)
def test_of_each_run_the_first_file_counts(files, at_once):
    """By a loop over all rows, whatever share of the keys is compared at a time."""
    rows = [(n, key, running) for n, file in enumerate(files) for key, running in file]
    expected = [
        (running, n) == min((other[2], other[0]) for other in rows if other[1] == key)
        for n, key, running in rows
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(distinct_runs, "_AT_ONCE", at_once)
        found = first_of_each(
            np.array([key for _, key, _ in rows], np.uint64),
            np.array([running for *_, running in rows], bool),
            np.cumsum([len(file) for file in files]),
        )
    assert found.tolist() == expected


@pytest.mark.parametrize("named", [True, False])
def test_overlapping_batches_in_passes_equal_pandas(tmp_path, monkeypatch, named):
    """Exact medians of batches that bring runs again, some tasks and some keys at a time."""
    rng = np.random.default_rng(0)
    runs = [
        (f"t{i % 13:02d}", f"c{rng.integers(7)}", float(rng.normal()), f"run-{i:04d}")
        for i in range(900)
    ]
    order = rng.permutation(len(runs))
    batches = [sorted(order[begin : begin + 250]) for begin in range(0, 900, 200)]
    for number, batch in enumerate(batches):
        md = history([runs[i] if named else (*runs[i][:3], "") for i in batch])
        md.append_to(tmp_path) if number else md.save(tmp_path)
    monkeypatch.setattr(store, "LARGE", 10)
    monkeypatch.setattr(distinct_runs, "_AT_ONCE", 100)
    plan = store.BlockPlan
    monkeypatch.setattr(store, "BlockPlan", lambda **v: plan(**{**v, "held_rows": 300}))
    found = MetaDataset.open(tmp_path).matrix(aggregate="median")
    frame = pd.DataFrame(runs, columns=["task", "config", "score", "run"])
    expected = frame.groupby(["task", "config"]).score.median().unstack()
    assert (found.loc[expected.index, expected.columns] == expected).all(axis=None)


class TestSavedOverItself:
    """What another process added since a folder was opened is never lost without a word."""

    def added(self, folder):
        history([("u", "c", 0.9, "3")]).append_to(folder)

    @pytest.mark.parametrize(
        "changed",
        [
            lambda md: md,
            lambda md: md.describe(pd.DataFrame({"n": [1.0]}, index=["t"])),
            lambda md: md.drop(tasks=[]),
            lambda md: md.merge(history([("v", "a", 0.1, "9")])),
            lambda md: history([("v", "a", 0.1, "9")]).merge(md),
        ],
        ids=["as it was", "described", "selected", "merged", "merged into"],
    )
    def test_an_append_is_not_lost(self, folder, changed):
        md = changed(MetaDataset.open(folder))
        self.added(folder)
        before = {name: (folder / name).read_bytes() for name in parts(folder)}
        with pytest.raises(
            MetaDatasetError,
            match=r"have changed since it was opened: 1 more of evaluations, such as eval.*"
            "open it again and repeat what you changed, or save to another folder",
        ):
            md.save(folder)
        assert {name: (folder / name).read_bytes() for name in parts(folder)} == before
        again = changed(MetaDataset.open(folder))
        again.save(folder)
        assert "u" in MetaDataset.open(folder, verify=True).tasks.index

    def test_nor_another_meta_dataset(self, folder):
        md = MetaDataset.open(folder)
        history([("other", "a", 0.5, "1")]).save(folder)
        with pytest.raises(
            MetaDatasetError, match="changed since it was opened: they are others"
        ):
            md.save(folder)
        assert MetaDataset.open(folder).tasks.index.tolist() == ["other"]

    def test_by_another_name_it_is_the_same_folder(self, folder, monkeypatch):
        link = folder.parent / "link"
        link.symlink_to(folder)
        md = MetaDataset.open(link)
        self.added(folder)
        monkeypatch.chdir(folder.parent)
        with pytest.raises(MetaDatasetError, match="changed since it was opened"):
            md.save(folder.name)

    def test_without_a_change_it_is_saved(self, folder, tmp_path):
        md = MetaDataset.open(folder)
        self.added(folder)
        md.save(tmp_path / "elsewhere")
        assert MetaDataset.open(tmp_path / "elsewhere").tasks.index.tolist() == ["t"]
        MetaDataset.open(folder).describe(pd.DataFrame({"n": [1.0]}, index=["t"])).save(folder)
        assert MetaDataset.open(folder).tasks.index.tolist() == ["t", "u"]

    def test_a_recommender_does_not_lose_it_either(self, folder):
        recommender = Recommender().fit(MetaDataset.open(folder))
        self.added(folder)
        with pytest.raises(MetaDatasetError, match="changed since it was opened"):
            recommender.save(folder)
        assert "u" in MetaDataset.open(folder).tasks.index
