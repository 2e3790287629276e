"""A meta-dataset: the evaluations of many tasks, and what is known of both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from warmstart.errors import ArgumentTypeError
from warmstart.metadataset.from_elsewhere import FromElsewhere

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.combine.construct import Method
    from warmstart.metadataset.combine.merge_tasks import Conflicts
    from warmstart.metadataset.storage.append import Appended


@dataclass(frozen=True, eq=False, repr=False)
class MetaDataset(FromElsewhere):
    """Evaluations of configurations on many tasks, with what is known of both.

    Make one with :meth:`from_matrix`, :meth:`from_evaluations`, :meth:`published` or
    :meth:`open`. Labels stay as they were given: integer task ids stay integers.

    Examples
    --------
    >>> scores = pd.DataFrame({"a": [0.9, 0.7], "b": [0.8, None]}, index=[3, 31])
    >>> md = MetaDataset.from_matrix(scores)
    >>> md
    MetaDataset(2 tasks x 2 configurations, metrics: score)
    >>> md.matrix().loc[31, "a"]
    np.float64(0.7)
    >>> md.drop(tasks=[3]).table().scores
    array([[0.7, nan]])
    """

    def merge(self, *others: Self, conflicts: Conflicts = "refuse") -> Self:
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
        return merge([self, *others], conflicts)

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

        Parameters
        ----------
        folder : path
            Made if it is not there.
        metric : str, optional
            Whose scores; the default one without.

        Returns
        -------
        Path
            The file written.

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
