"""Objectives and limits through `suggest`, on a base whose costs can be told in advance.

Tests of `asked`, `costs`, `front` and `expected_front`, and of the resources a base keeps.

Also of: recommend.pareto.costs, recommend.pareto.expected_front, recommend.pareto.front,
recommend.pareto.predicted_costs, recommend.store.resources.
"""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_wine
from tests.unit.recommend.toy import N_CONFIGS, NEW, toy

import warmstart
from warmstart.errors import ArgumentError, KnowledgeError
from warmstart.models.costs.features import DataSize
from warmstart.models.costs.resources import ResourceModel
from warmstart.recommend.acquisition.next_point import pick_from, worth
from warmstart.recommend.answer.suggestions import Suggestions
from warmstart.recommend.pareto.costs import Costs
from warmstart.recommend.pareto.front import Front
from warmstart.recommend.pareto.predicted_costs import predict_costs, without_overhead
from warmstart.recommend.recommender import Recommender
from warmstart.recommend.store.resources import learn_resources, read_resources, write_resources

pytestmark = pytest.mark.usefixtures("small_forests")

CHEAP_IS_GOOD = NEW.copy()
CHEAP_IS_GOOD["kind"] = 0.0


@pytest.fixture(scope="module")
def recommender():
    """Each configuration takes twice as long as the one before; the last are the best."""
    found = Recommender().fit(toy())
    rng = np.random.default_rng(0)
    depths = rng.integers(0, N_CONFIGS, 60)
    found.store.resource_models = {
        "size_mb": ResourceModel().fit(
            ["tree", "forest"] * 30,
            [{"depth": int(depth)} for depth in depths],
            [DataSize(500, 10)] * 60,
            2.0**depths * rng.uniform(0.9, 1.1, 60),
        )
    }
    return found


def test_nothing_asked_for_changes_nothing(recommender):
    one = recommender.suggest(metafeatures=NEW, n=4)
    assert one.objectives == ()
    assert all(not s.costs for s in one)


def test_every_suggestion_keeps_a_limit(recommender):
    limit = 1.2 * recommender.suggest(metafeatures=CHEAP_IS_GOOD, n=1)[0].cost_s * 8
    found = recommender.suggest(metafeatures=NEW, n=4, max_fit_s=limit)
    assert {s.configuration_id for s in found} == {"c0", "c1", "c2", "c3"}
    assert found[0].configuration_id == "c3"  # the best that keeps it
    assert all(s.cost_s <= limit and s.p_feasible >= 0.1 for s in found)
    assert any("within max_fit_s" in warning for warning in found.warnings)


@pytest.mark.parametrize("strategy", ["portfolio", "random", "anytime"])
def test_limits_go_with_every_strategy(recommender, strategy):
    found = recommender.suggest(metafeatures=NEW, n=3, max_size_mb=9.0, strategy=strategy)
    assert {s.configuration_id for s in found} <= {"c0", "c1", "c2", "c3"}


def test_a_front_reaches_from_the_best_to_the_cheapest(recommender):
    found = recommender.suggest(metafeatures=NEW, n=5, objectives=("score", "fit_s"))
    named = {s.configuration_id for s in found}
    assert named & {"c8", "c9"}
    assert named & {"c0", "c1", "c2", "c3"}
    assert found.objectives == ("score", "fit_s")
    assert len(found.pareto) >= 4


def test_where_the_cheapest_is_the_best_it_is_the_front(recommender):
    found = recommender.suggest(metafeatures=CHEAP_IS_GOOD, n=5, objectives=("score", "fit_s"))
    assert {s.configuration_id for s in found.pareto} <= {"c0", "c1"}


def test_a_price_orders_them(recommender):
    found = recommender.suggest(metafeatures=NEW, n=6, objectives=("score", "fit_s"))
    dear = found.by_tradeoff(target=1.0, cost="fit_s", weight=-5.0)
    free = found.by_tradeoff(target=1.0, cost="fit_s", weight=0.0)
    assert dear[0].cost_s == min(s.cost_s for s in found)
    assert free[0].score == max(s.score for s in found)
    assert {s.configuration_id for s in dear} == {s.configuration_id for s in found}
    with pytest.raises(ArgumentError, match="size_mb is not known of every suggestion"):
        found.by_tradeoff(target=1.0, cost="size_mb")
    with pytest.raises(ArgumentError, match=r"cost must be one of .* got 'speed'"):
        found.by_tradeoff(target=1.0, cost="speed")


def test_the_front_is_drawn_over_the_cost_that_was_asked_for(recommender):
    pytest.importorskip("matplotlib")
    found = recommender.suggest(metafeatures=NEW, n=5, objectives=("score", "size_mb"))
    ax = found.plot("cost")
    assert ax.get_xlabel() == "megabytes of the fitted model"
    line = ax.lines[-1].get_xydata()
    assert sorted(line[:, 0]) == sorted(s.size_mb for s in found.pareto)


