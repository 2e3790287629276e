"""Suggesting from a base: what the answer promises, whatever is asked."""

import numpy as np
import pandas as pd
import pytest
from tests.unit.recommend.toy import (
    NEW,
    configurations,
    cost_frame,
    metafeatures,
    score_frame,
    task_ids,
    toy,
)

from warmstart.datasets.fingerprints.fingerprint import fingerprint
from warmstart.datasets.load import load_dataset
from warmstart.errors import (
    DatasetError,
    KnowledgeError,
    NotFittedError,
    SpaceMismatchError,
    WarmstartError,
)
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.pmf.pmf import PMF
from warmstart.models.rankings.average_rank import AverageRank
from warmstart.recommend.answer.suggestions import Suggestions
from warmstart.recommend.recommender import Recommender
from warmstart.spaces.pipelines.learners import LEARNERS

pytestmark = pytest.mark.usefixtures("small_forests")

FAR = NEW * 1e4


@pytest.fixture(scope="module")
def toy_recommender():
    """Of scores whose best configurations meta-features tell."""
    return Recommender().fit(toy())


@pytest.fixture(scope="module")
def typed(tiny_base):
    """Of real configurations for classification and regression; scores are made up."""
    return Recommender.load(tiny_base)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=90), "b": rng.choice(list("xyz"), 90)})
    return frame.assign(y=np.where(frame["a"] + rng.normal(size=90) > 0, "yes", "no"))


@pytest.fixture(scope="module")
def numbers(data):
    return data[["a", "b"]], 3 * data["a"] + np.random.default_rng(1).normal(size=90)


def ids(suggestions):
    return [s.configuration_id for s in suggestions]


class TestAnswer:
    def test_names_what_is_good_on_tasks_like_it(self, toy_recommender):
        for kind, half in ((0.0, range(5)), (1.0, range(5, 10))):
            suggestions = toy_recommender.suggest(
                metafeatures=NEW.where(NEW.index != "kind", kind), n=3
            )
            assert suggestions.strategy == "pmf"
            assert suggestions[0].configuration["depth"] in half
            best = max(suggestions, key=lambda s: s.score)
            assert best.score == pytest.approx(0.78, abs=0.06)

    def test_predictions_are_consistent(self, toy_recommender):
        for one in toy_recommender.suggest(metafeatures=NEW, n=10):
            assert one.score_low < one.score < one.score_high <= 1
            assert 0 < one.score_std < one.score_high - one.score_low
            assert one.cost_s > 0

    def test_costs_grow_with_the_data(self, toy_recommender):
        def costs(n_rows):
            phi = NEW.where(NEW.index != "NumberOfInstances", n_rows)
            found = toy_recommender.suggest(metafeatures=phi, n=10)
            return pd.Series({s.configuration_id: s.cost_s for s in found}).sort_index()

        assert (costs(1500.0) > 2 * costs(300.0)).all()

    def test_neighbours_and_evidence_are_known_tasks_of_its_kind(self, toy_recommender):
        suggestions = toy_recommender.suggest(metafeatures=NEW, n=4)
        similar = [n.similarity for n in suggestions.neighbours]
        assert len(similar) == 5
        assert similar == sorted(similar, reverse=True)
        assert all(0 < s <= 1 for s in similar)
        assert int(suggestions.neighbours[0].task_id[1:]) % 2 == 1  # kind 1
        assert {n.best_learner for n in suggestions.neighbours[:2]} == {"forest"}
        scores = score_frame(task_ids())
        for one in suggestions:
            assert [e.task_id for e in one.evidence] == [
                n.task_id for n in suggestions.neighbours[:3]
            ]
            for e in one.evidence:
                row = scores.loc[e.task_id]
                assert e.score == row[one.configuration_id]
                assert e.rank == (row > e.score).sum() + 1
                assert e.n_ranked == 10

    def test_is_the_same_for_the_same_seed(self, toy_recommender):
        one, same = (
            toy_recommender.suggest(metafeatures=NEW, n=5, random_state=4).to_json()
            for _ in range(2)
        )
        assert one == same

    def test_does_not_depend_on_what_was_asked_before(self):
        fresh = Recommender().fit(toy()).suggest(metafeatures=NEW)
        used = Recommender().fit(toy())
        used.suggest(metafeatures=FAR, strategy="random")
        used.suggest(n=2, exclude="t3")
        assert used.suggest(metafeatures=NEW).to_json() == fresh.to_json()

    def test_the_base_and_the_metafeatures_are_left_alone(self):
        md, phi = toy(), NEW.copy()
        before = md.matrix().copy(), md.metafeatures.copy()
        Recommender().fit(md).suggest(metafeatures=phi)
        pd.testing.assert_frame_equal(md.matrix(), before[0])
        pd.testing.assert_frame_equal(md.metafeatures, before[1])
        pd.testing.assert_series_equal(phi, NEW)

    def test_says_what_it_rests_on(self, toy_recommender):
        suggestions = toy_recommender.suggest(metafeatures=NEW)
        assert suggestions.knowledge == "24 tasks × 10 configurations"
        assert suggestions.metric == "score"


