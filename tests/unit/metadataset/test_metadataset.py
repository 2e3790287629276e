"""MetaDataset: what goes in comes out, and what is wrong is named.

Also of: metadataset.core.core, metadataset.core.score_table, metadataset.history_rows.
"""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.metadataset import MetaDataset


@pytest.fixture
def scores():
    return pd.DataFrame(
        [[0.9, 0.8, np.nan], [0.5, 0.7, 0.6], [0.1, 0.2, 0.3]],
        index=[3, 31, 7],
        columns=["a", "b", "c"],
    )


@pytest.fixture
def costs(scores):
    return pd.DataFrame(np.arange(9.0).reshape(3, 3), scores.index, scores.columns)


class TestFromMatrix:
    def test_matrix_equals_scores(self, scores):
        md = MetaDataset.from_matrix(scores)
        pd.testing.assert_frame_equal(md.matrix(), scores)

    def test_losses_change_sign(self, scores):
        md = MetaDataset.from_matrix(scores, higher_is_better=False)
        pd.testing.assert_frame_equal(md.matrix(), -scores)

    def test_zero_loss_is_no_negative_zero(self):
        md = MetaDataset.from_matrix(pd.DataFrame([[0.0, 1.0]]), higher_is_better=False)
        assert not np.signbit(md.matrix().iloc[0, 0])

    @given(
        hnp.arrays(float, hnp.array_shapes(min_dims=2, max_dims=2), elements=st.floats(-9, 9)),
        st.booleans(),
    )
    @settings(max_examples=25, deadline=None)
    def test_any_matrix_survives(self, values, higher):
        md = MetaDataset.from_matrix(pd.DataFrame(values), higher_is_better=higher)
        np.testing.assert_array_equal(md.matrix(), values if higher else -values)

    def test_later_changes_of_the_input_do_not_reach_it(self, scores):
        md = MetaDataset.from_matrix(scores)
        scores.iloc[0, 0] = 99.0
        assert md.matrix().iloc[0, 0] == 0.9
        view = md.matrix()
        view.iloc[0, 0] = 77.0
        assert md.matrix().iloc[0, 0] == 0.9

    def test_views(self, scores, costs):
        metafeatures = pd.DataFrame({"rows": [10.0, 20.0]}, index=[7, 3])
        md = MetaDataset.from_matrix(
            scores,
            costs=costs,
            metafeatures=metafeatures,
            configurations={"a": {"depth": 3}, "b": {"depth": 4, "kind": "x"}},
            families=pd.Series({31: "iris", 3: "iris"}),
            metric="accuracy",
        )
        assert md.metrics == ("accuracy",)
        assert list(md.tasks.index) == [3, 31, 7]
        assert md.families.tolist() == ["iris", "iris", 7]
        assert md.configuration("b") == {"depth": 4, "kind": "x"}
        assert md.configuration("c") == {}
        assert list(md.configurations.columns) == ["depth", "kind"]
        pd.testing.assert_frame_equal(md.costs(), costs)
        pd.testing.assert_frame_equal(md.metafeatures, metafeatures)
        # A cost without a score is the cost of a run that failed.
        assert md.status().loc[3].tolist() == ["ok", "ok", "failed"]
        assert len(md.evaluations()) == 9

    def test_configurations_as_frame(self, scores):
        frame = pd.DataFrame({"depth": [1, 2], "rate": [0.5, np.nan]}, index=["b", "a"])
        md = MetaDataset.from_matrix(scores, configurations=frame)
        assert md.configuration("b") == {"depth": 1, "rate": 0.5}
        assert md.configuration("a") == {"depth": 2}

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda s: {"scores": s.to_numpy()}, "must be a DataFrame"),
            (lambda s: {"scores": pl.from_pandas(s)}, "DataFrame of pandas.*of polars"),
            (lambda s: {"scores": s.iloc[:0]}, "empty"),
            (lambda s: {"scores": s * 1j}, "real numbers, column 'a' is complex"),
            (lambda s: {"scores": s.set_axis([3, None, 7])}, "a task has no id"),
            (lambda s: {"scores": s.set_axis([3, 3, 7])}, "duplicate ids: 3"),
            (lambda s: {"scores": s.set_axis(list("aab"), axis=1)}, "duplicate ids: 'a'"),
            (lambda s: {"scores": s.assign(b="good")}, "column 'b'"),
            (lambda s: {"scores": s.replace(0.5, np.inf)}, r"\(31, 'a'\)"),
            (lambda s: {"scores": s.replace(0.5, -np.inf)}, "must be finite"),
            (
                lambda s: {"scores": s.where(s.index.to_series() != 31, axis=0)},
                "without any score: 31",
            ),
            (lambda s: {"costs": s.iloc[:2]}, "missing: 7"),
            (lambda s: {"costs": s.drop(columns="b")}, "missing: 'b'"),
            (lambda s: {"costs": s.set_axis([3, 31, 8])}, "costs: tasks.*8"),
            (lambda s: {"costs": s.rename(columns={"a": "z"})}, "'z'"),
            (lambda s: {"costs": -s}, "negative at .3, 'a'."),
            (lambda s: {"costs": s.to_numpy()}, "costs must be a DataFrame"),
            (lambda s: {"metafeatures": s.set_axis([3, 31, 99])}, "99"),
            (lambda s: {"metafeatures": s.set_axis(["3", "31", "7"])}, "differ in type: str"),
            (lambda s: {"metafeatures": s.set_axis([3, 3, 7])}, "duplicate ids: 3"),
            (lambda s: {"metafeatures": s.assign(b="x")}, "column 'b'"),
            (lambda s: {"metafeatures": s.replace(0.1, np.inf)}, r"\(7, 'a'\)"),
            (lambda s: {"configurations": {"zzz": {}}}, "'zzz'"),
            (lambda s: {"configurations": {"a": {"x": [1]}}}, "configuration 'a'"),
            (
                lambda _: {"configurations": pd.DataFrame({"x": [np.inf]}, index=["b"])},
                "configurations 'b', 'x': .* must be finite",
            ),
            (
                lambda _: {"configurations": pd.DataFrame({"x": [[1]]}, index=["b"])},
                "configurations 'b', 'x': .* plain values, got list",
            ),
            (lambda s: {"configurations": s.T.set_axis(list("aac"))}, "duplicate ids: 'a'"),
            (lambda s: {"families": pd.Series({99: "x"})}, "99"),
            (lambda s: {"families": "iris"}, "families must be a Series"),
            (lambda s: {"tasks": pd.DataFrame(index=[99])}, "99"),
        ],
    )
    def test_refuses(self, scores, change, message):
        with pytest.raises(MetaDatasetError, match=message):
            MetaDataset.from_matrix(**{"scores": scores, **change(scores)})


