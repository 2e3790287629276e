"""One search on one held-out task: what it picks, and the regret that leaves."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from warmstart.metadataset.core.score_table import Floats
from warmstart.recommend.observations import Result

if TYPE_CHECKING:
    from warmstart.recommend.engine import Engine

Mode = Literal["sequential", "batch"]


@dataclass(frozen=True, slots=True, eq=False)
class HeldOutTask:
    """What is known of a task, to be revealed one configuration at a time."""

    scores: Floats
    """Of each place in the search's pool, shape (n_pool,); NaN where it failed or was not
    evaluated."""

    tried: NDArray[np.bool_]
    """Whether a configuration was evaluated at all, well or badly."""


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """How a method did on one task."""

    picked: list[int]
    """Places in the search's pool, in order."""

    incumbents: Floats
    """Best score after 1, 2, … evaluations; NaN before the first success."""

    choose_cpu_s: float
    """CPU seconds spent choosing and learning, without those of beginning the task."""

    n_choices: int


def follow(
    engine: Engine, task: HeldOutTask, n_evaluations: int, *, mode: Mode, tries: int = 1
) -> Trace:
    """Let a search pick configurations of a held-out task and reveal their scores.

    Only what was evaluated on the task may be picked. A failed one costs an evaluation.

    Parameters
    ----------
    engine : Engine
        Fresh; the object that a user's :class:`warmstart.Search` asks.
    n_evaluations : int
        Steps to take; fewer where the configurations run out, then nothing changes.
    mode : {"sequential", "batch"}
        Whether each score is told before the next pick, or all are named at once.
    tries : int
        Configurations a step.
    """
    n = min(n_evaluations * tries, int(task.tried.sum()))
    began = time.process_time()
    if mode == "sequential":
        picked = _sequential(engine, task, n)
    else:
        picked = engine.ask(n, open=task.tried)
    spent = time.process_time() - began
    scores = task.scores[picked]
    best = np.fmax.accumulate(scores)[tries - 1 :: tries] if picked else np.array([np.nan])
    if len(scores) % tries:
        best = np.append(best, np.fmax.reduce(scores))
    incumbents = np.full(n_evaluations, best[-1])
    incumbents[: len(best)] = best[:n_evaluations]
    n_choices = len(picked) if mode == "sequential" else 1
    return Trace(picked, incumbents, spent, n_choices)


def _sequential(engine: Engine, task: HeldOutTask, n: int) -> list[int]:
    best = np.fmax.reduce(task.scores)
    picked: list[int] = []
    while len(picked) < n:
        asked = engine.ask(open=task.tried)
        if not asked:
            break
        (place,) = asked
        score = float(task.scores[place])
        engine.tell(
            place,
            Result(
                configuration=engine.pool.values[place],
                configuration_id=engine.pool.ids[place],
                score=score,
                status="failed" if math.isnan(score) else "ok",
            ),
        )
        picked.append(place)
        if score == best:  # nothing can change any more
            break
    return picked


def regrets(incumbents: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """Normalised and raw regret of the best so far on a task.

    Parameters
    ----------
    incumbents : array, shape (n,)
        NaN before the first success, which counts as the worst known score.
    scores : array, shape (n_configs,)
        All known scores of the task.

    Returns
    -------
    normalised, raw : array, shape (n,)
        (best - incumbent) / (best - worst), between 0 and 1, and 0 where all known scores
        are equal; best - incumbent, in units of the score.

    Examples
    --------
    >>> regrets(np.array([np.nan, 0.75, 1.0]), np.array([0.5, 0.75, 1.0]))
    (array([1. , 0.5, 0. ]), array([0.5 , 0.25, 0.  ]))
    """
    best, worst = np.nanmax(scores), np.nanmin(scores)
    raw = best - np.where(np.isnan(incumbents), worst, incumbents)
    spread = best - worst
    return (raw / spread if spread > 0 else np.zeros_like(raw)), raw