class TestNumber:
    @pytest.mark.parametrize("n", [1, 4, np.int64(7), 10])
    def test_as_many_as_asked(self, toy_recommender, n):
        suggestions = toy_recommender.suggest(metafeatures=NEW, n=n)
        assert len(suggestions) == len(set(ids(suggestions))) == n
        assert not suggestions.warnings

    def test_fewer_are_the_first_of_more(self, toy_recommender):
        assert (
            ids(toy_recommender.suggest(metafeatures=NEW, n=3))
            == ids(toy_recommender.suggest(metafeatures=NEW, n=6))[:3]
        )

    @pytest.mark.parametrize("strategy", ["auto", "portfolio", "nearest_datasets", "random"])
    def test_more_than_there_are(self, toy_recommender, strategy):
        suggestions = toy_recommender.suggest(metafeatures=NEW, n=99, strategy=strategy)
        assert len(set(ids(suggestions))) == len(suggestions) == 10
        assert "99 were asked for; 10 of 10 fit." in suggestions.warnings

    @pytest.mark.parametrize("n", [0, -1, 2.5, "3", True, None])
    def test_refuses(self, toy_recommender, n):
        with pytest.raises(ValueError, match="n must be a whole number of at least 1"):
            toy_recommender.suggest(metafeatures=NEW, n=n)


class TestStrategy:
    @pytest.mark.parametrize("strategy", ["pmf", "portfolio", "nearest_datasets", "random"])
    @pytest.mark.parametrize("phi", [NEW, None])
    def test_each_answers(self, toy_recommender, strategy, phi):
        suggestions = toy_recommender.suggest(metafeatures=phi, n=4, strategy=strategy)
        assert suggestions.strategy == strategy
        assert len(set(ids(suggestions))) == 4
        again = toy_recommender.suggest(metafeatures=phi, n=4, strategy=strategy)
        assert again.to_json() == suggestions.to_json()

    def test_knn_is_the_best_of_the_nearest_tasks(self, toy_recommender):
        first = toy_recommender.suggest(metafeatures=NEW, n=1, strategy="nearest_datasets")
        assert first[0].evidence[0].rank <= 2

    def test_portfolio_does_not_look_at_the_task(self, toy_recommender):
        one, other = (
            toy_recommender.suggest(metafeatures=phi, strategy="portfolio")
            for phi in (NEW, None)
        )
        assert ids(one) == ids(other)
        assert [s.score for s in one] == [s.score for s in other]

    def test_random_is_another_for_another_seed(self, toy_recommender):
        drawn = {
            tuple(ids(toy_recommender.suggest(n=5, strategy="random", random_state=seed)))
            for seed in range(4)
        }
        assert len(drawn) > 1

    def test_unknown(self, toy_recommender):
        with pytest.raises(ValueError, match="strategy must be one of"):
            toy_recommender.suggest(strategy="best")


class TestModel:
    @pytest.mark.parametrize("model", ["portfolio", "average_rank", "knn_rank", AverageRank()])
    def test_a_name_or_an_object(self, model):
        suggestions = Recommender(model).fit(toy()).suggest(metafeatures=NEW, n=3)
        assert len(suggestions) == 3
        assert suggestions.strategy == (model if isinstance(model, str) else "AverageRank")
        assert suggestions[0].score_low < suggestions[0].score

    def test_an_object_is_not_changed(self):
        model = PMF()
        Recommender(model).fit(toy()).suggest(metafeatures=NEW, n=3)
        assert model.prior_ is None

    def test_an_object_is_asked_of_the_candidates_only(self):
        """Tasks that tried none of them are left out."""
        scores = score_frame(task_ids())
        scores.loc["t3", "c0":"c4"] = np.nan
        md = MetaDataset.from_matrix(scores, configurations=configurations())
        found = Recommender(PMF()).fit(md).suggest(n=9, space="tree")
        assert {s.learner for s in found} == {"tree"}

    def test_unknown_name(self):
        with pytest.raises(ValueError, match="there is no method 'svd'"):
            Recommender("svd")

    @pytest.mark.parametrize("model", [3, AverageRank])
    def test_neither(self, model):
        with pytest.raises(TypeError, match="a method is a name or an object"):
            Recommender(model)

    def test_before_fit(self):
        with pytest.raises(NotFittedError, match=r"call fit\(md\) or load\(path\)"):
            Recommender().suggest(n=1)


