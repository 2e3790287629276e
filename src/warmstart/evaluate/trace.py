"""One method on one held-out task: what it picks, and the regret that leaves."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from warmstart.metadataset.core.score_table import Floats
from warmstart.protocols import TaskState

Mode = Literal["sequential", "batch"]


@dataclass(frozen=True, slots=True, eq=False)
class HeldOutTask:
    """What is known of a task, to be revealed one configuration at a time."""

    scores: Floats
    """Shape (n_configs,); NaN where it failed or was not evaluated."""

    tried: NDArray[np.bool_]
    """Whether a configuration was evaluated at all, well or badly."""


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """How a method did on one task."""

    incumbents: Floats
    """Best score after 1, 2, … evaluations; NaN before the first success."""

    choose_cpu_s: float
    """CPU seconds spent choosing and learning, without those of beginning the task."""

    n_choices: int


def follow(
    state: TaskState, task: HeldOutTask, n_evaluations: int, *, mode: Mode, tries: int = 1
) -> Trace:
    """Let a method pick configurations of a held-out task and reveal their scores.

    Configurations that were never evaluated on the task are ruled out before it begins. A
    failed one costs an evaluation.

    Parameters
    ----------
    state : TaskState
        Fresh.
    n_evaluations : int
        Steps to take; fewer where the configurations run out, then nothing changes.
    mode : {"sequential", "batch"}
        Whether each score is told before the next pick, or all are named at once.
    tries : int
        Configurations a step.
    """
    for index in np.flatnonzero(~task.tried):
        state.tell(int(index), np.nan)
    n_steps = min(n_evaluations, -(-int(task.tried.sum()) // tries))
    began = time.process_time()
    scores = (
        _sequential(state, task, n_steps, tries)
        if mode == "sequential"
        else _batch(state, task, n_steps * tries)
    )
    spent = time.process_time() - began
    best = np.fmax.accumulate(scores)[tries - 1 :: tries]
    if len(scores) % tries:
        best = np.append(best, np.fmax.reduce(scores))
    incumbents = np.full(n_evaluations, best[-1])
    incumbents[: len(best)] = best[:n_evaluations]
    return Trace(incumbents, spent, len(scores) if mode == "sequential" else 1)


def _sequential(state: TaskState, task: HeldOutTask, n_steps: int, tries: int) -> Floats:
    best = np.nanmax(task.scores)
    picked: list[int] = []
    scores: list[float] = []
    for _ in range(min(n_steps * tries, int(task.tried.sum()))):
        index = state.next()
        _check([index], picked, task)
        score = float(task.scores[index])
        state.tell(index, score)
        picked.append(index)
        scores.append(score)
        if score == best:  # nothing can change any more
            break
    return np.array(scores)


def _batch(state: TaskState, task: HeldOutTask, n: int) -> Floats:
    picked = state.batch(min(n, int(task.tried.sum())))
    _check(picked, [], task)
    return task.scores[picked]


def _check(indices: list[int], before: list[int], task: HeldOutTask) -> None:
    """Refuse picks that break the promises of a task state."""
    if len(set(indices)) < len(indices) or set(indices) & set(before):
        raise ValueError(f"a method named a configuration twice: {indices[:10]}")
    if not all(task.tried[indices]):
        raise ValueError("a method named a configuration that was told to be out")


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
