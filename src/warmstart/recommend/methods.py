"""Methods by name, for those who would rather write a word than build an object."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from warmstart.errors import ArgumentError, ArgumentTypeError, KnowledgeError
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
from warmstart.recommend.question import ACQUISITIONS

METHODS: dict[str, Callable[[], PerformanceModel]] = {
    "pmf": PMF,
    "gplvm": GPLVM,
    "gplvm_published": lambda: GPLVM(recipe=PUBLISHED),
    "pmf_gplvm": lambda: PMF(kernel=GPLVM()),
    "transfer_gp": lambda: PMF(completion="gp"),
    "linear_pmf": LinearPMF,
    "knn": KND,
    "knn_portfolio": KNNPortfolio,
    "knn_rank": KNNRank,
    "portfolio": Portfolio,
    "average_rank": AverageRank,
    "oboe": Oboe,
    "tst": TST,
    "rgpe": RGPE,
    "quantile_transfer": QuantileTransfer,
    "forest": BoostedTrees,
    "cold_gp": ColdGP,
    "cold_forest": ColdForest,
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
            raise ArgumentError(
                f"there is no method {method!r}; there are {', '.join(METHODS)}"
            )
        return METHODS[method]()
    if not isinstance(method, PerformanceModel) or isinstance(method, type):
        raise ArgumentTypeError(
            f"a method is a name or an object with fit and start, got {method!r}; "
            "see warmstart.protocols.PerformanceModel"
        )
    return copy.deepcopy(method)


def check_acquisition(acquisition: Any, method: PerformanceModel | None, name: str) -> None:
    """Refuse an acquisition function that there is not, or that a model cannot be asked by.

    Parameters
    ----------
    method : PerformanceModel, optional
        None is the base's own model, which any may ask.
    name : str
        Of the model.

    Raises
    ------
    ValueError
        If there is none of that name.
    KnowledgeError
        If the model names configurations by itself.
    """
    if acquisition not in ACQUISITIONS:
        raise ArgumentError(f"acquisition must be one of {ACQUISITIONS}, got {acquisition!r}")
    if (
        method is not None
        and acquisition != ACQUISITIONS[0]
        and not getattr(method, "gives_belief", False)
    ):
        raise KnowledgeError(
            f"acquisition={acquisition!r} asks a belief, and model {name!r} has none: it "
            "names configurations by itself; leave acquisition out, or take another model, "
            "such as 'pmf'"
        )