class TestOutOfDistribution:
    def test_a_task_like_those_known(self, toy_recommender):
        suggestions = toy_recommender.suggest(metafeatures=NEW)
        assert not suggestions.out_of_distribution
        assert "is like those known" in suggestions.out_of_distribution.reason
        assert suggestions.warnings == ()

    def test_a_task_unlike_all_gets_the_portfolio_and_is_told(self, toy_recommender):
        suggestions = toy_recommender.suggest(metafeatures=FAR)
        assert suggestions.out_of_distribution
        assert suggestions.strategy == "portfolio"
        assert ids(suggestions) == ids(toy_recommender.suggest(strategy="portfolio"))
        assert any(
            "unlike those known" in w and w.endswith("The portfolio is suggested.")
            for w in suggestions.warnings
        )

    def test_whoever_asks_for_pmf_gets_it(self, toy_recommender):
        suggestions = toy_recommender.suggest(metafeatures=FAR, strategy="pmf")
        assert suggestions.out_of_distribution
        assert suggestions.strategy == "pmf"
        assert any("unlike those known" in w for w in suggestions.warnings)
        assert not any("portfolio" in w for w in suggestions.warnings)

    @pytest.mark.parametrize("model", ["average_rank", AverageRank()])
    def test_another_model_is_not_called_the_portfolio(self, model):
        suggestions = Recommender(model).fit(toy()).suggest(metafeatures=FAR)
        assert suggestions.out_of_distribution
        assert suggestions.strategy.lower().replace("_", "") == "averagerank"
        assert not any("portfolio" in w for w in suggestions.warnings)

    def test_nothing_to_compare_with(self):
        suggestions = Recommender().fit(toy(described=False)).suggest(metafeatures=NEW)
        assert suggestions.out_of_distribution.flag is None
        assert suggestions.out_of_distribution
        assert "no known task has meta-features" in suggestions.out_of_distribution.reason
        assert suggestions.neighbours == ()
        # That the portfolio would do better cannot be told either.
        assert suggestions.strategy == "pmf"

    def test_few_known_tasks_cannot_tell(self):
        few = toy().drop(tasks=task_ids()[6:])
        suggestions = Recommender().fit(few).suggest(metafeatures=FAR)
        assert suggestions.out_of_distribution.flag is None
        assert any(w.startswith("Cannot tell") for w in suggestions.warnings)


class TestExclude:
    def test_an_excluded_family_is_nowhere(self, toy_recommender):
        nearest = toy_recommender.suggest(metafeatures=NEW).neighbours[0]
        gone = {"family": nearest.family}
        without = toy_recommender.suggest(metafeatures=NEW, exclude=nearest.family)
        assert gone["family"] not in {n.family for n in without.neighbours}
        named = {e.task_id for s in without for e in s.evidence}
        named |= {n.task_id for n in without.neighbours}
        families = toy().families
        assert gone["family"] not in {families[task] for task in named}
        assert without.knowledge == "22 tasks × 10 configurations"

    def test_is_as_if_the_base_never_had_it(self):
        without = Recommender().fit(toy()).suggest(metafeatures=NEW, exclude=["t3", "family8"])
        md = toy().drop(tasks=["t3"], families=["family8"])
        assert Recommender().fit(md).suggest(metafeatures=NEW).to_json() == without.to_json()

    def test_also_of_a_saved_base(self, tmp_path):
        recommender = Recommender().fit(toy())
        saved = Recommender.load(recommender.save(tmp_path / "kb"))
        expected = recommender.suggest(metafeatures=NEW, exclude="family8")
        found = saved.suggest(metafeatures=NEW, exclude="family8")
        # Fitted anew, so not even rounded.
        assert ids(found) == ids(expected)
        assert [s.score for s in found] == [s.score for s in expected]

    def test_one_answer_does_not_leak_into_the_next(self, toy_recommender):
        before = toy_recommender.suggest(metafeatures=NEW).to_json()
        toy_recommender.suggest(metafeatures=NEW, exclude=["t1", "t2"])
        assert toy_recommender.suggest(metafeatures=NEW).to_json() == before

    def test_leaving_out_each_family_in_turn_does_not_fill_the_memory(self):
        recommender = Recommender().fit(toy())
        for family in range(7):
            recommender.suggest(metafeatures=NEW, n=1, exclude=f"family{family}")
        assert len(recommender.store.kept) == 1 + 4
        kept = dict(recommender.store.kept)
        recommender.suggest(metafeatures=NEW, n=1, exclude="family6")
        recommender.suggest(metafeatures=NEW, n=1)
        assert recommender.store.kept == kept

    def test_a_typo(self, toy_recommender):
        with pytest.raises(KnowledgeError, match=r"'famly8', .* did you mean .*family8"):
            toy_recommender.suggest(metafeatures=NEW, exclude=["famly8"])

    def test_a_stranger_is_reported(self, toy_recommender):
        plain = toy_recommender.suggest(metafeatures=NEW)
        without = toy_recommender.suggest(metafeatures=NEW, exclude=["credit-g"])
        assert ids(without) == ids(plain)
        assert any("exclude names 'credit-g'" in warning for warning in without.warnings)
        search = toy_recommender.search(metafeatures=NEW, exclude="credit-g")
        assert any("exclude names 'credit-g'" in warning for warning in search.warnings)

    def test_everything(self, toy_recommender):
        with pytest.raises(KnowledgeError, match="nothing is left to learn from"):
            toy_recommender.suggest(metafeatures=NEW, exclude=list(task_ids()))

    def test_every_task_of_the_type(self, typed, data):
        gone = [t for t, kind in typed.md.tasks["task_type"].items() if kind != "regression"]
        with pytest.raises(
            KnowledgeError, match="nothing is left to learn from without the 18"
        ):
            typed.suggest(data, target="y", exclude=gone)


