"""Which runs are known already: by their source's own id, and by what they say.

A run is its source, its id there and its content. Histories whose runs are numbered from
0 share ids, so an id alone proves nothing: what differs under one id is told, and is only
taken where the caller says that the source was corrected.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from warmstart.errors import HistoryError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from warmstart.metadataset.core.core import Views

    Mask = NDArray[np.bool_]

Changed = Literal["refuse", "update"]

_REMEDY = (
    "if they are other runs, tell these apart by run_prefix='second/'; if the source was "
    "corrected, say changed='update'"
)
_SAID = ("status", "score", "budget", "seed")


def run_names(runs: pa.Table) -> pa.Array:
    """Source, run id and metric of each row as one text."""
    names = ("source", "source_run_id", "metric")
    return pc.binary_join_element_wise(
        *(runs[name].cast(pa.string()) for name in names), "\x1f"
    ).combine_chunks()


def once(runs: pa.Table, remarks: list[str], changed: Changed, where: str) -> pa.Table:
    """Each run once: the last time it is told, and its end rather than its beginning.

    Raises
    ------
    HistoryError
        If a run is told of two tasks, or two ways and `changed` does not say that the last
        one counts.
    """
    keys = pd.Series(run_names(runs).to_numpy(zero_copy_only=False))
    again = keys.duplicated(keep=False).to_numpy()
    if not again.any():
        return runs
    rows = np.flatnonzero(again)
    read = _frame(runs.take(rows)).assign(key=keys[rows].to_numpy(), row=rows)
    if (read.groupby("key")["task"].nunique() > 1).any():
        raise HistoryError(
            f"one run belongs to two tasks, in {where}; {_REMEDY}, and import each study once"
        )
    # What had not ended gives way to its end.
    read = read.sort_values(["status", "row"], key=_ended_last, kind="stable")
    ended = read[read["status"] != "running"]
    ways = ended.groupby("key")[["values", "space", *_SAID]].nunique(dropna=False)
    different = ways.index[(ways > 1).any(axis=1)]
    if len(different) and changed == "refuse":
        pair = ended[ended["key"] == different[0]]
        raise HistoryError(
            f"{len(different)} runs in {where} are recorded differently under one id, such as "
            f"{_in_words(pair.iloc[0])}, and {_in_words(pair.iloc[-1], brief=True)}; {_REMEDY}"
        )
    kept = read.drop_duplicates("key", keep="last")["row"].to_numpy()
    gone = np.setdiff1d(rows, kept)
    remarks.append(f"{len(gone):,} runs are recorded twice; the last record counts")
    here = np.ones(len(runs), bool)
    here[gone] = False
    return runs.filter(pa.array(here))


def _ended_last(column: pd.Series[Any]) -> pd.Series[Any]:
    return column if column.name == "row" else column != "running"


def _frame(runs: pa.Table) -> pd.DataFrame:
    texts = ("task", "values", "space", "status", "metric", "source_run_id")
    columns = {name: runs[name].cast(pa.string()).to_numpy() for name in texts}
    numbers = {
        name: runs[name].cast(pa.float64(), safe=False).to_numpy()
        for name in ("score", "budget", "seed")
    }
    return pd.DataFrame({**columns, **numbers})


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a base knows of runs that are read again, one flag a run."""

    known: Mask
    updated: Mask
    """Known, but they ended, went on, or were corrected since."""


