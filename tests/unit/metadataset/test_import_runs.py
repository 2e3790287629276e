"""Foreign histories as meta-datasets: once each, spaces united, tasks described.

Also of: metadataset.combine.attach_datasets, metadataset.combine.fill_defaults,
metadataset.combine.from_runs, metadataset.combine.learner_defaults,
metadataset.combine.read_histories, metadataset.combine.same_runs, metadataset.core.matrices,
metadataset.core.parts, metadataset.core.shown, metadataset.samplers.
"""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_iris, load_wine

from warmstart.domain import configuration_id
from warmstart.errors import HistoryError, MetaDatasetError
from warmstart.histories.runs.schema import Run, RunHistory
from warmstart.metadataset.combine.attach_datasets import AttachedDataset
from warmstart.metadataset.import_runs import import_histories
from warmstart.metadataset.metadataset import MetaDataset


def run(number, values, score=0.5, **more):
    given = {
        "task": "a",
        "metric": "accuracy",
        "direction": "maximize",
        "source": "made",
        "source_run_id": str(number),
        **more,
    }
    if given.get("status", "ok") != "ok":
        score = np.nan
    return Run(values=values, score=score, **given)


def history(*runs):
    return RunHistory("made", "here", lambda _: iter(runs))


def texts(md, task):
    """Values of the configurations a task has results of."""
    row = md.status().loc[task]
    return [md.configuration(c) for c in row.index[row != ""]]


class TestIds:
    @settings(max_examples=15, deadline=None)
    @given(
        st.dictionaries(
            st.text(max_size=4),
            st.one_of(st.text(max_size=4), st.booleans(), st.none(), st.integers(-9, 9)),
            max_size=3,
        ),
        st.text(st.characters(codec="ascii", categories=["L"]), min_size=1),
    )
    def test_are_those_of_configurations(self, values, space):
        """Whoever writes a configuration by hand finds it in an imported base."""
        md = MetaDataset.from_histories([history(run(1, values, space=space))])
        assert md.configuration_ids.tolist() == [configuration_id(space, values)]
        assert md.configuration(md.configuration_ids[0]) == values

    def test_space_tells_equal_values_apart(self):
        md = MetaDataset.from_histories(
            [history(run(1, {"n": 1}, space="x"), run(2, {"n": 1}, space="y"))]
        )
        assert len(md.configuration_ids) == 2


def test_what_a_row_says_survives(tmp_path):
    one = run(
        7,
        {"n": 1},
        0.25,
        cost_s=3.0,
        timestamp="2024-01-01T00:00:00+00:00",
        seed=3,
        budget=9.0,
        sampler="random",
    )
    import_histories([history(one)], tmp_path / "m")
    (rows,) = MetaDataset.open(tmp_path / "m").runs()
    (row,) = rows.to_pylist()
    expected = {"score": 0.25, "cost_s": 3.0, "seed": 3, "budget": 9.0, "sampler": "random"}
    assert expected.items() <= row.items()
    assert row["timestamp"] == one.timestamp
    assert (row["source"], row["source_run_id"]) == ("made", "7")


