"""Which recorded metric a question is about."""

from __future__ import annotations

from typing import Any

from warmstart.domain import TaskType
from warmstart.errors import HistoryError, KnowledgeError
from warmstart.metrics import find_metric, metrics_for

_EXAMPLE: dict[str, TaskType] = {
    "classification": "binary",
    "regression": "regression",
    "image": "image",
}


_EVERY_METRIC = {m.name for kind in _EXAMPLE.values() for m in metrics_for(kind)}


def resolve_metric(
    recorded: tuple[str, ...], metric: Any, kind: str | None, notes: list[str] | None = None
) -> str | None:
    """Recorded metric a question is about; the usual one of its kind by default.

    A scorer that no base records is answered by the recorded metric nearest to it, see
    :mod:`warmstart.recommend.question.nearest_metric`; `notes` is told.

    Parameters
    ----------
    recorded : tuple of str
        What the base has scores in.
    metric : str or callable, optional
        What the question names.
    kind : str, optional
        "classification" or "regression"; None where tasks do not say.
    notes : list of str, optional
        Where to say what stands in.
    """
    member: TaskType | None = None if kind is None else _EXAMPLE[kind]
    usual = [m.name for m in metrics_for(member)] if member else []
    if metric is None:
        return next((m for m in usual if m in recorded), recorded[0])
    from warmstart.recommend.question.nearest_metric import nearest_metric, scorer_name

    if not isinstance(metric, str) and not callable(metric):
        raise KnowledgeError(f"metric is a name, such as {recorded[0]!r}, got {metric!r}")
    name = scorer_name(metric)
    if name in recorded and (member is None or name not in _EVERY_METRIC):
        return name
    if member is None:
        raise KnowledgeError(
            f"the base has no scores in {name!r}; it has {', '.join(recorded)}"
        )
    try:
        found = find_metric(name, member).name
    except HistoryError as error:
        near = nearest_metric(metric)
        if near not in usual and isinstance(metric, str):
            # One of three types stands for its kind: what is told is the kind.
            why = str(error).replace(f"for a {member} task", f"for {kind}")
            raise KnowledgeError(why) from None
        stands_in = near if near in usual and near in recorded else None
        found = stands_in or next((m for m in usual if m in recorded), recorded[0])
        if notes is not None:
            notes.append(
                f"The base holds no {name}; expected scores are {found}, "
                + ("the nearest it has." if stands_in else "its usual metric.")
            )
    if found not in recorded:
        raise KnowledgeError(f"the base has no scores in {found}; it has {', '.join(recorded)}")
    return found
