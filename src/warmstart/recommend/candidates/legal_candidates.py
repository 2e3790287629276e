"""Which configurations of a base may be suggested: in the space asked for, and legal."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.datasets.checks import near_misses
from warmstart.domain import Schema
from warmstart.errors import KnowledgeError, MissingExtraError, SpaceMismatchError
from warmstart.metadataset.core.configurations import some
from warmstart.spaces.pipelines.learners import LEARNERS, SPACE
from warmstart.spaces.pipelines.legality import why_illegal

if TYPE_CHECKING:
    from warmstart.recommend.base.fitted import Fitted

Columns = npt.NDArray[np.intp]


def choose_candidates(
    fitted: Fitted,
    space: str | Iterable[str] | None,
    schema: Schema | None,
    *,
    proba: bool = False,
) -> tuple[Columns, list[str]]:
    """Positions of the configurations that may be suggested, and what was left out.

    Parameters
    ----------
    fitted : Fitted
    space : str or iterable of str, optional
        Names of learners or of whole spaces to restrict to.
    schema : Schema, optional
        Of the dataset; without one nothing is known to be illegal.
    proba : bool
        Whether only classifiers that predict probabilities will do.

    Raises
    ------
    SpaceMismatchError
        If the restriction names something unknown, or leaves nothing.
    MissingExtraError
        If it names only learners that are not installed.
    """
    wanted = _named(space)
    if wanted is not None:
        if not wanted:
            raise SpaceMismatchError("space names nothing; leave it out to allow everything")
        _check_known(wanted, fitted)
    reasons: Counter[str] = Counter()
    kept = []
    for column, values in enumerate(fitted.configurations):
        learner, home = fitted.learners[column], fitted.spaces[column]
        if wanted is not None and not wanted & {learner, home}:
            continue
        reason = None
        if home == SPACE and learner in LEARNERS:
            if schema is not None:
                reason = why_illegal(values, schema)
            elif not LEARNERS[learner].installed:
                reason = f"{learner} is not installed"
            wants = proba or fitted.table.metric == "log_loss"
            if wants and not LEARNERS[learner].probabilities:
                reason = f"{learner} predicts no probabilities"
        if reason is None:
            kept.append(column)
        else:
            reasons[reason] += 1
    if not kept:
        _refuse(wanted, reasons)
    return np.asarray(kept, dtype=np.intp), _notes(reasons)


def _notes(reasons: Counter[str]) -> list[str]:
    """One line a reason; all learners that are not installed share one, with the remedy."""
    absent = [name for name in LEARNERS if f"{name} is not installed" in reasons]
    notes = [
        f"{count} configuration{'s' * (count > 1)} left out: {why}."
        for why, count in reasons.items()
        if why.removesuffix(" is not installed") not in absent
    ]
    if absent:
        count = sum(reasons[f"{name} is not installed"] for name in absent)
        extras = ",".join(dict.fromkeys(LEARNERS[name].extra for name in absent))
        verb, them = ("is", "it") if len(absent) == 1 else ("are", "them")
        notes.append(
            f"{count} configuration{'s' * (count > 1)} left out: {' and '.join(absent)} {verb} "
            f"not installed; get {them} with: pip install 'warmstart[{extras}]'"
        )
    return notes


def check_pool(
    fitted: Fitted, pool: Sequence[Mapping[str, Any]], ids: Sequence[Any], *, model: str
) -> None:
    """Refuse a pool of one's own of which nothing could be said.

    Parameters
    ----------
    fitted : Fitted
        What is known of the kind of task.
    pool : sequence of mapping
        Values of each candidate.
    ids : sequence
        Of the candidates.
    model : str
        Name of the model that decides.

    Raises
    ------
    KnowledgeError
        If members are not of the base, and they or the base have no values to compare by,
        or the model does not look at those.
    """
    known, method = fitted.known, fitted.method
    reads = method is None or getattr(method, "reads_configurations", False)
    for values, name in zip(pool, ids, strict=True):
        comparable = bool(values) and known.says_values
        if (comparable and reads) or known.point(values, name).column >= 0:
            continue
        if comparable:
            raise KnowledgeError(
                f"candidate {name!r} is not of the base, and model {model!r} only ranks what "
                "is; take a model that looks at what configurations are made of, such as 'pmf'"
            )
        what = "it has no values" if not values else "the base says nothing but their ids"
        raise KnowledgeError(
            f"candidate {name!r} is not of the base, and {what}: nothing can be expected of "
            f"it; name candidates by ids of the base, such as {some(known.ids[:3])}, as the "
            "index of the frame"
        )


def _named(space: Any) -> set[str] | None:
    if space is None:
        return None
    several = isinstance(space, Iterable) and not isinstance(space, str)
    names = list(space) if several else [space]
    if not all(isinstance(name, str) for name in names):
        raise SpaceMismatchError(f"space is the name of a learner, or several, got {space!r}")
    return set(names)


def _check_known(wanted: set[str], fitted: Fitted) -> None:
    known = sorted({*fitted.learners, *fitted.spaces} - {""})
    for name in sorted(wanted - set(known)):
        close = near_misses(name, known, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise SpaceMismatchError(
            f"space {name!r} is not in the knowledge base for this kind of task and metric, "
            f"which has {', '.join(known) or 'unnamed configurations only'}{hint}"
        )


def _refuse(wanted: set[str] | None, reasons: Counter[str]) -> None:
    missing = [n for n in wanted or () if n in LEARNERS and not LEARNERS[n].installed]
    if missing:
        raise MissingExtraError(LEARNERS[missing[0]].package, LEARNERS[missing[0]].extra)
    asked = f"space {sorted(wanted)}" if wanted else "the knowledge base"
    why = "; ".join(f"{count} × {reason}" for reason, count in reasons.items())
    raise SpaceMismatchError(f"nothing in {asked} can be fitted on this dataset: {why}")


_TYPO = 0.8
"""Likeness from which an unknown name is taken for a misspelt one."""


def resolve_excluded(
    exclude: Any, tasks: Any, elsewhere: Callable[[], Collection[str]] = tuple
) -> tuple[list[Any], list[str]]:
    """Task ids that `exclude` names by id, name or family.

    Parameters
    ----------
    exclude : str or iterable
    tasks : DataFrame
        Of a meta-dataset: index task_id, columns name and family.
    elsewhere : callable
        Names of tables that only surfaces know; asked where a name is of no task.

    Returns
    -------
    found : list
        Ids of the tasks, each once.
    notes : list of str
        What was named and is not in the base: there is nothing to forget.

    Raises
    ------
    KnowledgeError
        If an unknown name is so like a known one that it must be misspelt: going on
        would let through what was to be left out.
    """
    if exclude is None:
        return [], []
    wanted = [exclude] if np.isscalar(exclude) else list(exclude)
    found: list[Any] = []
    notes: list[str] = []
    for name in wanted:
        matches = (tasks.index == name) | (tasks["family"] == name)
        if "name" in tasks:
            matches |= tasks["name"] == name
        if not matches.any():
            more = elsewhere()
            if str(name) in more:
                notes.append(
                    f"exclude names {name!r}, which surfaces know and the base does not: it is "
                    "left out of those."
                )
                continue
            known = [str(k) for k in {*tasks.index, *tasks["family"], *tasks.get("name", ())}]
            known += sorted(more)
            said = f"exclude names {name!r}, which is no task, name or family known"
            if close := difflib.get_close_matches(str(name), known, n=3, cutoff=_TYPO):
                raise KnowledgeError(f"{said}; did you mean {', '.join(close)}?")
            notes.append(f"{said}: there is nothing to leave out.")
        found += list(tasks.index[matches | _at_other_rows(tasks, matches)])
    return list(dict.fromkeys(found)), notes


def _at_other_rows(tasks: Any, matches: Any) -> Any:
    """The same tables evaluated on another number of rows: what is forgotten is the table."""
    if not {"name", "max_rows"} <= set(tasks.columns):
        return matches & False
    tables = list(zip(tasks["family"], tasks["name"], strict=True))
    several = {table for table, rows in zip(tables, tasks["max_rows"], strict=True) if rows > 0}
    wanted = several & {table for table, one in zip(tables, matches, strict=True) if one}
    return np.array([table in wanted for table in tables])
