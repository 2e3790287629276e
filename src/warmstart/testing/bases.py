"""Bases of every shape that a user's history may have, and what a search on each promises.

from warmstart.testing.bases import BASES, SearchContract
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import warmstart
from warmstart.errors import KnowledgeError
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.search import Search

N_TASKS, N_CONFIGS = 14, 8
IDS = [f"c{k}" for k in range(N_CONFIGS)]


def scores(n_tasks=N_TASKS, seed=0):
    """Every task ranks the columns much alike, the last best."""
    rng = np.random.default_rng(seed)
    level = 0.1 * rng.uniform(size=(n_tasks, 1))
    noise = 0.02 * rng.standard_normal((n_tasks, N_CONFIGS))
    values = 0.5 + level + 0.3 * np.linspace(0, 1, N_CONFIGS) + noise
    return pd.DataFrame(values, columns=IDS, index=[f"t{k}" for k in range(n_tasks)])


def numbers():
    return pd.DataFrame({"x": np.linspace(0, 1, N_CONFIGS), "n": range(N_CONFIGS)}, index=IDS)


def categories():
    return pd.DataFrame(
        {"kernel": ["rbf", "poly"] * (N_CONFIGS // 2), "weights": list("aabbccdd")}, index=IDS
    )


def conditional():
    """A degree only for one kernel."""
    kernel = ["rbf", "poly"] * (N_CONFIGS // 2)
    degree = [np.nan if k == "rbf" else float(j) for j, k in enumerate(kernel)]
    return pd.DataFrame(
        {"kernel": kernel, "degree": degree, "C": np.geomspace(0.1, 10, N_CONFIGS)}, index=IDS
    )


def two_learners():
    """One grid for both, whose names are no values."""
    grid = pd.DataFrame({"depth": [1, 2, 3, 4] * 2, "n": [10, 10, 20, 20] * 2}, index=IDS)
    md = MetaDataset.from_matrix(scores(), configurations=grid)
    learners = ["forest"] * 4 + ["extra_trees"] * 4
    named = replace(md._configurations, learners=learners, spaces=["mine"] * N_CONFIGS)
    return replace(md, _configurations=named)


def sparse():
    table = scores(24)
    gone = np.random.default_rng(1).uniform(size=table.shape) < 0.6
    gone[np.arange(24), np.random.default_rng(2).integers(N_CONFIGS, size=24)] = False
    return MetaDataset.from_matrix(table.mask(gone), configurations=numbers())


def unaligned():
    rng = np.random.default_rng(0)
    rows = [
        {"task_id": f"t{task}", "x": x, "y": y, "score": 0.9 - abs(x - 0.8) - 0.1 * abs(y)}
        for task in range(8)
        for x, y in rng.uniform(size=(10, 2))
    ]
    return MetaDataset.from_evaluations(pd.DataFrame(rows), parameters=["x", "y"])


def failed_everywhere():
    """The first configuration never scored."""
    table = scores().melt(ignore_index=False, var_name="configuration", value_name="score")
    rows = table.reset_index(names="task_id")
    rows["status"] = np.where(rows["configuration"] == "c0", "failed", "ok")
    rows.loc[rows["status"] == "failed", "score"] = np.nan
    return MetaDataset.from_evaluations(rows, configuration="configuration")


BASES: dict[str, Callable[[], MetaDataset]] = {
    "ids only": lambda: MetaDataset.from_matrix(scores()),
    "numbers": lambda: MetaDataset.from_matrix(scores(), configurations=numbers()),
    "categories": lambda: MetaDataset.from_matrix(scores(), configurations=categories()),
    "conditional": lambda: MetaDataset.from_matrix(scores(), configurations=conditional()),
    "two learners": two_learners,
    "shared values": lambda: MetaDataset.from_matrix(
        scores(), configurations=numbers().assign(x=0.5, n=3)
    ),
    "sparse": sparse,
    "unaligned": unaligned,
    "one task": lambda: MetaDataset.from_matrix(scores(1), configurations=numbers()),
    "two tasks": lambda: MetaDataset.from_matrix(scores(2), configurations=numbers()),
    "one configuration": lambda: MetaDataset.from_matrix(
        scores()[["c3"]], configurations=numbers().loc[["c3"]]
    ),
    "failed everywhere": failed_everywhere,
}
"""What makes each; all small."""


class SearchContract:
    """What a search promises on any base; subclass with a fixture `recommender`, fitted."""

    def make(self, recommender, **question) -> Search:
        return recommender.search(**question)

    def test_asks_everything_once_and_learns(self, recommender):
        search = self.make(recommender)
        n_all, seen = len(search.question.pool), []
        for k in range(n_all):
            one = search.ask()
            assert one.configuration_id not in seen
            seen.append(one.configuration_id)
            assert one.score_low <= one.score <= one.score_high
            assert 0 <= one.p_best <= 1
            assert one.regret >= 0
            if k == 1:
                search.tell(one, status="failed")
            else:
                search.tell(one, 0.5 + 0.01 * (k % 3), cost_s=1.0)
            if k >= 4 and n_all > 8:
                break
        assert len(search.history) == len(seen)
        assert search.best is not None
        if len(seen) == n_all and not search.question.local:
            with pytest.raises(KnowledgeError, match="have been asked"):
                search.ask()

    def test_several_at_once_differ(self, recommender):
        search = self.make(recommender)
        n = min(3, len(search.question.pool))
        asked = search.ask(n)
        assert len({one.configuration_id for one in asked}) == n
        for one in asked[1:]:
            search.tell(one, 0.6)
        if len(search.question.pool) > n:
            assert search.ask().configuration_id not in {one.configuration_id for one in asked}

    def test_the_same_again(self, recommender):
        asked = []
        for _ in range(2):
            search = self.make(recommender, random_state=3)
            for score in (0.6, 0.7)[: len(search.question.pool)]:
                search.tell(search.ask(), score)
            asked.append([r.configuration_id for r in search.history])
        assert asked[0] == asked[1]

    def test_resumes_exactly(self, recommender):
        search = self.make(recommender)
        search.tell(search.ask(), 0.6)
        again = warmstart.Search.from_json(search.to_json(), recommender)
        assert again.to_json() == search.to_json()
        if len(search.question.pool) > 1:
            assert again.ask() == search.ask()
