"""How the configurations of one learner did, each against the best of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.domain import plain_value
from warmstart.metadataset.core.score_table import Floats, normalised_regret
from warmstart.recommend.history.training_scores import score_table, target_scales

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset


class Estimate(NamedTuple):
    """A mean over families and how sure it is."""

    mean: float
    std_error: float
    """Of the mean, over families; NaN of a single one."""


def over_families(values: Floats) -> Estimate:
    """Mean and standard error of one value a family; NaN, of which nothing is known, left out.

    Examples
    --------
    >>> over_families(np.array([1.0, 2.0, 3.0, np.nan]))
    Estimate(mean=2.0, std_error=0.5773502691896258)
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return Estimate(np.nan, np.nan)
    error = float(known.std(ddof=1)) / len(known) ** 0.5 if len(known) > 1 else np.nan
    return Estimate(float(known.mean()), error)


@dataclass(frozen=True, kw_only=True, eq=False)
class LearnerScores:
    """One learner, one type of task, one metric."""

    learner: str
    task_type: str
    metric: str

    regret: Floats
    """Normalised within the learner, shape (n_tasks, n_configs): 0 is its best known
    configuration on the task, 1 its worst, a failure, or one that was not tried."""

    loss: Floats
    """Score lost against that best, in units of the metric; NaN where not tried."""

    in_target_stds: bool
    """Whether losses are in standard deviations of the target: errors in its units."""

    families: NDArray[Any]
    """Shape (n_tasks,)."""

    configuration_ids: tuple[Any, ...]
    configurations: tuple[Mapping[str, Any], ...]
    """Plain values of each, without the learner's name."""

    @property
    def n_configs(self) -> int:
        """Number of configurations."""
        return len(self.configuration_ids)

    @property
    def n_tasks(self) -> int:
        """Number of tasks."""
        return len(self.families)

    @cached_property
    def family_means(self) -> Floats:
        """What averages tasks to families, shape (n_families, n_tasks); rows sum to 1."""
        codes, names = pd.factorize(self.families)
        members = np.zeros((len(names), len(codes)))
        members[codes, np.arange(len(codes))] = 1.0
        means: Floats = members / members.sum(axis=1, keepdims=True)
        return means

    @property
    def n_families(self) -> int:
        """Number of families; each counts the same, however many tasks it has."""
        return len(self.family_means)

    def hyperparameters(self) -> tuple[str, ...]:
        """Those of which more than one value was tried."""
        names = dict.fromkeys(name for values in self.configurations for name in values)
        return tuple(
            name
            for name in names
            if len({repr(v[name]) for v in self.configurations if name in v}) > 1
        )


def scores_by_learner(md: MetaDataset, metric: str, task_type: str) -> list[LearnerScores]:
    """The scores of a base, learner by learner, most configurations first.

    Parameters
    ----------
    md : MetaDataset
    metric : str
        One of ``md.metrics``.
    task_type : str
        "binary", "multiclass" or "regression".

    Returns
    -------
    list of LearnerScores
        A task counts for a learner of which at least two configurations were tried on it;
        a learner without such tasks is left out.

    Raises
    ------
    MetaDatasetError
        If no task of the type has a score in the metric.
    """
    table = score_table(md, metric, task_type)
    ids = table.configuration_ids
    configurations = [md.configuration(one) for one in ids]
    named = md.learners.loc[ids].to_list()
    spaces = md.spaces.loc[ids].to_list()
    learners = np.array(
        [
            str(learner or values.get("learner") or space)
            for learner, values, space in zip(named, configurations, spaces, strict=True)
        ],
        object,
    )
    in_stds = bool(target_scales(md.table(metric, task_type=task_type), metric))
    found = []
    for learner in pd.Series(learners).value_counts(sort=True).index:
        columns = np.flatnonzero(learners == learner)
        scores = table.scores[:, columns]
        rows = np.flatnonzero(np.isfinite(scores).sum(axis=1) >= 2)
        if not len(rows):
            continue
        scores = scores[rows]
        found.append(
            LearnerScores(
                learner=str(learner),
                task_type=task_type,
                metric=metric,
                regret=np.nan_to_num(normalised_regret(scores), nan=1.0),
                loss=np.nanmax(scores, axis=1, keepdims=True) - scores,
                in_target_stds=in_stds,
                families=table.families[rows],
                configuration_ids=tuple(plain_value(one) for one in ids[columns]),
                configurations=tuple(_without_learner(configurations[k]) for k in columns),
            )
        )
    return found


def _without_learner(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: plain_value(v) for k, v in values.items() if k != "learner"}
