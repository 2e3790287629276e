"""Understanding a question: which dataset, kind of task, metric and meta-features it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd

from warmstart.datasets.checks import check_task_words
from warmstart.datasets.notes import quoted
from warmstart.domain import Schema, TaskType, check_task_type, plain_value
from warmstart.errors import DatasetError, HistoryError, KnowledgeError
from warmstart.metafeatures.elsewhere.qualities import FROM_QUALITIES, QUALITIES
from warmstart.metrics import find_metric, metrics_for
from warmstart.recommend.question.legal_candidates import resolve_excluded
from warmstart.recommend.question.nearest_metric import nearest_metric, scorer_name
from warmstart.recommend.question.resampled import resampling_for

if TYPE_CHECKING:
    from warmstart.datasets.dataset import Dataset
    from warmstart.execution.resampling import Resampling
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.question.task_query import TaskQuery
    from warmstart.recommend.recommender import Recommender

MEMBERS: dict[str, set[str | None]] = {
    "classification": {"binary", "multiclass", "classification"},
    "regression": {"regression"},
}
"""Task types of each kind of task; the types of one kind share models and metrics."""

_EXAMPLE: dict[str, TaskType] = {"classification": "binary", "regression": "regression"}
_EVERY_METRIC = {m.name for kind in _EXAMPLE.values() for m in metrics_for(kind)}

_DUPLICATE = 0.5
"""Share of common content from which a known task is called the same dataset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A question with everything it leaves open filled in."""

    dataset: Dataset | None
    task_type: TaskType | None
    """Of the dataset, or as far as the question says."""

    kind: str | None
    metric: str | None
    metafeatures: pd.Series[Any] | None
    excluded: tuple[Any, ...]
    notes: tuple[str, ...]
    """What the question named in vain."""

    fitted: Fitted
    resampling: Resampling = "random"
    n_rows: float | None = None
    """Rows of the new data, as far as they are known."""

    def remarks(self) -> list[str]:
        """What the target says of the metric asked for."""
        if self.dataset is None or self.dataset.task_type != "regression":
            return []
        from warmstart.datasets.heavy_tails import note_on_tails

        note = note_on_tails(np.asarray(self.dataset.y, dtype="float64"), self.metric)
        return [note] if note else []

    @property
    def schema(self) -> Schema | None:
        """Of the dataset, where there is one."""
        return None if self.dataset is None else self.dataset.schema


def understand(recommender: Recommender, query: TaskQuery) -> Understood:
    """Read the dataset and settle kind, metric, meta-features and what to leave out.

    Errors as in :meth:`warmstart.Recommender.suggest`.
    """
    md, task_type = recommender.md, query.task_type
    excluded, notes = resolve_excluded(query.exclude, md.tasks)
    dataset = None
    if query.data is None and (query.y is not None or query.target is not None):
        given_as = "y" if query.target is None else f"target={query.target!r}"
        raise DatasetError(f"{given_as} was given, but data is None; pass the dataset")
    if query.data is None and not (query.groups is None and query.time is None):
        raise DatasetError("groups and time are of rows, but data is None; pass the dataset")
    if query.data is not None:
        from warmstart.datasets.load import load_dataset

        dataset = load_dataset(
            query.data,
            query.y,
            target=query.target,
            task_type=task_type,
            kinds=query.kinds,
            groups=query.groups,
            time=query.time,
        )
        task_type = dataset.task_type
    given = None if query.metafeatures is None else _as_numbers(query.metafeatures, notes)
    if dataset is None and task_type is None and given is not None:
        task_type = _described_kind(md, given)
    kind = resolve_kind(recommender.task_types(), task_type)
    chosen = resolve_metric(md.metrics, query.metric, kind, notes)
    resampling, said = resampling_for(md.tasks, kind, groups=query.groups, time=query.time)
    notes += said
    n_rows = _n_rows(dataset, given)
    return Understood(
        dataset=dataset,
        task_type=_exact(task_type, kind),
        kind=kind,
        metric=chosen,
        metafeatures=_compared(md, dataset, given, notes),
        excluded=tuple(excluded),
        notes=tuple(notes),
        fitted=recommender.fitted(kind, chosen, excluded, resampling=resampling, n_rows=n_rows),
        resampling=resampling,
        n_rows=n_rows,
    )


def _compared(
    md: MetaDataset, dataset: Dataset | None, given: pd.Series[Any] | None, notes: list[str]
) -> pd.Series[Any] | None:
    """Meta-features of the new task, where those of the base are of the same kind."""
    described_by = str(md.info.get("extractor_version", ""))
    if given is None and dataset is not None and described_by == QUALITIES:
        notes.append(
            "the base describes its tasks by OpenML's qualities, some of which have other "
            "units under the names of warmstart's meta-features; the dataset is not compared "
            "with them: run warmstart build openml again, best with --describe"
        )
        return None
    found = describe(md.metafeatures, dataset, given)
    if given is None and found is not None and described_by == FROM_QUALITIES:
        shared = len(set(found.index) & {str(name) for name in md.metafeatures.columns})
        notes.append(
            f"the base knows of its datasets what OpenML's qualities tell: {shared} of "
            f"{len(found)} meta-features are compared; warmstart build openml --describe "
            "describes them in full"
        )
    return found


def _n_rows(dataset: Dataset | None, metafeatures: pd.Series[Any] | None) -> float | None:
    """Rows of the new data, as far as they are known."""
    if dataset is not None:
        return float(dataset.n_rows)
    if metafeatures is None or "NumberOfInstances" not in metafeatures:
        return None
    return float(metafeatures["NumberOfInstances"])


def _exact(task_type: str | None, kind: str | None) -> TaskType | None:
    """One of the three types, where "classification" leaves two open."""
    said = kind if task_type is None else task_type
    return None if said not in get_args(TaskType) else check_task_type(str(said))


def _as_numbers(metafeatures: Any, notes: list[str]) -> pd.Series[Any]:
    """Meta-features by name, NaN where they are not finite."""
    try:
        phi = pd.Series(metafeatures).astype("float64").rename(index=str)
    except (TypeError, ValueError) as error:
        raise KnowledgeError(
            "metafeatures are numbers by name, as warmstart.extract_metafeatures gives them: "
            f"{error}"
        ) from error
    infinite = list(phi.index[np.isinf(phi)])
    if infinite:
        notes.append(f"Infinite meta-features taken for unknown: {quoted(infinite)}.")
    return phi.where(np.isfinite(phi))


def _described_kind(md: MetaDataset, metafeatures: pd.Series[Any]) -> str | None:
    """The one kind of task whose known tasks have all of these meta-features, if there is."""
    known = md.metafeatures
    names = set(metafeatures.dropna().index) & {str(name) for name in known.columns}
    fits = []
    for kind, members in MEMBERS.items():
        tasks = md.tasks.index[md.tasks["task_type"].isin(members)]
        of_kind = known[known.index.isin(tasks)].dropna(axis=1, how="all")
        if len(of_kind) and names <= {str(name) for name in of_kind.columns}:
            fits.append(kind)
    return fits[0] if len(fits) == 1 else None


def resolve_kind(known: tuple[str | None, ...], task_type: str | None) -> str | None:
    """Kind of task a question is about: "classification", "regression" or None."""
    check_task_words(task_type)
    if known == (None,):
        return None
    if task_type is None:
        if len(known) == 1:
            return known[0]
        raise KnowledgeError(
            f"the base knows {' and '.join(map(str, known))}; say which by task_type=, "
            "or pass a dataset"
        )
    kind = "regression" if task_type == "regression" else "classification"
    if kind not in known:
        raise KnowledgeError(
            f"the knowledge base has no {kind} tasks, only {', '.join(map(str, known))}"
        )
    return kind


def resolve_metric(
    recorded: tuple[str, ...], metric: Any, kind: str | None, notes: list[str] | None = None
) -> str | None:
    """Recorded metric a question is about; the usual one of its kind by default.

    A scorer that no base records is answered by the recorded metric nearest to it, see
    :mod:`warmstart.recommend.question.nearest_metric`; `notes` is told.
    """
    member: TaskType | None = None if kind is None else _EXAMPLE[kind]
    usual = [m.name for m in metrics_for(member)] if member else []
    if metric is None:
        return next((m for m in usual if m in recorded), recorded[0])
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
            told = str(error).replace(f"for a {member} task", f"for {kind}")
            raise KnowledgeError(told) from None
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


def describe(
    known: pd.DataFrame, dataset: Dataset | None, metafeatures: pd.Series[Any] | None
) -> pd.Series[Any] | None:
    """Meta-features of the new task; None where there is nothing to compare them with."""
    if metafeatures is not None:
        names = [str(name) for name in known.columns]
        if not names:
            return None
        if not set(metafeatures.index) & set(names):
            raise KnowledgeError(
                f"none of the meta-features {list(metafeatures.index)[:3]} … is known; the "
                f"base has {names[:3]} …"
            )
        return metafeatures
    if dataset is None or not len(known.columns):
        return None
    from warmstart.metafeatures.extract import metafeatures_of

    return metafeatures_of(dataset, random_state=0)


def find_duplicates(
    tasks: pd.DataFrame, dataset: Dataset | None, excluded: set[Any]
) -> list[str]:
    """Known tasks with the same content, in words."""
    if dataset is None or "fingerprint" not in tasks:
        return []
    from warmstart.datasets.fingerprints.fingerprint import similarity

    notes = []
    for label, known in tasks["fingerprint"].items():
        task_id = plain_value(label)
        if not isinstance(known, str) or not known:
            continue
        share = similarity(dataset.fingerprint, known)
        if share >= _DUPLICATE and task_id not in excluded:
            notes.append(
                f"The data looks like known task {task_id!r} ({100 * share:.0f} % alike), "
                f"whose results are used; leave them out with exclude=[{task_id!r}]."
            )
    return notes