class TestSpace:
    def test_restricts(self, typed, data):
        suggestions = typed.suggest(data, target="y", space=["lda", "mlp"], n=2)
        assert {s.learner for s in suggestions} == {"lda", "mlp"}

    def test_reports_fewer(self, typed, data):
        suggestions = typed.suggest(data, target="y", space="lda")
        assert len(suggestions) == 1
        assert "10 were asked for; 1 of 1 fit." in suggestions.warnings

    def test_of_learners_read_from_the_values(self, toy_recommender):
        suggestions = toy_recommender.suggest(metafeatures=NEW, space="tree")
        assert {s.learner for s in suggestions} == {"tree"}
        assert len(suggestions) == 5

    def test_never_empties_silently(self, typed, data):
        tiny = data.groupby("y").head(3)
        with pytest.raises(SpaceMismatchError, match="qda"):
            typed.suggest(tiny, target="y", space="qda")

    @pytest.mark.parametrize("learner", ["lightgbm", "xgboost"])
    def test_not_installed(self, typed, data, learner, monkeypatch):
        monkeypatch.setattr(
            "warmstart.spaces.pipelines.learners.record.installed", lambda n: n != learner
        )
        everything = typed.suggest(data, target="y", n=99)
        assert learner not in {s.learner for s in everything}
        assert any(f"{learner} is not installed" in w for w in everything.warnings)
        with pytest.raises(ImportError, match=rf"pip install 'warmstart\[{learner}\]'"):
            typed.suggest(data, target="y", space=learner)


