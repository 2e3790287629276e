"""Ranges of hyperparameters, light: no ConfigSpace is needed to say what a learner may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A number between two bounds, inclusive."""

    name: str
    low: float
    high: float
    default: float
    log: bool = True
    integer: bool = False

    given: tuple[str, str] | None = None
    """Hyperparameter of the same learner, and the value of it that makes this one count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Categories:
    """A choice; the first item is the default."""

    name: str
    items: tuple[Any, ...]


Hyperparameter = Range | Categories


def real(
    name: str,
    low: float,
    high: float,
    default: float,
    *,
    given: tuple[str, str] | None = None,
) -> Range:
    """A positive number whose order of magnitude counts."""
    return Range(name=name, low=low, high=high, default=default, given=given)


def linear(
    name: str,
    low: float,
    high: float,
    default: float,
    *,
    given: tuple[str, str] | None = None,
) -> Range:
    """A number whose differences count."""
    return Range(name=name, low=low, high=high, default=default, log=False, given=given)


def whole(name: str, low: int, high: int, default: int, *, log: bool = True) -> Range:
    """A whole number."""
    return Range(name=name, low=low, high=high, default=default, log=log, integer=True)


def choice(name: str, *items: Any) -> Categories:
    """One of several values, the first by default."""
    return Categories(name=name, items=items)


def class_weight(classify: bool) -> list[Hyperparameter]:
    """Whether rare classes count more, of classifiers."""
    return [choice("class_weight", "none", "balanced")] if classify else []


def criterion(classify: bool) -> list[Hyperparameter]:
    """What splits of a tree are judged by, of classifiers."""
    return [choice("criterion", "gini", "entropy")] if classify else []


def epsilon(classify: bool) -> list[Hyperparameter]:
    """How far off a support vector regression may be for nothing."""
    return [] if classify else [real("epsilon", 1e-3, 1.0, 0.1)]


STOPPING = choice("early_stopping", 0, 50, 300)
"""Rounds without gain on held-out rows after which a booster stops; 0 never."""
