"""Recommenders on histories whose tasks share no configuration."""

import numpy as np
import pandas as pd
import pytest

from warmstart.errors import KnowledgeError, MetaDatasetError
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.recommender import Recommender

pytestmark = pytest.mark.usefixtures("small_forests")

PARAMETERS = ["kernel", "C", "gamma", "degree", "same"]


def score(configuration, best):
    """Log C near `best` of its range, the curved kernel ahead, gamma near 0.01."""
    c = (np.log10(configuration["C"]) + 3) / 6
    value = 0.9 - 0.5 * (c - best) ** 2 - 0.002 * configuration["degree"]
    if configuration["kernel"] == "straight":
        return value - 0.1
    return value - 0.02 * (np.log10(configuration["gamma"]) + 2) ** 2


def draw(rng):
    kernel = str(rng.choice(["curved", "straight"]))
    return {
        "kernel": kernel,
        "C": float(10 ** rng.uniform(-3, 3)),
        # Conditional: active with one kernel only.
        "gamma": float(10 ** rng.uniform(-4, 1)) if kernel == "curved" else np.nan,
        "degree": int(rng.integers(1, 10)),
        "same": 3,
    }


def history(n_tasks=12, n_each=25, seed=0):
    rng = np.random.default_rng(seed)
    rows = []
    for task in range(n_tasks):
        best = 0.35 + 0.08 * rng.standard_normal()
        for _ in range(n_each):
            one = draw(rng)
            rows.append({"task_id": f"study{task}", "score": score(one, best), **one})
    return pd.DataFrame(rows)


def metadataset(frame=None, parameters=PARAMETERS, **more):
    frame = history() if frame is None else frame
    return MetaDataset.from_evaluations(frame, parameters=parameters, **more)


@pytest.fixture(scope="module")
def fitted():
    return Recommender().fit(metadataset())


def quality(configuration, best=0.35):
    """Share of random configurations that are worse."""
    rng = np.random.default_rng(5)
    return np.mean([score(draw(rng), best) < score(configuration, best) for _ in range(400)])


def test_suggests_what_is_good_without_being_told_how(fitted):
    answer = fitted.suggest(n=5)
    assert len(answer) == 5
    assert answer.strategy == "pmf"
    assert max(quality(s.configuration) for s in answer) > 0.97
    assert np.mean([quality(s.configuration) for s in answer]) > 0.9
    assert any("share few configurations" in warning for warning in answer.warnings)


def test_evidence_is_measured_never_predicted(fitted):
    known = fitted.md.evaluations().set_index(["task_id", "configuration_id"])["score"]
    for suggestion in fitted.suggest(n=10):
        for evidence in suggestion.evidence:
            assert evidence.score == known[evidence.task_id, suggestion.configuration_id]


@pytest.mark.parametrize("strategy", ["portfolio", "nearest_datasets", "random"])
def test_other_strategies_see_the_completed_table(fitted, strategy):
    answer = fitted.suggest(n=8, strategy=strategy)
    assert len(answer) == 8
    if strategy != "random":
        assert quality(answer[0].configuration) > 0.9


def test_metafeatures_move_the_answer():
    # Studies of two kinds, whose best C lies at opposite ends.
    rng = np.random.default_rng(0)
    rows = [
        {"task_id": t, "score": 0.9 - 0.5 * (x - (0.1 if t % 2 else 0.9)) ** 2, "x": x}
        for t in range(24)
        for x in rng.uniform(size=15)
    ]
    kinds = pd.DataFrame({"kind": np.arange(24) % 2, "n": np.arange(24)}, dtype=float)
    md = metadataset(pd.DataFrame(rows), ["x"], metafeatures=kinds)
    found = Recommender().fit(md)
    for kind, best in ((0.0, 0.9), (1.0, 0.1)):
        first = found.suggest(metafeatures={"kind": kind, "n": 12.0}, n=1)[0]
        assert abs(first.configuration["x"] - best) < 0.2


def test_a_search_learns_from_results(fitted):
    search = fitted.search()
    assert any("share few configurations" in warning for warning in search.warnings)
    for _ in range(12):
        suggestion = search.ask()
        search.tell(suggestion, score(suggestion.configuration, best=0.6))
    # The history's tasks have their best at 0.35.
    assert quality(search.best.configuration, best=0.6) > 0.97


def test_a_search_over_a_pool_of_its_own(fitted):
    rng = np.random.default_rng(11)
    pool = pd.DataFrame([draw(rng) for _ in range(150)])
    search = fitted.search(candidates=pool)
    for _ in range(8):
        suggestion = search.ask()
        assert suggestion.configuration_id in pool.index
        search.tell(suggestion, score(suggestion.configuration, best=0.35))
    assert quality(search.best.configuration) > 0.97


def test_saved_it_answers_the_same(fitted, tmp_path):
    fitted.save(tmp_path / "kb")
    loaded = Recommender.load(tmp_path / "kb")
    for strategy in ("auto", "portfolio"):
        one = fitted.suggest(n=5, strategy=strategy)
        other = loaded.suggest(n=5, strategy=strategy)
        assert [s.configuration for s in one] == [s.configuration for s in other]
        assert one.warnings == other.warnings
        np.testing.assert_allclose([s.score for s in one], [s.score for s in other], atol=1e-3)
    searches = [
        each.search(candidates=pd.DataFrame([draw(np.random.default_rng(1))]))
        for each in (fitted, loaded)
    ]
    one, other = (search.ask() for search in searches)
    assert one.score == pytest.approx(other.score, abs=1e-3)


