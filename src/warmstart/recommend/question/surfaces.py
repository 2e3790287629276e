"""Which surfaces lead a search: of its learner, in its metric, without what is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.models.surfaces.own import ENOUGH, OwnSurfaces

if TYPE_CHECKING:
    from warmstart.models.surfaces.sources import Sources
    from warmstart.models.surfaces.store import SurfaceStore
    from warmstart.recommend.question.search_question import Question


def sources_for(store: SurfaceStore | OwnSurfaces | None, question: Question) -> Sources | None:
    """What leads a search anywhere in a learner's space; None where nothing can.

    A pool of one's own, a look, a time budget, groups or time, and a model that was named
    ask for what surfaces know nothing of.

    Parameters
    ----------
    store : SurfaceStore
        Recorded surfaces.
    question : Question
        What the search is about.
    """
    learners = set(question.learners)
    if (
        store is None
        or not question.of_base
        or len(learners) != 1
        or question.metric is None
        or question.model != "pmf"
        or question.look is not None
        or question.time_budget_s is not None
        or question.resampling != "random"
        or (box := store.box(*learners)) is None
    ):
        return None
    gone = {*map(str, question.excluded), *question.left_out}
    return store.sources(box.learner, question.metric, gone)


def note_few(sources: Sources | None) -> tuple[str, ...]:
    """What the number of studies that lead does not allow, if anything."""
    n = ENOUGH if sources is None else sources.n_tasks
    if n >= ENOUGH:
        return ()
    return (f"{n} earlier studies lead the search; {ENOUGH} or more lead better",)


def names_left_out(exclude: Any) -> tuple[str, ...]:
    """What ``exclude=`` names, as text.

    Examples
    --------
    >>> names_left_out("iris"), names_left_out([31, "iris"]), names_left_out(None)
    (('iris',), ('31', 'iris'), ())
    """
    if exclude is None:
        return ()
    wanted = [exclude] if np.isscalar(exclude) else list(exclude)
    return tuple(map(str, wanted))
