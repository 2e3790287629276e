"""The calls the documentation shows, spelled as it shows them."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris

import warmstart
from warmstart import MetaDataset, Recommender


@pytest.fixture(scope="module")
def df():
    return load_iris(as_frame=True).frame.rename(columns={"target": "class"})


@pytest.fixture(scope="module")
def scores():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(15, 1)) * rng.random((1, 6)) + rng.normal(size=(15, 6)) / 3
    return pd.DataFrame(1 / (1 + np.exp(-values))).add_prefix("c")


class TestSuggest:
    def test_one_call(self, df, knowledge):
        s = warmstart.suggest(df, target="class", n=10, knowledge=knowledge)
        assert len(s) == 10
        assert len(s.to_frame()) == 10
        assert json.loads(s.to_json())["metric"] == "balanced_accuracy"
        assert "10 configurations" in s.explain()
        assert isinstance(s.neighbours, tuple)
        assert isinstance(bool(s.out_of_distribution), bool)
        assert s.out_of_distribution.reason
        assert all(isinstance(w, str) for w in s.warnings)
        one = s[0]
        assert all(type(v) in (str, int, float, bool) for v in one.configuration.values())
        assert isinstance(one.configuration_id, str)
        assert 0 < one.score <= 1
        assert one.score_std > 0
        assert one.cost_s > 0
        assert hasattr(one.estimator(), "fit")

    def test_with_everything(self, df, knowledge):
        X, y = df.drop(columns="class"), df["class"]
        md = Recommender.load(knowledge).md
        s = warmstart.suggest(
            X,
            y,
            n=10,
            space="lightgbm",
            metric="log_loss",
            time_budget_s=600,
            exclude=[md.tasks.index[0]],
            knowledge=knowledge,
            strategy="auto",
            random_state=0,
        )
        assert {one.learner for one in s} == {"lightgbm"}
        assert s.metric == "log_loss"
        assert sum(one.cost_s for one in s) <= 600

    @pytest.mark.parametrize("strategy", ["portfolio", "nearest_datasets", "random"])
    def test_strategies(self, df, knowledge, strategy):
        s = warmstart.suggest(df, target="class", n=3, knowledge=knowledge, strategy=strategy)
        assert s.strategy == strategy

    def test_metafeatures_of_a_dataset_are_as_good_as_the_dataset(self, df, knowledge):
        phi = warmstart.extract_metafeatures(df, target="class")
        assert isinstance(phi, pd.Series)
        assert np.isfinite(phi).all()
        by_phi = warmstart.suggest(metafeatures=phi, n=5, knowledge=knowledge)
        by_data = warmstart.suggest(df, target="class", n=5, knowledge=knowledge)
        assert [s.configuration_id for s in by_phi] == [s.configuration_id for s in by_data]

    def test_is_the_same_in_every_process_state(self, df, knowledge):
        one = warmstart.suggest(df, target="class", knowledge=knowledge)
        other = Recommender.load(knowledge).suggest(df, target="class")
        assert one.to_json() == other.to_json()


class TestMetaDataset:
    def test_from_matrix(self, scores, tmp_path):
        md = MetaDataset.from_matrix(
            scores,
            higher_is_better=True,
            costs=scores + 1,
            metafeatures=pd.DataFrame({"size": np.arange(15.0)}),
            configurations=pd.DataFrame({"depth": range(6)}, index=scores.columns),
            families=pd.Series(np.arange(15) // 3),
        )
        md.save(tmp_path / "meta")
        again = MetaDataset.open(tmp_path / "meta")
        pd.testing.assert_frame_equal(again.matrix(metric=None), md.matrix(), check_names=False)
        for frame in (again.tasks, again.configurations, again.metafeatures):
            assert isinstance(frame, pd.DataFrame)
        assert len(again.tasks) == 15
        assert again.configurations["depth"].tolist() == list(range(6))

    def test_from_evaluations_without_shared_configurations(self):
        rng = np.random.default_rng(0)
        frame = pd.DataFrame(
            {
                "task_id": np.repeat([f"t{i}" for i in range(12)], 8),
                "depth": rng.integers(1, 9, 96),
                "rate": rng.random(96).round(2),
                "error": rng.random(96),
                "seconds": rng.random(96),
            }
        )
        md = MetaDataset.from_evaluations(
            frame,
            task="task_id",
            score="error",
            higher_is_better=False,
            parameters=["depth", "rate"],
            cost_s="seconds",
            metafeatures=None,
            families=None,
        )
        suggestions = Recommender().fit(md).suggest(n=3, time_budget_s=100)
        assert set(suggestions[0].configuration) == {"depth", "rate"}
        assert suggestions[0].score <= 0


class TestRecommender:
    def test_by_name(self, scores, tmp_path):
        phi = pd.DataFrame(np.random.default_rng(0).random((15, 3)), columns=list("abc"))
        md = MetaDataset.from_matrix(scores, metafeatures=phi)
        rec = Recommender(model="pmf", random_state=0).fit(md)
        assert len(rec.suggest(metafeatures=phi.iloc[3], n=4)) == 4
        assert len(rec.suggest(metafeatures=None, n=10)) == 6
        rec.save(tmp_path / "kb")
        again = Recommender.load(tmp_path / "kb").suggest(metafeatures=phi.iloc[3], n=4)
        assert len(again) == 4
        found = warmstart.suggest(metafeatures=phi.iloc[3], n=4, knowledge=str(tmp_path / "kb"))
        assert [s.configuration_id for s in found] == [s.configuration_id for s in again]

    def test_on_a_dataset(self, df, knowledge):
        rec = Recommender.load(knowledge)
        assert len(rec.suggest(df, target="class", n=10)) == 10


def test_units_of_the_target_change_no_choice(knowledge):
    """Metres or miles: the same configurations, and errors in the units given."""
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    large, small = (
        warmstart.suggest(X, y * unit, metric="rmse", knowledge=knowledge)
        for unit in (1024.0, 1.0)
    )
    assert [s.configuration_id for s in large] == [s.configuration_id for s in small]
    assert [s.score for s in large] == pytest.approx([1024 * s.score for s in small])
