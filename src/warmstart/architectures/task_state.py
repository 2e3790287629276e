"""What the states of all searches over architectures share."""

from __future__ import annotations

from abc import ABC, abstractmethod


class BatchState(ABC):
    """One dataset's search, which names several architectures at once; one is a batch of one.

    With what each adds it is a :class:`~warmstart.protocols.TaskState`.
    """

    def next(self) -> int:
        """Place of the architecture to evaluate next, never one already told.

        Raises
        ------
        IndexError
            If every architecture has been told.
        """
        named = self.batch(1)
        if not named:
            raise IndexError("every architecture has been told")
        return named[0]

    @abstractmethod
    def batch(self, n: int) -> list[int]:
        """At most `n` distinct places, best first, none already told."""

    @abstractmethod
    def tell(self, index: int, score: float) -> None:
        """Learn a score.

        Parameters
        ----------
        index : int
            Place of the architecture.
        score : float
            Higher is better; NaN where there is none.
        """