class TestFromEvaluations:
    @pytest.fixture
    def frame(self):
        return pd.DataFrame(
            {
                "task_id": [2, 2, 2, 9, 9],
                "error": [0.1, 0.3, 0.5, np.nan, 0.4],
                "depth": [1, 1, 2, 3, 4],
                "rate": [0.5, 0.5, np.nan, 0.1, 0.2],
                "seconds": [1.0, 3.0, 5.0, 7.0, 9.0],
            }
        )

    def test_tasks_that_share_no_configuration(self, frame):
        md = MetaDataset.from_evaluations(
            frame,
            score="error",
            higher_is_better=False,
            parameters=["depth", "rate"],
            cost_s="seconds",
        )
        assert list(md.tasks.index) == [2, 9]
        assert md.matrix().shape == (2, 4)
        assert md.matrix().notna().sum().tolist() == md.matrix().notna().sum(axis=0).tolist()
        runs = md.evaluations().set_index("task_id")
        assert sorted(runs.loc[2, "score"]) == [-0.5, -0.2]  # two runs of one are averaged
        assert sorted(runs.loc[2, "cost_s"]) == [2.0, 5.0]
        assert sorted(runs.loc[9, "status"]) == ["failed", "ok"]
        best = md.matrix().loc[9].idxmax()
        assert md.configuration(best) == {"depth": 4, "rate": 0.2}
        worst = md.matrix().loc[2].idxmin()
        assert md.configuration(worst) == {"depth": 2}

    def test_a_column_named_twice(self, frame):
        twice = pd.concat([frame, frame[["depth"]]], axis=1)
        with pytest.raises(MetaDatasetError, match="two columns named 'depth'"):
            MetaDataset.from_evaluations(twice, score="error", parameters=["depth"])

    def test_one_parameter_and_frames_of_other_libraries(self, frame):
        for runs in (frame, pl.from_pandas(frame)):
            md = MetaDataset.from_evaluations(runs, score="error", parameters="depth")
            assert md.matrix().shape == (2, 4)

    def test_given_ids(self, frame):
        frame["id"] = ["p", "p", "q", "r", "s"]
        md = MetaDataset.from_evaluations(frame, score="error", configuration="id")
        assert list(md.configuration_ids) == list("pqrs")
        assert md.matrix().loc[2, "p"] == pytest.approx(0.2)

    @pytest.mark.parametrize(
        ("change", "arguments", "message"),
        [
            ({}, {"task": "task"}, "lack the columns 'task'"),
            ({}, {"parameters": ["width"]}, "'width'"),
            ({}, {"parameters": []}, "parameters="),
            ({"error": np.inf}, {}, "must be finite"),
            ({"error": np.nan}, {}, "without any score: 2, 9"),
            ({"error": "low"}, {}, "column 'error'"),
            ({"task_id": np.nan}, {}, "no id"),
            ({"seconds": -1.0}, {"cost_s": "seconds"}, "negative"),
            ({"depth": np.inf}, {}, "row 0, 'depth': .* must be finite"),
            ({"depth": pd.Timestamp(0)}, {}, "row 0, 'depth': .* got Timestamp"),
            ({}, {"parameters": ["depth", "depth"]}, "names 'depth' twice"),
            ({}, {"parameters": ["depth", "error"]}, "'error', which is the task, the score"),
            (
                {"id": ["p", "p", "q", "q", "r"]},
                {"configuration": "id"},
                "configuration 'q' has more than one value of 'depth'",
            ),
        ],
    )
    def test_refuses(self, frame, change, arguments, message):
        with pytest.raises(MetaDatasetError, match=message):
            MetaDataset.from_evaluations(
                frame.assign(**change),
                **{"score": "error", "parameters": ["depth"], **arguments},
            )


