"""Methods by name, for those who would rather write a word than build an object."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, MutableMapping
from functools import partial
from importlib import import_module
from typing import Any

from warmstart._plugins import load_plugin, plugins
from warmstart.errors import ArgumentError, ArgumentTypeError, KnowledgeError
from warmstart.models.protocols import PerformanceModel
from warmstart.recommend.question.arguments import ACQUISITIONS, check_acquisition_name

Maker = Callable[[], PerformanceModel]

_SEQUENCE = {"sequence": True}
_RECURRENT = {"policy": "recurrent"}

_BUILT_IN: dict[str, tuple[str, dict[str, Any]]] = {
    "pmf": ("pmf.pmf:PMF", {}),
    "gplvm": ("gplvm.gplvm:GPLVM", {}),
    "gplvm_published": ("gplvm.gplvm:published_gplvm", {}),
    "pmf_gplvm": ("gplvm.gplvm:pmf_with_gplvm", {}),
    "transfer_gp": ("pmf.pmf:PMF", {"completion": "gp"}),
    "linear_pmf": ("surrogates.linear_pmf:LinearPMF", {}),
    "nearest_datasets": ("rankings.nearest_datasets:KND", {}),
    "knn_portfolio": ("rankings.knn_portfolio:KNNPortfolio", {}),
    "knn_rank": ("rankings.knn_rank:KNNRank", {}),
    "portfolio": ("rankings.portfolio:Portfolio", {}),
    "average_rank": ("rankings.average_rank:AverageRank", {}),
    "oboe": ("surrogates.oboe:Oboe", {}),
    "tst": ("surrogates.tst:TST", {}),
    "rgpe": ("surrogates.rgpe:RGPE", {}),
    "quantile_transfer": ("surrogates.quantile_transfer:QuantileTransfer", {}),
    "forest": ("surrogates.boosted_trees:BoostedTrees", {}),
    "cold_gp": ("surrogates.cold_gp:ColdGP", {}),
    "cold_forest": ("surrogates.cold_forest:ColdForest", {}),
    "evolution": ("evolution.regularised_evolution:RegularisedEvolution", {}),
    "cold_evolution": (
        "evolution.regularised_evolution:RegularisedEvolution",
        {"warm": False},
    ),
    "evolution_strategy": ("evolution.evolution_strategy:EvolutionStrategy", {}),
    "cold_evolution_strategy": (
        "evolution.evolution_strategy:EvolutionStrategy",
        {"warm": False},
    ),
    "reinforce": ("architectures.policies.reinforce:Reinforce", {}),
    "cold_reinforce": ("architectures.policies.reinforce:Reinforce", {"warm": False}),
    "ppo": ("architectures.policies.ppo:PPO", {}),
    "cold_ppo": ("architectures.policies.ppo:PPO", {"warm": False}),
    "recurrent_reinforce": ("architectures.policies.reinforce:Reinforce", _RECURRENT),
    "cold_recurrent_reinforce": (
        "architectures.policies.reinforce:Reinforce",
        {**_RECURRENT, "warm": False},
    ),
    "recurrent_ppo": ("architectures.policies.ppo:PPO", _RECURRENT),
    "cold_recurrent_ppo": ("architectures.policies.ppo:PPO", {**_RECURRENT, "warm": False}),
    "tree_search": ("architectures.trees.tree_search:TreeSearch", {}),
    "cold_tree_search": ("architectures.trees.tree_search:TreeSearch", {"warm": False}),
    "controller": ("architectures.policies.conditioned:ConditionedController", {}),
    "meta_policy": ("architectures.policies.meta_policy:MetaPolicy", {}),
    "pipeline_search": ("architectures.trees.tree_search:TreeSearch", _SEQUENCE),
    "cold_pipeline_search": (
        "architectures.trees.tree_search:TreeSearch",
        {**_SEQUENCE, "warm": False},
    ),
    "progressive": ("architectures.progressive:ProgressiveSearch", {}),
    "cold_progressive": ("architectures.progressive:ProgressiveSearch", {"warm": False}),
    "edit_gp": ("architectures.edit_gp:EditGP", {}),
    "cold_edit_gp": ("architectures.edit_gp:EditGP", {"warm": False}),
    "random": ("rankings.random_search:RandomSearch", {}),
    "random_x2": ("rankings.random_search:RandomSearch", {"tries_per_step": 2}),
    "random_x4": ("rankings.random_search:RandomSearch", {"tries_per_step": 4}),
}
"""Module under ``warmstart.models`` (or of ``warmstart.architectures``) and object of each
method, and what it is made with."""


_SHORT = {"knn": "nearest_datasets"}
"""Other spellings that are understood, and not listed."""


class Methods(MutableMapping[str, Maker]):
    """What makes each method, unfitted: built in, added here, or of an installed package.

    Nothing is imported before it is asked for: an answer loads none of the rivals.

    Examples
    --------
    >>> "pmf" in METHODS, "no such method" in METHODS
    (True, False)
    """

    def __init__(self) -> None:
        self._added: dict[str, Maker] = {}

    def __getitem__(self, name: str) -> Maker:
        if name in self._added:
            return self._added[name]
        name = _SHORT.get(name, name)
        if name in _BUILT_IN:
            place, arguments = _BUILT_IN[name]
            module, _, made = place.partition(":")
            room = "" if module.startswith("architectures.") else "models."
            maker: Maker = getattr(import_module(f"warmstart.{room}{module}"), made)
            return partial(maker, **arguments) if arguments else maker
        if name in plugins("models"):
            found: Maker = load_plugin("models", name)
            return found
        raise KeyError(name)

    def __setitem__(self, name: str, maker: Maker) -> None:
        self._added[name] = maker

    def __delitem__(self, name: str) -> None:
        del self._added[name]

    def __contains__(self, name: object) -> bool:
        return (
            name in self._added
            or name in _BUILT_IN
            or name in _SHORT
            or name in plugins("models")
        )

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*_BUILT_IN, *self._added, *plugins("models")]))

    def __len__(self) -> int:
        return sum(1 for _ in self)


METHODS = Methods()
"""Methods by name; ``METHODS["mine"] = Mine`` adds one."""

ON_REQUEST: dict[str, str] = {
    "gplvm": "trains with torch for minutes a fold",
    "gplvm_published": "trains with torch for minutes a fold",
    "pmf_gplvm": "trains with torch for minutes a fold",
    "pipeline_search": "is for pipelines written as one step a hyperparameter",
    "cold_pipeline_search": "is for pipelines written as one step a hyperparameter",
    "meta_policy": "trains a network of torch on episodes",
    "recurrent_reinforce": "asks a network of torch",
    "cold_recurrent_reinforce": "asks a network of torch",
    "recurrent_ppo": "asks a network of torch",
    "cold_recurrent_ppo": "asks a network of torch",
}
"""Methods that a comparison of all leaves out unless they are named, and why."""


def usual_methods() -> list[str]:
    """Names a comparison takes by default: ours first, all but :data:`ON_REQUEST`.

    Examples
    --------
    >>> usual_methods()[0], "gplvm" in usual_methods()
    ('pmf', False)
    """
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
    acquisition : str
        Name of the function.
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

    Examples
    --------
    >>> check_acquisition("ei", None, "pmf")
    """
    check_acquisition_name(acquisition)
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
