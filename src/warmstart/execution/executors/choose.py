"""Which executor a command's options ask for."""

from __future__ import annotations

from warmstart.errors import HistoryError
from warmstart.execution.executors.base import Executor


def make_executor(
    *, n_jobs: int = 1, workers: int | None = None, scheduler: str | None = None
) -> Executor:
    """An executor: Dask where a scheduler or workers are named, joblib's processes else.

    Parameters
    ----------
    n_jobs : int
        Processes of joblib; 1 is this process.
    workers : int, optional
        Dask workers on this machine.
    scheduler : str, optional
        Address of a Dask scheduler.

    Raises
    ------
    HistoryError
        If two of them are named, a number is below 1, or the scheduler cannot be reached.
    MissingExtraError
        If Dask is asked for and not installed.

    Examples
    --------
    >>> type(make_executor()).__name__, type(make_executor(n_jobs=2)).__name__
    ('Serial', 'Loky')
    """
    from warmstart.execution.executors.local import Loky, Serial

    for name, value in (("n_jobs", n_jobs), ("workers", workers)):
        if value is not None and value < 1:
            raise HistoryError(f"{name} must be at least 1, got {value}")
    if scheduler is not None or workers is not None:
        if scheduler is not None and workers is not None:
            raise HistoryError("name a scheduler or a number of workers, not both")
        if n_jobs > 1:
            raise HistoryError(
                f"n_jobs is of joblib, and Dask was asked for; drop n_jobs={n_jobs}"
            )
        from warmstart.execution.executors.dask import Dask

        return Dask(scheduler, n_workers=workers or 1)
    return Serial() if n_jobs == 1 else Loky(n_jobs)
