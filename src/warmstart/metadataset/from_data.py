"""A meta-dataset of what is at hand: a table of scores, a history in a frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.metadataset.core import from_frames as inputs
from warmstart.metadataset.core.configurations import (
    from_given,
    names,
)
from warmstart.metadataset.core.core import Views
from warmstart.metadataset.core.evaluations import MatrixEvaluations
from warmstart.metadataset.core.score_matrix import FAILED, OK, ScoreMatrix

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True, eq=False, repr=False)
class FromData(Views):
    """Makes a meta-dataset of frames."""

    @classmethod
    def from_matrix(
        cls,
        scores: pd.DataFrame,
        *,
        higher_is_better: bool = True,
        costs: pd.DataFrame | None = None,
        metafeatures: pd.DataFrame | None = None,
        configurations: pd.DataFrame | Mapping[Any, Mapping[str, Any]] | None = None,
        families: pd.Series[Any] | Mapping[Any, Any] | None = None,
        tasks: pd.DataFrame | None = None,
        metric: str = "score",
    ) -> Self:
        """Make a meta-dataset from a table of scores.

        Parameters
        ----------
        scores : DataFrame, shape (n_tasks, n_configs)
            Indexed by task id, one column a configuration id; NaN where not evaluated.
        higher_is_better : bool
            False for a loss or an error, which changes sign on entry.
        costs : DataFrame, shape (n_tasks, n_configs), optional
            Seconds, with the ids of `scores`. A cost without a score is a failed run's.
        metafeatures : DataFrame, optional
            Indexed by task id, any subset of the tasks.
        configurations : DataFrame or mapping, optional
            Values of each configuration id; missing where a hyperparameter is not active.
        families : Series or mapping, optional
            Task id to family, any subset of the tasks. Tasks of one family are never split
            across training and test.
        tasks : DataFrame, optional
            More columns of :attr:`tasks`, indexed by task id.
        metric : str
            What the scores measure.

        Raises
        ------
        MetaDatasetError
            If shapes or ids disagree, an id occurs twice, a task has no score, or a score
            is infinite; the message names them.
        """
        values = inputs.score_matrix(scores)
        prices = inputs.cost_matrix(costs, scores.index, scores.columns)
        status = np.where(np.isnan(values), 0, OK).astype(np.uint8)
        if prices is not None:
            status[np.isnan(values) & ~np.isnan(prices)] = FAILED
        # 0.0 - x rather than -x: no score is a negative zero.
        matrix = ScoreMatrix(values if higher_is_better else 0.0 - values, status, prices)
        return cls.from_parts(
            scores.index,
            MatrixEvaluations({metric: matrix}, names(scores.index), names(scores.columns)),
            from_given(configurations, scores.columns),
            metafeatures=metafeatures,
            families=families,
            tasks=tasks,
        )

    @classmethod
    def from_evaluations(
        cls,
        frame: pd.DataFrame,
        *,
        task: str = "task_id",
        score: str = "score",
        higher_is_better: bool = True,
        parameters: Sequence[str] = (),
        cost_s: str | None = None,
        metafeatures: pd.DataFrame | None = None,
        families: pd.Series[Any] | Mapping[Any, Any] | None = None,
        tasks: pd.DataFrame | None = None,
        configuration: str | None = None,
        space: str = "history",
        metric: str = "score",
    ) -> Self:
        """Make a meta-dataset from a history of one row an evaluation.

        The tasks need not share any configuration. Runs of the same configuration on the
        same task are averaged; a run whose score is NaN is one that failed.

        Parameters
        ----------
        frame : DataFrame
            One row an evaluation.
        task, score : str
            Columns that hold the task id and the score.
        higher_is_better : bool
            False for a loss or an error, which changes sign on entry.
        parameters : sequence of str
            Columns that hold hyperparameters; missing where one is not active.
        cost_s : str, optional
            Column that holds the seconds a run took.
        metafeatures, families, tasks :
            As in :meth:`from_matrix`.
        configuration : str, optional
            Column that holds a configuration id; without it equal values are one
            configuration, whose id is the hash of `space` and values.
        space, metric : str
            Names of the configuration space and of what the scores measure.

        Raises
        ------
        MetaDatasetError
            If a column is missing, a task has no score, or a score is infinite.
        """
        from warmstart.metadataset.history_rows import read_history

        history = read_history(
            frame,
            task=task,
            score=score,
            higher_is_better=higher_is_better,
            parameters=parameters,
            cost_s=cost_s,
            configuration=configuration,
            space=space,
            metric=metric,
        )
        return cls.from_parts(
            history.task_ids,
            history.evaluations,
            history.configurations,
            metafeatures=metafeatures,
            families=families,
            tasks=tasks,
        )