class TestSpacesAreUnited:
    def test_what_a_study_left_alone_has_its_default(self):
        a = history(run(1, {"depth": 3}), run(2, {"depth": 4}))
        b = history(run(3, {"depth": 3, "rate": 0.1}, task="b"))
        md = MetaDataset.from_histories([a, b], defaults={"rate": 0.5})
        assert texts(md, "a") == [{"depth": 3, "rate": 0.5}, {"depth": 4, "rate": 0.5}]
        assert texts(md, "b") == [{"depth": 3, "rate": 0.1}]
        assert md.info["import_notes"] == [
            "rate was filled with its default 0.5: not recorded for task 'a'"
        ]

    def test_a_known_learner_says_its_defaults(self):
        more = {"learner": "RandomForestClassifier", "space": "rf"}
        a = history(run(1, {"max_features": 0.5}, **more))
        b = history(run(2, {"max_features": 0.5, "min_samples_leaf": 3}, task="b", **more))
        md = MetaDataset.from_histories([a, b])
        assert texts(md, "a") == [{"max_features": 0.5, "min_samples_leaf": 1}]

    def test_without_a_default_it_is_not_active_and_said_so(self):
        a, b = history(run(1, {"n": 1})), history(run(2, {"n": 1, "rate": 0.1}, task="b"))
        md = MetaDataset.from_histories([a, b])
        assert texts(md, "a") == [{"n": 1}]
        assert md.info["import_notes"][0].startswith("rate is taken as not active")

    def test_what_depends_on_another_stays_inactive(self):
        a = history(run(1, {"kernel": "linear"}))
        b = history(
            run(2, {"kernel": "rbf", "gamma": 0.1}, task="b"),
            run(3, {"kernel": "linear"}, task="b"),
        )
        md = MetaDataset.from_histories([a, b], defaults={"gamma": 1.0})
        assert texts(md, "a") == [{"kernel": "linear"}]
        assert "import_notes" not in md.info or not md.info["import_notes"]

    def test_a_run_that_failed_early_does_not_count(self):
        a = history(run(1, {"n": 1}))
        b = history(
            run(2, {"n": 1, "rate": 0.1}, task="b"), run(3, {}, task="b", status="failed")
        )
        md = MetaDataset.from_histories([a, b], defaults={"rate": 0.5})
        assert texts(md, "a") == [{"n": 1, "rate": 0.5}]

    def test_other_spaces_are_left_alone(self):
        a = history(run(1, {"n": 1}, space="x"))
        b = history(run(2, {"rate": 0.1}, task="b", space="y"))
        md = MetaDataset.from_histories([a, b], defaults={"n": 3, "rate": 0.5})
        assert texts(md, "a") == [{"n": 1}]

    def test_also_study_by_study(self, tmp_path):
        """What was there is filled when a later study varies more."""
        out, defaults = tmp_path / "m", {"rate": 0.5, "n": 9}
        a = history(run(1, {"n": 1}, 0.25))
        b = history(run(2, {"n": 1, "rate": 0.1}, task="b"))
        c = history(run(3, {"rate": 0.2}, task="c"))
        for one in (a, b, c):
            import_histories([one], out, defaults=defaults)
        md = MetaDataset.open(out)
        assert texts(md, "a") == [{"n": 1, "rate": 0.5}]
        assert texts(md, "c") == [{"n": 9, "rate": 0.2}]
        assert sorted(md.matrix().loc["a"].dropna()) == [0.25]
        again = [import_histories([one], out, defaults=defaults) for one in (a, b, c)]
        assert [report.n_added for report in again] == [0, 0, 0]
        together = MetaDataset.from_histories([a, b, c], defaults=defaults)
        assert set(together.configuration_ids) == set(md.configuration_ids)


class TestAgain:
    def test_only_new_runs_are_added(self, tmp_path):
        first = import_histories([history(run(1, {"n": 1}))], tmp_path / "m")
        again = import_histories(
            [history(run(1, {"n": 1}), run(2, {"n": 2}, status="failed"))], tmp_path / "m"
        )
        assert (first.n_added, again.n_added, again.n_known) == (1, 1, 1)
        assert again.statuses == {"failed": 1}

    def test_what_ended_replaces_what_was_running(self, tmp_path):
        out = tmp_path / "m"
        import_histories([history(run(1, {"n": 1}, status="running"))], out)
        report = import_histories([history(run(1, {"n": 1}, 0.75, budget=3.0))], out)
        assert (report.n_added, report.n_updated, report.n_known) == (0, 1, 0)
        assert MetaDataset.open(out).evaluations()["score"].tolist() == [0.75]

    def test_a_run_of_another_task_is_refused(self, tmp_path):
        import_histories([history(run(1, {"n": 1}))], tmp_path / "m")
        with pytest.raises(HistoryError, match="as one of task 'a', and is one of 'b' now"):
            import_histories([history(run(1, {"n": 1}, task="b"))], tmp_path / "m")
        with pytest.raises(HistoryError, match="one run belongs to two tasks"):
            MetaDataset.from_histories([history(run(1, {})), history(run(1, {}, task="b"))])

    def test_a_metric_keeps_its_direction(self, tmp_path):
        one = history(run(1, {"n": 1}, metric="mine"))
        other = history(run(2, {"n": 1}, metric="mine", direction="minimize"))
        import_histories([one], tmp_path / "m")
        with pytest.raises(HistoryError, match="mine is maximized in one history and minim"):
            import_histories([other], tmp_path / "m")
        with pytest.raises(HistoryError, match="name one of them otherwise"):
            MetaDataset.from_histories([one, other])

    def test_nothing_to_import(self):
        with pytest.raises(HistoryError, match="there is no run to import"):
            MetaDataset.from_histories([history()])

    def test_a_base_of_another_kind_stays(self, tmp_path):
        scores = pd.DataFrame({"c": [0.1, 0.2]}, index=["x", "y"])
        base = MetaDataset.from_matrix(
            scores, tasks=pd.DataFrame({"n_rows": [5, 6]}, ["x", "y"])
        )
        base.save(tmp_path / "m")
        import_histories([history(run(1, {"n": 1}, metric="mine"))], tmp_path / "m")
        md = MetaDataset.open(tmp_path / "m")
        assert md.tasks.index.tolist() == ["x", "y", "a"]
        assert md.tasks.loc["y", "n_rows"] == 6
        assert md.matrix("score").loc["x", "c"] == 0.1

    def test_a_folder_of_something_else(self, tmp_path):
        (tmp_path / "m").mkdir()
        (tmp_path / "m" / "letter.txt").write_text("dear")
        with pytest.raises(MetaDatasetError, match="something other than a meta-dataset"):
            import_histories([history(run(1, {"n": 1}))], tmp_path / "m")


