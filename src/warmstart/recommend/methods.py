"""Methods by name, for those who would rather write a word than build an object."""

from __future__ import annotations

import copy
from collections.abc import Callable

from warmstart.models.pmf.gplvm import GPLVM
from warmstart.models.pmf.gplvm_training import PUBLISHED
from warmstart.models.pmf.linear import LinearPMF
from warmstart.models.pmf.pmf import PMF
from warmstart.models.rankings.average_rank import AverageRank
from warmstart.models.rankings.knn_portfolio import KNNPortfolio
from warmstart.models.rankings.knn_rank import KNNRank
from warmstart.models.rankings.nearest_datasets import KND
from warmstart.models.rankings.portfolio import Portfolio
from warmstart.models.rankings.random_search import RandomSearch
from warmstart.models.surrogates.cold_forest import ColdForest
from warmstart.models.surrogates.cold_gp import ColdGP
from warmstart.models.surrogates.forest import BoostedTrees
from warmstart.models.surrogates.oboe import Oboe
from warmstart.models.surrogates.quantile_transfer import QuantileTransfer
from warmstart.models.surrogates.rgpe import RGPE
from warmstart.models.surrogates.tst import TST
from warmstart.protocols import PerformanceModel
from warmstart.recommend.acquisition.gaussian_policy import Guided
from warmstart.recommend.acquisition.policies import GuidedPMF
from warmstart.recommend.acquisition.surrogate_policy import SurrogateGuided

METHODS: dict[str, Callable[[], PerformanceModel]] = {
    "pmf": GuidedPMF,
    "gplvm": lambda: SurrogateGuided(model=GPLVM()),
    "gplvm_published": lambda: SurrogateGuided(model=GPLVM(recipe=PUBLISHED)),
    "pmf_gplvm": lambda: GuidedPMF(model=PMF(kernel=GPLVM())),
    "transfer_gp": lambda: GuidedPMF(model=PMF(completion="gp")),
    "linear_pmf": lambda: Guided(model=LinearPMF()),
    "knn": KND,
    "knn_portfolio": KNNPortfolio,
    "knn_rank": KNNRank,
    "portfolio": Portfolio,
    "average_rank": AverageRank,
    "oboe": Oboe,
    "tst": lambda: SurrogateGuided(model=TST()),
    "rgpe": lambda: SurrogateGuided(model=RGPE()),
    "quantile_transfer": QuantileTransfer,
    "forest": BoostedTrees,
    "cold_gp": lambda: SurrogateGuided(model=ColdGP()),
    "cold_forest": lambda: SurrogateGuided(model=ColdForest()),
    "random": RandomSearch,
    "random_x2": lambda: RandomSearch(tries_per_step=2),
    "random_x4": lambda: RandomSearch(tries_per_step=4),
}
"""What makes each method, unfitted; add your own."""

ON_REQUEST: dict[str, str] = {
    "gplvm": "trains with torch for minutes a fold",
    "gplvm_published": "trains with torch for minutes a fold",
    "pmf_gplvm": "trains with torch for minutes a fold",
}
"""Methods that a comparison of all leaves out unless they are named, and why."""


def usual_methods() -> list[str]:
    """Names a comparison takes by default: ours first, all but :data:`ON_REQUEST`."""
    return [name for name in METHODS if name not in ON_REQUEST]


def make_method(method: str | PerformanceModel) -> PerformanceModel:
    """Make a method by name, or copy the one given.

    Raises
    ------
    ValueError
        If no method has that name.
    TypeError
        If it is neither a name nor a performance model.

    Examples
    --------
    >>> make_method("random_x4")
    RandomSearch(tries_per_step=4)
    """
    if isinstance(method, str):
        if method not in METHODS:
            raise ValueError(f"there is no method {method!r}; there are {', '.join(METHODS)}")
        return METHODS[method]()
    if not isinstance(method, PerformanceModel) or isinstance(method, type):
        raise TypeError(
            f"a method is a name or an object with fit and start, got {method!r}; "
            "see warmstart.protocols.PerformanceModel"
        )
    return copy.deepcopy(method)