class TestMetric:
    @pytest.mark.parametrize(
        ("metric", "expected"),
        [
            (None, "balanced_accuracy"),
            ("balanced_accuracy", "balanced_accuracy"),
            ("bacc", "balanced_accuracy"),
            ("log_loss", "log_loss"),
            ("neg_log_loss", "log_loss"),
            ("Log-Loss", "log_loss"),
        ],
    )
    def test_of_classification(self, typed, data, metric, expected):
        suggestions = typed.suggest(data, target="y", metric=metric, n=2)
        assert suggestions.metric == expected
        if expected == "log_loss":
            assert all(s.score_high <= 0 for s in suggestions)

    @pytest.mark.parametrize(
        ("metric", "expected"),
        [(None, "r2"), ("neg_root_mean_squared_error", "rmse"), ("r2_score", "r2")],
    )
    def test_of_regression(self, typed, numbers, metric, expected):
        assert typed.suggest(*numbers, metric=metric, n=2).metric == expected

    def test_probabilities_where_they_are_asked_for(self, typed, data, numbers):
        every = typed.suggest(data, target="y", n=99)
        some = typed.suggest(data, target="y", n=99, proba=True)
        assert not all(LEARNERS[s.learner].probabilities for s in every)
        assert all(hasattr(s.estimator(), "predict_proba") for s in some)
        assert any("predicts no probabilities" in warning for warning in some.warnings)
        assert len(typed.suggest(*numbers, n=99, proba=True)) == len(
            typed.suggest(*numbers, n=99)
        )

    def test_a_scorer_of_another_kind(self, typed, data):
        found = typed.suggest(data, target="y", metric="f1_weighted", n=2)
        assert found.metric == "balanced_accuracy"
        assert any("f1_weighted" in warning for warning in found.warnings)

    def test_log_loss_names_only_learners_with_probabilities(self, typed, data):
        suggestions = typed.suggest(data, target="y", metric="log_loss", n=99)
        assert all(LEARNERS[s.learner].probabilities for s in suggestions)

    @pytest.mark.parametrize(
        ("metric", "message"),
        [
            ("accuracyy", "no metric 'accuracyy' for classification.*did you mean 'accuracy'"),
            ("rmse", "no metric 'rmse' for classification"),
            ("roc_auc", "the base has no scores in roc_auc; it has balanced_accuracy"),
        ],
    )
    def test_unknown(self, typed, data, metric, message):
        with pytest.raises(KnowledgeError, match=message):
            typed.suggest(data, target="y", metric=metric)

    def test_of_an_untyped_base(self, toy_recommender):
        assert toy_recommender.suggest(metric="score").metric == "score"
        with pytest.raises(KnowledgeError, match="no scores in 'accuracy'; it has score"):
            toy_recommender.suggest(metric="accuracy")

    @pytest.mark.parametrize("strategy", ["portfolio", "pmf"])
    def test_errors_are_in_the_targets_units(self, typed, numbers, strategy):
        X, y = numbers
        one, other = (
            typed.suggest(X, unit * y, metric="rmse", strategy=strategy, n=99)
            for unit in (1.0, 1000.0)
        )
        small = pd.Series({s.configuration_id: s.score for s in one})
        large = pd.Series({s.configuration_id: s.score for s in other})
        assert (small < 0).all()
        # The spread of the target is among the meta-features, so PMF may move a little.
        tolerance = 1e-9 if strategy == "portfolio" else 0.2
        np.testing.assert_allclose(large[small.index], 1000 * small, rtol=tolerance)

    def test_errors_without_a_unit_say_so(self, typed):
        suggestions = typed.suggest(task_type="regression", metric="rmse", n=1)
        assert any(
            "units of the target's standard deviation" in w for w in suggestions.warnings
        )


class TestBudget:
    @pytest.mark.parametrize("strategy", ["auto", "portfolio", "nearest_datasets", "random"])
    @pytest.mark.parametrize("budget_s", [0.01, 0.1, 1.0, 1e6])
    def test_is_kept(self, toy_recommender, strategy, budget_s):
        suggestions = toy_recommender.suggest(
            metafeatures=NEW, n=6, time_budget_s=budget_s, strategy=strategy
        )
        assert 1 <= len(suggestions) <= 6
        assert sum(s.cost_s for s in suggestions) <= budget_s + 1e-9
        if len(suggestions) < 6:
            assert any(f"fit within {budget_s:g} s" in w for w in suggestions.warnings)

    def test_a_large_one_changes_nothing(self, toy_recommender):
        free = toy_recommender.suggest(metafeatures=NEW, n=5)
        assert ids(toy_recommender.suggest(metafeatures=NEW, n=5, time_budget_s=1e9)) == ids(
            free
        )

    def test_too_small(self, toy_recommender):
        with pytest.raises(KnowledgeError, match=r"nothing fits time_budget_s=1e-06: .* take"):
            toy_recommender.suggest(metafeatures=NEW, time_budget_s=1e-6)

    def test_without_measured_costs(self):
        recommender = Recommender().fit(toy(costs=False))
        assert np.isnan(recommender.suggest(metafeatures=NEW, n=1)[0].cost_s)
        with pytest.raises(KnowledgeError, match="needs measured costs; the base has none"):
            recommender.suggest(metafeatures=NEW, time_budget_s=9)

    @pytest.mark.parametrize("budget_s", [0, -1, float("nan")])
    def test_refuses(self, toy_recommender, budget_s):
        with pytest.raises(ValueError, match="time_budget_s must be positive"):
            toy_recommender.suggest(metafeatures=NEW, time_budget_s=budget_s)


