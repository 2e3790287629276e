"""Warm-start AutoML: configurations that worked on datasets like yours."""

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

from warmstart._version import __version__ as __version__

if TYPE_CHECKING:
    from warmstart.downstream.optuna_sampler.sampler import WarmStartSampler as WarmStartSampler
    from warmstart.downstream.sklearn_search.search import WarmStartSearchCV
    from warmstart.evaluate.replay import replay
    from warmstart.knowledge.api import resume, search, suggest
    from warmstart.knowledge.base import open_knowledge
    from warmstart.knowledge.scaling import scale_rule
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.metafeatures.extract import extract_metafeatures
    from warmstart.models.costs.compound_scaling import ScaleRule
    from warmstart.models.costs.operator_table import CostTable
    from warmstart.models.evolution.predicted import evolve_predicted
    from warmstart.recommend.answer.suggestion import Suggestion
    from warmstart.recommend.answer.suggestions import Suggestions
    from warmstart.recommend.recommender import Recommender
    from warmstart.recommend.search import Search

# Everything heavy loads on first use, so the CLI's help stays quick.
_HOME = {
    "CostTable": "warmstart.models.costs.operator_table",
    "MetaDataset": "warmstart.metadataset.metadataset",
    "Recommender": "warmstart.recommend.recommender",
    "ScaleRule": "warmstart.models.costs.compound_scaling",
    "Search": "warmstart.recommend.search",
    "Suggestion": "warmstart.recommend.answer.suggestion",
    "Suggestions": "warmstart.recommend.answer.suggestions",
    "WarmStartSampler": "warmstart.downstream.optuna_sampler.sampler",
    "WarmStartSearchCV": "warmstart.downstream.sklearn_search.search",
    "evolve_predicted": "warmstart.models.evolution.predicted",
    "extract_metafeatures": "warmstart.metafeatures.extract",
    "open_knowledge": "warmstart.knowledge.base",
    "replay": "warmstart.evaluate.replay",
    "resume": "warmstart.knowledge.api",
    "scale_rule": "warmstart.knowledge.scaling",
    "search": "warmstart.knowledge.api",
    "suggest": "warmstart.knowledge.api",
}
# What needs an extra is not among them: `from warmstart import *` must work without.
__all__ = [
    "CostTable",
    "MetaDataset",
    "Recommender",
    "ScaleRule",
    "Search",
    "Suggestion",
    "Suggestions",
    "WarmStartSearchCV",
    "evolve_predicted",
    "extract_metafeatures",
    "open_knowledge",
    "replay",
    "resume",
    "scale_rule",
    "search",
    "suggest",
]

logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    if name == "downstream":
        # Tuners are reached as warmstart.downstream.<tuner> without another import.
        return import_module("warmstart.downstream")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(["__version__", "downstream", *_HOME])
