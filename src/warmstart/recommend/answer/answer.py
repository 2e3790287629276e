"""An answer as values: configurations best first, what explains them, and its JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, overload

from warmstart.domain import TaskType
from warmstart.errors import ArgumentError
from warmstart.recommend.answer.evidence import Neighbour, OutOfDistribution
from warmstart.recommend.answer.suggestion import Suggestion

if TYPE_CHECKING:
    import pandas as pd
    from typing_extensions import Self

    from warmstart.recommend.look.result import Look
    from warmstart.recommend.pareto.objectives import CostName

_LIKE = OutOfDistribution()


@dataclass(frozen=True, kw_only=True, repr=False)
class Answer(Sequence[Suggestion]):
    """What :class:`warmstart.Suggestions` holds."""

    items: tuple[Suggestion, ...]
    metric: str | None

    strategy: str
    """What chose them: a strategy such as "pmf" or "portfolio", or the model's name."""

    task_type: TaskType | None = None
    dataset: str = ""
    """Name of the dataset they are for."""

    neighbours: tuple[Neighbour, ...] = ()
    """Known tasks most like it, nearest first."""

    out_of_distribution: OutOfDistribution = _LIKE

    warnings: tuple[str, ...] = ()
    """What was repaired, dropped, capped or assumed on the way."""

    knowledge: str = ""
    """What the answer rests on, in words."""

    expected_regrets: tuple[float, ...] = ()
    """See :meth:`expected_regret`: of the best of the first one, two, and so on."""

    look: Look | None = None
    """Everything measured on the data before the answer; None where nothing was."""

    objectives: tuple[str, ...] = ()
    """What was asked for together, where that was more than the score: "score" first."""

    @overload
    def __getitem__(self, index: int) -> Suggestion: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Suggestion | Self:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            # Of others than the first nobody asked what they leave together.
            first = self.expected_regrets[:stop] if (start, step) == (0, 1) else ()
            return replace(self, items=self.items[index], expected_regrets=first)
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def expected_regret(self, k: int) -> float:
        """How far the best of the first `k` is expected to be below the best known.

        What all configurations share, how hard the dataset is, makes the intervals of their
        scores wide and is no part of this. Calibrated on known tasks, each left out.

        Parameters
        ----------
        k : int
            From 1 to the number of suggestions.

        Returns
        -------
        float
            In units of the metric, never negative; NaN where nothing can be said.

        Raises
        ------
        ValueError
            If there are no `k` suggestions.
        """
        if isinstance(k, bool) or k not in range(1, len(self) + 1):
            raise ArgumentError(f"k must be from 1 to {len(self)}, the suggestions, got {k!r}")
        return self.expected_regrets[int(k) - 1] if self.expected_regrets else math.nan

    @property
    def pareto(self) -> Self:
        """Those that no other is expected to beat in score and in every cost asked for.

        The costs are the :attr:`objectives`; seconds of a fit where none were given. By
        falling score.
        """
        from warmstart.recommend.pareto.expected_front import expected_front

        items = expected_front(self.items, self.objectives)
        return replace(self, items=items, expected_regrets=())

    def by_tradeoff(
        self, target: float, *, cost: CostName = "predict_s", weight: float = -0.07
    ) -> Self:
        """The same, ordered by one number for score and cost: ``s * (c / T) ** w``.

        Parameters
        ----------
        target : float
            T: a cost that is neither rewarded nor punished, in the units of the cost.
        cost : {"predict_s", "fit_s", "size_mb", "memory_mb"}
            One of the :attr:`objectives`, or seconds of a fit.
        weight : float
            w: twice the cost is worth ``2 ** w`` of the score, 5 % at -.07.

        Raises
        ------
        ValueError
            If the cost is not told of these, a score is negative, or a number out of range.

        References
        ----------
        .. [1] Tan et al. "MnasNet: Platform-Aware Neural Architecture Search for Mobile."
           CVPR 2019.
        """
        from warmstart.recommend.pareto.expected_front import traded_off

        items = traded_off(self.items, target, cost, weight)
        return replace(self, items=items, expected_regrets=())

    def to_frame(self) -> pd.DataFrame:
        """One row a suggestion: predictions first, then one column a hyperparameter.

        What a configuration does not have is missing; whole numbers stay whole.

        Returns
        -------
        DataFrame, shape (n_suggestions, n_columns)
            Indexed by rank, 1 the best.
        """
        from warmstart.recommend.answer.frame import frame_of

        return frame_of(self.items, measured=self.look is not None)

    def to_json(self, *, indent: int | None = None) -> str:
        """Everything as JSON text; :meth:`from_json` reads it back.

        Parameters
        ----------
        indent : int, optional
            Spaces a level; one line without.
        """
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        from warmstart.recommend.answer.suggestions_json import written

        return written(parts, indent=indent)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        ValueError
            If the text is not JSON, or not of suggestions.
        """
        from warmstart.recommend.answer.suggestions_json import read_fields

        return cls(**read_fields(text))

    def save(self, path: str | Path) -> Path:
        """Write :meth:`to_json` to a file; :meth:`load` reads it back."""
        from warmstart.metadataset.storage.files import write_atomically

        def write(temporary: Path) -> None:
            temporary.write_text(self.to_json(indent=1), "utf-8")

        write_atomically(Path(path), write)
        return Path(path)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what :meth:`save` wrote.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it holds no suggestions.
        """
        return cls.from_json(Path(path).read_text("utf-8"))