def test_two_costs(recommender):
    found = recommender.suggest(
        metafeatures=NEW, n=4, objectives=("score", "fit_s", "size_mb"), max_size_mb=100.0
    )
    assert all(s.size_mb < 150 for s in found)
    frame = found.to_frame()
    assert {"size_mb", "p_feasible"} <= set(frame.columns)


def test_written_and_read_back(recommender):
    found = recommender.suggest(metafeatures=NEW, n=3, objectives=("score", "size_mb"))
    assert Suggestions.from_json(found.to_json()) == found
    assert "MB" in repr(found)


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"max_size_mb": 0.01}, KnowledgeError, r"nothing keeps max_size_mb=0.01: the least"),
        ({"max_predict_s": 1.0}, KnowledgeError, "seconds of predictions"),
        ({"max_memory_mb": 1.0}, KnowledgeError, "does not know memory_mb of any run"),
        ({"objectives": ("score", "cost")}, ArgumentError, "got 'cost'"),
        (
            {"objectives": ("score", "fit_s"), "strategy": "portfolio"},
            ArgumentError,
            "not by 'portfolio'",
        ),
        (
            {"objectives": ("score", "fit_s"), "time_budget_s": 3.0},
            ArgumentError,
            "max_fit_s=",
        ),
        ({"objectives": ("score", "fit_s"), "look_s": 1.0}, ArgumentError, "a look names"),
        ({"max_fit_s": "fast"}, ArgumentError, "max_fit_s must be a positive number"),
    ],
)
def test_what_cannot_be_asked(recommender, asked, error, message):
    with pytest.raises(error, match=message):
        recommender.suggest(metafeatures=NEW, **asked)


def test_a_model_without_a_joint_belief_chooses_no_front():
    portfolio = Recommender("portfolio").fit(toy())
    with pytest.raises(KnowledgeError, match="'portfolio' names configurations in an order"):
        portfolio.suggest(metafeatures=NEW, objectives=("score", "fit_s"))


def test_chance_of_keeping_limits_is_that_of_the_draws():
    rng = np.random.default_rng(0)
    costs = Costs({"fit_s": np.array([0.5, 1.0, 2.0])}, {"fit_s": np.array([0.3, 0.5, 0.9])})
    drawn = costs.draw_feasible({"fit_s": 1.0}, 20_000, rng).mean(axis=0)
    assert costs.feasible({"fit_s": 1.0}) == pytest.approx(drawn, abs=0.02)


def test_what_is_likely_to_break_a_limit_counts_less():
    costs = Costs({"fit_s": np.array([0.1, 0.9])}, {"fit_s": np.array([0.1, 1.0])})
    front = Front(costs, (), {"fit_s": 1.0})
    within = front.within(np.array([[0.5, 0.4, 1.0][:2]] * 4000), np.random.default_rng(0))
    assert within[:, 0].mean() == pytest.approx(0.5)
    assert within[:, 1].mean() > 0.42


def test_unknown_costs_are_no_candidates():
    costs = Costs({"size_mb": np.array([1.0, np.nan])}, {"size_mb": np.array([0.1, np.nan])})
    assert Front(costs, ("size_mb",), {}).possible().tolist() == [0]
    assert Front(costs, (), {"size_mb": 5.0}).possible().tolist() == [0]


def test_resources_of_recorded_runs(tmp_path):
    ids = [f"c{k}" for k in range(40)]
    values = {one: {"trees": 10 * (k % 5 + 1)} for k, one in enumerate(ids)}
    runs = pd.DataFrame(
        {
            "task_id": ["a", "b"] * 20,
            "configuration_id": ids,
            "rows": [300, 600] * 20,
            "status": "ok",
            "model_bytes": [1e6 * values[one]["trees"] for one in ids],
            "peak_memory_mb": 0.0,
        }
    )
    tasks = pd.DataFrame({"n_columns": [3, 9], "n_classes": [2.0, np.nan]}, index=["a", "b"])
    learners = pd.Series("forest", index=ids)
    found = learn_resources(runs, learners, values, tasks)
    assert set(found) == {"size_mb", "memory_mb"}
    assert found["size_mb"].predict(
        "forest", {"trees": 30}, DataSize(200, 3, 2)
    ) == pytest.approx(30, rel=0.1)
    write_resources(found, tmp_path / "r.json")
    again = read_resources(tmp_path / "r.json")
    assert again["size_mb"].to_dict() == found["size_mb"].to_dict()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2, "models": {"a": {}}}'])
def test_damaged_resources_are_named(tmp_path, text):
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(KnowledgeError, match=r"r\.json is damaged"):
        read_resources(tmp_path / "r.json")


def test_another_format_says_what_to_do(tmp_path):
    (tmp_path / "r.json").write_text('{"format": 9, "models": {}}')
    with pytest.raises(KnowledgeError, match="format 9, this version reads 2 and 3"):
        read_resources(tmp_path / "r.json")


def test_a_saved_base_keeps_its_resources(recommender, tmp_path):
    recommender.save(tmp_path / "kb")
    again = Recommender.load(tmp_path / "kb")
    assert again.store.resources()["size_mb"].to_dict() == (
        recommender.store.resources()["size_mb"].to_dict()
    )