class TestMetafeatures:
    def test_a_mapping(self, toy_recommender):
        one, other = (
            toy_recommender.suggest(metafeatures=phi, n=3).to_json() for phi in (NEW, dict(NEW))
        )
        assert one == other

    def test_missing_unknown_and_infinite_ones(self, toy_recommender):
        phi = pd.Series({"kind": 1.0, "noise": np.nan, "TargetStd": np.inf, "colour": 3.0})
        suggestions = toy_recommender.suggest(metafeatures=phi, n=3)
        assert len(suggestions) == 3
        assert all(np.isfinite(s.cost_s) and np.isfinite(s.score) for s in suggestions)

    def test_none_known(self, toy_recommender):
        with pytest.raises(KnowledgeError, match=r"none of the meta-features \['colour'\]"):
            toy_recommender.suggest(metafeatures={"colour": 3.0})

    @pytest.mark.parametrize(
        "phi", ["kind", {"kind": "many"}, pd.DataFrame({"kind": [1.0]}), {"kind": [1.0, 2.0]}]
    )
    def test_that_are_no_numbers_by_name(self, toy_recommender, phi):
        with pytest.raises(KnowledgeError, match="metafeatures are numbers by name"):
            toy_recommender.suggest(metafeatures=phi)

    def test_names_that_are_numbers(self, tmp_path):
        named = metafeatures(task_ids())
        numbered = named.set_axis(range(named.shape[1]), axis=1)
        recommender = Recommender().fit(toy(metafeatures=numbered))
        new = NEW[named.columns].set_axis(range(named.shape[1]))
        found = recommender.suggest(metafeatures=new, n=2)
        assert found[0].configuration["depth"] >= 5
        loaded = Recommender.load(recommender.save(tmp_path / "kb"))
        assert ids(loaded.suggest(metafeatures=new, n=2)) == ids(found)

    def test_tell_the_kind_of_task(self, typed):
        known = typed.md.metafeatures
        for task, expected in (("task-00", "balanced_accuracy"), ("task-29", "r2")):
            for phi in (known.loc[task], known.loc[task].dropna()):
                assert typed.suggest(metafeatures=phi, n=1).metric == expected

    def test_that_tell_too_little(self, typed):
        with pytest.raises(KnowledgeError, match="say which by task_type="):
            typed.suggest(metafeatures={"NumberOfInstances": 90.0})
        phi = {"NumberOfInstances": 90.0}
        assert typed.suggest(metafeatures=phi, task_type="regression", n=1).metric == "r2"

    def test_have_no_pipeline(self, typed, toy_recommender):
        first = typed.suggest(metafeatures={"NumberOfInstances": 90.0}, task_type="binary")[0]
        with pytest.raises(SpaceMismatchError, match="suggested without a dataset"):
            first.estimator()
        with pytest.raises(SpaceMismatchError, match="there is no pipeline"):
            toy_recommender.suggest(metafeatures=NEW)[0].estimator()


class TestTaskType:
    def test_a_base_of_one_type(self, typed, data):
        only = typed.md.select(
            typed.md.tasks.index[typed.md.tasks["task_type"] == "regression"]
        )
        recommender = Recommender().fit(only)
        assert recommender.task_types() == ("regression",)
        assert recommender.suggest(n=1).metric == "r2"
        with pytest.raises(
            KnowledgeError, match="has no classification tasks, only regression"
        ):
            recommender.suggest(data, target="y")

    def test_must_be_one(self, typed):
        with pytest.raises(DatasetError, match="task_type must be"):
            typed.suggest(task_type="regresion")

    def test_unsaid(self, typed):
        with pytest.raises(KnowledgeError, match="classification and regression; say which"):
            typed.suggest()

    def test_classes_may_be_told_to_be_quantities(self, typed, data):
        X, y = data[["a", "b"]], np.arange(90) % 4
        assert typed.suggest(X, y, n=1).task_type == "multiclass"
        assert typed.suggest(X, y, n=1, task_type="regression").task_type == "regression"


@pytest.fixture(scope="module")
def knows_data(data):
    """A base whose task t1 has the content of `data`."""
    known = load_dataset(data, target="y")
    prints = ["", fingerprint(known.X, known.y), None, "", ""]
    prints += [""] * (len(task_ids()) - len(prints))
    tasks = pd.DataFrame({"fingerprint": prints, "task_type": "binary"}, index=task_ids())
    return Recommender().fit(toy(tasks=tasks))


class TestDuplicates:
    def test_is_reported(self, knows_data, data):
        suggestions = knows_data.suggest(data.sample(frac=1, random_state=0), target="y")
        assert any(
            "looks like known task 't1' (100 % alike)" in w and "exclude=['t1']" in w
            for w in suggestions.warnings
        )

    def test_is_not_where_it_is_excluded(self, knows_data, data):
        suggestions = knows_data.suggest(data, target="y", exclude=["t1"])
        assert not any("looks like" in w for w in suggestions.warnings)

    def test_other_data_is_no_duplicate(self, knows_data, data):
        other = data.assign(a=np.random.default_rng(9).normal(size=90))
        assert not any(
            "looks like" in w for w in knows_data.suggest(other, target="y").warnings
        )


