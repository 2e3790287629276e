"""What a source of runs must do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa


@runtime_checkable
class HistorySource(Protocol):
    """Where runs of others come from; see the readers of :mod:`warmstart.histories`."""

    @property
    def source(self) -> str:
        """Kind of source, such as "optuna"; with a run's own id it names the run."""
        ...

    @property
    def location(self) -> str:
        """Where it is, for messages."""
        ...

    @property
    def remarks(self) -> Iterable[str]:
        """What the last reading left out, repaired or assumed, in sentences."""
        ...

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The runs in batches of :data:`warmstart.histories.runs.schema.RUNS`.

        The same runs in the same order each time, with the same ids; the source is never
        written to. Failed, pruned and running ones are there, with a status and no score.
        Scores are higher-is-better.

        Raises
        ------
        HistoryError
            If a run names no task, or what is recorded cannot be understood.
        """
        ...