class TestSelection:
    def test_select_keeps_the_order_asked_for(self, scores, costs):
        metafeatures = pd.DataFrame({"rows": [10.0]}, index=[7])
        md = MetaDataset.from_matrix(scores, costs=costs, metafeatures=metafeatures)
        chosen = md.select([7, 3])
        pd.testing.assert_frame_equal(chosen.matrix(), scores.loc[[7, 3]])
        pd.testing.assert_frame_equal(chosen.costs(), costs.loc[[7, 3]])
        assert len(chosen.select([3]).metafeatures) == 0
        assert len(chosen) == 2

    def test_drop(self, scores):
        md = MetaDataset.from_matrix(scores, families={3: "iris", 7: "iris"})
        assert list(md.drop(families=["iris"]).tasks.index) == [31]
        assert list(md.drop(tasks=[31]).tasks.index) == [3, 7]

    @pytest.mark.parametrize(
        ("act", "message"),
        [
            (lambda md: md.select([3, 99]), "no task 99"),
            (lambda md: md.select(["3"]), "no task '3'"),
            (lambda md: md.select([3, 3]), "twice"),
            (lambda md: md.drop(tasks=[3, 31, 7]), "no task"),
            (lambda md: md.drop(families=["dog"]), "'dog'"),
            (lambda md: md.matrix("rmse"), "'rmse'.*'score'"),
            (lambda md: md.configuration("zzz"), "'zzz'"),
            (lambda md: md.table(configurations=["a", "zzz"]), "'zzz'"),
            (lambda md: md.table(task_type="regression"), "no task"),
        ],
    )
    def test_refuses(self, scores, act, message):
        with pytest.raises(MetaDatasetError, match=message):
            act(MetaDataset.from_matrix(scores))

    def test_table(self, scores, costs):
        metafeatures = pd.DataFrame({"rows": [10.0, 20.0]}, index=[7, 3])
        md = MetaDataset.from_matrix(scores, costs=costs, metafeatures=metafeatures)
        table = md.table(tasks=[31, 7], configurations=["c", "a"])
        np.testing.assert_array_equal(table.scores, [[0.6, 0.5], [0.3, 0.1]])
        np.testing.assert_array_equal(table.costs, [[5.0, 3.0], [8.0, 6.0]])
        rows, values = table.described()
        assert rows.tolist() == [1]
        assert values.tolist() == [[10.0]]
        assert table.take([0]).metafeatures is None
        assert md.table(configurations=["c"]).task_ids.tolist() == [31, 7]


def test_hyperparameters_keep_their_order_in_a_folder(scores, tmp_path):
    values = {"b": {"rate": 0.5, "depth": 1}, "a": {"depth": 2, "kind": "x"}}
    frame = pd.DataFrame.from_dict(values, orient="index")[["rate", "depth", "kind"]]
    for number, configurations in enumerate((values, frame)):
        md = MetaDataset.from_matrix(scores, configurations=configurations)
        again = MetaDataset.open(md.save(tmp_path / f"{number}"))
        assert list(again.configurations.columns) == ["rate", "depth", "kind"]
        assert list(again.configuration("b")) == ["rate", "depth"]
        assert again.configuration("b") == md.configuration("b")


def test_a_file_is_no_meta_dataset(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(MetaDatasetError, match="holds no meta-dataset"):
        MetaDataset.open(tmp_path / "file")


def test_what_is_no_meta_dataset_is_not_merged(scores):
    with pytest.raises(TypeError, match="merge takes MetaDatasets, got DataFrame"):
        MetaDataset.from_matrix(scores).merge(scores)


def test_task_types_are_those_there_are(scores):
    tasks = pd.DataFrame({"task_type": ["binary", "survival"]}, index=scores.index[:2])
    with pytest.raises(MetaDatasetError, match=r"has task_type 'survival'; it must be one of"):
        MetaDataset.from_matrix(scores, tasks=tasks)
    known = MetaDataset.from_matrix(scores, tasks=tasks[:1]).tasks["task_type"]
    assert known.iloc[0] == "binary"
