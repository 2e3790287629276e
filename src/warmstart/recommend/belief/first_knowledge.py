"""What a look measured, as first knowledge of a search."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from warmstart.errors import KnowledgeError
from warmstart.recommend.look.result import Look

if TYPE_CHECKING:
    from warmstart.models.pmf.posterior import PMFPosterior
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.history.identity import Point

_PER_DOUBLING = 0.05
"""Standard deviation, in the logarithm of the loss, of what twice the rows change."""


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

    A search fits to all rows, and a look may have seen a part: what more rows change is
    error too.

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
    doublings = math.log2(max(n_rows or 1, look.n_rows) / look.n_rows)
    mixture = posterior.mixture
    for one in look.measurements:
        at = place.get(fitted.known.columns.get(one.configuration_id, -1))
        if at is None:
            continue
        if one.status != "ok":
            worst = float(mixture.mean().max())
            mixture.tell(at, worst, float(mixture.std()[at]) ** 2)
            continue
        value = posterior.response(one.score / scale)
        error = one.score_std / scale / math.exp(value)
        mixture.tell(at, value, error**2 + (_PER_DOUBLING * doublings) ** 2)
