"""Find out which tuner a target is of, by the module that its class comes from."""

from __future__ import annotations

from types import FunctionType, MethodType
from typing import Any

from warmstart._plugins import load_plugin, plugins
from warmstart.downstream.point_forms import Points
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.seed_report import SeedReport

_PACKAGES = {
    name: name
    for name in (
        "ax",
        "deap",
        "flaml",
        "hyperopt",
        "nevergrad",
        "optuna",
        "pymoo",
        "ray",
        "skopt",
        "smac",
        "syne_tune",
    )
}
"""Package that a target's class is from, to the module that seeds it."""


def seed(suggestions: Points, target: Any, *, space: Any = None, **options: Any) -> SeedReport:
    """Give points to whatever tuner `target` is of.

    Parameters
    ----------
    suggestions : Suggestions, or iterable of Suggestion or of dict, or DataFrame
    target : object
        An Optuna study, a list to append dictionaries to, …: what the ``seed`` of one of
        the modules in :mod:`warmstart.downstream` takes.
    space : object, optional
        The tuner's space, where the target does not know it.
    **options
        ``mapping``, ``policy``, ``defaults``, ``scores``, and what the tuner's own module
        takes besides.

    Raises
    ------
    SpaceMismatchError
        If no tuner takes such a target.

    Examples
    --------
    >>> from warmstart.spaces.space import Choice, Space
    >>> queue, space = [], Space(parameters=(Choice(name="k", choices=("a", "b")),))
    >>> seed([{"k": "A"}], queue, space=space).accepted, queue
    ([{'k': 'a'}], [{'k': 'a'}])
    """
    name = tuner_of(target)
    import warmstart.downstream as tuners

    own = name in tuners.TUNERS or name in tuners.POPULATIONS
    module = getattr(tuners, name) if own else load_plugin("downstream", name)
    report: SeedReport = module.seed(suggestions, target, space=space, **options)
    return report


def tuner_of(target: Any) -> str:
    """Name of the module that seeds `target`.

    Raises
    ------
    SpaceMismatchError
        If none does.
    """
    if target is None or isinstance(target, list):
        return "points"
    if isinstance(target, FunctionType | MethodType):
        # Such as hyperopt's tpe.suggest.
        package = target.__module__.partition(".")[0]
        if package in _PACKAGES:
            return _PACKAGES[package]
    kind = target if isinstance(target, type) else type(target)
    packages = [base.__module__.partition(".")[0] for base in kind.__mro__]
    for package in packages:
        if package in _PACKAGES:
            return _PACKAGES[package]
    # A plugin is named as the package that its targets are from.
    for package in packages:
        if package in plugins("downstream"):
            return package
    from warmstart.downstream import POPULATIONS, TUNERS

    raise SpaceMismatchError(
        f"no tuner takes a {kind.__module__}.{kind.__qualname__} as its target; pass the "
        f"tuner's own object, or call warmstart.downstream.<tuner>.seed, <tuner> one of "
        f"{[*TUNERS, *POPULATIONS]}"
    )
