"""Learning curves of other tasks: those that come with the package, or a base's own."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from warmstart.errors import KnowledgeError
from warmstart.histories.runs.directions import usual_name
from warmstart.knowledge.base import surfaces_path
from warmstart.models.curves.curves import Curves, curves_of
from warmstart.models.surfaces.box import ROUNDS
from warmstart.models.surfaces.store import SurfaceStore

if TYPE_CHECKING:
    from warmstart.histories.runs.curve_points import BudgetKind
    from warmstart.metadataset.metadataset import MetaDataset

_IN_WHEEL = Path(__file__).parent / "learning_curves"
_IN_CHECKOUT = Path(__file__).parents[3] / "data" / "curves"

GRID = (1, 2, 4, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1000)
"""Rounds at which the package tells curves; between recorded ones it interpolates."""


def known_curves(
    learner: str | Sequence[str] | None = None,
    *,
    metric: str,
    knowledge: MetaDataset | None = None,
    kind: BudgetKind = "iterations",
    exclude: str | Iterable[str] = (),
) -> Curves:
    """Curves of previous tasks: what a pruner or a scheduler judges new ones by.

    Parameters
    ----------
    learner : str or sequence of str, optional
        Whose curves; "xgboost", "lightgbm", "catboost", "hist_gradient_boosting",
        "random_forest" and "extra_trees" come with the package. All of them by default.
    metric : str
        A metric that curves were recorded in; of the package's, balanced_accuracy, log_loss
        and r2 (of LightGBM all). Scores are higher-is-better.
    knowledge : MetaDataset, optional
        Whose curves to use instead of the package's.
    kind : {"iterations", "rows", "folds", "epochs"}
        What their budgets count.
    exclude : str or iterable of str
        Tasks or families to leave out.

    Raises
    ------
    KnowledgeError
        If no such curve is known.

    Examples
    --------
    >>> curves = known_curves("xgboost", metric="log_loss")
    >>> curves.values.shape[1] == len(curves.budgets), len(curves) > 100
    (True, True)
    """
    name = usual_name(metric)
    gone = {exclude} if isinstance(exclude, str) else {str(one) for one in exclude}
    learners = (
        None if learner is None else {learner} if isinstance(learner, str) else {*learner}
    )
    if knowledge is not None:
        found = curves_of(knowledge, metric=name, kind=kind, learners=learners, exclude=gone)
    elif kind != "iterations":
        raise KnowledgeError(f"the package's curves count iterations, not {kind}")
    else:
        found = _embedded(name, learners, gone)
    if not len(found):
        raise KnowledgeError(
            f"no curve of {learner or 'any learner'} in {metric} by {kind} is known"
            + (f" outside {', '.join(sorted(gone))}" if gone else "")
        )
    return found


def _embedded(metric: str, learners: set[str] | None, gone: set[str]) -> Curves:
    wanted = None if learners is None else tuple(sorted(learners))
    whole = _all_embedded(metric, wanted, surfaces_path())
    if not gone:
        return whole
    kept = [
        not gone & {family, task}
        for family, task in zip(whole.tasks, whole.labels, strict=True)
    ]
    return whole.take(np.flatnonzero(kept))


@lru_cache(maxsize=8)
def _all_embedded(metric: str, learners: tuple[str, ...] | None, folder: Path | None) -> Curves:
    """Of all tables, by family; labels are tables."""
    frame = packed_curves()
    rows = frame[frame["metric"] == metric]
    if learners is not None:
        rows = rows[rows["learner"].isin(learners)]
    parts = [_packed(rows)] if len(rows) else []
    if folder is not None:
        store = SurfaceStore(folder=folder)
        named = store.learners() if learners is None else learners
        parts += [_of_surfaces(store, learner, metric) for learner in named]
    return _joined(parts)


def _packed(rows: pd.DataFrame) -> Curves:
    """Rows of the packed table on the package's grid."""
    by = ["task_id", "configuration_id", "rows"]
    log, curves, tasks, labels = np.log(GRID), [], [], []
    ordered = rows[rows["score"].notna()].sort_values([*by, "budget"])
    new = (ordered[by] != ordered[by].shift()).any(axis=1).to_numpy()
    starts = [*np.flatnonzero(new).tolist(), len(ordered)]
    at = np.log(ordered["budget"].to_numpy("float64"))
    scores = ordered["score"].to_numpy("float64")
    families, names = ordered["family"].to_numpy(object), ordered["task_id"].to_numpy(object)
    for start, end in itertools.pairwise(starts):
        curves.append(
            np.interp(log, at[start:end], scores[start:end], left=np.nan, right=np.nan)
        )
        tasks.append(families[start])
        labels.append(names[start])
    return Curves(
        budgets=np.array(GRID, dtype="float64"),
        values=np.array(curves).reshape(-1, len(GRID)),
        tasks=np.array(tasks, dtype=object),
        labels=np.array(labels, dtype=object),
    )


def _of_surfaces(store: SurfaceStore, learner: str, metric: str) -> Curves:
    """A learner's curves at ten numbers of rounds."""
    box = store.box(learner)
    curves, points = [np.zeros((0, len(ROUNDS)))], []
    tasks, labels = list[str](), list[str]()
    for name, family, at, scores in store.curves(learner, metric):
        curves.append(scores)
        points.append(at)
        tasks += [family] * len(scores)
        labels += [name] * len(scores)
    return Curves(
        budgets=np.array(ROUNDS, dtype="float64"),
        values=np.vstack(curves),
        tasks=np.array(tasks, dtype=object),
        labels=np.array(labels, dtype=object),
        points=np.vstack(points) if points else np.zeros((0, 0)),
        box=box,
    ).on(GRID)


def _joined(parts: Sequence[Curves]) -> Curves:
    """All of them; points where those that have any are of one learner."""
    boxes = {part.box.learner: part.box for part in parts if len(part.points) and part.box}
    box, points = None, np.zeros((0, 0))
    if len(boxes) == 1:
        (box,) = boxes.values()
        n_axes = len(box.axes)
        points = np.vstack(
            [
                part.points if len(part.points) else np.full((len(part), n_axes), np.nan)
                for part in parts
            ]
        )
    return Curves(
        budgets=np.array(GRID, dtype="float64"),
        values=np.vstack([np.zeros((0, len(GRID))), *(part.values for part in parts)]),
        tasks=np.concatenate([np.zeros(0, dtype=object), *(part.tasks for part in parts)]),
        labels=np.concatenate([np.zeros(0, dtype=object), *(part.labels for part in parts)]),
        points=points,
        box=box,
    )


@lru_cache(maxsize=1)
def packed_curves() -> pd.DataFrame:
    """The package's curves as a long table; see data/curves/README.md."""
    import pyarrow.parquet as pq

    for folder in (_IN_WHEEL, _IN_CHECKOUT):
        file = folder / "curves.parquet"
        if file.is_file():
            frame: pd.DataFrame = pq.read_table(file).to_pandas()
            return frame
    raise KnowledgeError(
        f"this installation has no learning curves (looked in {_IN_WHEEL} and {_IN_CHECKOUT})"
    )
