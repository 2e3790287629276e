"""A meta-dataset of what others wrote: logs of tuners, other formats, tables, folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.metadataset.from_data import FromData

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.histories.runs.protocol import HistorySource
    from warmstart.metadataset.combine.same_runs import Changed


@dataclass(frozen=True, eq=False, repr=False)
class FromElsewhere(FromData):
    """Reads a meta-dataset from files, folders and histories."""

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
    ) -> Self:
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
            :class:`~warmstart.metadataset.combine.attach_datasets.AttachedDataset`. Only
            what describes it is kept. A task without one still teaches how configurations go
            together.
        metafeatures : DataFrame, shape (n_tasks, n_features), optional
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
        from warmstart.metadataset.combine.read_histories import TaskFacts, read_histories

        facts = TaskFacts(
            datasets=datasets,
            metafeatures=metafeatures,
            families=families,
            defaults=defaults,
            task_type=task_type,
        )
        return read_histories(cls, histories, facts, changed)

    @classmethod
    def from_hpob(
        cls,
        path: str | Path,
        *,
        spaces: Sequence[str] | None = None,
        metric: str = "accuracy",
        higher_is_better: bool = True,
    ) -> Self:
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
            cls, Path(path), spaces=spaces, metric=metric, higher_is_better=higher_is_better
        )

    @classmethod
    def from_aslib(
        cls,
        folder: str | Path,
        *,
        metric: str | None = None,
        higher_is_better: bool | None = None,
    ) -> Self:
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

        return read_aslib(cls, Path(folder), metric=metric, higher_is_better=higher_is_better)

    @classmethod
    def published(cls, name: str, *, cache: str | Path | None = None) -> Self:
        """Fetch a public table of evaluations.

        See :mod:`warmstart.metadataset.exchange.archives`.

        Parameters
        ----------
        name : str
            "oboe", "tensor-oboe", "pmf", "lcdb", "nas-bench-201", "nas-bench-graph" or
            "alphad3m".
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
