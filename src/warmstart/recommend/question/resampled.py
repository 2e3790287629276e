"""Which known tasks count: as many rows, held out in the same way, as the new data's.

A table scored with whole groups held out is a task of its own, as is one whose later rows
are held out, or one of which more rows were used; the family is that of the table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from warmstart.execution.resampling import MAX_ROWS, Resampling

if TYPE_CHECKING:
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.question.task_query import TaskQuery

ENOUGH = 12
"""Families known with many rows, from which on those known with fewer may be left aside."""

_WORDS: dict[Resampling, str] = {
    "groups": "whole groups held out",
    "forward": "the later rows held out",
}


def ways(tasks: pd.DataFrame) -> pd.Series[Any]:
    """How rows of each task were held out."""
    if "resampling" not in tasks:
        return pd.Series("random", index=tasks.index)
    return tasks["resampling"].fillna("random").replace("", "random")


def not_counting(
    tasks: pd.DataFrame,
    resampling: Resampling,
    max_rows: int = MAX_ROWS,
    *,
    alone: bool = False,
) -> list[Any]:
    """Known tasks to leave aside: scored in another way, or in this way as well.

    A family that is not known with so many rows, or in this way, counts as it is known:
    with rows held out at random, and 2,000 of them.

    Parameters
    ----------
    tasks : DataFrame
        Indexed by task.
    resampling : {"random", "groups", "time"}
        How the new data will be split.
    max_rows : int
        Most rows that known tasks were scored with.
    alone : bool
        Whether no others count, see :func:`enough`.
    """
    way = ways(tasks)
    caps = caps_of(tasks)
    fits = (way == resampling) & (caps == max_rows)
    if not fits.any():
        fits = way == resampling
    families = set(tasks.loc[fits, "family"])
    if alone:
        return list(tasks.index[~fits])
    stands_in = (way == "random") & (caps == MAX_ROWS) & ~tasks["family"].isin(families)
    return list(tasks.index[~(fits | stands_in)])


def enough(tasks: pd.DataFrame, resampling: Resampling, max_rows: int) -> bool:
    """Whether `ENOUGH` families are known with more rows than usual to count alone.

    What is best on 2,000 rows is small and regularised, and the many that are known so would
    outvote the few that tell of more. They know more learners, though.

    Parameters
    ----------
    tasks : DataFrame
        Indexed by task.
    resampling : {"random", "groups", "time"}
        How the new data will be split.
    max_rows : int
        Most rows that known tasks were scored with.
    """
    fits = (ways(tasks) == resampling) & (caps_of(tasks) == max_rows)
    return max_rows > MAX_ROWS and tasks.loc[fits, "family"].nunique() >= ENOUGH


def caps_of(tasks: pd.DataFrame) -> pd.Series[Any]:
    """Most rows of each task's table that were used."""
    if "max_rows" not in tasks:
        return pd.Series(MAX_ROWS, index=tasks.index)
    return tasks["max_rows"].fillna(MAX_ROWS).astype("int64")


def rows_for(tasks: pd.DataFrame, n_rows: float | None) -> int:
    """The number of rows, of those that known tasks were cut to, nearest to the new data's.

    Parameters
    ----------
    tasks : DataFrame
        Indexed by task.
    n_rows : float, optional
        Rows of the new data.

    Examples
    --------
    >>> tasks = pd.DataFrame({"max_rows": [2000, 10_000]})
    >>> rows_for(tasks, 4_000), rows_for(tasks, 60_000), rows_for(tasks, None)
    (2000, 10000, 2000)
    """
    if n_rows is None or not n_rows > 0:
        return MAX_ROWS
    caps = sorted({int(cap) for cap in caps_of(tasks)} | {MAX_ROWS})
    return min(caps, key=lambda cap: (abs(math.log(cap / n_rows)), cap))


def of_too_few_rows(tasks: pd.DataFrame) -> list[Any]:
    """Tasks said to be scored with more rows than usual whose tables have fewer than that.

    Of a table of 3,000 rows all are used where 10,000 may be; what suits it is what suits
    2,000.

    Parameters
    ----------
    tasks : DataFrame
        Indexed by task.

    Examples
    --------
    >>> of_too_few_rows(pd.DataFrame(
    ...     {"n_rows": [3_000, 9_000, 3_000], "max_rows": [10_000, 10_000, 2_000]},
    ...     index=["a@10000", "b@10000", "a"]))
    ['a@10000']
    """
    if "n_rows" not in tasks or "max_rows" not in tasks:
        return []
    more = pd.DataFrame({"cap": caps_of(tasks), "n_rows": tasks["n_rows"]}).dropna()
    more = more[more["cap"] > MAX_ROWS]
    nearest = more["n_rows"].map(lambda n_rows: rows_for(tasks, n_rows))
    return list(more.index[nearest < more["cap"]])


def of_kind(tasks: pd.DataFrame, kind: str | None) -> pd.DataFrame:
    """Those of one kind; all where tasks or the question do not say.

    Parameters
    ----------
    tasks : DataFrame
        Indexed by task.
    kind : str, optional
        "classification" or "regression".
    """
    if kind is None or "task_type" not in tasks:
        return tasks
    return tasks[(tasks["task_type"] == "regression") == (kind == "regression")]


def resampling_for(
    tasks: pd.DataFrame, kind: str | None, *, groups: Any, time: Any
) -> tuple[Resampling, list[str]]:
    """The way of holding out that a question is about, as far as the base knows it.

    Parameters
    ----------
    tasks : DataFrame
        Indexed by task.
    kind : str, optional
        "classification" or "regression"; None where tasks do not say.
    groups : object
        None where the question names none.
    time : object
        None where the question names none.

    Returns
    -------
    resampling : {"random", "groups", "forward"}
    notes : list of str
        Says which scores are used, where groups or times were given.
    """
    asked: list[Resampling] = []
    if groups is not None:
        asked.append("groups")
    if time is not None:
        asked.append("forward")
    if not asked:
        return "random", []
    way = ways(of_kind(tasks, kind))
    for resampling in asked:
        if known := int((way == resampling).sum()):
            said = (
                f"{known} of the known tasks were scored with {_WORDS[resampling]}, as yours "
                "must be; the others with rows held out at random."
            )
            return resampling, [said]
    wanted = " or ".join(_WORDS[resampling] for resampling in asked)
    return "random", [
        f"No known task was scored with {wanted}; suggestions and expected scores are for "
        "rows held out at random, and mostly higher than scores on new groups or later rows."
    ]


def fitted_for(
    query: TaskQuery, fit: Callable[..., Fitted], *, usual: bool
) -> tuple[Fitted, list[str]]:
    """What a question is answered from, and a note where that is not what is best known.

    Tables with as many rows alone, where :func:`enough` are known; but of named learners, of
    points of one's own, where tasks are compared by what is kept of those with fewer alone,
    and where more configurations are wanted, those know more.

    Parameters
    ----------
    query : TaskQuery
    fit : callable
        Gives what is fitted, `alone` or not.
    usual : bool
        Whether tasks are compared by meta-features alone.
    """
    alone = usual and query.space is None and not hasattr(query, "candidates")
    found = fit(alone=alone)
    n, known = getattr(query, "n", 0), found.table.n_configs
    if not alone or n <= known:
        return found, []
    wider = fit(alone=False)
    if wider.table.n_configs == known:
        return found, []
    return wider, [
        f"{n} were asked for, and tables with as many rows know {known} configurations; what "
        "is known of fewer rows counts as well."
    ]
