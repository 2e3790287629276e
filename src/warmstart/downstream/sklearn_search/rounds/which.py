"""Which numbers of rounds are read off the fits of a search, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from sklearn.pipeline import Pipeline

from warmstart.downstream.optuna_sampler.proposers.continuous import ContinuousSpace
from warmstart.errors import ArgumentError
from warmstart.execution.measure.read_off import ROUNDS, check_rounds
from warmstart.execution.measure.staged import rounds_parameter
from warmstart.spaces.space import Choice, Number, Parameter

Rounds = Sequence[int] | Literal["auto"] | None

_N_READ = 8
"""Numbers of rounds that are scored of a range."""


def rounds_to_read(
    continuous: ContinuousSpace, rounds: Rounds, asked: Mapping[str, Parameter] | None = None
) -> tuple[int, ...] | None:
    """Numbers of rounds that each fit is scored at; None where each fit has its own.

    Parameters
    ----------
    continuous : ContinuousSpace
        Of one learner.
    rounds : sequence of int or "auto", optional
    asked : mapping, optional
        Distributions of an estimator of one's own, by keys of a configuration; without any
        of rounds there are none to read by "auto".

    Raises
    ------
    ArgumentError
        If rounds are named and the learner has none.
    """
    if rounds is None:
        return None
    if rounds != "auto":
        if continuous.box.rounds is None:
            raise ArgumentError(f"rounds={rounds!r}, but {continuous.box.learner} has none")
        return check_rounds(rounds)
    if continuous.box.rounds is None:
        return None
    if asked is None:
        return ROUNDS
    own = asked.get(continuous.rounds_key)
    if isinstance(own, Number):
        return spread(own.low, own.high)
    if isinstance(own, Choice):
        numbers = [k for k in own.choices if isinstance(k, int) and k > 0]
        return tuple(sorted(numbers)) if len(numbers) == len(own.choices) else None
    return None


def name_of_rounds(estimator: Any) -> str:
    """The parameter of an estimator, or of a pipeline's last step, that counts rounds.

    Raises
    ------
    ArgumentError
        If it has none that can be read off a fit.
    """
    last, prefix = estimator, ""
    if isinstance(estimator, Pipeline):
        last, prefix = estimator[-1], f"{estimator.steps[-1][0]}__"
    name = rounds_parameter(last)
    if name is None:
        raise ArgumentError(f"{type(last).__name__} has no rounds to read off a fit")
    return prefix + name


def spread(low: float, high: float) -> tuple[int, ...]:
    """A few numbers of rounds, each about as many times the one before.

    Examples
    --------
    >>> spread(10, 640)
    (10, 18, 33, 59, 108, 195, 353, 640)
    """
    drawn = np.geomspace(max(low, 1.0), max(high, 1.0), _N_READ)
    return tuple(dict.fromkeys(round(k) for k in drawn.tolist()))
