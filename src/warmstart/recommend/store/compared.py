"""By what a new task is compared with the known ones, and all that is known of it for that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from warmstart.errors import SimilarityError
from warmstart.recommend.base.fitting import PLAIN, By
from warmstart.similarity.quantiles import METAFEATURES, SIZE, TITLE

if TYPE_CHECKING:
    from warmstart.datasets.dataset import Dataset
    from warmstart.models.protocols import PerformanceModel
    from warmstart.recommend.store.store import Store


def measures_asked(store: Store, similarity: str, *, data: Any, description: str | None) -> By:
    """The measures that a question means.

    Parameters
    ----------
    store : Store
        A base; its folder says which measures it keeps vectors of.
    similarity : str
        Of :data:`~warmstart.recommend.question.arguments.SIMILARITIES`.
    data, description :
        What is known of the new task.

    Raises
    ------
    SimilarityError
        If a measure lacks its input, or a base can keep nothing of it.
    """
    from warmstart.similarity.known.measures import MEASURES, refuse_not_kept

    if similarity != "mix":
        refuse_not_kept(similarity)
        titles = similarity == "text" and (data is None or "text" not in store.known.measures)
        return (TITLE,) if titles else (similarity,)
    if data is None:
        if description is None:
            raise SimilarityError(
                'similarity="mix" compares all that is known of a task; pass the data or a '
                "description"
            )
        return (SIZE, TITLE)
    kept = [name for name in store.known.measures if name != TITLE]
    # Images are compared where there are some; rows and names every table has.
    images = getattr(data, "images", None) is not None
    able = [n for n in kept if images or MEASURES[n].part != "images"]
    return (*PLAIN, *able)


def describe_by(
    store: Store,
    by: By,
    *,
    dataset: Dataset | None,
    description: str | None,
    metafeatures: pd.Series[Any] | None,
    n_rows: float | None,
    n_classes: float | None,
) -> pd.Series[Any]:
    """A new task's meta-features, and beside them what other measures compare.

    Parameters
    ----------
    store : Store
    by : tuple of str
        Measures, as :func:`measures_asked` gives them.
    dataset, description, metafeatures :
        What is known of the task.
    n_rows, n_classes : float, optional
        As far as they are known.

    Raises
    ------
    SimilarityError
        If the task lacks what a measure compares.
    KnowledgeError
        If the base keeps no vectors of a measure.
    """
    from warmstart.similarity.known.views import N_ROWS, view_of

    names = [name for name in by if name not in (METAFEATURES, SIZE)]
    view = view_of(
        dataset,
        names=names,
        description=description,
        metafeatures=metafeatures,
        n_rows=store.known.n_rows(tuple(names)) or N_ROWS,
    )
    return store.known.describe(by, view, n_rows=n_rows, n_classes=n_classes)


def comparing_by(method: PerformanceModel, by: By) -> PerformanceModel:
    """A method that ranks by near tasks, which finds them by these measures.

    Parameters
    ----------
    method : PerformanceModel
        Not fitted; any other is left as it is.
    by : tuple of str
        Measures.
    """
    from warmstart.models.rankings.by_similarity import RankedBySimilarity
    from warmstart.similarity.known.by_columns import ByColumns

    if not isinstance(method, RankedBySimilarity):
        return method
    return replace(method, similarity=ByColumns(by=by), fitted_=False)
