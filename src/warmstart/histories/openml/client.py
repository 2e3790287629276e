"""The ``openml`` package behind one door: suites, tasks, splits, datasets, qualities.

Listings are read by :mod:`warmstart.histories.openml.listing`, which loses no row. What the
package is good at is the data themselves: files, formats and a cache of them. Here it gets
what it lacks, a timeout, and its settings are put back afterwards.

The package's cache is not safe to fill from several processes at once: call
:meth:`Client.warm` in one, then read from many.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pandas as pd

from warmstart._extras import require
from warmstart.errors import HistoryError
from warmstart.histories.openml.errors import OVERLOADED, OpenMLError, UnavailableError
from warmstart.histories.openml.http.transport import SERVER

_SETTINGS = threading.RLock()
"""The package keeps its settings in a module, so one caller at a time may change them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTask:
    """A task as the package describes it."""

    task_id: int
    data_id: int
    target: str
    type_id: int
    n_repeats: int
    n_folds: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClientDataset:
    """A dataset with its rows."""

    data_id: int
    name: str
    licence: str
    target: str | None
    frame: pd.DataFrame
    """The target among the columns."""

    qualities: dict[str, float]
    """NaN where undefined."""


class Client:
    """Reads suites, tasks and datasets through the ``openml`` package.

    Parameters
    ----------
    server : str
        Address of the XML API.
    cache : path, optional
        Folder of the package's cache; by default its own.
    api_key : str
        Not needed for public data.
    connect_s, read_s : float
        Longest wait for a connection and for the next bytes, in seconds.

    Raises
    ------
    MissingExtraError
        If the package is not installed.
    """

    def __init__(
        self,
        server: str = SERVER,
        *,
        cache: Path | None = None,
        api_key: str = "",
        connect_s: float = 5.0,
        read_s: float = 120.0,
    ) -> None:
        self._openml = require("openml", extra="openml")
        # One of the versions supported joins addresses in a way that needs the last slash.
        self.server = server.rstrip("/") + "/"
        self._cache, self._key, self._timeout = cache, api_key, (connect_s, read_s)

    def suite(self, name: str | int) -> tuple[int, ...]:
        """Tasks of a suite, by number or alias."""
        with self._settings() as openml:
            return tuple(int(number) for number in openml.study.get_suite(name).tasks)

    def task(self, task_id: int) -> ClientTask:
        """A task without its data."""
        with self._settings() as openml:
            found = openml.tasks.get_task(
                task_id,
                download_splits=False,
                download_data=False,
                download_qualities=False,
                download_features_meta_data=True,
            )
            given = found.estimation_parameters or {}
            return ClientTask(
                task_id=int(found.task_id),
                data_id=int(found.dataset_id),
                target=str(found.target_name),
                type_id=int(found.task_type_id.value),
                n_repeats=int(given.get("number_repeats") or 1),
                n_folds=int(given.get("number_folds") or 1),
            )

    def splits(self, task_id: int) -> list[tuple[Any, Any]]:
        """Positions of the rows to train and to test on, one pair a repeat and fold."""
        with self._settings() as openml:
            task = openml.tasks.get_task(
                task_id,
                download_splits=True,
                download_data=False,
                download_qualities=False,
                download_features_meta_data=True,
            )
            n_repeats, n_folds, _ = task.get_split_dimensions()
            return [
                task.get_train_test_split_indices(fold=fold, repeat=repeat)
                for repeat in range(n_repeats)
                for fold in range(n_folds)
            ]

    def dataset(self, data_id: int) -> ClientDataset:
        """A dataset with its rows and qualities.

        Raises
        ------
        HistoryError
            If its rows cannot be had, neither as Parquet nor as ARFF.
        """
        with self._settings() as openml:
            found = openml.datasets.get_dataset(
                data_id,
                download_data=True,
                download_qualities=True,
                download_features_meta_data=True,
                # The package's default is to pickle what it has parsed.
                cache_format="feather",
            )
            frame, _, _, _ = found.get_data(dataset_format="dataframe")
            return ClientDataset(
                data_id=data_id,
                name=str(found.name),
                licence=str(found.licence or ""),
                target=found.default_target_attribute or None,
                frame=frame,
                qualities={str(k): float(v) for k, v in (found.qualities or {}).items()},
            )

    def warm(self, data_ids: Iterable[int]) -> dict[int, str]:
        """Fill the cache with datasets, one after another; say why where it failed."""
        problems = {}
        for data_id in data_ids:
            try:
                self.dataset(data_id)
            except HistoryError as error:
                problems[data_id] = str(error)
        return problems

    @contextlib.contextmanager
    def _settings(self) -> Iterator[ModuleType]:
        openml, config = self._openml, self._openml.config
        with _SETTINGS:
            before = config.server, config.apikey, config._root_cache_directory
            calls = openml._api_calls
            sessions = calls.requests
            try:
                config.server, config.apikey = self.server, self._key
                if self._cache is not None:
                    config.set_root_cache_directory(self._cache)
                calls.requests = _bounded(sessions, self._timeout)
                yield openml
            except (
                OSError,
                ValueError,
                KeyError,
                TypeError,
                openml.exceptions.PyOpenMLError,
            ) as error:
                raise self._as_ours(error) from None
            finally:
                calls.requests = sessions
                config.server, config.apikey = before[:2]
                config.set_root_cache_directory(before[2])

    def _as_ours(self, error: Exception) -> HistoryError:
        """What went wrong, as our own transport tells it: refused, unavailable, or odd."""
        said = str(error).replace(self._key, "***") if self._key else str(error)
        code = getattr(error, "code", None)
        if isinstance(code, int) and code not in OVERLOADED:
            return OpenMLError("a dataset", code, said)
        text = f"the openml package cannot read from {self.server}: {said}"
        return UnavailableError(text) if isinstance(error, OSError) else HistoryError(text)


def _bounded(requests: ModuleType, timeout: tuple[float, float]) -> SimpleNamespace:
    """The requests package, whose sessions give up after `timeout`."""

    class BoundedSession(requests.Session):  # type: ignore[misc, name-defined]
        def request(self, *args: Any, **options: Any) -> Any:
            return super().request(*args, **{"timeout": timeout, **options})

    return SimpleNamespace(**{**vars(requests), "Session": BoundedSession})