class TestPlainScores:
    """Nothing but a matrix: no meta-features, costs, configurations, names or families."""

    @pytest.mark.parametrize("labels", ["text", "numbers"])
    def test_answers_and_survives_a_folder(self, labels, tmp_path):
        scores = score_frame(task_ids())
        if labels == "numbers":
            scores.index, scores.columns = range(100, 124), range(10)
        recommender = Recommender().fit(MetaDataset.from_matrix(scores))
        suggestions = recommender.suggest(n=3)
        assert set(ids(suggestions)) <= set(scores.columns)
        assert suggestions[0].configuration == {}
        assert np.isnan(suggestions[0].cost_s)
        assert suggestions.neighbours == ()
        assert "?" in repr(suggestions)
        assert suggestions.explain()
        loaded = Recommender.load(recommender.save(tmp_path / "kb"))
        assert ids(loaded.suggest(n=3)) == ids(suggestions)
        assert ids(loaded.suggest(n=3, exclude=scores.index[3])) == ids(
            recommender.suggest(n=3, exclude=scores.index[3])
        )

    def test_a_loss(self):
        md = MetaDataset.from_matrix(1 - score_frame(task_ids()), higher_is_better=False)
        suggestions = Recommender().fit(md).suggest(n=3)
        assert all(s.score_high <= 0 for s in suggestions)

    @pytest.mark.parametrize("shape", [(1, 1), (1, 5), (3, 1), (2, 3)])
    def test_very_little(self, shape):
        scores = pd.DataFrame(np.random.default_rng(0).random(shape))
        assert len(Recommender().fit(MetaDataset.from_matrix(scores)).suggest(n=1)) == 1

    def test_mostly_missing(self):
        scores = score_frame(task_ids())
        holes = np.random.default_rng(0).random(scores.shape) < 0.7
        scores = scores.mask(holes)
        scores["c0"] = 0.5
        suggestions = Recommender().fit(MetaDataset.from_matrix(scores)).suggest(n=5)
        assert len(suggestions) == 5

    def test_many_metafeatures_of_few_tasks(self):
        some = metafeatures(task_ids()).iloc[:7]
        suggestions = Recommender().fit(toy(metafeatures=some)).suggest(metafeatures=NEW, n=3)
        assert len(suggestions) == 3


def test_failures_are_never_evidence():
    """The best-looking configuration of its neighbours fails on all of them."""
    scores, costs = score_frame(task_ids()), cost_frame(task_ids())
    scores.loc[task_ids()[1::2], "c9"] = np.nan  # a cost without a score
    md = MetaDataset.from_matrix(scores, costs=costs, metafeatures=metafeatures(task_ids()))
    suggestions = Recommender().fit(md).suggest(metafeatures=NEW, n=10)
    last = next(s for s in suggestions if s.configuration_id == "c9")
    assert last.evidence == ()
    assert ids(suggestions)[0] != "c9"
    assert last.score < suggestions[0].score


def test_data_that_cannot_be_learned_from(typed):
    with pytest.raises(DatasetError, match="one class"):
        typed.suggest(pd.DataFrame({"a": [1.5, 2, 3], "y": "x"}), target="y")


def test_every_error_is_ours(typed):
    for arguments in ({"exclude": "zzz"}, {"task_type": "binary", "metric": "zzz"}):
        with pytest.raises(WarmstartError):
            typed.suggest(**arguments)


class TestWrongArguments:
    @pytest.mark.parametrize("space", [3, ["lightgbm", 3], lambda: "lightgbm"])
    def test_a_space_is_a_name(self, typed, data, space):
        with pytest.raises(SpaceMismatchError, match="space is the name of a learner, or sev"):
            typed.suggest(data, target="y", space=space)

    def test_a_space_in_other_letters_is_a_near_miss(self, typed, data):
        with pytest.raises(SpaceMismatchError, match="did you mean 'decision_tree'"):
            typed.suggest(data, target="y", space="Decision_Tree")

    @pytest.mark.parametrize("metric", [3, ["accuracy"]])
    def test_a_metric_is_a_name_or_a_scorer(self, typed, data, metric):
        with pytest.raises(KnowledgeError, match="metric is a name, such as"):
            typed.suggest(data, target="y", metric=metric)

    def test_a_target_without_data(self, typed):
        with pytest.raises(DatasetError, match="target='y' was given, but data is None"):
            typed.suggest(None, target="y")

    def test_nothing_at_all(self, typed):
        with pytest.raises(KnowledgeError, match="say which by task_type=, or pass a dataset"):
            typed.suggest()

    def test_infinite_metafeatures_are_told(self, typed):
        phi = typed.md.metafeatures.loc["task-00"].dropna()
        name = phi.index[0]
        found = typed.suggest(metafeatures={**phi, name: np.inf}, task_type="binary", n=1)
        assert f"Infinite meta-features taken for unknown: {name!r}." in found.warnings

    def test_the_type_of_task_is_what_was_asked(self, typed):
        for asked, told in (("binary", "binary"), ("classification", None)):
            assert typed.suggest(task_type=asked, n=1).task_type == told
        assert typed.suggest(task_type="regression", n=1).task_type == "regression"


