"""Dressing a choice as suggestions: predictions, neighbours, evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.recommend.answer.evidence import Evidence, Neighbour, OutOfDistribution
from warmstart.recommend.answer.suggestion import Suggestion

if TYPE_CHECKING:
    from warmstart.domain import Schema
    from warmstart.recommend.answer.choose import ChosenColumns
    from warmstart.recommend.base.fitted import Fitted

_N_NEIGHBOURS = 5
_N_EVIDENCE = 3


def find_relatives(
    fitted: Fitted, phi: pd.Series[Any] | None
) -> tuple[OutOfDistribution, tuple[Neighbour, ...], npt.NDArray[np.intp]]:
    """Judgement, nearest tasks, and their rows in the table.

    Parameters
    ----------
    fitted : Fitted
        What is known of the kind of task.
    phi : Series, optional
        Meta-features of the new task, shape (n_features,) by name.
    """
    if phi is None or fitted.relatives is None:
        return _cannot_tell(fitted, phi), (), np.empty(0, dtype=np.intp)
    rows, distances = fitted.relatives.nearest(phi)
    neighbours = _neighbours(fitted, rows, fitted.relatives.similarity(distances))
    return fitted.relatives.judge(distances), neighbours, rows[:_N_EVIDENCE]


def find_relatives_by_text(
    fitted: Fitted, tasks: pd.DataFrame, text: str
) -> tuple[tuple[Neighbour, ...], npt.NDArray[np.intp]]:
    """Known tasks whose names and descriptions read most like a text, and their rows.

    Parameters
    ----------
    fitted : Fitted
    tasks : DataFrame
        Indexed by task, with ``name`` and ``description`` where the base has them.
    text : str
        Title, description, names of columns.
    """
    from warmstart.recommend.store.known_vectors import known_texts
    from warmstart.similarity.task_view import TaskView
    from warmstart.similarity.text import TextEmbedding

    texts = known_texts(tasks.loc[fitted.table.task_ids])
    if not any(texts):
        return (), np.empty(0, dtype=np.intp)
    measure = TextEmbedding().fit([TaskView(text=one) for one in texts])
    distances = measure.distances(TaskView(text=text))
    rows = np.argsort(distances, kind="stable")
    # No n-gram in common is no neighbour.
    rows = rows[distances[rows] < 1]
    return _neighbours(fitted, rows, 1 - distances[rows]), rows[:_N_EVIDENCE]


def _neighbours(
    fitted: Fitted, rows: npt.NDArray[np.intp], similarity: npt.NDArray[np.float64]
) -> tuple[Neighbour, ...]:
    """The nearest tasks, described; `similarity` is of each of `rows`."""
    table, found = fitted.table, []
    for row, alike in zip(rows[:_N_NEIGHBOURS], similarity, strict=False):
        best = int(np.nanargmax(table.scores[row]))
        task = table.task_ids[row]
        found.append(
            Neighbour(
                task_id=str(task),
                name=fitted.names[task],
                family=str(table.families[row]),
                similarity=float(alike),
                best_learner=fitted.learners[best],
            )
        )
    return tuple(found)


def _cannot_tell(fitted: Fitted, phi: pd.Series[Any] | None) -> OutOfDistribution:
    n_described = len(fitted.table.described()[0])
    if n_described == 0:
        why = "no known task has meta-features"
    elif phi is None:
        why = "nothing describes it"
    else:
        why = f"only {n_described} known task{'s' * (n_described > 1)} can be compared with it"
    return OutOfDistribution(
        flag=None, reason=f"Cannot tell whether the dataset is like those known: {why}."
    )


def dress(
    fitted: Fitted,
    choice: ChosenColumns,
    rank: int,
    near: npt.NDArray[np.intp],
    schema: Schema | None,
    random_state: int,
) -> Suggestion:
    column = choice.columns[rank]
    low, below, median, above, high = (float(v) for v in choice.quantiles[:, rank])
    evidence = []
    for row in near:
        known = fitted.ranks[row]
        if np.isfinite(fitted.measured[row, column]):
            task = fitted.table.task_ids[row]
            evidence.append(
                Evidence(
                    task_id=str(task),
                    name=fitted.names[task],
                    score=float(fitted.measured[row, column]),
                    rank=int(known[column]),
                    n_ranked=int(np.isfinite(known).sum()),
                )
            )
    return Suggestion(
        configuration=dict(fitted.configurations[column]),
        configuration_id=fitted.table.configuration_ids[column],
        learner=fitted.learners[column],
        score=median,
        score_std=(above - below) / 2,
        score_low=low,
        score_high=high,
        cost_s=float(choice.costs[rank]),
        cost_stds={} if fitted.costs is None else {"fit_s": float(fitted.costs.spread[column])},
        regret=float(choice.expected.regrets[rank]),
        p_best=float(choice.expected.p_best[rank]),
        evidence=tuple(evidence),
        schema=schema,
        random_state=random_state,
    )
