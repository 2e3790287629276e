"""A learner that surfaces know and a base does not: its default begins a search of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warmstart.errors import MissingExtraError
from warmstart.models.surfaces.store import SurfaceStore
from warmstart.spaces.pipelines.learners import LEARNERS
from warmstart.spaces.pipelines.legality import why_illegal

if TYPE_CHECKING:
    from warmstart.domain import Schema
    from warmstart.models.surfaces.own import OwnSurfaces
    from warmstart.recommend.base.fitted import Fitted


def default_of_surfaces(
    store: SurfaceStore | OwnSurfaces | None,
    fitted: Fitted,
    space: Any,
    schema: Schema | None,
) -> dict[str, Any] | None:
    """The library's default of the one learner asked for; None where the base knows it.

    None too where it has no surfaces in the metric, or is not legal for the data: the base
    then says what it has.

    Parameters
    ----------
    store : SurfaceStore
        Recorded surfaces.
    fitted : Fitted
        What is known of the kind of task.
    space : str or iterable of str, optional
        As asked for.
    schema : Schema, optional
        Of the dataset.

    Raises
    ------
    MissingExtraError
        If the learner is not installed.
    """
    names = [space] if isinstance(space, str) else list(space or ())
    if len(names) != 1 or not isinstance(store, SurfaceStore):
        return None
    (name,) = names
    metric = fitted.table.metric
    if name not in LEARNERS or name in fitted.learners or metric is None:
        return None
    box = store.box(name)
    if box is None or store.sources(name, metric) is None:
        return None
    if not LEARNERS[name].installed:
        raise MissingExtraError(LEARNERS[name].package, LEARNERS[name].extra)
    from warmstart.models.surfaces.boxes import PREPARATION

    own = {**dict(box.fixed), **{axis.name: axis.default for axis in box.axes}}
    values = {
        "learner": name,
        "encoding": "ordinal",
        **PREPARATION,
        **{f"{box.prefix}{key}": value for key, value in own.items()},
    }
    illegal = schema is not None and why_illegal(values, schema) is not None
    return None if illegal else values
