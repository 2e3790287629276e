"""Scores by number of rounds, as one fit of an ensemble gives them: which is kept."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from warmstart.errors import HistoryError
from warmstart.recommend.observations import number

if TYPE_CHECKING:
    from warmstart.recommend.engine import Engine

_ROUNDS = ("n_estimators", "max_iter", "iterations", "num_boost_round", "num_iterations")


def best_of_rounds(
    engine: Engine, configuration: Any, scores: Mapping[int, float]
) -> tuple[Mapping[str, Any], float, int | None]:
    """What scores by rounds tell of, its score, and the place of what was asked instead.

    Parameters
    ----------
    engine : Engine
    configuration : Suggestion, mapping or configuration id
        Whose fit it was.
    scores : mapping of int to float
        By number of rounds; of equal ones the fewest count.

    Returns
    -------
    values : mapping
        The configuration with the best number of rounds.
    score : float
    asked : int or None
        None where it is the same.

    Raises
    ------
    HistoryError
        If there are no scores, one is no finite number, or none or several of the
        hyperparameters count rounds.
    """
    values, name = engine.pool.identify(configuration, engine.pending)
    key = _rounds_key(values, f"configuration {name}")
    numbers = {rounds: number(score) for rounds, score in scores.items()}
    if not numbers or any(one is None or not math.isfinite(one) for one in numbers.values()):
        raise HistoryError(
            f"configuration {name} is told {dict(scores)!r}; scores are finite numbers"
        )
    best = max(numbers, key=lambda rounds: (scores[rounds], -rounds))
    if values[key] == best:
        return values, float(scores[best]), None
    return {**values, key: int(best)}, float(scores[best]), engine.pool.place(values, name)


def _rounds_key(values: Mapping[str, Any], about: str) -> str:
    """The hyperparameter that counts rounds."""
    counts = [key for key in values if re.split(":|__", key)[-1] in _ROUNDS]
    if len(counts) > 1 and "learner" in values:
        counts = [key for key in counts if key.startswith(f"{values['learner']}:")]
    if len(counts) != 1:
        raise HistoryError(
            f"{about} is told scores by rounds, and {len(counts)} of its hyperparameters "
            f"count rounds ({', '.join(_ROUNDS)}); tell one score, and the values it is of"
        )
    return counts[0]
