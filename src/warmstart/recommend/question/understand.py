"""Understanding a question: which dataset, kind of task, metric and meta-features it means."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd

from warmstart.datasets.notes import quoted
from warmstart.domain import Schema, TaskType, check_task_type
from warmstart.errors import DatasetError, KnowledgeError
from warmstart.metafeatures.elsewhere.qualities import FROM_QUALITIES, QUALITIES
from warmstart.recommend.base.fitting import PLAIN as PLAIN
from warmstart.recommend.base.fitting import By
from warmstart.recommend.candidates.legal_candidates import resolve_excluded
from warmstart.recommend.question.kind import described_kind, resolve_kind
from warmstart.recommend.question.metric import resolve_metric
from warmstart.recommend.question.resampled import fitted_for, resampling_for

if TYPE_CHECKING:
    from warmstart.datasets.dataset import Dataset
    from warmstart.execution.resampling import Resampling
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.question.task_query import TaskQuery
    from warmstart.recommend.store.store import Store


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
    by: By = PLAIN
    """Measures that tasks are compared by."""

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
    def sizes(self) -> pd.Series[Any] | None:
        """What seconds and megabytes are predicted from: meta-features, or what was said."""
        if self.n_rows is None:
            return self.metafeatures
        if self.metafeatures is not None and "NumberOfInstances" in self.metafeatures:
            return self.metafeatures
        said = {"NumberOfInstances": self.n_rows}
        if (n_classes := _n_classes(self.dataset, self.task_type)) is not None:
            said["NumberOfClasses"] = n_classes
        return pd.Series(said)

    @property
    def schema(self) -> Schema | None:
        """Of the dataset, where there is one."""
        return None if self.dataset is None else self.dataset.schema


def understand(store: Store, query: TaskQuery) -> Understood:
    """Read the dataset and settle kind, metric, meta-features and what to leave out.

    Errors as in :meth:`warmstart.Recommender.suggest`.

    Parameters
    ----------
    store : Store
        A base and its models.
    query : TaskQuery
    """
    md, task_type = store.md, query.task_type
    elsewhere = tuple if store.surfaces is None else store.surfaces.names
    excluded, notes = resolve_excluded(query.exclude, md.tasks, elsewhere)
    dataset = None
    if query.data is None and (query.y is not None or query.target is not None):
        given_as = "y" if query.target is None else f"target={query.target!r}"
        raise DatasetError(f"{given_as} was given, but data is None; pass the dataset")
    if query.data is None and not (query.groups is None and query.time is None):
        raise DatasetError("groups and time describe rows, but data is None; pass the dataset")
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
        task_type = described_kind(md, given)
    kind = resolve_kind(store.task_types(), task_type)
    chosen = resolve_metric(md.metrics, query.metric, kind, notes)
    resampling, said = resampling_for(md.tasks, kind, groups=query.groups, time=query.time)
    notes += said
    n_rows = _n_rows(dataset, given, query)
    phi = _compared(md, dataset, given, notes)
    by: By = PLAIN
    if (similarity := getattr(query, "similarity", "auto")) not in ("auto", *PLAIN):
        from warmstart.recommend.store.compared import describe_by, measures_asked

        words = getattr(query, "description", None)
        by = measures_asked(store, similarity, data=dataset, description=words)
        phi = describe_by(
            store,
            by,
            dataset=dataset,
            description=words,
            metafeatures=phi,
            n_rows=n_rows,
            n_classes=_n_classes(dataset, task_type),
        )
    fit = partial(store.fitted, kind, chosen, excluded, resampling=resampling, by=by)
    fitted, said = fitted_for(query, partial(fit, n_rows=n_rows), usual=by == PLAIN)
    notes += said
    return Understood(
        dataset=dataset,
        task_type=_exact(task_type, kind),
        kind=kind,
        metric=chosen,
        metafeatures=phi,
        excluded=tuple(excluded),
        notes=tuple(notes),
        fitted=fitted,
        by=by,
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
            f"the base describes its datasets by OpenML's qualities: {shared} of "
            f"{len(found)} meta-features are compared; warmstart build openml --describe "
            "describes them in full"
        )
    return found


def _n_classes(dataset: Dataset | None, task_type: str | None) -> float | None:
    """Classes of the new data, as far as they are known."""
    if task_type == "regression":
        return None
    if dataset is not None:
        return float(dataset.y.nunique())
    return 2.0 if task_type == "binary" else None


def _n_rows(
    dataset: Dataset | None, metafeatures: pd.Series[Any] | None, query: TaskQuery
) -> float | None:
    """Rows of the new data, as far as they are known."""
    if (said := getattr(query, "n_rows", None)) is not None:
        return float(said)
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


def describe(
    known: pd.DataFrame, dataset: Dataset | None, metafeatures: pd.Series[Any] | None
) -> pd.Series[Any] | None:
    """Meta-features of the new task; None where there is nothing to compare them with.

    Parameters
    ----------
    known : DataFrame, shape (n_tasks, n_features)
        Meta-features of known tasks.
    dataset : Dataset, optional
    metafeatures : Series, optional
        Of the new task, shape (n_features,) by name.
    """
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
