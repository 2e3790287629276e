"""Every model and every acquisition function on bases of every shape; one engine for all.

Also of: recommend.acquisition.by_belief, recommend.acquisition.by_model,
recommend.acquisition.by_surfaces, recommend.answer.assemble, recommend.answer.compose,
recommend.begin_search, recommend.belief.new_configurations, recommend.engine,
recommend.methods, recommend.question.kind.
"""

import pandas as pd
import pytest

from warmstart.errors import KnowledgeError, MetaDatasetError
from warmstart.evaluate.held_out import HeldOut
from warmstart.evaluate.trace import follow
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.pmf.pmf import PMF
from warmstart.models.rankings.knn_portfolio import KNNPortfolio
from warmstart.recommend.methods import METHODS, ON_REQUEST
from warmstart.recommend.question.arguments import ACQUISITIONS
from warmstart.recommend.recommender import Recommender
from warmstart.testing.bases import BASES, SearchContract

MODELS = sorted(set(METHODS) - set(ON_REQUEST) - {"pmf", "random_x2", "random_x4"})
_FITTED: dict[tuple[str, str], Recommender] = {}


def fitted(base: str, model: str) -> Recommender:
    if (base, model) not in _FITTED:
        _FITTED[base, model] = Recommender(model).fit(BASES[base]())
    return _FITTED[base, model]


@pytest.mark.parametrize("base", BASES)
class TestDefaultOnEveryBase(SearchContract):
    @pytest.fixture
    def recommender(self, base):
        return fitted(base, "pmf")

    @pytest.mark.parametrize("acquisition", ACQUISITIONS)
    def test_every_acquisition(self, recommender, acquisition):
        search = recommender.search(acquisition=acquisition)
        seen = []
        for score in (0.6, 0.7, 0.65)[: len(search.question.pool)]:
            seen.append(search.ask().configuration_id)
            search.tell(seen[-1], score)
        assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("model", MODELS)
class TestEveryModel(SearchContract):
    @pytest.fixture(params=["numbers", "sparse"])
    def recommender(self, model, request):
        return fitted(request.param, model)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("model", MODELS)
def test_every_model_on_every_base(model, base):
    if model == "transfer_gp" and base in ("ids only", "failed everywhere"):
        with pytest.raises(MetaDatasetError, match="hyperparameters; none are known"):
            fitted(base, model)
        return
    search = fitted(base, model).search()
    for score in (0.6, 0.7, 0.65)[: len(search.question.pool)]:
        search.tell(search.ask(), score)
    assert search.best is not None


class TestTheModelDecides:
    def test_a_search_asks_what_the_model_names(self):
        """Each of these names another first configuration, or another order."""
        orders = {}
        for model in ("portfolio", "average_rank", "random", "knn_portfolio"):
            recommender = fitted("numbers", model)
            suggested = [s.configuration_id for s in recommender.suggest(n=8)]
            asked = [s.configuration_id for s in recommender.search().ask(8)]
            assert asked == suggested
            orders[model] = tuple(asked)
        assert len(set(orders.values())) > 1

    def test_an_object_decides(self):
        recommender = Recommender(KNNPortfolio()).fit(BASES["numbers"]())
        named = fitted("numbers", "knn_portfolio").search().ask(8)
        assert [s.configuration_id for s in recommender.search().ask(8)] == [
            s.configuration_id for s in named
        ]

    def test_settings_of_pmf_count(self):
        md = BASES["numbers"]()
        changed = Recommender(PMF(offset=0.3)).fit(md)
        assert changed.fitted(None, "score").pmf.offset == 0.3
        changed.search().ask()

    def test_an_acquisition_needs_a_belief(self):
        with pytest.raises(KnowledgeError, match="model 'portfolio' has none"):
            fitted("numbers", "portfolio").search(acquisition="pi")
        first, second = (
            fitted("numbers", "rgpe").search(acquisition=name) for name in ("pi", "lcb")
        )
        assert first.ask() == second.ask()

    def test_new_candidates_need_a_model_that_looks_at_them(self):
        pool = pd.DataFrame({"x": [0.1, 0.52, 0.93], "n": [1, 3, 7]})
        with pytest.raises(KnowledgeError, match="'portfolio' only ranks what is"):
            fitted("numbers", "portfolio").search(candidates=pool)
        for model in ("forest", "cold_gp", "rgpe", "random"):
            search = fitted("numbers", model).search(candidates=pool)
            assert {s.configuration_id for s in search.ask(3)} == {0, 1, 2}

    def test_another_model_does_not_resume_it(self):
        search = fitted("numbers", "portfolio").search()
        search.ask()
        with pytest.raises(KnowledgeError, match="led by model 'portfolio'"):
            type(search).from_json(search.to_json(), fitted("numbers", "pmf"))


@pytest.mark.parametrize("model", ["pmf", "knn_portfolio", "rgpe"])
@pytest.mark.parametrize(
    "base", ["ids only", "numbers", "categories", "two learners", "sparse", "unaligned"]
)
@pytest.mark.parametrize("handed_in", [False, True])
def test_replay_asks_what_a_search_asks(base, model, handed_in):
    md: MetaDataset = BASES[base]()
    table = md.table()
    tried = md.select(table.task_ids).score_matrix(None).status > 0
    row, task = 1, table.task_ids[1]
    recommender = Recommender(model)
    recommender.fit(md) if handed_in else recommender.attach(md)
    engine, held = HeldOut(recommender, md, table, tried, [row]).begin(row, 0)
    trace = follow(engine, held, 6, mode="sequential")
    replayed = [engine.pool.ids[place] for place in trace.picked]

    user = Recommender(model).fit(md.drop(tasks=[task]))
    known = dict(zip(table.configuration_ids, table.scores[row], strict=True))
    pool = {c for c, was in zip(table.configuration_ids, tried[row], strict=True) if was}
    if base == "unaligned":
        own = pd.DataFrame([md.configuration(c) for c in sorted(pool)], index=sorted(pool))
        if model == "knn_portfolio":  # it ranks what is known, and nothing is
            return
        search = user.search(candidates=own)
    else:
        search = user.search()
        for name in set(search.engine.pool.ids) - pool:
            search.close(name)
    asked = []
    for _ in replayed:
        one = search.ask()
        asked.append(one.configuration_id)
        search.tell(one, known[one.configuration_id])
    assert asked == replayed
