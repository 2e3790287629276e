"""What may be compared of a dataset at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warmstart.similarity.known.measures import MEASURES
from warmstart.similarity.quantiles import SENTENCE, TITLE
from warmstart.similarity.task_view import TaskView, sample_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from warmstart.datasets.dataset import Dataset

N_ROWS = 256
"""SampledRows of a table that are sampled for measures that compare rows."""


def text_of(
    description: str | None, dataset: Dataset | None, *, columns: bool = True
) -> str | None:
    """Title, description and names of columns as one text; None where there is none.

    Parameters
    ----------
    description : str, optional
        What a person says of the data.
    dataset : Dataset, optional
        Its name and the names of its columns count too.
    columns : bool
        Whether these do.
    """
    parts = [description or ""]
    if dataset is not None:
        parts.append(dataset.name)
        parts += [str(one.name) for one in dataset.schema.columns] if columns else []
    text = " ".join(part for part in parts if part).strip()
    return text or None


def view_of(
    dataset: Dataset | None,
    *,
    names: Iterable[str],
    description: str | None = None,
    metafeatures: pd.Series[Any] | None = None,
    n_rows: int = N_ROWS,
    random_state: int = 0,
) -> TaskView:
    """All that some measures compare of a dataset.

    Parameters
    ----------
    dataset : Dataset, optional
        None where there is no data yet.
    names : iterable of str
        Measures.
    description : str, optional
        What a person says of the data.
    metafeatures : Series, optional
        Of the dataset.
    n_rows : int
        SampledRows to sample, as the known tasks' were.
    random_state : int
        Seed of the sample.
    """
    names = tuple(names)
    parts = {MEASURES[name].part for name in names}
    rows = images = labels = None
    if dataset is not None:
        if "rows" in parts:
            rows = sample_rows(
                dataset.X,
                dataset.y,
                is_classification=dataset.task_type != "regression",
                n_rows=n_rows,
                random_state=random_state,
            )
        if "images" in parts and dataset.images is not None:
            images, labels = dataset.images, dataset.y.to_numpy()
    return TaskView(
        metafeatures=metafeatures,
        rows=rows,
        images=images,
        labels=labels,
        text=text_of(description, dataset, columns=not {TITLE, SENTENCE} & set(names)),
    )