class TestDatasets:
    def test_describe_the_task(self, tmp_path):
        out = tmp_path / "m"
        runs = history(run(1, {"n": 1}), run(2, {"n": 1}, task="b"))
        assert set(MetaDataset.from_histories([runs]).tasks["task_type"]) == {"classification"}
        import_histories([runs], out, datasets={"a": load_iris(as_frame=True)})
        # Described later, without a new run.
        later = import_histories(
            [runs],
            out,
            datasets={
                "b": AttachedDataset(
                    data=load_wine(as_frame=True).frame, target="target", family="w"
                )
            },
        )
        assert later.n_added == 0
        md = MetaDataset.open(out)
        assert md.tasks["task_type"].tolist() == ["multiclass", "multiclass"]
        assert md.tasks["n_rows"].tolist() == [150, 178]
        assert md.tasks["family"].tolist() == ["a", "w"]
        assert md.metafeatures["NumberOfInstances"].tolist() == [150, 178]
        assert all(md.tasks["fingerprint"].str.len() > 10)

    def test_or_meta_features_alone_do(self):
        phi = pd.DataFrame({"NumberOfInstances": [10.0]}, index=["b"])
        runs = history(run(1, {"n": 1}), run(2, {"n": 1}, task="b"))
        md = MetaDataset.from_histories([runs], metafeatures=phi, families={"a": "z"})
        assert md.metafeatures.index.tolist() == ["b"]
        assert md.families.tolist() == ["z", "b"]

    def test_what_does_not_fit(self):
        runs = history(run(1, {"n": 1}))
        with pytest.raises(HistoryError, match="task 'z' is described but has no runs"):
            MetaDataset.from_histories([runs], datasets={"z": load_iris(as_frame=True)})
        with pytest.raises(HistoryError, match="is classification by its runs so far, and reg"):
            MetaDataset.from_histories([runs], task_type="regression")

    def test_types_of_some_tasks_only_are_refused(self, tmp_path):
        runs = history(run(1, {"n": 1}, metric="mine"), run(2, {"n": 1}, task="b"))
        with pytest.raises(HistoryError, match=r"nothing says whether these tasks are .*: 'a'"):
            MetaDataset.from_histories([runs])
        md = MetaDataset.from_histories([runs], task_type="binary")
        assert set(md.tasks["task_type"]) == {"binary"}


def test_adaptive_samplers_are_told(tmp_path):
    runs = history(run(1, {"n": 1}, sampler="tpe"), run(2, {"n": 2}, sampler="random"))
    report = import_histories([runs], tmp_path / "m")
    assert report.notes[-1].startswith("50 % of the runs were chosen by samplers that look")
    assert json.loads((tmp_path / "m" / "manifest.json").read_text())["import_notes"]


