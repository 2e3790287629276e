"""A meta-dataset: the evaluations of many tasks, viewed as tasks x configurations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.errors import MetaDatasetError
from warmstart.metadataset import inputs
from warmstart.metadataset.configurations import (
    Configurations,
    from_given,
    plain,
    refuse_duplicates,
    refuse_unknown,
    some,
)
from warmstart.metadataset.history import read_history
from warmstart.metadataset.runs import (
    FAILED,
    OK,
    STATUSES,
    Evaluations,
    Layer,
    MatrixEvaluations,
)
from warmstart.metadataset.table import Floats, ScoreTable

if TYPE_CHECKING:
    from typing_extensions import Self

_CLASSIFICATION = frozenset({"binary", "multiclass"})


@dataclass(frozen=True, eq=False, repr=False)
class MetaDataset:
    """Evaluations of configurations on many tasks, with what is known of both.

    Make one with :meth:`from_matrix`, :meth:`from_evaluations`, :meth:`published` or
    :meth:`open`. Labels stay as they were given: integer task ids stay integers.

    Examples
    --------
    >>> scores = pd.DataFrame({"a": [0.9, 0.7], "b": [0.8, np.nan]}, index=[3, 31])
    >>> md = MetaDataset.from_matrix(scores)
    >>> md
    MetaDataset(2 tasks x 2 configurations, metrics: score)
    >>> md.matrix().loc[31, "a"]
    np.float64(0.7)
    >>> md.drop(tasks=[3]).table().scores
    array([[0.7, nan]])
    """

    tasks: pd.DataFrame
    """One row a task, indexed by task id: name, family, task_type, metric_default, …"""

    metafeatures: pd.DataFrame
    """One column a meta-feature, indexed by task id; tasks without any have no row."""

    _configurations: Configurations
    _evaluations: Evaluations
    _rows: NDArray[np.intp]
    """Position of each task in the evaluations."""

    info: Mapping[str, Any]
    """Where the meta-dataset comes from: sources, licences, notes."""

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
        layer = Layer(values if higher_is_better else 0.0 - values, status, prices)
        return cls.from_parts(
            scores.index,
            MatrixEvaluations({metric: layer}, names(scores.index), names(scores.columns)),
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

    @classmethod
    def from_parts(
        cls,
        task_ids: pd.Index,
        evaluations: Evaluations,
        configurations: Configurations,
        *,
        metafeatures: pd.DataFrame | None = None,
        families: pd.Series[Any] | Mapping[Any, Any] | None = None,
        tasks: pd.DataFrame | None = None,
        info: Mapping[str, Any] | None = None,
    ) -> Self:
        """Put evaluations read elsewhere together with what is known of their tasks.

        The other arguments are those of :meth:`from_matrix`; `info` says where all comes
        from.
        """
        described = pd.DataFrame(index=task_ids)
        if tasks is not None:
            refuse_duplicates("tasks", tasks.index)
            refuse_unknown("tasks", "task", tasks.index, task_ids)
            described = tasks.reindex(task_ids)
        family = inputs.family_series(families, task_ids)
        described = described.assign(family=family.to_numpy())
        for name, value in (
            ("metric_default", evaluations.metrics[0]),
            ("task_type", ""),
            ("name", names(task_ids)),
        ):
            if name not in described:
                described.insert(0, name, value)
        known = inputs.metafeature_frame(metafeatures, task_ids)
        return cls(
            tasks=described,
            metafeatures=pd.DataFrame(index=task_ids[:0]) if known is None else known,
            _configurations=configurations,
            _evaluations=evaluations,
            _rows=np.arange(len(task_ids)),
            info=dict(info or {}),
        )

    @classmethod
    def published(cls, name: str, *, cache: str | Path | None = None) -> Self:
        """Fetch a public table of evaluations; see :mod:`warmstart.histories.published`.

        Parameters
        ----------
        name : {"oboe", "tensor-oboe", "pmf", "lcdb"}
        cache : path, optional
            Folder to keep it in, the user's cache folder by default; fetched only once.

        Raises
        ------
        HistoryError
            If there is no such table, or it cannot be fetched.
        """
        from warmstart.metadataset.public import fetch

        return cls.open(fetch(name, cache))

    @classmethod
    def open(cls, path: str | Path, *, verify: bool = False) -> Self:
        """Open a meta-dataset that :meth:`save` or a build wrote.

        Parameters
        ----------
        path : path
            The folder.
        verify : bool
            Also compare every file with the digest the manifest holds.

        Raises
        ------
        MetaDatasetError
            If the folder holds no meta-dataset, one of another schema version, or files
            that differ from their digests.
        """
        from warmstart.metadataset import store

        parts = store.read(Path(path), verify=verify)
        return cls(
            tasks=parts.tasks,
            metafeatures=parts.metafeatures,
            _configurations=parts.configurations,
            _evaluations=parts.evaluations,
            _rows=np.arange(len(parts.tasks)),
            info=parts.info,
        )

    def save(self, path: str | Path) -> Path:
        """Write the folder of Parquet tables that :meth:`open` reads.

        The same meta-dataset always gives the same bytes.

        Raises
        ------
        MetaDatasetError
            If `path` holds something other than a meta-dataset, or the ids are neither
            all text nor all integers.
        """
        from warmstart.metadataset import store

        return store.write(self, Path(path))

    @property
    def configurations(self) -> pd.DataFrame:
        """One row a configuration, one column a hyperparameter; missing where not active."""
        return self._configurations.frame

    @property
    def configuration_ids(self) -> pd.Index:
        """Ids of the configurations, in the order of the columns of :meth:`matrix`."""
        return self._configurations.ids

    @property
    def learners(self) -> pd.Series[Any]:
        """Learner of each configuration; empty text where unknown."""
        return self._named("learner", self._configurations.learners)

    @property
    def spaces(self) -> pd.Series[Any]:
        """Configuration space of each configuration; empty text where unknown."""
        return self._named("space", self._configurations.spaces)

    def _named(self, name: str, values: Sequence[str]) -> pd.Series[Any]:
        filled = list(values) or [""] * len(self.configuration_ids)
        return pd.Series(filled, index=self.configuration_ids, name=name, dtype=object)

    @property
    def families(self) -> pd.Series[Any]:
        """Family of each task; its own task id where unknown."""
        return self.tasks["family"]

    @property
    def metrics(self) -> tuple[str, ...]:
        """Metrics the evaluations are measured in."""
        return self._evaluations.metrics

    def configuration(self, configuration_id: Any) -> dict[str, Any]:
        """Plain values of one configuration.

        Raises
        ------
        MetaDatasetError
            If there is no such configuration.
        """
        position = self.configuration_ids.get_indexer(pd.Index([configuration_id]))[0]
        if position < 0:
            raise MetaDatasetError(f"there is no configuration {plain(configuration_id)!r}")
        return self._configurations.values(int(position))

    def matrix(self, metric: str | None = None, task_type: str | None = None) -> pd.DataFrame:
        """Scores, one row a task and one column a configuration.

        Parameters
        ----------
        metric : str, optional
            One of :attr:`metrics`; without it each task's own ``metric_default``.
        task_type : str, optional
            Only tasks of this type: "binary", "multiclass", "regression", or
            "classification" for both of the first.

        Returns
        -------
        DataFrame, shape (n_tasks, n_configs)
            Higher is better; NaN where not evaluated or failed, see :meth:`status`.

        Raises
        ------
        MetaDatasetError
            If no evaluation is measured in `metric`.
        """
        return self._frame(self.layer(metric).scores, task_type)

    def costs(self, metric: str | None = None, task_type: str | None = None) -> pd.DataFrame:
        """Seconds each evaluation took, in the shape of :meth:`matrix`; NaN where unknown."""
        layer = self.layer(metric)
        costs = layer.costs
        return self._frame(
            np.full(layer.scores.shape, np.nan) if costs is None else costs, task_type
        )

    def status(self, metric: str | None = None, task_type: str | None = None) -> pd.DataFrame:
        """How each evaluation ended, in the shape of :meth:`matrix`.

        "ok", "failed", "timeout", "memout", "pruned" or "running"; empty text where a
        configuration was not tried.
        """
        return self._frame(np.array(STATUSES, object)[self.layer(metric).status], task_type)

    def evaluations(self, metric: str | None = None) -> pd.DataFrame:
        """One row for each configuration tried on a task.

        Returns
        -------
        DataFrame
            Columns task_id, configuration_id, score, cost_s, status.
        """
        layer = self.layer(metric)
        tasks, configs = np.nonzero(layer.status)
        costs = layer.costs
        return pd.DataFrame(
            {
                "task_id": self.tasks.index[tasks],
                "configuration_id": self.configuration_ids[configs],
                "score": layer.scores[tasks, configs],
                "cost_s": np.nan if costs is None else costs[tasks, configs],
                "status": np.array(STATUSES, object)[layer.status[tasks, configs]],
            }
        )

    def layer(self, metric: str | None = None) -> Layer:
        """Scores, status codes and costs of all tasks as plain arrays, see :meth:`matrix`."""
        if metric is not None and metric not in self.metrics:
            raise MetaDatasetError(
                f"no evaluation is measured in {metric!r}; there are {some(self.metrics)}"
            )
        chosen = np.full(len(self.tasks), metric or "", object)
        if metric is None:
            default = self.tasks["metric_default"].to_numpy(object)
            known = np.isin(default.astype(str), list(self.metrics))
            chosen = np.where(known, default, self.metrics[0])
        layers = {name: self._evaluations.layer(name) for name in dict.fromkeys(chosen)}
        if len(layers) == 1:
            return _rows(next(iter(layers.values())), self._rows)
        return _stacked(layers, chosen, self._rows)

    def _frame(self, values: NDArray[Any], task_type: str | None) -> pd.DataFrame:
        frame = pd.DataFrame(values, index=self.tasks.index, columns=self.configuration_ids)
        return frame if task_type is None else frame[self._of_type(task_type)]

    def _of_type(self, task_type: str) -> NDArray[np.bool_]:
        kinds = _CLASSIFICATION if task_type == "classification" else {task_type}
        return self.tasks["task_type"].isin(kinds).to_numpy()

    def table(
        self,
        metric: str | None = None,
        tasks: Iterable[Any] | None = None,
        configurations: Iterable[Any] | None = None,
        task_type: str | None = None,
    ) -> ScoreTable:
        """What a performance model is fitted to.

        Parameters
        ----------
        metric, task_type :
            As in :meth:`matrix`.
        tasks, configurations : iterable of ids, optional
            Restrict to these, in this order.

        Returns
        -------
        ScoreTable
            Tasks without any score in `metric` are left out.

        Raises
        ------
        MetaDatasetError
            If a metric or an id is unknown, or no task has a score.
        """
        view = self if tasks is None else self.select(tasks)
        layer = view.layer(metric)
        columns = slice(None) if configurations is None else view._columns(configurations)
        scores = layer.scores[:, columns]
        scored = ~np.isnan(scores).all(axis=1)
        if task_type is not None:
            scored &= view._of_type(task_type)
        kept = np.flatnonzero(scored)
        if not len(kept):
            raise MetaDatasetError(f"no task has a score in {metric or 'its default metric'}")
        ids = view.tasks.index[kept]
        described = view.metafeatures[view.metafeatures.index.isin(ids)]
        return ScoreTable(
            scores=scores[kept],
            task_ids=ids,
            configuration_ids=view.configuration_ids[columns],
            metafeatures=described if len(described) else None,
            costs=None if layer.costs is None else layer.costs[:, columns][kept],
            families=view.families.to_numpy(object)[kept],
            metric=metric if metric is not None or len(view.metrics) > 1 else view.metrics[0],
            configurations=view.configurations.iloc[columns],
        )

    def _columns(self, configurations: Iterable[Any]) -> NDArray[np.intp]:
        return _positions("configuration", self.configuration_ids, configurations)

    def select(self, task_ids: Iterable[Any]) -> MetaDataset:
        """Restrict to the given tasks, in that order.

        Raises
        ------
        MetaDatasetError
            If one is unknown or named twice.
        """
        positions = _positions("task", self.tasks.index, task_ids)
        tasks = self.tasks.iloc[positions]
        described = self.metafeatures[self.metafeatures.index.isin(tasks.index)]
        return replace(self, tasks=tasks, metafeatures=described, _rows=self._rows[positions])

    def drop(self, tasks: Iterable[Any] = (), families: Iterable[Any] = ()) -> MetaDataset:
        """Leave out tasks, by id or by family.

        Raises
        ------
        MetaDatasetError
            If a task or a family is unknown, or none remains.
        """
        gone = np.zeros(len(self.tasks), bool)
        gone[_positions("task", self.tasks.index, tasks)] = True
        unwanted = list(families)
        unknown = [family for family in unwanted if not (self.families == family).any()]
        if unknown:
            raise MetaDatasetError(f"there is no family {some(unknown)}")
        gone |= self.families.isin(unwanted).to_numpy()
        if gone.all():
            raise MetaDatasetError("dropping these leaves no task")
        return self.select(self.tasks.index[np.flatnonzero(~gone)])

    def describe(self, metafeatures: pd.DataFrame) -> MetaDataset:
        """Replace the meta-features; rows of tasks that are not here are left out.

        Raises
        ------
        MetaDatasetError
            If none of the rows is of a task here, or they are not numbers.
        """
        ours = metafeatures[metafeatures.index.isin(self.tasks.index)]
        if ours.empty:
            raise MetaDatasetError(
                f"no meta-features of these tasks: {some(metafeatures.index)} are described, "
                f"the tasks are {some(self.tasks.index)}"
            )
        inputs.metafeature_frame(ours, self.tasks.index)
        return replace(self, metafeatures=ours.astype(np.float64))

    def __len__(self) -> int:
        return len(self.tasks)

    def __repr__(self) -> str:
        return (
            f"MetaDataset({len(self.tasks)} tasks x {len(self.configuration_ids)} "
            f"configurations, metrics: {', '.join(self.metrics)})"
        )


def names(ids: pd.Index) -> list[str]:
    """Labels as text, for the files."""
    return [str(label) for label in ids]


def _positions(kind: str, known: pd.Index, wanted: Iterable[Any]) -> NDArray[np.intp]:
    labels = list(wanted)
    if not labels:
        return np.empty(0, np.intp)
    positions = known.get_indexer(
        pd.Index(labels, dtype=known.dtype if known.dtype == object else None)
    )
    unknown = [label for label, position in zip(labels, positions, strict=True) if position < 0]
    if unknown:
        raise MetaDatasetError(f"there is no {kind} {some(unknown)}")
    if len(set(positions)) < len(labels):
        raise MetaDatasetError(f"a {kind} is named twice")
    return positions


def _rows(layer: Layer, rows: NDArray[np.intp]) -> Layer:
    if len(rows) == len(layer.scores) and (rows == np.arange(len(rows))).all():
        return Layer(layer.scores.copy(), layer.status, layer.costs)
    costs: Floats | None = None if layer.costs is None else layer.costs[rows]
    return Layer(layer.scores[rows], layer.status[rows], costs)


def _stacked(
    layers: Mapping[str, Layer], chosen: NDArray[Any], rows: NDArray[np.intp]
) -> Layer:
    """Each task's row from the layer of its own metric."""
    shape = len(rows), next(iter(layers.values())).scores.shape[1]
    stacked = Layer(np.full(shape, np.nan), np.zeros(shape, np.uint8), np.full(shape, np.nan))
    for metric, layer in layers.items():
        here = np.flatnonzero(chosen == metric)
        part = _rows(layer, rows[here])
        stacked.scores[here], stacked.status[here] = part.scores, part.status
        if part.costs is not None and stacked.costs is not None:
            stacked.costs[here] = part.costs
    return stacked
