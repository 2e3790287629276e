"""Make the vectors a base keeps of its tasks, from the tables these were scored on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart.errors import KnowledgeError, SimilarityError, WarmstartError
from warmstart.similarity.known.files import (
    read_known,
    read_measure,
    write_known,
    write_measure,
)
from warmstart.similarity.known.measures import KEPT, MEASURES, refuse_not_kept
from warmstart.similarity.known.views import N_ROWS, view_of

if TYPE_CHECKING:
    from warmstart.execution.tasks import LocalTask
    from warmstart.similarity.task_view import SampledRows, TaskView

Progress = Callable[[int, int], None]
TRAINED = ("dataset2vec", "dida")
"""Measures whose networks may be trained; untrained they have random weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorsReport:
    """What was made of which tasks."""

    n_tasks: Mapping[str, int]
    """By measure."""

    problems: Mapping[str, str]
    """Why, for each task whose table could not be read; by task id."""

    missing: tuple[str, ...]
    """Tasks of the base that are not in the list."""


def make_vectors(
    base: str | Path,
    tasks: Sequence[LocalTask],
    *,
    measures: Iterable[str] | None = None,
    trained: Mapping[str, str | Path] | None = None,
    n_rows: int = N_ROWS,
    random_state: int = 0,
    progress: Progress | None = None,
) -> VectorsReport:
    """Read each task's table once and keep its vectors in the base's folder: no rows.

    Parameters
    ----------
    base : path
        Folder of a knowledge base.
    tasks : sequence of LocalTask
        Where the tables are; those that the base does not know are left out.
    measures : iterable of str, optional
        By default all that the tables have the input of.
    trained : mapping of str to path, optional
        Weights that :func:`train_embedding` wrote, by measure.
    n_rows : int
        SampledRows a table is sampled to.
    random_state : int
        Of that sample, and of the weights of networks that were not trained.
    progress : callable, optional
        Called with tables read and tables in all.

    Raises
    ------
    KnowledgeError
        If the base knows none of the tasks, or none could be read.
    SimilarityError
        If a base can keep nothing of a measure, or no task has its input.
    """
    from warmstart.metadataset.metadataset import MetaDataset

    names = list(KEPT if measures is None else measures)
    for name in names:
        refuse_not_kept(name)
        if name not in KEPT:
            raise SimilarityError(
                f"{name!r} compares what stands in the base's tables already; vectors are "
                f"kept of {', '.join(KEPT)}"
            )
    weights = {name: read_measure(name, Path(path)) for name, path in (trained or {}).items()}
    md = MetaDataset.open(base)
    known = {str(task) for task in md.tasks.index}
    ours = [task for task in tasks if task.task_id in known]
    if not ours:
        raise KnowledgeError(f"none of the {len(tasks)} tasks listed is known to {base}")
    said = md.tasks["description"].fillna("") if "description" in md.tasks else None
    views: dict[str, TaskView] = {}
    problems = {}
    for done, task in enumerate(ours, start=1):
        words = "" if said is None else str(said.get(task.task_id, ""))
        try:
            views[task.task_id] = _view(task, names, words, n_rows, random_state)
        except WarmstartError as error:
            problems[task.task_id] = str(error)
        if progress is not None:
            progress(done, len(ours))
    if not views:
        raise KnowledgeError(f"no table could be read: {next(iter(problems.values()))}")
    found, made = read_known(Path(base)), {}
    for name in names:
        part = MEASURES[name].part
        if measures is None and all(getattr(v, part) is None for v in views.values()):
            continue
        measure = weights.get(name)
        if measure is None and name in TRAINED:
            measure = MEASURES[name].make(random_state=random_state)
        settings = {"n_rows": n_rows, "seed": random_state, "trained": name in weights}
        found = found.with_measure(name, views, measure=measure, settings=settings)
        made[name] = len(found.kept[name].task_ids)
    write_known(found, Path(base))
    missing = tuple(sorted(known - {task.task_id for task in ours}))
    return VectorsReport(n_tasks=made, problems=problems, missing=missing)


def train_embedding(
    name: str,
    tasks: Sequence[LocalTask],
    out: str | Path,
    *,
    apart_from: str | Path | None = None,
    n_steps: int = 400,
    n_rows: int = N_ROWS,
    random_state: int = 0,
    progress: Callable[[int, int, float], None] | None = None,
) -> int:
    """Train a learned measure on tables, and write its weights as plain numbers.

    Answering with them needs no torch.

    Parameters
    ----------
    name : str
        Of :data:`TRAINED`.
    tasks : sequence of LocalTask
        Tables to learn from.
    out : path
        An npz file.
    apart_from : path, optional
        A base whose families are left out: what is told of its tasks is then told by a
        network that saw none of them.
    n_steps, n_rows, random_state :
        Of training; rows of a table's sample; seed of both.
    progress : callable, optional
        Called with steps done, steps in all and the loss.

    Returns
    -------
    int
        Tables it was trained on.

    Raises
    ------
    SimilarityError
        If the measure is not learned, or fewer than two tables are left.
    """
    if name not in TRAINED:
        raise SimilarityError(f"{name!r} is not trained; {' and '.join(TRAINED)} are")
    if apart_from is not None:
        from warmstart.metadataset.metadataset import MetaDataset

        families = set(MetaDataset.open(apart_from).families.astype(str))
        tasks = [task for task in tasks if task.family not in families]
    tables: list[SampledRows] = []
    for task in tasks:
        try:
            rows = _view(task, [name], "", n_rows, random_state).rows
        except WarmstartError:  # a table that cannot be read teaches nothing
            continue
        if rows is not None:
            tables.append(rows)
    measure = MEASURES[name].make(random_state=random_state)
    write_measure(measure.train(tables, n_steps=n_steps, progress=progress), Path(out))
    return len(tables)


def _view(
    task: LocalTask, names: Sequence[str], words: str, n_rows: int, random_state: int
) -> TaskView:
    from warmstart.datasets.load import load_dataset

    dataset: Any = load_dataset(
        task.path, target=task.target, task_type=task.task_type, groups=task.groups or None
    )
    return view_of(
        dataset,
        names=names,
        description=" ".join(one for one in (task.name, words) if one),
        n_rows=n_rows,
        random_state=random_state,
    )
