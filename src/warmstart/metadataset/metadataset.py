"""A meta-dataset: the evaluations of many tasks, and what is known of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentTypeError
from warmstart.metadataset.core import from_frames as inputs
from warmstart.metadataset.core.configurations import (
    Configurations,
    from_given,
    names,
    refuse_duplicates,
    refuse_unknown,
)
from warmstart.metadataset.core.core import Views
from warmstart.metadataset.core.evaluations import Evaluations, MatrixEvaluations
from warmstart.metadataset.core.from_histories import read_history
from warmstart.metadataset.core.matrix import FAILED, OK, Layer

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.histories.runs.protocol import HistorySource
    from warmstart.metadataset.combine.construct import Method
    from warmstart.metadataset.combine.merge_tasks import Conflicts
    from warmstart.metadataset.combine.same_runs import Changed
    from warmstart.metadataset.storage.append import Appended


@dataclass(frozen=True, eq=False, repr=False)
class MetaDataset(Views):
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
    def from_histories(
        cls,
        histories: Iterable[HistorySource],
        *,
        datasets: Mapping[str, Any] | None = None,
        metafeatures: pd.DataFrame | None = None,
        families: Mapping[str, str] | None = None,
        defaults: Mapping[str, Any] | None = None,
        task_type: str | None = None,
        changed: Changed = "refuse",
    ) -> MetaDataset:
        """Make a meta-dataset of runs recorded by other tools.

        Studies of one space may vary different hyperparameters: the union of them is the
        space, and what a study left alone is filled with its default where that is known.

        Parameters
        ----------
        histories : iterable of HistorySource
            What the readers of :mod:`warmstart.histories` give, such as
            ``warmstart.histories.optuna.read("study.db", task="credit", metric="accuracy")``.
        datasets : mapping, optional
            Task to its dataset: ``(data, target)``, data alone, or an
            :class:`~warmstart.metadataset.combine.attach_datasets.Attached`. Only
            what describes it is kept. A task without one still teaches how configurations go
            together.
        metafeatures : DataFrame, optional
            Of tasks whose dataset is not at hand, indexed by task.
        families : mapping, optional
            Task to the original its dataset is derived from.
        defaults : mapping, optional
            Hyperparameters' values where a study did not vary them.
        task_type : str, optional
            Of all tasks, where neither a dataset nor a known metric says it.
        changed : {"refuse", "update"}
            Of a run told twice, in two ways: refuse it, or take the last time it is told.

        Returns
        -------
        MetaDataset
            ``info["import_notes"]`` says what was left out, filled in or assumed.

        Raises
        ------
        HistoryError
            If there are no runs, or what is said of them is contradictory.
        """
        from warmstart.metadataset.combine.import_runs import read_histories

        return read_histories(
            histories,
            datasets=datasets,
            metafeatures=metafeatures,
            families=families,
            defaults=defaults,
            task_type=task_type,
            changed=changed,
        )

    @classmethod
    def from_hpob(
        cls,
        path: str | Path,
        *,
        spaces: Sequence[str] | None = None,
        metric: str = "accuracy",
        higher_is_better: bool = True,
    ) -> MetaDataset:
        """Read HPO-B's JSON: search space → dataset → ``{"X": …, "y": …}``.

        Equal rows of ``X`` are one configuration; its columns are named by
        ``meta-dataset-descriptors.json`` beside the file, or x0, x1, ….

        Parameters
        ----------
        path : path
            The JSON file, or a folder that :meth:`to_hpob` wrote.
        spaces : sequence of str, optional
            Only these search spaces.
        metric, higher_is_better :
            What ``y`` is.

        Raises
        ------
        MetaDatasetError
            If the file cannot be read, or an X or y is not what it should be; the message
            names space and dataset.
        """
        from warmstart.metadataset.exchange.hpob import read_hpob

        return read_hpob(
            Path(path), spaces=spaces, metric=metric, higher_is_better=higher_is_better
        )

    @classmethod
    def from_aslib(
        cls,
        folder: str | Path,
        *,
        metric: str | None = None,
        higher_is_better: bool | None = None,
    ) -> MetaDataset:
        """Read an algorithm selection scenario of ASlib, as auto-sklearn keeps its runs.

        Parameters
        ----------
        folder : path
            With ``algorithm_runs.arff``; ``description.txt``, ``feature_values.arff`` and
            auto-sklearn's ``configurations.csv`` are read where they are there.
        metric : str, optional
            One of the scenario's performance measures, by default its first.
        higher_is_better : bool, optional
            By default what the description says.

        Raises
        ------
        MetaDatasetError
            If a file cannot be read, or nothing says which way the metric goes.
        """
        from warmstart.metadataset.exchange.aslib import read_aslib

        return read_aslib(Path(folder), metric=metric, higher_is_better=higher_is_better)

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
            inputs.check_task_types(tasks)
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
        """Fetch a public table of evaluations.

        See :mod:`warmstart.metadataset.exchange.archives`.

        Parameters
        ----------
        name : {"oboe", "tensor-oboe", "pmf", "lcdb", "nas-bench-201", "nas-bench-graph"}
        cache : path, optional
            Folder to keep it in, the user's cache folder by default; fetched only once.

        Raises
        ------
        HistoryError
            If there is no such table, or it cannot be fetched.
        """
        from warmstart.metadataset.exchange.published import fetch

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
        from warmstart.metadataset.storage import reading as store
        from warmstart.metadataset.storage.measured import Measured

        parts = store.read(Path(path), verify=verify)
        return cls(
            tasks=parts.tasks,
            metafeatures=parts.metafeatures,
            _configurations=parts.configurations,
            _evaluations=parts.evaluations,
            _rows=np.arange(len(parts.tasks)),
            info=parts.info,
            _measured=Measured(Path(path)).table,
            _opened=(parts.pinned,),
        )

    def merge(self, *others: MetaDataset, conflicts: Conflicts = "refuse") -> Self:
        """Unite with meta-datasets of other sources.

        Tasks and configurations are the same where their ids are, evaluations where
        source and run id are, or without run ids where all they say is: merging a source
        twice changes nothing. Other evaluations without run ids, as of matrices, count as
        repeats, whatever `conflicts` says: the score is their mean, and
        ``info["merge_notes"]`` says so. Families that share a task become one. Ids stay
        integers where all are.

        Parameters
        ----------
        *others : MetaDataset
            Their new tasks, configurations and runs come after those here, in order.
        conflicts : {"refuse", "first", "last"}
            What to do where two say something else of the same task (type, rows, classes),
            configuration, meta-features or run. Names and the like never conflict: the
            first counts (with "last" the last), and ``info["merge_notes"]`` says so. A run
            that was still running gives way to its end.

        Returns
        -------
        MetaDataset
            Lazily read: a folder that one of them was opened from must stay.

        Raises
        ------
        MetaDatasetError
            At a conflict, naming ids and values.

        Examples
        --------
        >>> ours = MetaDataset.from_matrix(pd.DataFrame({"a": [0.9]}, index=["x"]))
        >>> theirs = MetaDataset.from_matrix(pd.DataFrame({"b": [0.7]}, index=["y"]))
        >>> ours.merge(theirs, theirs).matrix()
             a    b
        x  0.9  NaN
        y  NaN  0.7
        """
        from warmstart.metadataset.combine.merge import merge

        for other in others:
            if not isinstance(other, MetaDataset):
                raise ArgumentTypeError(f"merge takes MetaDatasets, got {type(other).__name__}")
        parts: list[MetaDataset] = [self, *others]
        merged = merge(parts, conflicts)
        united = type(self).from_parts(
            merged.task_ids,
            merged.evaluations,
            merged.configurations,
            metafeatures=merged.metafeatures,
            families=merged.families,
            tasks=merged.tasks,
            info=merged.info,
        )
        opened = tuple(one for md in parts for one in md._opened)
        return replace(united, _opened=opened)

    def construct(
        self, method: Method = "medoids", *, n: int | None = None, random_state: int = 0
    ) -> MetaDataset:
        """Make columns that tasks share, for a history in which they share none.

        A column stands for similar configurations; its score on a task is the mean over
        the task's runs of them, and :meth:`score_std` how far those are apart. No such
        score was observed: ``info["constructed"]`` says how the columns were made, how
        many cells are filled, and which share of the variance around each task's mean is
        within cells, and lost.

        Parameters
        ----------
        method : {"medoids", "bins"}
            Nearest of `n` medoids, where hyperparameters weigh as much as they tell of the
            scores here; or the same quantile bins, `n` for each number.
        n : int, optional
            100 medoids or 3 bins without it.
        random_state : int
            Seed of the sample and of the search for medoids.

        Returns
        -------
        MetaDataset
            Its configurations are the members nearest to the middle of each cell.

        Raises
        ------
        MetaDatasetError
            If `method` is neither, `n` is below 2 or above the number of configurations,
            or the configurations have no values.

        Examples
        --------
        >>> runs = pd.DataFrame(
        ...     {"task": ["x", "x", "x", "y"], "C": [0.1, 0.2, 9, 8], "score": [1, 3, 5, 7.0]}
        ... )
        >>> md = MetaDataset.from_evaluations(runs, task="task", parameters=["C"])
        >>> cells = md.construct("bins", n=2)
        >>> cells.matrix().to_numpy()
        array([[ 2.,  5.],
               [nan,  7.]])
        >>> cells.score_std().loc["x"].round(3).tolist(), cells.info["constructed"]["filled"]
        ([1.414, nan], 0.75)
        """
        from warmstart.metadataset.combine.construct import construct

        return construct(self, method, n, random_state)

    def save(self, path: str | Path) -> Path:
        """Write the folder of Parquet tables that :meth:`open` reads.

        The same meta-dataset always gives the same bytes.

        Raises
        ------
        MetaDatasetError
            If `path` holds something other than a meta-dataset, the ids are neither all text
            nor all integers, or this was opened from `path`, which has more in it since.
        """
        from warmstart.metadataset.storage import writing as saving

        return saving.write(self, Path(path))

    def to_frame(self, *, parameters: bool = False) -> pd.DataFrame:
        """Every evaluation as a row of a pandas frame, repeats and failures included.

        Columns are those of the files (task_id, configuration_id, metric, score, …) and
        ``source``; with `parameters` also one for each hyperparameter.

        Examples
        --------
        >>> md = MetaDataset.from_matrix(pd.DataFrame({"a": [0.9], "b": [0.8]}, index=[3]))
        >>> md.to_frame()[["task_id", "configuration_id", "score"]].to_numpy().tolist()
        [[3, 'a', 0.9], [3, 'b', 0.8]]
        """
        from warmstart.metadataset.exchange.csv import to_frame

        return to_frame(self, parameters=parameters)

    def to_csv(self, folder: str | Path) -> Path:
        """Write plain CSV files: evaluations, configurations, tasks, metafeatures, and the
        rest as ``info.json``. Values of configurations are JSON; columns of which nothing
        is known are left out."""
        from warmstart.metadataset.exchange.csv import to_csv

        return to_csv(self, Path(folder))

    def to_hpob(self, folder: str | Path, *, metric: str | None = None) -> Path:
        """Write HPO-B's JSON, one score for each configuration and task; failures are not
        in it. ``X`` holds positions in [0, 1] and indicators, not the values themselves.

        Raises
        ------
        MetaDatasetError
            If two configurations of a space have the same values: HPO-B has no ids.
        """
        from warmstart.metadataset.exchange.hpob import write_hpob

        return write_hpob(self, Path(folder), metric)

    def append_to(self, path: str | Path) -> Appended:
        """Add these evaluations to the folder of a meta-dataset, as new files beside the old.

        The time it takes depends on what is added, not on what is there. The same batch is
        added only once; runs that two batches share (by source and run id) count once when
        the folder is read, the first of them, unless it was still running. So do tasks and
        configurations that are described there already. :meth:`merge` compares and refuses;
        this does not look.

        Parameters
        ----------
        path : path
            A folder that :meth:`save` or an import wrote.

        Returns
        -------
        Appended
            How many rows, in which files.

        Raises
        ------
        MetaDatasetError
            If there is no meta-dataset, it is a build's own folder, or its ids are of
            another type.
        HistoryError
            If another process is writing there all the time, or the file system refuses.

        Examples
        --------
        >>> import tempfile
        >>> one, two = (
        ...     MetaDataset.from_matrix(pd.DataFrame({"a": [score]}, index=[task]))
        ...     for task, score in (("x", 0.9), ("y", 0.7))
        ... )
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = one.save(folder)
        ...     n = [two.append_to(folder).n_evaluations for _ in range(2)]
        ...     n, MetaDataset.open(folder).matrix()["a"].tolist()
        ([1, 0], [0.9, 0.7])
        """
        from warmstart.metadataset.storage.append import append

        return append(self, Path(path))
