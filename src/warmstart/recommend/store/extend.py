"""One more study for what a recommender knows, without fitting it anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.models.completion.sharing import MAX_CANDIDATES
from warmstart.models.pmf.incremental import believed, transferred, widened, with_task
from warmstart.recommend.base.fitted import Fitted
from warmstart.recommend.base.fitting import caps_of, find_relatives_of, readable
from warmstart.recommend.history.training_scores import score_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.models.pmf.pmf import PMF

Array = np.ndarray[Any, np.dtype[np.float64]]

_FEW = 10
"""Known tasks below which fitting anew costs little and how far tasks are apart is at stake."""


def extended(
    fitted: Fitted,
    added: MetaDataset,
    *,
    metric: str | None,
    task_type: str | None,
    random_state: int = 0,
) -> Fitted | None:
    """What is known, with the tasks of `added` folded in.

    Parameters
    ----------
    fitted : Fitted
        What is known of the kind of task.
    added : MetaDataset
        Tasks that are not known yet.
    metric : str, optional
        A recorded metric.
    task_type : str, optional
        "classification" or "regression"; None where tasks do not say.
    random_state : int

    Returns
    -------
    Fitted or None
        None where it must be fitted anew: few tasks are known, of which one more changes
        what is believed of all, a task is known already, its errors are in other units, or
        there would be more configurations than are kept of an unaligned history.
    """
    if fitted.table.n_tasks < _FEW:
        return None
    new = score_table(added, metric, task_type)
    measured = added.table(metric, configurations=new.configuration_ids, task_type=task_type)
    if len(new.task_ids.intersection(fitted.table.task_ids)) or fitted.in_target_units:
        return None
    fresh = [c for c in new.configuration_ids if c not in fitted.table.configuration_ids]
    values = [added.configuration(c) for c in fresh]
    called = zip(values, added.learners.loc[fresh], added.spaces.loc[fresh], strict=True)
    points = [fitted.known.point(v, learner=a, space=b).values for v, a, b in called]
    if fitted.unaligned is not None and fitted.table.n_configs + len(fresh) > MAX_CANDIDATES:
        return None
    pmf, chooser = fitted.pmf, fitted.chooser
    if fresh:
        weights, unexplained = fitted.fold_in.weights(points)
        pmf, chooser = (widened(m, weights, unexplained) for m in (pmf, chooser))
    table = joined(fitted.table, new)
    features = None
    if fitted.unaligned is not None:
        features = fitted.unaligned.encoder.transform([*fitted.known.points, *points])
    regrets = new.regret()
    places = table.configuration_ids.get_indexer(new.configuration_ids)
    for row, task in enumerate(new.task_ids):
        known = np.flatnonzero(np.isfinite(new.scores[row]))
        phi = None
        if new.metafeatures is not None and task in new.metafeatures.index:
            phi = new.metafeatures.loc[task]
        observed = {int(places[k]): float(new.scores[row, k]) for k in known}
        missed = {int(places[k]): -float(regrets[row, k]) for k in known}

        def longer(model: PMF, scores: Mapping[int, float], phi: Any, row: int) -> PMF:
            if features is not None and model.kernel_ is not None:
                task = transferred(model, model.kernel_, scores, features)
            else:
                task = believed(model, scores, metafeatures=phi, random_state=random_state)
            n_tasks = fitted.table.n_tasks + row
            return with_task(model, task, n_tasks=n_tasks, metafeatures=phi)

        pmf, chooser = longer(pmf, observed, phi, row), longer(chooser, missed, phi, row)
    unaligned = fitted.unaligned
    if unaligned is not None:
        history = joined(unaligned.history, new)
        unaligned = replace(
            unaligned,
            history=history,
            columns=history.configuration_ids.get_indexer(table.configuration_ids),
        )
    learners = [
        str(learner or given.get("learner", ""))
        for learner, given in zip(added.learners.loc[fresh], values, strict=True)
    ]
    before = ScoreTable(
        scores=fitted.measured,
        task_ids=fitted.table.task_ids,
        configuration_ids=fitted.table.configuration_ids,
        families=fitted.table.families,
    )
    return replace(
        fitted,
        table=table,
        measured=joined(before, measured).scores,
        models=fitted.models.renewed(table, pmf, chooser),
        configurations=(*fitted.configurations, *values),
        learners=(*fitted.learners, *learners),
        spaces=(*fitted.spaces, *added.spaces.loc[fresh]),
        names={**fitted.names, **readable(added.tasks.loc[new.task_ids])},
        caps={**fitted.caps, **caps_of(added.tasks)},
        relatives=find_relatives_of(table),
        unaligned=unaligned,
        notes=fitted.notes if unaligned is None else (unaligned.note(),),
    )


def joined(known: ScoreTable, new: ScoreTable) -> ScoreTable:
    """Two tables of different tasks as one: their tasks and configurations in order.

    Parameters
    ----------
    known : ScoreTable
    new : ScoreTable
        Of other tasks.
    """
    ids = known.configuration_ids.append(
        new.configuration_ids.difference(known.configuration_ids, sort=False)
    )
    places = ids.get_indexer(new.configuration_ids)
    shape = known.n_tasks + new.n_tasks, len(ids)

    def stacked(above: Array | None, below: Array | None) -> Array | None:
        if above is None and below is None:
            return None
        both = np.full(shape, np.nan)
        if above is not None:
            both[: known.n_tasks, : known.n_configs] = above
        if below is not None:
            both[known.n_tasks :, places] = below
        return both

    scores = stacked(known.scores, new.scores)
    assert scores is not None
    phi = [m for m in (known.metafeatures, new.metafeatures) if m is not None]
    configurations = None
    if known.configurations is not None and new.configurations is not None:
        configurations = pd.concat([known.configurations, new.configurations])
        configurations = configurations[~configurations.index.duplicated()].loc[ids]
    return ScoreTable(
        scores=scores,
        task_ids=known.task_ids.append(new.task_ids),
        configuration_ids=ids,
        metafeatures=pd.concat(phi) if phi else None,
        costs=stacked(known.costs, new.costs),
        families=np.concatenate([known.families, new.families]),
        metric=known.metric,
        configurations=configurations,
    )