def compare(base: Views, runs: pa.Table, changed: Changed) -> Compared:
    """Find runs in the base, and those of them that say something else now.

    A run that had not ended, or went on to a larger budget, is brought up to date. Where
    others of a study went further, one that ended well is pruned now.

    Raises
    ------
    HistoryError
        If the base knows a run as another task's, or with another content and `changed`
        does not say that the source was corrected.
    """
    names = pd.Index(run_names(runs).to_numpy(zero_copy_only=False))
    now = _frame(runs)
    known, updated, different = (np.zeros(len(names), bool) for _ in range(3))
    same_values = _same_values(base)
    before: dict[int, pd.Series[Any]] = {}
    for rows in _rows_of(base, runs):
        places = names.get_indexer(pd.Index(run_names(rows).to_numpy(zero_copy_only=False)))
        found = np.flatnonzero(places >= 0)
        if not len(found):
            continue
        places = places[found]
        old, new = _old(rows.take(found)), now.iloc[places].reset_index(drop=True)
        _refuse_other_tasks(old, new)
        known[places] = True
        columns = (old["configuration_id"], new["values"], new["space"])
        same = np.fromiter(map(same_values, *columns), bool)
        running, ended = old["status"] == "running", new["status"] != "running"
        further = same & (new["budget"] > old["budget"])
        outrun = same & (old["status"] == "ok") & (new["status"] == "pruned")
        differs = ~same | _differ(old, new)
        updated[places[(running & ended) | (differs & (further | outrun))]] = True
        other = differs & ~running & ~further & ~outrun & ended
        different[places[other]] = True
        for row in np.flatnonzero(other)[:1]:
            before.setdefault(int(places[row]), old.iloc[row])
    if different.any() and changed == "refuse":
        place, was = next(iter(before.items()))
        n = int(different.sum())
        what = "1 run says something else than when it was"
        if n > 1:
            what = f"{n:,} runs say something else than when they were"
        raise HistoryError(
            f"{what} imported, such as {_in_words(now.iloc[place])}, "
            f"before {_in_words(was, brief=True)}; {_REMEDY}"
        )
    return Compared(known=known, updated=updated | different)


def _differ(old: pd.DataFrame, new: pd.DataFrame) -> Mask:
    found = (old["status"] != new["status"]).to_numpy()
    for name in ("score", "budget", "seed"):
        found = found | ~np.isclose(old[name], new[name], rtol=1e-9, atol=0.0, equal_nan=True)
    return found


def _old(rows: pa.Table) -> pd.DataFrame:
    """Rows of a base in the columns of :func:`_frame`; of values only the id."""
    texts = {"task": "task_id", "status": "status", "metric": "metric"}
    texts |= {"source_run_id": "source_run_id", "configuration_id": "configuration_id"}
    columns = {name: rows[of].cast(pa.string()).to_numpy() for name, of in texts.items()}
    for name in ("score", "budget", "seed"):
        columns[name] = rows[name].cast(pa.float64(), safe=False).to_numpy()
    return pd.DataFrame(columns)


def _refuse_other_tasks(old: pd.DataFrame, new: pd.DataFrame) -> None:
    other = np.flatnonzero(old["task"] != new["task"])
    if len(other):
        was, one = old.iloc[other[0]], new.iloc[other[0]]
        raise HistoryError(
            f"run {one['source_run_id']!r} was imported before as one of task "
            f"{was['task']!r}, and is one of {one['task']!r} now; if it is another run, tell "
            "these apart by run_prefix='second/'"
        )


def _same_values(base: Views) -> Any:
    """Whether a configuration of the base is that of a run: defaults may be filled in."""
    known = base._configurations
    place = {str(label): number for number, label in enumerate(known.ids)}
    spaces = base.spaces.tolist()

    @cache
    def values(configuration: str) -> dict[str, Any]:
        return known.values(place[configuration])

    @cache
    def same(configuration: str, text: str, space: str) -> bool:
        if configuration not in place or spaces[place[configuration]] != space:
            return False
        there = values(configuration)
        return all(
            name in there and _equal(there[name], value)
            for name, value in json.loads(text).items()
        )

    return same


def _equal(one: Any, other: Any) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _in_words(run: pd.Series[Any], *, brief: bool = False) -> str:
    """A run in words."""
    result = f"{run['metric']} {run['score']:g}" if run["status"] == "ok" else run["status"]
    with_values = f" with {run['values']}" if isinstance(run.get("values"), str) else ""
    if brief:
        return f"{result}{with_values}"
    return f"{run['source_run_id']!r} of task {run['task']!r}: {result}{with_values}"


def _rows_of(base: Views, runs: pa.Table) -> Iterator[pa.Table]:
    """Rows of the base that come from the sources of `runs`."""
    sources = pc.unique(runs["source"].cast(pa.string()))
    for rows in base._evaluations.rows():
        ours = rows.filter(pc.is_in(rows["source"].cast(pa.string()), sources))
        if len(ours):
            yield ours
