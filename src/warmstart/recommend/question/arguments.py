"""Checks of plain arguments, each naming the argument and the value; plain values come back."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal, get_args

import numpy as np

from warmstart._plugins import plugins
from warmstart.domain import plain_value
from warmstart.errors import ArgumentError, SimilarityError, WarmstartError

_BuiltIn = Literal["ei", "log_ei", "ei_per_second", "pi", "lcb", "thompson"]
Acquisition = _BuiltIn | str
"""Name of an acquisition function: built in, or of an installed package."""

ACQUISITIONS: tuple[str, ...] = get_args(_BuiltIn)
"""Expected improvement is maximised by its logarithm, so "ei" and "log_ei" are the same."""

Similarity = Literal[
    "auto",
    "mix",
    "metafeatures",
    "text",
    "sentence",
    "gw_otdd",
    "dataset2vec",
    "dida",
    "task2vec",
    "otdd",
    "scores",
]
"""By what tasks are compared: one measure, a mix of all that have their input, or by what is
given."""
SIMILARITIES: tuple[str, ...] = get_args(Similarity)

DEFAULT_LOOK_S = 0.0
"""Seconds of a look where none are named: see benchmarks/README.md, "What a look is worth"."""

_MAX_SEED = 2**32 - 1
"""The largest seed that scikit-learn takes."""


def check_count(name: str, value: Any) -> int:
    """Return a whole number of at least 1, else raise naming the argument.

    Parameters
    ----------
    name : str
        Of the argument, for the message.
    value : object
        What was passed.

    Examples
    --------
    >>> check_count("n", np.int64(3))
    3
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ArgumentError(f"{name} must be a whole number of at least 1, got {value!r}")
    return int(value)


def check_seed(value: Any) -> int:
    """Return a seed of every library the answer touches, else raise."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or not 0 <= value <= _MAX_SEED:
        raise ArgumentError(
            f"random_state must be a whole number from 0 to {_MAX_SEED}, got {value!r}"
        )
    return int(value)


def check_budget(value: Any) -> float | None:
    """Return positive seconds, None without a limit, else raise.

    Examples
    --------
    >>> check_budget(np.float32(60)), check_budget(math.inf)
    (60.0, None)
    """
    if value is None:
        return None
    number = isinstance(value, Real | np.number) and not isinstance(value, bool)
    if not number or not value > 0:
        raise ArgumentError(f"time_budget_s must be positive seconds, got {value!r}")
    return float(value) if math.isfinite(value) else None


def check_acquisition_name(name: object) -> None:
    """Refuse an acquisition function that is neither built in nor of an installed package.

    Raises
    ------
    ValueError
        If there is none of that name; the message names those there are.

    Examples
    --------
    >>> check_acquisition_name("ei")
    """
    if name in ACQUISITIONS or (isinstance(name, str) and name in plugins("acquisition")):
        return
    known = (*ACQUISITIONS, *plugins("acquisition"))
    raise ArgumentError(f"acquisition must be one of {known}, got {name!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where a look ends."""

    seconds: float | None = None
    n_configs: int | None = None
    """Configurations to try at most; alone, the answer does not depend on any clock."""


def check_look(look_s: Any, look_n: Any) -> Bounds | None:
    """Where a look ends; None where none is asked for.

    Parameters
    ----------
    look_s : float, optional
        Seconds to spend; 0 for no look.
    look_n : int, optional
        Configurations to try at most.

    Raises
    ------
    ValueError
        If `look_s` is not a number of seconds, or `look_n` no count.

    Examples
    --------
    >>> check_look(3, None)
    Bounds(seconds=3.0, n_configs=None)
    >>> check_look(0, None)
    """
    n_configs = None if look_n is None else check_count("look_n", look_n)
    if look_s is None:
        look_s = None if n_configs else DEFAULT_LOOK_S
    if look_s is None:
        return Bounds(n_configs=n_configs)
    number = isinstance(look_s, Real | np.number) and not isinstance(look_s, bool)
    if not number or not 0 <= look_s < math.inf:
        raise ArgumentError(f"look_s must be seconds, 0 for none, got {look_s!r}")
    return Bounds(seconds=float(look_s), n_configs=n_configs) if look_s > 0 else None


def check_jobs(n_jobs: Any) -> int:
    """Threads that a look uses.

    Raises
    ------
    ValueError
        If `n_jobs` is neither None, -1 nor a count.
    """
    if n_jobs is None:
        return 1
    if not isinstance(n_jobs, bool) and n_jobs == -1:
        affinity = getattr(os, "sched_getaffinity", None)
        return len(affinity(0)) if affinity else os.cpu_count() or 1
    return check_count("n_jobs", n_jobs)


def check_description(
    description: Any, similarity: Any, data: Any, metafeatures: Any, n_rows: Any = None
) -> None:
    """Refuse words that are none, and a similarity that lacks what it compares tasks by.

    Parameters
    ----------
    description : object
        What was passed.
    similarity : object
        What was passed.
    data : object
        None where there is no dataset.
    metafeatures : object
        None where there are none.
    n_rows : object
        Rows of data that is not there yet.

    Raises
    ------
    ArgumentError
        If `description` is no text, `similarity` no measure, or `n_rows` no number of rows.
    SimilarityError
        If the measure named lacks its input.
    """
    if description is not None and not (isinstance(description, str) and description.strip()):
        raise ArgumentError(f"description is what the data is in words, got {description!r}")
    if similarity not in SIMILARITIES:
        raise ArgumentError(f"similarity must be one of {SIMILARITIES}, got {similarity!r}")
    if n_rows is not None:
        check_count("n_rows", n_rows)
        if data is not None or metafeatures is not None:
            raise ArgumentError(
                "n_rows is for a description without data; leave it out, the data has its rows"
            )
    if similarity in ("text", "sentence") and description is None and data is None:
        raise SimilarityError(
            f'similarity="{similarity}" compares tasks by their text; pass description="…", or '
            "data that has a name"
        )
    if similarity == "metafeatures" and data is None and metafeatures is None:
        raise SimilarityError(
            'similarity="metafeatures" compares tasks by their meta-features; pass the data '
            "or metafeatures"
        )


def plain_configuration(values: Any, what: str, error: type[WarmstartError]) -> dict[str, Any]:
    """Plain values by name; a missing number is a hyperparameter that is not active.

    Parameters
    ----------
    values : mapping
        Hyperparameters by name.
    what : str
        Whose values they are, for the message.
    error : type
        Of what is raised.

    Raises
    ------
    WarmstartError
        Of the class given, naming the hyperparameter: it is infinite, or no plain value.
    """
    plain = {}
    for name, value in values.items():
        if value is not None and _is_missing(value):
            continue
        try:
            plain[str(name)] = plain_value(value)
        except ValueError as cause:
            raise error(f"{what}: {name!r}: {cause}") from cause
    return plain


def _is_missing(value: Any) -> bool:
    """NaN, NaT or NA, the only values that do not say they equal themselves."""
    try:
        return not bool(value == value)
    except (TypeError, ValueError):  # NA has no truth; an array has too many
        return type(value).__name__ == "NAType"