def test_the_model_can_be_forced_where_tasks_share_configurations():
    rng = np.random.default_rng(0)
    x = np.linspace(0, 1, 12)
    scores = 0.9 - (x - rng.uniform(0.3, 0.5, (10, 1))) ** 2
    md = MetaDataset.from_matrix(pd.DataFrame(scores), configurations=pd.DataFrame({"x": x}))
    answer = Recommender(model="transfer_gp").fit(md).suggest(n=2)
    assert answer.strategy == "transfer_gp"
    assert abs(answer[0].configuration["x"] - 0.4) < 0.15
    assert not Recommender().fit(md).suggest(n=2).warnings


def test_many_configurations_are_thinned_and_it_is_said(monkeypatch):
    monkeypatch.setattr(
        "warmstart.models.completion.sharing.common_candidates.__defaults__", (50,)
    )
    answer = Recommender().fit(metadataset()).suggest(n=5)
    assert any("50 of 300 configurations are kept" in warning for warning in answer.warnings)
    assert quality(answer[0].configuration) > 0.9


def test_a_history_of_names_alone_is_said_to_teach_little():
    frame = history(4, 5).assign(run=range(20))
    md = metadataset(frame, [], configuration="run")
    warnings = Recommender().fit(md).suggest(n=2).warnings
    assert any("no hyperparameters are known" in warning for warning in warnings)
    with pytest.raises(MetaDatasetError, match="none are known of the 20"):
        Recommender(model="transfer_gp").fit(md)


@pytest.mark.parametrize("parameters", [PARAMETERS, ["C"], ["same", "kernel"], ["same"]])
def test_small_histories(parameters):
    recommender = Recommender().fit(metadataset(history(3, 15), parameters))
    scores = [s.score for s in recommender.suggest(n=1)]
    assert np.isfinite(scores).all()
    assert len(scores) == 1


def test_tasks_that_are_all_equal():
    answer = Recommender().fit(metadataset(history(3, 15).assign(score=0.5))).suggest(n=3)
    np.testing.assert_allclose([s.score for s in answer], 0.5, atol=0.01)


def test_failures_are_no_good_advice():
    frame = history()
    # Everything with a large C fails, as it does when memory runs out.
    frame.loc[frame["C"] > 0.1, "score"] = np.nan
    answer = Recommender().fit(metadataset(frame)).suggest(n=5)
    assert all(s.configuration["C"] <= 1.0 for s in answer)


def test_a_search_asks_for_new_configurations_near_good_ones(fitted):
    search = fitted.search(random_state=1)
    known = [fitted.md.configuration(c) for c in fitted.md.configuration_ids]
    for _ in range(15):
        suggestion = search.ask()
        search.tell(suggestion, score(suggestion.configuration, best=0.35))
    new = [r.configuration for r in search.history if r.configuration not in known]
    assert new
    for one in new:
        assert ("gamma" in one) == (one["kernel"] == "curved")
        assert one["same"] == 3
    assert quality(search.best.configuration) > 0.995


def test_only_the_pool_is_asked_where_there_is_one(fitted):
    pool = pd.DataFrame([draw(np.random.default_rng(2)) for _ in range(6)])
    search = fitted.search(candidates=pool)
    for _ in range(6):
        search.tell(search.ask(), 0.5)
    with pytest.raises(KnowledgeError, match="all 6 configurations have been asked"):
        search.ask()


def test_a_search_resumes_exactly(fitted):
    search = fitted.search(random_state=4)
    for step in range(10):
        suggestion = search.ask()
        if step == 4:
            search.tell(suggestion, status="failed")
        else:
            search.tell(suggestion, score(suggestion.configuration, best=0.5))
    # Asked and not told: a new configuration must be remembered too.
    pending = search.ask(2)
    again = type(search).from_json(search.to_json(), fitted)
    assert [r.configuration for r in again.history] == [r.configuration for r in search.history]
    for each in (search, again):
        for suggestion in pending:
            each.tell(suggestion, score(suggestion.configuration, best=0.5))
    for _ in range(3):
        one, other = search.ask(), again.ask()
        assert one.configuration == other.configuration
        assert one.score == pytest.approx(other.score, abs=1e-9)
        for each in (search, again):
            each.tell(one.configuration, score(one.configuration, best=0.5))


def test_results_of_others_are_learnt_from(fitted):
    search = fitted.search()
    rng = np.random.default_rng(8)
    for _ in range(20):
        one = {k: v for k, v in draw(rng).items() if v == v}
        search.tell(one, score(one, best=0.7))
    for _ in range(6):
        suggestion = search.ask()
        search.tell(suggestion, score(suggestion.configuration, best=0.7))
    assert quality(search.best.configuration, best=0.7) > 0.98


def random_tries(good, best, n=300):
    """Mean number of random configurations until one is as good."""
    rng = np.random.default_rng(3)
    return 1 / np.mean([score(draw(rng), best) >= good for _ in range(n)])


def test_a_hostile_base_costs_at_most_a_tenth_more_than_random_search():
    # Of a history like this "pmf" is "transfer_gp"; of an aligned one see test_session.
    needed, at_random = [], []
    for base in range(3):
        frame = history(8, 20, seed=base)
        rng = np.random.default_rng(base)
        frame["score"] = frame.groupby("task_id")["score"].transform(rng.permutation)
        hostile = Recommender("transfer_gp").fit(metadataset(frame))
        for seed, best in enumerate((0.2, 0.4, 0.6, 0.8)):
            good = np.quantile([score(draw(rng), best) for _ in range(300)], 0.93)
            search = hostile.search(random_state=seed)
            while search.best is None or search.best.score < good:
                suggestion = search.ask()
                search.tell(suggestion, score(suggestion.configuration, best))
            needed.append(len(search.history))
            at_random.append(random_tries(good, best))
    assert np.mean(needed) <= 1.1 * np.mean(at_random)
