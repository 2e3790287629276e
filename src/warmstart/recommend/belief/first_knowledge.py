"""What a look measured, as first knowledge of a search."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from warmstart.errors import KnowledgeError
from warmstart.models.log_loss import fall_of_rows
from warmstart.recommend.look.result import Look

if TYPE_CHECKING:
    from warmstart.datasets.dataset import Dataset
    from warmstart.models.pmf.posterior import PMFPosterior
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.history.identity import Point

_PER_DOUBLING = 0.05
"""Standard deviation, in the logarithm of the loss, of what twice the rows change."""

_SAME = 0.5
"""Share of common content from which a look and a search are taken to be of one dataset."""


def check_first_look(look: object, metric: str | None) -> Look | None:
    """Return a look that a search in `metric` can begin from; None where there is none.

    Parameters
    ----------
    look : Look, optional
        What was measured on the same data.
    metric : str, optional
        A recorded metric.

    Raises
    ------
    TypeError
        If it is no look.
    KnowledgeError
        If it measured another metric.
    """
    if look is None:
        return None
    if not isinstance(look, Look):
        raise TypeError(
            f"look is what the `look` of suggestions holds, got {type(look).__name__}"
        )
    if look.metric != metric:
        raise KnowledgeError(
            f"the look measured {look.metric}, the search is by {metric}; look again with "
            f"metric={metric!r}"
        )
    return look


def notes_on_first_look(look: Look | None, dataset: Dataset | None) -> list[str]:
    """Whether a look was at other data than a search is for.

    Parameters
    ----------
    look : Look, optional
        That the search begins from.
    dataset : Dataset, optional
        Of the search.
    """
    if look is None or dataset is None or not look.fingerprint:
        return []
    from warmstart.datasets.fingerprints.fingerprint import similarity

    share = similarity(dataset.fingerprint, look.fingerprint)
    if share >= _SAME:
        return []
    return [
        f"The look was at other data ({100 * share:.0f} % alike); what it measured counts as "
        "if it had been measured here."
    ]


def tell_look(
    posterior: PMFPosterior,
    look: Look,
    fitted: Fitted,
    points: Sequence[Point],
    *,
    scale: float,
    n_rows: int | None,
) -> None:
    """Condition a belief on what was measured, each score with its error.

    A search fits to all rows, and a look may have seen a part: more rows make the loss
    fall, and by how much differs between configurations.

    Parameters
    ----------
    posterior : PMFPosterior
        Over `points`; is told.
    points : sequence of Point
    scale : float
        What scores of the model are multiplied by to be in the metric.
    n_rows : int, optional
        Rows of the whole dataset.
    """
    place = {point.column: at for at, point in enumerate(points) if point.column >= 0}
    ratio = max(n_rows or 1, look.n_rows) / look.n_rows
    doublings, (fall, _) = math.log2(ratio), fall_of_rows(ratio)
    mixture = posterior.mixture
    for one in look.measurements:
        at = place.get(fitted.known.columns.get(one.configuration_id, -1))
        if at is None:
            continue
        if one.status != "ok":
            worst = float(mixture.mean().max())
            mixture.tell(at, worst, float(mixture.std()[at]) ** 2)
            continue
        likely = one.likely if math.isfinite(one.likely) else one.score
        std = one.likely_std if math.isfinite(one.likely_std) else one.score_std
        value = posterior.response(likely / scale)
        error = std / scale / math.exp(value)
        value -= fall
        mixture.tell(at, value, error**2 + (_PER_DOUBLING * doublings) ** 2)