def test_population_begins_with_the_best(recommender):
    found = recommender.suggest(metafeatures=NEW, n=5)
    members = found.population(8, diversity=0.3)
    assert members[0] == found[0].configuration
    assert len(members) == 8


class TestSearchWithinLimits:
    def test_never_asks_what_cannot_keep_them(self, recommender):
        search = recommender.search(metafeatures=NEW, max_size_mb=9.0)
        asked = []
        for _ in range(3):
            one = search.ask()
            asked.append(one.configuration_id)
            search.tell(one, score=0.5)
        assert set(asked) <= {"c0", "c1", "c2", "c3"}
        assert any("within max_size_mb" in warning for warning in search.warnings)

    def test_improvement_counts_with_the_chance_to_keep_them(self):
        means, stds = np.array([[0.0, -0.1]]), np.ones((1, 2))
        weights, costs = np.ones(1), np.zeros(2)
        open_ = np.ones(2, dtype=bool)
        marginals = means, stds, weights
        assert pick_from(marginals, open_, 0.0, "ei", costs=costs) == 1
        chances = np.array([1.0, 0.2])
        assert pick_from(marginals, open_, 0.0, "ei", costs=costs, chances=chances) == 0
        plain = worth(marginals, 0.0, "ei")
        assert worth(marginals, 0.0, "ei", chances=chances) - plain == pytest.approx(
            np.log(chances)
        )

    def test_a_bound_counts_only_where_the_limits_are_likely_kept(self):
        marginals = np.array([[0.0, -0.9, -0.1]]), np.ones((1, 3)), np.ones(1)
        assert worth(marginals, 0.0, "lcb").argmax() == 1
        found = worth(marginals, 0.0, "lcb", chances=np.array([0.6, 0.2, 0.7]))
        assert found.argmax() == 2
        assert np.isinf(found[1])
        none_likely = worth(marginals, 0.0, "lcb", chances=np.array([0.1, 0.2, 0.1]))
        assert none_likely.argmax() == 1

    def test_goes_on_from_json_as_before(self, recommender):
        search = recommender.search(metafeatures=NEW, max_fit_s=0.1)
        search.tell(search.ask(), score=0.5)
        again = recommender.resume(search.to_json())
        assert again.ask().configuration_id == search.ask().configuration_id

    def test_limits_are_not_of_a_pool_of_ones_own(self, recommender):
        pool = pd.DataFrame({"learner": ["tree"], "depth": [3]})
        with pytest.raises(ArgumentError, match="leave candidates= out"):
            recommender.search(metafeatures=NEW, candidates=pool, max_fit_s=1.0)


def test_costs_come_with_an_interval_and_their_skill():
    found = warmstart.suggest(load_wine(as_frame=True), n=2, max_size_mb=5.0)
    assert set(found[0].cost_stds) == {"fit_s", "size_mb"}
    for name, middle in (("fit_s", found[0].cost_s), ("size_mb", found[0].size_mb)):
        low, high = found[0].cost_interval(name)
        assert low < middle < high
        assert low * high == pytest.approx(middle**2)
    assert "MB on disk (90 %:" in found.explain(1)
    assert warmstart.Suggestions.from_json(found.to_json()) == found
    with pytest.raises(ArgumentError, match="ask for it by objectives= or a limit"):
        found[0].cost_interval("memory_mb")


def test_what_is_told_of_more_rows_than_were_timed_is_less_sure(recommender):
    fitted = recommender.fitted(None, None)
    spreads = []
    for n_rows in (500, 200_000):
        phi = NEW.copy()
        phi["NumberOfInstances"] = float(n_rows)
        costs = predict_costs(("fit_s",), fitted, recommender.md, {}, phi, 1.0)
        spreads.append(costs.spreads["fit_s"])
    assert (spreads[0] == fitted.costs.spread).all()
    assert (spreads[1] > spreads[0] + 0.2).all()


def test_overhead_of_timing_is_left_out():
    timed = np.array([[0.003, 0.013], [0.003, 0.023]])
    found = without_overhead(timed)
    np.testing.assert_allclose(found, [[0.0005, 0.0105], [0.0005, 0.0205]])
    quick = np.array([[0.0005, 0.013]])
    np.testing.assert_allclose(without_overhead(quick), quick, rtol=0.03)


def test_a_fit_holds_what_it_leaves(recommender):
    sizes = recommender.store.resources()["size_mb"]
    little = ResourceModel("memory in megabytes").fit(
        ["tree", "forest"], [{"depth": 1}] * 2, [DataSize(500, 10)] * 2, [1e-3, 1e-3]
    )
    costs = predict_costs(
        ("size_mb", "memory_mb"),
        recommender.fitted(None, None),
        recommender.md,
        {"size_mb": sizes, "memory_mb": little},
        NEW,
        1.0,
    )
    assert (costs.medians["memory_mb"] >= costs.medians["size_mb"]).all()