class TestSameIds:
    """A run is its id and what it says: histories numbered from 0 share ids."""

    COLUMNS = {"metric": {"auc": "maximize"}, "params": ["lr"], "run_id": "run"}  # noqa: RUF012

    def table(self, tmp_path, name, *rows, **options):
        from warmstart.histories.table import read

        text = "run,lr,auc\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
        (tmp_path / name).write_text(text)
        return read(tmp_path / name, mapping=self.COLUMNS, task="a", **options)

    def test_another_content_is_refused(self, tmp_path):
        out = tmp_path / "m"
        import_histories([self.table(tmp_path, "one.csv", (0, 0.1, 0.70))], out)
        second = self.table(tmp_path, "two.csv", (0, 0.5, 0.95))
        with pytest.raises(
            HistoryError,
            match=r"1 run says something else than when it was imported, .*'0' of task 'a': "
            r"roc_auc 0.95 with .*0.5.*"
            r"before roc_auc 0.7; .*run_prefix='second/'.*changed='update'",
        ):
            import_histories([second], out)
        assert MetaDataset.open(out).evaluations()["score"].tolist() == [0.7]

    def test_or_is_another_history(self, tmp_path):
        out = tmp_path / "m"
        import_histories([self.table(tmp_path, "one.csv", (0, 0.1, 0.70))], out)
        second = self.table(tmp_path, "two.csv", (0, 0.5, 0.95), run_prefix="two/")
        reports = [import_histories([second], out) for _ in range(2)]
        assert [(r.n_added, r.n_known) for r in reports] == [(1, 0), (0, 1)]
        assert sorted(MetaDataset.open(out).evaluations()["score"]) == [0.7, 0.95]

    def test_or_was_corrected(self, tmp_path):
        out = tmp_path / "m"
        import_histories([self.table(tmp_path, "one.csv", (0, 0.1, 0.7), (1, 0.2, 0.8))], out)
        second = self.table(tmp_path, "two.csv", (0, 0.5, 0.95), (1, 0.2, 0.8), (2, 1.0, 0.5))
        report = import_histories([second], out, changed="update")
        assert (report.n_added, report.n_updated, report.n_known) == (1, 1, 1)
        md = MetaDataset.open(out)
        assert sorted(md.evaluations()["score"]) == [0.5, 0.8, 0.95]
        with pytest.raises(HistoryError, match="changed must be one of"):
            import_histories([second], out, changed="last")

    def test_within_one_import(self, tmp_path):
        both = [
            self.table(tmp_path, "one.csv", (0, 0.1, 0.70)),
            self.table(tmp_path, "two.csv", (0, 0.5, 0.95)),
        ]
        with pytest.raises(HistoryError, match=r"one.csv.*recorded differently under one id"):
            MetaDataset.from_histories(both)
        md = MetaDataset.from_histories(both, changed="update")
        assert md.evaluations()["score"].tolist() == [0.95]
        both[1] = self.table(tmp_path, "two.csv", (0, 0.5, 0.95), run_prefix="two/")
        assert len(MetaDataset.from_histories(both).evaluations()) == 2

    def test_told_twice_alike_is_one(self):
        md = MetaDataset.from_histories([history(run(1, {"n": 1})), history(run(1, {"n": 1}))])
        assert len(md.evaluations()) == 1
        assert any("recorded twice" in note for note in md.info["import_notes"])

    @pytest.mark.parametrize("turn", [1, -1])
    def test_an_end_counts_more_than_a_beginning(self, turn):
        told = [run(1, {"n": 1}, status="running"), run(1, {"n": 1}, 0.75)][::turn]
        md = MetaDataset.from_histories([history(*told)])
        assert md.evaluations()["score"].tolist() == [0.75]

    @pytest.mark.parametrize(
        ("before", "now", "n"),
        [
            (run(1, {"n": 1}, 0.5, budget=3.0), run(1, {"n": 1}, 0.7, budget=9.0), 1),
            (
                run(1, {"n": 1}, 0.5, budget=3.0),
                run(1, {"n": 1}, budget=3.0, status="pruned"),
                1,
            ),
            (run(1, {"n": 1}, 0.5, cost_s=1.0), run(1, {"n": 1}, 0.5, cost_s=2.0), 0),
            (run(1, {"n": 1}, 0.5), run(1, {"n": 1.0}, 0.5), 0),
        ],
        ids=["went on", "others went further", "only the cost", "only the type"],
    )
    def test_what_is_no_conflict(self, tmp_path, before, now, n):
        import_histories([history(before)], tmp_path / "m")
        report = import_histories([history(now)], tmp_path / "m")
        assert (report.n_added, report.n_updated, report.n_known) == (0, n, 1 - n)

    @pytest.mark.parametrize(
        "now",
        [
            run(1, {"n": 2}, 0.5),
            run(1, {"n": True}, 0.5),
            run(1, {"n": 1, "m": 1}, 0.5),
            run(1, {"n": 1}, 0.6),
            run(1, {"n": 1}, status="failed"),
            run(1, {"n": 1}, 0.5, seed=3),
            run(1, {"n": 1}, 0.5, space="other"),
        ],
    )
    def test_what_is_one(self, tmp_path, now):
        import_histories([history(run(1, {"n": 1}, 0.5))], tmp_path / "m")
        with pytest.raises(HistoryError, match="says something else"):
            import_histories([history(now)], tmp_path / "m")

    def test_filled_defaults_are_no_other_content(self, tmp_path):
        out, defaults = tmp_path / "m", {"rate": 0.5}
        a, b = history(run(1, {"n": 1})), history(run(2, {"n": 1, "rate": 0.1}, task="b"))
        for one in (a, b, a, b):
            import_histories([one], out, defaults=defaults)
        assert len(MetaDataset.open(out).evaluations()) == 2
