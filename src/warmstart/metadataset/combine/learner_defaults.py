"""Defaults of common learners, for hyperparameters a study left alone without saying so."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from warmstart._extras import installed
from warmstart.histories.runs.values import plain_values
from warmstart.spaces.pipelines.learners import LEARNERS

_CLASSES = {
    **{name: one.classes for name, one in LEARNERS.items() if one.classes is not None},
    # Of histories alone: the pipelines here have its successor.
    "gradient_boosting": ("sklearn.ensemble", "GradientBoosting"),
}
"""Module and beginning of the class of each learner; nothing else is ever imported."""


def learner_defaults(learner: str, *, regression: bool = False) -> dict[str, Any]:
    """Default hyperparameters of a learner, by its name here or its class's name.

    Returns
    -------
    dict
        Plain values; empty where the learner is none of those known, or not installed.

    Examples
    --------
    >>> learner_defaults("RandomForestClassifier")["min_samples_leaf"]
    1
    >>> learner_defaults("my own")
    {}
    """
    ending = "Regressor" if regression else "Classifier"
    for name, (module, beginning) in _CLASSES.items():
        if learner not in (name, f"{beginning}Classifier", f"{beginning}Regressor"):
            continue
        if not installed(module.partition(".")[0]):
            return {}
        called = learner if learner.startswith(beginning) else beginning + ending
        return plain_values(getattr(import_module(module), called)().get_params())
    return {}