def test_anytime_gains_most_for_its_seconds(toy_recommender):
    """Each configuration of the toy takes twice as long as the one before."""
    usual = toy_recommender.suggest(metafeatures=NEW, n=10)
    anytime = toy_recommender.suggest(metafeatures=NEW, n=10, strategy="anytime")
    assert anytime.strategy == "anytime"
    assert set(ids(anytime)) == set(ids(usual))
    assert anytime[0].cost_s < usual[0].cost_s
    within = toy_recommender.suggest(
        metafeatures=NEW, n=10, strategy="anytime", time_budget_s=anytime[0].cost_s
    )
    assert ids(within)[0] == ids(anytime)[0]
    assert sum(one.cost_s for one in within) <= anytime[0].cost_s
    assert "for its seconds" in anytime.explain()


def test_anytime_needs_seconds():
    rec = Recommender().fit(toy(costs=False))
    with pytest.raises(KnowledgeError, match=r"anytime. needs measured costs"):
        rec.suggest(metafeatures=NEW, strategy="anytime")


class TestOneStudy:
    """A base of one study: its next best, honest intervals, and what cannot be said."""

    @staticmethod
    def base(sign=1.0, unit=1.0):
        order = np.random.default_rng(5).permutation(25)
        scores = sign * unit * (0.5 + 0.015 * order)
        names = [f"c{k}" for k in range(25)]
        return MetaDataset.from_matrix(pd.DataFrame([scores], columns=names)), order

    def test_its_next_best_follow_the_best(self):
        md, order = self.base()
        recommender = Recommender().fit(md)
        best = [f"c{k}" for k in np.argsort(-order)[:10]]
        assert ids(recommender.suggest(n=10)) == best
        assert [s.configuration_id for s in recommender.search().ask(10)] == best

    def test_its_intervals_are_wide_and_it_cannot_tell_what_is_unlike(self):
        suggestions = Recommender().fit(self.base()[0]).suggest(n=3)
        assert all(s.score_high - s.score_low > 0.2 for s in suggestions)
        assert suggestions.out_of_distribution.flag is None
        assert suggestions.expected_regret(1) > 0.01

    def test_in_units_of_its_own_nothing_is_said_of_scores(self):
        suggestions = Recommender().fit(self.base(-1, 4e4)[0]).suggest(n=3)
        assert all(np.isnan([s.score, s.score_low, s.regret]).all() for s in suggestions)
        assert np.isnan(suggestions.expected_regret(2))
        assert any("nothing can be said" in w for w in suggestions.warnings)
        assert Suggestions.from_json(suggestions.to_json()).items[0].score != 0


class TestRegret:
    def test_falls_with_every_further_suggestion_and_is_kept(self, toy_recommender):
        suggestions = toy_recommender.suggest(metafeatures=NEW, n=8)
        told = [suggestions.expected_regret(k) for k in range(1, 9)]
        assert (np.diff(told) <= 0).all()
        assert told[0] == pytest.approx(suggestions[0].regret)
        assert sum(s.p_best for s in suggestions) <= 1 + 1e-9
        assert suggestions[:3].expected_regret(3) == told[2]
        assert np.isnan(suggestions[2:].expected_regret(1))
        again = Suggestions.from_json(suggestions.to_json())
        assert again.expected_regrets == suggestions.expected_regrets
        assert again[0].p_best == suggestions[0].p_best
        assert {"regret", "p_best"} <= set(suggestions.to_frame())

    @pytest.mark.parametrize("k", [0, 4, -1])
    def test_of_more_than_there_are(self, toy_recommender, k):
        with pytest.raises(ValueError, match="k must be from 1 to 3"):
            toy_recommender.suggest(metafeatures=NEW, n=3).expected_regret(k)
